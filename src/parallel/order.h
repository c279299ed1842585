/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Individuals in the order of their demes, within a deme of their keys, and among equal keys of
 * their ties, the smallest first. Merging is stable.
 */
#ifndef HG_PARALLEL_ORDER_H
#define HG_PARALLEL_ORDER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct hg_entry {
    uint64_t key;
    uint64_t tie; /**< decides between equal keys */
    int32_t deme;
    int32_t tag;  /**< for the caller's use */
} hg_entry;

enum { HG_ORDER_RUN = 16 }; /* entries of a run that hg_order_runs makes */

/** Whether `a` comes before `b`. */
static inline bool hg_entry_before(const hg_entry *a, const hg_entry *b)
{
    const unsigned __int128 left = (unsigned __int128)(uint32_t)a->deme << 64 | a->key;
    const unsigned __int128 right = (unsigned __int128)(uint32_t)b->deme << 64 | b->key;
    return (left < right) | ((left == right) & (a->tie < b->tie));
}

/**
 * Sorts entries within runs of HG_ORDER_RUN and notes where these start: start[runs] = count,
 * so that `start` has room for count/HG_ORDER_RUN + 2. Returns the number of runs.
 */
int64_t hg_order_runs(hg_entry *entries, int64_t count, int64_t *start);

/**
 * Merges sorted runs, those of start[0..runs], into one, with `spare` of the same size.
 * Returns which of the two holds the result; `start` is overwritten. Uses OpenMP's threads.
 */
hg_entry *hg_order_merge(hg_entry *entries, hg_entry *spare, int64_t *start, int64_t runs);

#endif
