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
        HG_TRY(hg_tile_create(&worker->tile, &run->phenotype));
        HG_TRY(hg_allocate(&worker->expression_rows, HG_MEMORY_TILES, HG_LANES,
                           (size_t)run->genotypes.expression_stride * sizeof(double)));
    }
    return HG_OK;
}

void hg_workers_free(hg_run *run)
{
    for (int t = 0; run->worker != NULL && t < run->threads; t++) {
        hg_tile_free(&run->worker[t].tile);
        hg_release(&run->worker[t].expression_rows);
    }
    hg_release(&run->worker);
}

void hg_worker_note(hg_worker *worker, bool timed, hg_phase phase, double *since)
{
    if (!timed) return;
    const double now = hg_clock();
    worker->seconds[phase] += now - *since;
    *since = now;
}

void hg_tally(hg_run *run, hg_worker *worker, const int32_t *row, const double *const *genome,
              const double *const *expression, const int64_t *copies, int count)
{
    if (run->demes.count > 0)
        hg_demes_tally(run, worker, row, genome, expression, copies, count);
    hg_moments_add(&run->moments_genome, worker->number, genome, copies, count);
    hg_moments_add(&run->moments_expression, worker->number, expression, copies, count);
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

static void develop_rows(hg_run *run, hg_worker *worker, const double *const *genome,
                         double *const *expression, int count)
{
    run->kernels->develop(&run->phenotype.development, &worker->tile, genome, count,
                          run->genotypes.weight_offset);
    run->kernels->store(worker->tile.expression, run->genotypes.genes, expression, count);
}

void hg_evaluate_rows(hg_run *run, hg_worker *worker, const int32_t *row, int count)
{
    hg_genotypes *genotypes = &run->genotypes;
    const double *genome[HG_LANES];
    double *expression[HG_LANES];
    int64_t copies[HG_LANES];
    const bool timed = worker->tiles++ % HG_TIMED_TILES == 0;
    double since = timed ? hg_clock() : 0.0;
    for (int i = 0; i < count; i++) {
        genome[i] = hg_genome(genotypes, row[i]);
        copies[i] = genotypes->copies[row[i]];
    }
    expression_places(run, worker, row, count, expression);
    develop_rows(run, worker, genome, expression, count);
    hg_worker_note(worker, timed, HG_PHASE_EXPRESSION, &since);
    run->kernels->evaluate(run->phenotype.terms, run->phenotype.term_count, genotypes->genes,
                           &worker->tile);
    for (int i = 0; i < count; i++) {
        const bool stable = worker->tile.stable[i] != 0.0;
        const bool lives = stable || !run->config.development.inviable;
        genotypes->fitness[row[i]] = lives ? worker->tile.fitness[i] : 0.0;
        genotypes->stable[row[i]] = stable;
    }
    hg_worker_note(worker, timed, HG_PHASE_FITNESS, &since);
    if (run->recording)
        hg_tally(run, worker, row, genome, (const double *const *)expression, copies, count);
    hg_worker_note(worker, timed, HG_PHASE_STATISTICS, &since);
}

void hg_visit_rows(hg_run *run, hg_worker *worker, const int32_t *row, int count,
                   hg_row_visitor *visit)
{
    const hg_genotypes *genotypes = &run->genotypes;
    const double *genome[HG_LANES];
    double *expression[HG_LANES];
    int64_t copies[HG_LANES];
    for (int i = 0; i < count; i++) {
        genome[i] = hg_genome(genotypes, row[i]);
        copies[i] = genotypes->copies[row[i]];
    }
    expression_places(run, worker, row, count, expression);
    if (!genotypes->clonal) develop_rows(run, worker, genome, expression, count);
    visit(run, worker, row, genome, (const double *const *)expression, copies, count);
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

void hg_spread_fitness(hg_run *run)
{
#pragma omp parallel for schedule(static) num_threads(run->threads)
    for (int64_t i = 0; i < run->partition.count; i++)
        run->fitness[i] = run->genotypes.fitness[run->row[i]];
}
