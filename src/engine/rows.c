/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Free rows of genotypes. Each worker has a run of rows, and takes free ones there as long as it
 * has some: the genotypes of its individuals stay in its own core's cache, or its own node's
 * memory. Which row a genotype gets is of no consequence for what is recorded.
 */
#include "engine/engine.h"

/* The worker's free rows are listed at the beginning of its own part of the list. */
static int32_t *free_rows_of(const hg_run *run, const hg_worker *worker)
{
    return run->genotypes.free_row + worker->first_row;
}

void hg_rows_collect(hg_run *run, hg_worker *worker)
{
    hg_genotypes *genotypes = &run->genotypes;
    int32_t *free_row = free_rows_of(run, worker);
    int64_t count = 0;
    for (int64_t r = worker->first_row; r < worker->end_row; r++) {
        free_row[count] = (int32_t)r;
        count += genotypes->claim[r] == HG_ROW_UNUSED;
        genotypes->copies[r] = 0;
    }
    worker->free_rows = count;
    worker->next_row = worker->first_row;
}

/* Takes up to `wanted` of the free rows of `from`, whatever other threads take there: how many,
 * and where they begin. */
static int64_t take_from(const hg_run *run, hg_worker *from, int64_t wanted, int32_t **rows)
{
    int64_t there = __atomic_load_n(&from->free_rows, __ATOMIC_RELAXED), taken;
    do {
        taken = wanted < there ? wanted : there;
        if (taken == 0) return 0;
    } while (!__atomic_compare_exchange_n(&from->free_rows, &there, there - taken, false,
                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    *rows = free_rows_of(run, from) + there - taken;
    return taken;
}

int64_t hg_rows_take(hg_run *run, const hg_worker *worker, int64_t wanted, int32_t **rows)
{
    for (int k = 0; k < run->threads; k++) {
        hg_worker *from = &run->worker[(worker->number + k) % run->threads];
        const int64_t taken = take_from(run, from, wanted, rows);
        if (taken > 0) return taken;
    }
    return 0;
}
