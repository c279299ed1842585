/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/measure.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

void hg_sample_add(hg_sample *sample, double value)
{
    const double deviation = value - sample->mean;
    sample->count++;
    sample->mean += deviation / (double)sample->count;
    sample->spread += deviation * (value - sample->mean);
}

double hg_sample_error(const hg_sample *sample)
{
    const double n = (double)sample->count;
    return sqrt(sample->spread / (n - 1.0) / n);
}

void hg_residuals_add(hg_residuals *residuals, double measured, double expected)
{
    const double difference = measured - expected;
    residuals->count += 1.0;
    residuals->sum += difference;
    residuals->squares += difference * difference;
    residuals->expected += expected;
}

void hg_slope_add(hg_slope *slope, double xy, double xx, double predicted)
{
    const double residual = xy - predicted * xx;
    slope->xy += xy;
    slope->xx += xx;
    slope->squares += residual * residual;
}

void hg_theory_note(hg_theory *theory, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(theory->note, sizeof theory->note, format, arguments);
    va_end(arguments);
}

/* The rows of one run are one measurement. */
static void close_run(hg_all_z *all)
{
    const double excess = all->squares - all->count;
    if (all->count == 0.0) return;
    all->runs++;
    all->rows += (int64_t)all->count;
    all->sums += all->sum;
    all->sums_squared += all->sum * all->sum;
    all->excess += excess;
    all->excess_squared += excess * excess;
    all->sum = all->squares = all->count = 0.0;
}

static void note_z(hg_all_z *all, uint64_t run, double z)
{
    if (run != all->run) close_run(all);
    all->run = run;
    all->sum += z;
    all->squares += z * z;
    all->count += 1.0;
}

static void report(hg_theory *theory, hg_theory_row *row, const char *quantity, va_list arguments)
{
    vsnprintf(row->quantity, sizeof row->quantity, quantity, arguments);
    snprintf(row->note, sizeof row->note, "%s", theory->note);
    theory->note[0] = '\0';
    theory->report(theory->context, row);
}

static void judge(hg_theory *theory, double predicted, double measured, double error,
                  const char *quantity, va_list arguments)
{
    hg_theory_row row = {.predicted = predicted, .measured = measured, .error = error};
    row.z = measured == predicted ? 0.0 : (measured - predicted) / error;
    row.agrees = fabs(row.z) <= HG_THEORY_MOST_Z; /* false where not a number */
    note_z(&theory->all, theory->runs, row.z);
    report(theory, &row, quantity, arguments);
}

void hg_judge(hg_theory *theory, double predicted, double measured, double error,
              const char *quantity, ...)
{
    va_list arguments;
    va_start(arguments, quantity);
    judge(theory, predicted, measured, error, quantity, arguments);
    va_end(arguments);
}

void hg_judge_sample(hg_theory *theory, double predicted, const hg_sample *sample,
                     const char *quantity, ...)
{
    va_list arguments;
    va_start(arguments, quantity);
    judge(theory, predicted, sample->mean, hg_sample_error(sample), quantity, arguments);
    va_end(arguments);
}

void hg_judge_residuals(hg_theory *theory, const hg_residuals *residuals, const char *quantity, ...)
{
    const double expected = residuals->expected / residuals->count;
    va_list arguments;
    va_start(arguments, quantity);
    judge(theory, expected, expected + residuals->sum / residuals->count,
          sqrt(residuals->squares) / residuals->count, quantity, arguments);
    va_end(arguments);
}

void hg_judge_slope(hg_theory *theory, double predicted, const hg_slope *slope,
                    const char *quantity, ...)
{
    va_list arguments;
    va_start(arguments, quantity);
    judge(theory, predicted, slope->xy / slope->xx, sqrt(slope->squares) / slope->xx, quantity,
          arguments);
    va_end(arguments);
}

void hg_judge_exact(hg_theory *theory, double largest, double allowed, const char *quantity, ...)
{
    hg_theory_row row = {.measured = largest, .error = allowed, .exact = true,
                         .agrees = largest <= allowed};
    va_list arguments;
    va_start(arguments, quantity);
    report(theory, &row, quantity, arguments);
    va_end(arguments);
}

void hg_experiments_conclude(hg_theory *theory)
{
    enum { FEWEST_RUNS = 10 };
    hg_all_z all = theory->all;
    close_run(&all);
    if (all.runs < FEWEST_RUNS) return;
    const double rows = (double)all.rows;
    hg_theory_note(theory, "%d rows of %d runs", (int)all.rows, (int)all.runs);
    hg_judge(theory, 0.0, all.sums / rows, sqrt(all.sums_squared) / rows, "mean of z");
    hg_judge(theory, 1.0, 1.0 + all.excess / rows, sqrt(all.excess_squared) / rows,
             "mean of z^2 (chi-square over its degrees)");
}
