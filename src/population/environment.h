/* SPDX-License-Identifier: GPL-3.0-or-later
 * Quantities that vary in time. */
#ifndef HG_POPULATION_ENVIRONMENT_H
#define HG_POPULATION_ENVIRONMENT_H

#include "model/config.h"
#include "model/expression.h"

/** The value of a series in a generation (>= 0). Pure. */
double hg_series_at(const hg_series *series, int64_t generation);

/** Whether the value can differ between generations. */
bool hg_series_varies(const hg_series *series);

hg_environment_state hg_environment_at(const hg_config *config, int64_t generation);

#endif
