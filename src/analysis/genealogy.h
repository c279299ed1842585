/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The genealogy of the last generation of a run, gene by gene, as tskit's tables have it: nodes
 * are genomes (two of a diploid), an edge says over which genes a genome was inherited from
 * another (analysis/inheritance.h), gene g being the interval from g to g+1.
 *
 * A gene that was copied over another one descends from that other gene's ancestors. Above the
 * copy, its line leads through other slots than its own. In the tree of gene g, such a line is in
 * slot g + shift of its genomes; these are nodes of their own, one for each genome and shift: the
 * line of a copy meets another one only where both are in the same slot of the same genome.
 */
#ifndef HG_ANALYSIS_GENEALOGY_H
#define HG_ANALYSIS_GENEALOGY_H

#include "analysis/inheritance.h"

typedef struct hg_genealogy_node {
    bool sample;
    int64_t ago, individual; /**< generations; row of the table of individuals */
    int set;                 /**< 0, and 1 of a diploid's second genome */
    int64_t shift;           /**< other than 0 above duplications, see above */
} hg_genealogy_node;

/**
 * Where the tables go, row by row; ids count the rows of each table from 0. All may fail, which
 * ends it. An edge's nodes and a node's individual have been given before; edges come by rising
 * time of their parent, then parent, child and left end, as tskit wants them.
 */
typedef struct hg_genealogy_tables {
    void *context;
    hg_status (*individual)(void *context, int64_t generation, int64_t individual);
    hg_status (*node)(void *context, const hg_genealogy_node *node);
    hg_status (*edge)(void *context, int64_t left, int64_t right, int64_t parent, int64_t child);
} hg_genealogy_tables;

/**
 * Traces the genomes of the last generation recorded, the samples, back to generation 0. Nodes
 * are the samples, the ancestors in which lines of descent meet, and the founders that they lead
 * to; with `all` every genome of every generation, which cannot say what a copied gene descends
 * from: HG_BAD_INPUT where mutation.duplication is above 0. Memory: for one generation, and where
 * mating is sexual for the pieces of the samples' genomes. HG_BAD_INPUT where the file is damaged,
 * or tskit cannot number so many nodes.
 */
hg_status hg_genealogy_trace(hg_inheritance *inheritance, bool all,
                             const hg_genealogy_tables *tables);

#endif
