/* SPDX-License-Identifier: GPL-3.0-or-later
 * How heritable weights change in the course of a run. */
#ifndef HG_ANALYSIS_WEIGHT_COURSE_H
#define HG_ANALYSIS_WEIGHT_COURSE_H

#include <stdbool.h>
#include <stdint.h>

#include "io/results.h"

/** The weights of a recorded generation. The start is the first one recorded. */
typedef struct hg_weight_record {
    int64_t generation;
    double magnitude; /**< mean over edges of |mean weight of the edge in the population| */
    double spread;    /**< mean over edges of its standard deviation between individuals */
    int64_t lost;     /**< edges whose mean weight is 0 */
    int64_t flipped;  /**< edges whose mean weight has the other sign than at the start */
    bool sampled;     /**< the weights of all individuals are in a snapshot: */
    double own_magnitude; /**< mean of |weight| over individuals, edges and alleles */
    double own_lost;      /**< the share of them that are 0 */
    double own_flipped;   /**< the share with the other sign than the edge's mean at the start */
} hg_weight_record;

typedef struct hg_weight_course {
    int64_t count;
    hg_weight_record *record; /**< [count], owned */
} hg_weight_course;

/**
 * Reads the course of the weights; `count` is 0 where they are not heritable. Generation by
 * generation, individuals piece by piece. HG_BAD_INPUT. Free always.
 */
hg_status hg_weight_course_read(hg_weight_course *course, const hg_results *results);

void hg_weight_course_free(hg_weight_course *course);

#endif
