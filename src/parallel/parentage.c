/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel/parentage.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "parallel/team.h"
#include "random/stream.h"
#include "random/vecmath.h"

enum { TAG_BROODS = 11, TAG_GENOMES = 12 };

static hg_status array(void *pointer, hg_label label, int64_t count, size_t size)
{
    return hg_allocate(pointer, label, (size_t)count, size);
}

static hg_status reserve(hg_broods *broods, int64_t count, int64_t stride)
{
    if (count <= broods->capacity) return HG_OK;
    const int64_t capacity = count + count / 2;
    HG_TRY(hg_reallocate(&broods->brood, HG_MEMORY_EXCHANGE, (size_t)capacity, sizeof(hg_brood)));
    HG_TRY(hg_reallocate(&broods->genome, HG_MEMORY_EXCHANGE, (size_t)(capacity * stride),
                         sizeof(double)));
    broods->capacity = capacity;
    return HG_OK;
}

/* Room for the usual traffic over a border, a few standard deviations of the shift. */
static int64_t usual_traffic(const hg_partition *partition)
{
    if (partition->ranks == 1) return 0;
    const int64_t usual = (int64_t)(8.0 * sqrt((double)partition->individuals)) + 64;
    return usual < partition->count ? usual : partition->count;
}

/* Broods and genomes travel as units, so that their number, not their bytes, must fit an int. */
static MPI_Datatype make_type(int count, MPI_Datatype part)
{
    MPI_Datatype type;
    MPI_Type_contiguous(count, part, &type);
    MPI_Type_commit(&type);
    return type;
}

hg_status hg_parentage_create(hg_parentage *parentage, const hg_partition *partition,
                              const hg_kernels *kernels, int64_t stride, bool intervals)
{
    const int64_t count = partition->count, blocks = partition->blocks;
    const int64_t own_blocks = partition->end_block - partition->first_block;
    *parentage = (hg_parentage){.partition = partition, .kernels = kernels, .stride = stride,
                                .brood_type = make_type(sizeof(hg_brood), MPI_BYTE),
                                .genome_type = make_type((int)stride, MPI_DOUBLE)};
    HG_TRY(array(&parentage->spacing, HG_MEMORY_INDIVIDUALS, count, sizeof(double)));
    HG_TRY(array(&parentage->parent, HG_MEMORY_INDIVIDUALS, count, sizeof(int64_t)));
    HG_TRY(array(&parentage->children, HG_MEMORY_INDIVIDUALS, count, sizeof(int32_t)));
    if (intervals) {
        HG_TRY(array(&parentage->low, HG_MEMORY_INDIVIDUALS, count, sizeof(double)));
        HG_TRY(array(&parentage->high, HG_MEMORY_INDIVIDUALS, count, sizeof(double)));
    }
    HG_TRY(array(&parentage->spacing_sum, HG_MEMORY_EXCHANGE, own_blocks, sizeof(double)));
    HG_TRY(array(&parentage->weight_start, HG_MEMORY_EXCHANGE, blocks + 1, sizeof(double)));
    HG_TRY(array(&parentage->spacing_start, HG_MEMORY_EXCHANGE, blocks, sizeof(double)));
    HG_TRY(array(&parentage->spacing_end, HG_MEMORY_EXCHANGE, blocks, sizeof(double)));
    HG_TRY(array(&parentage->scale, HG_MEMORY_EXCHANGE, partition->demes, sizeof(double)));
    HG_TRY(array(&parentage->last_target, HG_MEMORY_EXCHANGE, partition->demes, sizeof(double)));
    HG_TRY(array(&parentage->outgoing_to, HG_MEMORY_EXCHANGE, partition->ranks + 1, sizeof(int)));
    HG_TRY(array(&parentage->request, HG_MEMORY_EXCHANGE, 2 * (int64_t)partition->ranks,
                 sizeof(MPI_Request)));
    HG_TRY(reserve(&parentage->outgoing, usual_traffic(partition), stride));
    return reserve(&parentage->incoming, usual_traffic(partition), stride);
}

static void free_broods(hg_broods *broods)
{
    hg_release(&broods->brood);
    hg_release(&broods->genome);
}

void hg_parentage_free(hg_parentage *parentage)
{
    hg_release(&parentage->spacing);
    hg_release(&parentage->parent);
    hg_release(&parentage->children);
    hg_release(&parentage->low);
    hg_release(&parentage->high);
    hg_release(&parentage->spacing_sum);
    hg_release(&parentage->weight_start);
    hg_release(&parentage->spacing_start);
    hg_release(&parentage->spacing_end);
    hg_release(&parentage->scale);
    hg_release(&parentage->last_target);
    hg_release(&parentage->outgoing_to);
    hg_release(&parentage->request);
    if (parentage->partition != NULL) {
        MPI_Type_free(&parentage->brood_type);
        MPI_Type_free(&parentage->genome_type);
    }
    free_broods(&parentage->outgoing);
    free_broods(&parentage->incoming);
    *parentage = (hg_parentage){0};
}

/* --- spacings and their sums ------------------------------------------------ */

bool hg_parentage_survives(const hg_parentage *parentage, uint64_t seed, int64_t generation,
                           int64_t individual)
{
    if (parentage->survival == 0.0) return false;
    const hg_stream stream = hg_stream_of(seed, HG_PURPOSE_SURVIVAL, generation, individual);
    return hg_stream_uniform(&stream, 0) < parentage->survival;
}

bool hg_parentage_immigrates(const hg_parentage *parentage, uint64_t seed, int64_t generation,
                             int64_t individual, double *uniform)
{
    if (parentage->migration == NULL) return false;
    const double rate = parentage->migration[hg_partition_deme(parentage->partition, individual)];
    const hg_stream stream = hg_stream_of(seed, HG_PURPOSE_MIGRATION, generation, individual);
    const hg_block block = hg_stream_block(&stream, 0);
    *uniform = hg_uniform_of(block.word[1]);
    return hg_uniform_of(block.word[0]) < rate;
}

/* Those who do not take part in the sorted draw get a spacing of 0. */
static void leave_out(const hg_parentage *parentage, uint64_t seed, int64_t generation,
                      int64_t first, int64_t count, double *spacing)
{
    double uniform;
    if (parentage->survival == 0.0 && parentage->migration == NULL) return;
    for (int64_t j = 0; j < count; j++)
        if (hg_parentage_survives(parentage, seed, generation, first + j) ||
            hg_parentage_immigrates(parentage, seed, generation, first + j, &uniform))
            spacing[j] = 0.0;
}

static void draw_spacings(const hg_parentage *parentage, uint64_t seed, int64_t generation,
                          int64_t first, int64_t count, double *spacing)
{
    parentage->kernels->uniforms(seed, HG_PURPOSE_PARENT, generation, first, count, 0, spacing);
    parentage->kernels->logarithms(spacing, count, -1.0);
    leave_out(parentage, seed, generation, first, count, spacing);
}

void hg_parentage_space_blocks(hg_parentage *parentage, uint64_t seed, int64_t generation,
                               int64_t first_block, int64_t end_block)
{
    const hg_partition *partition = parentage->partition;
    const int64_t first = hg_block_start(partition, first_block);
    draw_spacings(parentage, seed, generation, first,
                  hg_block_start(partition, end_block) - first,
                  parentage->spacing + (first - partition->first));
    for (int64_t b = first_block; b < end_block; b++) {
        double sum = 0.0;
        for (int64_t j = hg_block_start(partition, b); j < hg_block_start(partition, b + 1); j++)
            sum += parentage->spacing[j - partition->first];
        parentage->spacing_sum[b - partition->first_block] = sum;
    }
}

void hg_parentage_space(hg_parentage *parentage, uint64_t seed, int64_t generation)
{
    hg_parentage_space_blocks(parentage, seed, generation, parentage->partition->first_block,
                              parentage->partition->end_block);
}

/* The sums of one deme; the spacing beyond its last offspring belongs to nobody. */
static void cumulate_deme(hg_parentage *parentage, int64_t deme, const double *weight,
                          const double *spacing, uint64_t seed, int64_t generation)
{
    const hg_partition *partition = parentage->partition;
    const int64_t first = partition->deme_block[deme], end = partition->deme_block[deme + 1];
    double *weights = parentage->weight_start, spacings = 0.0;
    for (int64_t b = first; b < end; b++) {
        weights[b + 1] = weights[b] + weight[b];
        parentage->spacing_start[b] = spacings;
        spacings += spacing[b];
        parentage->spacing_end[b] = spacings;
    }
    const hg_stream beyond =
        hg_stream_of(seed, HG_PURPOSE_PARENT, generation, partition->individuals + deme);
    spacings += -hg_log(hg_stream_uniform(&beyond, 0));
    parentage->scale[deme] = (weights[end] - weights[first]) / spacings;
    parentage->last_target[deme] = nextafter(weights[end], weights[first]);
}

void hg_parentage_cumulate(hg_parentage *parentage, const double *weight, const double *spacing,
                           uint64_t seed, int64_t generation)
{
    parentage->weight_start[0] = 0.0;
    for (int64_t d = 0; d < parentage->partition->demes; d++)
        cumulate_deme(parentage, d, weight, spacing, seed, generation);
}

double hg_parentage_deme_start(const hg_parentage *parentage, int64_t deme)
{
    return parentage->weight_start[parentage->partition->deme_block[deme]];
}

/* From sums of the spacings of a deme to points in its cumulated weights. */
typedef struct aim {
    double start, scale, last;
} aim;

static aim aim_of(const hg_parentage *parentage, int64_t block)
{
    const int64_t deme = parentage->partition->block_deme[block];
    return (aim){hg_parentage_deme_start(parentage, deme), parentage->scale[deme],
                 parentage->last_target[deme]};
}

static double target_at(const aim *at, double spacings)
{
    const double target = at->start + spacings * at->scale;
    return target < at->last ? target : at->last;
}

/* Where a sum of the spacings of a block's deme points. */
static double target_of(const hg_parentage *parentage, int64_t block, double spacings)
{
    const aim at = aim_of(parentage, block);
    return target_at(&at, spacings);
}

/* The targets before the first and of the last offspring of a block. */
static double target_before(const hg_parentage *parentage, int64_t block)
{
    return target_of(parentage, block, parentage->spacing_start[block]);
}

static double target_after(const hg_parentage *parentage, int64_t block)
{
    return target_of(parentage, block, parentage->spacing_end[block]);
}

/* The last index b with start[b] <= value, of start[0..count]. */
static int64_t last_not_above(const double *start, int64_t count, double value)
{
    int64_t low = 0, high = count;
    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        if (start[middle] <= value) low = middle;
        else high = middle;
    }
    return low;
}

int64_t hg_parentage_block_of(const hg_parentage *parentage, double target)
{
    return last_not_above(parentage->weight_start, parentage->partition->blocks, target);
}

/* --- walking along the parents ---------------------------------------------- */

/* A place among this rank's parents, moving upwards only. */
typedef struct cursor {
    const hg_parentage *parentage;
    const double *weight;
    int64_t block, i, end; /* local index within its block, and the block's end */
    double sum, low, high; /* weights of the block up to i; the interval of i */
} cursor;

static void enter_block(cursor *at, int64_t block)
{
    const hg_partition *partition = at->parentage->partition;
    at->block = block;
    at->i = hg_block_start(partition, block) - partition->first;
    at->end = hg_block_start(partition, block + 1) - partition->first;
    at->low = at->parentage->weight_start[block];
    at->sum = at->weight[at->i];
    at->high = at->low + at->sum;
}

static cursor cursor_at(const hg_parentage *parentage, const double *weight, double target)
{
    const hg_partition *partition = parentage->partition;
    cursor at = {.parentage = parentage, .weight = weight};
    int64_t block = hg_parentage_block_of(parentage, target);
    if (block < partition->first_block) block = partition->first_block;
    if (block >= partition->end_block) block = partition->end_block - 1; /* never advanced from */
    enter_block(&at, block);
    return at;
}

/* Moves to the parent whose interval holds the target. */
static void advance(cursor *at, double target)
{
    while (at->high <= target) {
        at->i++;
        if (at->i < at->end) {
            at->low = at->high;
            at->sum += at->weight[at->i];
            at->high = at->parentage->weight_start[at->block] + at->sum;
        } else {
            enter_block(at, at->block + 1);
        }
    }
}

int64_t hg_parentage_find(const hg_parentage *parentage, const double *weight, int64_t block,
                          double target, double *low, double *high)
{
    cursor at = {.parentage = parentage, .weight = weight};
    enter_block(&at, block);
    advance(&at, target);
    *low = at.low;
    *high = at.high;
    return at.i;
}

/* --- own offspring ------------------------------------------------------------ */

/* The children of one parent in a block, counted before they are noted: another thread may hold
 * siblings, but only of a block's first and last parent. */
typedef struct litter {
    int64_t parent; /* local index; -1: none yet */
    int32_t count;
    bool shared;
} litter;

static void note_litter(hg_parentage *parentage, const litter *of)
{
    if (of->parent < 0) return;
    if (of->shared)
        __atomic_add_fetch(&parentage->children[of->parent], of->count, __ATOMIC_RELAXED);
    else
        parentage->children[of->parent] = of->count;
}

static void match_block(hg_parentage *parentage, cursor *at, int64_t block, double low,
                        double high)
{
    const hg_partition *partition = parentage->partition;
    litter present = {.parent = -1};
    const aim towards = aim_of(parentage, block);
    const double start = parentage->spacing_start[block];
    double sum = 0.0;
    for (int64_t j = hg_block_start(partition, block); j < hg_block_start(partition, block + 1);
         j++) {
        const int64_t own = j - partition->first;
        parentage->parent[own] = -1;
        if (parentage->spacing[own] == 0.0) continue; /* does not take part */
        sum += parentage->spacing[own];
        const double target = target_at(&towards, start + sum);
        if (target < low || target >= high) continue; /* a parent on another rank */
        advance(at, target);
        parentage->parent[own] = partition->first + at->i;
        if (parentage->low != NULL) {
            parentage->low[own] = at->low;
            parentage->high[own] = at->high;
        }
        if (at->i != present.parent) {
            note_litter(parentage, &present);
            present = (litter){at->i, 0, present.parent < 0};
        }
        present.count++;
    }
    present.shared = true;
    note_litter(parentage, &present);
}

static void match_own(hg_parentage *parentage, const double *weight, double low, double high)
{
    const hg_partition *partition = parentage->partition;
    const int64_t own = partition->end_block - partition->first_block;
#pragma omp parallel for schedule(static)
    for (int64_t part = 0; part < (own + 63) / 64; part++) {
        const int64_t first = partition->first_block + part * 64;
        const double target = target_before(parentage, first);
        cursor at = cursor_at(parentage, weight, target < low ? low : target);
        for (int64_t b = first; b < first + 64 && b < partition->end_block; b++)
            match_block(parentage, &at, b, low, high);
    }
}

/* --- offspring on other ranks --------------------------------------------------- */

static void add_brood(hg_parentage *parentage, const cursor *at, int64_t offspring, bool same_rank,
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
    if (reserve(outgoing, outgoing->count + 1, parentage->stride) != HG_OK)
        hg_team_abort(parentage->partition->communicator, HG_NO_MEMORY);
    outgoing->brood[outgoing->count] = (hg_brood){parent, offspring, 1, at->low, at->high};
    memcpy(outgoing->genome + outgoing->count * parentage->stride, genome(context, at->i),
           (size_t)parentage->stride * sizeof(double));
    outgoing->count++;
}

/* The offspring of one foreign block whose parents are here. */
static void match_foreign_block(hg_parentage *parentage, cursor *at, int64_t block, int rank,
                                double low, double high, uint64_t seed, int64_t generation,
                                const double *(*genome)(void *, int64_t), void *context)
{
    enum { PIECE = 256 };
    const hg_partition *partition = parentage->partition;
    const int64_t end = hg_block_start(partition, block + 1);
    double sum = 0.0, spacing[PIECE];
    for (int64_t j = hg_block_start(partition, block); j < end; j += PIECE) {
        const int64_t count = end - j < PIECE ? end - j : PIECE;
        draw_spacings(parentage, seed, generation, j, count, spacing);
        for (int64_t i = 0; i < count; i++) {
            if (spacing[i] == 0.0) continue;
            sum += spacing[i];
            const double target =
                target_of(parentage, block, parentage->spacing_start[block] + sum);
            if (target >= high) return;
            if (target < low) continue;
            advance(at, target);
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

/* Collects the broods for all other ranks, in their order. */
static void match_foreign(hg_parentage *parentage, const double *weight, double low, double high,
                          uint64_t seed, int64_t generation,
                          const double *(*genome)(void *, int64_t), void *context)
{
    const hg_partition *partition = parentage->partition;
    parentage->outgoing.count = 0;
    cursor at = cursor_at(parentage, weight, low);
    int64_t block = first_reaching(parentage, low);
    for (int rank = 0; rank < partition->ranks; rank++) {
        parentage->outgoing_to[rank] = (int)parentage->outgoing.count;
        const int64_t end = partition->offset_of[rank] + partition->blocks_of[rank];
        if (rank == partition->rank && block < end) {
            /* match_own has been there; the walk goes on behind it */
            block = end;
            if (end < partition->blocks)
                at = cursor_at(parentage, weight, fmax(low, target_before(parentage, end)));
            continue;
        }
        for (; block < end; block++) {
            if (target_before(parentage, block) >= high) break;
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
    if (reserve(incoming, incoming->count + count, parentage->stride) != HG_OK)
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
            const double target = target_of(parentage, b, parentage->spacing_start[b] + sum);
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

void hg_parentage_match(hg_parentage *parentage, const double *weight, uint64_t seed,
                        int64_t generation, const double *(*genome)(void *, int64_t),
                        void *context)
{
    const hg_partition *partition = parentage->partition;
    const double low = parentage->weight_start[partition->first_block];
    const double high = parentage->weight_start[partition->end_block];
    hg_clear(parentage->children, partition->count, sizeof *parentage->children);
    match_own(parentage, weight, low, high);
    if (partition->ranks == 1) return;
    if (low < high)
        match_foreign(parentage, weight, low, high, seed, generation, genome, context);
    else
        memset(parentage->outgoing_to, 0, ((size_t)partition->ranks + 1) * sizeof(int));
    send_broods(parentage);
    receive_broods(parentage);
    adopt(parentage);
}

void hg_parentage_settle(hg_parentage *parentage)
{
    MPI_Waitall(parentage->requests, parentage->request, MPI_STATUSES_IGNORE);
    parentage->requests = 0;
}
