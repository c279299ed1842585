/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The genotypes of one rank. A row is one distinct genotype: its genome (basal levels,
 * then heritable weights) and, where clones share it, its expression. Asexual
 * individuals point at rows, identical clones at the same one; sexual offspring are
 * all new, so there row i is individual i and two generations alternate.
 */
#ifndef HG_POPULATION_GENOTYPES_H
#define HG_POPULATION_GENOTYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

typedef struct hg_genotypes {
    int64_t rows;
    int64_t genes, edges;      /**< edges: 0 where weights are shared */
    int64_t weight_offset;     /**< of the weights in a genome */
    int64_t stride;            /**< doubles of a genome, padded with zeros */
    int64_t expression_stride; /**< doubles of a row of expression, padded with zeros */
    bool clonal;
    double *genome;     /**< [rows * stride] */
    double *parental;   /**< the generation before, sexual only */
    double *expression; /**< [rows * expression_stride], clonal only */
    double *fitness;    /**< [rows] */
    int8_t *stable;     /**< [rows] */
    int32_t *copies;    /**< [rows] individuals that have this genotype; 0: a free row */
    int8_t *claim;      /**< [rows] clonal: what becomes of a row (engine/clonal.c) */
    int32_t *free_row;  /**< [rows] clonal: a list of free rows */
    int64_t free_count;
} hg_genotypes;

/** `edges`: of heritable weights, else 0. Free also after failure. */
hg_status hg_genotypes_create(hg_genotypes *genotypes, int64_t rows, int64_t genes, int64_t edges,
                              bool clonal);
void hg_genotypes_free(hg_genotypes *genotypes);

static inline double *hg_genome(const hg_genotypes *genotypes, int64_t row)
{
    return genotypes->genome + row * genotypes->stride;
}

static inline double *hg_expression(const hg_genotypes *genotypes, int64_t row)
{
    return genotypes->expression + row * genotypes->expression_stride;
}

#endif
