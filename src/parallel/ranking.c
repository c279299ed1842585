/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel/ranking.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/memory.h"
#include "parallel/team.h"

enum { SAMPLES = 64 }; /* of each rank */

static hg_status array(void *pointer, int64_t count, size_t size)
{
    return hg_allocate(pointer, HG_MEMORY_EXCHANGE, (size_t)count, size);
}

static bool is_shared(const hg_partition *partition, int64_t deme)
{
    return hg_partition_owner(partition, partition->deme_block[deme]) !=
           hg_partition_owner(partition, partition->deme_block[deme + 1] - 1);
}

/* Which demes lie on several ranks, and what this rank has of them. */
static hg_status find_shared(hg_ranking *ranking)
{
    const hg_partition *partition = ranking->partition;
    bool any = false;
    for (int64_t d = 0; d < partition->demes; d++) any |= is_shared(partition, d);
    if (!any) return HG_OK;
    HG_TRY(array(&ranking->shared_before, partition->demes, sizeof(int64_t)));
    int64_t before = 0;
    for (int64_t d = 0; d < partition->demes; d++) {
        ranking->shared_before[d] = before;
        if (is_shared(partition, d))
            before += partition->deme_start[d + 1] - partition->deme_start[d];
    }
    if (partition->count == 0) return HG_OK;
    const int64_t end = partition->first + partition->count;
    const int64_t first = partition->block_deme[partition->first_block];
    const int64_t last = partition->block_deme[partition->end_block - 1];
    if (is_shared(partition, first))
        ranking->head = (first == last ? end : partition->deme_start[first + 1]) -
                        partition->first;
    if (last != first && is_shared(partition, last))
        ranking->tail = end - partition->deme_start[last];
    return HG_OK;
}

static hg_status reserve(hg_ranking *ranking, int64_t count)
{
    if (count <= ranking->capacity) return HG_OK;
    hg_entry **const buffers[] = {&ranking->own, &ranking->travel[0], &ranking->travel[1]};
    const int wanted = ranking->shared_before != NULL ? 3 : 2;
    for (int b = 0; b < wanted; b++)
        HG_TRY(hg_reallocate(buffers[b], HG_MEMORY_EXCHANGE, (size_t)count, sizeof(hg_entry)));
    ranking->capacity = count;
    return HG_OK;
}

hg_status hg_ranking_create(hg_ranking *ranking, const hg_partition *partition)
{
    const int64_t ranks = partition->ranks, runs = partition->count / HG_ORDER_RUN + 2;
    *ranking = (hg_ranking){.partition = partition, .entry_type = MPI_DATATYPE_NULL};
    HG_TRY(find_shared(ranking));
    HG_TRY(array(&ranking->start, runs > ranks + 1 ? runs : ranks + 1, sizeof(int64_t)));
    if (ranking->shared_before == NULL) return reserve(ranking, partition->count);
    MPI_Type_contiguous(sizeof(hg_entry), MPI_BYTE, &ranking->entry_type);
    MPI_Type_commit(&ranking->entry_type);
    for (int s = 0; s < 2; s++)
        HG_TRY(array(&ranking->sample[s], ranks * SAMPLES, sizeof(hg_entry)));
    HG_TRY(array(&ranking->send_count, ranks, sizeof(int)));
    HG_TRY(array(&ranking->send_offset, ranks, sizeof(int)));
    HG_TRY(array(&ranking->receive_count, ranks, sizeof(int)));
    HG_TRY(array(&ranking->receive_offset, ranks, sizeof(int)));
    /* stretches come out nearly even: a quarter more than an even share is plenty */
    const int64_t even = partition->individuals / ranks;
    const int64_t most = partition->count > even ? partition->count : even;
    return reserve(ranking, most + most / 4 + 4 * SAMPLES);
}

void hg_ranking_free(hg_ranking *ranking)
{
    hg_release(&ranking->shared_before);
    hg_release(&ranking->own);
    hg_release(&ranking->start);
    for (int s = 0; s < 2; s++) {
        hg_release(&ranking->travel[s]);
        hg_release(&ranking->sample[s]);
    }
    hg_release(&ranking->send_count);
    hg_release(&ranking->send_offset);
    hg_release(&ranking->receive_count);
    hg_release(&ranking->receive_offset);
    if (ranking->partition != NULL && ranking->entry_type != MPI_DATATYPE_NULL)
        MPI_Type_free(&ranking->entry_type);
    *ranking = (hg_ranking){0};
}

/* --- on this rank -------------------------------------------------------------------- */

/* Keys rise as fitness falls. */
static uint64_t key_of(double fitness)
{
    const double value = fitness + 0.0; /* -0 is 0 */
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint64_t negative = bits >> 63;
    const uint64_t rising = bits ^ (negative ? UINT64_MAX : UINT64_C(1) << 63);
    return ~rising;
}

static void sort_own(hg_ranking *ranking, const double *fitness)
{
    const hg_partition *partition = ranking->partition;
#pragma omp parallel for schedule(static)
    for (int64_t b = partition->first_block; b < partition->end_block; b++)
        for (int64_t i = hg_block_start(partition, b); i < hg_block_start(partition, b + 1); i++)
            ranking->own[i - partition->first] =
                (hg_entry){key_of(fitness[i - partition->first]), i, partition->block_deme[b], 0};
    const int64_t runs = hg_order_runs(ranking->own, partition->count, ranking->start);
    hg_entry *sorted = hg_order_merge(ranking->own, ranking->travel[0], ranking->start, runs);
    if (sorted == ranking->own) return;
    ranking->travel[0] = ranking->own;
    ranking->own = sorted;
}

/* Right for demes of this rank alone. */
static void rank_own(const hg_ranking *ranking, int64_t *rank)
{
    const hg_partition *partition = ranking->partition;
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < partition->count; i++) {
        const hg_entry *entry = &ranking->own[i];
        rank[entry->individual - partition->first] =
            partition->first + i - partition->deme_start[entry->deme];
    }
}

/* --- across ranks ----------------------------------------------------------------------- */

/* Samples of all ranks, sorted; each weighs as many individuals as its rank gave for it. Ranks
 * are staggered (by the golden ratio, evenly for any of them that share a deme), as their
 * quantiles may well agree, and samples that agree cut badly. */
static const hg_entry *gather_samples(hg_ranking *ranking, int64_t shared)
{
    const hg_partition *partition = ranking->partition;
    hg_entry *own = ranking->sample[0] + (int64_t)partition->rank * SAMPLES;
    const double golden = 0.6180339887498949 * (double)partition->rank;
    const double stagger = golden - (double)(int64_t)golden;
    memset(own, 0, SAMPLES * sizeof *own); /* without weight where nothing is shared */
    for (int k = 0; k < SAMPLES && shared > 0; k++) {
        const int64_t at = (int64_t)((k + stagger) * (double)shared / SAMPLES);
        own[k] = ranking->own[at < shared ? at : shared - 1];
        own[k].tag = (int32_t)shared;
    }
    MPI_Allgather(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, ranking->sample[0], SAMPLES,
                  ranking->entry_type, partition->communicator);
    ranking->traffic.messages_sent++;
    ranking->traffic.bytes_sent += SAMPLES * (int64_t)sizeof(hg_entry);
    for (int64_t r = 0; r <= partition->ranks; r++) ranking->start[r] = r * SAMPLES;
    return hg_order_merge(ranking->sample[0], ranking->sample[1], ranking->start,
                          partition->ranks);
}

/* The first of the own shared entries that is not ahead of `limit`. */
static int64_t first_from(const hg_entry *entry, int64_t count, const hg_entry *limit)
{
    int64_t low = 0, high = count;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (hg_entry_ahead(&entry[middle], limit)) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Which own shared entries belong to which rank's stretch. */
static void cut(hg_ranking *ranking, const hg_entry *sample, int64_t shared)
{
    const int ranks = ranking->partition->ranks;
    int64_t total = 0, passed = 0, s = 0, from = 0;
    for (int64_t k = 0; k < (int64_t)ranks * SAMPLES; k++) total += sample[k].tag;
    for (int r = 0; r < ranks; r++) {
        int64_t to = shared;
        if (r < ranks - 1) {
            while ((__int128)(passed + sample[s].tag) * ranks <= (__int128)total * (r + 1))
                passed += sample[s++].tag;
            to = first_from(ranking->own, shared, &sample[s]);
        }
        ranking->send_offset[r] = (int)from;
        ranking->send_count[r] = (int)(to - from);
        from = to;
    }
}

/* Agrees on the sizes of all parcels; returns the size of this rank's stretch. */
static int64_t exchange_counts(hg_ranking *ranking)
{
    const MPI_Comm communicator = ranking->partition->communicator;
    int64_t count = 0;
    MPI_Alltoall(ranking->send_count, 1, MPI_INT, ranking->receive_count, 1, MPI_INT,
                 communicator);
    for (int r = 0; r < ranking->partition->ranks; r++) {
        ranking->start[r] = count;
        ranking->receive_offset[r] = (int)(count < INT_MAX ? count : INT_MAX);
        count += ranking->receive_count[r];
    }
    ranking->start[ranking->partition->ranks] = count;
    if (count > INT_MAX) {
        hg_fail(HG_BAD_INPUT, "%" PRId64 " individuals are to be ranked on one rank; allowed: at "
                "most %d, so use more ranks", count, INT_MAX);
        hg_team_abort(communicator, HG_BAD_INPUT);
    }
    if (count > ranking->capacity && reserve(ranking, count + count / 4) != HG_OK)
        hg_team_abort(communicator, HG_NO_MEMORY);
    return count;
}

static void note_traffic(hg_ranking *ranking, const int *count, size_t size)
{
    for (int r = 0; r < ranking->partition->ranks; r++) {
        if (r == ranking->partition->rank || count[r] == 0) continue;
        ranking->traffic.messages_sent++;
        ranking->traffic.bytes_sent += count[r] * (int64_t)size;
    }
}

/* Everybody's entries of this rank's stretch, merged. Ranks are in the order of their
 * individuals, and so ties are. */
static hg_entry *receive_stretch(hg_ranking *ranking, int64_t count)
{
    MPI_Alltoallv(ranking->own, ranking->send_count, ranking->send_offset, ranking->entry_type,
                  ranking->travel[0], ranking->receive_count, ranking->receive_offset,
                  ranking->entry_type, ranking->partition->communicator);
    note_traffic(ranking, ranking->send_count, sizeof(hg_entry));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < count; i++) ranking->travel[0][i].tag = (int32_t)i;
    return hg_order_merge(ranking->travel[0], ranking->travel[1], ranking->start,
                          ranking->partition->ranks);
}

/* Sends each entry's rank to where the entry came from. */
static void return_ranks(hg_ranking *ranking, hg_entry *merged, int64_t count, int64_t shared,
                         int64_t *rank)
{
    const hg_partition *partition = ranking->partition;
    hg_entry *other = merged == ranking->travel[0] ? ranking->travel[1] : ranking->travel[0];
    int64_t *answer = (int64_t *)other, *answered = (int64_t *)merged;
    int64_t before = 0;
    MPI_Exscan(&count, &before, 1, MPI_INT64_T, MPI_SUM, partition->communicator);
    if (partition->rank == 0) before = 0;
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < count; i++)
        answer[merged[i].tag] = before + i - ranking->shared_before[merged[i].deme];
    MPI_Alltoallv(answer, ranking->receive_count, ranking->receive_offset, MPI_INT64_T, answered,
                  ranking->send_count, ranking->send_offset, MPI_INT64_T,
                  partition->communicator);
    note_traffic(ranking, ranking->receive_count, sizeof(int64_t));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < shared; i++)
        rank[ranking->own[i].individual - partition->first] = answered[i];
}

void hg_ranking_find(hg_ranking *ranking, const double *fitness, int64_t *rank)
{
    const int64_t count = ranking->partition->count, shared = ranking->head + ranking->tail;
    sort_own(ranking, fitness);
    rank_own(ranking, rank);
    if (ranking->shared_before == NULL) return;
    if (ranking->tail > 0 && shared < count) /* the shared ones side by side */
        memmove(ranking->own + ranking->head, ranking->own + count - ranking->tail,
                (size_t)ranking->tail * sizeof(hg_entry));
    cut(ranking, gather_samples(ranking, shared), shared);
    const int64_t stretch = exchange_counts(ranking);
    return_ranks(ranking, receive_stretch(ranking, stretch), stretch, shared, rank);
}
