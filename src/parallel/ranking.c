/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel/ranking.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/memory.h"
#include "parallel/team.h"

enum { SAMPLES = 64 }; /* of each rank */

/* The classes that a stretch begins and ends with, and how much of them it has. */
struct hg_border {
    hg_entry first, last;
    int64_t count, head, tail; /* entries: of the stretch, of the first class, of the last one */
};

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

static MPI_Datatype make_type(size_t size)
{
    MPI_Datatype type;
    MPI_Type_contiguous((int)size, MPI_BYTE, &type);
    MPI_Type_commit(&type);
    return type;
}

hg_status hg_ranking_create(hg_ranking *ranking, const hg_partition *partition)
{
    const int64_t ranks = partition->ranks, runs = partition->count / HG_ORDER_RUN + 2;
    *ranking = (hg_ranking){.partition = partition, .entry_type = MPI_DATATYPE_NULL,
                            .standing_type = MPI_DATATYPE_NULL};
    HG_TRY(find_shared(ranking));
    HG_TRY(array(&ranking->start, runs > ranks + 1 ? runs : ranks + 1, sizeof(int64_t)));
    if (ranking->shared_before == NULL) return reserve(ranking, partition->count);
    ranking->entry_type = make_type(sizeof(hg_entry));
    ranking->standing_type = make_type(sizeof(hg_standing));
    HG_TRY(array(&ranking->border, ranks, sizeof(hg_border)));
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
    hg_release(&ranking->border);
    if (ranking->partition != NULL && ranking->entry_type != MPI_DATATYPE_NULL)
        MPI_Type_free(&ranking->entry_type);
    if (ranking->partition != NULL && ranking->standing_type != MPI_DATATYPE_NULL)
        MPI_Type_free(&ranking->standing_type);
    *ranking = (hg_ranking){0};
}

/* --- on this rank -------------------------------------------------------------------- */

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Keys rise as fitness falls. */
static uint64_t key_of(double fitness)
{
    const uint64_t bits = bits_of(fitness + 0.0); /* -0 is 0 */
    const uint64_t negative = bits >> 63;
    const uint64_t rising = bits ^ (negative ? UINT64_MAX : UINT64_C(1) << 63);
    return ~rising;
}

/* Ties in the order of their indices where that does not matter: samples must not be equal. */
static void sort_own(hg_ranking *ranking, const double *fitness, const double *tie, bool strict)
{
    const hg_partition *partition = ranking->partition;
#pragma omp parallel for schedule(static)
    for (int64_t b = partition->first_block; b < partition->end_block; b++)
        for (int64_t i = hg_block_start(partition, b); i < hg_block_start(partition, b + 1); i++) {
            const int64_t own = i - partition->first;
            ranking->own[own] = (hg_entry){key_of(fitness[own]),
                                           strict ? bits_of(tie[own]) : (uint64_t)i,
                                           partition->block_deme[b], (int32_t)own};
        }
    const int64_t runs = hg_order_runs(ranking->own, partition->count, ranking->start);
    hg_entry *sorted = hg_order_merge(ranking->own, ranking->travel[0], ranking->start, runs);
    if (sorted == ranking->own) return;
    ranking->travel[0] = ranking->own;
    ranking->own = sorted;
}

/* --- classes of the equally fit ------------------------------------------------------------ */

static bool are_tied(const hg_entry *a, const hg_entry *b)
{
    return a->key == b->key && a->deme == b->deme;
}

/* How many of the `room` entries after this one, or before it (`step` -1), are tied with it. */
static int64_t ties_beside(const hg_entry *entry, int64_t room, int step)
{
    int64_t known = 0, stride = 1;
    while (stride <= room - known && are_tied(entry, entry + step * (known + stride))) {
        known += stride;
        stride *= 2;
    }
    while ((stride /= 2) > 0)
        if (stride <= room - known && are_tied(entry, entry + step * (known + stride)))
            known += stride;
    return known;
}

/* Sorted entries, and the class of those that are looked at: entries `start` .. `end`-1. */
typedef struct classes {
    const hg_entry *entry;
    int64_t count, start, end;
    bool strict; /* nobody is tied */
} classes;

static void enter_class(classes *at, int64_t i)
{
    if (i >= at->start && i < at->end) return;
    at->start = i;
    at->end = i + 1;
    if (at->strict) return;
    at->start -= ties_beside(at->entry + i, i, -1);
    at->end += ties_beside(at->entry + i, at->count - 1 - i, 1);
}

/* Right for demes of this rank alone. */
static void stand_own(const hg_ranking *ranking, bool strict, hg_standing *standing)
{
    const hg_partition *partition = ranking->partition;
#pragma omp parallel
    {
        classes at = {ranking->own, partition->count, 0, 0, strict};
#pragma omp for schedule(static)
        for (int64_t i = 0; i < partition->count; i++) {
            const hg_entry *entry = &ranking->own[i];
            enter_class(&at, i);
            standing[entry->tag] = (hg_standing){
                partition->first + at.start - partition->deme_start[entry->deme],
                at.end - at.start};
        }
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

/* The first of the own shared entries that is not before `limit`. */
static int64_t first_from(const hg_entry *entry, int64_t count, const hg_entry *limit)
{
    int64_t low = 0, high = count;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (hg_entry_before(&entry[middle], limit)) low = middle + 1;
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

/* Everybody's entries of this rank's stretch, merged. Ranks are in the order of their
 * individuals, and so are entries that are equal in everything. */
static hg_entry *receive_stretch(hg_ranking *ranking, int64_t count)
{
    MPI_Alltoallv(ranking->own, ranking->send_count, ranking->send_offset, ranking->entry_type,
                  ranking->travel[0], ranking->receive_count, ranking->receive_offset,
                  ranking->entry_type, ranking->partition->communicator);
    hg_traffic_note(&ranking->traffic, ranking->partition, ranking->send_count, sizeof(hg_entry));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < count; i++) ranking->travel[0][i].tag = (int32_t)i;
    return hg_order_merge(ranking->travel[0], ranking->travel[1], ranking->start,
                          ranking->partition->ranks);
}

/* Tells all ranks the size of this rank's stretch and what it begins and ends with. */
static void gather_borders(hg_ranking *ranking, const hg_entry *merged, int64_t count, bool strict)
{
    const hg_partition *partition = ranking->partition;
    hg_border *own = &ranking->border[partition->rank];
    classes at = {merged, count, 0, 0, strict};
    memset(own, 0, sizeof *own);
    own->count = count;
    if (count > 0) {
        own->first = merged[0];
        own->last = merged[count - 1];
        enter_class(&at, 0);
        own->head = at.end;
        enter_class(&at, count - 1);
        own->tail = count - at.start;
    }
    MPI_Allgather(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, ranking->border, sizeof *own, MPI_BYTE,
                  partition->communicator);
    ranking->traffic.messages_sent++;
    ranking->traffic.bytes_sent += (int64_t)sizeof *own;
}

/* How many entries of other stretches, before this one (`step` -1) or after it, are of the class
 * that this one begins with, or ends with. */
static int64_t ties_elsewhere(const hg_ranking *ranking, int step)
{
    const hg_border *all = ranking->border, *own = &all[ranking->partition->rank];
    const hg_entry *entry = step < 0 ? &own->first : &own->last;
    int64_t ties = 0;
    for (int r = ranking->partition->rank + step; r >= 0 && r < ranking->partition->ranks; r += step) {
        const int64_t tied = step < 0 ? all[r].tail : all[r].head;
        if (all[r].count == 0) continue;
        if (!are_tied(step < 0 ? &all[r].last : &all[r].first, entry)) break;
        ties += tied;
        if (tied < all[r].count) break;
    }
    return ties;
}

/* The standing of every entry of this rank's stretch, in the order in which they came. */
static void stand_stretch(const hg_ranking *ranking, const hg_entry *merged, int64_t count,
                          bool strict, hg_standing *standing)
{
    const int64_t earlier = strict ? 0 : ties_elsewhere(ranking, -1);
    const int64_t later = strict ? 0 : ties_elsewhere(ranking, 1);
    int64_t before = 0;
    for (int r = 0; r < ranking->partition->rank; r++) before += ranking->border[r].count;
#pragma omp parallel
    {
        classes at = {merged, count, 0, 0, strict};
#pragma omp for schedule(static)
        for (int64_t i = 0; i < count; i++) {
            enter_class(&at, i);
            const int64_t start = at.start - (at.start == 0 ? earlier : 0);
            const int64_t end = at.end + (at.end == count ? later : 0);
            standing[merged[i].tag] = (hg_standing){
                before + start - ranking->shared_before[merged[i].deme], end - start};
        }
    }
}

/* Sends each entry's standing to where the entry came from. */
static void return_standings(hg_ranking *ranking, hg_entry *merged, int64_t count, int64_t shared,
                             bool strict, hg_standing *standing)
{
    hg_entry *other = merged == ranking->travel[0] ? ranking->travel[1] : ranking->travel[0];
    hg_standing *answer = (hg_standing *)other, *answered = (hg_standing *)merged;
    gather_borders(ranking, merged, count, strict);
    stand_stretch(ranking, merged, count, strict, answer);
    MPI_Alltoallv(answer, ranking->receive_count, ranking->receive_offset, ranking->standing_type,
                  answered, ranking->send_count, ranking->send_offset, ranking->standing_type,
                  ranking->partition->communicator);
    hg_traffic_note(&ranking->traffic, ranking->partition, ranking->receive_count,
                    sizeof(hg_standing));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < shared; i++) standing[ranking->own[i].tag] = answered[i];
}

void hg_ranking_find(hg_ranking *ranking, const double *fitness, const double *tie,
                     bool strict, hg_standing *standing)
{
    const int64_t count = ranking->partition->count, shared = ranking->head + ranking->tail;
    sort_own(ranking, fitness, tie, strict);
    stand_own(ranking, strict, standing);
    if (ranking->shared_before == NULL) return;
    if (ranking->tail > 0 && shared < count) /* the shared ones side by side */
        memmove(ranking->own + ranking->head, ranking->own + count - ranking->tail,
                (size_t)ranking->tail * sizeof(hg_entry));
    cut(ranking, gather_samples(ranking, shared), shared);
    const int64_t stretch = exchange_counts(ranking);
    return_standings(ranking, receive_stretch(ranking, stretch), stretch, shared, strict, standing);
}
