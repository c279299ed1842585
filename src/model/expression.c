/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/expression.h"

#include "random/vecmath.h"

static const hg_model models[HG_EXPRESSION_MODELS] = {
    [HG_EXPRESSION_CONSTANT] = {"constant", "B = basal",
        "The allele alone sets the level; the environment does not enter.", true},
    [HG_EXPRESSION_LINEAR] = {"linear", "B = max(0, basal + slope*c)",
        "The transcription factor's concentration c adds to the allele's level.", true},
    [HG_EXPRESSION_HILL] = {"hill", "B = basal * c^n/(k^n + c^n)",
        "The transcription factor's concentration c saturates the promoter (Hill 1910).", true},
};

const hg_model_family hg_expression_family = {"expression.model", "expression model", models,
                                              HG_EXPRESSION_MODELS};

static double temperature_factor(const hg_expression_parameters *parameters, double temperature)
{
    const double steps = (temperature - parameters->temperature_reference) / 10.0;
    return hg_pow(parameters->q10, steps);
}

static double nutrient_factor(double half_saturation, double nutrients)
{
    if (half_saturation == 0.0) return 1.0; /* also at nutrients = 0 */
    return nutrients / (nutrients + half_saturation);
}

/* c^n/(k^n + c^n), written so that neither power can overflow. */
static double saturation(double c, double k, double n)
{
    return c > 0.0 ? 1.0 / (1.0 + hg_pow(k / c, n)) : 0.0;
}

void hg_expression_promoters(const hg_expression_parameters *parameters,
                             const hg_environment_state *environment, int64_t genes,
                             double *offset, double *factor, double *envelope)
{
    const double c = environment->tf_concentration;
    *envelope = temperature_factor(parameters, environment->temperature) *
                nutrient_factor(parameters->nutrient_half_saturation, environment->nutrients);
    for (int64_t g = 0; g < genes; g++) {
        const bool linear = parameters->model == HG_EXPRESSION_LINEAR;
        const bool hill = parameters->model == HG_EXPRESSION_HILL;
        offset[g] = linear ? parameters->slope[g] * c : 0.0;
        factor[g] = *envelope * (hill ? saturation(c, parameters->k[g], parameters->n[g]) : 1.0);
    }
}
