/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel/mates.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "parallel/team.h"
#include "random/stream.h"

enum { TAG_POINTS = 21, TAG_INDICES = 22, TAG_SLOTS = 23, TAG_MATES = 24 };

/* What one other rank asked for and gets. */
typedef struct hg_reply {
    double *point;
    int64_t *index;   /* global index of each mate */
    int32_t *slot;    /* which of the distinct genomes */
    MPI_Aint *where;  /* displacements of those genomes, bytes from the first own one */
    int64_t count, distinct, capacity;
} hg_reply;

hg_status hg_mates_create(hg_mates *mates, const hg_partition *partition, int64_t stride)
{
    const size_t count = (size_t)partition->count, ranks = (size_t)partition->ranks;
    *mates = (hg_mates){.partition = partition, .stride = stride};
    HG_TRY(hg_allocate(&mates->parent, HG_MEMORY_INDIVIDUALS, count, sizeof(int64_t)));
    HG_TRY(hg_allocate(&mates->chosen, HG_MEMORY_INDIVIDUALS, count, sizeof(uint8_t)));
    HG_TRY(hg_allocate(&mates->place, HG_MEMORY_INDIVIDUALS, count, sizeof(int64_t)));
    HG_TRY(hg_allocate(&mates->mark, HG_MEMORY_INDIVIDUALS, count, sizeof(int32_t)));
    HG_TRY(hg_allocate(&mates->point, HG_MEMORY_EXCHANGE, count, sizeof(double)));
    if (ranks == 1) return HG_OK;
    HG_TRY(hg_allocate(&mates->asker, HG_MEMORY_EXCHANGE, count, sizeof(int64_t)));
    HG_TRY(hg_allocate(&mates->answer_index, HG_MEMORY_EXCHANGE, count, sizeof(int64_t)));
    HG_TRY(hg_allocate(&mates->answer_slot, HG_MEMORY_EXCHANGE, count, sizeof(int32_t)));
    HG_TRY(hg_allocate(&mates->ask_start, HG_MEMORY_EXCHANGE, ranks + 1, sizeof(int64_t)));
    HG_TRY(hg_allocate(&mates->request, HG_MEMORY_EXCHANGE, 6 * ranks, sizeof(MPI_Request)));
    return hg_allocate(&mates->reply, HG_MEMORY_EXCHANGE, ranks, sizeof(hg_reply));
}

void hg_mates_free(hg_mates *mates)
{
    for (int r = 0; mates->reply != NULL && r < mates->partition->ranks; r++) {
        hg_release(&mates->reply[r].point);
        hg_release(&mates->reply[r].index);
        hg_release(&mates->reply[r].slot);
        hg_release(&mates->reply[r].where);
    }
    hg_release(&mates->reply);
    hg_release(&mates->parent);
    hg_release(&mates->chosen);
    hg_release(&mates->place);
    hg_release(&mates->mark);
    hg_release(&mates->point);
    hg_release(&mates->asker);
    hg_release(&mates->answer_index);
    hg_release(&mates->answer_slot);
    hg_release(&mates->ask_start);
    hg_release(&mates->request);
    hg_release(&mates->genome);
    *mates = (hg_mates){0};
}

/* A point in the cumulated weights, outside the first parent's interval unless selfing. */
static double draw_point(const hg_parentage *parentage, int64_t own, double uniform, bool selfing)
{
    const double total = hg_parentage_total(parentage);
    const double low = parentage->low[own], high = parentage->high[own];
    const double others = total - (high - low);
    if (selfing || !(others > 0.0)) return fmin(uniform * total, parentage->last_target);
    double point = uniform * others;
    if (point >= low) point = fmax(point + (high - low), high);
    if (point < total) return point;
    return low > 0.0 && high >= total ? nextafter(low, 0.0) : parentage->last_target;
}

static void draw_points(hg_mates *mates, const hg_parentage *parentage, bool selfing,
                        uint64_t seed, int64_t generation)
{
    const hg_partition *partition = mates->partition;
    const double total = hg_parentage_total(parentage);
#pragma omp parallel for schedule(static)
    for (int64_t own = 0; own < partition->count; own++) {
        const hg_stream stream =
            hg_stream_of(seed, HG_PURPOSE_MATE, generation, partition->first + own);
        const bool alone = parentage->low[own] <= 0.0 && parentage->high[own] >= total;
        mates->point[own] = draw_point(parentage, own, hg_stream_uniform(&stream, 0),
                                       selfing || alone);
    }
}

/* Points in own blocks are answered at once; the others are sorted by rank. */
static void find_own(hg_mates *mates, const hg_parentage *parentage, const double *weight)
{
    const hg_partition *partition = mates->partition;
#pragma omp parallel for schedule(static)
    for (int64_t own = 0; own < partition->count; own++) {
        const int64_t block = hg_parentage_block_of(parentage, mates->point[own]);
        mates->place[own] = -1;
        if (block < partition->first_block || block >= partition->end_block) continue;
        mates->place[own] = hg_parentage_find(parentage, weight, block, mates->point[own]);
        mates->parent[own] = partition->first + mates->place[own];
        __atomic_store_n(&mates->chosen[mates->place[own]], 1, __ATOMIC_RELAXED);
    }
}

static void sort_questions(hg_mates *mates, const hg_parentage *parentage)
{
    const hg_partition *partition = mates->partition;
    int64_t *start = mates->ask_start;
    memset(start, 0, ((size_t)partition->ranks + 1) * sizeof *start);
    for (int64_t own = 0; own < partition->count; own++) {
        if (mates->place[own] >= 0) continue;
        const int64_t block = hg_parentage_block_of(parentage, mates->point[own]);
        mates->answer_slot[own] = hg_partition_owner(partition, block); /* for the next loop */
        start[mates->answer_slot[own] + 1]++;
    }
    for (int r = 0; r < partition->ranks; r++) start[r + 1] += start[r];
    for (int64_t own = 0; own < partition->count; own++)
        if (mates->place[own] < 0) mates->asker[start[mates->answer_slot[own]]++] = own;
    for (int r = partition->ranks; r > 0; r--) start[r] = start[r - 1];
    start[0] = 0;
    /* points in the order of the askers; answer_index is free and as wide */
    double *sorted = (double *)mates->answer_index;
    const int64_t asked = start[partition->ranks];
    for (int64_t k = 0; k < asked; k++) sorted[k] = mates->point[mates->asker[k]];
    if (asked > 0) memcpy(mates->point, sorted, (size_t)asked * sizeof *sorted);
}

static void send(hg_mates *mates, const void *data, int64_t count, MPI_Datatype type, int rank,
                 int tag)
{
    int size;
    MPI_Type_size(type, &size);
    MPI_Isend(data, (int)count, type, rank, tag, mates->partition->communicator,
              &mates->request[mates->requests++]);
    mates->traffic.messages_sent++;
    mates->traffic.bytes_sent += count * size;
}

static hg_status reserve_reply(hg_reply *reply, int64_t count)
{
    reply->count = count;
    if (count <= reply->capacity) return HG_OK;
    const size_t capacity = (size_t)(count + count / 4);
    HG_TRY(hg_reallocate(&reply->point, HG_MEMORY_EXCHANGE, capacity, sizeof(double)));
    HG_TRY(hg_reallocate(&reply->index, HG_MEMORY_EXCHANGE, capacity, sizeof(int64_t)));
    HG_TRY(hg_reallocate(&reply->slot, HG_MEMORY_EXCHANGE, capacity, sizeof(int32_t)));
    HG_TRY(hg_reallocate(&reply->where, HG_MEMORY_EXCHANGE, capacity, sizeof(MPI_Aint)));
    reply->capacity = (int64_t)capacity;
    return HG_OK;
}

/* Finds the individuals that another rank's points mean; each distinct one gets a slot. */
static void look_up(hg_mates *mates, const hg_parentage *parentage, const double *weight,
                    hg_reply *reply)
{
    const hg_partition *partition = mates->partition;
    reply->distinct = 0;
    for (int64_t k = 0; k < reply->count; k++) {
        const int64_t block = hg_parentage_block_of(parentage, reply->point[k]);
        const int64_t i = hg_parentage_find(parentage, weight, block, reply->point[k]);
        if (mates->mark[i] < 0) {
            mates->mark[i] = (int32_t)reply->distinct;
            reply->where[reply->distinct++] =
                (MPI_Aint)i * mates->stride * (MPI_Aint)sizeof(double);
        }
        mates->chosen[i] = 1;
        reply->index[k] = partition->first + i;
        reply->slot[k] = mates->mark[i];
    }
    for (int64_t k = 0; k < reply->count; k++)
        mates->mark[reply->index[k] - partition->first] = -1;
}

/* Sends the distinct genomes from where they are. */
static void send_genomes(hg_mates *mates, const hg_reply *reply, const double *genomes, int rank)
{
    MPI_Datatype scattered;
    MPI_Type_create_hindexed_block((int)reply->distinct, (int)mates->stride, reply->where,
                                   MPI_DOUBLE, &scattered);
    MPI_Type_commit(&scattered);
    send(mates, genomes, 1, scattered, rank, TAG_MATES);
    MPI_Type_free(&scattered); /* once the send is done */
}

static void answer(hg_mates *mates, const hg_parentage *parentage, const double *weight,
                   const double *genomes, int rank)
{
    const MPI_Comm communicator = mates->partition->communicator;
    hg_reply *reply = &mates->reply[rank];
    MPI_Message message;
    MPI_Status status;
    int count;
    MPI_Mprobe(rank, TAG_POINTS, communicator, &message, &status);
    MPI_Get_count(&status, MPI_DOUBLE, &count);
    if (reserve_reply(reply, count) != HG_OK) hg_team_abort(communicator, HG_NO_MEMORY);
    MPI_Mrecv(reply->point, count, MPI_DOUBLE, &message, MPI_STATUS_IGNORE);
    if (count == 0) return;
    look_up(mates, parentage, weight, reply);
    send(mates, reply->index, count, MPI_INT64_T, rank, TAG_INDICES);
    send(mates, reply->slot, count, MPI_INT32_T, rank, TAG_SLOTS);
    send_genomes(mates, reply, genomes, rank);
}

static hg_status reserve_genomes(hg_mates *mates, int64_t count)
{
    if (count <= mates->capacity) return HG_OK;
    const int64_t usual = mates->partition->count / mates->partition->ranks *
                          (mates->partition->ranks - 1);
    const int64_t capacity = count > usual ? count : usual;
    HG_TRY(hg_reallocate(&mates->genome, HG_MEMORY_EXCHANGE, (size_t)(capacity * mates->stride),
                         sizeof(double)));
    mates->capacity = capacity;
    return HG_OK;
}

static void receive_answer(hg_mates *mates, int rank)
{
    const MPI_Comm communicator = mates->partition->communicator;
    const int64_t from = mates->ask_start[rank], count = mates->ask_start[rank + 1] - from;
    if (count == 0) return;
    MPI_Recv(mates->answer_index + from, (int)count, MPI_INT64_T, rank, TAG_INDICES, communicator,
             MPI_STATUS_IGNORE);
    MPI_Recv(mates->answer_slot + from, (int)count, MPI_INT32_T, rank, TAG_SLOTS, communicator,
             MPI_STATUS_IGNORE);
    int64_t distinct = 0;
    for (int64_t k = from; k < from + count; k++) {
        const int64_t own = mates->asker[k];
        mates->parent[own] = mates->answer_index[k];
        mates->place[own] = mates->partition->count + mates->fetched + mates->answer_slot[k];
        if (mates->answer_slot[k] >= distinct) distinct = mates->answer_slot[k] + 1;
    }
    if (reserve_genomes(mates, mates->fetched + distinct) != HG_OK)
        hg_team_abort(communicator, HG_NO_MEMORY);
    MPI_Recv(mates->genome + mates->fetched * mates->stride, (int)(distinct * mates->stride),
             MPI_DOUBLE, rank, TAG_MATES, communicator, MPI_STATUS_IGNORE);
    mates->fetched += distinct;
}

void hg_mates_draw(hg_mates *mates, const hg_parentage *parentage, const double *weight,
                   const double *genomes, bool selfing, uint64_t seed, int64_t generation)
{
    const hg_partition *partition = mates->partition;
    mates->requests = 0;
    mates->fetched = 0;
    hg_clear(mates->chosen, partition->count, sizeof *mates->chosen);
    draw_points(mates, parentage, selfing, seed, generation);
    find_own(mates, parentage, weight);
    if (partition->ranks == 1) return;
    sort_questions(mates, parentage);
    for (int64_t i = 0; i < partition->count; i++) mates->mark[i] = -1;
    for (int rank = 0; rank < partition->ranks; rank++)
        if (rank != partition->rank)
            send(mates, mates->point + mates->ask_start[rank],
                 mates->ask_start[rank + 1] - mates->ask_start[rank], MPI_DOUBLE, rank, TAG_POINTS);
    for (int rank = 0; rank < partition->ranks; rank++)
        if (rank != partition->rank) answer(mates, parentage, weight, genomes, rank);
    for (int rank = 0; rank < partition->ranks; rank++)
        if (rank != partition->rank) receive_answer(mates, rank);
}

void hg_mates_settle(hg_mates *mates)
{
    MPI_Waitall(mates->requests, mates->request, MPI_STATUSES_IGNORE);
    mates->requests = 0;
}
