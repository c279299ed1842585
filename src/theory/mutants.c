/* SPDX-License-Identifier: GPL-3.0-or-later
 * What mutants are like, law by law, without selection or drift: everybody's only child is its own.
 * The normal steps of `gaussian` are the business of mutations.c. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

enum { GENES = 6, EDGES = 8 };

static const double rate = 0.25, sd = 0.3, centre = 40.0, retention = 0.6;

#define LIFE                                                                                       \
    "population: {genes: 6, initial: {basal: {distribution: uniform, low: 1, high: 3}, "           \
    "weights: {distribution: normal, mean: 2, sd: 1}}}\n"                                          \
    "network: {genes: [a, b, c, d, e, f], weights: heritable, edges: [[a, b, 1], [a, f, 1], "      \
    "[b, c, 1], [c, a, 1], [d, d, 1], [e, d, 1], [f, e, 1], [f, f, 1]]}\n"                         \
    "fitness: [{model: neutral}]\n"                                                                \
    "selection: {scheme: none}\n"

/* Everybody's alleles and weights, and those of the generation before. */
typedef struct loci {
    double *allele, *weight, *allele_before, *weight_before;
} loci;

static hg_status next(hg_lab *lab, loci *l)
{
    HG_TRY(hg_lab_array(lab, &l->allele, lab->individuals * GENES, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &l->weight, lab->individuals * EDGES, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &l->allele_before, lab->individuals * GENES, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &l->weight_before, lab->individuals * EDGES, sizeof(double)));
    HG_TRY(hg_lab_read(lab, HG_BASAL, GENES, l->allele_before));
    HG_TRY(hg_lab_read(lab, HG_WEIGHT, EDGES, l->weight_before));
    HG_TRY(hg_lab_advance(lab, 1));
    HG_TRY(hg_lab_read(lab, HG_BASAL, GENES, l->allele));
    return hg_lab_read(lab, HG_WEIGHT, EDGES, l->weight);
}

/* --- laws ------------------------------------------------------------------------------------- */

/* What is 0 in expectation, and of variance 1, in a mutant; and what is left of the old value. */
typedef struct mutation_law {
    const char *name, *text;
    double (*standard)(bool weight, double before, double now);
} mutation_law;

static double of_lognormal(bool weight, double before, double now)
{
    (void)weight;
    return log(now / before) / sd; /* not a number where the sign has changed */
}

static double of_regression(bool weight, double before, double now)
{
    (void)weight;
    return (now - centre - retention * (before - centre)) / sd;
}

static double of_replacement(bool weight, double before, double now)
{
    (void)before;
    return weight ? now - 2.0 : (now - 2.0) * sqrt(3.0);
}

static const mutation_law laws[] = {
    {"lognormal", "model: lognormal, rate: 0.25, sd: 0.3", of_lognormal},
    {"regression", "model: regression, rate: 0.25, sd: 0.3, mean: 40, retention: 0.6",
     of_regression},
    {"replace", "model: replace, rate: 0.25", of_replacement},
};
enum { LAWS = sizeof laws / sizeof *laws };

static void judge_law(hg_lab *lab, const mutation_law *law, bool weight, const double *before,
                      const double *now)
{
    const char *what = weight ? "weights" : "alleles";
    const double middle = 2.0; /* the founders' mean */
    hg_residuals mutated = {0}, mean = {0}, square = {0}, old = {0};
    for (int64_t i = 0; i < lab->individuals * (weight ? EDGES : GENES); i++) {
        hg_residuals_add(&mutated, now[i] != before[i], rate);
        if (now[i] == before[i]) continue;
        const double z = law->standard(weight, before[i], now[i]);
        hg_residuals_add(&mean, z, 0.0);
        hg_residuals_add(&square, z * z, 1.0);
        hg_residuals_add(&old, z * (before[i] - middle), 0.0);
    }
    hg_judge_residuals(lab->theory, &mutated, "%s: %s mutated", law->name, what);
    hg_judge_residuals(lab->theory, &mean, "%s: mean step, %s", law->name, what);
    hg_judge_residuals(lab->theory, &square, "%s: squared step, %s", law->name, what);
    hg_judge_residuals(lab->theory, &old, "%s: step x old value, %s", law->name, what);
}

static hg_status observe_law(hg_lab *lab, void *context)
{
    const mutation_law *law = context;
    double changed = 0.0;
    hg_summary summary;
    loci l;
    HG_TRY(next(lab, &l));
    judge_law(lab, law, false, l.allele_before, l.allele);
    judge_law(lab, law, true, l.weight_before, l.weight);
    HG_TRY(hg_run_summary(lab->run, &summary));
    for (int64_t i = 0; i < lab->individuals * GENES; i++)
        changed += l.allele[i] != l.allele_before[i];
    for (int64_t i = 0; i < lab->individuals * EDGES; i++)
        changed += l.weight[i] != l.weight_before[i];
    hg_judge_exact(lab->theory, fabs((double)summary.mutations - changed), 0.0,
                   "%s: number of mutations", law->name);
    return HG_OK;
}

/* --- alleles are never negative --------------------------------------------------------------- */

/* From mu = 0.4 by steps of sd 1: max(0, x) has mean mu P(mu) + p(mu). */
static hg_status observe_clamp(hg_lab *lab, void *context)
{
    const double mu = 0.4;
    double *allele, negative = 0.0;
    hg_residuals zero = {0}, mean = {0};
    (void)context;
    HG_TRY(hg_lab_array(lab, &allele, lab->individuals, sizeof(double)));
    HG_TRY(hg_lab_advance(lab, 1));
    HG_TRY(hg_lab_read(lab, HG_BASAL, 1, allele));
    for (int64_t i = 0; i < lab->individuals; i++) {
        negative += allele[i] < 0.0;
        hg_residuals_add(&zero, allele[i] == 0.0, gsl_cdf_ugaussian_Q(mu));
        hg_residuals_add(&mean, allele[i],
                         mu * gsl_cdf_ugaussian_P(mu) + gsl_ran_ugaussian_pdf(mu));
    }
    hg_judge_exact(lab->theory, negative, 0.0, "negative alleles");
    hg_judge_residuals(lab->theory, &zero, "alleles cut off at 0");
    hg_judge_residuals(lab->theory, &mean, "mean of alleles that are cut off");
    return HG_OK;
}

/* --- edges and genes that come and go --------------------------------------------------------- */

static hg_status observe_edges(hg_lab *lab, void *context)
{
    hg_residuals lost = {0}, gained = {0}, fresh = {0};
    loci l;
    (void)context;
    HG_TRY(hg_lab_advance(lab, 3)); /* until there are some to be gained */
    HG_TRY(next(lab, &l));
    for (int64_t i = 0; i < lab->individuals * EDGES; i++) {
        const double before = l.weight_before[i], now = l.weight[i];
        /* what is lost may be gained in the same generation, and is then drawn anew */
        if (before != 0.0) hg_residuals_add(&lost, now != before, 0.2);
        if (before == 0.0) hg_residuals_add(&gained, now != 0.0, 0.1);
        if (before == 0.0 && now != 0.0) hg_residuals_add(&fresh, now, 2.0);
    }
    hg_judge_residuals(lab->theory, &lost, "edges lost, 0.2");
    hg_judge_residuals(lab->theory, &gained, "edges gained, 0.1");
    hg_judge_residuals(lab->theory, &fresh, "mean weight of edges gained");
    return HG_OK;
}

/* The edges of LIFE, by target and then source. */
static const int source[EDGES] = {2, 0, 1, 3, 4, 5, 0, 5}, target[EDGES] = {0, 1, 2, 3, 3, 4, 5, 5};

/* The gene that is empty, or -1. */
static int empty_gene(const double *allele)
{
    for (int g = 0; g < GENES; g++)
        if (allele[g] == 0.0) return g;
    return -1;
}

static hg_status observe_deletion(hg_lab *lab, void *context)
{
    hg_residuals deleted = {0}, which = {0};
    double wrong = 0.0;
    loci l;
    (void)context;
    HG_TRY(next(lab, &l));
    for (int64_t i = 0; i < lab->individuals; i++) {
        const int gene = empty_gene(l.allele + i * GENES);
        hg_residuals_add(&deleted, gene >= 0, 0.3);
        if (gene >= 0) hg_residuals_add(&which, gene, (GENES - 1) / 2.0);
        for (int e = 0; e < EDGES; e++) {
            const bool gone = gene >= 0 && (source[e] == gene || target[e] == gene);
            wrong += (l.weight[i * EDGES + e] == 0.0) != gone;
        }
    }
    hg_judge_residuals(lab->theory, &deleted, "genes deleted, 0.3");
    hg_judge_residuals(lab->theory, &which, "deleted gene's place");
    hg_judge_exact(lab->theory, wrong, 0.0, "edges kept of a deleted gene, or lost alone");
    return HG_OK;
}

static hg_status observe_duplication(hg_lab *lab, void *context)
{
    hg_residuals copied = {0}, from = {0}, to = {0};
    double strange = 0.0;
    loci l;
    (void)context;
    HG_TRY(next(lab, &l));
    for (int64_t i = 0; i < lab->individuals; i++) {
        const double *now = l.allele + i * GENES, *before = l.allele_before + i * GENES;
        int changed = -1, model = -1;
        for (int g = 0; g < GENES; g++)
            if (now[g] != before[g]) changed = g;
        for (int g = 0; g < GENES && changed >= 0; g++)
            if (before[g] == now[changed]) model = g;
        hg_residuals_add(&copied, changed >= 0, 0.4);
        if (changed < 0) continue;
        strange += model < 0;
        hg_residuals_add(&to, changed, (GENES - 1) / 2.0);
        hg_residuals_add(&from, model, (GENES - 1) / 2.0);
    }
    hg_judge_residuals(lab->theory, &copied, "genes duplicated, 0.4");
    hg_judge_residuals(lab->theory, &from, "duplicated gene's place");
    hg_judge_residuals(lab->theory, &to, "place of the copy");
    hg_judge_exact(lab->theory, strange, 0.0, "copies of no gene");
    return HG_OK;
}

hg_status hg_theory_mutants(hg_theory *theory)
{
    const hg_lab_size size = {1, hg_scaled(theory, 100000, 400000), 4};
    for (int i = 0; i < LAWS; i++)
        HG_TRY(hg_lab_conduct(theory, size, observe_law, (void *)&laws[i],
                              LIFE "mutation: {basal: {%s}, weights: {%s}}\n", laws[i].text,
                              laws[i].text));
    HG_TRY(hg_lab_conduct(theory, size, observe_clamp, NULL,
                          "population: {genes: 1, initial: {basal: 0.4}}\n"
                          "fitness: [{model: neutral}]\n"
                          "selection: {scheme: none}\n"
                          "mutation: {basal: {rate: 1, sd: 1}}\n"));
    HG_TRY(hg_lab_conduct(theory, size, observe_edges, NULL,
                          LIFE "mutation: {basal: {rate: 0}, weights: {rate: 0}, edge_loss: 0.2, "
                          "edge_gain: 0.1}\n"));
    HG_TRY(hg_lab_conduct(theory, size, observe_deletion, NULL,
                          LIFE "mutation: {basal: {rate: 0}, weights: {rate: 0}, deletion: "
                          "0.3}\n"));
    return hg_lab_conduct(theory, size, observe_duplication, NULL,
                          LIFE "mutation: {basal: {rate: 0}, weights: {rate: 0}, duplication: "
                          "0.4}\n");
}
