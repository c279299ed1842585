/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where alleles and weights mutate and by how much, without selection or drift: every site
 * and every step is independent of all others. Sites are standardised, (mutated - u)/sqrt(u(1-u)),
 * and so are steps, so that mean products are correlations.
 */
#include <math.h>
#include <stdio.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

enum { LOCI = 20 };

/* Alleles, or weights, of everybody, [individuals][LOCI]. */
typedef struct loci {
    hg_quantity quantity;
    double rate, sd;
    double *value, *step;   /**< steps divided by sd, 0 where there was none */
    double *value_before, *step_before; /**< a generation ago */
    hg_residuals mutated;
} loci;

typedef struct seen {
    hg_residuals mean, variance, fourth, first, gap;
    hg_residuals site_genes, site_individuals, site_generations, site_kinds;
    hg_residuals step_genes, step_individuals, step_generations, step_kinds;
} seen;

static double site_of(const loci *l, double step)
{
    return ((step != 0.0) - l->rate) / sqrt(l->rate * (1.0 - l->rate));
}

static hg_status read_steps(hg_lab *lab, loci *l)
{
    double *value = l->value_before, *step = l->step_before;
    l->value_before = l->value;
    l->step_before = l->step;
    l->value = value;
    l->step = step;
    HG_TRY(hg_lab_read(lab, l->quantity, LOCI, value));
    for (int64_t i = 0; i < lab->individuals * LOCI; i++)
        step[i] = (value[i] - l->value_before[i]) / l->sd;
    return HG_OK;
}

/* One locus of one individual by itself; `gap`: loci since the last mutated one. */
static void note_step(loci *l, seen *s, double step, int g, int *gap)
{
    const double square = step * step;
    hg_residuals_add(&l->mutated, step != 0.0, l->rate);
    *gap += 1;
    if (step == 0.0) return;
    hg_residuals_add(&s->mean, step, 0.0);
    hg_residuals_add(&s->variance, square, 1.0);
    hg_residuals_add(&s->fourth, square * square, 3.0);
    hg_residuals_add(&s->gap, (square - 1.0) * (double)*gap, 0.0);
    if (g == 0) hg_residuals_add(&s->first, square, 1.0);
    *gap = 0;
}

static void note_pair(hg_residuals *site, hg_residuals *step, const loci *l, double x,
                      const loci *other, double y)
{
    hg_residuals_add(site, site_of(l, x) * site_of(other, y), 0.0);
    if (x != 0.0 && y != 0.0) hg_residuals_add(step, x * y, 0.0);
}

static void note_individual(loci *l, seen *s, int64_t i, bool successive)
{
    const double *step = l->step + i * LOCI, *before = l->step_before + i * LOCI;
    int gap = 0;
    for (int g = 0; g < LOCI; g++) {
        note_step(l, s, step[g], g, &gap);
        if (g > 0) note_pair(&s->site_genes, &s->step_genes, l, step[g], l, step[g - 1]);
        if (i > 0)
            note_pair(&s->site_individuals, &s->step_individuals, l, step[g], l, step[g - LOCI]);
        if (successive)
            note_pair(&s->site_generations, &s->step_generations, l, step[g], l, before[g]);
    }
}

static void judge_all(hg_theory *theory, const loci *l, const seen *s)
{
    hg_judge_residuals(theory, &l[0].mutated, "alleles mutated, u = %g", l[0].rate);
    hg_judge_residuals(theory, &l[1].mutated, "weights mutated, u = %g", l[1].rate);
    hg_judge_residuals(theory, &s->mean, "steps: mean/sd");
    hg_judge_residuals(theory, &s->variance, "steps: variance/sd^2");
    hg_judge_residuals(theory, &s->first, "steps of the first locus: variance/sd^2");
    hg_judge_residuals(theory, &s->fourth, "steps: fourth moment/sd^4");
    hg_judge_residuals(theory, &s->gap, "steps' squares x gap since the last site");
    hg_judge_residuals(theory, &s->site_genes, "sites: correlation of neighbouring loci");
    hg_judge_residuals(theory, &s->site_individuals, "sites: of neighbouring individuals");
    hg_judge_residuals(theory, &s->site_generations, "sites: of successive generations");
    hg_judge_residuals(theory, &s->site_kinds, "sites: of alleles and weights");
    hg_judge_residuals(theory, &s->step_genes, "steps: correlation of neighbouring loci");
    hg_judge_residuals(theory, &s->step_individuals, "steps: of neighbouring individuals");
    hg_judge_residuals(theory, &s->step_generations, "steps: of successive generations");
    hg_judge_residuals(theory, &s->step_kinds, "steps: of alleles and weights");
}

static hg_status prepare(hg_lab *lab, loci *l)
{
    double **const array[] = {&l->value, &l->step, &l->value_before, &l->step_before};
    for (int i = 0; i < 4; i++)
        HG_TRY(hg_lab_array(lab, array[i], lab->individuals * LOCI, sizeof(double)));
    return hg_lab_read(lab, l->quantity, LOCI, l->value);
}

static hg_status observe_mutations(hg_lab *lab, void *context)
{
    loci *l = context;
    seen s = {.mean = {0}};
    for (int k = 0; k < 2; k++) HG_TRY(prepare(lab, &l[k]));
    for (int64_t t = 1; t <= hg_run_generations(lab->run); t++) {
        HG_TRY(hg_lab_advance(lab, 1));
        for (int k = 0; k < 2; k++) HG_TRY(read_steps(lab, &l[k]));
        for (int64_t i = 0; i < lab->individuals; i++) {
            for (int k = 0; k < 2; k++) note_individual(&l[k], &s, i, t > 1);
            for (int64_t at = i * LOCI; at < (i + 1) * LOCI; at++)
                note_pair(&s.site_kinds, &s.step_kinds, &l[0], l[0].step[at], &l[1], l[1].step[at]);
        }
    }
    judge_all(lab->theory, l, &s);
    return HG_OK;
}

hg_status hg_theory_mutations(hg_theory *theory)
{
    loci l[2] = {{.quantity = HG_BASAL, .rate = 0.3, .sd = 0.5},
                 {.quantity = HG_WEIGHT, .rate = 0.2, .sd = 2.0}};
    const hg_lab_size size = {1, 20000, hg_scaled(theory, 4, 30)};
    /* a ring: gene g regulates gene g+1 */
    char edges[40 * LOCI];
    size_t used = 0;
    for (int g = 0; g < LOCI; g++)
        used += (size_t)snprintf(edges + used, sizeof edges - used, "%s[g%d, g%d, 1]",
                                 g == 0 ? "" : ", ", (g + LOCI - 1) % LOCI, g);
    return hg_lab_conduct(theory, size, observe_mutations, l,
                          "population: {genes: %d, initial: {basal: 1000}}\n"
                          "network: {edges: [%s], weights: heritable}\n"
                          "regulation: {model: additive, strength: 0.001}\n"
                          "selection: {scheme: none}\n"
                          "mutation: {basal: {rate: %g, sd: %g}, weights: {rate: %g, sd: %g}}\n",
                          LOCI, edges, l[0].rate, l[0].sd, l[1].rate, l[1].sd);
}
