/* SPDX-License-Identifier: GPL-3.0-or-later
 * Parents and offspring on different ranks. */
#include <math.h>
#include <string.h>

#include "parallel/parentage_internal.h"
#include "parallel/team.h"

enum { TAG_BROODS = 11, TAG_GENOMES = 12 };

/* --- the offspring that own parents have on other ranks ----------------------------- */

/* A walk along own parents of one deme, for the offspring that they have on other ranks. */
typedef struct search {
    hg_parentage *parentage;
    hg_stretch here;
    hg_aim towards;
    hg_cursor at;
    uint64_t seed;
    int64_t generation;
    hg_genome_source source;
} search;

static double target_before(const search *s, int64_t block)
{
    return hg_target_at(&s->towards, s->parentage->spacing_start[block]);
}

static double target_after(const search *s, int64_t block)
{
    return hg_target_at(&s->towards, s->parentage->spacing_end[block]);
}

/* Own parent s->at has `offspring` on another rank. */
static void add_brood(search *s, int64_t offspring, int rank)
{
    hg_parentage *parentage = s->parentage;
    hg_broods *outgoing = &parentage->outgoing;
    const int64_t parent = parentage->partition->first + s->at.i;
    parentage->children[s->at.i]++;
    if (outgoing->count > parentage->outgoing_to[rank] &&
        outgoing->brood[outgoing->count - 1].parent == parent) {
        hg_brood *brood = &outgoing->brood[outgoing->count - 1];
        brood->count = offspring - brood->first + 1;
        return;
    }
    if (hg_broods_reserve(outgoing, outgoing->count + 1, parentage->stride) != HG_OK)
        hg_team_abort(parentage->partition->communicator, HG_NO_MEMORY);
    outgoing->brood[outgoing->count] = (hg_brood){parent, offspring, 1, s->at.low, s->at.high};
    memcpy(outgoing->genome + outgoing->count * parentage->stride,
           s->source.genome(s->source.context, s->at.i),
           (size_t)parentage->stride * sizeof(double));
    outgoing->count++;
}

/* The offspring of one foreign block whose parents are here. */
static void match_foreign_block(search *s, int64_t block, int rank)
{
    enum { PIECE = 256 };
    const hg_partition *partition = s->parentage->partition;
    const int64_t end = hg_block_start(partition, block + 1);
    double sum = 0.0, spacing[PIECE];
    for (int64_t j = hg_block_start(partition, block); j < end; j += PIECE) {
        const int64_t count = end - j < PIECE ? end - j : PIECE;
        hg_draw_spacings(s->parentage, s->seed, s->generation, j, count, spacing);
        for (int64_t i = 0; i < count; i++) {
            if (spacing[i] == 0.0) continue;
            sum += spacing[i];
            const double target =
                hg_target_at(&s->towards, s->parentage->spacing_start[block] + sum);
            if (target >= s->here.high) return;
            if (target < s->here.low) continue;
            hg_cursor_advance(&s->at, target);
            add_brood(s, j + i, rank);
        }
    }
}

/* The first block of the deme whose last offspring's target is not below this rank's weights. */
static int64_t first_reaching(const search *s)
{
    int64_t from = s->parentage->partition->deme_block[s->here.deme];
    int64_t to = s->parentage->partition->deme_block[s->here.deme + 1];
    while (from < to) {
        const int64_t middle = from + (to - from) / 2;
        if (target_after(s, middle) < s->here.low) from = middle + 1;
        else to = middle;
    }
    return from;
}

static void go_to(search *s, const double *weight, double target)
{
    const hg_cumulated *weights = &s->parentage->weights;
    s->at = hg_cursor_at(weights, weight, hg_cumulated_block(weights, s->here.deme, target));
}

/* Offspring that own parents have in blocks `first` .. `end` - 1 of their deme, on one other rank. */
static void match_rank(search *s, int64_t first, int64_t end, int rank)
{
    for (int64_t b = first; b < end && target_before(s, b) < s->here.high; b++)
        if (target_after(s, b) >= s->here.low) match_foreign_block(s, b, rank);
}

/* Offspring of a deme that own parents have on rank `rank`. */
static void match_deme(search *s, const double *weight, int64_t deme, int rank)
{
    const hg_partition *partition = s->parentage->partition;
    const int64_t of_rank = partition->offset_of[rank];
    const int64_t end_of_rank = of_rank + partition->blocks_of[rank];
    s->here = hg_stretch_of(s->parentage, deme);
    s->towards = hg_aim_of(s->parentage, deme);
    if (!(s->here.low < s->here.high)) return;
    int64_t first = first_reaching(s), end = partition->deme_block[deme + 1];
    if (first < of_rank) first = of_rank;
    if (end > end_of_rank) end = end_of_rank;
    if (first >= end || target_before(s, first) >= s->here.high) return;
    go_to(s, weight, fmax(s->here.low, target_before(s, first)));
    match_rank(s, first, end, rank);
}

void hg_parentage_match_foreign(hg_parentage *parentage, const double *weight, uint64_t seed,
                                int64_t generation, hg_genome_source source)
{
    const hg_partition *partition = parentage->partition;
    search s = {.parentage = parentage, .seed = seed, .generation = generation, .source = source};
    parentage->outgoing.count = 0;
    for (int rank = 0; rank < partition->ranks; rank++) {
        parentage->outgoing_to[rank] = (int)parentage->outgoing.count;
        if (rank == partition->rank || partition->count == 0) continue;
        /* only the first and the last of the demes here can lie on other ranks, too */
        const int64_t first = partition->block_deme[partition->first_block];
        const int64_t last = partition->block_deme[partition->end_block - 1];
        match_deme(&s, weight, rank < partition->rank ? first : last, rank);
    }
    parentage->outgoing_to[partition->ranks] = (int)parentage->outgoing.count;
}

/* --- travelling ------------------------------------------------------------------ */

static void send_broods(hg_parentage *parentage)
{
    const hg_partition *partition = parentage->partition;
    parentage->requests = 0;
    for (int rank = 0; rank < partition->ranks; rank++) {
        const int from = parentage->outgoing_to[rank];
        const int count = parentage->outgoing_to[rank + 1] - from;
        if (count == 0) continue;
        MPI_Isend(parentage->outgoing.brood + from, count, parentage->brood_type, rank, TAG_BROODS,
                  partition->communicator, &parentage->request[parentage->requests++]);
        MPI_Isend(parentage->outgoing.genome + from * parentage->stride, count,
                  parentage->genome_type, rank, TAG_GENOMES, partition->communicator,
                  &parentage->request[parentage->requests++]);
        parentage->traffic.messages_sent += 2;
        parentage->traffic.bytes_sent +=
            count * (int64_t)(sizeof(hg_brood) + (size_t)parentage->stride * sizeof(double));
    }
}

static void receive_broods_from(hg_parentage *parentage, int rank)
{
    const MPI_Comm communicator = parentage->partition->communicator;
    hg_broods *incoming = &parentage->incoming;
    MPI_Message message;
    MPI_Status status;
    int count;
    MPI_Mprobe(rank, TAG_BROODS, communicator, &message, &status);
    MPI_Get_count(&status, parentage->brood_type, &count);
    if (hg_broods_reserve(incoming, incoming->count + count, parentage->stride) != HG_OK)
        hg_team_abort(communicator, HG_NO_MEMORY);
    MPI_Mrecv(incoming->brood + incoming->count, count, parentage->brood_type, &message,
              MPI_STATUS_IGNORE);
    MPI_Recv(incoming->genome + incoming->count * parentage->stride, count,
             parentage->genome_type, rank, TAG_GENOMES, communicator, MPI_STATUS_IGNORE);
    incoming->count += count;
}

/* Receives from every rank that has parents of own offspring, in the order of the ranks. */
static void receive_broods(hg_parentage *parentage)
{
    const hg_partition *partition = parentage->partition;
    int expected = -1;
    parentage->incoming.count = 0;
    for (int64_t b = partition->first_block; b < partition->end_block; b++) {
        const int32_t deme = partition->block_deme[b];
        const hg_aim towards = hg_aim_of(parentage, deme);
        double sum = 0.0;
        for (int64_t j = hg_block_start(partition, b); j < hg_block_start(partition, b + 1); j++) {
            const int64_t own = j - partition->first;
            if (parentage->spacing[own] == 0.0) continue;
            sum += parentage->spacing[own];
            if (parentage->parent[own] >= 0) continue;
            const double target = hg_target_at(&towards, parentage->spacing_start[b] + sum);
            const int rank = hg_partition_owner(
                partition, hg_cumulated_block(&parentage->weights, deme, target));
            if (rank > expected) receive_broods_from(parentage, rank);
            expected = rank > expected ? rank : expected;
        }
    }
}

static void adopt(hg_parentage *parentage)
{
    for (int64_t k = 0; k < parentage->incoming.count; k++) {
        const hg_brood *brood = &parentage->incoming.brood[k];
        for (int64_t j = 0; j < brood->count; j++) {
            const int64_t own = brood->first + j - parentage->partition->first;
            if (parentage->spacing[own] == 0.0) continue;
            parentage->parent[own] = brood->parent;
            if (parentage->low == NULL) continue;
            parentage->low[own] = brood->low;
            parentage->high[own] = brood->high;
        }
    }
}

void hg_parentage_exchange(hg_parentage *parentage)
{
    send_broods(parentage);
    receive_broods(parentage);
    adopt(parentage);
}
