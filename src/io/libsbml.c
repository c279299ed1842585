/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/libsbml.h"

#include <stdlib.h>
#include <string.h>

#include "io/late_library.h"

static hg_sbml functions;
static const char *const symbols[] = {
#define HG_NAME(name) #name,
    HG_SBML_SYMBOLS(HG_NAME)
#undef HG_NAME
};
static hg_late_library library = {
    "libSBML", "libsbml5", HG_SBML_NAME, HG_SBML_PATH, sizeof symbols / sizeof *symbols,
    symbols, &functions, NULL};

static void ignore(void *context, const char *format, ...)
{
    (void)context;
    (void)format;
}

/* libxml2, which libSBML mostly reads with, prints some of its errors; libSBML reports them too. */
static void quieten(void)
{
    void (*set)(void *, void (*)(void *, const char *, ...));
    void *address = hg_late_library_find(&library, "xmlSetGenericErrorFunc");
    memcpy(&set, &address, sizeof set);
    if (address != NULL) set(NULL, ignore);
}

/* An exception that libSBML leaves to nobody ends in abort(), which base/guard.h knows, and without
 * words of C++. */
static void end_quietly(void)
{
    void (*(*set)(void (*)(void)))(void);
    void *address = hg_late_library_find(&library, "_ZSt13set_terminatePFvvE");
    memcpy(&set, &address, sizeof set);
    if (address != NULL) set(abort);
}

hg_status hg_sbml_load(const hg_sbml **sbml)
{
    HG_TRY(hg_late_library_load(&library));
    quieten();
    end_quietly();
    *sbml = &functions;
    return HG_OK;
}
