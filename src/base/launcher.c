/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/launcher.h"

#include <stdlib.h>

long hg_launched_rank(void)
{
    static const char *const variables[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *rank = getenv(variables[i]);
        if (rank != NULL && rank[0] != '\0') return strtol(rank, NULL, 10);
    }
    return -1;
}
