/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything between a genotype and its fitness, made ready for the kernels: the
 * run's parameters as arrays over genes, and the environment in force.
 */
#ifndef HG_POPULATION_PHENOTYPE_H
#define HG_POPULATION_PHENOTYPE_H

#include "kernels/kernels.h"
#include "model/expression.h"
#include "population/network.h"

typedef struct hg_phenotype {
    const hg_config *config;
    const hg_network *network;
    hg_development development;
    hg_expression_parameters expression;
    hg_fitness_term *terms; /**< [term_count] */
    int64_t term_count;
    hg_environment_state environment;
    bool varies;         /**< environment or optimum may change between generations */
    bool optimum_varies; /**< some gaussian component has a series for its optimum */
    double *parameters[12]; /**< every array over genes that is owned here */
    int parameter_count;
    double *offset, *factor; /**< [genes] of the promoters */
} hg_phenotype;

/** Borrows config and network. Free also after failure. */
hg_status hg_phenotype_create(hg_phenotype *phenotype, const hg_config *config,
                              const hg_network *network);
void hg_phenotype_free(hg_phenotype *phenotype);

/**
 * Puts the environment and the optimum of `generation` in force. Returns whether anything
 * changed, so that phenotypes of before no longer hold.
 */
bool hg_phenotype_update(hg_phenotype *phenotype, int64_t generation);

/** The optimum in force of the first component that has a varying one, [genes]; or NULL. */
const double *hg_phenotype_optimum(const hg_phenotype *phenotype);

/** Working memory of one thread for these kernels. Free also after failure. */
hg_status hg_tile_create(hg_tile *tile, const hg_phenotype *phenotype);
void hg_tile_free(hg_tile *tile);

#endif
