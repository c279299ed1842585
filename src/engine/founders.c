/* SPDX-License-Identifier: GPL-3.0-or-later
 * Generation 0. */
#include <string.h>

#include "base/memory.h"
#include "engine/engine.h"
#include "io/earlier.h"

/* Whether all founders have the same genotype. */
static bool founders_alike(const hg_config *config)
{
    const bool same_basal = config->population.initial.basal.kind != HG_PROFILE_DISTRIBUTION;
    const bool same_weights =
        !config->network.heritable || config->population.initial.weights_from_network;
    if (config->population.initial.from != NULL) return false;
    return config->population.initial.clonal || (same_basal && same_weights);
}

double hg_fresh_basal(const hg_run *run, const hg_stream *stream, int64_t locus, uint32_t draw)
{
    const hg_profile *basal = &run->config.population.initial.basal;
    if (basal->kind == HG_PROFILE_SCALAR) return basal->scalar;
    if (basal->kind == HG_PROFILE_LIST) return basal->list[locus / run->genotypes.ploidy];
    const double level = hg_distribution_draw(&basal->distribution, stream, draw);
    return level > 0.0 ? level : 0.0;
}

double hg_fresh_weight(const hg_run *run, const hg_stream *stream, int64_t locus, uint32_t draw)
{
    const hg_config *config = &run->config;
    if (!config->population.initial.weights_from_network)
        return hg_distribution_draw(&config->population.initial.weights, stream, draw);
    if (config->network.origin == HG_NETWORK_RANDOM)
        return hg_distribution_draw(&config->network.random.weight, stream, draw);
    return run->network.weight[locus / run->genotypes.ploidy];
}

/* The genome of founder `individual` (global index), 0 for all where clonal. */
static void draw_founder(const hg_run *run, int64_t individual, double *genome)
{
    const hg_config *config = &run->config;
    const hg_genotypes *genotypes = &run->genotypes;
    const int64_t who = config->population.initial.clonal ? 0 : individual;
    if (genotypes->clonal)
        genome[genotypes->origin] = founders_alike(config) ? 0.0 : (double)individual;
    const int64_t ploidy = genotypes->ploidy;
    const hg_stream basal = hg_stream_of(config->run.seed, HG_PURPOSE_INITIAL_BASAL, 0, who);
    for (int64_t locus = 0; locus < genotypes->genes * ploidy; locus++)
        genome[locus] = hg_fresh_basal(run, &basal, locus, (uint32_t)locus);
    const hg_stream weight = hg_stream_of(config->run.seed, HG_PURPOSE_INITIAL_WEIGHT, 0, who);
    for (int64_t locus = 0; locus < genotypes->edges * ploidy; locus++)
        genome[genotypes->weight_offset + locus] =
            config->population.initial.weights_from_network
                ? run->network.weight[locus / ploidy]
                : hg_fresh_weight(run, &weight, locus, (uint32_t)locus);
}

/* Genomes of the earlier run's individuals, some at a time: [basal levels][weights] each. */
static hg_status copy_earlier(hg_run *run, hg_earlier *earlier, double *basal, double *weight,
                              int64_t piece)
{
    const hg_genotypes *genotypes = &run->genotypes;
    const size_t alleles = (size_t)(genotypes->genes * genotypes->ploidy);
    const size_t weights = (size_t)(genotypes->edges * genotypes->ploidy);
    for (int64_t at = 0; at < genotypes->rows; at += piece) {
        const int64_t count = genotypes->rows - at < piece ? genotypes->rows - at : piece;
        HG_TRY(hg_earlier_read(earlier, run->partition.first + at, count, basal, weight));
        for (int64_t i = 0; i < count; i++) {
            double *genome = hg_genome(genotypes, at + i);
            if (genotypes->clonal)
                genome[genotypes->origin] = (double)(run->partition.first + at + i);
            memcpy(genome, basal + (size_t)i * alleles, alleles * sizeof *genome);
            if (weight != NULL)
                memcpy(genome + genotypes->weight_offset, weight + (size_t)i * weights,
                       weights * sizeof *genome);
        }
    }
    return HG_OK;
}

static hg_status read_founders(hg_run *run)
{
    enum { PIECE = 512 };
    const hg_genotypes *genotypes = &run->genotypes;
    const size_t alleles = (size_t)(genotypes->genes * genotypes->ploidy);
    const size_t weights = (size_t)(genotypes->edges * genotypes->ploidy);
    double *basal = NULL, *weight = NULL;
    hg_earlier *earlier = NULL;
    hg_status status = HG_OK;
    HG_TRY_OUT(hg_earlier_open(&earlier, run->config.population.initial.from, &run->config,
                               &run->network));
    HG_TRY_OUT(hg_allocate(&basal, HG_MEMORY_OTHER, PIECE * alleles, sizeof *basal));
    if (weights > 0)
        HG_TRY_OUT(hg_allocate(&weight, HG_MEMORY_OTHER, PIECE * weights, sizeof *weight));
    status = copy_earlier(run, earlier, basal, weight, PIECE);
out:
    hg_earlier_close(&earlier);
    hg_release(&basal);
    hg_release(&weight);
    return status;
}

static void draw_founders(hg_run *run)
{
    const hg_genotypes *genotypes = &run->genotypes;
#pragma omp parallel for schedule(static) num_threads(run->threads)
    for (int64_t r = 0; r < genotypes->rows; r++)
        if (genotypes->copies[r] > 0)
            draw_founder(run, run->partition.first + r, hg_genome(genotypes, r));
}

static bool same_deme(const hg_run *run, int64_t a, int64_t b)
{
    return run->partition.demes == 1 ||
           hg_partition_deme(&run->partition, a) == hg_partition_deme(&run->partition, b);
}

/* Founders that are alike share a row in each deme: demes never share one. */
static void settle_founders(hg_run *run)
{
    hg_genotypes *genotypes = &run->genotypes;
    const bool one_row = genotypes->clonal && founders_alike(&run->config);
    const int64_t first = run->partition.first, count = run->partition.count;
    for (int64_t i = 0; i < count; i++) {
        const bool shared = one_row && i > 0 && same_deme(run, first + i - 1, first + i);
        run->row[i] = shared ? run->row[i - 1] : (int32_t)i;
        genotypes->copies[run->row[i]]++;
        if (genotypes->clonal) genotypes->shared[run->row[i]] = one_row;
    }
    hg_demes_note_rows(run, 0, count);
}

void hg_evaluate_all(hg_run *run)
{
#pragma omp parallel for schedule(static, 1) num_threads(run->threads)
    for (int t = 0; t < run->threads; t++) {
        hg_worker *worker = &run->worker[t];
        int32_t some[HG_LANES];
        int count = 0;
        for (int64_t r = worker->begin; r < worker->end; r++) {
            if (run->genotypes.copies[r] > 0) some[count++] = (int32_t)r;
            if (count < HG_LANES) continue;
            hg_evaluate_rows(run, worker, some, count);
            count = 0;
        }
        if (count > 0) hg_evaluate_rows(run, worker, some, count);
    }
}

hg_status hg_initialise(hg_run *run)
{
    settle_founders(run);
    if (run->config.population.initial.from != NULL) HG_TRY(read_founders(run));
    else draw_founders(run);
    hg_evaluate_all(run);
    return HG_OK;
}
