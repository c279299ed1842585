/* SPDX-License-Identifier: GPL-3.0-or-later
 * Two alleles a gene: the drift of 2N gene copies, and what gametes carry. */
#include <math.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

/* --- drift ----------------------------------------------------------------------------------- */

/* Unbiased variance over the gene copies of a deme: half the mean squared difference of two of
 * them, which is 0 where they are copies of one and keeps its mean where they are not. */
static double variance_of_copies(const hg_lab *lab, const double *allele, int64_t deme)
{
    const int64_t copies = 2 * lab->size, begin = deme * copies;
    double mean = 0.0, squares = 0.0;
    for (int64_t i = begin; i < begin + copies; i++) mean += allele[i] / (double)copies;
    for (int64_t i = begin; i < begin + copies; i++)
        squares += (allele[i] - mean) * (allele[i] - mean);
    return squares / (double)(copies - 1);
}

static hg_status observe_drift(hg_lab *lab, void *context)
{
    double *allele, *initial;
    (void)context;
    HG_TRY(hg_lab_array(lab, &allele, 2 * lab->individuals, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &initial, lab->demes, sizeof(double)));
    HG_TRY(hg_lab_read(lab, HG_BASAL, 2, allele));
    for (int64_t d = 0; d < lab->demes; d++) initial[d] = variance_of_copies(lab, allele, d);
    const int64_t times[] = {1, lab->size, 4 * lab->size};
    for (int i = 0; i < 3; i++) {
        const double kept = pow(1.0 - 0.5 / (double)lab->size, (double)times[i]);
        hg_residuals v = {0};
        HG_TRY(hg_lab_advance(lab, times[i] - hg_run_generation(lab->run)));
        HG_TRY(hg_lab_read(lab, HG_BASAL, 2, allele));
        for (int64_t d = 0; d < lab->demes; d++)
            hg_residuals_add(&v, variance_of_copies(lab, allele, d), kept * initial[d]);
        hg_judge_residuals(lab->theory, &v, "variance of gene copies, t = %d, N = %d",
                           (int)times[i], (int)lab->size);
    }
    return HG_OK;
}

/* --- gametes ---------------------------------------------------------------------------------- */

enum { GENES = 4 };

typedef struct gamete_law {
    const char *name;
    double rate, parted; /**< parted: the chance that neighbouring genes come from both alleles */
} gamete_law;

typedef struct gametes {
    hg_residuals second, parted, independent, individuals;
    double strangers; /* alleles that the parent does not have */
} gametes;

/* Which of its parent's alleles each gene of a gamete is; founders' alleles all differ. */
static void find_origins(const double *child, const double *parent, int slot, double *origin,
                         gametes *seen)
{
    for (int g = 0; g < GENES; g++) {
        const double allele = child[2 * g + slot];
        origin[g] = allele == parent[2 * g + 1];
        seen->strangers += allele != parent[2 * g] && allele != parent[2 * g + 1];
    }
}

static void note_gametes(const double origin[2][GENES], const double *before, double parted,
                         gametes *seen)
{
    double alike = 0.0, neighbours = 0.0;
    for (int slot = 0; slot < 2; slot++) {
        double switches = 0.0;
        hg_residuals_add(&seen->second, origin[slot][0], 0.5);
        for (int g = 1; g < GENES; g++) switches += origin[slot][g] != origin[slot][g - 1];
        hg_residuals_add(&seen->parted, switches / (GENES - 1), parted);
    }
    for (int g = 0; g < GENES; g++) { /* a gamete's genes are one measurement: they are linked */
        alike += (origin[0][g] - 0.5) * (origin[1][g] - 0.5) / GENES;
        neighbours += (origin[0][g] - 0.5) * (before[g] - 0.5) / GENES;
    }
    hg_residuals_add(&seen->independent, alike, 0.0);
    hg_residuals_add(&seen->individuals, neighbours, 0.0);
}

static hg_status observe_gametes(hg_lab *lab, void *context)
{
    const gamete_law *law = context;
    double *parents, *children, origin[2][GENES] = {{0}}, before[GENES] = {0};
    int64_t *first, *second;
    gametes seen = {.strangers = 0.0};
    HG_TRY(hg_lab_array(lab, &parents, lab->individuals * 2 * GENES, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &children, lab->individuals * 2 * GENES, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &first, lab->individuals, sizeof(int64_t)));
    HG_TRY(hg_lab_array(lab, &second, lab->individuals, sizeof(int64_t)));
    HG_TRY(hg_lab_read(lab, HG_BASAL, 2 * GENES, parents));
    HG_TRY(hg_lab_advance(lab, 1));
    HG_TRY(hg_lab_read(lab, HG_BASAL, 2 * GENES, children));
    HG_TRY(hg_lab_parents(lab, first, second));
    for (int64_t j = 0; j < lab->individuals; j++) {
        const double *child = children + j * 2 * GENES;
        for (int g = 0; g < GENES; g++) before[g] = j > 0 ? origin[0][g] : 0.5;
        find_origins(child, parents + first[j] * 2 * GENES, 0, origin[0], &seen);
        find_origins(child, parents + second[j] * 2 * GENES, 1, origin[1], &seen);
        note_gametes((const double (*)[GENES])origin, before, law->parted, &seen);
    }
    const char *name = law->name;
    hg_judge_exact(lab->theory, seen.strangers, 0.0, "alleles of nobody's parent, %s", name);
    hg_judge_residuals(lab->theory, &seen.second, "second allele of the parent, %s", name);
    hg_judge_residuals(lab->theory, &seen.parted, "neighbouring genes parted, %s", name);
    hg_judge_residuals(lab->theory, &seen.independent, "both gametes of an offspring, %s", name);
    hg_judge_residuals(lab->theory, &seen.individuals, "neighbouring individuals, %s", name);
    return HG_OK;
}

#define DIPLOIDS                                                                                   \
    "population: {genes: %d, ploidy: 2, initial: {basal: {distribution: uniform, low: 1, "         \
    "high: 2}}}\n"                                                                                 \
    "fitness: [{model: neutral}]\n"                                                                \
    "mutation: {basal: {rate: 0}}\n"                                                               \
    "mating: {system: sexual, selfing: %s, recombination: {model: %s, rate: %g}}\n"

hg_status hg_theory_diploids(hg_theory *theory)
{
    static const gamete_law laws[] = {{"map", 0.15, 0.15}, {"uniform", 0.1, 2.0 * 0.1 * 0.9}};
    const hg_lab_size small = {hg_scaled(theory, 1500, 10000), 20, 80};
    const hg_lab_size large = {1, hg_scaled(theory, 50000, 400000), 1};
    HG_TRY(hg_lab_conduct(theory, small, observe_drift, NULL, DIPLOIDS, 1, "true", "uniform", 0.5));
    for (int i = 0; i < 2; i++)
        HG_TRY(hg_lab_conduct(theory, large, observe_gametes, (void *)&laws[i], DIPLOIDS, GENES,
                              "false", laws[i].name, laws[i].rate));
    return HG_OK;
}
