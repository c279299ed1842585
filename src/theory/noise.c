/* SPDX-License-Identifier: GPL-3.0-or-later
 * Developmental noise: expression times exp(sd z - sd^2/2), anew for every gene, individual and
 * generation, whatever the parents' was. */
#include <math.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

enum { GENES = 5 };

static const double level = 2.0, noise_sd = 0.4;

/* Standard normals behind expression, of a generation and of the one before. */
typedef struct draws {
    double *z, *before, *expression, *fitness;
    int64_t *parent;
} draws;

typedef struct seen {
    hg_residuals mean, logarithm, variance, genes, individuals, generations, parents;
    double fitness; /**< largest difference from that of the noisy expression */
} seen;

static hg_status read_draws(hg_lab *lab, draws *d)
{
    double *z = d->before;
    d->before = d->z;
    d->z = z;
    HG_TRY(hg_lab_read(lab, HG_EXPRESSION, GENES, d->expression));
    HG_TRY(hg_lab_read(lab, HG_FITNESS, 1, d->fitness));
    for (int64_t i = 0; i < lab->individuals * GENES; i++)
        z[i] = (log(d->expression[i] / level) + noise_sd * noise_sd / 2.0) / noise_sd;
    return hg_lab_parents(lab, d->parent, NULL);
}

static void note_individual(const draws *d, int64_t i, bool first, seen *s)
{
    const double *z = d->z + i * GENES;
    double sum = 0.0;
    for (int g = 0; g < GENES; g++) {
        sum += d->expression[i * GENES + g];
        hg_residuals_add(&s->mean, d->expression[i * GENES + g] / level, 1.0);
        hg_residuals_add(&s->logarithm, noise_sd * z[g] - noise_sd * noise_sd / 2.0,
                         -noise_sd * noise_sd / 2.0);
        hg_residuals_add(&s->variance, z[g] * z[g], 1.0);
        if (g > 0) hg_residuals_add(&s->genes, z[g] * z[g - 1], 0.0);
        if (i > 0) hg_residuals_add(&s->individuals, z[g] * z[g - GENES], 0.0);
        if (first) continue;
        hg_residuals_add(&s->generations, z[g] * d->before[i * GENES + g], 0.0);
        hg_residuals_add(&s->parents, z[g] * d->before[d->parent[i] * GENES + g], 0.0);
    }
    s->fitness = fmax(s->fitness, fabs(d->fitness[i] - sum / GENES));
}

static hg_status observe_noise(hg_lab *lab, void *context)
{
    const char *name = context;
    draws d = {.z = NULL};
    seen s = {.fitness = 0.0};
    double **const array[] = {&d.z, &d.before, &d.expression};
    for (int i = 0; i < 3; i++)
        HG_TRY(hg_lab_array(lab, array[i], lab->individuals * GENES, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &d.fitness, lab->individuals, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &d.parent, lab->individuals, sizeof(int64_t)));
    for (int64_t t = 0; t <= hg_run_generations(lab->run); t++) {
        if (t > 0) HG_TRY(hg_lab_advance(lab, 1));
        HG_TRY(read_draws(lab, &d));
        for (int64_t i = 0; i < lab->individuals; i++) note_individual(&d, i, t == 0, &s);
    }
    hg_judge_residuals(lab->theory, &s.mean, "mean expression, %s", name);
    hg_judge_residuals(lab->theory, &s.logarithm, "mean of the logarithm, -sd^2/2, %s", name);
    hg_judge_residuals(lab->theory, &s.variance, "variance of the logarithm/sd^2, %s", name);
    hg_judge_residuals(lab->theory, &s.genes, "neighbouring genes, %s", name);
    hg_judge_residuals(lab->theory, &s.individuals, "neighbouring individuals, %s", name);
    hg_judge_residuals(lab->theory, &s.generations, "successive generations, %s", name);
    hg_judge_residuals(lab->theory, &s.parents, "parent and offspring, %s", name);
    hg_judge_exact(lab->theory, s.fitness, 1e-12, "fitness is the noisy expression's, %s", name);
    return HG_OK;
}

hg_status hg_theory_noise(hg_theory *theory)
{
    static const char *const systems[] = {"asexual", "sexual"};
    const hg_lab_size size = {1, hg_scaled(theory, 30001, 150001), 4};
    for (int i = 0; i < 2; i++)
        HG_TRY(hg_lab_conduct(theory, size, observe_noise, (void *)systems[i],
                              "population: {genes: %d, initial: {basal: %g}}\n"
                              "development: {noise_sd: %g}\n"
                              "mutation: {basal: {rate: 0}}\n"
                              "mating: {system: %s}\n", GENES, level, noise_sd, systems[i]));
    return HG_OK;
}
