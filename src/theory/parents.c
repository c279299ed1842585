/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who begets whom, generation by generation, given the fitness of the generation before: first
 * parents, second parents, migrants.
 */
#include <math.h>

#include "theory/experiments.h"
#include "theory/measure.h"
#include "theory/pedigree.h"

#define VARIED                                                                                     \
    "population: {genes: 1, initial: {basal: {distribution: exponential, mean: 1}}}\n"             \
    "fitness: [{model: gaussian, optimum: 1, strength: 1.5}]\n"                                    \
    "mutation: {basal: {rate: 0.5, sd: 0.5}}\n"

/* --- first parents ------------------------------------------------------------------------- */

static hg_status observe_parents(hg_lab *lab, void *context)
{
    (void)context;
    hg_residuals shared = {0}, parents = {0}, price = {0};
    hg_pedigree p;
    HG_TRY(hg_pedigree_create(lab, &p));
    while (hg_run_generation(lab->run) < hg_run_generations(lab->run)) {
        HG_TRY(hg_pedigree_advance(lab, &p));
        for (int64_t d = 0; d < lab->demes; d++) {
            const int64_t begin = d * lab->size, end = begin + lab->size;
            double chosen = 0.0, mean = 0.0, distinct = 0.0, expected = 0.0;
            hg_residuals_add(&shared, hg_pedigree_shared_pairs(lab, &p, d, p.first),
                             hg_pedigree_expect(lab, &p, d, p.p));
            for (int64_t i = begin; i < end; i++) {
                chosen += p.trait[p.first[i]] / (double)lab->size;
                mean += p.trait[i] / (double)lab->size;
                distinct += p.children[i] > 0;
                expected += -expm1((double)lab->size * log1p(-p.p[i]));
            }
            hg_residuals_add(&parents, distinct, expected);
            hg_residuals_add(&price, chosen - mean, hg_pedigree_expect(lab, &p, d, p.trait) - mean);
        }
    }
    hg_theory_note(lab->theory, "1/N = %.6g", 1.0 / (double)lab->size);
    hg_judge_residuals(lab->theory, &shared, "shared parent, by fitness, N = %d", (int)lab->size);
    hg_judge_residuals(lab->theory, &parents, "number with offspring, by fitness");
    hg_judge_residuals(lab->theory, &price, "selection differential, by fitness");
    return HG_OK;
}

hg_status hg_theory_shared_parents(hg_theory *theory)
{
    const hg_lab_size size = {40, 100, hg_scaled(theory, 300, 3000)};
    return hg_lab_conduct(theory, size, observe_parents, NULL, VARIED);
}

/* Temperature, a walk of each deme's own, multiplies expression and so fitness by up to 10^100. */
hg_status hg_theory_unequal_demes(hg_theory *theory)
{
    const hg_lab_size size = {40, 50, hg_scaled(theory, 300, 3000)};
    return hg_lab_conduct(theory, size, observe_parents, NULL,
                          "population: {genes: 1, initial: {basal: {distribution: exponential, "
                          "mean: 1}}}\n"
                          "expression: {model: constant, q10: 10, temperature_reference: 1000}\n"
                          "environment: {temperature: {series: ar1, mean: 1000, sd: 400, "
                          "autocorrelation: 0.5}}\n"
                          "fitness: [{model: proportional}]\n"
                          "mutation: {basal: {rate: 0.5, sd: 0.5}}\n");
}

/* --- second parents -------------------------------------------------------------------------- */

typedef struct mates_seen {
    hg_residuals shared, crossed, fitness, selfed, gap;
} mates_seen;

/* One deme's second parents, drawn independently of everything but fitness. */
static void note_mates(const hg_lab *lab, const hg_pedigree *p, int64_t d, mates_seen *seen)
{
    const int64_t begin = d * lab->size, end = begin + lab->size;
    const double n = (double)lab->size, same = hg_pedigree_expect(lab, p, d, p->p);
    const double place = hg_pedigree_expect(lab, p, d, NULL);
    const double fitness = hg_pedigree_expect(lab, p, d, p->fitness);
    double selfed = 0.0, crossed = 0.0, mean = 0.0, gaps = 0.0;
    for (int64_t j = begin; j < end; j++) {
        const double gap = j > begin ? (double)(p->first[j] - p->first[j - 1]) - 1.0 : 0.0;
        selfed += p->second[j] == p->first[j];
        mean += p->fitness[p->second[j]] / n;
        gaps += gap * ((double)(p->second[j] - begin) - place) / (n * n);
    }
    hg_pedigree_shared_pairs(lab, p, d, p->first); /* counts first parents' offspring */
    for (int64_t j = begin; j < end; j++)
        crossed += (double)(p->children[p->second[j]] - (p->first[j] == p->second[j]));
    hg_residuals_add(&seen->crossed, crossed / (n * (n - 1.0)), same);
    hg_residuals_add(&seen->shared, hg_pedigree_shared_pairs(lab, p, d, p->second), same);
    hg_residuals_add(&seen->selfed, selfed / n, same);
    hg_residuals_add(&seen->fitness, mean, fitness);
    hg_residuals_add(&seen->gap, gaps, 0.0);
}

/* Without selfing: the second parent's law is that of the others. */
static void note_other_mates(const hg_lab *lab, const hg_pedigree *p, int64_t d, mates_seen *seen)
{
    const int64_t begin = d * lab->size, end = begin + lab->size;
    const double n = (double)lab->size, fitness = hg_pedigree_expect(lab, p, d, p->fitness);
    double selfed = 0.0, mean = 0.0, expected = 0.0;
    for (int64_t j = begin; j < end; j++) {
        const int64_t i = p->first[j];
        selfed += p->second[j] == i;
        mean += p->fitness[p->second[j]] / n;
        expected += (fitness - p->p[i] * p->fitness[i]) / (1.0 - p->p[i]) / n;
    }
    hg_residuals_add(&seen->selfed, selfed, 0.0);
    hg_residuals_add(&seen->fitness, mean, expected);
}

static hg_status observe_mates(hg_lab *lab, void *context)
{
    const bool selfing = *(const bool *)context;
    mates_seen seen = {.shared = {0}};
    hg_pedigree p;
    HG_TRY(hg_pedigree_create(lab, &p));
    while (hg_run_generation(lab->run) < hg_run_generations(lab->run)) {
        HG_TRY(hg_pedigree_advance(lab, &p));
        for (int64_t d = 0; d < lab->demes; d++)
            (selfing ? note_mates : note_other_mates)(lab, &p, d, &seen);
    }
    if (selfing) {
        hg_judge_residuals(lab->theory, &seen.selfed, "selfed, (1 + CV^2)/N");
        hg_judge_residuals(lab->theory, &seen.shared, "second parent shared, (1 + CV^2)/N");
        hg_judge_residuals(lab->theory, &seen.crossed, "one's first, another's second");
        hg_judge_residuals(lab->theory, &seen.gap, "second parent x gap between first parents");
    } else {
        hg_judge_exact(lab->theory, seen.selfed.sum, 0.0, "selfed, where it is excluded");
    }
    hg_judge_residuals(lab->theory, &seen.fitness, "fitness of second parents, %s",
                       selfing ? "selfing" : "no selfing");
    return HG_OK;
}

hg_status hg_theory_mates(hg_theory *theory)
{
    static const bool selfing[] = {true, false};
    const hg_lab_size size = {40, 50, hg_scaled(theory, 300, 3000)};
    for (int i = 0; i < 2; i++)
        HG_TRY(hg_lab_conduct(theory, size, observe_mates, (void *)&selfing[i],
                              VARIED "mating: {system: sexual, selfing: %s}\n",
                              selfing[i] ? "true" : "false"));
    return HG_OK;
}

/* --- migrants --------------------------------------------------------------------------------- */

static hg_status observe_migrants(hg_lab *lab, void *context)
{
    const double m = *(const double *)context;
    hg_residuals moved = {0}, next = {0}, fitness = {0};
    hg_pedigree p;
    HG_TRY(hg_pedigree_create(lab, &p));
    while (hg_run_generation(lab->run) < hg_run_generations(lab->run)) {
        HG_TRY(hg_pedigree_advance(lab, &p));
        for (int64_t j = 0; j < lab->individuals; j++) {
            const int64_t deme = j / lab->size, from = p.first[j] / lab->size;
            hg_residuals_add(&moved, from != deme, m);
            hg_residuals_add(&next, from == (deme + 1) % lab->demes, m / (double)(lab->demes - 1));
            if (from != deme)
                hg_residuals_add(&fitness, p.fitness[p.first[j]],
                                 hg_pedigree_expect(lab, &p, from, p.fitness));
        }
    }
    hg_judge_residuals(lab->theory, &moved, "share of migrants, m = %g", m);
    hg_judge_residuals(lab->theory, &next, "from one of %d other demes", (int)lab->demes - 1);
    hg_judge_residuals(lab->theory, &fitness, "fitness of migrant parents");
    return HG_OK;
}

hg_status hg_theory_migrants(hg_theory *theory)
{
    double m = 0.15;
    const hg_lab_size size = {5, 40, hg_scaled(theory, 1000, 10000)};
    return hg_lab_conduct(theory, size, observe_migrants, &m,
                          VARIED "migration: {scheme: island, rate: %g}\n", m);
}
