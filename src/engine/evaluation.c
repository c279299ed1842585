/* SPDX-License-Identifier: GPL-3.0-or-later
 * From genotypes to fitness, a tile at a time, and to the statistics on the way. */

#include "base/clock.h"
#include "base/memory.h"
#include "engine/engine.h"

hg_status hg_workers_create(hg_run *run)
{
    const int64_t count = run->partition.count;
    HG_TRY(hg_allocate(&run->worker, HG_MEMORY_TILES, (size_t)run->threads, sizeof *run->worker));
    for (int t = 0; t < run->threads; t++) {
        hg_worker *worker = &run->worker[t];
        worker->number = t;
        worker->begin = count * t / run->threads;
        worker->end = count * (t + 1) / run->threads;
        worker->first_row = worker->begin; /* as many rows as individuals */
        worker->end_row = worker->end;
        HG_TRY(hg_tile_create(&worker->tile, run->habitat));
        HG_TRY(hg_allocate(&worker->expression_rows, HG_MEMORY_TILES, HG_LANES,
                           (size_t)run->genotypes.expression_stride * sizeof(double)));
        HG_TRY(hg_allocate(&worker->origin, HG_MEMORY_TILES, (size_t)run->genotypes.genes,
                           sizeof *worker->origin));
        if (run->genotypes.ploidy > 1)
            HG_TRY(hg_allocate(&worker->value_rows, HG_MEMORY_TILES, HG_LANES,
                               (size_t)run->genotypes.value_stride * sizeof(double)));
    }
    return HG_OK;
}

void hg_workers_free(hg_run *run)
{
    for (int t = 0; run->worker != NULL && t < run->threads; t++) {
        hg_tile_free(&run->worker[t].tile);
        hg_release(&run->worker[t].expression_rows);
        hg_release(&run->worker[t].value_rows);
        hg_release(&run->worker[t].origin);
    }
    hg_release(&run->worker);
}

double hg_worker_begin(hg_worker *worker)
{
    worker->timed = worker->broods++ % HG_TIMED_BROODS == 0;
    worker->timed_broods += worker->timed;
    return worker->timed ? hg_clock() : 0.0;
}

void hg_worker_note(hg_worker *worker, hg_phase phase, double *since)
{
    if (!worker->timed) return;
    const double now = hg_clock();
    worker->seconds[phase] += now - *since;
    *since = now;
}

void hg_tally(hg_run *run, hg_worker *worker, const int32_t *row, const double *const *value,
              const double *const *expression, const int64_t *copies, int count)
{
    worker->tallied += count;
    if (run->demes.count > 0)
        hg_demes_tally(run, worker, row, value, expression, copies, count);
    hg_moments_add(&run->moments_value, worker->number, value, copies, count);
    hg_moments_add(&run->moments_expression, worker->number, expression, copies, count);
}

/* --- development ------------------------------------------------------------------------ */

static const hg_phenotype *habitat_of(const hg_run *run, int32_t row)
{
    return run->habitats == 1 ? run->habitat : &run->habitat[run->demes.of_row[row]];
}

int hg_same_habitat(const hg_run *run, const int32_t *row, int count)
{
    int same = 1;
    while (same < count && habitat_of(run, row[same]) == habitat_of(run, row[0])) same++;
    return same;
}

void hg_values_of_rows(const hg_run *run, hg_worker *worker, const int32_t *row, int count,
                       const double **value)
{
    const hg_genotypes *genotypes = &run->genotypes;
    for (int i = 0; i < count; i++)
        value[i] = hg_values(genotypes, hg_genome(genotypes, row[i]),
                             worker->value_rows + i * genotypes->value_stride);
}

/* Developmental noise is an individual's own, so that row i is individual i here. */
static void disturb(hg_run *run, hg_worker *worker, const int32_t *row, int count)
{
    int64_t individual[HG_LANES];
    for (int l = 0; l < HG_LANES; l++)
        individual[l] = run->partition.first + row[l < count ? l : 0];
    run->kernels->disturb(run->config.run.seed, run->lineage, individual, run->genotypes.genes,
                          run->config.development.noise_sd, worker->tile.expression);
}

void hg_develop_rows(hg_run *run, hg_worker *worker, const int32_t *row,
                     const double *const *value, int count, double *since)
{
    const hg_development *development = &habitat_of(run, row[0])->development;
    run->kernels->prepare(development, &worker->tile, value, count,
                          run->genotypes.value_weight_offset);
    if (since != NULL) hg_worker_note(worker, HG_PHASE_EXPRESSION, since);
    run->kernels->develop(development, &worker->tile);
    if (since != NULL) hg_worker_note(worker, HG_PHASE_REGULATION, since);
    if (run->config.development.noise_sd > 0.0) disturb(run, worker, row, count);
}

/* Where the expression of `count` genotypes is, or goes. */
static void expression_places(hg_run *run, hg_worker *worker, const int32_t *row, int count,
                              double **place)
{
    const hg_genotypes *genotypes = &run->genotypes;
    for (int i = 0; i < count; i++)
        place[i] = genotypes->clonal ? hg_expression(genotypes, row[i])
                                     : worker->expression_rows + i * genotypes->expression_stride;
}

static void count_copies(const hg_run *run, const int32_t *row, int count, int64_t *copies)
{
    for (int i = 0; i < count; i++) copies[i] = run->genotypes.copies[row[i]];
}

/* --- evaluation ------------------------------------------------------------------------- */

static void note_fitness(hg_run *run, const hg_worker *worker, const int32_t *row, int count)
{
    for (int i = 0; i < count; i++) {
        const bool stable = worker->tile.stable[i] != 0.0;
        const bool lives = stable || !run->config.development.inviable;
        run->genotypes.fitness[row[i]] = lives ? worker->tile.fitness[i] : 0.0;
        run->genotypes.stable[row[i]] = stable;
    }
}

/* Genotypes of one habitat. */
static void evaluate(hg_run *run, hg_worker *worker, const int32_t *row, int count)
{
    const hg_phenotype *habitat = habitat_of(run, row[0]);
    const int64_t genes = run->genotypes.genes;
    const double *value[HG_LANES];
    double *expression[HG_LANES];
    int64_t copies[HG_LANES];
    double since = worker->timed ? hg_clock() : 0.0;
    count_copies(run, row, count, copies);
    hg_values_of_rows(run, worker, row, count, value);
    expression_places(run, worker, row, count, expression);
    for (int i = 0; i < count; i++)
        for (int64_t g = 0; g < genes; g += 8) __builtin_prefetch(expression[i] + g, 1);
    hg_develop_rows(run, worker, row, value, count, &since);
    worker->developed += count;
    run->kernels->store(worker->tile.expression, genes, expression, count);
    for (int i = 0; i < count && run->paretos > 0 && !run->genotypes.clonal; i++)
        hg_pareto_note(run, row[i], expression[i]);
    hg_worker_note(worker, HG_PHASE_EXPRESSION, &since);
    run->kernels->evaluate(habitat->terms, habitat->term_count, genes, &worker->tile);
    note_fitness(run, worker, row, count);
    hg_worker_note(worker, HG_PHASE_FITNESS, &since);
    if (run->recording)
        hg_tally(run, worker, row, value, (const double *const *)expression, copies, count);
    hg_worker_note(worker, HG_PHASE_STATISTICS, &since);
}

void hg_evaluate_rows(hg_run *run, hg_worker *worker, const int32_t *row, int count)
{
    for (int i = 0; i < count;) {
        const int most = count - i < HG_LANES ? count - i : HG_LANES;
        const int same = hg_same_habitat(run, row + i, most);
        evaluate(run, worker, row + i, same);
        i += same;
    }
}

/* The same without fitness: expression is looked up where it is kept. */
static void visit_habitat(hg_run *run, hg_worker *worker, const int32_t *row, int count,
                          hg_row_visitor *visit)
{
    const hg_genotypes *genotypes = &run->genotypes;
    const double *value[HG_LANES];
    double *expression[HG_LANES];
    int64_t copies[HG_LANES];
    count_copies(run, row, count, copies);
    hg_values_of_rows(run, worker, row, count, value);
    expression_places(run, worker, row, count, expression);
    if (!genotypes->clonal) {
        hg_develop_rows(run, worker, row, value, count, NULL);
        run->kernels->store(worker->tile.expression, genotypes->genes, expression, count);
    }
    visit(run, worker, row, value, (const double *const *)expression, copies, count);
}

void hg_visit_rows(hg_run *run, hg_worker *worker, const int32_t *row, int count,
                   hg_row_visitor *visit)
{
    for (int i = 0; i < count;) {
        const int same = hg_same_habitat(run, row + i, count - i);
        visit_habitat(run, worker, row + i, same, visit);
        i += same;
    }
}

void hg_visit_all(hg_run *run, hg_row_visitor *visit)
{
    const int64_t rows = run->partition.count;
#pragma omp parallel for schedule(static, 1) num_threads(run->threads)
    for (int t = 0; t < run->threads; t++) {
        hg_worker *worker = &run->worker[t];
        int32_t some[HG_LANES];
        int count = 0;
        for (int64_t r = rows * worker->number / run->threads;
             r < rows * (worker->number + 1) / run->threads; r++) {
            if (run->genotypes.copies[r] > 0) some[count++] = (int32_t)r;
            if (count < HG_LANES) continue;
            hg_visit_rows(run, worker, some, count, visit);
            count = 0;
        }
        if (count > 0) hg_visit_rows(run, worker, some, count, visit);
    }
}
