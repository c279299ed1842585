/* SPDX-License-Identifier: GPL-3.0-or-later
 * Parents and offspring on different ranks. */
#include <math.h>
#include <string.h>

#include "parallel/parentage_internal.h"
#include "parallel/team.h"

enum { TAG_BROODS = 11, TAG_GENOMES = 12 };

/* --- the offspring that own parents have on other ranks ----------------------------- */

/* The target of the last offspring of a block. */
static double target_after(const hg_parentage *parentage, int64_t block)
{
    return hg_target_of(parentage, block, parentage->spacing_end[block]);
}

static void add_brood(hg_parentage *parentage, const hg_cursor *at, int64_t offspring, bool same_rank,
                      const double *(*genome)(void *, int64_t), void *context)
{
    hg_broods *outgoing = &parentage->outgoing;
    const int64_t parent = parentage->partition->first + at->i;
    parentage->children[at->i]++;
    if (same_rank && outgoing->brood[outgoing->count - 1].parent == parent) {
        hg_brood *brood = &outgoing->brood[outgoing->count - 1];
        brood->count = offspring - brood->first + 1;
        return;
    }
    if (hg_broods_reserve(outgoing, outgoing->count + 1, parentage->stride) != HG_OK)
        hg_team_abort(parentage->partition->communicator, HG_NO_MEMORY);
    outgoing->brood[outgoing->count] = (hg_brood){parent, offspring, 1, at->low, at->high};
    memcpy(outgoing->genome + outgoing->count * parentage->stride, genome(context, at->i),
           (size_t)parentage->stride * sizeof(double));
    outgoing->count++;
}

/* The offspring of one foreign block whose parents are here. */
static void match_foreign_block(hg_parentage *parentage, hg_cursor *at, int64_t block, int rank,
                                double low, double high, uint64_t seed, int64_t generation,
                                const double *(*genome)(void *, int64_t), void *context)
{
    enum { PIECE = 256 };
    const hg_partition *partition = parentage->partition;
    const int64_t end = hg_block_start(partition, block + 1);
    double sum = 0.0, spacing[PIECE];
    for (int64_t j = hg_block_start(partition, block); j < end; j += PIECE) {
        const int64_t count = end - j < PIECE ? end - j : PIECE;
        hg_draw_spacings(parentage, seed, generation, j, count, spacing);
        for (int64_t i = 0; i < count; i++) {
            if (spacing[i] == 0.0) continue;
            sum += spacing[i];
            const double target =
                hg_target_of(parentage, block, parentage->spacing_start[block] + sum);
            if (target >= high) return;
            if (target < low) continue;
            hg_cursor_advance(at, target);
            add_brood(parentage, at, j + i,
                      parentage->outgoing.count > parentage->outgoing_to[rank], genome, context);
        }
    }
}

/* The first block whose last offspring's target is not below `low`. */
static int64_t first_reaching(const hg_parentage *parentage, double low)
{
    int64_t from = 0, to = parentage->partition->blocks;
    while (from < to) {
        const int64_t middle = from + (to - from) / 2;
        if (target_after(parentage, middle) < low) from = middle + 1;
        else to = middle;
    }
    return from;
}

void hg_parentage_match_foreign(hg_parentage *parentage, const double *weight, double low,
                                double high, uint64_t seed, int64_t generation,
                                const double *(*genome)(void *, int64_t), void *context)
{
    const hg_partition *partition = parentage->partition;
    parentage->outgoing.count = 0;
    hg_cursor at = hg_cursor_at(parentage, weight, low);
    int64_t block = first_reaching(parentage, low);
    for (int rank = 0; rank < partition->ranks; rank++) {
        parentage->outgoing_to[rank] = (int)parentage->outgoing.count;
        const int64_t end = partition->offset_of[rank] + partition->blocks_of[rank];
        if (rank == partition->rank && block < end) {
            /* match_own has been there; the walk goes on behind it */
            block = end;
            if (end < partition->blocks)
                at = hg_cursor_at(parentage, weight, fmax(low, hg_target_before(parentage, end)));
            continue;
        }
        for (; block < end; block++) {
            if (hg_target_before(parentage, block) >= high) break;
            if (target_after(parentage, block) < low) continue;
            match_foreign_block(parentage, &at, block, rank, low, high, seed, generation, genome,
                                context);
        }
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

static int owner_of_target(const hg_parentage *parentage, double target)
{
    return hg_partition_owner(parentage->partition, hg_parentage_block_of(parentage, target));
}

/* Receives from every rank that has parents of own offspring, in the order of the ranks. */
static void receive_broods(hg_parentage *parentage)
{
    const hg_partition *partition = parentage->partition;
    int expected = -1;
    parentage->incoming.count = 0;
    for (int64_t b = partition->first_block; b < partition->end_block; b++) {
        double sum = 0.0;
        for (int64_t j = hg_block_start(partition, b); j < hg_block_start(partition, b + 1); j++) {
            const int64_t own = j - partition->first;
            if (parentage->spacing[own] == 0.0) continue;
            sum += parentage->spacing[own];
            if (parentage->parent[own] >= 0) continue;
            const double target = hg_target_of(parentage, b, parentage->spacing_start[b] + sum);
            const int rank = owner_of_target(parentage, target);
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
