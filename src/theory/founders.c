/* SPDX-License-Identifier: GPL-3.0-or-later
 * Generation 0: alleles and weights by their distributions, and random networks. */
#include <math.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

enum { GENES = 5, PLOIDY = 2 };

typedef struct law {
    const char *name, *text;
    double mean, variance;
} law;

/* Of normal draws no allele comes near 0, where it would be cut off. */
static const law laws[] = {
    {"uniform", "{distribution: uniform, low: 1, high: 4}", 2.5, 0.75},
    {"normal", "{distribution: normal, mean: 9, sd: 1.2}", 9.0, 1.44},
    {"lognormal", "{distribution: lognormal, mean: 0.3, sd: 0.4}", /* e^(0.3 + 0.4^2/2) */
     1.4622845894342245, 0.371014169439479},
    {"exponential", "{distribution: exponential, mean: 1.7}", 1.7, 2.89},
};
enum { LAWS = sizeof laws / sizeof *laws };

typedef struct founders {
    const law *basal, *weight;
} founders;

static void judge_law(hg_theory *theory, const law *l, const double *value, int64_t count,
                      int64_t width, const char *what)
{
    hg_residuals mean = {0}, square = {0}, neighbours = {0}, individuals = {0};
    for (int64_t i = 0; i < count; i++) {
        const double away = value[i] - l->mean;
        hg_residuals_add(&mean, value[i], l->mean);
        hg_residuals_add(&square, away * away, l->variance);
        if (i % width > 0) hg_residuals_add(&neighbours, away * (value[i - 1] - l->mean), 0.0);
        if (i >= width) hg_residuals_add(&individuals, away * (value[i - width] - l->mean), 0.0);
    }
    hg_judge_residuals(theory, &mean, "%s, %s: mean", what, l->name);
    hg_judge_residuals(theory, &square, "%s, %s: variance", what, l->name);
    hg_judge_residuals(theory, &neighbours, "%s, %s: neighbouring loci", what, l->name);
    hg_judge_residuals(theory, &individuals, "%s, %s: neighbouring individuals", what, l->name);
}

static hg_status observe_founders(hg_lab *lab, void *context)
{
    const founders *of = context;
    const int64_t alleles = GENES * PLOIDY, weights = lab->edges * PLOIDY;
    double *basal, *weight;
    HG_TRY(hg_lab_array(lab, &basal, lab->individuals * alleles, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &weight, lab->individuals * weights, sizeof(double)));
    HG_TRY(hg_lab_read(lab, HG_BASAL, alleles, basal));
    HG_TRY(hg_lab_read(lab, HG_WEIGHT, weights, weight));
    judge_law(lab->theory, of->basal, basal, lab->individuals * alleles, alleles, "alleles");
    judge_law(lab->theory, of->weight, weight, lab->individuals * weights, weights, "weights");
    return HG_OK;
}

/* --- random networks -------------------------------------------------------------------------- */

static const double density = 0.15;

static hg_status observe_network(hg_lab *lab, void *context)
{
    const double places = (double)lab->genes * (double)(lab->genes - 1);
    double *weight;
    hg_residuals mean = {0}, square = {0};
    (void)context;
    HG_TRY(hg_lab_array(lab, &weight, lab->individuals * lab->edges, sizeof(double)));
    HG_TRY(hg_lab_read(lab, HG_WEIGHT, lab->edges, weight));
    for (int64_t e = 0; e < lab->edges; e++) {
        hg_residuals_add(&mean, weight[e], 0.5);
        hg_residuals_add(&square, (weight[e] - 0.5) * (weight[e] - 0.5), 0.09);
    }
    hg_judge(lab->theory, density, (double)lab->edges / places,
             sqrt(density * (1.0 - density) / places), "random network: density");
    hg_judge_residuals(lab->theory, &mean, "random network: mean weight");
    hg_judge_residuals(lab->theory, &square, "random network: variance of weights");
    return HG_OK;
}

hg_status hg_theory_founders(hg_theory *theory)
{
    const hg_lab_size size = {1, hg_scaled(theory, 100000, 400000), 0}, one = {1, 1, 0};
    for (int i = 0; i < LAWS; i++) {
        founders of = {&laws[i], &laws[(i + 1) % LAWS]};
        HG_TRY(hg_lab_conduct(theory, size, observe_founders, &of,
                              "population: {genes: %d, ploidy: %d, initial: {basal: %s, weights: "
                              "%s}}\n"
                              "network: {edges: [[g0, g1, 1], [g1, g2, 1], [g3, g2, 1]], weights: "
                              "heritable}\n", GENES, PLOIDY, of.basal->text, of.weight->text));
    }
    return hg_lab_conduct(theory, one, observe_network, NULL,
                          "population: {genes: 400}\n"
                          "network: {weights: heritable, random: {density: %g, weight: "
                          "{distribution: normal, mean: 0.5, sd: 0.3}}}\n", density);
}
