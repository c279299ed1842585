/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where alleles and weights mutate, and by how much. */
#include "model/mutation.h"

#include "base/memory.h"
#include "engine/engine.h"
#include "random/stream.h"

/* Of a gain, the draws beyond these choose weights; those below choose edges. */
static const uint32_t gained_weights = 1u << 31;

/* --- what sites become ------------------------------------------------------------------ */

static void note_mutations(hg_run *run, hg_worker *worker)
{
    worker->mutations += worker->sites;
    for (int i = 0; i < worker->sites && run->genotypes.clonal && !run->census.all_change; i++)
        hg_genotype_begins(run, worker->site[i].individual);
    for (int i = 0; i < worker->sites && run->demes.count > 0; i++)
        hg_demes_note_mutation(run, worker->site[i].individual);
    worker->sites = 0;
}

/* A new draw from the initial distribution for each site. */
static void replace(hg_run *run, hg_worker *worker, const hg_mutator *mutator)
{
    for (int i = 0; i < worker->sites; i++) {
        const hg_site *site = &worker->site[i];
        const hg_stream stream = hg_stream_of(run->config.run.seed, mutator->size_purpose,
                                              run->lineage, site->individual);
        const double fresh = mutator->of_weights
                                 ? hg_fresh_weight(run, &stream, site->locus, site->locus)
                                 : hg_fresh_basal(run, &stream, site->locus, site->locus);
        *site->value = hg_mutant(mutator->law, *site->value, 0.0, fresh);
    }
}

/* Steps of random size. */
static void step(hg_run *run, hg_worker *worker, const hg_mutator *mutator)
{
    for (int i = 0; i < worker->sites; i++) {
        worker->site_individual[i] = worker->site[i].individual;
        worker->site_locus[i] = worker->site[i].locus;
    }
    run->kernels->normals(run->config.run.seed, (int)mutator->size_purpose, run->lineage,
                          worker->site_individual, worker->site_locus, worker->sites,
                          worker->normal);
    for (int i = 0; i < worker->sites; i++) {
        double *value = worker->site[i].value;
        const double mutated = hg_mutant(mutator->law, *value, worker->normal[i], 0.0);
        *value = mutated > mutator->floor ? mutated : mutator->floor;
    }
}

/* Keeps the sites whose weight is 0 (`lost`), or those whose weight is not. */
static void keep_sites(hg_worker *worker, bool lost)
{
    int kept = 0;
    for (int i = 0; i < worker->sites; i++)
        if ((*worker->site[i].value == 0.0) == lost) worker->site[kept++] = worker->site[i];
    worker->sites = kept;
}

static void lose_edges(hg_run *run, hg_worker *worker, const hg_mutator *mutator)
{
    (void)run, (void)mutator;
    keep_sites(worker, false);
    for (int i = 0; i < worker->sites; i++) *worker->site[i].value = 0.0;
}

static void gain_edges(hg_run *run, hg_worker *worker, const hg_mutator *mutator)
{
    keep_sites(worker, true);
    for (int i = 0; i < worker->sites; i++) {
        const hg_site *site = &worker->site[i];
        const hg_stream stream = hg_stream_of(run->config.run.seed, mutator->site_purpose,
                                              run->lineage, site->individual);
        *site->value = hg_fresh_weight(run, &stream, site->locus, gained_weights + site->locus);
    }
}

static void apply(hg_run *run, hg_worker *worker, const hg_mutator *mutator)
{
    mutator->apply(run, worker, mutator);
    note_mutations(run, worker);
}

/* --- the laws of a run ------------------------------------------------------------------ */

/* Adds a kind of mutation that strikes each of the loci with probability `rate`. */
static hg_status add_mutator(hg_run *run, hg_mutator kind)
{
    const hg_genotypes *genotypes = &run->genotypes;
    if (kind.rate == 0.0) return HG_OK;
    HG_TRY(hg_reallocate(&run->mutator, HG_MEMORY_OTHER, (size_t)run->mutators + 1,
                         sizeof *run->mutator));
    hg_mutator *mutator = &run->mutator[run->mutators++];
    *mutator = kind;
    mutator->loci = (kind.of_weights ? genotypes->edges : genotypes->genes) * genotypes->ploidy;
    mutator->offset = kind.of_weights ? genotypes->weight_offset : 0;
    mutator->floor = kind.of_weights ? -__builtin_inf() : 0.0;
    mutator->inverse_log = hg_geometric_inverse_log(kind.rate);
    return hg_allocate(&mutator->first, HG_MEMORY_INDIVIDUALS, (size_t)run->partition.count,
                       sizeof(double));
}

static hg_site_mutation *law_of(const hg_mutation_law *law)
{
    return law->model == HG_MUTATION_REPLACE ? replace : step;
}

hg_status hg_mutators_create(hg_run *run)
{
    const hg_mutation_law *basal = &run->config.mutation.basal;
    const hg_mutation_law *weights = &run->config.mutation.weights;
    HG_TRY(add_mutator(run, (hg_mutator){.apply = law_of(basal), .law = basal, .rate = basal->rate,
                                         .site_purpose = HG_PURPOSE_BASAL_SITE,
                                         .size_purpose = HG_PURPOSE_BASAL_SIZE}));
    if (run->genotypes.edges == 0) return hg_gene_events_create(run);
    HG_TRY(add_mutator(run, (hg_mutator){.apply = law_of(weights), .law = weights,
                                         .rate = weights->rate, .of_weights = true,
                                         .site_purpose = HG_PURPOSE_WEIGHT_SITE,
                                         .size_purpose = HG_PURPOSE_WEIGHT_SIZE}));
    HG_TRY(add_mutator(run, (hg_mutator){.apply = lose_edges, .of_weights = true,
                                         .rate = run->config.mutation.edge_loss,
                                         .site_purpose = HG_PURPOSE_EDGE_LOSS}));
    HG_TRY(add_mutator(run, (hg_mutator){.apply = gain_edges, .of_weights = true,
                                         .rate = run->config.mutation.edge_gain,
                                         .site_purpose = HG_PURPOSE_EDGE_GAIN}));
    return hg_gene_events_create(run);
}

void hg_mutators_free(hg_run *run)
{
    for (int m = 0; m < run->mutators; m++) hg_release(&run->mutator[m].first);
    hg_release(&run->mutator);
    run->mutators = 0;
    hg_gene_events_free(run);
}

/* --- who and where ---------------------------------------------------------------------- */

void hg_mark_mutants(const hg_run *run, int64_t first, int64_t end, bool *mutates)
{
    for (int64_t j = first; j < end; j++)
        mutates[j] = run->gene_mutation.any && hg_has_gene_event(run, j);
    for (int m = 0; m < run->mutators; m++) {
        const double *restrict site = run->mutator[m].first, loci = (double)run->mutator[m].loci;
        for (int64_t j = first; j < end; j++) mutates[j] |= site[j] < loci;
    }
}

void hg_mutators_prepare(hg_run *run, int64_t generation, int64_t first, int64_t count)
{
    for (int m = 0; m < run->mutators; m++) {
        const hg_mutator *mutator = &run->mutator[m];
        run->kernels->uniforms(run->config.run.seed, (int)mutator->site_purpose, generation,
                               run->partition.first + first, count, 0, mutator->first + first);
        run->kernels->logarithms(mutator->first + first, count, mutator->inverse_log);
    }
}

/* Where the genomes of a brood go on mutating. */
typedef struct walk {
    int64_t individual[HG_BROOD], locus[HG_BROOD];
    double *allele[HG_BROOD]; /* the first locus */
    double skip[HG_BROOD];
    int count;
} walk;

/* Those that mutate at all, at their first locus. */
static void set_out(walk *w, const hg_run *run, const hg_mutator *mutator, const int32_t *own,
                    double *const *genome, int count)
{
    w->count = 0;
    for (int i = 0; i < count; i++) {
        if (mutator->first[own[i]] >= (double)mutator->loci) continue;
        w->individual[w->count] = run->partition.first + own[i];
        w->locus[w->count] = (int64_t)mutator->first[own[i]];
        w->allele[w->count++] = genome[i] + mutator->offset;
    }
}

/* From every present locus to the next; those beyond the last locus are done, and most are: the list
 * is written without asking. */
static void go_on(walk *w, const hg_run *run, const hg_mutator *mutator, uint32_t draw)
{
    const double loci = (double)mutator->loci;
    int left = 0;
    run->kernels->scattered_logarithms(run->config.run.seed, (int)mutator->site_purpose,
                                       run->lineage, w->individual, draw, w->count,
                                       mutator->inverse_log, w->skip);
    for (int i = 0; i < w->count; i++) {
        const double skip = w->skip[i] < loci ? w->skip[i] : loci; /* may be beyond all integers */
        const int64_t next = w->locus[i] + 1 + (int64_t)skip;
        w->individual[left] = w->individual[i];
        w->allele[left] = w->allele[i];
        w->locus[left] = next;
        left += next < mutator->loci;
    }
    w->count = left;
}

/* Skips geometrically from one mutating locus to the next, all genomes of a brood in step. */
static void place(hg_run *run, hg_worker *worker, const hg_mutator *mutator, const int32_t *own,
                  double *const *genome, int count)
{
    walk w;
    set_out(&w, run, mutator, own, genome, count);
    for (uint32_t draw = 1; w.count > 0; draw++) {
        if (worker->sites + w.count > HG_SITE_BATCH) apply(run, worker, mutator);
        for (int i = 0; i < w.count; i++)
            worker->site[worker->sites++] =
                (hg_site){w.allele[i] + w.locus[i], w.individual[i], (uint32_t)w.locus[i]};
        go_on(&w, run, mutator, draw);
    }
}

void hg_mutate(hg_run *run, hg_worker *worker, const int32_t *own, double *const *genome,
               int count)
{
    for (int m = 0; m < run->mutators; m++) {
        place(run, worker, &run->mutator[m], own, genome, count);
        apply(run, worker, &run->mutator[m]);
    }
    for (int i = 0; run->gene_mutation.any && i < count; i++)
        hg_gene_events(run, worker, own[i], genome[i]);
}
