/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel/dominance.h"

#include <inttypes.h>
#include <limits.h>

#include "base/memory.h"

enum { TAG_VALUES = 31 };
enum { PIECE = 64 }; /* own individuals that one call of the kernel asks about */

/* The individuals of a deme on a rank: how many, and from which (global index). */
static int64_t part_of(const hg_partition *partition, int64_t deme, int rank, int64_t *first)
{
    const int64_t block = partition->offset_of[rank];
    const int64_t low = hg_block_start(partition, block);
    const int64_t high = hg_block_start(partition, block + partition->blocks_of[rank]);
    const int64_t start = partition->deme_start[deme], end = partition->deme_start[deme + 1];
    *first = low > start ? low : start;
    const int64_t count = (high < end ? high : end) - *first;
    return count > 0 ? count : 0;
}

/* Notes a deme with own individuals if it is shared; returns the most that a rank has of it. */
static int64_t note_part(hg_dominance *dominance, int64_t deme)
{
    const hg_partition *partition = dominance->partition;
    const int first_rank = hg_partition_owner(partition, partition->deme_block[deme]);
    const int last_rank = hg_partition_owner(partition, partition->deme_block[deme + 1] - 1);
    int64_t most = 0, first;
    if (first_rank == last_rank) return 0;
    for (int r = first_rank; r <= last_rank; r++) {
        const int64_t count = part_of(partition, deme, r, &first);
        if (count > most) most = count;
    }
    hg_dominance_part *part = &dominance->part[dominance->parts++];
    part->count = part_of(partition, deme, partition->rank, &first);
    part->deme = deme;
    part->first = first - partition->first;
    part->first_rank = first_rank;
    part->ranks = last_rank - first_rank + 1;
    MPI_Type_vector((int)dominance->objectives, (int)part->count, (int)partition->count,
                    MPI_DOUBLE, &part->rows);
    MPI_Type_commit(&part->rows);
    return most;
}

hg_status hg_dominance_create(hg_dominance *dominance, const hg_partition *partition,
                              const hg_kernels *kernels, int64_t objectives)
{
    *dominance = (hg_dominance){.partition = partition, .kernels = kernels,
                                .objectives = objectives, .column_type = MPI_DATATYPE_NULL};
    HG_TRY(hg_allocate(&dominance->values, HG_MEMORY_INDIVIDUALS,
                       (size_t)(objectives * partition->count), sizeof(double)));
    if (partition->ranks == 1 || partition->count == 0) return HG_OK;
    if (objectives > INT_MAX || partition->count > INT_MAX)
        return hg_fail(HG_BAD_INPUT, "%" PRId64 " objectives of %" PRId64 " individuals on one "
                       "rank; allowed: at most %d of either", objectives, partition->count,
                       INT_MAX);
    const int64_t first = partition->block_deme[partition->first_block];
    const int64_t last = partition->block_deme[partition->end_block - 1];
    int64_t most = note_part(dominance, first);
    if (last != first) {
        const int64_t most_of_last = note_part(dominance, last);
        if (most_of_last > most) most = most_of_last;
    }
    if (dominance->parts == 0) return HG_OK;
    MPI_Type_contiguous((int)objectives, MPI_DOUBLE, &dominance->column_type);
    MPI_Type_commit(&dominance->column_type);
    for (int b = 0; b < 2; b++)
        HG_TRY(hg_allocate(&dominance->received[b], HG_MEMORY_EXCHANGE,
                           (size_t)(objectives * most), sizeof(double)));
    return hg_allocate(&dominance->request, HG_MEMORY_EXCHANGE, 2 * (size_t)partition->ranks,
                       sizeof(MPI_Request));
}

void hg_dominance_free(hg_dominance *dominance)
{
    for (int p = 0; p < dominance->parts; p++) MPI_Type_free(&dominance->part[p].rows);
    if (dominance->parts > 0 && dominance->column_type != MPI_DATATYPE_NULL)
        MPI_Type_free(&dominance->column_type);
    hg_release(&dominance->values);
    hg_release(&dominance->received[0]);
    hg_release(&dominance->received[1]);
    hg_release(&dominance->request);
    *dominance = (hg_dominance){0};
}

double *hg_dominance_values(hg_dominance *dominance) { return dominance->values; }

/* --- against individuals of this rank -------------------------------------------------- */

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

/* Asks about the own individuals of `deme` among first .. end-1 (local indices). */
static void count_in_deme(const hg_dominance *dominance, int64_t deme, int64_t first, int64_t end,
                          int64_t *dominators)
{
    const hg_partition *partition = dominance->partition;
    const int64_t stride = partition->count, own = partition->first;
    const int64_t start = partition->deme_start[deme] > own ? partition->deme_start[deme] - own : 0;
    const int64_t stop = smaller(partition->deme_start[deme + 1] - own, stride);
    const int64_t from = first > start ? first : start, to = smaller(end, stop);
    dominance->kernels->count_dominators(dominance->values + from, stride, to - from,
                                         dominance->values + start, stride, stop - start,
                                         dominance->objectives, dominators + from);
}

static void count_own(const hg_dominance *dominance, int threads, int64_t *dominators)
{
    const hg_partition *partition = dominance->partition;
    const int64_t pieces = (partition->count + PIECE - 1) / PIECE;
    hg_clear(dominators, partition->count, sizeof *dominators);
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int64_t p = 0; p < pieces; p++) {
        const int64_t first = p * PIECE, end = smaller(first + PIECE, partition->count);
        const int64_t last = hg_partition_deme(partition, partition->first + end - 1);
        for (int64_t d = hg_partition_deme(partition, partition->first + first); d <= last; d++)
            count_in_deme(dominance, d, first, end, dominators);
    }
}

/* --- against those of others -------------------------------------------------------------- */

/* The rank that a part goes to, or comes from (`step` < 0), in a round, and how much it has. */
static int partner(const hg_dominance *dominance, const hg_dominance_part *part, int step,
                   int64_t *count)
{
    const int own = dominance->partition->rank - part->first_rank;
    const int rank = part->first_rank + (own + step + part->ranks) % part->ranks;
    int64_t first;
    *count = part_of(dominance->partition, part->deme, rank, &first);
    return rank;
}

static void send_own(hg_dominance *dominance)
{
    dominance->requests = 0;
    for (int p = 0; p < dominance->parts; p++) {
        const hg_dominance_part *part = &dominance->part[p];
        for (int step = 1; step < part->ranks; step++) {
            int64_t count;
            const int rank = partner(dominance, part, step, &count);
            if (count == 0) continue; /* has none to ask about */
            MPI_Isend(dominance->values + part->first, 1, part->rows, rank, TAG_VALUES,
                      dominance->partition->communicator,
                      &dominance->request[dominance->requests++]);
            dominance->traffic.messages_sent++;
            dominance->traffic.bytes_sent +=
                part->count * dominance->objectives * (int64_t)sizeof(double);
        }
    }
}

/* A foreign part on its way here. */
typedef struct arrival {
    const hg_dominance_part *part; /* NULL: there is none left */
    int step;
    int64_t count;
    MPI_Request request;
} arrival;

/* The one after (part p, step): first parts and last parts take turns. */
static arrival expect_next(hg_dominance *dominance, int *turn, double *room)
{
    for (;; ++*turn) {
        const int step = *turn / 2 + 1, p = *turn % 2;
        if (step >= dominance->part[0].ranks && step >= dominance->part[1].ranks)
            return (arrival){.part = NULL};
        if (p >= dominance->parts || step >= dominance->part[p].ranks) continue;
        arrival next = {.part = &dominance->part[p], .step = step};
        const int rank = partner(dominance, next.part, -step, &next.count);
        if (next.count == 0) continue;
        MPI_Irecv(room, (int)next.count, dominance->column_type, rank, TAG_VALUES,
                  dominance->partition->communicator, &next.request);
        ++*turn;
        return next;
    }
}

static void count_foreign(const hg_dominance *dominance, int threads, const arrival *from,
                          const double *values, int64_t *dominators)
{
    const hg_dominance_part *part = from->part;
    const int64_t end = part->first + part->count, stride = dominance->partition->count;
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int64_t first = part->first; first < end; first += PIECE)
        dominance->kernels->count_dominators(dominance->values + first, stride,
                                             smaller(PIECE, end - first), values, from->count,
                                             from->count, dominance->objectives,
                                             dominators + first);
}

void hg_dominance_count(hg_dominance *dominance, int threads, int64_t *dominators)
{
    int turn = 0, arrived = 0;
    send_own(dominance);
    arrival coming = expect_next(dominance, &turn, dominance->received[0]);
    count_own(dominance, threads, dominators);
    while (coming.part != NULL) {
        const double *values = dominance->received[arrived];
        MPI_Wait(&coming.request, MPI_STATUS_IGNORE);
        const arrival next = expect_next(dominance, &turn, dominance->received[1 - arrived]);
        count_foreign(dominance, threads, &coming, values, dominators);
        coming = next;
        arrived = 1 - arrived;
    }
    MPI_Waitall(dominance->requests, dominance->request, MPI_STATUSES_IGNORE);
}
