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

/* What becomes of a row in this generation. */
enum claim {
    UNUSED = 0, /* nobody descends from it: free */
    PARENTAL,   /* has offspring here */
    FETCHED,    /* the same, come from another rank and not yet developed here */
    TAKEN       /* a mutated offspring lives here now */
};

/* Each own offspring's parental genotype, where the parent is on this rank. */
static void find_parent_rows(hg_run *run)
{
    hg_genotypes *genotypes = &run->genotypes;
    hg_clear(genotypes->claim, genotypes->rows, sizeof *genotypes->claim); /* all UNUSED */
#pragma omp parallel for schedule(static) num_threads(run->threads)
    for (int64_t j = 0; j < run->partition.count; j++) {
        const int64_t parent = run->parentage.parent[j] - run->partition.first;
        if (parent < 0 || parent >= run->partition.count) continue;
        const int32_t row = run->row[parent];
        run->parent_row[j] = row;
        __atomic_store_n(&genotypes->claim[row], PARENTAL, __ATOMIC_RELAXED);
    }
}

static void collect_free_rows(hg_genotypes *genotypes)
{
    genotypes->free_count = 0;
    for (int64_t r = 0; r < genotypes->rows; r++) {
        genotypes->free_row[genotypes->free_count] = (int32_t)r;
        genotypes->free_count += genotypes->claim[r] == UNUSED;
    }
    hg_clear(genotypes->copies, genotypes->rows, sizeof *genotypes->copies);
}

/* Parental genotypes that came from other ranks move into free rows. */
static void house_fetched(hg_run *run)
{
    hg_genotypes *genotypes = &run->genotypes;
    const hg_broods *incoming = &run->parentage.incoming;
    for (int64_t k = 0; k < incoming->count; k++) {
        const hg_brood *brood = &incoming->brood[k];
        const int32_t row = genotypes->free_row[--genotypes->free_count];
        genotypes->claim[row] = FETCHED;
        run->meter.housed++;
        memcpy(hg_genome(genotypes, row), incoming->genome + k * genotypes->stride,
               (size_t)genotypes->stride * sizeof(double));
        for (int64_t j = 0; j < brood->count; j++) {
            const int64_t own = brood->first - run->partition.first + j;
            if (run->parentage.parent[own] == brood->parent) run->parent_row[own] = row;
        }
    }
}

/* Migrants' genotypes that came from other ranks; each gets a row of its own. */
static void house_migrants(hg_run *run)
{
    hg_genotypes *genotypes = &run->genotypes;
    const int64_t count = run->partition.count;
    for (int64_t j = 0; run->migration.rate != NULL && j < count; j++) {
        const int64_t fetched = run->migrants.place[j] - count;
        if (fetched < 0) continue;
        const int32_t row = genotypes->free_row[--genotypes->free_count];
        genotypes->claim[row] = FETCHED;
        run->meter.housed++;
        memcpy(hg_genome(genotypes, row), run->migrants.genome + fetched * genotypes->stride,
               (size_t)genotypes->stride * sizeof(double));
        run->parent_row[j] = row;
    }
}

/* Whether an offspring needs a row of its own: a mutant, or a migrant, as individuals of
 * different demes never share a row. */
static bool stands_alone(const hg_run *run, int64_t j)
{
    if (run->lives_on != NULL && run->lives_on[j]) return false;
    return hg_mutates(run, j) || (run->migration.rate != NULL && run->migrants.place[j] >= 0);
}

/* Other threads may hold siblings. */
static void add_copies(hg_genotypes *genotypes, int32_t row, int32_t carriers)
{
    if (row >= 0) __atomic_add_fetch(&genotypes->copies[row], carriers, __ATOMIC_RELAXED);
}

/* Unmutated offspring are done with: they are where their parent's genotype is. */
static void part_clones_from_mutants(hg_run *run)
{
#pragma omp parallel for schedule(static, 1) num_threads(run->threads)
    for (int t = 0; t < run->threads; t++) {
        hg_worker *worker = &run->worker[t];
        int32_t present = -1, carriers = 0; /* siblings come together */
        worker->mutants = 0;
        for (int64_t j = worker->begin; j < worker->end; j++) {
            const int32_t row = run->parent_row[j];
            if (stands_alone(run, j)) {
                run->mutant[worker->begin + worker->mutants++] = (int32_t)j;
                continue;
            }
            run->row[j] = row;
            if (row != present) add_copies(&run->genotypes, present, carriers);
            carriers = row == present ? carriers + 1 : 1;
            present = row;
        }
        add_copies(&run->genotypes, present, carriers);
    }
}

/* A mutant's row: the parental one where no clone needs it and no sibling was first, else a
 * free one. Which sibling is first may differ between runs; nothing recorded depends on it. */
static int32_t room_for_mutant(hg_genotypes *genotypes, int32_t parental)
{
    if (genotypes->copies[parental] == 0 &&
        __atomic_exchange_n(&genotypes->claim[parental], TAKEN, __ATOMIC_RELAXED) != TAKEN)
        return parental;
    const int64_t left = __atomic_sub_fetch(&genotypes->free_count, 1, __ATOMIC_RELAXED);
    const int32_t row = genotypes->free_row[left];
    genotypes->claim[row] = TAKEN;
    return row;
}

static void house_mutants(hg_run *run, const hg_worker *worker)
{
    for (int64_t m = worker->begin; m < worker->begin + worker->mutants; m++) {
        const int32_t j = run->mutant[m];
        run->row[j] = room_for_mutant(&run->genotypes, run->parent_row[j]);
    }
    if (run->recording || run->habitats > 1) hg_demes_note_rows(run, worker->begin, worker->end);
}

/* Rows in use lie scattered: asks for one before its turn comes. */
static void fetch_ahead(const double *row, int64_t length)
{
    for (int64_t i = 0; i < length; i += 8) __builtin_prefetch(row + i);
}

/* Of the genomes to be copied, this many are asked for. */
enum { AHEAD = 4 };

static void breed_some(hg_run *run, hg_worker *worker, const int32_t *own, int count)
{
    hg_genotypes *genotypes = &run->genotypes;
    int32_t row[HG_BROOD];
    double *genome[HG_BROOD];
    double since = hg_worker_begin(worker);
    for (int i = 0; i < count; i++) {
        const int32_t from = run->parent_row[own[i]];
        if (i + AHEAD < count)
            fetch_ahead(hg_genome(genotypes, run->parent_row[own[i + AHEAD]]), genotypes->stride);
        row[i] = run->row[own[i]];
        genome[i] = hg_genome(genotypes, row[i]);
        genotypes->copies[row[i]] = 1;
        if (row[i] == from) continue;
        memcpy(genome[i], hg_genome(genotypes, from), (size_t)genotypes->stride * sizeof(double));
        worker->genomes_copied++;
    }
    worker->born += count;
    hg_worker_note(worker, HG_PHASE_REPRODUCTION, &since);
    hg_mutate(run, worker, own, genome, count);
    hg_worker_note(worker, HG_PHASE_MUTATION, &since);
    hg_evaluate_rows(run, worker, row, count);
}

/* The mutants in rows of their own (`moved`), or those in their parent's row. */
static void breed_mutants(hg_run *run, hg_worker *worker, bool moved)
{
    int32_t some[HG_BROOD];
    int count = 0;
    for (int64_t m = worker->begin; m < worker->begin + worker->mutants; m++) {
        const int32_t j = run->mutant[m];
        if ((run->row[j] != run->parent_row[j]) != moved) continue;
        some[count++] = j;
        if (count < HG_BROOD) continue;
        breed_some(run, worker, some, count);
        count = 0;
    }
    if (count > 0) breed_some(run, worker, some, count);
}

/* Some rows that live on, to be worked on together. */
typedef struct some {
    int32_t row[HG_LANES];
    int count;
} some;

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

/* The genotypes that live on unchanged: developed where their phenotype is not known. Those of
 * one carrier are tallied apart, which is faster. */
static void keep_rows(hg_run *run, hg_worker *worker, bool environment_changed)
{
    const hg_genotypes *genotypes = &run->genotypes;
    some unknown = {.count = 0}, single = {.count = 0}, shared = {.count = 0};
    for (int64_t r = genotypes->rows * worker->number / run->threads;
         r < genotypes->rows * (worker->number + 1) / run->threads; r++) {
        const int8_t claim = genotypes->claim[r];
        if (claim == TAKEN || genotypes->copies[r] == 0) continue; /* mutants' are being set */
        const bool known = claim != FETCHED && !environment_changed;
        if (known && !run->recording) continue;
        some *list = !known ? &unknown : genotypes->copies[r] == 1 ? &single : &shared;
        if (known) {
            fetch_ahead(hg_genome(genotypes, r), genotypes->stride);
            fetch_ahead(hg_expression(genotypes, r), genotypes->expression_stride);
        }
        list->row[list->count++] = (int32_t)r;
        if (list->count < HG_LANES) continue;
        if (known) tally_some(run, worker, list);
        else develop_some(run, worker, list);
    }
    develop_some(run, worker, &unknown);
    tally_some(run, worker, &single);
    tally_some(run, worker, &shared);
}

void hg_breed_clonal(hg_run *run, bool environment_changed)
{
    double since = hg_clock();
    find_parent_rows(run);
    collect_free_rows(&run->genotypes);
    house_fetched(run);
    house_migrants(run);
    part_clones_from_mutants(run);
    hg_run_note(run, HG_PHASE_REPRODUCTION, &since);
#pragma omp parallel for schedule(static, 1) num_threads(run->threads)
    for (int t = 0; t < run->threads; t++) {
        const double begun = hg_clock();
        house_mutants(run, &run->worker[t]);
        breed_mutants(run, &run->worker[t], true);
        run->worker[t].busy += hg_clock() - begun;
    }
    /* parental genomes have been copied and may change */
#pragma omp parallel for schedule(static, 1) num_threads(run->threads)
    for (int t = 0; t < run->threads; t++) {
        hg_worker *worker = &run->worker[t];
        const double begun = hg_clock();
        breed_mutants(run, worker, false);
        keep_rows(run, worker, environment_changed);
        worker->busy += hg_clock() - begun;
    }
    hg_run_note_region(run, &since);
}
