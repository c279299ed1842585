/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel/fetch.h"

#include <string.h>

#include "base/memory.h"
#include "parallel/team.h"

enum { TAG_POINTS = 21, TAG_ANSWERS = 22, TAG_GENOMES = 23 };

/* Who a point meant. */
typedef struct hg_answer {
    int64_t parent;   /* global index */
    int64_t slot;     /* which of the genomes sent along */
    double low, high; /* its interval of its deme's cumulated weights */
} hg_answer;

/* What one other rank asked for and gets. */
typedef struct hg_reply {
    hg_point *point;
    hg_answer *answer;
    MPI_Aint *where; /* displacements of the distinct genomes in bytes */
    int64_t count, distinct, capacity;
} hg_reply;

hg_status hg_fetch_create(hg_fetch *fetch, const hg_partition *partition, int64_t stride,
                          bool intervals)
{
    const size_t count = (size_t)partition->count, ranks = (size_t)partition->ranks;
    *fetch = (hg_fetch){.partition = partition, .stride = stride};
    HG_TRY(hg_allocate(&fetch->point, HG_MEMORY_INDIVIDUALS, count, sizeof(hg_point)));
    HG_TRY(hg_allocate(&fetch->parent, HG_MEMORY_INDIVIDUALS, count, sizeof(int64_t)));
    HG_TRY(hg_allocate(&fetch->chosen, HG_MEMORY_INDIVIDUALS, count, sizeof(uint8_t)));
    HG_TRY(hg_allocate(&fetch->place, HG_MEMORY_INDIVIDUALS, count, sizeof(int64_t)));
    if (intervals) {
        HG_TRY(hg_allocate(&fetch->low, HG_MEMORY_INDIVIDUALS, count, sizeof(double)));
        HG_TRY(hg_allocate(&fetch->high, HG_MEMORY_INDIVIDUALS, count, sizeof(double)));
    }
    if (ranks == 1) return HG_OK;
    HG_TRY(hg_allocate(&fetch->mark, HG_MEMORY_EXCHANGE, count, sizeof(int32_t)));
    HG_TRY(hg_allocate(&fetch->question, HG_MEMORY_EXCHANGE, count, sizeof(hg_point)));
    HG_TRY(hg_allocate(&fetch->asker, HG_MEMORY_EXCHANGE, count, sizeof(int64_t)));
    HG_TRY(hg_allocate(&fetch->answer, HG_MEMORY_EXCHANGE, count, sizeof(hg_answer)));
    HG_TRY(hg_allocate(&fetch->ask_start, HG_MEMORY_EXCHANGE, ranks + 1, sizeof(int64_t)));
    HG_TRY(hg_allocate(&fetch->request, HG_MEMORY_EXCHANGE, 4 * ranks, sizeof(MPI_Request)));
    return hg_allocate(&fetch->reply, HG_MEMORY_EXCHANGE, ranks, sizeof(hg_reply));
}

void hg_fetch_free(hg_fetch *fetch)
{
    for (int r = 0; fetch->reply != NULL && r < fetch->partition->ranks; r++) {
        hg_release(&fetch->reply[r].point);
        hg_release(&fetch->reply[r].answer);
        hg_release(&fetch->reply[r].where);
    }
    hg_release(&fetch->reply);
    hg_release(&fetch->point);
    hg_release(&fetch->parent);
    hg_release(&fetch->chosen);
    hg_release(&fetch->place);
    hg_release(&fetch->low);
    hg_release(&fetch->high);
    hg_release(&fetch->mark);
    hg_release(&fetch->question);
    hg_release(&fetch->asker);
    hg_release(&fetch->answer);
    hg_release(&fetch->ask_start);
    hg_release(&fetch->request);
    hg_release(&fetch->genome);
    *fetch = (hg_fetch){0};
}

static void note_parent(hg_fetch *fetch, int64_t own, int64_t parent, int64_t place, double low,
                        double high)
{
    fetch->parent[own] = parent;
    fetch->place[own] = place;
    if (fetch->low == NULL) return;
    fetch->low[own] = low;
    fetch->high[own] = high;
}

/* Points in own blocks are answered at once. */
static void find_own(hg_fetch *fetch, const hg_parentage *parentage, const double *weight)
{
    const hg_partition *partition = fetch->partition;
#pragma omp parallel for schedule(static)
    for (int64_t own = 0; own < partition->count; own++) {
        fetch->parent[own] = fetch->place[own] = -1;
        const hg_point *point = &fetch->point[own];
        if (point->block < partition->first_block || point->block >= partition->end_block) continue;
        double low = 0.0, high = 0.0;
        const int64_t i = hg_parentage_find(parentage, weight, point, &low, &high);
        note_parent(fetch, own, partition->first + i, i, low, high);
        __atomic_store_n(&fetch->chosen[i], 1, __ATOMIC_RELAXED);
    }
}

/* Whom own offspring `own` must ask, or -1. */
static int rank_to_ask(const hg_fetch *fetch, int64_t own)
{
    if (fetch->point[own].block < 0 || fetch->place[own] >= 0) return -1;
    return hg_partition_owner(fetch->partition, fetch->point[own].block);
}

/* The points for other ranks, sorted by rank. */
static void sort_questions(hg_fetch *fetch)
{
    const hg_partition *partition = fetch->partition;
    int64_t *start = fetch->ask_start;
    memset(start, 0, ((size_t)partition->ranks + 1) * sizeof *start);
    for (int64_t own = 0; own < partition->count; own++) {
        const int rank = rank_to_ask(fetch, own);
        if (rank >= 0) start[rank + 1]++;
    }
    for (int r = 0; r < partition->ranks; r++) start[r + 1] += start[r];
    for (int64_t own = 0; own < partition->count; own++) {
        const int rank = rank_to_ask(fetch, own);
        if (rank < 0) continue;
        fetch->asker[start[rank]] = own;
        fetch->question[start[rank]++] = fetch->point[own];
    }
    for (int r = partition->ranks; r > 0; r--) start[r] = start[r - 1];
    start[0] = 0;
}

static void send(hg_fetch *fetch, const void *data, int64_t count, MPI_Datatype type, int rank,
                 int tag)
{
    int size;
    MPI_Type_size(type, &size);
    MPI_Isend(data, (int)count, type, rank, tag, fetch->partition->communicator,
              &fetch->request[fetch->requests++]);
    fetch->traffic.messages_sent++;
    fetch->traffic.bytes_sent += count * size;
}

static hg_status reserve_reply(hg_reply *reply, int64_t count)
{
    reply->count = count;
    if (count <= reply->capacity) return HG_OK;
    const size_t capacity = (size_t)(count + count / 4);
    HG_TRY(hg_reallocate(&reply->point, HG_MEMORY_EXCHANGE, capacity, sizeof(hg_point)));
    HG_TRY(hg_reallocate(&reply->answer, HG_MEMORY_EXCHANGE, capacity, sizeof(hg_answer)));
    HG_TRY(hg_reallocate(&reply->where, HG_MEMORY_EXCHANGE, capacity, sizeof(MPI_Aint)));
    reply->capacity = (int64_t)capacity;
    return HG_OK;
}

/* Finds the individuals that another rank's points mean; each distinct one gets a slot. */
static void look_up(hg_fetch *fetch, const hg_parentage *parentage, const double *weight,
                    const int32_t *row, hg_reply *reply)
{
    const hg_partition *partition = fetch->partition;
    const MPI_Aint genome = (MPI_Aint)(fetch->stride * (int64_t)sizeof(double));
    reply->distinct = 0;
    for (int64_t k = 0; k < reply->count; k++) {
        hg_answer *answer = &reply->answer[k];
        answer->low = answer->high = 0.0;
        const int64_t i = hg_parentage_find(parentage, weight, &reply->point[k], &answer->low,
                                            &answer->high);
        if (fetch->mark[i] < 0) {
            fetch->mark[i] = (int32_t)reply->distinct;
            reply->where[reply->distinct++] = genome * (row != NULL ? row[i] : i);
        }
        fetch->chosen[i] = 1;
        answer->parent = partition->first + i;
        answer->slot = fetch->mark[i];
    }
    for (int64_t k = 0; k < reply->count; k++)
        fetch->mark[reply->answer[k].parent - partition->first] = -1;
}

/* Sends the distinct genomes from where they are. */
static void send_genomes(hg_fetch *fetch, const hg_reply *reply, const double *genomes, int rank)
{
    MPI_Datatype scattered;
    MPI_Type_create_hindexed_block((int)reply->distinct, (int)fetch->stride, reply->where,
                                   MPI_DOUBLE, &scattered);
    MPI_Type_commit(&scattered);
    send(fetch, genomes, 1, scattered, rank, TAG_GENOMES);
    MPI_Type_free(&scattered); /* once the send is done */
}

static void answer(hg_fetch *fetch, const hg_parentage *parentage, const double *weight,
                   const double *genomes, const int32_t *row, int rank)
{
    const MPI_Comm communicator = fetch->partition->communicator;
    hg_reply *reply = &fetch->reply[rank];
    MPI_Message message;
    MPI_Status status;
    int count;
    MPI_Mprobe(rank, TAG_POINTS, communicator, &message, &status);
    MPI_Get_count(&status, MPI_BYTE, &count);
    count /= (int)sizeof(hg_point);
    if (reserve_reply(reply, count) != HG_OK) hg_team_abort(communicator, HG_NO_MEMORY);
    MPI_Mrecv(reply->point, count * (int)sizeof(hg_point), MPI_BYTE, &message,
              MPI_STATUS_IGNORE);
    if (count == 0) return;
    look_up(fetch, parentage, weight, row, reply);
    send(fetch, reply->answer, count * (int64_t)sizeof(hg_answer), MPI_BYTE, rank, TAG_ANSWERS);
    send_genomes(fetch, reply, genomes, rank);
}

static hg_status reserve_genomes(hg_fetch *fetch, int64_t count)
{
    if (count <= fetch->capacity) return HG_OK;
    const int64_t capacity = count + count / 16;
    HG_TRY(hg_reallocate(&fetch->genome, HG_MEMORY_EXCHANGE, (size_t)(capacity * fetch->stride),
                         sizeof(double)));
    fetch->capacity = capacity;
    return HG_OK;
}

static void receive_answer(hg_fetch *fetch, int rank)
{
    const MPI_Comm communicator = fetch->partition->communicator;
    const int64_t from = fetch->ask_start[rank], count = fetch->ask_start[rank + 1] - from;
    if (count == 0) return;
    MPI_Recv(fetch->answer + from, (int)(count * (int64_t)sizeof(hg_answer)), MPI_BYTE, rank,
             TAG_ANSWERS, communicator, MPI_STATUS_IGNORE);
    int64_t distinct = 0;
    for (int64_t k = from; k < from + count; k++) {
        const hg_answer *answer = &fetch->answer[k];
        note_parent(fetch, fetch->asker[k], answer->parent,
                    fetch->partition->count + fetch->fetched + answer->slot, answer->low,
                    answer->high);
        if (answer->slot >= distinct) distinct = answer->slot + 1;
    }
    if (reserve_genomes(fetch, fetch->fetched + distinct) != HG_OK)
        hg_team_abort(communicator, HG_NO_MEMORY);
    MPI_Recv(fetch->genome + fetch->fetched * fetch->stride, (int)(distinct * fetch->stride),
             MPI_DOUBLE, rank, TAG_GENOMES, communicator, MPI_STATUS_IGNORE);
    fetch->fetched += distinct;
}

void hg_fetch_points(hg_fetch *fetch, const hg_parentage *parentage, const double *weight,
                     const double *genomes, const int32_t *row)
{
    const hg_partition *partition = fetch->partition;
    fetch->requests = 0;
    fetch->fetched = 0;
    hg_clear(fetch->chosen, partition->count, sizeof *fetch->chosen);
    find_own(fetch, parentage, weight);
    if (partition->ranks == 1) return;
    sort_questions(fetch);
    for (int64_t i = 0; i < partition->count; i++) fetch->mark[i] = -1;
    for (int rank = 0; rank < partition->ranks; rank++)
        if (rank != partition->rank)
            send(fetch, fetch->question + fetch->ask_start[rank],
                 (fetch->ask_start[rank + 1] - fetch->ask_start[rank]) * (int64_t)sizeof(hg_point),
                 MPI_BYTE, rank, TAG_POINTS);
    for (int rank = 0; rank < partition->ranks; rank++)
        if (rank != partition->rank) answer(fetch, parentage, weight, genomes, row, rank);
    for (int rank = 0; rank < partition->ranks; rank++)
        if (rank != partition->rank) receive_answer(fetch, rank);
}

void hg_fetch_settle(hg_fetch *fetch)
{
    MPI_Waitall(fetch->requests, fetch->request, MPI_STATUSES_IGNORE);
    fetch->requests = 0;
}
