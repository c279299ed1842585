/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whose genes an offspring has: without mutation, and with founders that have nothing in common,
 * each allele tells the parent that it is from, and the weights of a gene's incoming edges travel
 * with it. Demes, migration and overlap included. */
#include <string.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

enum { GENES = 7, EDGES = 10 };

static const int target[EDGES] = {0, 0, 1, 2, 3, 4, 4, 5, 6, 6};
#define NETWORK                                                                                    \
    "[[b, a, 1], [g, a, 1], [a, b, 1], [c, c, 1], [b, d, 1], [a, e, 1], [f, e, 1], [d, f, 1], "    \
    "[c, g, 1], [g, g, 1]]"

typedef struct way {
    const char *name, *mating;
    int ploidy;
} way;

static const way ways[] = {
    {"asexual", "system: asexual", 1},
    {"asexual, diploid", "system: asexual", 2},
    {"uniform", "system: sexual, recombination: {model: uniform, rate: 0.3}", 1},
    {"map", "system: sexual, recombination: {model: map, rate: 0.2, chromosomes: [3, 4]}", 1},
    {"uniform, diploid", "system: sexual, recombination: {model: uniform, rate: 0.3}", 2},
    {"map, diploid", "system: sexual, recombination: {model: map, rate: 0.2}", 2},
};
enum { WAYS = sizeof ways / sizeof *ways };

/* Genomes of a generation: alleles [genes][ploidy] and weights [edges][ploidy] of everybody. */
typedef struct genomes {
    double *allele, *weight;
} genomes;

typedef struct strays {
    double alleles, weights; /**< that no parent has; that came without their gene */
} strays;

/* One haploid set of an offspring, `slot` of its `ploidy`, and those of the parents that it may be
 * from: set k of parent[k] at slot from[k]. */
static void check_set(const genomes *now, const genomes *before, int64_t child, int slot,
                      int ploidy, const int64_t *parent, const int *from, strays *found)
{
    for (int g = 0; g < GENES; g++) {
        const double allele = now->allele[(child * GENES + g) * ploidy + slot];
        int origin = -1;
        for (int k = 0; k < 2; k++)
            if (before->allele[(parent[k] * GENES + g) * ploidy + from[k]] == allele) origin = k;
        found->alleles += origin < 0;
        for (int e = 0; e < EDGES && origin >= 0; e++)
            found->weights +=
                target[e] == g &&
                now->weight[(child * EDGES + e) * ploidy + slot] !=
                    before->weight[(parent[origin] * EDGES + e) * ploidy + from[origin]];
    }
}

static bool is_copy(const genomes *now, const genomes *before, int64_t child, int64_t parent,
                    int ploidy)
{
    const size_t alleles = (size_t)(GENES * ploidy), weights = (size_t)(EDGES * ploidy);
    return memcmp(now->allele + (size_t)child * alleles, before->allele + (size_t)parent * alleles,
                  alleles * sizeof(double)) == 0 &&
           memcmp(now->weight + (size_t)child * weights, before->weight + (size_t)parent * weights,
                  weights * sizeof(double)) == 0;
}

static void check_child(const way *w, const genomes *now, const genomes *before, int64_t child,
                        int64_t first, int64_t second, strays *found)
{
    const bool sexual = w->mating[8] == 's';
    if (!sexual || first == child) { /* a clone; or, most often, a survivor */
        const bool copy = is_copy(now, before, child, first, w->ploidy);
        if (!sexual) found->alleles += !copy;
        if (!sexual || copy) return;
    }
    const int64_t both[2] = {first, second}, one[2] = {first, first}, other[2] = {second, second};
    static const int same[2] = {0, 0}, sets[2] = {0, 1};
    if (w->ploidy == 1) {
        check_set(now, before, child, 0, 1, both, same, found);
    } else {
        check_set(now, before, child, 0, 2, one, sets, found);
        check_set(now, before, child, 1, 2, other, sets, found);
    }
}

static hg_status read_genomes(hg_lab *lab, const way *w, const genomes *g)
{
    HG_TRY(hg_lab_read(lab, HG_BASAL, GENES * w->ploidy, g->allele));
    return hg_lab_read(lab, HG_WEIGHT, EDGES * w->ploidy, g->weight);
}

static hg_status observe_inheritance(hg_lab *lab, void *context)
{
    const way *w = context;
    int64_t *first, *second;
    genomes of[2];
    strays found = {0.0, 0.0};
    HG_TRY(hg_lab_array(lab, &first, lab->individuals, sizeof *first));
    HG_TRY(hg_lab_array(lab, &second, lab->individuals, sizeof *second));
    for (int k = 0; k < 2; k++) {
        const int64_t sets = lab->individuals * w->ploidy;
        HG_TRY(hg_lab_array(lab, &of[k].allele, sets * GENES, sizeof(double)));
        HG_TRY(hg_lab_array(lab, &of[k].weight, sets * EDGES, sizeof(double)));
    }
    HG_TRY(read_genomes(lab, w, &of[0]));
    for (int64_t t = 1; t <= hg_run_generations(lab->run); t++) {
        HG_TRY(hg_lab_advance(lab, 1));
        HG_TRY(hg_lab_parents(lab, first, second));
        HG_TRY(read_genomes(lab, w, &of[t % 2]));
        for (int64_t i = 0; i < lab->individuals; i++)
            check_child(w, &of[t % 2], &of[(t + 1) % 2], i, first[i], second[i], &found);
    }
    const bool sexual = w->mating[8] == 's';
    hg_judge_exact(lab->theory, found.alleles, 0.0, "%s of no parent, %s",
                   sexual ? "alleles" : "genotypes", w->name);
    if (sexual)
        hg_judge_exact(lab->theory, found.weights, 0.0, "weights without their gene, %s", w->name);
    return HG_OK;
}

hg_status hg_theory_inheritance(hg_theory *theory)
{
    const hg_lab_size size = {3, hg_scaled(theory, 301, 1001), 8};
    for (int i = 0; i < WAYS; i++)
        HG_TRY(hg_lab_conduct(
            theory, size, observe_inheritance, (void *)&ways[i],
            "population: {ploidy: %d, initial: {basal: {distribution: uniform, low: 1, high: 2}, "
            "weights: {distribution: normal, mean: 0, sd: 1}}}\n"
            "network: {genes: [a, b, c, d, e, f, g], weights: heritable, edges: " NETWORK "}\n"
            "selection: {overlap: 0.2}\n"
            "migration: {scheme: island, rate: 0.1}\n"
            "mutation: {basal: {rate: 0}, weights: {rate: 0}}\n"
            "mating: {%s}\n", ways[i].ploidy, ways[i].mating));
    return HG_OK;
}
