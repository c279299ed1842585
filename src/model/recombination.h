/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Recombination: which of two haploid genomes each gene of a gamete comes from. For haploid
 * mating the two genomes are the parents', for a diploid's gamete its own two.
 */
#ifndef HG_MODEL_RECOMBINATION_H
#define HG_MODEL_RECOMBINATION_H

#include "base/status.h"
#include "model/config.h"
#include "random/stream.h"

typedef struct hg_recombination {
    hg_recombination_model model;
    int64_t genes;
    double rate;      /**< uniform */
    double *position; /**< map: [genes] on the map, in expected crossovers of a Poisson process of
                           which an interval with any point at all is recombinant */
} hg_recombination;

/** `config`'s mating, resolved. Free also after failure. */
hg_status hg_recombination_create(hg_recombination *recombination, const hg_config *config,
                                  int64_t genes);
void hg_recombination_free(hg_recombination *recombination);

/**
 * origin[genes] = 0 or 1 for a haploid offspring (`gamete` -1: of `uniform`, gene by gene, the
 * second parent has probability `rate`) or for gamete 0 or 1 of an offspring of diploids, which
 * starts from either genome with equal chances. `stream` is the offspring's. Pure.
 */
void hg_recombination_draw(const hg_recombination *recombination, const hg_stream *stream,
                           int gamete, uint8_t *origin);

#endif
