/* SPDX-License-Identifier: GPL-3.0-or-later
 * The regulatory network: genes, and edges in compressed rows by target. */
#ifndef HG_POPULATION_NETWORK_H
#define HG_POPULATION_NETWORK_H

#include <stdint.h>

#include "base/status.h"
#include "model/config.h"

typedef struct hg_network {
    int64_t genes, edges;
    char **name;     /**< [genes], never NULL, distinct */
    int32_t *source; /**< [edges], regulator; sorted by (target, source) */
    int32_t *target; /**< [edges], regulated gene */
    int64_t *first;  /**< [genes+1]: the edges of target g are first[g] .. first[g+1]-1 */
    double *weight;  /**< [edges] */
} hg_network;

/**
 * Builds a network of `genes` genes from `edges` in any order. `names` may be NULL
 * (g0, g1, ...) or shorter than `genes` (`name_count`; the rest get g<index>).
 * HG_BAD_INPUT for a doubled edge, an index outside 0..genes-1, a doubled name or a
 * weight that is not finite. Free with hg_network_free, also after failure.
 */
hg_status hg_network_create(hg_network *network, int64_t genes, const char *const *names,
                            int64_t name_count, const hg_edge *edges, int64_t edge_count);

/**
 * A random network: each ordered pair of genes is an edge with probability `density`
 * (self-edges only where `self`), its weight drawn from `weight`; a function of `seed`.
 */
hg_status hg_network_create_random(hg_network *network, int64_t genes, const char *const *names,
                                   int64_t name_count, double density,
                                   const hg_distribution *weight, bool self, uint64_t seed);

void hg_network_free(hg_network *network);

#endif
