/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/environment.h"

/* Before the first listed generation the first value holds, after the last one the last. */
static double table_at(const hg_series *series, double t)
{
    int64_t i = 0;
    while (i + 1 < series->count && series->at[i + 1] <= t) i++;
    if (!series->linear || t <= series->at[i] || i + 1 == series->count) return series->values[i];
    const double share = (t - series->at[i]) / (series->at[i + 1] - series->at[i]);
    return series->values[i] + share * (series->values[i + 1] - series->values[i]);
}

double hg_series_at(const hg_series *series, int64_t generation)
{
    return series->kind == HG_SERIES_TABLE ? table_at(series, (double)generation) : series->value;
}

bool hg_series_varies(const hg_series *series) { return series->kind != HG_SERIES_CONSTANT; }

hg_environment_state hg_environment_at(const hg_config *config, int64_t generation)
{
    return (hg_environment_state){
        hg_series_at(&config->environment.tf_concentration, generation),
        hg_series_at(&config->environment.temperature, generation),
        hg_series_at(&config->environment.nutrients, generation)};
}
