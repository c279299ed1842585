/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/density.h"

#include <math.h>
#include <stdlib.h>

#define BINS 2048 /* far narrower than any kernel */

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* By linear interpolation (type 7 of Hyndman & Fan 1996). */
static double quantile(const double *sorted, int64_t count, double share)
{
    const double place = share * (double)(count - 1);
    const int64_t below = (int64_t)place;
    const double rest = place - (double)below;
    return rest > 0 ? sorted[below] + rest * (sorted[below + 1] - sorted[below]) : sorted[below];
}

static double deviation(const double *sample, int64_t count)
{
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < count; i++) sum += sample[i];
    const double mean = sum / (double)count;
    for (int64_t i = 0; i < count; i++) squares += (sample[i] - mean) * (sample[i] - mean);
    return count > 1 ? sqrt(squares / (double)(count - 1)) : 0;
}

static double kernel_width(const double *sorted, int64_t count, const hg_density *density)
{
    double spread = deviation(sorted, count);
    const double middle = (density->upper_quartile - density->quartile) / 1.34;
    if (middle > 0 && middle < spread) spread = middle;
    const double width = 0.9 * spread * pow((double)count, -0.2);
    const double least = (density->high - density->low) / 200; /* else an atom is a spike */
    return width > least ? width : least;
}

void hg_density_estimate(double *sample, int64_t count, hg_density *density)
{
    double weight[BINS] = {0};
    qsort(sample, (size_t)count, sizeof *sample, compare);
    density->low = sample[0];
    density->high = sample[count - 1];
    density->quartile = quantile(sample, count, 0.25);
    density->median = quantile(sample, count, 0.5);
    density->upper_quartile = quantile(sample, count, 0.75);
    const double range = density->high - density->low;
    const double width = kernel_width(sample, count, density), cell = range / BINS;
    for (int64_t i = 0; i < count && range > 0; i++) {
        const int b = (int)((sample[i] - density->low) / range * BINS);
        weight[b < BINS ? b : BINS - 1]++;
    }
    double largest = 0;
    for (int p = 0; p < HG_DENSITY_POINTS; p++) {
        density->at[p] = density->low + range * p / (HG_DENSITY_POINTS - 1);
        density->value[p] = range > 0 ? 0 : 1;
        for (int b = 0; b < BINS && range > 0; b++) {
            const double z = (density->low + (b + 0.5) * cell - density->at[p]) / width;
            if (weight[b] > 0 && fabs(z) < 8) density->value[p] += weight[b] * exp(-0.5 * z * z);
        }
        if (density->value[p] > largest) largest = density->value[p];
    }
    for (int p = 0; p < HG_DENSITY_POINTS; p++) density->value[p] /= largest;
}
