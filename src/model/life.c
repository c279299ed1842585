/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tables of the life cycle's families: selection, mating, migration. */
#include "model/config.h"
#include "model/models.h"

static const hg_model selection[HG_SELECTION_SCHEMES] = {
    [HG_SELECTION_WRIGHT_FISHER] = {"wright_fisher", "P(parent = i) = fitness_i/sum(fitness)",
        "Each offspring draws its parent independently, with replacement (Fisher 1930; Wright "
        "1931).", true},
    [HG_SELECTION_TOURNAMENT] = {"tournament", "best of `size` uniform draws",
        "Each parent is the best of a few uniform draws with replacement; ties are broken at "
        "random, with equal chances.", true},
    [HG_SELECTION_TRUNCATION] = {"truncation", "best ceil(fraction*N), equal chances",
        "Only the best reproduce; who of those tied at the cut is drawn at random, anew in each "
        "generation.", true},
    [HG_SELECTION_NONE] = {"none", "parent of i = i",
        "Everyone is its own only child: mutation without selection or drift.", true},
};

static const hg_model mating[HG_MATING_SYSTEMS] = {
    [HG_MATING_ASEXUAL] = {"asexual", "", "An offspring is a clone of its one parent.", true},
    [HG_MATING_SEXUAL] = {"sexual", "",
        "A second parent is drawn like the first, and the two genomes recombine.", true},
};

static const hg_model migration[HG_MIGRATION_SCHEMES] = {
    [HG_MIGRATION_ISLAND] = {"island", "each other deme with m/(D-1)",
        "A migrant parent comes from any other deme (Wright 1931).", true},
    [HG_MIGRATION_STEPPING_STONE] = {"stepping_stone", "each neighbour with m/2",
        "A migrant parent comes from a neighbouring deme, on a ring or a line (Kimura & Weiss "
        "1964).", true},
    [HG_MIGRATION_MATRIX] = {"matrix", "row d: where the parents of deme d come from",
        "Backward migration probabilities, spelt out.", true},
};

const hg_model_family hg_selection_family = {"selection.scheme", "selection scheme", selection,
                                             HG_SELECTION_SCHEMES};
const hg_model_family hg_mating_family = {"mating.system", "mating system", mating,
                                          HG_MATING_SYSTEMS};
const hg_model_family hg_migration_family = {"migration.scheme", "migration scheme", migration,
                                             HG_MIGRATION_SCHEMES};
