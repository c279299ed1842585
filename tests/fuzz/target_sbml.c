/* SPDX-License-Identifier: GPL-3.0-or-later
 * SBML. */
#include <stdbool.h>
#include <string.h>

/* libSBML 5.19 throws an exception, which nothing can catch in C, where a document below level 3
 * names one of level 3's packages, by its namespace or by its bare name, in place of a namespace:
 * the guard of src/base/guard.h is there for that, and not to be fuzzed. */
static bool names_a_package(const char *text)
{
    static const char *const marks[] = {
        "/comp/version", "/layout/version", "/qual/version", "/fbc/version", "/render/version",
        "/groups/version", "/multi/version", "/distrib/version", "\"comp\"", "\"layout\"",
        "\"qual\"", "\"fbc\"", "\"render\"", "\"groups\"", "\"multi\"", "\"distrib\""};
    bool found = false;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        found |= strstr(text, marks[i]) != NULL;
    return found;
}

#define FUZZ_KNOWN names_a_package
#define FUZZ_READ hg_network_sbml_read
#define FUZZ_NAME "network.xml"
#include "network_reader.h"
