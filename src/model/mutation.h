/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a mutation makes of an allele or a weight. */
#ifndef HG_MODEL_MUTATION_H
#define HG_MODEL_MUTATION_H

#include "model/config.h"

/**
 * The mutant of `value`, by the law's model: `z` is standard normal, `fresh` a new draw from
 * the initial distribution (looked at by `replace` alone). Pure.
 */
double hg_mutant(const hg_mutation_law *law, double value, double z, double fresh);

#endif
