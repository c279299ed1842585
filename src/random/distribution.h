/* SPDX-License-Identifier: GPL-3.0-or-later
 * The distributions that a run file can name. */
#ifndef HG_RANDOM_DISTRIBUTION_H
#define HG_RANDOM_DISTRIBUTION_H

#include <stdbool.h>

#include "random/stream.h"

typedef enum hg_distribution_kind {
    HG_DISTRIBUTION_CONSTANT,    /**< a: the value */
    HG_DISTRIBUTION_UNIFORM,     /**< a: low, b: high, a <= b */
    HG_DISTRIBUTION_NORMAL,      /**< a: mean, b: sd >= 0 */
    HG_DISTRIBUTION_LOGNORMAL,   /**< a: mean, b: sd >= 0 of the logarithm */
    HG_DISTRIBUTION_EXPONENTIAL, /**< a: mean > 0 */
    HG_DISTRIBUTIONS
} hg_distribution_kind;

typedef struct hg_distribution {
    hg_distribution_kind kind;
    double a, b;
} hg_distribution;

/** Whether two draws can differ: not where the bounds are equal or the deviation is 0. */
bool hg_distribution_varies(const hg_distribution *distribution);

/** One draw: block number `draw` of `stream` (a constant takes none). Thread-safe. */
double hg_distribution_draw(const hg_distribution *distribution, const hg_stream *stream,
                            uint32_t draw);

#endif
