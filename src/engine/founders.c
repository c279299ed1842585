/* SPDX-License-Identifier: GPL-3.0-or-later
 * Generation 0. */
#include <string.h>

#include "base/memory.h"
#include "engine/engine.h"
#include "io/earlier.h"
#include "random/stream.h"

/* Whether all founders have the same genotype. */
static bool founders_alike(const hg_config *config)
{
    const bool same_basal = config->population.initial.basal.kind != HG_PROFILE_DISTRIBUTION;
    const bool same_weights =
        !config->network.heritable || config->population.initial.weights_from_network ||
        config->population.initial.weights.kind == HG_DISTRIBUTION_CONSTANT;
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

/* Room for genomes of an earlier run, [PIECE]. */
typedef struct earlier_genomes {
    hg_earlier *run;
    double *basal, *weight; /* weight: NULL where not heritable */
    int64_t *place;         /* [individuals] where each of them is put, NULL: where it was */
} earlier_genomes;

enum { PIECE = 512 };

/* A uniform permutation of all individuals (Fisher and Yates), the same on all ranks: neighbours are
 * kin, and demes cut from a row of families would not be samples of the population. */
static hg_status shuffle(const hg_run *run, int64_t **place)
{
    const int64_t individuals = run->partition.individuals;
    const int64_t now = hg_lineage_generation(&run->config, 0);
    HG_TRY(hg_allocate(place, HG_MEMORY_OTHER, (size_t)individuals, sizeof **place));
    for (int64_t i = 0; i < individuals; i++) {
        const hg_stream stream = hg_stream_of(run->config.run.seed, HG_PURPOSE_PLACE, now, i);
        const int64_t other = (int64_t)(hg_stream_uniform(&stream, 0) * (double)(i + 1));
        (*place)[i] = (*place)[other];
        (*place)[other] = i;
    }
    return HG_OK;
}

static void settle_earlier(hg_run *run, const earlier_genomes *from, int64_t first, int64_t count)
{
    const hg_genotypes *genotypes = &run->genotypes;
    const size_t alleles = (size_t)(genotypes->genes * genotypes->ploidy);
    const size_t weights = (size_t)(genotypes->edges * genotypes->ploidy);
    for (int64_t i = 0; i < count; i++) {
        const int64_t place = from->place != NULL ? from->place[first + i] : first + i;
        const int64_t own = place - run->partition.first;
        if (own < 0 || own >= run->partition.count) continue;
        double *genome = hg_genome(genotypes, own);
        if (genotypes->clonal) *hg_origin(genotypes, own) = (double)place;
        memcpy(genome, from->basal + (size_t)i * alleles, alleles * sizeof *genome);
        if (from->weight != NULL)
            memcpy(genome + genotypes->weight_offset, from->weight + (size_t)i * weights,
                   weights * sizeof *genome);
    }
}

/* Some at a time; of all individuals where any may be put on this rank. */
static hg_status copy_earlier(hg_run *run, const earlier_genomes *from)
{
    const hg_partition *partition = &run->partition;
    const int64_t first = from->place != NULL ? 0 : partition->first;
    const int64_t end = from->place != NULL ? partition->individuals : first + partition->count;
    for (int64_t at = first; at < end; at += PIECE) {
        const int64_t count = end - at < PIECE ? end - at : PIECE;
        HG_TRY(hg_earlier_read(from->run, at, count, from->basal, from->weight));
        settle_earlier(run, from, at, count);
    }
    return HG_OK;
}

static hg_status read_founders(hg_run *run)
{
    const hg_genotypes *genotypes = &run->genotypes;
    const size_t alleles = (size_t)(genotypes->genes * genotypes->ploidy);
    const size_t weights = (size_t)(genotypes->edges * genotypes->ploidy);
    earlier_genomes from = {.run = NULL};
    bool same_demes = true; /* one deme: it does not matter who is where */
    hg_status status = HG_OK;
    HG_TRY_OUT(hg_earlier_open(&from.run, run->config.population.initial.from, &run->config,
                               &run->network));
    HG_TRY_OUT(hg_allocate(&from.basal, HG_MEMORY_OTHER, PIECE * alleles, sizeof *from.basal));
    if (weights > 0)
        HG_TRY_OUT(hg_allocate(&from.weight, HG_MEMORY_OTHER, PIECE * weights,
                               sizeof *from.weight));
    if (run->partition.demes > 1)
        HG_TRY_OUT(hg_earlier_compare_demes(from.run, &run->config, &same_demes));
    if (!same_demes) HG_TRY_OUT(shuffle(run, &from.place));
    status = copy_earlier(run, &from);
out:
    hg_earlier_close(&from.run);
    hg_release(&from.basal);
    hg_release(&from.weight);
    hg_release(&from.place);
    return status;
}

static void draw_founders(hg_run *run)
{
    const hg_genotypes *genotypes = &run->genotypes;
    const bool alike = founders_alike(&run->config);
#pragma omp parallel for schedule(static) num_threads(run->threads)
    for (int64_t r = 0; r < genotypes->rows; r++) {
        if (genotypes->copies[r] == 0) continue;
        draw_founder(run, run->partition.first + r, hg_genome(genotypes, r));
        if (genotypes->clonal)
            *hg_origin(genotypes, r) = alike ? 0.0 : (double)(run->partition.first + r);
    }
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
