/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of parentage share: spacings, points in the cumulated weights, and a walk along
 * the parents. */
#ifndef HG_PARALLEL_PARENTAGE_INTERNAL_H
#define HG_PARALLEL_PARENTAGE_INTERNAL_H

#include "parallel/parentage.h"

/** From sums of the spacings of a deme to points in its cumulated weights. */
typedef struct hg_aim {
    double start, scale, last;
} hg_aim;

static inline hg_aim hg_aim_of(const hg_parentage *parentage, int64_t block)
{
    const int64_t deme = parentage->partition->block_deme[block];
    return (hg_aim){hg_parentage_deme_start(parentage, deme), parentage->scale[deme],
                    parentage->last_target[deme]};
}

static inline double hg_target_at(const hg_aim *at, double spacings)
{
    const double target = at->start + spacings * at->scale;
    return target < at->last ? target : at->last;
}

/** Where a sum of the spacings of a block's deme points. */
static inline double hg_target_of(const hg_parentage *parentage, int64_t block, double spacings)
{
    const hg_aim at = hg_aim_of(parentage, block);
    return hg_target_at(&at, spacings);
}

/** The target before the first offspring of a block. */
static inline double hg_target_before(const hg_parentage *parentage, int64_t block)
{
    return hg_target_of(parentage, block, parentage->spacing_start[block]);
}

/** A place among this rank's parents, moving upwards only. */
typedef struct hg_cursor {
    const hg_parentage *parentage;
    const double *weight;
    int64_t block, i, end; /**< local index within its block, and the block's end */
    double sum, low, high; /**< weights of the block up to i; the interval of i */
} hg_cursor;

/** At the first parent of the own block that holds `target`. */
hg_cursor hg_cursor_at(const hg_parentage *parentage, const double *weight, double target);

/** Moves to the parent whose interval holds the target. */
void hg_cursor_advance(hg_cursor *at, double target);

/** Spacings of any individuals, first .. first+count-1; 0 for those who do not take part. */
void hg_draw_spacings(const hg_parentage *parentage, uint64_t seed, int64_t generation,
                      int64_t first, int64_t count, double *spacing);

/** Room for `count` broods. */
hg_status hg_broods_reserve(hg_broods *broods, int64_t count, int64_t stride);

/** Finds the parents that this rank's offspring have here, from `low` to `high` of the weights. */
void hg_parentage_match_own(hg_parentage *parentage, const double *weight, double low,
                            double high);

/** Collects the broods for all other ranks, in their order. */
void hg_parentage_match_foreign(hg_parentage *parentage, const double *weight, double low,
                                double high, uint64_t seed, int64_t generation,
                                const double *(*genome)(void *, int64_t), void *context);

/** Sends and receives broods, and gives own offspring the parents that came. */
void hg_parentage_exchange(hg_parentage *parentage);

#endif
