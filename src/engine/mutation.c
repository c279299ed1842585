/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where alleles and weights mutate, and by how much. */
#include "base/memory.h"
#include "engine/engine.h"
#include "random/stream.h"
#include "random/vecmath.h"

static hg_mutator mutator_of(const hg_mutation_law *law, int64_t loci, int64_t offset)
{
    hg_mutator mutator = {.rate = law->rate, .sd = law->sd, .loci = loci, .offset = offset,
                          .site_purpose = HG_PURPOSE_BASAL_SITE,
                          .size_purpose = HG_PURPOSE_BASAL_SIZE, .floor = 0.0};
    mutator.inverse_log = hg_geometric_inverse_log(law->rate);
    /* a shade below (1-rate)^loci: a quick answer where it is safe, hg_mutates() decides */
    mutator.untouched = hg_exp((double)loci / mutator.inverse_log) * (1.0 - 1e-9);
    return mutator;
}

hg_status hg_mutators_create(hg_run *run)
{
    const hg_genotypes *genotypes = &run->genotypes;
    const hg_config *config = &run->config;
    run->mutators = 0;
    if (config->mutation.basal.rate > 0.0)
        run->mutator[run->mutators++] = mutator_of(&config->mutation.basal, genotypes->genes, 0);
    if (genotypes->edges > 0 && config->mutation.weights.rate > 0.0) {
        hg_mutator *weights = &run->mutator[run->mutators++];
        *weights = mutator_of(&config->mutation.weights, genotypes->edges,
                              genotypes->weight_offset);
        weights->site_purpose = HG_PURPOSE_WEIGHT_SITE;
        weights->size_purpose = HG_PURPOSE_WEIGHT_SIZE;
        weights->floor = -__builtin_inf();
    }
    for (int m = 0; m < run->mutators; m++)
        HG_TRY(hg_allocate(&run->mutator[m].first, HG_MEMORY_INDIVIDUALS,
                           (size_t)run->partition.count, sizeof(double)));
    return HG_OK;
}

void hg_mutators_free(hg_run *run)
{
    for (int m = 0; m < run->mutators; m++) hg_release(&run->mutator[m].first);
    run->mutators = 0;
}

void hg_mutators_prepare(hg_run *run, int64_t generation)
{
    for (int m = 0; m < run->mutators; m++)
#pragma omp parallel for schedule(static) num_threads(run->threads)
        for (int t = 0; t < run->threads; t++) {
            const hg_worker *worker = &run->worker[t];
            run->kernels->uniforms(run->config.run.seed, (int)run->mutator[m].site_purpose,
                                   generation, run->partition.first + worker->begin,
                                   worker->end - worker->begin, 0,
                                   run->mutator[m].first + worker->begin);
        }
}

bool hg_mutates(const hg_run *run, int64_t own)
{
    for (int m = 0; m < run->mutators; m++) {
        const hg_mutator *mutator = &run->mutator[m];
        const double u = mutator->first[own];
        if (u > mutator->untouched && hg_geometric_skip(u, mutator->inverse_log) < mutator->loci)
            return true;
    }
    return false;
}

/* Draws the steps of the mutations placed so far and takes them. */
static void apply(hg_run *run, hg_worker *worker, const hg_mutator *mutator)
{
    for (int i = 0; i < worker->sites; i++) {
        worker->site_individual[i] = worker->site[i].individual;
        worker->site_locus[i] = worker->site[i].locus;
    }
    run->kernels->normals(run->config.run.seed, (int)mutator->size_purpose, run->making,
                          worker->site_individual, worker->site_locus, worker->sites,
                          worker->normal);
    for (int i = 0; i < worker->sites; i++) {
        double *value = worker->site[i].value;
        const double mutated = *value + mutator->sd * worker->normal[i];
        *value = mutated > mutator->floor ? mutated : mutator->floor;
    }
    worker->mutations += worker->sites;
    hg_demes_note_mutations(run, worker);
    worker->sites = 0;
}

/* Skips geometrically from one mutating locus to the next. */
static void place(hg_run *run, hg_worker *worker, const hg_mutator *mutator, int64_t own,
                  double *genome)
{
    const int64_t individual = run->partition.first + own;
    const hg_stream stream = hg_stream_of(run->config.run.seed, mutator->site_purpose,
                                          run->making, individual);
    double u = mutator->first[own];
    if (u <= mutator->untouched) return;
    uint32_t draw = 0;
    for (int64_t locus = hg_geometric_skip(u, mutator->inverse_log); locus < mutator->loci;) {
        if (worker->sites == HG_SITE_BATCH) apply(run, worker, mutator);
        worker->site[worker->sites++] =
            (hg_site){genome + mutator->offset + locus, individual, (uint32_t)locus};
        u = hg_stream_uniform(&stream, ++draw);
        locus += 1 + hg_geometric_skip(u, mutator->inverse_log);
    }
}

void hg_mutate(hg_run *run, hg_worker *worker, const int32_t *own, double *const *genome,
               int count)
{
    for (int m = 0; m < run->mutators; m++) {
        for (int i = 0; i < count; i++) place(run, worker, &run->mutator[m], own[i], genome[i]);
        apply(run, worker, &run->mutator[m]);
    }
}
