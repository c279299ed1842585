/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/environment.h"

#include <math.h>

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

static double steps_at(const hg_series *series, double t)
{
    const double place = fmod(floor(t / series->duration), (double)series->count);
    return series->values[(int64_t)place];
}

double hg_series_at(const hg_series *series, int64_t generation)
{
    const double t = (double)generation;
    switch (series->kind) {
    case HG_SERIES_TABLE: return table_at(series, t);
    case HG_SERIES_RAMP: return ramp_at(series, t);
    case HG_SERIES_SINE: return sine_at(series, t);
    case HG_SERIES_STEPS: return steps_at(series, t);
    default: return series->value;
    }
}

bool hg_series_varies(const hg_series *series) { return series->kind != HG_SERIES_CONSTANT; }

hg_environment_state hg_environment_at(const hg_config *config, int64_t generation)
{
    return (hg_environment_state){
        hg_series_at(&config->environment.tf_concentration, generation),
        hg_series_at(&config->environment.temperature, generation),
        hg_series_at(&config->environment.nutrients, generation)};
}
