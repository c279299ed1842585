/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/naive.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GENES = HG_NAIVE_GENES };

void hg_naive_create(hg_naive *model, int share)
{
    *model = (hg_naive){.strength = 0.3, .constitutive = 0.3, .steepness = 1.5,
                        .concentration = 0.7, .temperature = 31.0, .reference = 24.0, .q10 = 2.3,
                        .nutrients = 0.4, .half_saturation = 0.25, .tolerance = 0.02, .steps = 7,
                        .window = 3, .promoter = hg_naive_constant, .step = hg_naive_none};
    for (int g = 0; g < GENES; g++) {
        model->slope[g] = 0.1 * g - 0.4;
        model->k[g] = 0.4 + 0.07 * g;
        model->n[g] = g % 3 == 2 ? 2.0 : 1.0 + 0.15 * g; /* whole ones have a way of their own */
        model->start[g] = g % 4 < 2 ? 1.0 : -1.0;
    }
    for (int t = 0; t < GENES; t++)
        for (int s = 0; s < GENES; s++) {
            if ((5 * s + 3 * t + s * t) % 16 >= share) continue;
            model->source[model->edges] = s;
            model->target[model->edges] = t;
            model->weight[model->edges++] = sin(1.0 + 3.0 * s + 7.0 * t);
        }
}

void hg_naive_print_edges(const hg_naive *model, char *text, size_t room)
{
    size_t used = 0;
    for (int e = 0; e < model->edges; e++)
        used += (size_t)snprintf(text + used, room - used, "%s[g%d, g%d, %.17g]",
                                 e == 0 ? "" : ", ", model->source[e], model->target[e],
                                 model->weight[e]);
}

/* --- models --------------------------------------------------------------------------------- */

double hg_naive_constant(const hg_naive *model, int gene, double basal)
{
    (void)model, (void)gene;
    return basal;
}

double hg_naive_linear(const hg_naive *model, int gene, double basal)
{
    return fmax(0.0, basal + model->slope[gene] * model->concentration);
}

static double saturate(const hg_naive *model, int gene, double y)
{
    const double n = model->n[gene], power = pow(y, n);
    return power / (pow(model->k[gene], n) + power);
}

double hg_naive_hill(const hg_naive *model, int gene, double basal)
{
    return basal * saturate(model, gene, model->concentration);
}

static double envelope(const hg_naive *model)
{
    return pow(model->q10, (model->temperature - model->reference) / 10.0) * model->nutrients /
           (model->nutrients + model->half_saturation);
}

double hg_naive_none(const hg_naive *model, int gene, const hg_naive_levels *level)
{
    (void)model, (void)gene;
    return level->promoted;
}

double hg_naive_additive(const hg_naive *model, int gene, const hg_naive_levels *level)
{
    (void)gene;
    return fmax(0.0, level->promoted + model->strength * level->u);
}

double hg_naive_multiplicative(const hg_naive *model, int gene, const hg_naive_levels *level)
{
    (void)gene;
    return fmax(0.0, level->promoted * (1.0 + model->strength * level->u));
}

double hg_naive_hill_step(const hg_naive *model, int gene, const hg_naive_levels *level)
{
    const double y = fmax(0.0, model->concentration + model->strength * level->u);
    return level->basal * envelope(model) * saturate(model, gene, y);
}

double hg_naive_sigmoid(const hg_naive *model, int gene, const hg_naive_levels *level)
{
    const double a = model->constitutive;
    (void)gene;
    return 1.0 / (1.0 + (1.0 - a) / a * exp(-level->u / (a * (1.0 - a))));
}

double hg_naive_siegal_bergman(const hg_naive *model, int gene, const hg_naive_levels *level)
{
    (void)gene;
    return 2.0 / (1.0 + exp(-model->steepness * level->u)) - 1.0;
}

double hg_naive_wagner(const hg_naive *model, int gene, const hg_naive_levels *level)
{
    (void)model, (void)gene;
    return level->u == 0.0 ? level->x : level->u > 0.0 ? 1.0 : -1.0;
}

/* --- development ---------------------------------------------------------------------------- */

/* The next state from `x`; the largest change of a gene. */
static double advance(const hg_naive *model, const double *basal, const double *weight,
                      const double *x, double *next)
{
    double u[GENES] = {0}, largest = 0.0;
    for (int e = 0; e < model->edges; e++)
        u[model->target[e]] += weight[e] * x[model->source[e]];
    for (int g = 0; g < GENES; g++) {
        const double promoted = model->promoter(model, g, basal[g]) * envelope(model);
        const hg_naive_levels level = {u[g], basal[g], promoted, x[g]};
        next[g] = model->step(model, g, &level);
        largest = fmax(largest, fabs(next[g] - x[g]));
    }
    return largest;
}

static void begin(const hg_naive *model, const double *basal, double *x)
{
    for (int g = 0; g < GENES; g++) {
        x[g] = model->promoter(model, g, basal[g]) * envelope(model);
        if (model->from_start) x[g] = model->start[g];
        if (model->from_constitutive) x[g] = model->constitutive;
    }
}

void hg_naive_develop(const hg_naive *model, const double *basal, const double *weight,
                      hg_naive_phenotype *phenotype)
{
    double x[GENES], next[GENES], sum[GENES] = {0}, square[GENES] = {0};
    phenotype->stable = false;
    begin(model, basal, x);
    for (int step = 1; step <= model->steps; step++) {
        phenotype->stable |= advance(model, basal, weight, x, next) <= model->tolerance;
        memcpy(x, next, sizeof x);
        for (int g = 0; g < GENES && step > model->steps - model->window; g++) {
            sum[g] += x[g];
            square[g] += x[g] * x[g];
        }
    }
    for (int g = 0; g < GENES; g++) {
        const double mean = sum[g] / model->window;
        phenotype->expression[g] = mean;
        phenotype->instability[g] = fmax(0.0, square[g] / model->window - mean * mean);
    }
}
