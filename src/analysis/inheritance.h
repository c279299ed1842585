/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which genome each gene of an individual came from. Parents are read from the file. Which of
 * its parents' genes an individual got, and which of them was then copied over another
 * (mutation.duplication), is not recorded there, but need not be: like all that happens to an
 * individual it is a function of the seed, the generation and the individual, and is drawn again
 * (model/recombination.h, model/heredity.h). A gene that was deleted keeps its ancestry: its
 * allele became 0, as by a mutation.
 *
 * A genome is one of an individual's sets of genes: individual * ploidy + set.
 */
#ifndef HG_ANALYSIS_INHERITANCE_H
#define HG_ANALYSIS_INHERITANCE_H

#include "io/ancestry.h"
#include "model/config.h"
#include "model/heredity.h"
#include "model/recombination.h"

typedef struct hg_inheritance {
    hg_ancestry *ancestry; /**< borrowed */
    hg_config config;      /**< of the run, resolved */
    hg_network network;
    hg_recombination recombination;
    uint8_t *origin;       /**< [genes], see hg_inheritance_find */
    hg_gene_copy copy;     /**< the same; from = to = -1 where nothing was copied */
} hg_inheritance;

/**
 * HG_BAD_INPUT where the run file and the network in the result cannot be read, or do not go
 * with its ancestry. Close also after failure.
 */
hg_status hg_inheritance_open(hg_inheritance *inheritance, hg_ancestry *ancestry);
void hg_inheritance_close(hg_inheritance *inheritance);

/**
 * The two genomes of the generation before that a genome of a generation > 0 was made of: gene g
 * is that of from[origin[g]]. Of a clone both are the same, and origin says nothing. Gene copy.to
 * is none of its parents' genes copy.to, but what they gave it as gene copy.from.
 */
hg_status hg_inheritance_find(hg_inheritance *inheritance, int64_t generation, int64_t genome,
                              int32_t from[2]);

#endif
