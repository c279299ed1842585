/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Selection by rank, generation by generation, given the fitness of the generation before: of
 * individuals that all differ but for clones, of two classes of fitness, and of Pareto fronts.
 * Who is equally fit has equal chances, wherever it lies.
 */
#include <math.h>

#include "theory/experiments.h"
#include "theory/measure.h"
#include "theory/pedigree.h"

/* How a rank becomes the chance to be a parent. */
typedef struct scheme {
    const char *name;
    int64_t tournament; /* size of tournaments, or 0 */
    double truncation;  /* the share that reproduces, or 0 */
} scheme;

/* What is expected of a deme's next generation. */
typedef struct expectation {
    double shared, parents; /* pairs with one parent; individuals with offspring */
    double variance;        /* of the parents' trait, over their offspring */
} expectation;

static double reproducers(const scheme *by, double n) { return ceil(by->truncation * n); }

/* Of a class of `tied` with `better` ahead of it. The class wins a tournament of k uniform draws
 * with replacement with chance ((n-better)^k - (n-better-tied)^k)/n^k; of a truncation it has what
 * the better ones leave of the m that reproduce. */
static double chance_in_class(const scheme *by, double better, double tied, double n)
{
    const double k = (double)by->tournament, m = reproducers(by, n);
    if (by->tournament > 0)
        return (pow((n - better) / n, k) - pow((n - better - tied) / n, k)) / tied;
    return fmin(fmax(m - better, 0.0), tied) / (tied * m);
}

/* The variance that the draw of `drawn` of the class at the cut gives the mean trait of those who
 * reproduce: that of a sample without replacement. */
static double variance_of_cut(const hg_pedigree *p, const scheme *by, int64_t begin, int64_t end,
                              double fitness, double drawn)
{
    hg_sample class = {0};
    const double m = reproducers(by, (double)(end - begin));
    for (int64_t i = begin; i < end; i++)
        if (p->fitness[i] == fitness) hg_sample_add(&class, p->trait[i]);
    const double tied = (double)class.count;
    return class.count < 2 ? 0.0
                           : drawn * (1.0 - drawn / tied) * class.spread / (tied - 1.0) / (m * m);
}

/* Fills the chances of a deme and says what follows from them. */
static expectation weigh(const hg_lab *lab, hg_pedigree *p, const scheme *by, int64_t deme)
{
    const int64_t begin = deme * lab->size, end = begin + lab->size;
    const double n = (double)lab->size, m = reproducers(by, n);
    expectation expected = {0};
    double mean = 0.0, square = 0.0, cut = 0.0;
    for (int64_t i = begin; i < end; i++) {
        double better = 0.0, tied = 0.0;
        for (int64_t j = begin; j < end; j++) {
            better += p->fitness[j] > p->fitness[i];
            tied += p->fitness[j] == p->fitness[i];
        }
        const double chance = p->p[i] = chance_in_class(by, better, tied, n);
        if (by->tournament == 0 && better < m && better + tied > m)
            cut = variance_of_cut(p, by, begin, end, p->fitness[i], m - better);
        expected.shared += chance * chance;
        expected.parents += -expm1(n * log1p(-chance));
        mean += chance * p->trait[i];
        square += chance * p->trait[i] * p->trait[i];
    }
    expected.variance = square - mean * mean - cut;
    if (by->tournament > 0) return expected;
    expected.shared = 1.0 / m; /* whoever they are */
    expected.parents = -m * expm1(n * log1p(-1.0 / m));
    return expected;
}

typedef struct seen {
    hg_residuals shared, parents, price, variance, place;
} seen;

static void note_deme(const hg_lab *lab, hg_pedigree *p, const scheme *by, int64_t deme, seen *to)
{
    const int64_t begin = deme * lab->size, end = begin + lab->size;
    const double n = (double)lab->size;
    const expectation expected = weigh(lab, p, by, deme);
    hg_sample before = {0}, chosen = {0};
    double distinct = 0.0, place = 0.0;
    hg_residuals_add(&to->shared, hg_pedigree_shared_pairs(lab, p, deme, p->first),
                     expected.shared);
    for (int64_t i = begin; i < end; i++) {
        hg_sample_add(&before, p->trait[i]);
        hg_sample_add(&chosen, p->trait[p->first[i]]);
        distinct += p->children[i] > 0;
        place += (double)(p->first[i] - begin) / n;
    }
    hg_residuals_add(&to->parents, distinct, expected.parents);
    hg_residuals_add(&to->price, chosen.mean - before.mean,
                     hg_pedigree_expect(lab, p, deme, p->trait) - before.mean);
    hg_residuals_add(&to->variance, chosen.spread / (n - 1.0), expected.variance);
    hg_residuals_add(&to->place, place, hg_pedigree_expect(lab, p, deme, NULL));
}

static hg_status observe(hg_lab *lab, void *context)
{
    const scheme *by = context;
    seen all = {.shared = {0}};
    hg_pedigree p;
    HG_TRY(hg_pedigree_create(lab, &p));
    while (hg_run_generation(lab->run) < hg_run_generations(lab->run)) {
        HG_TRY(hg_pedigree_advance(lab, &p));
        for (int64_t d = 0; d < lab->demes; d++) note_deme(lab, &p, by, d, &all);
    }
    hg_theory_note(lab->theory, "1/N = %.6g", 1.0 / (double)lab->size);
    hg_judge_residuals(lab->theory, &all.shared, "shared parent, %s, N = %d", by->name,
                       (int)lab->size);
    hg_judge_residuals(lab->theory, &all.parents, "number with offspring, %s", by->name);
    hg_judge_residuals(lab->theory, &all.price, "selection differential, %s", by->name);
    hg_judge_residuals(lab->theory, &all.variance, "variance of the parents, %s", by->name);
    hg_judge_residuals(lab->theory, &all.place, "place of the parents, %s", by->name);
    return HG_OK;
}

/* A tournament and a truncation. */
static hg_status conduct_both(hg_theory *theory, const hg_lab_size size, const scheme by[2],
                              const char *population)
{
    HG_TRY(hg_lab_conduct(theory, size, observe, (void *)&by[0],
                          "%sselection: {scheme: tournament, size: %d}\n", population,
                          (int)by[0].tournament));
    return hg_lab_conduct(theory, size, observe, (void *)&by[1],
                          "%sselection: {scheme: truncation, fraction: %g}\n", population,
                          by[1].truncation);
}

hg_status hg_theory_ranks(hg_theory *theory)
{
    static const scheme by[] = {{"tournament of 3", 3, 0.0}, {"best 0.3", 0, 0.3}};
    const hg_lab_size size = {40, 50, hg_scaled(theory, 200, 2000)};
    return conduct_both(theory, size, by,
                        "population: {genes: 1, initial: {basal: {distribution: exponential, "
                        "mean: 1}}}\n"
                        "fitness: [{model: gaussian, optimum: 1, strength: 1.5}]\n"
                        "mutation: {basal: {rate: 0.5, sd: 0.5}}\n");
}

/* Fitness in few classes. Who mutates is mostly alone, so that families are in one class. */
hg_status hg_theory_classes(hg_theory *theory)
{
    static const scheme two[] = {{"two classes, of 3", 3, 0.0}, {"two classes, best 0.5", 0, 0.5}};
    static const scheme front[] = {{"Pareto, of 2", 2, 0.0}, {"Pareto, best 0.3", 0, 0.3}};
    const hg_lab_size size = {40, 50, hg_scaled(theory, 200, 2000)};
    HG_TRY(conduct_both(theory, size, two,
                        "population: {genes: 1, initial: {basal: {distribution: uniform, low: 0, "
                        "high: 1}}}\n"
                        "fitness: [{model: threshold, threshold: 0.5}]\n"
                        "mutation: {basal: {rate: 0.1, sd: 0.3}}\n"));
    return conduct_both(theory, size, front,
                        "population: {genes: 2, initial: {basal: {distribution: uniform, low: 0, "
                        "high: 1}}}\n"
                        "network: {edges: [[g0, g1, -1]]}\n"
                        "regulation: {model: additive}\n"
                        "fitness: [{model: pareto}]\n"
                        "mutation: {basal: {rate: 0.05, sd: 0.05}}\n");
}
