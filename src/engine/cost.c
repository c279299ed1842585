/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/cost.h"

/* Seconds of one present-day core, from runs on it: a generation, however small, the alleles of an
 * offspring (drawing, inheriting, mutating, counting), the genes and edges of a step of development, and
 * two individuals compared by one gene. */
#define SECONDS_PER_GENERATION 5e-6
#define SECONDS_PER_ALLELE 2.5e-9
#define SECONDS_PER_GENE 1.5e-9
#define SECONDS_PER_EDGE 0.1e-9
#define SECONDS_PER_OWN_EDGE 0.3e-9 /* where each individual has its own strengths */
#define SECONDS_PER_COMPARISON 0.1e-9

/* What an individual inherits. */
static double alleles_of(const hg_config *config, const hg_network *network)
{
    const double loci = (double)config->population.genes +
                        (config->network.heritable ? (double)network->edges : 0.0);
    return loci * config->population.ploidy;
}

/* Comparisons of an individual with all others of its deme. */
static double comparisons_of(const hg_config *config)
{
    const double others = (double)config->population.individuals / (double)config->population.demes;
    double comparisons = 0.0;
    for (int64_t i = 0; i < config->fitness_count; i++)
        if (config->fitness[i].model == HG_FITNESS_PARETO)
            comparisons += others * (double)(config->fitness[i].gene_count > 0
                                                 ? config->fitness[i].gene_count
                                                 : config->population.genes);
    return comparisons;
}

double hg_cost_of_generation(const hg_config *config, const hg_network *network)
{
    const bool regulated = config->regulation.model != HG_REGULATION_NONE;
    const double genes = (double)config->population.genes;
    const double edges = regulated ? (double)network->edges : 0.0;
    const double step = genes * SECONDS_PER_GENE +
                        edges * (config->network.heritable ? SECONDS_PER_OWN_EDGE : SECONDS_PER_EDGE);
    const double individual = alleles_of(config, network) * SECONDS_PER_ALLELE +
                              (double)config->development.steps * step +
                              comparisons_of(config) * SECONDS_PER_COMPARISON;
    return SECONDS_PER_GENERATION + (double)config->population.individuals * individual;
}
