/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The genealogy of the last generation of a run, gene by gene, as tskit's tables have it: nodes
 * are genomes (two of a diploid), an edge says over which genes a genome was inherited from
 * another, gene g being the interval from g to g+1.
 *
 * Parents are read from the file. Which of its parents' genes an individual got is not recorded
 * there, but needs not be: like all that happens to an individual it is a function of the seed,
 * the generation and the individual, and is drawn again (model/recombination.h).
 */
#ifndef HG_ANALYSIS_GENEALOGY_H
#define HG_ANALYSIS_GENEALOGY_H

#include "io/ancestry.h"
#include "model/config.h"

/**
 * Where the tables go, row by row; ids count the rows of each table from 0. All may fail, which
 * ends it. An edge's nodes and a node's individual have been given before; edges come by rising
 * time of their parent, then parent, child and left end, as tskit wants them.
 */
typedef struct hg_genealogy_tables {
    void *context;
    hg_status (*individual)(void *context, int64_t generation, int64_t individual);
    hg_status (*node)(void *context, bool sample, int64_t ago, int64_t individual);
    hg_status (*edge)(void *context, int64_t left, int64_t right, int64_t parent, int64_t child);
} hg_genealogy_tables;

/**
 * Traces the genomes of the last generation recorded, the samples, back to generation 0. Nodes
 * are the samples, the ancestors in which lines of descent meet, and the founders that they lead
 * to; with `all` every genome of every generation. `config` is that of the run, resolved, for
 * `genes` genes. Memory: for one generation, and where mating is sexual for the pieces of the
 * samples' genomes. HG_BAD_INPUT where the file and its run file do not go together, or tskit
 * cannot number so many nodes.
 */
hg_status hg_genealogy_trace(hg_ancestry *ancestry, const hg_config *config, int64_t genes,
                             bool all, const hg_genealogy_tables *tables);

#endif
