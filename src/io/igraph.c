/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/igraph.h"

#include <stdio.h>

#include "io/late_library.h"

static hg_igraph functions;
static const char *const symbols[] = {
#define HG_NAME(name) #name,
    HG_IGRAPH_SYMBOLS(HG_NAME)
#undef HG_NAME
};
static hg_late_library library = {
    "igraph", "libigraph3", HG_IGRAPH_NAME, HG_IGRAPH_PATH, sizeof symbols / sizeof *symbols,
    symbols, &functions, NULL};

static char said[512]; /* the innermost reason of the last failure */

/* Called on the way out of every function that fails; the first knows why. */
static void note_error(const char *reason, const char *file, int line, igraph_error_t error)
{
    (void)file;
    (void)line;
    if (said[0] == '\0' && reason[0] != '\0')
        snprintf(said, sizeof said, "%s", reason);
    else if (said[0] == '\0')
        snprintf(said, sizeof said, "%s", functions.igraph_strerror(error));
    functions.IGRAPH_FINALLY_FREE();
}

static void ignore_warning(const char *reason, const char *file, int line)
{
    (void)reason;
    (void)file;
    (void)line;
}

hg_status hg_igraph_load(const hg_igraph **igraph)
{
    HG_TRY(hg_late_library_load(&library));
    functions.igraph_set_error_handler(note_error);
    functions.igraph_set_warning_handler(ignore_warning);
    functions.igraph_set_attribute_table(functions.igraph_cattribute_table);
    *igraph = &functions;
    return HG_OK;
}

hg_status hg_igraph_check(igraph_error_t error, hg_status status, const char *what)
{
    if (error == IGRAPH_SUCCESS) return HG_OK;
    if (error == IGRAPH_ENOMEM) {
        said[0] = '\0';
        return hg_fail(HG_NO_MEMORY, "%s: igraph found no memory", what);
    }
    for (char *c = said; *c != '\0'; c++)
        if ((unsigned char)*c < ' ') *c = ' ';
    status = hg_fail(status, "%s: %s", what, said);
    said[0] = '\0';
    return status;
}
