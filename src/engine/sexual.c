/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sexual reproduction: every offspring is a recombinant of two parents. */
#include <string.h>

#include "base/clock.h"
#include "engine/engine.h"
#include "random/stream.h"

static bool lives_on(const hg_run *run, int64_t j)
{
    return run->lives_on != NULL && run->lives_on[j];
}

/* Where each first parent's genome is: an own row, or one that came from another rank. */
static void find_first_parents(hg_run *run)
{
    const int64_t count = run->partition.count, first = run->partition.first;
    for (int64_t j = 0; j < count; j++) run->place[j] = run->parentage.parent[j] - first;
    for (int64_t k = 0; k < run->parentage.incoming.count; k++) {
        const hg_brood *brood = &run->parentage.incoming.brood[k];
        for (int64_t j = 0; j < brood->count; j++) {
            const int64_t own = brood->first - first + j;
            if (run->parentage.parent[own] == brood->parent) run->place[own] = count + k;
        }
    }
    for (int64_t j = 0; run->migration.rate != NULL && j < count; j++)
        if (run->migrants.place[j] >= count && !lives_on(run, j))
            run->place[j] = run->migrants.place[j] + run->parentage.incoming.count;
}

static const double *own_genome(const hg_run *run, int64_t i)
{
    return run->genotypes.parental + i * run->genotypes.stride;
}

static const double *first_genome(const hg_run *run, int64_t j)
{
    const int64_t fetched = run->place[j] - run->partition.count;
    const int64_t migrant = fetched - run->parentage.incoming.count;
    if (fetched < 0) return own_genome(run, run->place[j]);
    if (migrant < 0) return run->parentage.incoming.genome + fetched * run->genotypes.stride;
    return run->migrants.genome + migrant * run->genotypes.stride;
}

static const double *second_genome(const hg_run *run, int64_t j)
{
    const int64_t fetched = run->mates.place[j] - run->partition.count;
    return fetched < 0 ? own_genome(run, run->mates.place[j])
                       : run->mates.genome + fetched * run->genotypes.stride;
}

/* A gene travels with its basal level and the weights of its incoming edges. */
static void take_gene(const hg_run *run, double *genome, const double *from, int64_t g)
{
    genome[g] = from[g];
    if (run->genotypes.edges == 0) return;
    const int64_t first = run->network.first[g], end = run->network.first[g + 1];
    memcpy(genome + run->genotypes.weight_offset + first, from + run->genotypes.weight_offset + first,
           (size_t)(end - first) * sizeof(double));
}

/* Free recombination: a bit for each gene, 128 to a block. */
static void recombine_freely(const hg_run *run, const hg_stream *stream, double *genome,
                             const double *second)
{
    hg_block block = {{0, 0}};
    for (int64_t g = 0; g < run->genotypes.genes; g++) {
        if (g % 128 == 0) block = hg_stream_block(stream, (uint32_t)(g / 128));
        if (block.word[g % 128 / 64] >> (g % 64) & 1) take_gene(run, genome, second, g);
    }
}

/* Any rate: 32 bits for each gene, 4 to a block. */
static void recombine_at_rate(const hg_run *run, const hg_stream *stream, double *genome,
                              const double *second, double rate)
{
    const uint64_t threshold = (uint64_t)(rate * 0x1p32);
    hg_block block = {{0, 0}};
    for (int64_t g = 0; g < run->genotypes.genes; g++) {
        if (g % 4 == 0) block = hg_stream_block(stream, (uint32_t)(g / 4));
        const uint32_t bits = (uint32_t)(block.word[g % 4 / 2] >> (32 * (g % 2)));
        if (bits < threshold) take_gene(run, genome, second, g);
    }
}

static void recombine(const hg_run *run, int64_t j, double *genome)
{
    const double rate = run->config.mating.rates[0];
    const double *first = first_genome(run, j);
    memcpy(genome, first, (size_t)run->genotypes.stride * sizeof(double));
    if (lives_on(run, j)) return;
    const double *second = second_genome(run, j);
    if (first == second) return;
    const hg_stream stream = hg_stream_of(run->config.run.seed, HG_PURPOSE_RECOMBINATION,
                                          run->making, run->partition.first + j);
    if (rate == 0.5) recombine_freely(run, &stream, genome, second);
    else recombine_at_rate(run, &stream, genome, second, rate);
}

static void breed_tile(hg_run *run, hg_worker *worker, int64_t first, int count)
{
    int32_t own[HG_LANES], born[HG_LANES];
    double *genome[HG_LANES], *newborn[HG_LANES];
    int births = 0;
    const bool timed = worker->tiles % HG_TIMED_TILES == 0; /* as hg_evaluate_rows will */
    double since = timed ? hg_clock() : 0.0;
    for (int i = 0; i < count; i++) {
        own[i] = (int32_t)(first + i);
        genome[i] = hg_genome(&run->genotypes, first + i);
        recombine(run, first + i, genome[i]);
        if (lives_on(run, first + i)) continue;
        born[births] = own[i];
        newborn[births++] = genome[i];
    }
    hg_worker_note(worker, timed, HG_PHASE_REPRODUCTION, &since);
    hg_mutate(run, worker, born, newborn, births);
    hg_worker_note(worker, timed, HG_PHASE_MUTATION, &since);
    hg_evaluate_rows(run, worker, own, count);
}

void hg_breed_sexual(hg_run *run)
{
    double since = hg_clock();
    find_first_parents(run);
    double *parents = run->genotypes.genome;
    run->genotypes.genome = run->genotypes.parental;
    run->genotypes.parental = parents;
    hg_run_note(run, HG_PHASE_REPRODUCTION, &since);
#pragma omp parallel for schedule(static, 1) num_threads(run->threads)
    for (int t = 0; t < run->threads; t++) {
        hg_worker *worker = &run->worker[t];
        for (int64_t j = worker->begin; j < worker->end; j += HG_LANES)
            breed_tile(run, worker, j,
                       (int)(worker->end - j < HG_LANES ? worker->end - j : HG_LANES));
    }
    hg_run_note_region(run, &since);
    hg_spread_fitness(run);
    hg_run_note(run, HG_PHASE_REPRODUCTION, &since);
}
