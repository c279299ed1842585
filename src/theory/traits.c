/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A neutral trait that mutates: variance within demes, from a clone on. With M_t the mean
 * square distance of an individual from a fixed point, and J_t that of the product of two
 * individuals' distances, the expected unbiased variance is M_t - J_t; and as two offspring
 * share a parent with probability 1/N, J_(t+1) = k^2 (M_t/N + (1-1/N) J_t), k being the share of
 * the distance that is inherited.
 */
#include <math.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

enum { GENES = 10, TIMES = 3 };

static const double centre = 1000.0; /* the fixed point; no allele comes near 0 */

/* The mutation law and what it starts from. */
typedef struct trait {
    double start; /**< distance of the founders' clone from the fixed point */
    double k;     /**< E y' = k y */
    double square, added; /**< E y'^2 = square y^2 + added */
    int64_t time[TIMES];
    double note;  /**< variance by the formula for equilibrium, or 0 */
    const char *name;
} trait;

typedef struct moments {
    double square, product; /**< M and J */
} moments;

static moments next_moments(const trait *law, moments now, double n)
{
    return (moments){.square = law->square * now.square + law->added,
                     .product = law->k * law->k * (now.square / n + (1.0 - 1.0 / n) * now.product)};
}

/* Deme by deme, over its genes: they share the genealogy, demes do not. */
static void sample_demes(const hg_lab *lab, const double *mean, const double *variance,
                         hg_sample *v, hg_sample *distance)
{
    for (int64_t d = 0; d < lab->demes; d++) {
        double sum = 0.0, squares = 0.0;
        for (int64_t g = 0; g < lab->genes; g++) {
            const double away = mean[d * lab->genes + g] - centre;
            sum += variance[d * lab->genes + g] / (double)lab->genes;
            squares += away * away / (double)lab->genes;
        }
        hg_sample_add(v, sum);
        hg_sample_add(distance, squares);
    }
}

static hg_status observe_trait(hg_lab *lab, void *context)
{
    const trait *law = context;
    const double n = (double)lab->size;
    double *mean, *variance;
    moments now = {law->start * law->start, law->start * law->start};
    HG_TRY(hg_lab_array(lab, &mean, lab->demes * lab->genes, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &variance, lab->demes * lab->genes, sizeof(double)));
    for (int i = 0; i < TIMES; i++) {
        hg_sample v = {0}, distance = {0};
        for (int64_t t = hg_run_generation(lab->run); t < law->time[i]; t++)
            now = next_moments(law, now, n);
        HG_TRY(hg_lab_advance(lab, law->time[i] - hg_run_generation(lab->run)));
        HG_TRY(hg_run_deme_statistics(lab->run, NULL, NULL, mean, variance, NULL, NULL));
        sample_demes(lab, mean, variance, &v, &distance);
        if (i == TIMES - 1) hg_theory_note(lab->theory, "at equilibrium %.6g", law->note);
        hg_judge_sample(lab->theory, now.square - now.product, &v, "V_%d, N = %d, %s",
                        (int)law->time[i], (int)lab->size, law->name);
        /* the mean of N: M/N + (1-1/N) J */
        hg_judge_sample(lab->theory, now.square / n + (1.0 - 1.0 / n) * now.product, &distance,
                        "drift of the mean, squared, t = %d, %s", (int)law->time[i], law->name);
    }
    return HG_OK;
}

#define TRAIT                                                                                      \
    "population: {genes: %d, initial: {basal: %.17g}}\n"                                           \
    "fitness: [{model: neutral}]\n"                                                                \
    "mating: {system: %s}\n"

hg_status hg_theory_neutral_trait(hg_theory *theory)
{
    static const char *const systems[] = {"asexual", "sexual"};
    const double rate = 0.2, sd = 0.5;
    for (int i = 0; i < 2; i++) {
        const hg_lab_size size = {hg_scaled(theory, 300, 2000), 30, 150};
        trait law = {.k = 1.0, .square = 1.0, .added = rate * sd * sd, .time = {10, 40, 150},
                     .note = 30.0 * rate * sd * sd, .name = systems[i]};
        HG_TRY(hg_lab_conduct(theory, size, observe_trait, &law, TRAIT
                              "mutation: {basal: {rate: %g, sd: %g}}\n", GENES, centre, systems[i],
                              rate, sd));
    }
    return HG_OK;
}

hg_status hg_theory_regression(hg_theory *theory)
{
    const double rate = 0.2, sd = 0.5, retention = 0.6, n = 30.0;
    const double k = 1.0 - rate * (1.0 - retention);
    const double limit = sd * sd / (1.0 - retention * retention);
    const hg_lab_size size = {hg_scaled(theory, 300, 2000), 30, 150};
    trait law = {.start = 2.0, .k = k, .square = 1.0 - rate * (1.0 - retention * retention),
                 .added = rate * sd * sd, .time = {5, 20, 150},
                 .note = limit * (1.0 - k * k) / (1.0 - k * k * (1.0 - 1.0 / n)),
                 .name = "regression"};
    return hg_lab_conduct(theory, size, observe_trait, &law, TRAIT
                          "mutation: {basal: {model: regression, rate: %g, sd: %g, mean: %g, "
                          "retention: %g}}\n", GENES, centre + law.start, "asexual", rate, sd,
                          centre, retention);
}
