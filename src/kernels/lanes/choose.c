/* SPDX-License-Identifier: GPL-3.0-or-later
 * Recombination of two haploid genomes, once it is known which gene comes from which. */
#include "kernels/lanes/vector.h"

void hg_choose(const uint8_t *origin, int64_t count, const double *restrict first,
               const double *restrict second, double *restrict child)
{
    for (int64_t i = 0; i < count; i++) child[i] = origin[i] != 0 ? second[i] : first[i];
}
