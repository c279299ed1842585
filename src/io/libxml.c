/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/libxml.h"

#include "io/late_library.h"

static hg_libxml functions;
static const char *const symbols[] = {
#define HG_NAME(name) #name,
    HG_LIBXML_SYMBOLS(HG_NAME)
#undef HG_NAME
    "xmlFree"};
static hg_late_library library = {
    "libxml2", "libxml2", HG_LIBXML_NAME, HG_LIBXML_PATH, sizeof symbols / sizeof *symbols,
    symbols, &functions, NULL};

hg_status hg_libxml_load(const hg_libxml **xml)
{
    HG_TRY(hg_late_library_load(&library));
    *xml = &functions;
    return HG_OK;
}
