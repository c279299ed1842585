/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel/parentage_internal.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "model/heredity.h"
#include "parallel/team.h"
#include "random/stream.h"
#include "random/vecmath.h"

static hg_status array(void *pointer, hg_label label, int64_t count, size_t size)
{
    return hg_allocate(pointer, label, (size_t)count, size);
}

hg_status hg_broods_reserve(hg_broods *broods, int64_t count, int64_t stride)
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
    HG_TRY(hg_cumulated_create(&parentage->weights, partition));
    if (intervals) HG_TRY(hg_cumulated_create(&parentage->others, partition));
    HG_TRY(array(&parentage->spacing_start, HG_MEMORY_EXCHANGE, blocks, sizeof(double)));
    HG_TRY(array(&parentage->spacing_end, HG_MEMORY_EXCHANGE, blocks, sizeof(double)));
    HG_TRY(array(&parentage->scale, HG_MEMORY_EXCHANGE, partition->demes, sizeof(double)));
    HG_TRY(array(&parentage->last_target, HG_MEMORY_EXCHANGE, partition->demes, sizeof(double)));
    HG_TRY(array(&parentage->outgoing_to, HG_MEMORY_EXCHANGE, partition->ranks + 1, sizeof(int)));
    HG_TRY(array(&parentage->request, HG_MEMORY_EXCHANGE, 2 * (int64_t)partition->ranks,
                 sizeof(MPI_Request)));
    HG_TRY(hg_broods_reserve(&parentage->outgoing, usual_traffic(partition), stride));
    return hg_broods_reserve(&parentage->incoming, usual_traffic(partition), stride);
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
    hg_cumulated_free(&parentage->weights);
    hg_cumulated_free(&parentage->others);
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
    return hg_lives_on(parentage->survival, seed, generation, individual);
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

void hg_draw_spacings(const hg_parentage *parentage, uint64_t seed, int64_t generation,
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
    hg_draw_spacings(parentage, seed, generation, first,
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

/* The spacings of one deme; the one beyond its last offspring belongs to nobody. */
static void cumulate_spacings(hg_parentage *parentage, int64_t deme, const double *spacing,
                              uint64_t seed, int64_t generation)
{
    const hg_partition *partition = parentage->partition;
    const double total = parentage->weights.total[deme];
    double spacings = 0.0;
    for (int64_t b = partition->deme_block[deme]; b < partition->deme_block[deme + 1]; b++) {
        parentage->spacing_start[b] = spacings;
        spacings += spacing[b];
        parentage->spacing_end[b] = spacings;
    }
    const hg_stream beyond =
        hg_stream_of(seed, HG_PURPOSE_PARENT, generation, partition->individuals + deme);
    spacings += -hg_log(hg_stream_uniform(&beyond, 0));
    parentage->scale[deme] = total / spacings;
    parentage->last_target[deme] = nextafter(total, 0.0);
}

void hg_parentage_cumulate(hg_parentage *parentage, const double *weight, const double *spacing,
                           uint64_t seed, int64_t generation)
{
    hg_cumulate(&parentage->weights, weight);
    for (int64_t d = 0; d < parentage->partition->demes; d++)
        cumulate_spacings(parentage, d, spacing, seed, generation);
}

hg_stretch hg_stretch_of(const hg_parentage *parentage, int64_t deme)
{
    const hg_block_range blocks = hg_own_blocks(parentage->partition, deme);
    if (blocks.first >= blocks.end) return (hg_stretch){deme, blocks, 0.0, 0.0};
    return (hg_stretch){deme, blocks, parentage->weights.start[blocks.first],
                        parentage->weights.end[blocks.end - 1]};
}

/* --- own offspring and that of others --------------------------------------------- */

/* Sums that disagree must end the run, and never become a wrong parent. */
static void check_parents(const hg_parentage *parentage)
{
    const hg_partition *partition = parentage->partition;
    int64_t orphans = 0;
    for (int64_t j = 0; j < partition->count; j++)
        orphans += (parentage->spacing[j] != 0.0) & (parentage->parent[j] < 0);
    if (orphans == 0) return;
    hg_fail(HG_BUG, "%lld offspring of individuals %lld to %lld found no parent",
            (long long)orphans, (long long)partition->first,
            (long long)(partition->first + partition->count - 1));
    hg_team_abort(partition->communicator, HG_BUG);
}

void hg_parentage_match(hg_parentage *parentage, const double *weight, uint64_t seed,
                        int64_t generation, const double *(*genome)(void *, int64_t),
                        void *context)
{
    hg_clear(parentage->children, parentage->partition->count, sizeof *parentage->children);
    hg_parentage_match_own(parentage, weight);
    if (parentage->partition->ranks > 1) {
        hg_parentage_match_foreign(parentage, weight, seed, generation,
                                   (hg_genome_source){genome, context});
        hg_parentage_exchange(parentage);
    }
    check_parents(parentage);
}

void hg_parentage_settle(hg_parentage *parentage)
{
    MPI_Waitall(parentage->requests, parentage->request, MPI_STATUSES_IGNORE);
    parentage->requests = 0;
}
