/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is recorded of a generation, over all individuals of all ranks. */
#ifndef HG_POPULATION_STATISTICS_H
#define HG_POPULATION_STATISTICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "model/config.h"

/** The same by deme: arrays [demes], or [demes][genes] or [edges]; NULL where there is one. */
typedef struct hg_deme_statistics {
    int64_t demes;
    double *fitness_mean, *fitness_variance, *fitness_min, *fitness_max;
    int64_t *parents;   /**< of the deme in the generation before, with offspring anywhere */
    int64_t *mutations;
    double *stable_fraction;
    double *basal_mean, *basal_variance;
    double *expression_mean, *expression_variance;
    double *weight_mean, *weight_variance; /**< NULL unless heritable */
    /* The environment in force, where each deme has its own; else NULL. */
    double *tf_concentration, *temperature, *nutrients; /**< [demes] */
    double *optimum;                                    /**< [demes][optima][genes] */
} hg_deme_statistics;

/** What may differ between demes: a series of the kind ar1 is drawn for each of them. */
typedef enum hg_deme_series { HG_DEME_TF_CONCENTRATION = 1, HG_DEME_TEMPERATURE = 2,
                              HG_DEME_NUTRIENTS = 4, HG_DEME_OPTIMUM = 8 } hg_deme_series;

/** Those of hg_deme_series that do, as a sum of them; 0 with one deme. */
unsigned hg_deme_series_of(const hg_config *config);

/** One record. Variances divide by N-1 (0 where N is 1). Arrays are owned. */
typedef struct hg_statistics {
    int64_t genes, edges;
    int64_t optima; /**< recorded: hg_optima_recorded */
    int64_t generation;
    double fitness_mean, fitness_variance, fitness_min, fitness_max;
    int64_t parents;    /**< individuals of the generation before with offspring here */
    int64_t mutations;  /**< mutation events: alleles and weights redrawn in this generation */
    int64_t genotypes;  /**< distinct ones, where individuals can be clones */
    double stable_fraction;
    int64_t neutral_draws; /**< up to this generation: demes and generations in which nobody could
                                reproduce, so that parents were drawn uniformly */
    double tf_concentration, temperature, nutrients;
    double *basal_mean, *basal_variance;           /**< [genes] */
    double *expression_mean, *expression_variance; /**< [genes] */
    double *weight_mean, *weight_variance;         /**< [edges], NULL unless heritable */
    double *optimum;                               /**< [optima][genes] */
    hg_deme_statistics deme;
} hg_statistics;

hg_status hg_statistics_create(hg_statistics *statistics, int64_t genes, int64_t edges,
                               bool heritable, int64_t optima);
/**
 * Adds the arrays of the demes to statistics created before; `series`: a sum of hg_deme_series.
 * Where a quantity differs between demes, its value in hg_statistics itself is their mean, all
 * demes counting the same. Free also after failure.
 */
hg_status hg_statistics_create_demes(hg_statistics *statistics, int64_t demes, bool heritable,
                                     unsigned series);

void hg_statistics_free(hg_statistics *statistics);

#endif
