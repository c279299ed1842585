/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Parents by points. Where an offspring draws a parent that need not be near, as second
 * parents and migrants are, it draws a point in the cumulated weights. Points whose block
 * lies on another rank are sent there; the answer is the individual's index and its
 * genome, each genome once.
 */
#ifndef HG_PARALLEL_FETCH_H
#define HG_PARALLEL_FETCH_H

#include "parallel/parentage.h"

typedef struct hg_fetch {
    const hg_partition *partition;
    int64_t stride;
    hg_point *point;       /**< [count] what own offspring ask for */
    int64_t *parent;       /**< [count] result: global index, -1 where nothing was asked */
    uint8_t *chosen;       /**< [count] result: 1 where an own individual was asked for */
    int64_t *place;        /**< [count] own individual (local index), or count + k: genome k */
    double *low, *high;    /**< [count] the parent's interval of its deme's weights, or NULL */
    double *genome;        /**< genomes fetched from other ranks, [capacity * stride] */
    int64_t fetched, capacity;
    hg_point *question;    /**< [count] points asked of other ranks, by rank */
    int64_t *asker;        /**< [count] and the offspring that ask */
    int64_t *ask_start;    /**< [ranks+1] */
    struct hg_answer *answer; /**< [count] what came back */
    int32_t *mark;         /**< [count] slot of an own individual in the answer being made */
    MPI_Request *request;  /**< [4*ranks] */
    int requests;
    struct hg_reply *reply; /**< [ranks] what this rank answers to others */
    hg_traffic traffic;
} hg_fetch;

/** `intervals`: fill low and high. Free also after failure. */
hg_status hg_fetch_create(hg_fetch *fetch, const hg_partition *partition, int64_t stride,
                          bool intervals);
void hg_fetch_free(hg_fetch *fetch);

/**
 * Finds and fetches what fetch->point asks for. Collective (point to point). The genome of
 * own individual i is row `row[i]` of `genomes`, or row i where `row` is NULL. HG_NO_MEMORY
 * aborts. Sends of genomes are under way until hg_fetch_settle(): leave `genomes` alone.
 */
void hg_fetch_points(hg_fetch *fetch, const hg_parentage *parentage, const double *weight,
                     const double *genomes, const int32_t *row);

void hg_fetch_settle(hg_fetch *fetch);

#endif
