/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Parents from elsewhere: migrants, and second parents. What is drawn here are points in
 * the cumulated weights; parallel/fetch finds who is meant.
 *
 * The deme that a parent comes from is drawn by backward migration: from the own deme d
 * with probability 1 - rate[d], else from deme s with probability proportional to
 * source[d][s]. A second parent draws its deme like the first. Without selfing the first
 * parent's interval is left out, which is the same as drawing again while both are equal; where
 * that interval is most of the deme's, the point is drawn among the others alone, who would lose
 * their digits beside it.
 */
#ifndef HG_PARALLEL_PARTNERS_H
#define HG_PARALLEL_PARTNERS_H

#include "model/config.h"
#include "parallel/fetch.h"

/** Backward migration between demes. */
typedef struct hg_migration {
    int64_t demes;
    double *rate;   /**< [demes] probability of a parent from another deme; NULL: none */
    double *source; /**< [demes][demes] cumulated over s, without the own deme; 1 at the end */
} hg_migration;

/** From the run file's scheme. Free also after failure. */
hg_status hg_migration_create(hg_migration *migration, const hg_config *config);
void hg_migration_free(hg_migration *migration);

/** Sets fetch->point for all offspring of this rank whose first parent is a migrant. */
void hg_draw_migrants(hg_fetch *fetch, const hg_parentage *parentage,
                      const hg_migration *migration, uint64_t seed, int64_t generation);

/**
 * Sets fetch->point for the second parent of all offspring of this rank that have a first
 * one; first[j], low[j], high[j] are that one's index (-1: none) and interval. Where nobody
 * else of the chosen deme can reproduce, the first parent selfs. Without selfing,
 * hg_parentage_leave_out() must have been called.
 */
void hg_draw_mates(hg_fetch *fetch, const hg_parentage *parentage, const hg_migration *migration,
                   const int64_t *first, const double *low, const double *high, bool selfing,
                   uint64_t seed, int64_t generation);

#endif
