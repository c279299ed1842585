/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every component of fitness, of the expression and the instability that it is told of. */
#include <math.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

enum { GENES = 11, SIZE = 37 }; /* no width of a vector divides them */

/* Expression and instability of everybody; and whom it is asked of. */
typedef struct phenotypes {
    double *expression, *instability, *fitness;
    int64_t size; /* of a deme */
} phenotypes;

typedef double component(const phenotypes *all, int64_t individual);

static const double *expression_of(const phenotypes *all, int64_t individual)
{
    return all->expression + individual * GENES;
}

static double mean_of(const phenotypes *all, int64_t individual)
{
    double sum = 0.0;
    for (int g = 0; g < GENES; g++) sum += expression_of(all, individual)[g];
    return sum / GENES;
}

static double proportional(const phenotypes *all, int64_t individual)
{
    return fmax(0.0, mean_of(all, individual));
}

static double threshold(const phenotypes *all, int64_t individual)
{
    return mean_of(all, individual) >= 0.05;
}

static double weighted(const phenotypes *all, int64_t individual)
{
    double sum = 0.0, total = 0.0;
    for (int g = 0; g < GENES; g++) {
        sum += (g + 1.0) * expression_of(all, individual)[g];
        total += g + 1.0;
    }
    return fmax(0.0, sum / total);
}

static double epistatic(const phenotypes *all, int64_t individual)
{
    const double *e = expression_of(all, individual);
    const double interaction = 0.7 * e[0] * e[1] - 1.3 * e[3] * e[10] + 2.0 * e[10] * e[10];
    return fmax(0.0, mean_of(all, individual) + interaction / GENES);
}

static double gaussian(const phenotypes *all, int64_t individual)
{
    double sum = 0.0;
    for (int g = 0; g < GENES; g++) {
        const double away = expression_of(all, individual)[g] - 0.1 * g;
        sum += 0.05 * (g + 1) * away * away;
    }
    return exp(-sum);
}

/* widths 1, 2, ... */
static double of_width(const phenotypes *all, int64_t individual)
{
    double sum = 0.0;
    for (int g = 0; g < GENES; g++) {
        const double away = expression_of(all, individual)[g] - 0.4;
        sum += away * away / (2.0 * (g + 1.0) * (g + 1.0));
    }
    return exp(-sum);
}

static double stability(const phenotypes *all, int64_t individual)
{
    double sum = 0.0;
    for (int g = 0; g < GENES; g++) sum += all->instability[individual * GENES + g];
    return exp(-1.7 * sum);
}

/* On genes 0, 4 and 10, within the deme. */
static double pareto(const phenotypes *all, int64_t individual)
{
    static const int genes[3] = {0, 4, 10};
    const double *own = expression_of(all, individual);
    const int64_t begin = individual / all->size * all->size;
    double dominators = 0.0;
    for (int64_t i = begin; i < begin + all->size; i++) {
        const double *other = expression_of(all, i);
        int less = 0, more = 0;
        for (int k = 0; k < 3; k++) {
            less += other[genes[k]] < own[genes[k]];
            more += other[genes[k]] > own[genes[k]];
        }
        dominators += less == 0 && more > 0;
    }
    return 1.0 / (1.0 + dominators);
}

static double product(const phenotypes *all, int64_t individual)
{
    return gaussian(all, individual) * pareto(all, individual) * stability(all, individual);
}

#define GAUSSIAN                                                                                   \
    "{model: gaussian, optimum: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1], strength: "   \
    "[0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55]}"
#define PARETO "{model: pareto, genes: [0, 4, 10]}"
#define STABILITY "{model: stability, strength: 1.7}"

static const struct {
    const char *name, *text;
    component *value;
} components[] = {
    {"proportional", "{model: proportional}", proportional},
    {"threshold", "{model: threshold, threshold: 0.05}", threshold},
    {"weighted", "{model: weighted, weights: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}", weighted},
    {"epistatic", "{model: epistatic, interactions: [[0, 1, 0.7], [3, 10, -1.3], [10, 10, 2]]}",
     epistatic},
    {"gaussian", GAUSSIAN, gaussian},
    {"gaussian, by width",
     "{model: gaussian, optimum: 0.4, width: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}", of_width},
    {"stability", STABILITY, stability},
    {"pareto", PARETO, pareto},
    {"gaussian x pareto x stability", GAUSSIAN ", " PARETO ", " STABILITY, product},
};
enum { COMPONENTS = sizeof components / sizeof *components };

static hg_status observe_fitness(hg_lab *lab, void *context)
{
    const int c = *(const int *)context;
    const int64_t n = lab->individuals;
    phenotypes all = {.size = lab->size};
    double largest = 0.0, none = 0.0;
    HG_TRY(hg_lab_array(lab, &all.expression, n * GENES, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &all.instability, n * GENES, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &all.fitness, n, sizeof(double)));
    for (int64_t t = 0; t <= hg_run_generations(lab->run); t++) {
        if (t > 0) HG_TRY(hg_lab_advance(lab, 1));
        HG_TRY(hg_lab_read(lab, HG_EXPRESSION, GENES, all.expression));
        HG_TRY(hg_lab_read(lab, HG_INSTABILITY, GENES, all.instability));
        HG_TRY(hg_lab_read(lab, HG_FITNESS, 1, all.fitness));
        for (int64_t i = 0; i < n; i++) {
            largest = fmax(largest, fabs(all.fitness[i] - components[c].value(&all, i)));
            none += all.fitness[i] == 0.0;
        }
    }
    if (none > 0.0)
        hg_theory_note(lab->theory, "%.0f of %.0f are 0", none,
                       (double)n * (double)(hg_run_generations(lab->run) + 1));
    hg_judge_exact(lab->theory, largest, 1e-12, "%s", components[c].name);
    return HG_OK;
}

/* Genes between -1 and 1, so that sums are negative for some; each regulates the next but two. */
hg_status hg_theory_fitness(hg_theory *theory)
{
    const hg_lab_size size = {2, SIZE, 2};
    for (int c = 0; c < COMPONENTS; c++)
        HG_TRY(hg_lab_conduct(
            theory, size, observe_fitness, &c,
            "population: {initial: {weights: {distribution: normal, mean: 0.2, sd: 1.5}}}\n"
            "network: {genes: [a, b, c, d, e, f, g, h, i, j, k], weights: heritable, edges: "
            "[[a, d, 1], [b, e, 1], [c, f, 1], [d, g, 1], [e, h, 1], [f, i, 1], [g, j, 1], "
            "[h, k, 1], [i, a, 1], [j, b, 1], [k, c, 1], [k, k, 1]]}\n"
            "regulation: {model: siegal_bergman, initial_state: [1, -0.5, 0.5, 1, -1, 0.3, -0.2, "
            "0.9, 0.1, 1, -0.7]}\n"
            "development: {steps: 5, window: 4}\n"
            "selection: {on_extinction: neutral}\n"
            "mutation: {basal: {rate: 0}, weights: {rate: 0.3, sd: 0.5}}\n"
            "fitness: [%s]\n", components[c].text));
    return HG_OK;
}
