/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The families of models. Each family is one file of this folder with one table;
 * a model is one row of it. The rows are in the order of the enums of
 * model/config.h. Validation, help and the manual read these tables; what a model
 * does is in its family's header.
 */
#ifndef HG_MODEL_MODELS_H
#define HG_MODEL_MODELS_H

#include <stdbool.h>

/** What every model of every family says of itself. */
typedef struct hg_model {
    const char *name;     /**< as in the run file */
    const char *equation; /**< plain text, "" where there is none */
    const char *doc;      /**< one or two sentences, with the source where it has one */
    bool available;       /**< false: refused with "not available in this version" */
} hg_model;

typedef struct hg_model_family {
    const char *key;  /**< the run-file key that chooses: "regulation.model" */
    const char *what; /**< "regulation model" */
    const hg_model *models;
    int count;
} hg_model_family;

extern const hg_model_family hg_distribution_family;   /* random numbers that a key can name */
extern const hg_model_family hg_series_family;         /* quantities that vary in time */
extern const hg_model_family hg_expression_family;
extern const hg_model_family hg_regulation_family;
extern const hg_model_family hg_fitness_family;
extern const hg_model_family hg_selection_family;
extern const hg_model_family hg_mating_family;
extern const hg_model_family hg_recombination_family;
extern const hg_model_family hg_migration_family;
extern const hg_model_family hg_mutation_family;

#endif
