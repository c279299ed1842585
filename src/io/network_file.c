/* SPDX-License-Identifier: GPL-3.0-or-later
 * The formats of networks, by the endings of their files. */
#include "io/network_file.h"

#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "io/runfile_parts.h"

#define LARGEST_FILE ((size_t)1 << 30)

typedef hg_status reader(hg_edge_list *, const char *, const char *, const hg_config *);

static const struct {
    const char *ending, *what;
    reader *read; /* NULL: there is none */
} formats[] = {{".xml", "an SBML file", hg_network_sbml_read},
               {".sbml", "an SBML file", hg_network_sbml_read},
               {".graphml", "a GraphML file", hg_network_graphml_read},
               {".gml", "", NULL},
               {".dot", "", NULL},
               {".json", "", NULL},
               {".csv", "", NULL},
               {".h5", "", NULL}};

static int format_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot != NULL && i < sizeof formats / sizeof *formats; i++)
        if (strcasecmp(dot, formats[i].ending) == 0) return (int)i;
    return -1;
}

bool hg_network_file_is_foreign(const char *path)
{
    const int format = format_of(path);
    return format >= 0 && formats[format].read == NULL;
}

hg_status hg_network_file_read(hg_edge_list *list, const char *path, const hg_config *config)
{
    char *text;
    const int format = format_of(path);
    *list = (hg_edge_list){.names = hg_names_of(HG_MEMORY_NETWORK)};
    HG_TRY(hg_file_load(path, LARGEST_FILE, format < 0 ? "a table of edges" : formats[format].what,
                        &text));
    const hg_status status = format < 0 || formats[format].read == NULL
                                 ? hg_network_text_read(list, path, text, config)
                                 : formats[format].read(list, path, text, config);
    hg_release(&text);
    return status;
}

void hg_edge_list_free(hg_edge_list *list)
{
    hg_names_free(&list->names);
    hg_release(&list->edges);
    hg_release(&list->notes);
    list->count = 0;
}
