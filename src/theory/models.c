/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every model of expression and regulation, on networks with few and many edges, shared and
 * heritable, haploid and diploid, against plain loops (naive.h). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"
#include "theory/naive.h"

enum { GENES = HG_NAIVE_GENES, SIZE = 37, EDGES_TEXT = 40 * HG_NAIVE_PLACES, NUMBERS_TEXT = 400 };

typedef struct regulation {
    const char *name;
    hg_naive_step *step;
    bool from_start, from_constitutive;
    double tolerance;       /**< so that some are stable and some are not */
    const char *parameters; /**< besides the model's name */
} regulation;

static const regulation regulations[] = {
    {"additive", hg_naive_additive, false, false, 3e-4, ", strength: 0.3"},
    {"multiplicative", hg_naive_multiplicative, false, false, 1e-3, ", strength: 0.3"},
    {"hill", hg_naive_hill_step, false, false, 1e-5, ", strength: 0.3"},
    {"sigmoid", hg_naive_sigmoid, false, true, 0.02, ", constitutive: 0.3"},
    {"siegal_bergman", hg_naive_siegal_bergman, true, false, 0.2,
     ", slope: 1.5, initial_state: [1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1]"},
    {"wagner", hg_naive_wagner, true, false, 0.5,
     ", initial_state: [1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1]"},
};
enum { REGULATIONS = sizeof regulations / sizeof *regulations };

/* How the network is laid out in the engine: each has loops of its own. */
typedef struct layout {
    int share; /**< of 16 places with an edge */
    bool heritable;
    int ploidy;
    const char *mating;
} layout;

static const layout layouts[] = {
    {4, false, 1, "asexual"}, {13, false, 1, "asexual"}, {4, true, 1, "asexual"},
    {5, true, 2, "asexual"}, {13, true, 2, "sexual"}};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

/* What the engine has made, against what it should have, over all layouts of a model. */
typedef struct found {
    hg_naive model;
    const layout *layout;
    double expression, instability, stable; /**< largest differences */
    double individuals, settled;
} found;

static double difference(double a, double b) { return fabs(a - b) / fmax(1.0, fabs(b)); }

static void compare(found *f, const double *basal, const double *weight, const double *expression,
                    const double *instability, double fitness)
{
    hg_naive_phenotype expected;
    hg_naive_develop(&f->model, basal, f->layout->heritable ? weight : f->model.weight, &expected);
    for (int g = 0; g < GENES; g++) {
        f->expression = fmax(f->expression, difference(expression[g], expected.expression[g]));
        f->instability = fmax(f->instability, difference(instability[g], expected.instability[g]));
    }
    f->stable = fmax(f->stable, fabs(fitness - expected.stable));
    f->individuals += 1.0;
    f->settled += expected.stable;
}

/* The value of a locus with several alleles. */
static void average(const double *allele, int64_t count, int ploidy, double *value)
{
    for (int64_t i = 0; i < count; i++) {
        value[i] = 0.0;
        for (int a = 0; a < ploidy; a++) value[i] += allele[i * ploidy + a] / ploidy;
    }
}

static hg_status observe_models(hg_lab *lab, void *context)
{
    found *f = context;
    const int ploidy = f->layout->ploidy;
    const int64_t n = lab->individuals, edges = f->layout->heritable ? lab->edges : 0;
    double *basal, *weight, *expression, *instability, *fitness;
    double level[GENES], strength[HG_NAIVE_PLACES];
    HG_TRY(hg_lab_array(lab, &basal, n * GENES * ploidy, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &weight, n * edges * ploidy + 1, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &expression, n * GENES, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &instability, n * GENES, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &fitness, n, sizeof(double)));
    for (int64_t t = 0; t <= hg_run_generations(lab->run); t++) {
        if (t > 0) HG_TRY(hg_lab_advance(lab, 1));
        HG_TRY(hg_lab_read(lab, HG_BASAL, GENES * ploidy, basal));
        if (edges > 0) HG_TRY(hg_lab_read(lab, HG_WEIGHT, edges * ploidy, weight));
        HG_TRY(hg_lab_read(lab, HG_EXPRESSION, GENES, expression));
        HG_TRY(hg_lab_read(lab, HG_INSTABILITY, GENES, instability));
        HG_TRY(hg_lab_read(lab, HG_FITNESS, 1, fitness));
        for (int64_t i = 0; i < n; i++) {
            average(basal + i * GENES * ploidy, GENES, ploidy, level);
            average(weight + i * edges * ploidy, edges, ploidy, strength);
            compare(f, level, strength, expression + i * GENES, instability + i * GENES,
                    fitness[i]);
        }
    }
    return HG_OK;
}

/* A list of one number per gene. */
static const char *list(const double *number, char text[NUMBERS_TEXT])
{
    size_t used = 0;
    for (int g = 0; g < GENES; g++)
        used += (size_t)snprintf(text + used, NUMBERS_TEXT - used, "%s%.17g", g == 0 ? "[" : ", ",
                                 number[g]);
    snprintf(text + used, NUMBERS_TEXT - used, "]");
    return text;
}

#define LIFE                                                                                       \
    "population: {ploidy: %d, initial: {basal: {distribution: uniform, low: 0.05, high: 1.5}%s}}"  \
    "\nnetwork: {genes: [g0, g1, g2, g3, g4, g5, g6, g7, g8, g9, g10], edges: [%s], weights: %s}"  \
    "\nenvironment: {tf_concentration: 0.7, temperature: 31, nutrients: 0.4}\n"                    \
    "development: {steps: 7, window: 3, tolerance: %.17g, unstable: inviable}\n"                   \
    "fitness: [{model: neutral}]\n"                                                                \
    "selection: {on_extinction: neutral}\n"                                                        \
    "mating: {system: %s}\n"                                                                       \
    "mutation: {basal: {rate: 0.2, sd: 0.4}%s}\n"                                                  \
    "expression: {model: %s, q10: 2.3, temperature_reference: 24, nutrient_half_saturation: "      \
    "0.25%s}\n"

/* A model of expression and one of regulation on one layout. */
static hg_status conduct(hg_theory *theory, found *f, const char *expression,
                         const char *parameters, const char *regulation_text)
{
    static const hg_lab_size size = {1, SIZE, 2};
    const layout *l = f->layout;
    char edges[EDGES_TEXT];
    hg_naive_print_edges(&f->model, edges, sizeof edges);
    return hg_lab_conduct(theory, size, observe_models, f, LIFE "%s", l->ploidy,
                          l->heritable ? ", weights: {distribution: normal, mean: 0, sd: 0.7}" : "",
                          edges, l->heritable ? "heritable" : "shared", f->model.tolerance,
                          l->mating, l->heritable ? ", weights: {rate: 0.2, sd: 0.4}" : "",
                          expression, parameters, regulation_text);
}

static hg_status try_regulation(hg_theory *theory, const regulation *r, found *f)
{
    char k[NUMBERS_TEXT], n[NUMBERS_TEXT], parameters[2 * NUMBERS_TEXT + 20], text[200];
    for (int i = 0; i < LAYOUTS; i++) {
        f->layout = &layouts[i];
        hg_naive_create(&f->model, layouts[i].share);
        f->model.step = r->step;
        f->model.tolerance = r->tolerance;
        f->model.from_start = r->from_start;
        f->model.from_constitutive = r->from_constitutive;
        snprintf(parameters, sizeof parameters, ", k: %s, n: %s", list(f->model.k, k),
                 list(f->model.n, n));
        snprintf(text, sizeof text, "regulation: {model: %s%s}\n", r->name, r->parameters);
        HG_TRY(conduct(theory, f, "constant", strcmp(r->name, "hill") == 0 ? parameters : "",
                       text));
    }
    return HG_OK;
}

static hg_status try_expression(hg_theory *theory, const char *name, hg_naive_promoter *promoter,
                                found *f)
{
    char one[NUMBERS_TEXT], other[NUMBERS_TEXT], parameters[2 * NUMBERS_TEXT + 20] = "";
    f->layout = &layouts[0];
    hg_naive_create(&f->model, f->layout->share);
    f->model.promoter = promoter;
    if (promoter == hg_naive_linear)
        snprintf(parameters, sizeof parameters, ", slope: %s", list(f->model.slope, one));
    if (promoter == hg_naive_hill)
        snprintf(parameters, sizeof parameters, ", k: %s, n: %s", list(f->model.k, one),
                 list(f->model.n, other));
    return conduct(theory, f, name, parameters, "");
}

hg_status hg_theory_models(hg_theory *theory)
{
    static const struct {
        const char *name;
        hg_naive_promoter *promoter;
    } promoters[] = {{"constant", hg_naive_constant}, {"linear", hg_naive_linear},
                     {"hill", hg_naive_hill}};
    for (int i = 0; i < 3; i++) {
        found f = {.expression = 0.0};
        HG_TRY(try_expression(theory, promoters[i].name, promoters[i].promoter, &f));
        hg_judge_exact(theory, f.expression, 1e-12, "expression: %s", promoters[i].name);
    }
    for (int i = 0; i < REGULATIONS; i++) {
        found f = {.expression = 0.0};
        HG_TRY(try_regulation(theory, &regulations[i], &f));
        hg_judge_exact(theory, f.expression, 1e-12, "regulation: %s, mean over the window",
                       regulations[i].name);
        hg_judge_exact(theory, f.instability, 1e-12, "%s: variance over the window",
                       regulations[i].name);
        hg_theory_note(theory, "%.0f%% are stable", 100.0 * f.settled / f.individuals);
        hg_judge_exact(theory, f.stable, 0.0, "%s: only the stable are viable",
                       regulations[i].name);
    }
    return HG_OK;
}
