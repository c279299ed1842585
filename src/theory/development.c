/* SPDX-License-Identifier: GPL-3.0-or-later
 * Identities: networks that develop what they were built for, and records that fit together. */
#include <math.h>
#include <stdio.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

enum { GENES = 5 };

/* --- sigmoid networks ------------------------------------------------------------------------- */

static const double constitutive = 0.2;

typedef struct development {
    const char *name;
    const double *expected; /**< [GENES] */
} development;

static hg_status observe_expression(hg_lab *lab, void *context)
{
    const development *built = context;
    double *expression, largest = 0.0;
    HG_TRY(hg_lab_array(lab, &expression, lab->individuals * lab->genes, sizeof(double)));
    HG_TRY(hg_lab_read(lab, HG_EXPRESSION, lab->genes, expression));
    for (int64_t i = 0; i < lab->individuals * lab->genes; i++)
        largest = fmax(largest, fabs(expression[i] - built->expected[i % lab->genes]));
    hg_judge_exact(lab->theory, largest, 1e-12, "%s", built->name);
    return HG_OK;
}

/* Weights with W P* = f^-1(P*), the inverse of f being -a(1-a) log((1/x - 1) a/(1-a)): weak ones
 * between genes, and on the diagonal what is missing. As [source, target, weight], ... */
static void build_network(const double *target, char *edges, size_t room)
{
    const double a = constitutive;
    size_t used = 0;
    for (int g = 0; g < GENES; g++) {
        double missing = -a * (1.0 - a) * log((1.0 / target[g] - 1.0) * a / (1.0 - a));
        for (int j = 0; j < GENES; j++) {
            if (j == g) continue;
            const double weight = 0.1 * sin(7.0 * g + 3.0 * j);
            missing -= weight * target[j];
            used += (size_t)snprintf(edges + used, room - used, "[g%d, g%d, %.17g], ", j, g,
                                     weight);
        }
        used += (size_t)snprintf(edges + used, room - used, "[g%d, g%d, %.17g]%s", g, g,
                                 missing / target[g], g + 1 < GENES ? ", " : "");
    }
}

#define SIGMOID                                                                                    \
    "network: {genes: [g0, g1, g2, g3, g4], edges: [%s]}\n"                                        \
    "regulation: {model: sigmoid, constitutive: %.17g}\n"                                          \
    "development: {steps: %d}\n"

static hg_status develop_networks(hg_theory *theory)
{
    static const double target[GENES] = {0.1, 0.3, 0.6, 0.25, 0.15};
    const double a = constitutive, at_rest[GENES] = {a, a, a, a, a};
    const hg_lab_size size = {1, 20, 0};
    development built = {"f(W P*) = P*, largest error", target}, rest = {"W = 0: P = a", at_rest};
    char edges[2000];
    build_network(target, edges, sizeof edges);
    HG_TRY(hg_lab_conduct(theory, size, observe_expression, &built, SIGMOID, edges, a, 3000));
    return hg_lab_conduct(theory, size, observe_expression, &rest, SIGMOID, "[g0, g0, 0]", a, 20);
}

/* --- fitness and expression of the genotype that is recorded --------------------------------- */

static hg_status observe_records(hg_lab *lab, void *context)
{
    double *basal, *expression, *fitness, of_expression = 0.0, of_genotype = 0.0;
    HG_TRY(hg_lab_array(lab, &basal, lab->individuals * lab->genes, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &expression, lab->individuals * lab->genes, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &fitness, lab->individuals, sizeof(double)));
    HG_TRY(hg_lab_advance(lab, hg_run_generations(lab->run)));
    HG_TRY(hg_lab_read(lab, HG_BASAL, lab->genes, basal));
    HG_TRY(hg_lab_read(lab, HG_EXPRESSION, lab->genes, expression));
    HG_TRY(hg_lab_read(lab, HG_FITNESS, 1, fitness));
    for (int64_t i = 0; i < lab->individuals; i++) {
        double square = 0.0;
        for (int64_t g = 0; g < lab->genes; g++) {
            const double e = basal[i * lab->genes + g];
            of_genotype = fmax(of_genotype, fabs(expression[i * lab->genes + g] - e));
            square += (e - 1.0) * (e - 1.0);
        }
        of_expression = fmax(of_expression, fabs(fitness[i] - exp(-0.5 * square)));
    }
    hg_judge_exact(lab->theory, of_genotype, 1e-12, "expression of its genotype, %s",
                   (const char *)context);
    hg_judge_exact(lab->theory, of_expression, 1e-12, "fitness of its genotype, %s",
                   (const char *)context);
    return HG_OK;
}

hg_status hg_theory_development(hg_theory *theory)
{
    static const char *const systems[] = {"asexual", "sexual"};
    const hg_lab_size size = {4, 1000, 10};
    HG_TRY(develop_networks(theory));
    for (int i = 0; i < 2; i++)
        HG_TRY(hg_lab_conduct(theory, size, observe_records, (void *)systems[i],
                              "population: {genes: 4, initial: {basal: 1}}\n"
                              "fitness: [{model: gaussian, optimum: 1, strength: 0.5}]\n"
                              "mutation: {basal: {rate: 0.1, sd: 0.3}}\n"
                              "mating: {system: %s}\n", systems[i]));
    return HG_OK;
}
