/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quantities that vary in time, as one habitat sees them. Most series are functions of the
 * generation; `ar1` wanders, each deme's on a way of its own, so that an environment has a state
 * that moves from generation to generation.
 */
#ifndef HG_POPULATION_ENVIRONMENT_H
#define HG_POPULATION_ENVIRONMENT_H

#include "base/status.h"
#include "model/config.h"
#include "model/expression.h"

typedef struct hg_environment {
    const hg_config *config;
    int64_t deme;       /**< whose way the ar1 series go */
    int64_t generation; /**< in force; -1: none yet */
    double *wander;     /**< [3 + components] ar1: how far from the mean; see hg_quantity_number */
} hg_environment;

/** The quantities that can be series; optimum + i is that of fitness component i. */
typedef enum { HG_TF_CONCENTRATION, HG_TEMPERATURE, HG_NUTRIENTS,
               HG_OPTIMUM } hg_quantity_number;

/** Borrows config. Free also after failure. */
hg_status hg_environment_create(hg_environment *environment, const hg_config *config,
                                int64_t deme);
void hg_environment_free(hg_environment *environment);

/** Goes on to `generation` (>= 0); from the beginning where that lies behind. */
void hg_environment_advance(hg_environment *environment, int64_t generation);

/** What is in force. ar1 series are kept within what their quantity may be. */
hg_environment_state hg_environment_now(const hg_environment *environment);

/** The optimum in force of fitness component `i`, which has a series. */
double hg_environment_optimum(const hg_environment *environment, int64_t i);

/**
 * How many optima are recorded: where one of them varies in time those of all Gaussian components,
 * else none.
 */
int64_t hg_optima_recorded(const hg_config *config);

/** The fitness component, counted from 0, that is Gaussian number `k`; -1: there are fewer. */
int64_t hg_optimum_component(const hg_config *config, int64_t k);

/** Whether some optimum is an ar1 series, and so each deme's own. */
bool hg_optimum_wanders(const hg_config *config);

/** Whether some ar1 series makes demes differ. */
bool hg_environment_differs(const hg_config *config);

/** The value of a series in a generation (>= 0); of ar1, which is drawn, the mean. Pure. */
double hg_series_at(const hg_series *series, int64_t generation);

/** Whether two generations can have different values, however the series is written. */
bool hg_series_varies(const hg_series *series);

/** Whether it does so at once, from a value that was held to another. */
bool hg_series_jumps(const hg_series *series);

#endif
