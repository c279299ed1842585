/* SPDX-License-Identifier: GPL-3.0-or-later
 * Means, variances, extremes and counts that are recorded, against those of all individuals. */
#include <math.h>
#include <string.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

enum { GENES = 11 };

/* Columns of numbers of everybody, and what is said of them: [demes + 1][width], all last. */
typedef struct columns {
    int64_t width;
    double *value, *mean, *variance;
} columns;

static hg_status create(hg_lab *lab, columns *c, int64_t width)
{
    const int64_t groups = lab->demes + 1;
    c->width = width;
    HG_TRY(hg_lab_array(lab, &c->value, lab->individuals * width, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &c->mean, groups * width, sizeof(double)));
    return hg_lab_array(lab, &c->variance, groups * width, sizeof(double));
}

/* The largest difference of means and variances from those of the individuals of each group,
 * beside the mean or the variance itself. */
static double deviation(const hg_lab *lab, const columns *c)
{
    double largest = 0.0;
    for (int64_t d = 0; d <= lab->demes; d++)
        for (int64_t k = 0; k < c->width; k++) {
            const int64_t begin = d < lab->demes ? d * lab->size : 0;
            const int64_t n = d < lab->demes ? lab->size : lab->individuals;
            double mean = 0.0, squares = 0.0;
            for (int64_t i = begin; i < begin + n; i++)
                mean += c->value[i * c->width + k] / (double)n;
            for (int64_t i = begin; i < begin + n; i++)
                squares += pow(c->value[i * c->width + k] - mean, 2.0);
            const double variance = squares / ((double)n - 1.0);
            const int64_t at = d * c->width + k;
            largest = fmax(largest, fabs(c->mean[at] - mean) / fmax(fabs(mean), 1e-3));
            largest = fmax(largest, fabs(c->variance[at] - variance) / fmax(variance, 1e-3));
        }
    return largest;
}

static hg_status read_all(hg_lab *lab, columns *fitness, columns *basal, columns *expression)
{
    const int64_t all = lab->demes * GENES;
    hg_summary summary;
    HG_TRY(hg_lab_read(lab, HG_FITNESS, 1, fitness->value));
    HG_TRY(hg_lab_read(lab, HG_BASAL, GENES, basal->value));
    HG_TRY(hg_lab_read(lab, HG_EXPRESSION, GENES, expression->value));
    HG_TRY(hg_run_deme_statistics(lab->run, fitness->mean, fitness->variance, basal->mean,
                                  basal->variance, expression->mean, expression->variance));
    HG_TRY(hg_run_gene_statistics(lab->run, basal->mean + all, basal->variance + all,
                                  expression->mean + all, expression->variance + all));
    HG_TRY(hg_run_summary(lab->run, &summary));
    fitness->mean[lab->demes] = summary.fitness_mean;
    fitness->variance[lab->demes] = summary.fitness_variance;
    return HG_OK;
}

/* Counts and extremes of a summary: the largest difference. */
static hg_status check_summary(hg_lab *lab, const columns *fitness, double *largest)
{
    int64_t *parent, parents = 0;
    int8_t *has_offspring;
    double least = INFINITY, most = -INFINITY;
    hg_summary summary;
    HG_TRY(hg_lab_array(lab, &parent, lab->individuals, sizeof *parent));
    HG_TRY(hg_lab_array(lab, &has_offspring, lab->individuals, sizeof *has_offspring));
    HG_TRY(hg_lab_parents(lab, parent, NULL));
    HG_TRY(hg_run_summary(lab->run, &summary));
    for (int64_t i = 0; i < lab->individuals; i++) has_offspring[parent[i]] = 1;
    for (int64_t i = 0; i < lab->individuals; i++) {
        parents += has_offspring[i];
        least = fmin(least, fitness->value[i]);
        most = fmax(most, fitness->value[i]);
    }
    *largest = fmax(fabs(summary.fitness_min - least), fabs(summary.fitness_max - most));
    *largest = fmax(*largest, fabs((double)(summary.parents - parents)));
    *largest = fmax(*largest, fabs((double)(summary.generation - hg_run_generation(lab->run))));
    return HG_OK;
}

static hg_status observe_records(hg_lab *lab, void *context)
{
    const char *name = context;
    columns fitness, basal, expression;
    double largest;
    HG_TRY(create(lab, &fitness, 1));
    HG_TRY(create(lab, &basal, GENES));
    HG_TRY(create(lab, &expression, GENES));
    HG_TRY(hg_lab_advance(lab, hg_run_generations(lab->run)));
    HG_TRY(read_all(lab, &fitness, &basal, &expression));
    hg_judge_exact(lab->theory, deviation(lab, &fitness), 1e-9, "mean and variance of fitness, %s",
                   name);
    hg_judge_exact(lab->theory, deviation(lab, &basal), 1e-9, "of alleles, by gene and deme, %s",
                   name);
    hg_judge_exact(lab->theory, deviation(lab, &expression), 1e-9,
                   "of expression, by gene and deme, %s", name);
    if (strcmp(name, "asexual") != 0) return HG_OK; /* second parents count, too */
    HG_TRY(check_summary(lab, &fitness, &largest));
    hg_judge_exact(lab->theory, largest, 0.0, "extremes of fitness, number of parents, %s", name);
    return HG_OK;
}

hg_status hg_theory_records(hg_theory *theory)
{
    static const char *const systems[] = {"asexual", "sexual"};
    const hg_lab_size size = {3, 41, 6};
    for (int i = 0; i < 2; i++)
        HG_TRY(hg_lab_conduct(theory, size, observe_records, (void *)systems[i],
                              "population: {genes: %d, initial: {basal: {distribution: "
                              "exponential, mean: 1}}}\n"
                              "environment: {tf_concentration: 0.5}\n"
                              "expression: {model: linear, slope: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, "
                              "11]}\n"
                              "fitness: [{model: weighted, weights: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, "
                              "5]}]\n"
                              "mutation: {basal: {rate: 0.1, sd: 0.3}}\n"
                              "mating: {system: %s}\n", GENES, systems[i]));
    return HG_OK;
}
