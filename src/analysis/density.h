/* SPDX-License-Identifier: GPL-3.0-or-later
 * The shape of a sample. */
#ifndef HG_ANALYSIS_DENSITY_H
#define HG_ANALYSIS_DENSITY_H

#include <stdint.h>

#define HG_DENSITY_POINTS 129

typedef struct hg_density {
    double low, quartile, median, upper_quartile, high;
    double at[HG_DENSITY_POINTS];    /**< from low to high, evenly */
    double value[HG_DENSITY_POINTS]; /**< largest: 1 */
} hg_density;

/**
 * Kernel estimate of the density of `count` >= 1 values, which are sorted: Gaussian kernels of
 * Silverman's width (1986, equation 3.31), cut at the least and the greatest value. Where all
 * values are the same there is no shape: every value[] is 1 at that place.
 */
void hg_density_estimate(double *sample, int64_t count, hg_density *density);

#endif
