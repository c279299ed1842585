/* SPDX-License-Identifier: GPL-3.0-or-later
 * SBML. */
#include <string.h>

/* libSBML 5.19 throws an exception, which nothing can catch in C, where a document below level 3
 * has the namespace of level 3's package comp: the guard of src/base/guard.h is there for that,
 * and not to be fuzzed. */
#define FUZZ_KNOWN(text) (strstr(text, "/comp/version") != NULL)
#define FUZZ_READ hg_network_sbml_read
#define FUZZ_NAME "network.xml"
#include "network_reader.h"
