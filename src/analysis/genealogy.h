/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The genealogy of the last generation of a run, gene by gene, as tskit's tables have it: nodes
 * are genomes (two of a diploid), an edge says over which genes a genome was inherited from
 * another (analysis/inheritance.h), gene g being the interval from g to g+1.
 */
#ifndef HG_ANALYSIS_GENEALOGY_H
#define HG_ANALYSIS_GENEALOGY_H

#include "analysis/inheritance.h"

/**
 * Where the tables go, row by row; ids count the rows of each table from 0. `set` is 0,
 * and 1 of a diploid's second genome. All may fail, which ends it. An edge's nodes and a node's individual have been given before; edges come by rising
 * time of their parent, then parent, child and left end, as tskit wants them.
 */
typedef struct hg_genealogy_tables {
    void *context;
    hg_status (*individual)(void *context, int64_t generation, int64_t individual);
    hg_status (*node)(void *context, bool sample, int64_t ago, int64_t individual, int set);
    hg_status (*edge)(void *context, int64_t left, int64_t right, int64_t parent, int64_t child);
} hg_genealogy_tables;

/**
 * Traces the genomes of the last generation recorded, the samples, back to generation 0. Nodes
 * are the samples, the ancestors in which lines of descent meet, and the founders that they lead
 * to; with `all` every genome of every generation. Memory: for one generation, and where mating
 * is sexual for the pieces of the samples' genomes. HG_BAD_INPUT where the file is damaged, or
 * tskit cannot number so many nodes.
 */
hg_status hg_genealogy_trace(hg_inheritance *inheritance, bool all,
                             const hg_genealogy_tables *tables);

#endif
