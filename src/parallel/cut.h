/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who of the equally fit is taken where selection cuts between them: those with the lowest numbers,
 * which each has drawn (and of equal numbers, should there be any, the lower index). Nobody is
 * sorted: numbers are counted by their leading digits, over all ranks that share a deme, until the
 * cut lies between two digits. Counts are integers, so that the choice is the same on any layout.
 */
#ifndef HG_PARALLEL_CUT_H
#define HG_PARALLEL_CUT_H

#include <stdbool.h>
#include <stdint.h>

#include "parallel/parentage.h"

#define HG_CUT_OPEN (-1.0) /* the weight of an individual that may or may not be taken */

typedef struct hg_cut {
    const hg_partition *partition;
    bool shared;      /**< a deme lies on several ranks */
    int64_t *wanted;  /**< [demes] individuals still to be taken of those with open weights */
    int64_t *number;  /**< [count] what each has drawn: 60 bits; set by the caller */
    int64_t *counted; /**< [demes * digits] */
    int *digit;       /**< [demes] of whom are open: those with lower ones are taken */
    hg_traffic traffic;
} hg_cut;

/** Free also after failure. */
hg_status hg_cut_create(hg_cut *cut, const hg_partition *partition, bool shared);
void hg_cut_free(hg_cut *cut);

/** Whether any deme is open; where demes are shared, wanted[] is made the same on all ranks.
 *  Collective. */
bool hg_cut_is_open(hg_cut *cut);

/** Makes every open weight 1 or 0. Collective. */
void hg_cut_close(hg_cut *cut, double *weight);

#endif
