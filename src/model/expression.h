/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Basal expression: what a gene's promoter makes of its allele and the environment.
 *
 * Every model of the family has the form B_g = max(0, basal_g + offset_g) * factor_g,
 * with coefficients that only the environment changes. So a model is a row of the
 * table and a line in hg_expression_promoters(), computed once per generation; the
 * hot loop never knows which model it runs.
 */
#ifndef HG_MODEL_EXPRESSION_H
#define HG_MODEL_EXPRESSION_H

#include "model/config.h"
#include "model/models.h"

/** The environment in force: c >= 0, degrees Celsius, 0..1. */
typedef struct hg_environment_state {
    double tf_concentration, temperature, nutrients;
} hg_environment_state;

typedef struct hg_expression_parameters {
    hg_expression_model model;
    const double *slope, *k, *n; /**< [genes] */
    double q10, temperature_reference, nutrient_half_saturation;
} hg_expression_parameters;

/**
 * Fills offset[genes] and factor[genes] for the environment, and *envelope with the
 * temperature's and nutrients' joint factor alone. Pure; thread-safe.
 */
void hg_expression_promoters(const hg_expression_parameters *parameters,
                             const hg_environment_state *environment, int64_t genes,
                             double *offset, double *factor, double *envelope);

#endif
