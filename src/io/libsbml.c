/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/libsbml.h"

#include "io/late_library.h"

static hg_sbml functions;
static const char *const symbols[] = {
#define HG_NAME(name) #name,
    HG_SBML_SYMBOLS(HG_NAME)
#undef HG_NAME
};
static hg_late_library library = {
    "libSBML", "libsbml5", HG_SBML_NAME, HG_SBML_PATH, sizeof symbols / sizeof *symbols,
    symbols, &functions, false};

hg_status hg_sbml_load(const hg_sbml **sbml)
{
    HG_TRY(hg_late_library_load(&library));
    *sbml = &functions;
    return HG_OK;
}
