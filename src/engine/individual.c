/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reproduction where every offspring has a genome or a phenotype of its own: recombinants of two
 * parents, and clones whose development is subject to noise.
 */
#include <string.h>

#include "base/clock.h"
#include "engine/engine.h"
#include "random/stream.h"

static bool is_sexual(const hg_run *run)
{
    return run->config.mating.system == HG_MATING_SEXUAL;
}

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

/* One haploid set of an offspring, gene by gene from one of two. A gene travels with its basal
 * level and the weights of its incoming edges. Where diploid, sets lie interleaved. */
static void take_genes(const hg_run *run, double *set, const double *const from[2],
                       const uint8_t *origin)
{
    const hg_genotypes *genotypes = &run->genotypes;
    const int64_t ploidy = genotypes->ploidy, weights = genotypes->weight_offset;
    if (ploidy == 1) run->kernels->choose(origin, genotypes->genes, from[0], from[1], set);
    for (int64_t g = 0; g < genotypes->genes && ploidy > 1; g++)
        set[g * ploidy] = from[origin[g]][g * ploidy];
    if (genotypes->edges == 0) return;
    for (int64_t g = 0; g < genotypes->genes; g++) {
        const double *source = from[origin[g]] + weights;
        for (int64_t e = run->network.first[g]; e < run->network.first[g + 1]; e++)
            set[weights + e * ploidy] = source[e * ploidy];
    }
}

/* The gamete of a diploid: recombined from its two sets. */
static void take_gamete(const hg_run *run, hg_worker *worker, const hg_stream *stream, int gamete,
                        double *genome, const double *parent)
{
    hg_recombination_draw(&run->recombination, stream, gamete, worker->origin);
    take_genes(run, genome + gamete, (const double *const[]){parent, parent + 1}, worker->origin);
}

static void inherit(const hg_run *run, hg_worker *worker, int64_t j, double *genome)
{
    const double *first = first_genome(run, j);
    const double *second = lives_on(run, j) || !is_sexual(run) ? first : second_genome(run, j);
    const bool copied = !is_sexual(run) || lives_on(run, j) ||
                        (run->genotypes.ploidy == 1 && first == second);
    if (copied) {
        memcpy(genome, first, (size_t)run->genotypes.stride * sizeof(double));
        return;
    }
    const hg_stream stream = hg_stream_of(run->config.run.seed, HG_PURPOSE_RECOMBINATION,
                                          run->lineage, run->partition.first + j);
    if (run->genotypes.ploidy == 2) {
        take_gamete(run, worker, &stream, 0, genome, first);
        take_gamete(run, worker, &stream, 1, genome, second);
        return;
    }
    hg_recombination_draw(&run->recombination, &stream, -1, worker->origin);
    take_genes(run, genome, (const double *const[]){first, second}, worker->origin);
}

/* Second parents lie anywhere: their genomes are asked for before their turn comes. */
static void fetch_ahead(const hg_run *run, int64_t j)
{
    if (j >= run->partition.count || !is_sexual(run) || lives_on(run, j)) return;
    const double *genome = second_genome(run, j);
    for (int64_t i = 0; i < run->genotypes.stride; i += 8) __builtin_prefetch(genome + i);
}

static void breed_some(hg_run *run, hg_worker *worker, int64_t first, int count)
{
    enum { AHEAD = 4 };
    int32_t own[HG_BROOD], born[HG_BROOD];
    double *genome[HG_BROOD], *newborn[HG_BROOD];
    int births = 0;
    double since = hg_worker_begin(worker);
    for (int i = 0; i < count; i++) {
        own[i] = (int32_t)(first + i);
        genome[i] = hg_genome(&run->genotypes, first + i);
        fetch_ahead(run, first + i + AHEAD);
        inherit(run, worker, first + i, genome[i]);
        if (lives_on(run, first + i)) continue;
        born[births] = own[i];
        newborn[births++] = genome[i];
    }
    worker->genomes_copied += count;
    worker->born += births;
    hg_worker_note(worker, HG_PHASE_REPRODUCTION, &since);
    hg_mutate(run, worker, born, newborn, births);
    hg_worker_note(worker, HG_PHASE_MUTATION, &since);
    hg_evaluate_rows(run, worker, own, count);
}

void hg_breed_individually(hg_run *run)
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
        const double begun = hg_clock();
        for (int64_t j = worker->begin; j < worker->end; j += HG_BROOD)
            breed_some(run, worker, j,
                       (int)(worker->end - j < HG_BROOD ? worker->end - j : HG_BROOD));
        worker->busy += hg_clock() - begun;
    }
    hg_run_note_region(run, &since);
}
