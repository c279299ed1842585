/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The line of descent of the fittest of the last generation, snapshot by snapshot, with what
 * mutation changed in it. The line goes through first parents; what changed is told from the
 * genotypes in the snapshots:
 *
 * - asexual: every allele that differs between the ancestors of two snapshots in a row. With a
 *   snapshot of every generation these are the mutations; with fewer, what is left of them (two
 *   mutations of an allele count once).
 * - sexual: between snapshots of successive generations, every allele that differs from the one
 *   that it was inherited from, of whichever parent. Snapshots further apart tell nothing.
 *
 * A mutation that left the value as it was (at 0, where it may not become less; with `precision:
 * single` also one too small for that) is not seen.
 */
#ifndef HG_ANALYSIS_DESCENT_H
#define HG_ANALYSIS_DESCENT_H

#include "analysis/inheritance.h"
#include "io/snapshots.h"

/** An allele that differs from the one it was inherited from. */
typedef struct hg_allele_change {
    bool of_weight;      /**< of an edge; else a basal level */
    int64_t locus;       /**< gene or edge */
    int allele;          /**< 0, of diploids 0 or 1 */
    double before, after;
} hg_allele_change;

/** The ancestor in one snapshot. */
typedef struct hg_descent_step {
    int64_t generation, individual;
    double fitness;      /**< NaN: not recorded */
    bool told;           /**< what changed since the step before is known */
    int64_t changes;
    hg_allele_change *change; /**< [changes], valid during the visit */
} hg_descent_step;

/** Called for each snapshot, the first one first; what it returns other than HG_OK ends the walk. */
typedef hg_status hg_descent_visitor(void *context, const hg_descent_step *step);

/**
 * The fittest individual of a generation, the first of several; -1 where its fitness was not
 * recorded. HG_BAD_INPUT where it cannot be read.
 */
hg_status hg_descent_fittest(const hg_snapshots *snapshots, int64_t generation,
                             int64_t *individual);

/** Visits the ancestors descent[0 .. ancestry->last] (hg_lineages_descent) in all snapshots. */
hg_status hg_descent_walk(hg_inheritance *inheritance, const hg_snapshots *snapshots,
                          const int64_t *descent, hg_descent_visitor *visit, void *context);

#endif
