/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/needs.h"

#include <math.h>

#include "base/memory.h"
#include "base/text.h"
#include "engine/engine.h"
#include "io/output.h"
#include "parallel/team.h"

#define PROCESS_BYTES 45e6   /* what MPI, HDF5 and the program itself take */
#define GENE_BYTES 830.0     /* a gene's name, its parameters and its statistics */
#define EDGE_BYTES 80.0      /* an edge of the network, while it is built */
#define OWN_EDGE_BYTES 100.0 /* its statistics, where its strength is heritable */
#define GENE_TILE 840.0      /* what a thread has of a gene, */
#define EDGE_TILE 240.0      /* and of a heritable edge */
#define DEME_GENE 780.0      /* a gene's statistics in a deme, with their sums and as they are written, */
#define DEME_EDGE 270.0      /* and a heritable edge's */
#define INDIVIDUAL_BYTES 76. /* an individual's place, parents, fitness, draws */
#define ORIGIN_BYTES 8.0     /* the origin of a clone's genotype, */
#define ORIGIN_LINE 64.0     /* and where it travels with the genome: a cache line of it */
#define SHARED_BYTES 1.0     /* whether other individuals may have the genotype of a row */

/* What an individual inherits, in bytes: whole cache lines. */
static double genome_bytes(const hg_config *config, const hg_network *network)
{
    const double loci = (double)network->genes +
                        (config->network.heritable ? (double)network->edges : 0.0);
    return 64.0 * ceil(loci * config->population.ploidy / 8.0);
}

double hg_needs_of_rank(const hg_config *config, const hg_network *network, int threads)
{
    const double genes = (double)network->genes, edges = (double)network->edges;
    const double own = config->network.heritable ? edges : 0.0;
    const double demes = config->population.demes > 1 ? (double)config->population.demes : 0.0;
    return PROCESS_BYTES + GENE_BYTES * genes + EDGE_BYTES * edges + OWN_EDGE_BYTES * own +
           threads * (GENE_TILE * genes + EDGE_TILE * own) +
           demes * (DEME_GENE * genes + DEME_EDGE * own);
}

double hg_needs_of_population(const hg_config *config, const hg_network *network, int ranks)
{
    const double individuals = (double)config->population.individuals;
    const double copies = config->mating.system == HG_MATING_SEXUAL ? 3.0 : 2.0;
    const double origin = ranks > 1 ? ORIGIN_LINE : ORIGIN_BYTES;
    const double census = hg_config_clonal(config) ? origin + SHARED_BYTES : 0.0;
    const double generation = /* of parents, at least, is buffered before it is written */
        config->output.ancestry ? (double)hg_output_ancestry_bytes(config) : 0.0;
    return individuals * (copies * genome_bytes(config, network) + INDIVIDUAL_BYTES + census) +
           generation;
}

static hg_status refuse(const hg_run *run, double needed, double allowed, int here, int ranks)
{
    hg_text text = hg_text_of(HG_MEMORY_OTHER);
    hg_text_add(&text, "%lld individuals of %lld genes need about ",
                (long long)run->config.population.individuals,
                (long long)run->config.population.genes);
    hg_text_add_bytes_count(&text, needed);
    hg_text_add(&text, " on a machine that has no more than ");
    hg_text_add_bytes_count(&text, allowed);
    hg_text_add(&text, ", for %d of %d ranks; allowed: a smaller population, or more machines", here,
                ranks);
    const hg_status status =
        hg_fail_as(HG_NO_MEMORY, text.data != NULL ? text.data : "no memory");
    hg_text_free(&text);
    return status;
}

/* What the ranks of one machine need together: ranks have about as many individuals each. */
hg_status hg_check_memory(const hg_run *run)
{
    MPI_Comm node;
    int rank, ranks, here;
    MPI_Comm_rank(run->communicator, &rank);
    MPI_Comm_size(run->communicator, &ranks);
    MPI_Comm_split_type(run->communicator, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &node);
    MPI_Comm_size(node, &here);
    MPI_Comm_free(&node);
    const double needed = here * (hg_needs_of_rank(&run->config, &run->network, run->threads) +
                                  hg_needs_of_population(&run->config, &run->network, ranks) / ranks);
    const double allowed = hg_memory_allowed();
    return hg_team_agree(run->communicator,
                         needed > allowed ? refuse(run, needed, allowed, here, ranks) : HG_OK);
}

/* Of this rank alone, as the run file has it: the network may take long to be drawn. */
hg_status hg_foresee_memory(const hg_run *run)
{
    int ranks;
    MPI_Comm_size(run->communicator, &ranks);
    const hg_config *config = &run->config;
    const double genes = (double)config->population.genes;
    const bool random = config->network.origin == HG_NETWORK_RANDOM;
    const hg_network network = {
        .genes = config->population.genes,
        .edges = random ? (int64_t)(genes * genes * config->network.random.density) : 0};
    const double needed = hg_needs_of_rank(config, &network, 1) +
                          hg_needs_of_population(config, &network, ranks) / ranks;
    const double allowed = hg_memory_allowed();
    return needed > allowed ? refuse(run, needed, allowed, 1, ranks) : HG_OK;
}
