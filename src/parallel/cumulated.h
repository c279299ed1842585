/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cumulated weights of parents, and the search for the parent that a point means. Every deme has
 * sums of its own, which start at 0: demes whose fitness differs by many orders of magnitude
 * share no sum, so that none loses digits to another. Sums run within the partition's blocks and
 * then over a deme's blocks, the same on any number of ranks.
 */
#ifndef HG_PARALLEL_CUMULATED_H
#define HG_PARALLEL_CUMULATED_H

#include <stdbool.h>

#include "parallel/partition.h"

/** Weights of all blocks, cumulated deme by deme. */
typedef struct hg_cumulated {
    const hg_partition *partition;
    double *start, *end; /**< [blocks] the sums of a deme before and after a block */
    double *total;       /**< [demes] */
    double *unit;        /**< [demes] a power of two that all its weights are multiplied by, so
                              that sums of the smallest doubles keep their digits */
} hg_cumulated;

/** Free also after failure. */
hg_status hg_cumulated_create(hg_cumulated *cumulated, const hg_partition *partition);
void hg_cumulated_free(hg_cumulated *cumulated);

/** From the sum of each block's weights, weight[blocks], which may be cumulated->end. Not collective. */
void hg_cumulate(hg_cumulated *cumulated, const double *weight);

/** The block of a deme that holds `target`, which is below the deme's total. */
int64_t hg_cumulated_block(const hg_cumulated *cumulated, int64_t deme, double target);

/** A place among the parents of one deme on this rank; it moves upwards only. */
typedef struct hg_cursor {
    const hg_cumulated *cumulated;
    const double *weight; /**< [count] of this rank's individuals */
    double unit;
    int64_t block, last;  /**< the present block, and the deme's last one on this rank */
    int64_t i, end;       /**< local index within the block, and the block's end */
    double sum, low, high; /**< weights of the block up to i; the interval of i */
} hg_cursor;

/** At the first parent of own block `block`. */
hg_cursor hg_cursor_at(const hg_cumulated *cumulated, const double *weight, int64_t block);

/**
 * Moves to the parent whose interval holds `target`. Ends all ranks with HG_BUG where the deme has
 * none on this rank: sums that disagree must never become a wrong parent.
 */
void hg_cursor_advance(hg_cursor *at, double target);

/** The first of the heaviest individuals of an own block (local index). */
int64_t hg_heaviest_of(const hg_partition *partition, const double *weight, int64_t block);

/**
 * The individual of own block `block` (local index) whose interval holds `target`, where `left_out`
 * (local index) counts nothing.
 */
int64_t hg_find_without(const hg_cumulated *cumulated, const double *weight, int64_t block,
                        int64_t left_out, double target);

/** The sum of the weights of own block `block` without individual `left_out`. */
double hg_sum_without(const hg_partition *partition, const double *weight, int64_t block,
                      int64_t left_out);

#endif
