/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/needs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/text.h"
#include "engine/engine.h"
#include "io/output.h"
#include "parallel/team.h"

#define PROCESS_BYTES 45e6   /* what MPI, HDF5 and the program itself take */
#define GENE_BYTES 300.0     /* a gene's name, its parameters and its statistics */
#define EDGE_BYTES 80.0      /* an edge of the network, while it is built */
#define DEME_BYTES 280.0     /* of a column of a deme's statistics, with its sums */
#define INDIVIDUAL_BYTES 76. /* an individual's place, parents, fitness, draws */

/* What an individual inherits, in bytes: whole cache lines. */
static double genome_bytes(const hg_config *config, const hg_network *network)
{
    const double loci = (double)config->population.genes +
                        (config->network.heritable ? (double)network->edges : 0.0);
    return 64.0 * ceil(loci * config->population.ploidy / 8.0);
}

/* Statistics have a column by gene of the basal level and of expression, and by heritable edge. */
static double columns_of(const hg_config *config, const hg_network *network)
{
    return 2.0 * (double)config->population.genes +
           (config->network.heritable ? (double)network->edges : 0.0);
}

double hg_needs_of_rank(const hg_config *config, const hg_network *network)
{
    const double demes = config->population.demes > 1 ? (double)config->population.demes : 0.0;
    return PROCESS_BYTES + GENE_BYTES * (double)network->genes +
           EDGE_BYTES * (double)network->edges + demes * columns_of(config, network) * DEME_BYTES;
}

double hg_needs_of_population(const hg_config *config, const hg_network *network)
{
    const double individuals = (double)config->population.individuals;
    const double copies = config->mating.system == HG_MATING_SEXUAL ? 3.0 : 2.0;
    const double generation = /* of parents, at least, is buffered before it is written */
        config->output.ancestry ? (double)hg_output_ancestry_bytes(config) : 0.0;
    return individuals * (copies * genome_bytes(config, network) + INDIVIDUAL_BYTES) + generation;
}

/* memory.max of this process's control group (version 2). */
static double control_group_limit(void)
{
    char line[3900] = "", path[4096];
    double limit = INFINITY;
    FILE *file = fopen("/proc/self/cgroup", "r");
    if (file == NULL) return limit;
    while (fgets(line, sizeof line, file) != NULL && strncmp(line, "0::", 3) != 0) line[0] = '\0';
    fclose(file);
    if (line[0] == '\0') return limit;
    line[strcspn(line, "\n")] = '\0';
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/memory.max", line + 3);
    file = fopen(path, "r");
    if (file == NULL) return limit;
    const bool told = fgets(line, sizeof line, file) != NULL;
    fclose(file);
    line[strcspn(line, "\n")] = '\0';
    return told && hg_number_parse(line, &limit) == HG_NUMBER_FINITE ? limit : INFINITY; /* max */
}

double hg_memory_allowed(void)
{
    struct rlimit space;
    double allowed = control_group_limit();
    const double pages = (double)sysconf(_SC_PHYS_PAGES), page = (double)sysconf(_SC_PAGESIZE);
    if (pages > 0 && page > 0) allowed = fmin(allowed, pages * page);
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
        allowed = fmin(allowed, (double)space.rlim_cur);
    return allowed;
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
    const double needed = here * (hg_needs_of_rank(&run->config, &run->network) +
                                  hg_needs_of_population(&run->config, &run->network) / ranks);
    const double allowed = hg_memory_allowed();
    return hg_team_agree(run->communicator,
                         needed > allowed ? refuse(run, needed, allowed, here, ranks) : HG_OK);
}
