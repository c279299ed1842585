/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How many distinct genotypes there are. A genotype is known by its origin, the first individual
 * that had it. A row stands for one genotype, but a genotype may have several rows: on other ranks,
 * in other demes, and of offspring that were struck without being changed. Such rows are marked
 * when they come about, so that the others, most of them, are counted without looking at them. The
 * origins of marked rows go to the rank that each belongs to, which counts the distinct ones.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "engine/engine.h"
#include "parallel/team.h"

enum { SENT, RECEIVED, SENT_FROM, RECEIVED_AT, LISTS };
enum { FIRST_ROOM = 256 };

static hg_status reserve(double **list, int64_t count)
{
    return hg_reallocate(list, HG_MEMORY_STATISTICS, (size_t)count, sizeof **list);
}

hg_status hg_census_create(hg_run *run)
{
    hg_census *census = &run->census;
    const hg_config *config = &run->config;
    if (!run->genotypes.clonal) return HG_OK;
    census->all_change = config->mutation.edge_loss == 0.0 && config->mutation.edge_gain == 0.0 &&
                         config->mutation.duplication == 0.0 && config->mutation.deletion == 0.0 &&
                         run->migration.rate == NULL;
    census->room = census->received_room = FIRST_ROOM;
    HG_TRY(reserve(&census->origin, FIRST_ROOM));
    HG_TRY(reserve(&census->sent, FIRST_ROOM));
    HG_TRY(reserve(&census->received, FIRST_ROOM));
    return hg_allocate(&census->count, HG_MEMORY_STATISTICS,
                       LISTS * (size_t)run->partition.ranks, sizeof *census->count);
}

void hg_census_free(hg_run *run)
{
    hg_release(&run->census.origin);
    hg_release(&run->census.sent);
    hg_release(&run->census.received);
    hg_release(&run->census.count);
}

static void mark(const hg_run *run, int32_t row)
{
    __atomic_store_n(&run->genotypes.shared[row], (int8_t)true, __ATOMIC_RELAXED);
}

void hg_note_changed(hg_run *run, const int32_t *own, int count)
{
    for (int i = 0; i < count; i++) hg_genotype_begins(run, run->partition.first + own[i]);
}

void hg_note_unchanged(hg_run *run, const int32_t *own, const double *origin, int count)
{
    for (int i = 0; i < count; i++) {
        const int32_t row = run->row[own[i]];
        if (*hg_origin(&run->genotypes, row) != origin[i]) continue;
        mark(run, row);
        mark(run, run->parent_row[own[i]]);
    }
}

void hg_note_sent(hg_run *run, int64_t own)
{
    if (run->migrants.chosen != NULL && run->migrants.chosen[own] != 0) mark(run, run->row[own]);
}

static int compare_origins(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts a list and leaves one of each; returns how many. */
static int64_t distinct(double *list, int64_t count)
{
    int64_t kept = 0;
    qsort(list, (size_t)count, sizeof *list, compare_origins);
    for (int64_t i = 0; i < count; i++)
        if (i == 0 || list[i] != list[i - 1]) list[kept++] = list[i];
    return kept;
}

/* Rows in use: how many are nobody else's; `*marked`: how many may be. */
static int64_t count_rows(const hg_genotypes *genotypes, int threads, int64_t *marked)
{
    const int32_t *restrict copies = genotypes->copies;
    const int8_t *restrict shared = genotypes->shared;
    int64_t used = 0, others = 0;
#pragma omp parallel for simd schedule(static) num_threads(threads) reduction(+ : used, others)
    for (int64_t r = 0; r < genotypes->rows; r++) {
        used += copies[r] > 0;
        others += copies[r] > 0 && shared[r] != 0;
    }
    *marked = others;
    return used - others;
}

/* The distinct origins of marked rows; returns how many. */
static int64_t list_origins(hg_run *run, int64_t marked)
{
    const hg_genotypes *genotypes = &run->genotypes;
    int64_t count = 0;
    for (int64_t r = 0; r < genotypes->rows && count < marked; r++)
        if (genotypes->copies[r] > 0 && genotypes->shared[r] != 0)
            run->census.origin[count++] = *hg_origin(genotypes, r);
    return distinct(run->census.origin, count);
}

/* The rank that counts a genotype. */
static int counting_rank(double origin, int ranks)
{
    const uint64_t mixed = (uint64_t)origin * UINT64_C(0x9e3779b97f4a7c15);
    return (int)((mixed >> 32) % (uint64_t)ranks);
}

/* Sorts the origins by the rank that counts them, and tells each rank how many it gets. */
static int64_t sort_by_rank(hg_run *run, int64_t count)
{
    hg_census *census = &run->census;
    const int ranks = run->partition.ranks;
    int *sent = census->count + SENT * ranks, *from = census->count + SENT_FROM * ranks;
    int *received = census->count + RECEIVED * ranks, *at = census->count + RECEIVED_AT * ranks;
    memset(sent, 0, (size_t)ranks * sizeof *sent);
    for (int64_t i = 0; i < count; i++) sent[counting_rank(census->origin[i], ranks)]++;
    for (int r = 0, sum = 0; r < ranks; sum += sent[r++]) from[r] = sum;
    for (int64_t i = 0; i < count; i++)
        census->sent[from[counting_rank(census->origin[i], ranks)]++] = census->origin[i];
    for (int r = 0; r < ranks; r++) from[r] -= sent[r];
    MPI_Alltoall(sent, 1, MPI_INT, received, 1, MPI_INT, run->partition.communicator);
    int64_t sum = 0;
    for (int r = 0; r < ranks; sum += received[r++]) at[r] = (int)sum;
    return sum;
}

/* Of the origins that all ranks list, those that this one counts. */
static hg_status exchange(hg_run *run, int64_t *count)
{
    hg_census *census = &run->census;
    const int ranks = run->partition.ranks;
    const int64_t received = sort_by_rank(run, *count);
    if (received > census->received_room) {
        census->received_room = received + received / 4;
        if (reserve(&census->received, census->received_room) != HG_OK)
            hg_team_abort(run->partition.communicator, HG_NO_MEMORY);
    }
    MPI_Alltoallv(census->sent, census->count + SENT * ranks, census->count + SENT_FROM * ranks,
                  MPI_DOUBLE, census->received, census->count + RECEIVED * ranks,
                  census->count + RECEIVED_AT * ranks, MPI_DOUBLE, run->partition.communicator);
    hg_traffic_note(&census->traffic, &run->partition, census->count + SENT * ranks,
                    sizeof *census->sent);
    *count = distinct(census->received, received);
    return HG_OK;
}

hg_status hg_census_take(hg_run *run)
{
    hg_census *census = &run->census;
    int64_t marked;
    if (!run->genotypes.clonal) return HG_OK;
    census->own = count_rows(&run->genotypes, run->threads, &marked);
    if (marked > census->room) {
        census->room = marked + marked / 4;
        if (reserve(&census->origin, census->room) != HG_OK ||
            reserve(&census->sent, census->room) != HG_OK)
            hg_team_abort(run->partition.communicator, HG_NO_MEMORY);
    }
    int64_t others = marked > 0 ? list_origins(run, marked) : 0;
    if (run->partition.ranks > 1) HG_TRY(exchange(run, &others));
    census->own += others;
    return HG_OK;
}
