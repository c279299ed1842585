/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Asexual reproduction. An unmutated offspring shares its parent's genotype, phenotype
 * included; of a genotype's mutated offspring one may take over its row, so that only
 * the others are copied. As every row in use has an offspring of its own, there are
 * always enough rows.
 */
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "engine/engine.h"

/* Each own offspring's parental genotype, where the parent is on this rank. */
static void find_parent_rows(hg_run *run)
{
    hg_genotypes *genotypes = &run->genotypes;
    const bool migrate = run->migrants.chosen != NULL;
    hg_clear(genotypes->claim, genotypes->rows, sizeof *genotypes->claim); /* all unused */
#pragma omp parallel for schedule(static) num_threads(run->threads)
    for (int64_t j = 0; j < run->partition.count; j++) {
        if (migrate) hg_note_sent(run, j);
        const int64_t parent = run->parentage.parent[j] - run->partition.first;
        if (parent < 0 || parent >= run->partition.count) continue;
        const int32_t row = run->row[parent];
        run->parent_row[j] = row;
        __atomic_store_n(&genotypes->claim[row], HG_ROW_PARENTAL, __ATOMIC_RELAXED);
    }
}

static void collect_free_rows(hg_run *run)
{
#pragma omp parallel for schedule(static, 1) num_threads(run->threads)
    for (int t = 0; t < run->threads; t++) hg_rows_collect(run, &run->worker[t]);
}

/* The worker that own offspring `own` is the work of. */
static const hg_worker *worker_of(const hg_run *run, int64_t own)
{
    int t = (int)(own * run->threads / run->partition.count);
    while (own >= run->worker[t].end) t++;
    return &run->worker[t];
}

/* A genotype that came from another rank moves into a free row, for own offspring `own`. */
static int32_t house(hg_run *run, int64_t own, const double *genome)
{
    hg_genotypes *genotypes = &run->genotypes;
    int32_t *row = NULL;
    hg_rows_take(run, worker_of(run, own), 1, &row);
    genotypes->claim[*row] = HG_ROW_FETCHED;
    genotypes->shared[*row] = true;
    run->meter.housed++;
    memcpy(hg_genome(genotypes, *row), genome, (size_t)genotypes->stride * sizeof(double));
    return *row;
}

/* The parental genotypes of broods whose parent is on another rank. */
static void house_fetched(hg_run *run)
{
    const hg_broods *incoming = &run->parentage.incoming;
    for (int64_t k = 0; k < incoming->count; k++) {
        const hg_brood *brood = &incoming->brood[k];
        const int64_t first = brood->first - run->partition.first;
        const int32_t row = house(run, first, incoming->genome + k * run->genotypes.stride);
        for (int64_t own = first; own < first + brood->count; own++)
            if (run->parentage.parent[own] == brood->parent) run->parent_row[own] = row;
    }
}

/* Migrants' genotypes that came from other ranks; each gets a row of its own. */
static void house_migrants(hg_run *run)
{
    const int64_t count = run->partition.count;
    for (int64_t j = 0; run->migration.rate != NULL && j < count; j++) {
        const int64_t fetched = run->migrants.place[j] - count;
        if (fetched < 0) continue;
        run->parent_row[j] =
            house(run, j, run->migrants.genome + fetched * run->genotypes.stride);
    }
}

/* Which of the worker's offspring need a row of their own: mutants, and migrants, as individuals of
 * different demes never share a row. */
static void mark_those_alone(hg_run *run, const hg_worker *worker)
{
    bool *alone = run->alone;
    hg_mark_mutants(run, worker->begin, worker->end, alone);
    for (int64_t j = worker->begin; run->migration.rate != NULL && j < worker->end; j++)
        alone[j] |= run->migrants.place[j] >= 0;
    for (int64_t j = worker->begin; run->lives_on != NULL && j < worker->end; j++)
        alone[j] &= !run->lives_on[j];
}

/* Counts the carriers of each row in a list that has siblings side by side; other threads may hold
 * siblings, too. `last` is room for the end of each litter. */
static void count_carriers(hg_genotypes *genotypes, const int32_t *row, int64_t count, int32_t *last)
{
    int64_t litters = 0, counted = 0;
    for (int64_t c = 0; c < count; c++) {
        last[litters] = (int32_t)c;
        litters += c + 1 == count || row[c + 1] != row[c];
    }
    for (int64_t k = 0; k < litters; k++) {
        const int64_t end = last[k] + 1;
        __atomic_add_fetch(&genotypes->copies[row[end - 1]], (int32_t)(end - counted),
                           __ATOMIC_RELAXED);
        counted = end;
    }
}

/* Unmutated offspring are done with: they are where their parent's genotype is. Who mutates is as
 * good as a coin's toss, so that both lists are written without asking. */
static void part_clones_from_mutants(hg_run *run)
{
#pragma omp parallel for schedule(static, 1) num_threads(run->threads)
    for (int t = 0; t < run->threads; t++) {
        hg_worker *worker = &run->worker[t];
        int32_t *mutant = run->mutant + worker->begin, *clone = run->other + worker->begin;
        int64_t mutants = 0, clones = 0;
        mark_those_alone(run, worker);
        for (int64_t j = worker->begin; j < worker->end; j++) {
            mutant[mutants] = (int32_t)j;
            clone[clones] = run->row[j] = run->parent_row[j]; /* a mutant's row will be found */
            mutants += run->alone[j];
            clones += !run->alone[j];
        }
        worker->mutants = mutants;
        count_carriers(&run->genotypes, clone, clones, run->litter + worker->begin);
    }
}

/* Whether a mutant may have the parental row: no clone needs it and no sibling was first. Which
 * sibling is first may differ between runs. */
static bool takes_over(hg_genotypes *genotypes, int32_t parental)
{
    int8_t *claim = &genotypes->claim[parental];
    return genotypes->copies[parental] == 0 &&
           __atomic_load_n(claim, __ATOMIC_RELAXED) != HG_ROW_TAKEN &&
           __atomic_exchange_n(claim, HG_ROW_TAKEN, __ATOMIC_RELAXED) != HG_ROW_TAKEN;
}

/* Lists those first who move to a row of their own, then those who take over their parent's. */
static void sort_mutants(hg_run *run, hg_worker *worker)
{
    int32_t *mutant = run->mutant + worker->begin, *stayer = run->other + worker->begin;
    int64_t stayers = 0;
    worker->movers = 0;
    for (int64_t m = 0; m < worker->mutants; m++) {
        const int32_t j = mutant[m];
        const bool stays = takes_over(&run->genotypes, run->parent_row[j]);
        stayer[stayers] = mutant[worker->movers] = j;
        stayers += stays;
        worker->movers += !stays;
    }
    if (stayers > 0) /* a rank may have no individuals, and so no lists */
        memcpy(mutant + worker->movers, stayer, (size_t)stayers * sizeof *mutant);
}

static void house_mutants(hg_run *run, hg_worker *worker)
{
    sort_mutants(run, worker);
    for (int64_t m = 0; m < worker->movers;) {
        int32_t *row = NULL;
        const int64_t end = m + hg_rows_take(run, worker, worker->movers - m, &row);
        for (; m < end; m++, row++) {
            run->row[run->mutant[worker->begin + m]] = *row;
            run->genotypes.claim[*row] = HG_ROW_TAKEN;
        }
    }
    if (run->recording || run->habitats > 1) hg_demes_note_rows(run, worker->begin, worker->end);
}

/* Rows in use lie scattered: asks for one before its turn comes, to be read or written. */
static void fetch_ahead(const double *row, int64_t length)
{
    for (int64_t i = 0; i < length; i += 8) __builtin_prefetch(row + i);
}

static void fetch_to_write(const double *row, int64_t length)
{
    for (int64_t i = 0; i < length; i += 8) __builtin_prefetch(row + i, 1);
}

/* Of the genomes to be copied, this many are asked for. */
enum { AHEAD = 4 };

static void breed_some(hg_run *run, hg_worker *worker, const int32_t *own, int count)
{
    hg_genotypes *genotypes = &run->genotypes;
    int32_t row[HG_BROOD];
    double *genome[HG_BROOD], origin[HG_BROOD];
    double since = hg_worker_begin(worker);
    for (int i = 0; i < count; i++) {
        const int32_t from = run->parent_row[own[i]];
        if (i + AHEAD < count) {
            fetch_ahead(hg_genome(genotypes, run->parent_row[own[i + AHEAD]]), genotypes->stride);
            fetch_to_write(hg_genome(genotypes, run->row[own[i + AHEAD]]), genotypes->stride);
        }
        row[i] = run->row[own[i]];
        genome[i] = hg_genome(genotypes, row[i]);
        genotypes->copies[row[i]] = 1;
        origin[i] = *hg_origin(genotypes, from);
        if (row[i] == from) continue;
        memcpy(genome[i], hg_genome(genotypes, from), (size_t)genotypes->stride * sizeof(double));
        *hg_origin(genotypes, row[i]) = origin[i];
        worker->genomes_copied++;
    }
    worker->born += count;
    hg_worker_note(worker, HG_PHASE_REPRODUCTION, &since);
    hg_mutate(run, worker, own, genome, count);
    if (run->census.all_change) hg_note_changed(run, own, count);
    else hg_note_unchanged(run, own, origin, count);
    hg_worker_note(worker, HG_PHASE_MUTATION, &since);
    hg_evaluate_rows(run, worker, row, count);
}

/* Mutants `from` .. `end`-1 of the worker's list. */
static void breed_mutants(hg_run *run, hg_worker *worker, int64_t from, int64_t end)
{
    const int32_t *mutant = run->mutant + worker->begin;
    for (int64_t m = from; m < end; m += HG_BROOD)
        breed_some(run, worker, mutant + m, end - m < HG_BROOD ? (int)(end - m) : HG_BROOD);
}

/* Some rows that live on, to be worked on together. */
typedef struct some {
    int32_t row[HG_LANES];
    int count;
} some;

typedef struct kept {
    some unknown, single, shared;
} kept;

static void develop_some(hg_run *run, hg_worker *worker, some *rows)
{
    hg_worker_begin(worker);
    if (rows->count > 0) hg_evaluate_rows(run, worker, rows->row, rows->count);
    rows->count = 0;
}

static void tally_some(hg_run *run, hg_worker *worker, some *rows)
{
    double since = hg_worker_begin(worker);
    if (rows->count > 0) hg_visit_rows(run, worker, rows->row, rows->count, hg_tally);
    worker->revisited += rows->count;
    hg_worker_note(worker, HG_PHASE_STATISTICS, &since);
    rows->count = 0;
}

/* Genotypes that live on unchanged, of rows `first` .. `end`-1: developed where their phenotype is
 * not known. Those of one carrier are tallied apart, which is faster. */
static void keep_rows(hg_run *run, hg_worker *worker, bool environment_changed, int64_t first,
                      int64_t end, kept *lists)
{
    const hg_genotypes *genotypes = &run->genotypes;
    for (int64_t r = first; r < end; r++) {
        const int8_t claim = genotypes->claim[r];
        if (claim == HG_ROW_TAKEN || genotypes->copies[r] == 0) continue; /* mutants' are being set */
        const bool known = claim != HG_ROW_FETCHED && !environment_changed;
        if (known && !run->recording) continue;
        some *list = !known                       ? &lists->unknown
                     : genotypes->copies[r] == 1 ? &lists->single
                                                 : &lists->shared;
        if (known) {
            fetch_ahead(hg_genome(genotypes, r), genotypes->stride);
            fetch_ahead(hg_expression(genotypes, r), genotypes->expression_stride);
        }
        list->row[list->count++] = (int32_t)r;
        if (list->count < HG_LANES) continue;
        if (known) tally_some(run, worker, list);
        else develop_some(run, worker, list);
    }
}

/* The worker's own rows, and then, a few at a time, those that others have not come to: how many
 * live on among a worker's rows drifts, and nobody should wait for it. */
static void keep_unchanged(hg_run *run, hg_worker *worker, bool environment_changed)
{
    enum { AT_A_TIME = 128 };
    kept lists = {.unknown = {.count = 0}};
    for (int k = 0; k < run->threads; k++) {
        hg_worker *of = &run->worker[(worker->number + k) % run->threads];
        for (;;) {
            const int64_t first = __atomic_fetch_add(&of->next_row, AT_A_TIME, __ATOMIC_RELAXED);
            const int64_t end = first + AT_A_TIME < of->end_row ? first + AT_A_TIME : of->end_row;
            if (first >= end) break;
            keep_rows(run, worker, environment_changed, first, end, &lists);
        }
    }
    develop_some(run, worker, &lists.unknown);
    tally_some(run, worker, &lists.single);
    tally_some(run, worker, &lists.shared);
}

void hg_breed_clonal(hg_run *run, bool environment_changed)
{
    double since = hg_clock();
    find_parent_rows(run);
    collect_free_rows(run);
    house_fetched(run);
    house_migrants(run);
    part_clones_from_mutants(run);
    hg_run_note(run, HG_PHASE_REPRODUCTION, &since);
#pragma omp parallel for schedule(static, 1) num_threads(run->threads)
    for (int t = 0; t < run->threads; t++) {
        hg_worker *worker = &run->worker[t];
        const double begun = hg_clock();
        house_mutants(run, worker);
        breed_mutants(run, worker, 0, worker->movers);
        worker->busy += hg_clock() - begun;
    }
    /* parental genomes have been copied and may change */
#pragma omp parallel for schedule(static, 1) num_threads(run->threads)
    for (int t = 0; t < run->threads; t++) {
        hg_worker *worker = &run->worker[t];
        const double begun = hg_clock();
        breed_mutants(run, worker, worker->movers, worker->mutants);
        keep_unchanged(run, worker, environment_changed);
        worker->busy += hg_clock() - begun;
    }
    hg_run_note_region(run, &since);
}
