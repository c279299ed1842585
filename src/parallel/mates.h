/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Second parents. Each offspring draws one like the first, by a point in the cumulated
 * weights; without selfing the first parent's interval is left out, which is the same
 * as drawing again while both are equal. Points whose block lies on another rank are
 * sent there; the answer is the mate's index and its genome, each genome once.
 */
#ifndef HG_PARALLEL_MATES_H
#define HG_PARALLEL_MATES_H

#include "parallel/parentage.h"

typedef struct hg_mates {
    const hg_partition *partition;
    int64_t stride;
    int64_t *parent;       /**< [count] result: global index of the second parent */
    uint8_t *chosen;       /**< [count] result: 1 where an own individual is a second parent */
    int64_t *place;        /**< [count] own individual (local index), or count + k: genome k */
    double *genome;        /**< genomes fetched from other ranks, [capacity * stride] */
    int64_t fetched, capacity;
    double *point;         /**< [count] points asked of other ranks, by rank */
    int64_t *asker;        /**< [count] and the offspring that ask */
    int64_t *ask_start;    /**< [ranks+1] */
    int64_t *answer_index; /**< [count] mates as answered: global index */
    int32_t *answer_slot;  /**< [count] and which of the genomes sent */
    int32_t *mark;         /**< [count] slot of an own individual in the answer being made */
    MPI_Request *request;  /**< [6*ranks] */
    int requests;
    struct hg_reply *reply; /**< [ranks] what this rank answers to others */
    hg_traffic traffic;
} hg_mates;

/** Free also after failure. */
hg_status hg_mates_create(hg_mates *mates, const hg_partition *partition, int64_t stride);
void hg_mates_free(hg_mates *mates);

/**
 * Draws and fetches the second parent of every own offspring. Collective (point to point).
 * `genomes` holds the own individuals' genomes, row i that of own individual i. Where
 * nobody but the first parent can reproduce, that parent selfs. HG_NO_MEMORY aborts.
 * Sends of genomes are under way until hg_mates_settle(): leave `genomes` alone.
 */
void hg_mates_draw(hg_mates *mates, const hg_parentage *parentage, const double *weight,
                   const double *genomes, bool selfing, uint64_t seed, int64_t generation);

void hg_mates_settle(hg_mates *mates);

#endif
