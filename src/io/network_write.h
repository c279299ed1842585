/* SPDX-License-Identifier: GPL-3.0-or-later
 * Networks for other programs. What cannot be written shows in ferror(). */
#ifndef HG_IO_NETWORK_WRITE_H
#define HG_IO_NETWORK_WRITE_H

#include <stdio.h>

#include "model/config.h"
#include "population/network.h"

/** GraphML: nodes with `name`, edges with `weight`; hg_network_graphml_read reads it back. */
void hg_network_write_graphml(FILE *file, const hg_network *network, const char *title);

/**
 * Graphviz's DOT: activation with an arrow's head, repression with a bar's, what does neither with
 * a dot's. The weight is the edges' attribute `regulation`, for Graphviz's own `weight` is a
 * matter of layout and cannot be negative.
 */
void hg_network_write_dot(FILE *file, const hg_network *network, const char *title);

/** What the kinetic laws of a network stand in. */
typedef struct hg_network_state {
    const hg_config *config;  /**< resolved: the models and their parameters */
    const double *basal;      /**< [genes] basal levels */
    double tf_concentration, temperature, nutrients;
} hg_network_state;

/**
 * SBML, Level 3 Version 1 (Hucka et al. 2018). Each gene is made by a reaction whose rate is the
 * level that regulation.model calls for, given the amounts of its regulators, and decays at the
 * rate of its amount: dx/dt = f(x) - x, whose steady states are those of development, and of which
 * an Euler step of length 1 is a step of development. Amounts begin where development does: at the
 * basal level in the environment, at `constitutive` or at `initial_state`, by the model. Weights
 * are the parameters weight_ID of the laws, in all their digits; hg_network_sbml_read reads them
 * back. HG_IO where libSBML is missing.
 */
hg_status hg_network_write_sbml(FILE *file, const hg_network *network, const char *title,
                                const hg_network_state *state);

#endif
