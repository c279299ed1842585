/* SPDX-License-Identifier: GPL-3.0-or-later
 * How much memory a run will need, before it takes any. */
#ifndef HG_ENGINE_NEEDS_H
#define HG_ENGINE_NEEDS_H

#include "model/config.h"
#include "population/network.h"

/** Bytes of every rank: the program, the genes, the network, sums for statistics. Pure. */
double hg_needs_of_rank(const hg_config *config, const hg_network *network, int threads);

/** Bytes of the population, over all ranks: the copies of the genotypes above all. Genomes of clones
 *  are a little larger where they travel between ranks. Pure. */
double hg_needs_of_population(const hg_config *config, const hg_network *network, int ranks);

#endif
