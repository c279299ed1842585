/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything between a genotype and its fitness, made ready for the kernels: the
 * run's parameters as arrays over genes, and the environment in force. Where the environment
 * differs by deme each deme has one, which shares all but what the environment changes.
 */
#ifndef HG_POPULATION_PHENOTYPE_H
#define HG_POPULATION_PHENOTYPE_H

#include "kernels/kernels.h"
#include "population/environment.h"
#include "population/network.h"

typedef struct hg_phenotype {
    const hg_config *config;
    const hg_network *network;
    hg_development development;
    hg_expression_parameters expression;
    hg_fitness_term *terms; /**< [term_count] */
    int64_t term_count;
    hg_environment course;            /**< how the environment goes on */
    hg_environment_state environment; /**< in force */
    bool varies;         /**< environment or optimum may change between generations */
    bool optimum_varies; /**< some gaussian component has a series for its optimum */
    double *parameters[12]; /**< every array over genes that is owned here */
    int parameter_count;
    double *offset, *factor; /**< [genes] of the promoters */
    bool shares;             /**< parameters belong to another deme's */
} hg_phenotype;

/** Borrows config and network; of deme 0. Free also after failure. */
hg_status hg_phenotype_create(hg_phenotype *phenotype, const hg_config *config,
                              const hg_network *network);

/** The same for another deme; `first` must outlive it. Free also after failure. */
hg_status hg_phenotype_create_for(hg_phenotype *phenotype, const hg_phenotype *first,
                                  int64_t deme);
void hg_phenotype_free(hg_phenotype *phenotype);

/**
 * Puts the environment and the optimum of `generation` in force. Returns whether anything
 * changed, so that phenotypes of before no longer hold.
 */
bool hg_phenotype_update(hg_phenotype *phenotype, int64_t generation);

/** The optimum in force of Gaussian component number `k` (hg_optimum_component), [genes]. */
const double *hg_phenotype_optimum(const hg_phenotype *phenotype, int64_t k);

/** Working memory of one thread for these kernels. Free also after failure. */
hg_status hg_tile_create(hg_tile *tile, const hg_phenotype *phenotype);
void hg_tile_free(hg_tile *tile);

#endif
