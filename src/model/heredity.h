/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Chances of an individual's heredity that more than the engine asks for: analysis finds who lived
 * on, and which genes were copied, from the random numbers again, as neither is recorded.
 */
#ifndef HG_MODEL_HEREDITY_H
#define HG_MODEL_HEREDITY_H

#include <stdbool.h>
#include <stdint.h>

#include "random/stream.h"

/** Whether an individual lives on (selection.overlap); `generation` is the lineage's. Pure. */
bool hg_lives_on(double overlap, uint64_t seed, int64_t generation, int64_t individual);

/** A duplication: in one haploid set of genes, `from` is copied over `to`. */
typedef struct hg_gene_copy {
    int64_t from, to; /**< genes, different ones */
    int set;          /**< 0, of diploids 0 or 1 */
} hg_gene_copy;

/**
 * Whether a gene of an offspring is copied over another one, with probability `rate`, and which:
 * any two of `genes` >= 2. `stream` is the offspring's, of HG_PURPOSE_DUPLICATION. Pure.
 */
bool hg_duplication_draw(const hg_stream *stream, double rate, int64_t genes, int64_t ploidy,
                         hg_gene_copy *copy);

/** One of `count` things with equal chances, by a random word. Pure. */
int64_t hg_any_of(uint64_t word, int64_t count);

#endif
