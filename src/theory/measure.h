/* SPDX-License-Identifier: GPL-3.0-or-later
 * From measurements to rows. */
#ifndef HG_THEORY_MEASURE_H
#define HG_THEORY_MEASURE_H

#include "theory/theory.h"

/** Independent, identically distributed measurements. Zero-initialise. */
typedef struct hg_sample {
    int64_t count;
    double mean, spread; /**< spread: sum of squared deviations from the mean */
} hg_sample;

void hg_sample_add(hg_sample *sample, double value);
/** The standard error of the mean; not a number where there are fewer than two. */
double hg_sample_error(const hg_sample *sample);

/** Differences whose expectation, given all before them, is 0. Zero-initialise. */
typedef struct hg_residuals {
    double count, sum, squares;
    double expected; /**< sum of what was expected */
} hg_residuals;

void hg_residuals_add(hg_residuals *residuals, double measured, double expected);

/** y against x through the origin, in clusters (demes) that are independent. */
typedef struct hg_slope {
    double xy, xx, squares;
} hg_slope;

/** A cluster's sums of xy and xx; `predicted` is the slope under test. */
void hg_slope_add(hg_slope *slope, double xy, double xx, double predicted);

/** Remarks on the next row. */
void hg_theory_note(hg_theory *theory, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** A row; the quantity is printf's. */
void hg_judge(hg_theory *theory, double predicted, double measured, double error,
              const char *quantity, ...) __attribute__((format(printf, 5, 6)));
void hg_judge_sample(hg_theory *theory, double predicted, const hg_sample *sample,
                     const char *quantity, ...) __attribute__((format(printf, 4, 5)));
/** Predicted: the mean expectation; measured: that and the mean difference from it. */
void hg_judge_residuals(hg_theory *theory, const hg_residuals *residuals, const char *quantity, ...)
    __attribute__((format(printf, 3, 4)));
void hg_judge_slope(hg_theory *theory, double predicted, const hg_slope *slope,
                    const char *quantity, ...) __attribute__((format(printf, 4, 5)));
/** An identity: the largest deviation from 0 that was found, and what is allowed. */
void hg_judge_exact(hg_theory *theory, double largest, double allowed, const char *quantity, ...)
    __attribute__((format(printf, 4, 5)));

#endif
