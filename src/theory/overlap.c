/* SPDX-License-Identifier: GPL-3.0-or-later
 * Generations that overlap: who lives on, and who begets the others. Every newborn mutates, so
 * that an unchanged genotype tells a survivor. */
#include <math.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

static const double overlap = 0.3, step_sd = 0.2;

typedef struct generation {
    double *value, *fitness, *value_before, *fitness_before;
    double *lives, *lived;
    int64_t *parent;
} generation;

typedef struct seen {
    hg_residuals share, fitness, successive, neighbours, parents, step, square;
    double strangers; /**< survivors that are another's offspring */
} seen;

static hg_status create(hg_lab *lab, generation *g)
{
    double **const array[] = {&g->value, &g->fitness, &g->value_before, &g->fitness_before,
                              &g->lives, &g->lived};
    for (int i = 0; i < 6; i++)
        HG_TRY(hg_lab_array(lab, array[i], lab->individuals, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &g->parent, lab->individuals, sizeof(int64_t)));
    HG_TRY(hg_lab_read(lab, HG_BASAL, 1, g->value));
    return hg_lab_read(lab, HG_FITNESS, 1, g->fitness);
}

static void exchange(double **one, double **other)
{
    double *kept = *one;
    *one = *other;
    *other = kept;
}

static hg_status next(hg_lab *lab, generation *g)
{
    exchange(&g->value, &g->value_before);
    exchange(&g->fitness, &g->fitness_before);
    exchange(&g->lives, &g->lived);
    HG_TRY(hg_lab_advance(lab, 1));
    HG_TRY(hg_lab_read(lab, HG_BASAL, 1, g->value));
    HG_TRY(hg_lab_read(lab, HG_FITNESS, 1, g->fitness));
    HG_TRY(hg_lab_parents(lab, g->parent, NULL));
    for (int64_t i = 0; i < lab->individuals; i++)
        g->lives[i] = g->value[i] == g->value_before[i];
    return HG_OK;
}

static void note_deme(const hg_lab *lab, const generation *g, int64_t deme, bool first, seen *s)
{
    const int64_t begin = deme * lab->size, end = begin + lab->size;
    double total = 0.0, squares = 0.0, chosen = 0.0, newborn = 0.0;
    for (int64_t i = begin; i < end; i++) {
        total += g->fitness_before[i];
        squares += g->fitness_before[i] * g->fitness_before[i];
    }
    for (int64_t i = begin; i < end; i++) {
        const double lives = g->lives[i] - overlap, mean = total / (double)lab->size;
        hg_residuals_add(&s->share, g->lives[i], overlap);
        hg_residuals_add(&s->fitness, lives * (g->fitness_before[i] - mean), 0.0);
        if (!first) hg_residuals_add(&s->successive, lives * (g->lived[i] - overlap), 0.0);
        if (i > begin) hg_residuals_add(&s->neighbours, lives * (g->lives[i - 1] - overlap), 0.0);
        s->strangers += g->lives[i] > 0.0 && g->parent[i] != i;
        if (g->lives[i] > 0.0) continue;
        const double step = (g->value[i] - g->value_before[g->parent[i]]) / step_sd;
        chosen += g->fitness_before[g->parent[i]];
        newborn += 1.0;
        hg_residuals_add(&s->step, step, 0.0);
        hg_residuals_add(&s->square, step * step, 1.0);
    }
    if (newborn > 0.0) hg_residuals_add(&s->parents, chosen / newborn, squares / total);
}

static hg_status observe_overlap(hg_lab *lab, void *context)
{
    const char *name = context;
    const bool sexual = name[0] == 's';
    seen s = {.strangers = 0.0};
    generation g;
    HG_TRY(create(lab, &g));
    for (int64_t t = 0; t < hg_run_generations(lab->run); t++) {
        HG_TRY(next(lab, &g));
        for (int64_t d = 0; d < lab->demes; d++) note_deme(lab, &g, d, t == 0, &s);
    }
    hg_judge_residuals(lab->theory, &s.share, "share that lives on, o = %g, %s", overlap, name);
    hg_judge_residuals(lab->theory, &s.fitness, "living on x fitness, %s", name);
    hg_judge_residuals(lab->theory, &s.successive, "living on twice, %s", name);
    hg_judge_residuals(lab->theory, &s.neighbours, "living on of neighbours, %s", name);
    hg_judge_exact(lab->theory, s.strangers, 0.0, "survivors with another parent, %s", name);
    hg_judge_residuals(lab->theory, &s.parents, "fitness of newborns' parents, %s", name);
    if (sexual) return HG_OK; /* a gene of the second parent is no step from the first */
    hg_judge_residuals(lab->theory, &s.step, "newborns' steps: mean/sd, %s", name);
    hg_judge_residuals(lab->theory, &s.square, "newborns' steps: variance/sd^2, %s", name);
    return HG_OK;
}

hg_status hg_theory_overlap(hg_theory *theory)
{
    static const char *const systems[] = {"asexual", "sexual"};
    const hg_lab_size size = {20, 50, hg_scaled(theory, 800, 5000)};
    for (int i = 0; i < 2; i++)
        HG_TRY(hg_lab_conduct(theory, size, observe_overlap, (void *)systems[i],
                              "population: {genes: 1, initial: {basal: {distribution: normal, "
                              "mean: 100, sd: 1}}}\n"
                              "fitness: [{model: gaussian, optimum: 100, strength: 0.5}]\n"
                              "mutation: {basal: {rate: 1, sd: %g}}\n"
                              "selection: {overlap: %g}\n"
                              "mating: {system: %s}\n", step_sd, overlap, systems[i]));
    return HG_OK;
}
