/* SPDX-License-Identifier: GPL-3.0-or-later
 * The experiments, each a row of the table in experiments.c. All are collective. */
#ifndef HG_THEORY_EXPERIMENTS_H
#define HG_THEORY_EXPERIMENTS_H

#include "theory/theory.h"

/* alleles.c */
hg_status hg_theory_fixation(hg_theory *theory);
hg_status hg_theory_heterozygosity(hg_theory *theory);
/* parents.c */
hg_status hg_theory_shared_parents(hg_theory *theory);
hg_status hg_theory_unequal_demes(hg_theory *theory);
hg_status hg_theory_mates(hg_theory *theory);
hg_status hg_theory_migrants(hg_theory *theory);
/* ranks.c */
hg_status hg_theory_ranks(hg_theory *theory);
hg_status hg_theory_classes(hg_theory *theory);
/* ancestors.c */
hg_status hg_theory_coalescence(hg_theory *theory);
hg_status hg_theory_equals(hg_theory *theory);
hg_status hg_theory_islands(hg_theory *theory);
/* traits.c */
hg_status hg_theory_neutral_trait(hg_theory *theory);
hg_status hg_theory_regression(hg_theory *theory);
/* selection.c */
hg_status hg_theory_balance(hg_theory *theory);
hg_status hg_theory_response(hg_theory *theory);
/* load.c */
hg_status hg_theory_load(hg_theory *theory);
/* linkage.c */
hg_status hg_theory_crossovers(hg_theory *theory);
hg_status hg_theory_linkage(hg_theory *theory);
/* diploids.c */
hg_status hg_theory_diploids(hg_theory *theory);
/* mutations.c */
hg_status hg_theory_mutations(hg_theory *theory);
/* mutants.c */
hg_status hg_theory_mutants(hg_theory *theory);
/* founders.c */
hg_status hg_theory_founders(hg_theory *theory);
/* inheritance.c */
hg_status hg_theory_inheritance(hg_theory *theory);
/* migration.c */
hg_status hg_theory_migration(hg_theory *theory);
/* overlap.c */
hg_status hg_theory_overlap(hg_theory *theory);
/* series.c */
hg_status hg_theory_series(hg_theory *theory);
/* noise.c */
hg_status hg_theory_noise(hg_theory *theory);
/* models.c */
hg_status hg_theory_models(hg_theory *theory);
/* fitness.c */
hg_status hg_theory_fitness(hg_theory *theory);
/* records.c */
hg_status hg_theory_records(hg_theory *theory);
/* development.c */
hg_status hg_theory_development(hg_theory *theory);

#endif
