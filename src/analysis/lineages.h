/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whom the last generation of a run descends from. Everything here streams backwards through the
 * recorded parents and needs memory for a generation or two (and a number for each generation),
 * not for all.
 *
 * Asexual: lineages are those of genomes. Sexual: ancestors are genealogical ones, through first
 * and second parents alike; most of them have left no gene.
 */
#ifndef HG_ANALYSIS_LINEAGES_H
#define HG_ANALYSIS_LINEAGES_H

#include "io/ancestry.h"
#include "model/config.h"

typedef struct hg_lineages {
    int64_t last;        /**< the generation whose ancestors are counted */
    int64_t *count;      /**< [last+1] individuals of each generation with descendants in `last` */
    int64_t common;      /**< youngest generation with an ancestor of all of them; -1: none */
    int64_t ancestor;    /**< this ancestor: the one of the lowest index */
} hg_lineages;

/**
 * Counts the ancestors of the last generation recorded, and finds the most recent one that all
 * of it has in common. HG_BAD_INPUT where the file is damaged. Free also after failure.
 */
hg_status hg_lineages_trace(hg_lineages *lineages, hg_ancestry *ancestry);
void hg_lineages_free(hg_lineages *lineages);

/**
 * The youngest generation before the last in which one individual is an ancestor of everybody
 * in the last one, through any parents: `*generation`, -1 where there is none, and
 * `*individual`, the lowest index. Exact. Memory: 64 bytes for each individual. Of asexual
 * populations, too, but hg_lineages_trace() is faster for those.
 */
hg_status hg_common_ancestor(hg_ancestry *ancestry, int64_t *generation, int64_t *individual);

/**
 * The first parents of an individual of the last generation, back to generation 0:
 * individual[t] for t = 0 .. last, of which the last is `individual`. hg_release() it.
 */
hg_status hg_lineages_descent(hg_ancestry *ancestry, int64_t individual, int64_t **descent);

/** Whether a run is one that the expectations below are of. Pure. */
bool hg_lineages_are_neutral(const hg_config *config);

/**
 * Expected generations back to the common ancestor of `count` of N individuals of a haploid,
 * neutral Wright-Fisher population: 2N(1-1/count), Kingman's approximation.
 */
double hg_lineages_expected_time(double individuals, double count);

/**
 * Expected number of lineages of a haploid, neutral Wright-Fisher population of N after each of
 * generations 0, 1, .. `generations` back in time, beginning with all N of one generation:
 * E[k'|k] = N(1-(1-1/N)^k), applied to the mean (exact in the first generation back; Jensen's
 * inequality makes it a slight overestimate later). [generations+1], not allocated here.
 */
void hg_lineages_expected_counts(int64_t individuals, int64_t generations, double *count);

#endif
