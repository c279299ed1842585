/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/environment.h"

#include <math.h>

#include "base/memory.h"
#include "random/stream.h"
#include "random/vecmath.h"

/* Before the first listed generation the first value holds, after the last one the last. */
static double table_at(const hg_series *series, double t)
{
    int64_t i = 0;
    while (i + 1 < series->count && series->at[i + 1] <= t) i++;
    if (!series->linear || t <= series->at[i] || i + 1 == series->count) return series->values[i];
    const double share = (t - series->at[i]) / (series->at[i + 1] - series->at[i]);
    return series->values[i] + share * (series->values[i + 1] - series->values[i]);
}

static double ramp_at(const hg_series *series, double t)
{
    if (t <= series->start) return series->from;
    if (t >= series->end) return series->to;
    const double share = (t - series->start) / (series->end - series->start);
    return series->from + share * (series->to - series->from);
}

/* Not the C library's sine: the same bits wherever the program runs. Whole waves are taken off
 * first, which is exact, so that late generations are as precise as early ones. */
static double sine_at(const hg_series *series, double t)
{
    const double pi = 3.14159265358979323846;
    const double wave = fmod(t, series->period) / series->period;
    return series->mean + series->amplitude * hg_sinpi(2.0 * wave + series->phase / pi);
}

/* Steps that are too short to be counted all begin with the first value. */
static double steps_at(const hg_series *series, double t)
{
    const double steps = floor(t / series->duration);
    return series->values[isfinite(steps) ? (int64_t)fmod(steps, (double)series->count) : 0];
}

double hg_series_at(const hg_series *series, int64_t generation)
{
    const double t = (double)generation;
    switch (series->kind) {
    case HG_SERIES_TABLE: return table_at(series, t);
    case HG_SERIES_RAMP: return ramp_at(series, t);
    case HG_SERIES_SINE: return sine_at(series, t);
    case HG_SERIES_STEPS: return steps_at(series, t);
    case HG_SERIES_AR1: return series->mean;
    case HG_SERIES_CONSTANT: break;
    }
    return series->value;
}

/* A wave is looked at in whole generations: it stands still where these are whole waves, or half
 * ones from a zero on. No other wave has equal values in all of them. */
static bool sine_varies(const hg_series *series)
{
    if (series->amplitude == 0.0 || fmod(1.0, series->period) == 0.0) return false;
    return fmod(2.0, series->period) != 0.0 || sine_at(series, 0.0) != sine_at(series, 1.0);
}

bool hg_series_varies(const hg_series *series)
{
    switch (series->kind) {
    case HG_SERIES_TABLE:
    case HG_SERIES_STEPS: return !hg_are_equal(series->values, series->count);
    case HG_SERIES_RAMP: return series->from != series->to;
    case HG_SERIES_SINE: return sine_varies(series);
    case HG_SERIES_AR1: return series->sd != 0.0;
    case HG_SERIES_CONSTANT: break;
    }
    return false;
}

bool hg_series_jumps(const hg_series *series)
{
    return series->kind == HG_SERIES_STEPS ||
           (series->kind == HG_SERIES_TABLE && !series->linear);
}

/* --- one habitat ------------------------------------------------------------------------- */

static const hg_series *series_of(const hg_config *config, int64_t quantity)
{
    switch (quantity) {
    case HG_TF_CONCENTRATION: return &config->environment.tf_concentration;
    case HG_TEMPERATURE: return &config->environment.temperature;
    case HG_NUTRIENTS: return &config->environment.nutrients;
    default: break;
    }
    const hg_fitness_component *component = &config->fitness[quantity - HG_OPTIMUM];
    return component->optimum_varies ? &component->optimum_series : NULL;
}

static int64_t quantities(const hg_config *config) { return HG_OPTIMUM + config->fitness_count; }

static bool wanders(const hg_config *config, int64_t quantity)
{
    const hg_series *series = series_of(config, quantity);
    return series != NULL && series->kind == HG_SERIES_AR1;
}

int64_t hg_optima_recorded(const hg_config *config)
{
    int64_t optima = 0;
    bool varies = false;
    for (int64_t i = 0; i < config->fitness_count; i++) {
        if (config->fitness[i].model != HG_FITNESS_GAUSSIAN) continue;
        varies |= config->fitness[i].optimum_varies;
        optima++;
    }
    return varies ? optima : 0;
}

int64_t hg_optimum_component(const hg_config *config, int64_t k)
{
    for (int64_t i = 0; i < config->fitness_count; i++)
        if (config->fitness[i].model == HG_FITNESS_GAUSSIAN && k-- == 0) return i;
    return -1;
}

bool hg_optimum_wanders(const hg_config *config)
{
    for (int64_t i = 0; i < config->fitness_count; i++)
        if (wanders(config, HG_OPTIMUM + i)) return true;
    return false;
}

bool hg_environment_differs(const hg_config *config)
{
    bool differs = false;
    for (int64_t q = 0; q < quantities(config); q++) differs |= wanders(config, q);
    return differs && config->population.demes > 1;
}

hg_status hg_environment_create(hg_environment *environment, const hg_config *config, int64_t deme)
{
    *environment = (hg_environment){.config = config, .deme = deme, .generation = -1};
    return hg_allocate(&environment->wander, HG_MEMORY_CONFIGURATION,
                       (size_t)quantities(config), sizeof *environment->wander);
}

void hg_environment_free(hg_environment *environment) { hg_release(&environment->wander); }

/* One step of first-order autoregression, from the stationary distribution on. */
static void step(hg_environment *environment, int64_t quantity, int64_t generation)
{
    const hg_series *series = series_of(environment->config, quantity);
    const double a = series->autocorrelation;
    const hg_stream stream = hg_stream_of(environment->config->run.seed, HG_PURPOSE_ENVIRONMENT,
                                          hg_lineage_generation(environment->config, generation),
                                          environment->deme);
    const double z = series->sd * hg_stream_normal(&stream, (uint32_t)quantity);
    double *x = &environment->wander[quantity];
    *x = generation == 0 ? z : a * *x + __builtin_sqrt(1.0 - a * a) * z;
}

void hg_environment_advance(hg_environment *environment, int64_t generation)
{
    if (generation < environment->generation) environment->generation = -1;
    const int64_t before = environment->generation;
    for (int64_t q = 0; q < quantities(environment->config); q++)
        for (int64_t t = before + 1; wanders(environment->config, q) && t <= generation; t++)
            step(environment, q, t);
    environment->generation = generation;
}

static double value_of(const hg_environment *environment, int64_t quantity, double low,
                       double high)
{
    const hg_series *series = series_of(environment->config, quantity);
    if (series->kind != HG_SERIES_AR1) return hg_series_at(series, environment->generation);
    return fmin(fmax(series->mean + environment->wander[quantity], low), high);
}

hg_environment_state hg_environment_now(const hg_environment *environment)
{
    const double absolute_zero = -273.15;
    return (hg_environment_state){value_of(environment, HG_TF_CONCENTRATION, 0.0, INFINITY),
                                  value_of(environment, HG_TEMPERATURE, absolute_zero, INFINITY),
                                  value_of(environment, HG_NUTRIENTS, 0.0, 1.0)};
}

double hg_environment_optimum(const hg_environment *environment, int64_t i)
{
    return value_of(environment, HG_OPTIMUM + i, -INFINITY, INFINITY);
}
