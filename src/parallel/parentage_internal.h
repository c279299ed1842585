/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of parentage share: spacings, and targets among the cumulated weights. */
#ifndef HG_PARALLEL_PARENTAGE_INTERNAL_H
#define HG_PARALLEL_PARENTAGE_INTERNAL_H

#include "parallel/parentage.h"

/** From sums of the spacings of a deme to points in its cumulated weights. */
typedef struct hg_aim {
    double scale, last;
} hg_aim;

static inline hg_aim hg_aim_of(const hg_parentage *parentage, int64_t deme)
{
    return (hg_aim){parentage->scale[deme], parentage->last_target[deme]};
}

static inline double hg_target_at(const hg_aim *at, double spacings)
{
    const double target = spacings * at->scale;
    return target < at->last ? target : at->last;
}

/** The weights of a deme that this rank has: its own blocks, and where they lie in the sums. */
typedef struct hg_stretch {
    int64_t deme;
    hg_block_range blocks;
    double low, high; /**< low = high: nobody here can reproduce */
} hg_stretch;

hg_stretch hg_stretch_of(const hg_parentage *parentage, int64_t deme);

/** Spacings of any individuals, first .. first+count-1; 0 for those who do not take part. */
void hg_draw_spacings(const hg_parentage *parentage, uint64_t seed, int64_t generation,
                      int64_t first, int64_t count, double *spacing);

/** Room for `count` broods. */
hg_status hg_broods_reserve(hg_broods *broods, int64_t count, int64_t stride);

/** Finds the parents that this rank's offspring have here. */
void hg_parentage_match_own(hg_parentage *parentage, const double *weight);

/** Where the genomes of own parents are. */
typedef struct hg_genome_source {
    const double *(*genome)(void *context, int64_t i);
    void *context;
} hg_genome_source;

/** Collects the broods for all other ranks, in their order. */
void hg_parentage_match_foreign(hg_parentage *parentage, const double *weight, uint64_t seed,
                                int64_t generation, hg_genome_source source);

/** Sends and receives broods, and gives own offspring the parents that came. */
void hg_parentage_exchange(hg_parentage *parentage);

#endif
