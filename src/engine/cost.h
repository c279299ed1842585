/* SPDX-License-Identifier: GPL-3.0-or-later
 * How long a generation will take, before it is made. */
#ifndef HG_ENGINE_COST_H
#define HG_ENGINE_COST_H

#include "model/config.h"
#include "population/network.h"

/** Seconds that one core takes for a generation of the whole population, roughly. Pure. */
double hg_cost_of_generation(const hg_config *config, const hg_network *network);

#endif
