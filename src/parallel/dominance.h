/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How many individuals of its deme dominate each individual: are nowhere less in some
 * objectives and somewhere more. Every pair is looked at. Of a deme that lies on several
 * ranks, each rank sends its part to all the others, who hold one foreign part at a time
 * against their own and receive the next meanwhile: the parts go round as in a ring, the
 * next neighbour's first. Counts are integers, and so exact on any layout.
 */
#ifndef HG_PARALLEL_DOMINANCE_H
#define HG_PARALLEL_DOMINANCE_H

#include "parallel/parentage.h"

/** The individuals of a deme on one rank, and who else has some of it. */
typedef struct hg_dominance_part {
    int64_t deme;
    int64_t first, count;   /**< local indices */
    int first_rank, ranks;  /**< the ranks from first_rank on have the deme's individuals */
    MPI_Datatype rows;      /**< these individuals in `values` */
} hg_dominance_part;

typedef struct hg_dominance {
    const hg_partition *partition;
    const hg_kernels *kernels;
    int64_t objectives;
    double *values;             /**< [objectives][count of own individuals] */
    hg_dominance_part part[2];  /**< demes shared with other ranks: the first, the last */
    int parts;
    double *received[2];        /**< [objectives * most individuals of a foreign part] */
    MPI_Datatype column_type;   /**< all objectives of one individual */
    MPI_Request *request;       /**< [2*ranks] sends */
    int requests;
    hg_traffic traffic;
} hg_dominance;

/** `objectives` >= 1. Not collective. Free also after failure. */
hg_status hg_dominance_create(hg_dominance *dominance, const hg_partition *partition,
                              const hg_kernels *kernels, int64_t objectives);
void hg_dominance_free(hg_dominance *dominance);

/** [objectives][count]: to be filled with what own individuals are compared by; no NaN. */
double *hg_dominance_values(hg_dominance *dominance);

/**
 * dominators[i] = how many individuals of its deme, on all ranks, dominate own individual i
 * (local index). Collective. Leaves the values alone.
 */
void hg_dominance_count(hg_dominance *dominance, int threads, int64_t *dominators);

#endif
