/* SPDX-License-Identifier: GPL-3.0-or-later
 * Gaussian stabilising selection on a trait: what it removes, what mutation brings back. */
#include <math.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

/* --- mutation and selection in balance ------------------------------------------------------- */

static const double optimum = 100.0, selection_variance = 1.0;

/* Variance among a deme's parents, each counted by its fitness: what its offspring's
 * unbiased variance is expected to be before mutation. */
static double selected_variance(const double *w, const double *z, int64_t count)
{
    double total = 0.0, mean = 0.0, variance = 0.0;
    for (int64_t i = 0; i < count; i++) total += w[i];
    for (int64_t i = 0; i < count; i++) mean += w[i] / total * z[i];
    for (int64_t i = 0; i < count; i++) variance += w[i] / total * (z[i] - mean) * (z[i] - mean);
    return variance;
}

static hg_status observe_balance(hg_lab *lab, void *context)
{
    const double v_m = *(const double *)context;
    const double expected = (v_m + sqrt(v_m * v_m + 4.0 * v_m * selection_variance)) / 2.0;
    const int64_t generations = hg_run_generations(lab->run);
    double *w, *z, *variance, *fitness, *sums;
    hg_residuals step = {0};
    hg_sample v = {0}, mean_fitness = {0};
    HG_TRY(hg_lab_array(lab, &w, lab->individuals, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &z, lab->individuals, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &variance, lab->demes, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &fitness, lab->demes, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &sums, 2 * lab->demes, sizeof(double)));
    for (int64_t t = 0; t < generations; t++) {
        HG_TRY(hg_lab_read(lab, HG_FITNESS, 1, w));
        HG_TRY(hg_lab_read(lab, HG_BASAL, 1, z));
        HG_TRY(hg_lab_advance(lab, 1));
        HG_TRY(hg_run_deme_statistics(lab->run, fitness, NULL, NULL, variance, NULL, NULL));
        for (int64_t d = 0; d < lab->demes; d++) {
            const int64_t first = d * lab->size;
            hg_residuals_add(&step, variance[d],
                             selected_variance(w + first, z + first, lab->size) + v_m);
            sums[2 * d] += variance[d] / (double)generations;
            sums[2 * d + 1] += fitness[d] / (double)generations;
        }
    }
    for (int64_t d = 0; d < lab->demes; d++) {
        hg_sample_add(&v, sums[2 * d]);
        hg_sample_add(&mean_fitness, sums[2 * d + 1]);
    }
    hg_judge_residuals(lab->theory, &step, "V after selection and mutation");
    hg_judge_sample(lab->theory, expected, &v, "V in balance, N = %d", (int)lab->size);
    hg_judge_sample(lab->theory, sqrt(selection_variance / (selection_variance + expected)),
                    &mean_fitness, "mean fitness in balance");
    return HG_OK;
}

/* The founders are in balance already. Drift takes a share of the order of 1/N from the
 * expected variance, which is less than a tenth of its standard error here. */
hg_status hg_theory_balance(hg_theory *theory)
{
    double v_m = 0.04;
    const double balance = (v_m + sqrt(v_m * v_m + 4.0 * v_m * selection_variance)) / 2.0;
    const hg_lab_size size = {24, hg_scaled(theory, 20000, 60000), hg_scaled(theory, 20, 60)};
    return hg_lab_conduct(theory, size, observe_balance, &v_m,
                          "population: {genes: 1, initial: {basal: {distribution: normal, "
                          "mean: %g, sd: %.17g}}}\n"
                          "fitness: [{model: gaussian, optimum: %g, width: %g}]\n"
                          "mutation: {basal: {rate: 1, sd: %.17g}}\n", optimum, sqrt(balance),
                          optimum, sqrt(selection_variance), sqrt(v_m));
}

/* --- response to one generation of selection ------------------------------------------------ */

typedef struct response {
    double mean, variance, optimum, width;
} response;

static hg_status observe_response(hg_lab *lab, void *context)
{
    const response *r = context;
    const double total = r->width * r->width + r->variance, away = r->optimum - r->mean;
    double *before, *after, *fitness, *variance;
    hg_sample shift = {0}, mean_fitness = {0}, v = {0};
    HG_TRY(hg_lab_array(lab, &before, lab->demes, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &after, lab->demes, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &fitness, lab->demes, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &variance, lab->demes, sizeof(double)));
    HG_TRY(hg_run_deme_statistics(lab->run, fitness, NULL, before, NULL, NULL, NULL));
    HG_TRY(hg_lab_advance(lab, 1));
    HG_TRY(hg_run_deme_statistics(lab->run, NULL, NULL, after, variance, NULL, NULL));
    for (int64_t d = 0; d < lab->demes; d++) {
        hg_sample_add(&shift, after[d] - before[d]);
        hg_sample_add(&mean_fitness, fitness[d]);
        hg_sample_add(&v, variance[d]);
    }
    hg_judge_sample(lab->theory, r->variance * away / total, &shift, "delta z, omega = %g",
                    r->width);
    hg_judge_sample(lab->theory, r->variance * r->width * r->width / total, &v,
                    "V after selection, omega = %g", r->width);
    hg_judge_sample(lab->theory, r->width / sqrt(total) * exp(-away * away / (2.0 * total)),
                    &mean_fitness, "mean fitness, omega = %g", r->width);
    return HG_OK;
}

hg_status hg_theory_response(hg_theory *theory)
{
    static const double widths[] = {0.7, 1.5, 4.0};
    const hg_lab_size size = {40, hg_scaled(theory, 20000, 60000), 1};
    for (int i = 0; i < 3; i++) {
        response r = {.mean = 10.0, .variance = 0.49, .optimum = 11.0, .width = widths[i]};
        HG_TRY(hg_lab_conduct(theory, size, observe_response, &r,
                              "population: {genes: 1, initial: {basal: {distribution: normal, "
                              "mean: %g, sd: %.17g}}}\n"
                              "fitness: [{model: gaussian, optimum: %g, width: %g}]\n"
                              "mutation: {basal: {rate: 0}}\n", r.mean, sqrt(r.variance),
                              r.optimum, r.width));
    }
    return HG_OK;
}
