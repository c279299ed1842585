/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who begets whom, generation by generation, given the fitness of the generation before: first
 * parents, second parents, migrants.
 */
#include <math.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

/* Fitness and a trait of the generation before, and the parents that it became. */
typedef struct pedigree {
    double *fitness, *trait;
    double *p;        /* the chance of each to be a given offspring's parent, within its deme */
    int64_t *first, *second;
    int64_t *children; /* first parents' offspring */
} pedigree;

static hg_status create(hg_lab *lab, pedigree *p)
{
    HG_TRY(hg_lab_array(lab, &p->fitness, lab->individuals, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &p->trait, lab->individuals, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &p->p, lab->individuals, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &p->first, lab->individuals, sizeof(int64_t)));
    HG_TRY(hg_lab_array(lab, &p->second, lab->individuals, sizeof(int64_t)));
    return hg_lab_array(lab, &p->children, lab->individuals, sizeof(int64_t));
}

/* How fitness becomes the chance to be a parent. */
typedef struct scheme {
    const char *name;
    int64_t tournament; /* size of tournaments, or 0 */
    double truncation;  /* the share that reproduces, or 0 */
} scheme;

/* By its rank r of n, 0 being the best: the chance to win a tournament of k uniform draws with
 * replacement, ((n-r)^k - (n-r-1)^k)/n^k; or to be drawn of the best ceil(fraction n). */
static double chance_of_rank(const scheme *by, int64_t rank, int64_t size)
{
    const double n = (double)size, k = (double)by->tournament, left = n - (double)rank;
    const double best = ceil(by->truncation * n);
    if (by->tournament > 0) return pow(left / n, k) - pow((left - 1.0) / n, k);
    return (double)rank < best ? 1.0 / best : 0.0;
}

/* Ties go to the lowest index. */
static void weigh_ranks(const hg_lab *lab, pedigree *p, const scheme *by, int64_t begin)
{
    for (int64_t i = begin; i < begin + lab->size; i++) {
        int64_t rank = 0;
        for (int64_t j = begin; j < begin + lab->size; j++)
            rank += p->fitness[j] > p->fitness[i] || (j < i && p->fitness[j] == p->fitness[i]);
        p->p[i] = chance_of_rank(by, rank, lab->size);
    }
}

static hg_status next_generation(hg_lab *lab, pedigree *p, const scheme *by)
{
    HG_TRY(hg_lab_read(lab, HG_FITNESS, 1, p->fitness));
    HG_TRY(hg_lab_read(lab, HG_BASAL, 1, p->trait));
    HG_TRY(hg_lab_advance(lab, 1));
    HG_TRY(hg_lab_parents(lab, p->first, p->second));
    for (int64_t d = 0; d < lab->demes; d++) {
        double total = 0.0;
        const int64_t begin = d * lab->size, end = begin + lab->size;
        for (int64_t i = begin; i < end; i++) total += p->fitness[i];
        for (int64_t i = begin; i < end; i++) p->p[i] = p->fitness[i] / total;
        if (by != NULL) weigh_ranks(lab, p, by, begin);
    }
    return HG_OK;
}

/* sum of p_i x_i over a deme; x NULL: the index within the deme. */
static double expected_of(const hg_lab *lab, const pedigree *p, int64_t deme, const double *x)
{
    double sum = 0.0;
    const int64_t begin = deme * lab->size;
    for (int64_t i = begin; i < begin + lab->size; i++)
        sum += p->p[i] * (x != NULL ? x[i] : (double)(i - begin));
    return sum;
}

/* The share of pairs of a deme's offspring with one parent in common; fills p->children. */
static double shared_pairs(const hg_lab *lab, const pedigree *p, int64_t deme,
                           const int64_t *parent)
{
    double pairs = 0.0;
    const int64_t begin = deme * lab->size, end = begin + lab->size;
    for (int64_t i = begin; i < end; i++) p->children[i] = 0;
    for (int64_t j = begin; j < end; j++) p->children[parent[j]]++;
    for (int64_t i = begin; i < end; i++)
        pairs += (double)(p->children[i] * (p->children[i] - 1));
    return pairs / (double)(lab->size * (lab->size - 1));
}

#define VARIED                                                                                     \
    "population: {genes: 1, initial: {basal: {distribution: exponential, mean: 1}}}\n"             \
    "fitness: [{model: gaussian, optimum: 1, strength: 1.5}]\n"                                    \
    "mutation: {basal: {rate: 0.5, sd: 0.5}}\n"

/* --- first parents ------------------------------------------------------------------------- */

static hg_status observe_parents(hg_lab *lab, void *context)
{
    const scheme *by = context;
    hg_residuals shared = {0}, parents = {0}, price = {0};
    pedigree p;
    HG_TRY(create(lab, &p));
    while (hg_run_generation(lab->run) < hg_run_generations(lab->run)) {
        HG_TRY(next_generation(lab, &p, by));
        for (int64_t d = 0; d < lab->demes; d++) {
            const int64_t begin = d * lab->size, end = begin + lab->size;
            double chosen = 0.0, mean = 0.0, distinct = 0.0, expected = 0.0;
            hg_residuals_add(&shared, shared_pairs(lab, &p, d, p.first),
                             expected_of(lab, &p, d, p.p));
            for (int64_t i = begin; i < end; i++) {
                chosen += p.trait[p.first[i]] / (double)lab->size;
                mean += p.trait[i] / (double)lab->size;
                distinct += p.children[i] > 0;
                expected += -expm1((double)lab->size * log1p(-p.p[i]));
            }
            hg_residuals_add(&parents, distinct, expected);
            hg_residuals_add(&price, chosen - mean, expected_of(lab, &p, d, p.trait) - mean);
        }
    }
    hg_theory_note(lab->theory, "1/N = %.6g", 1.0 / (double)lab->size);
    const char *name = by == NULL ? "by fitness" : by->name;
    hg_judge_residuals(lab->theory, &shared, "shared parent, %s, N = %d", name, (int)lab->size);
    hg_judge_residuals(lab->theory, &parents, "number with offspring, %s", name);
    hg_judge_residuals(lab->theory, &price, "selection differential, %s", name);
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

hg_status hg_theory_ranks(hg_theory *theory)
{
    static const scheme tournament = {"tournament of 3", 3, 0.0};
    static const scheme truncation = {"best 0.3", 0, 0.3};
    const hg_lab_size size = {40, 50, hg_scaled(theory, 200, 2000)};
    HG_TRY(hg_lab_conduct(theory, size, observe_parents, (void *)&tournament,
                          VARIED "selection: {scheme: tournament, size: 3}\n"));
    return hg_lab_conduct(theory, size, observe_parents, (void *)&truncation,
                          VARIED "selection: {scheme: truncation, fraction: 0.3}\n");
}

/* --- second parents -------------------------------------------------------------------------- */

typedef struct mates_seen {
    hg_residuals shared, crossed, fitness, selfed, gap;
} mates_seen;

/* One deme's second parents, drawn independently of everything but fitness. */
static void note_mates(const hg_lab *lab, const pedigree *p, int64_t d, mates_seen *seen)
{
    const int64_t begin = d * lab->size, end = begin + lab->size;
    const double n = (double)lab->size, same = expected_of(lab, p, d, p->p);
    const double place = expected_of(lab, p, d, NULL), fitness = expected_of(lab, p, d, p->fitness);
    double selfed = 0.0, crossed = 0.0, mean = 0.0, gaps = 0.0;
    for (int64_t j = begin; j < end; j++) {
        const double gap = j > begin ? (double)(p->first[j] - p->first[j - 1]) - 1.0 : 0.0;
        selfed += p->second[j] == p->first[j];
        mean += p->fitness[p->second[j]] / n;
        gaps += gap * ((double)(p->second[j] - begin) - place) / (n * n);
    }
    shared_pairs(lab, p, d, p->first); /* counts first parents' offspring */
    for (int64_t j = begin; j < end; j++)
        crossed += (double)(p->children[p->second[j]] - (p->first[j] == p->second[j]));
    hg_residuals_add(&seen->crossed, crossed / (n * (n - 1.0)), same);
    hg_residuals_add(&seen->shared, shared_pairs(lab, p, d, p->second), same);
    hg_residuals_add(&seen->selfed, selfed / n, same);
    hg_residuals_add(&seen->fitness, mean, fitness);
    hg_residuals_add(&seen->gap, gaps, 0.0);
}

/* Without selfing: the second parent's law is that of the others. */
static void note_other_mates(const hg_lab *lab, const pedigree *p, int64_t d, mates_seen *seen)
{
    const int64_t begin = d * lab->size, end = begin + lab->size;
    const double n = (double)lab->size, fitness = expected_of(lab, p, d, p->fitness);
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
    pedigree p;
    HG_TRY(create(lab, &p));
    while (hg_run_generation(lab->run) < hg_run_generations(lab->run)) {
        HG_TRY(next_generation(lab, &p, NULL));
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
    pedigree p;
    HG_TRY(create(lab, &p));
    while (hg_run_generation(lab->run) < hg_run_generations(lab->run)) {
        HG_TRY(next_generation(lab, &p, NULL));
        for (int64_t j = 0; j < lab->individuals; j++) {
            const int64_t deme = j / lab->size, from = p.first[j] / lab->size;
            hg_residuals_add(&moved, from != deme, m);
            hg_residuals_add(&next, from == (deme + 1) % lab->demes, m / (double)(lab->demes - 1));
            if (from != deme)
                hg_residuals_add(&fitness, p.fitness[p.first[j]],
                                 expected_of(lab, &p, from, p.fitness));
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
