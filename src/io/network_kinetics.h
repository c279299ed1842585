/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the parameters of a kinetic law say of its regulators. */
#ifndef HG_IO_NETWORK_KINETICS_H
#define HG_IO_NETWORK_KINETICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/names.h"
#include "base/status.h"

/** The parameters of one kinetic law. */
typedef struct hg_kinetics {
    hg_names names;
    double *value; /**< [names.count], owned */
    int64_t room;
} hg_kinetics;

hg_kinetics hg_kinetics_of(void);

/** Adds a parameter; of two with the same name the first stays. */
hg_status hg_kinetics_add(hg_kinetics *kinetics, const char *name, double value);

bool hg_kinetics_find(const hg_kinetics *kinetics, const char *name, double *value);

void hg_kinetics_free(hg_kinetics *kinetics);

/**
 * The signs of a gene's `inputs` regulators from the parameters that GeneNetWeaver gives to its
 * synthesis (Schaffter, Marbach & Floreano 2011, Bioinformatics 27:2263, and its supplement):
 *
 * The regulators, in the order of the modifiers, are cut into modules j = 1, 2, ...: first the
 * numActivators_j that bring module j into its active conformation, then the numDeactivators_j
 * that take it out of it. (bindsAsComplex_j: whether they do so together or each for itself; k_i
 * and n_i: dissociation constant and Hill coefficient of regulator i.) a_s is the relative rate of
 * transcription in state s, whose bit j-1 is set where module j is active: a_0 the basal rate,
 * a_1 with module 1 alone, a_3 with the modules 1 and 2.
 *
 * A module enhances when it raises a_s in some states of the others and lowers it in none, it
 * silences the other way round. A regulator's sign is that of its module, turned for a deactivator.
 * `sign[i]` becomes 1, -1, or 0 where the parameters do not tell: they are not GeneNetWeaver's, do
 * not fit the number of regulators, or the module acts both ways.
 */
void hg_kinetics_genenetweaver(const hg_kinetics *kinetics, int64_t inputs, int8_t *sign);

#endif
