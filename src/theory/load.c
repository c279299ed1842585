/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mutation load: alleles 1 that mutate to 0 for good, each 0 costing s, and clones that
 * compete. Without drift the mean fitness is (1-u)^L ~ e^-U (Haldane 1937) and the number of 0 alleles
 * Binomial(L, u/s) ~ Poisson(U/s), measured after mutation (Haigh 1978).
 */
#include <math.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

enum { LOCI = 10, APPROACH = 70 };

static const double rate = 0.02, cost = 0.2;

typedef struct burden {
    double *basal, *fitness;
    double *carried;  /**< [individuals] number of 0 alleles */
    double *sums;     /**< [demes][3] over generations: mean fitness, mean number, variance */
} burden;

static hg_status count_burden(hg_lab *lab, burden *b)
{
    HG_TRY(hg_lab_read(lab, HG_BASAL, LOCI, b->basal));
    HG_TRY(hg_lab_read(lab, HG_FITNESS, 1, b->fitness));
    for (int64_t i = 0; i < lab->individuals; i++) {
        b->carried[i] = 0.0;
        for (int g = 0; g < LOCI; g++) b->carried[i] += b->basal[i * LOCI + g] == 0.0;
    }
    return HG_OK;
}

/* Of a deme: number without any 0 allele, fitness in all and in the former, mean number. */
static void sum_deme(const hg_lab *lab, const burden *b, int64_t d, double *free_of,
                     double *mean_fitness, double *chosen, double *mean, double *variance)
{
    const double n = (double)lab->size;
    double fitness = 0.0, weighted = 0.0, sum = 0.0, squares = 0.0;
    *free_of = 0.0;
    for (int64_t i = d * lab->size; i < (d + 1) * lab->size; i++) {
        *free_of += b->carried[i] == 0.0;
        fitness += b->fitness[i];
        weighted += b->fitness[i] * b->carried[i];
        sum += b->carried[i];
        squares += b->carried[i] * b->carried[i];
    }
    *mean_fitness = fitness / n;
    *chosen = weighted / fitness;
    *mean = sum / n;
    *variance = (squares - sum * sum / n) / (n - 1.0);
}

/* One generation; what is expected of it given the one before. */
static hg_status follow(hg_lab *lab, burden *b, hg_residuals *best, hg_residuals *number)
{
    const double n = (double)lab->size, spared = pow(1.0 - rate, LOCI);
    double *expected, free_of, fitness, chosen, mean, variance;
    expected = b->sums + 3 * lab->demes;
    for (int64_t d = 0; d < lab->demes; d++) {
        sum_deme(lab, b, d, &free_of, &fitness, &chosen, &mean, &variance);
        expected[2 * d] = free_of * spared / fitness; /* the best have fitness 1 */
        expected[2 * d + 1] = chosen + rate * (LOCI - chosen);
    }
    HG_TRY(hg_lab_advance(lab, 1));
    HG_TRY(count_burden(lab, b));
    for (int64_t d = 0; d < lab->demes; d++) {
        sum_deme(lab, b, d, &free_of, &fitness, &chosen, &mean, &variance);
        hg_residuals_add(best, free_of / n, expected[2 * d] / n);
        hg_residuals_add(number, mean, expected[2 * d + 1]);
        b->sums[3 * d] += fitness;
        b->sums[3 * d + 1] += mean;
        b->sums[3 * d + 2] += variance;
    }
    return HG_OK;
}

static void judge_load(hg_lab *lab, const burden *b, double generations)
{
    const double q = rate / cost, best = pow(1.0 - q, LOCI), n = (double)lab->size;
    hg_sample measured[3] = {{0}, {0}, {0}};
    for (int64_t d = 0; d < lab->demes; d++)
        for (int k = 0; k < 3; k++) hg_sample_add(&measured[k], b->sums[3 * d + k] / generations);
    /* the best class neither grows nor shrinks, on a logarithmic scale: E log of its binomial
     * sampling is -(1-f)/(2Nf) */
    hg_theory_note(lab->theory, "e^-U = %.6g", exp(-LOCI * rate));
    hg_judge_sample(lab->theory, pow(1.0 - rate, LOCI) * exp(-(1.0 - best) / (2.0 * n * best)),
                    &measured[0], "mean fitness, U = %g, s = %g", LOCI * rate, cost);
    hg_theory_note(lab->theory, "U/s = %g", LOCI * q);
    hg_judge_sample(lab->theory, LOCI * q, &measured[1], "deleterious alleles, mean");
    hg_theory_note(lab->theory, "U/s = %g", LOCI * q);
    hg_judge_sample(lab->theory, LOCI * q * (1.0 - q), &measured[2],
                    "deleterious alleles, variance");
}

static hg_status observe_load(hg_lab *lab, void *context)
{
    hg_residuals best = {0}, number = {0};
    burden b;
    (void)context;
    HG_TRY(hg_lab_array(lab, &b.basal, lab->individuals * LOCI, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &b.fitness, lab->individuals, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &b.carried, lab->individuals, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &b.sums, 5 * lab->demes, sizeof(double)));
    HG_TRY(hg_lab_advance(lab, APPROACH));
    HG_TRY(count_burden(lab, &b));
    const int64_t left = hg_run_generations(lab->run) - APPROACH;
    for (int64_t t = 0; t < left; t++) HG_TRY(follow(lab, &b, &best, &number));
    hg_judge_residuals(lab->theory, &best, "next share of the best class");
    hg_judge_residuals(lab->theory, &number, "next mean number of deleterious alleles");
    judge_load(lab, &b, (double)left);
    return HG_OK;
}

hg_status hg_theory_load(hg_theory *theory)
{
    const hg_lab_size size = {24, hg_scaled(theory, 10000, 40000),
                              APPROACH + hg_scaled(theory, 20, 60)};
    return hg_lab_conduct(theory, size, observe_load, NULL,
                          "population: {genes: %d, initial: {basal: 1}}\n"
                          "fitness: [{model: gaussian, optimum: 1, strength: %.17g}]\n"
                          "mutation: {basal: {model: regression, rate: %g, mean: 0, retention: 0, "
                          "sd: 0}}\n", LOCI, -log1p(-cost), rate);
}
