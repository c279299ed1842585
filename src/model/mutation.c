/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/mutation.h"

#include "model/models.h"
#include "random/vecmath.h"

static const hg_model models[HG_MUTATION_MODELS] = {
    [HG_MUTATION_GAUSSIAN] = {"gaussian", "x + sd*Z",
        "A normal step; a basal level that would fall below 0 becomes 0.", true},
    [HG_MUTATION_LOGNORMAL] = {"lognormal", "x*exp(sd*Z)",
        "A step on the logarithmic scale: the sign stays, and what is 0 stays 0.", true},
    [HG_MUTATION_REPLACE] = {"replace", "a new draw from the initial distribution",
        "House of cards: the new allele owes nothing to the old one (Kingman 1978).", true},
    [HG_MUTATION_REGRESSION] = {"regression", "mean + retention*(x - mean) + sd*Z",
        "A step that falls back towards a mean (Zeng & Cockerham 1993).", true},
};

const hg_model_family hg_mutation_family = {"mutation.basal.model", "mutation model", models,
                                            HG_MUTATION_MODELS};

double hg_mutant(const hg_mutation_law *law, double value, double z, double fresh)
{
    switch (law->model) {
    case HG_MUTATION_LOGNORMAL: return value * hg_exp(law->sd * z);
    case HG_MUTATION_REPLACE: return fresh;
    case HG_MUTATION_REGRESSION:
        return law->mean + law->retention * (value - law->mean) + law->sd * z;
    default: return value + law->sd * z;
    }
}
