/* SPDX-License-Identifier: GPL-3.0-or-later
 * What changes in time: each kind of series as environment and as optimum, generation by
 * generation; and the means, variances and autocorrelations of those that wander. */
#include <math.h>
#include <stdio.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

/* --- series that are functions of the generation ---------------------------------------------- */

enum { LAST = 14 };
static const double pi = 3.14159265358979323846, strength = 0.3;

static double of_step(double t) { return t < 4.0 ? 0.5 : t < 9.0 ? 2.0 : 1.25; }

static double of_linear(double t)
{
    if (t <= 2.0) return 0.5;
    if (t <= 5.0) return 0.5 + (t - 2.0) / 3.0 * 1.5;
    return t <= 9.0 ? 2.0 - (t - 5.0) / 4.0 * 1.75 : 0.25;
}

static double of_ramp(double t)
{
    return t <= 3.0 ? 0.5 : t >= 11.0 ? 2.5 : 0.5 + 2.0 * (t - 3.0) / 8.0;
}

static double of_sine(double t) { return 1.5 + 0.8 * sin(2.0 * pi * t / 7.5 + 0.6); }

static double of_steps(double t)
{
    static const double value[3] = {0.5, 2.0, 1.0};
    return value[(int)floor(t / 2.5) % 3];
}

typedef struct course {
    const char *name, *text;
    double (*at)(double);
} course;

static const course courses[] = {
    {"table, steps", "{series: table, at: [1, 4, 9], values: [0.5, 2, 1.25], interpolation: step}",
     of_step},
    {"table, linear",
     "{series: table, at: [2, 5, 9], values: [0.5, 2, 0.25], interpolation: linear}", of_linear},
    {"ramp", "{series: ramp, from: 0.5, to: 2.5, start: 3, end: 11}", of_ramp},
    {"sine", "{series: sine, mean: 1.5, amplitude: 0.8, period: 7.5, phase: 0.6}", of_sine},
    {"steps", "{series: steps, values: [0.5, 2, 1], duration: 2.5}", of_steps},
};
enum { COURSES = sizeof courses / sizeof *courses };

/* A level B = 1 + c(t); of the other gene, which c does not move, fitness is
 * exp(-s (1 - optimum(t))^2). */
static hg_status observe_course(hg_lab *lab, void *context)
{
    const course *c = context;
    double *expression, *fitness, environment = 0.0, level = 0.0, optimum = 0.0;
    HG_TRY(hg_lab_array(lab, &expression, 2 * lab->individuals, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &fitness, lab->individuals, sizeof(double)));
    for (int64_t t = 0; t <= hg_run_generations(lab->run); t++) {
        hg_summary summary;
        const double x = c->at((double)t);
        if (t > 0) HG_TRY(hg_lab_advance(lab, 1));
        HG_TRY(hg_run_summary(lab->run, &summary));
        HG_TRY(hg_lab_read(lab, HG_EXPRESSION, 2, expression));
        HG_TRY(hg_lab_read(lab, HG_FITNESS, 1, fitness));
        environment = fmax(environment, fabs(summary.tf_concentration - x));
        for (int64_t i = 0; i < lab->individuals; i++) {
            level = fmax(level, fabs(expression[2 * i] - 1.0 - x));
            optimum = fmax(optimum, fabs(fitness[i] - exp(-strength * (1.0 - x) * (1.0 - x))));
        }
    }
    hg_judge_exact(lab->theory, environment, 1e-12, "concentration(t), %s", c->name);
    hg_judge_exact(lab->theory, level, 1e-12, "expression under it, %s", c->name);
    hg_judge_exact(lab->theory, optimum, 1e-12, "fitness under optimum(t), %s", c->name);
    return HG_OK;
}

/* --- series that wander ----------------------------------------------------------------------- */

typedef struct wander {
    const char *name;
    double mean, sd, kept; /**< kept: the autocorrelation */
} wander;

static const wander wanders[2] = {{"environment", 100.0, 2.0, 0.8}, {"optimum", 1000.0, 3.0, -0.5}};
static const double weak = 1e-6; /* strength of selection */

/* Of every deme: both quantities, standardised. */
static hg_status read_wanders(hg_lab *lab, double *fitness, double *const x[2])
{
    HG_TRY(hg_lab_read(lab, HG_EXPRESSION, 1, x[0]));
    HG_TRY(hg_lab_read(lab, HG_FITNESS, 1, fitness));
    for (int64_t d = 0; d < lab->demes; d++) {
        x[1][d] = x[0][d] + sqrt(-log(fitness[d]) / weak);
        for (int q = 0; q < 2; q++) x[q][d] = (x[q][d] - wanders[q].mean) / wanders[q].sd;
    }
    return HG_OK;
}

static void judge_wanders(hg_lab *lab, double *const x[2], double *const before[2],
                          double *const first[2], int t)
{
    hg_residuals cross = {0};
    for (int q = 0; q < 2; q++) {
        const wander *w = &wanders[q];
        hg_residuals mean = {0}, square = {0}, near = {0}, far = {0}, demes = {0};
        for (int64_t d = 0; d < lab->demes; d++) {
            const double z = x[q][d];
            hg_residuals_add(&mean, w->mean + w->sd * z, w->mean);
            hg_residuals_add(&square, z * z, 1.0);
            if (t > 0) hg_residuals_add(&near, z * before[q][d], w->kept);
            if (t > 0) hg_residuals_add(&far, z * first[q][d], pow(w->kept, t));
            if (d > 0) hg_residuals_add(&demes, z * x[q][d - 1], 0.0);
            if (q == 1) hg_residuals_add(&cross, z * x[0][d], 0.0);
        }
        hg_judge_residuals(lab->theory, &mean, "ar1, %s: mean, t = %d", w->name, t);
        hg_judge_residuals(lab->theory, &square, "ar1, %s: variance/sd^2, t = %d", w->name, t);
        hg_judge_residuals(lab->theory, &demes, "ar1, %s: neighbouring demes, t = %d", w->name, t);
        if (t == 0) continue;
        hg_judge_residuals(lab->theory, &near, "ar1, %s: autocorrelation", w->name);
        hg_judge_residuals(lab->theory, &far, "ar1, %s: over %d generations", w->name, t);
    }
    hg_judge_residuals(lab->theory, &cross, "ar1: environment x optimum, t = %d", t);
}

static hg_status observe_wanders(hg_lab *lab, void *context)
{
    double *x[2], *before[2], *first[2], *fitness;
    (void)context;
    HG_TRY(hg_lab_array(lab, &fitness, lab->demes, sizeof(double)));
    for (int q = 0; q < 2; q++) {
        HG_TRY(hg_lab_array(lab, &x[q], lab->demes, sizeof(double)));
        HG_TRY(hg_lab_array(lab, &before[q], lab->demes, sizeof(double)));
        HG_TRY(hg_lab_array(lab, &first[q], lab->demes, sizeof(double)));
    }
    HG_TRY(read_wanders(lab, fitness, first));
    judge_wanders(lab, first, first, first, 0);
    const int64_t last = hg_run_generations(lab->run);
    HG_TRY(hg_lab_advance(lab, last - 1));
    HG_TRY(read_wanders(lab, fitness, before));
    HG_TRY(hg_lab_advance(lab, 1));
    HG_TRY(read_wanders(lab, fitness, x));
    judge_wanders(lab, x, before, first, (int)last);
    return HG_OK;
}

hg_status hg_theory_series(hg_theory *theory)
{
    const hg_lab_size small = {1, 20, LAST}, wide = {hg_scaled(theory, 20000, 100000), 1, 3};
    for (int i = 0; i < COURSES; i++)
        HG_TRY(hg_lab_conduct(theory, small, observe_course, (void *)&courses[i],
                              "population: {genes: 2, initial: {basal: 1}}\n"
                              "expression: {model: linear, slope: [1, 0]}\n"
                              "environment: {tf_concentration: %s}\n"
                              "fitness: [{model: gaussian, optimum: %s, strength: [0, %g]}]\n"
                              "mutation: {basal: {rate: 0}}\n", courses[i].text, courses[i].text,
                              strength));
    return hg_lab_conduct(theory, wide, observe_wanders, NULL,
                          "population: {genes: 1, initial: {basal: 0}}\n"
                          "expression: {model: linear, slope: 1}\n"
                          "environment: {tf_concentration: {series: ar1, mean: %g, sd: %g, "
                          "autocorrelation: %g}}\n"
                          "fitness: [{model: gaussian, strength: %g, optimum: {series: ar1, "
                          "mean: %g, sd: %g, autocorrelation: %g}}]\n"
                          "mutation: {basal: {rate: 0}}\n", wanders[0].mean, wanders[0].sd,
                          wanders[0].kept, weak, wanders[1].mean, wanders[1].sd, wanders[1].kept);
}
