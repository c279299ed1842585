/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/inheritance.h"

#include <inttypes.h>

#include "base/memory.h"
#include "io/runfile.h"
#include "random/stream.h"

static hg_status check(const hg_inheritance *inheritance)
{
    const hg_ancestry *ancestry = inheritance->ancestry;
    const hg_config *config = &inheritance->config;
    if (config->population.individuals != ancestry->individuals ||
        (config->mating.system == HG_MATING_SEXUAL) != ancestry->sexual)
        return hg_fail(HG_BAD_INPUT, "%s: /ancestry does not go with the run file in it",
                       ancestry->results->path);
    if (ancestry->individuals * config->population.ploidy <= INT32_MAX) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: has more genomes than can be numbered (%d)",
                   ancestry->results->path, INT32_MAX);
}

hg_status hg_inheritance_open(hg_inheritance *inheritance, hg_ancestry *ancestry)
{
    const hg_results *results = ancestry->results;
    hg_config *config = &inheritance->config;
    *inheritance = (hg_inheritance){.ancestry = ancestry};
    HG_TRY(hg_results_network(results, &inheritance->network));
    HG_TRY(hg_results_parse(config, results->path, results->run_file_resolved, NULL, 0));
    HG_TRY(hg_runfile_resolve_with(config, &inheritance->network));
    HG_TRY(check(inheritance));
    HG_TRY(hg_recombination_create(&inheritance->recombination, config,
                                   inheritance->network.genes));
    return hg_allocate(&inheritance->origin, HG_MEMORY_OTHER, (size_t)inheritance->network.genes,
                       1);
}

void hg_inheritance_close(hg_inheritance *inheritance)
{
    hg_recombination_free(&inheritance->recombination);
    hg_release(&inheritance->origin);
    hg_network_free(&inheritance->network);
    hg_config_free(&inheritance->config);
}

/* Whether a gene of the genome was copied over another one when it was born; `generation` is the
 * lineage's. */
static void find_copy(hg_inheritance *inheritance, int64_t generation, int64_t genome)
{
    const hg_config *config = &inheritance->config;
    const int64_t ploidy = config->population.ploidy, individual = genome / ploidy;
    const double rate = config->mutation.duplication;
    hg_gene_copy copy;
    inheritance->copy = (hg_gene_copy){-1, -1, 0};
    if (rate == 0.0 ||
        hg_lives_on(config->selection.overlap, config->run.seed, generation, individual))
        return;
    const hg_stream stream =
        hg_stream_of(config->run.seed, HG_PURPOSE_DUPLICATION, generation, individual);
    if (hg_duplication_draw(&stream, rate, inheritance->network.genes, ploidy, &copy) &&
        copy.set == genome % ploidy)
        inheritance->copy = copy;
}

hg_status hg_inheritance_find(hg_inheritance *inheritance, int64_t generation, int64_t genome,
                              int32_t from[2])
{
    const hg_config *config = &inheritance->config;
    const int32_t *parent, *parent2;
    const int32_t ploidy = config->population.ploidy;
    const int64_t individual = genome / ploidy;
    const int32_t set = (int32_t)(genome % ploidy);
    HG_TRY(hg_ancestry_parents(inheritance->ancestry, generation, &parent, &parent2));
    const int64_t lineage = hg_lineage_generation(config, generation);
    find_copy(inheritance, lineage, genome);
    from[0] = from[1] = parent[individual] * ploidy + set;
    if (parent2 == NULL || parent2[individual] < 0) return HG_OK; /* a clone, or it lived on */
    if (ploidy == 1) {
        from[1] = parent2[individual];
    } else {
        from[0] = 2 * (set == 0 ? parent[individual] : parent2[individual]);
        from[1] = from[0] + 1;
    }
    if (from[0] == from[1]) return HG_OK;
    const hg_stream stream =
        hg_stream_of(config->run.seed, HG_PURPOSE_RECOMBINATION, lineage, individual);
    hg_recombination_draw(&inheritance->recombination, &stream, ploidy == 1 ? -1 : set,
                          inheritance->origin);
    return HG_OK;
}
