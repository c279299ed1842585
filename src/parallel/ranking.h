/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The place of every individual in its deme by fitness, or the class of the equally fit that
 * it belongs to. Each rank sorts its own individuals; those of demes that lie on several ranks
 * are then sorted across ranks by samples: regular samples of everybody's sorted entries, the
 * same on all ranks, cut the order into as many stretches as there are ranks, each rank merges
 * one of them, and an entry's place is the number of entries in the stretches before it and in
 * front of it. A class that reaches over the border of a stretch is put together from what all
 * ranks tell about their borders. All places are integers and exact, whatever the stretches.
 */
#ifndef HG_PARALLEL_RANKING_H
#define HG_PARALLEL_RANKING_H

#include "parallel/order.h"
#include "parallel/parentage.h"

/** Where an individual stands in its deme. */
typedef struct hg_standing {
    int64_t ahead; /**< individuals ahead of it */
    int64_t tied;  /**< individuals that stand where it does, itself included */
} hg_standing;

typedef struct hg_border hg_border;

typedef struct hg_ranking {
    const hg_partition *partition;
    int64_t *shared_before;  /**< [demes] individuals of shared demes in front of each deme;
                                  NULL where no deme lies on several ranks */
    int64_t head, tail;      /**< own individuals of a shared first deme, and of a shared last
                                  one where that is another */
    hg_entry *own, *travel[2]; /**< [capacity] own entries; a stretch, and room to merge it */
    int64_t capacity;
    int64_t *start;          /**< runs to be merged */
    hg_entry *sample[2];     /**< [ranks * samples of each] and room to merge them */
    int *send_count, *send_offset, *receive_count, *receive_offset; /**< [ranks] */
    hg_border *border;       /**< [ranks] what the stretches begin and end with */
    MPI_Datatype entry_type, standing_type;
    hg_traffic traffic;
} hg_ranking;

/** Free also after failure. */
hg_status hg_ranking_create(hg_ranking *ranking, const hg_partition *partition);
void hg_ranking_free(hg_ranking *ranking);

/**
 * standing[i]: that of own individual i (local index) in its deme, the fittest first. `strict`, the
 * same on all ranks: with tie[count], distinct numbers of at least 0, nobody is tied; of equal
 * fitness, the lower tie is ahead (and of equal ties, should there be any, the lower index). Else
 * equal fitness is one standing, and `tie` is not looked at. fitness[count] must not be NaN. Collective. HG_NO_MEMORY, or more than INT_MAX
 * entries at one rank, abort.
 */
void hg_ranking_find(hg_ranking *ranking, const double *fitness, const double *tie,
                     bool strict, hg_standing *standing);

#endif
