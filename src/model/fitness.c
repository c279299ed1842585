/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/config.h"
#include "model/models.h"

static const hg_model models[HG_FITNESS_MODELS] = {
    [HG_FITNESS_NEUTRAL] = {"neutral", "1", "All are equally fit.", true},
    [HG_FITNESS_PROPORTIONAL] = {"proportional", "mean_g e_g", "Mean expression.", true},
    [HG_FITNESS_THRESHOLD] = {"threshold", "1 if mean_g e_g >= threshold, else 0",
        "Enough expression lives, less does not.", true},
    [HG_FITNESS_WEIGHTED] = {"weighted", "sum(omega_g e_g)/sum(omega_g)",
        "Weighted mean of expression; 0 when all weights are 0.", true},
    [HG_FITNESS_EPISTATIC] = {"epistatic", "mean_g e_g + e'Me/G",
        "Mean expression and pairwise interactions of genes (e'Me itself when G = 1).", true},
    [HG_FITNESS_GAUSSIAN] = {"gaussian", "exp(-sum_g s_g (e_g - optimum_g)^2)",
        "Stabilising selection on each gene around its optimum (Lande 1976).", true},
    [HG_FITNESS_STABILITY] = {"stability", "exp(-strength * sum_g instability_g)",
        "Selection against expression that keeps changing during development (Siegal & Bergman "
        "2002).", true},
    [HG_FITNESS_PARETO] = {"pareto", "1/(1 + number that dominate it)",
        "Multi-objective: an individual counts by how many of its deme dominate it (Fonseca "
        "& Fleming 1993).", true},
};

const hg_model_family hg_fitness_family = {"fitness.model", "fitness model", models,
                                           HG_FITNESS_MODELS};
