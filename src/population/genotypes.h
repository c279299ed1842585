/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The genotypes of one rank. A row is one distinct genotype: its genome (basal levels, then
 * heritable weights) and, where clones share it, its expression. Where individuals can be
 * clones of one another they point at rows, identical clones at the same one; where each has a
 * genome or a phenotype of its own, row i is individual i and two generations alternate.
 *
 * Where individuals can be clones, each genotype has an origin: who of all that ever lived had it
 * first. On several ranks a genome ends with it, so that both travel together.
 *
 * A diploid's genome holds both alleles of a gene (and of an edge) side by side. What develops,
 * and what statistics are taken of, are values: an allele, or the mean of two.
 */
#ifndef HG_POPULATION_GENOTYPES_H
#define HG_POPULATION_GENOTYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

typedef struct hg_genotypes {
    int64_t rows;
    int64_t genes, edges;      /**< edges: 0 where weights are shared */
    int ploidy;                /**< 1 or 2 */
    int64_t weight_offset;     /**< of the weights in a genome */
    int64_t stride;            /**< doubles of a genome, padded with zeros */
    int64_t value_weight_offset, value_stride; /**< the same of a row of values */
    int64_t expression_stride; /**< doubles of a row of expression, padded with zeros */
    bool clonal;
    double *origin;            /**< clonal: of row r at origin[r * origin_step], apart from genomes
                                    or, where these travel between ranks, at their end */
    int64_t origin_step;
    double *genome;     /**< [rows * stride] */
    double *parental;   /**< the generation before, where not clonal */
    double *expression; /**< [rows * expression_stride], clonal only */
    double *fitness;    /**< [rows] */
    int8_t *stable;     /**< [rows] */
    int32_t *copies;    /**< [rows] individuals that have this genotype; 0: a free row */
    int8_t *claim;      /**< [rows] clonal: what becomes of a row (engine/clonal.c) */
    int8_t *shared;     /**< [rows] clonal: others may have the same genotype, here or elsewhere */
    int32_t *free_row;  /**< [rows] clonal: lists of free rows (engine/rows.c) */
} hg_genotypes;

/** `edges`: of heritable weights, else 0. `alone`: on one rank. Free also after failure. */
hg_status hg_genotypes_create(hg_genotypes *genotypes, int64_t rows, int64_t genes, int64_t edges,
                              int ploidy, bool clonal, bool alone);
void hg_genotypes_free(hg_genotypes *genotypes);

/**
 * The values of a genome: the genome itself where haploid, else written to `room`
 * [value_stride]. Pure.
 */
const double *hg_values(const hg_genotypes *genotypes, const double *genome, double *room);

static inline double *hg_genome(const hg_genotypes *genotypes, int64_t row)
{
    return genotypes->genome + row * genotypes->stride;
}

/** The number of the first individual with this genotype, over all generations; clonal only. */
static inline double *hg_origin(const hg_genotypes *genotypes, int64_t row)
{
    return genotypes->origin + row * genotypes->origin_step;
}

static inline double *hg_expression(const hg_genotypes *genotypes, int64_t row)
{
    return genotypes->expression + row * genotypes->expression_stride;
}

#endif
