/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tables of distributions and series; what they do is in random/ and population/. */
#include "model/config.h"
#include "model/models.h"

static const hg_model distributions[HG_DISTRIBUTIONS] = {
    [HG_DISTRIBUTION_CONSTANT] = {"constant", "value", "Always the same value.", true},
    [HG_DISTRIBUTION_UNIFORM] = {"uniform", "low + (high-low)*U", "Uniform between two bounds.",
        true},
    [HG_DISTRIBUTION_NORMAL] = {"normal", "mean + sd*Z", "Normal (Gaussian).", true},
    [HG_DISTRIBUTION_LOGNORMAL] = {"lognormal", "exp(mean + sd*Z)",
        "Log-normal; mean and sd are those of the logarithm.", true},
    [HG_DISTRIBUTION_EXPONENTIAL] = {"exponential", "-mean*log(U)", "Exponential.", true},
};

static const hg_model series[] = {
    [HG_SERIES_CONSTANT] = {"constant", "value", "The same in every generation.", true},
    [HG_SERIES_TABLE] = {"table", "value of the latest generation listed, or between two of them",
        "Pairs of generation and value, step-wise or linearly interpolated.", true},
    [HG_SERIES_RAMP] = {"ramp", "from `from` at `start` to `to` at `end`",
        "A straight line between two generations, level before and after.", true},
    [HG_SERIES_SINE] = {"sine", "mean + amplitude*sin(2*pi*(t/period) + phase)",
        "A sine wave over the generations.", true},
    [HG_SERIES_STEPS] = {"steps", "values[floor(t/duration) mod count]",
        "A list of values, each for `duration` generations, over and over.", true},
    [HG_SERIES_AR1] = {"ar1", "mean + a*(x - mean) + sd*sqrt(1-a^2)*Z",
        "First-order autoregression: one draw per generation and deme; values outside the "
        "allowed range count as its bound.", true},
};

const hg_model_family hg_distribution_family = {"distribution", "distribution", distributions,
                                                HG_DISTRIBUTIONS};
const hg_model_family hg_series_family = {"series", "series", series, HG_SERIES_AR1 + 1};
