/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one exchange that every generation needs: each block's fitness and spacings, and
 * how each rank fared. Sums run within blocks and then over blocks, the same on any
 * number of ranks.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "engine/engine.h"
#include "parallel/team.h"

enum { FITNESS, MEAN, SPREAD, SPACING, PER_BLOCK };
enum { STATUS, STOPPING, PER_RANK };

hg_status hg_gather_create(hg_run *run)
{
    const hg_partition *partition = &run->partition;
    const size_t blocks = (size_t)partition->blocks, ranks = (size_t)partition->ranks;
    HG_TRY(hg_allocate(&run->gathered, HG_MEMORY_EXCHANGE, PER_BLOCK * blocks + PER_RANK * ranks,
                       sizeof(double)));
    HG_TRY(hg_allocate(&run->block_fitness, HG_MEMORY_EXCHANGE, blocks, sizeof(double)));
    HG_TRY(hg_allocate(&run->block_mean, HG_MEMORY_EXCHANGE, blocks, sizeof(double)));
    HG_TRY(hg_allocate(&run->block_spread, HG_MEMORY_EXCHANGE, blocks, sizeof(double)));
    HG_TRY(hg_allocate(&run->block_spacing, HG_MEMORY_EXCHANGE, blocks, sizeof(double)));
    HG_TRY(hg_allocate(&run->gather_count, HG_MEMORY_EXCHANGE, ranks, sizeof(int)));
    HG_TRY(hg_allocate(&run->gather_offset, HG_MEMORY_EXCHANGE, ranks, sizeof(int)));
    for (int r = 0; r < partition->ranks; r++) {
        run->gather_count[r] = PER_BLOCK * partition->blocks_of[r] + PER_RANK;
        run->gather_offset[r] = PER_BLOCK * partition->offset_of[r] + PER_RANK * r;
    }
    return HG_OK;
}

void hg_gather_free(hg_run *run)
{
    hg_release(&run->gathered);
    hg_release(&run->block_fitness);
    hg_release(&run->block_mean);
    hg_release(&run->block_spread);
    hg_release(&run->block_spacing);
    hg_release(&run->gather_count);
    hg_release(&run->gather_offset);
}

/* What is added up over threads in no particular order. */
typedef struct own_counts {
    int64_t parents, stable;
    double fittest, least_fit;
} own_counts;

static own_counts add_counts(own_counts a, own_counts b)
{
    return (own_counts){a.parents + b.parents, a.stable + b.stable, fmax(a.fittest, b.fittest),
                        fmin(a.least_fit, b.least_fit)};
}

#pragma omp declare reduction(count : own_counts : omp_out = add_counts(omp_out, omp_in)) \
    initializer(omp_priv = (own_counts){0, 0, -INFINITY, INFINITY})

/* Every individual's fitness is its genotype's, unless it depends on the others, too. Returns how many
 * are stable. */
static int64_t take_phenotypes(hg_run *run, int64_t first, int64_t end)
{
    const int32_t *restrict row = run->row;
    const double *restrict of_row = run->genotypes.fitness;
    const int8_t *restrict stable = run->genotypes.stable;
    double *restrict fitness = run->fitness;
    int64_t settled = 0;
    for (int64_t i = first; i < end; i++) settled += stable[row[i]];
    for (int64_t i = first; i < end && run->paretos == 0; i++) fitness[i] = of_row[row[i]];
    return settled;
}

static own_counts close_individuals(hg_run *run, int64_t first, int64_t end)
{
    own_counts counts = {0, take_phenotypes(run, first, end), -INFINITY, INFINITY};
    const double *fitness = run->fitness;
    for (int64_t i = first; i < end; i++) {
        counts.parents += hg_has_offspring(run, i);
        counts.fittest = fitness[i] > counts.fittest ? fitness[i] : counts.fittest;
        counts.least_fit = fitness[i] < counts.least_fit ? fitness[i] : counts.least_fit;
    }
    return counts;
}

/* Sum, mean, and sum of squared deviations from the mean. The mean is counted from the first
 * value, so that equal values have that value as their mean and no spread; what it misses by
 * rounding is taken off the spread. */
static void sum_block(const hg_run *run, int64_t block, double *report)
{
    const hg_partition *partition = &run->partition;
    const int64_t first = hg_block_start(partition, block) - partition->first;
    const int64_t end = hg_block_start(partition, block + 1) - partition->first;
    const double *x = run->fitness, n = (double)(end - first);
    double sum = 0.0, beyond = 0.0, rest = 0.0, squares = 0.0;
    for (int64_t i = first; i < end; i++) sum += x[i];
    for (int64_t i = first; i < end; i++) beyond += x[i] - x[first];
    const double mean = isfinite(beyond) ? x[first] + beyond / n : sum / n;
    for (int64_t i = first; i < end; i++) {
        const double deviation = x[i] - mean;
        rest += deviation;
        squares += deviation * deviation;
    }
    report[FITNESS] = sum;
    report[MEAN] = mean;
    report[SPREAD] = isfinite(squares) ? fmax(squares - rest * rest / n, 0.0) : squares;
    report[SPACING] = run->parentage.spacing_sum[block - partition->first_block];
}

/* Ends this generation and begins the next for the individuals of some own blocks, in one go
 * while they are in cache and the threads are at it. */
static own_counts close_blocks(hg_run *run, int64_t first_block, int64_t end_block, double *reports)
{
    const hg_partition *partition = &run->partition;
    const int64_t first = hg_block_start(partition, first_block) - partition->first;
    const int64_t end = hg_block_start(partition, end_block) - partition->first;
    if (run->config.selection.scheme != HG_SELECTION_NONE)
        hg_parentage_space_blocks(&run->parentage, run->config.run.seed, run->lineage + 1,
                                  first_block, end_block);
    hg_mutators_prepare(run, run->lineage + 1, first, end - first);
    const own_counts counts = close_individuals(run, first, end);
    for (int64_t b = first_block; b < end_block; b++)
        sum_block(run, b, reports + PER_BLOCK * (b - partition->first_block));
    return counts;
}

static void close_generation(hg_run *run, double *reports)
{
    enum { PART = 8 }; /* blocks: long enough for the vectors, short enough to be shared evenly */
    const hg_partition *partition = &run->partition;
    own_counts counts = {0, 0, -INFINITY, INFINITY};
#pragma omp parallel for schedule(static) num_threads(run->threads) reduction(count : counts)
    for (int64_t b = partition->first_block; b < partition->end_block; b += PART) {
        const int64_t end = b + PART < partition->end_block ? b + PART : partition->end_block;
        counts = add_counts(counts, close_blocks(run, b, end, reports));
    }
    run->own_parents = counts.parents;
    run->own_stable = counts.stable;
    run->own_fittest = counts.fittest;
    run->own_least_fit = counts.least_fit;
}

static hg_status check_finite(const hg_run *run)
{
    for (int64_t i = 0; i < run->partition.count; i++)
        if (!isfinite(run->fitness[i]))
            return hg_fail(HG_BAD_INPUT, "the fitness of individual %" PRId64 " in generation %"
                           PRId64 " is %s: the run's parameters let expression or fitness grow "
                           "beyond all bounds", run->partition.first + i, run->making,
                           isnan(run->fitness[i]) ? "not a number" : "infinite");
    return HG_OK;
}

static hg_status unpack(hg_run *run)
{
    const hg_partition *partition = &run->partition;
    bool failed = false;
    hg_stopping_begin(run);
    for (int r = 0; r < partition->ranks; r++) {
        const double *report = run->gathered + run->gather_offset[r];
        failed |= report[STATUS] != HG_OK;
        hg_stopping_agree(run, r, report[STOPPING]);
        for (int b = 0; b < partition->blocks_of[r]; b++) {
            const int64_t block = partition->offset_of[r] + b;
            run->block_fitness[block] = report[PER_RANK + PER_BLOCK * b + FITNESS];
            run->block_mean[block] = report[PER_RANK + PER_BLOCK * b + MEAN];
            run->block_spread[block] = report[PER_RANK + PER_BLOCK * b + SPREAD];
            run->block_spacing[block] = report[PER_RANK + PER_BLOCK * b + SPACING];
        }
    }
    return failed ? HG_BUG : HG_OK; /* which, the ranks will agree */
}

hg_status hg_gather(hg_run *run, hg_status status)
{
    const hg_partition *partition = &run->partition;
    double since = hg_clock();
    double *own = run->gathered + run->gather_offset[partition->rank];
    double total = 0.0;
    close_generation(run, own + PER_RANK);
    for (int64_t b = 0; b < partition->end_block - partition->first_block; b++)
        total += own[PER_RANK + PER_BLOCK * b + FITNESS]; /* only to see whether all is finite */
    if (status == HG_OK && !isfinite(total)) status = check_finite(run);
    own[STATUS] = (double)status;
    own[STOPPING] = hg_stopping_report(run);
    hg_run_note(run, HG_PHASE_REPRODUCTION, &since);
    if (partition->ranks > 1) {
        MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, run->gathered, run->gather_count,
                       run->gather_offset, MPI_DOUBLE, partition->communicator);
        run->parentage.traffic.messages_sent++;
        run->parentage.traffic.bytes_sent +=
            (int64_t)sizeof(double) * run->gather_count[partition->rank];
    }
    const bool failed = unpack(run) != HG_OK;
    hg_run_note(run, HG_PHASE_COMMUNICATION, &since);
    if (failed) return hg_team_agree(partition->communicator, status);
    total = 0.0;
    for (int64_t b = 0; b < partition->blocks; b++) total += run->block_fitness[b];
    if (isfinite(total)) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "the sum of all individuals' fitness in generation %" PRId64
                   " is %g: scale the fitness down", run->making, total);
}

void hg_gather_weights(hg_run *run, const double *weight, double *block)
{
    const hg_partition *partition = &run->partition;
#pragma omp parallel for schedule(static) num_threads(run->threads)
    for (int64_t b = partition->first_block; b < partition->end_block; b++) {
        double sum = 0.0;
        for (int64_t i = hg_block_start(partition, b); i < hg_block_start(partition, b + 1); i++)
            sum += weight[i - partition->first];
        block[b] = sum;
    }
    if (partition->ranks == 1) return;
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, block, partition->blocks_of,
                   partition->offset_of, MPI_DOUBLE, partition->communicator);
    run->parentage.traffic.messages_sent++;
    run->parentage.traffic.bytes_sent +=
        (int64_t)sizeof(double) * partition->blocks_of[partition->rank];
}

static double size_of(const hg_partition *partition, int64_t block)
{
    return (double)(hg_block_start(partition, block + 1) - hg_block_start(partition, block));
}

/* Of the blocks from `first` to `end` - 1, as within a block: counted from the first block's
 * mean. A variance beyond the range of doubles is infinite. */
static void fitness_of_blocks(const hg_run *run, int64_t first, int64_t end, double *mean,
                              double *variance)
{
    const hg_partition *partition = &run->partition;
    const double n = (double)(hg_block_start(partition, end) - hg_block_start(partition, first));
    double beyond = 0.0, rest = 0.0, squares = 0.0;
    for (int64_t b = first; b < end; b++)
        beyond += size_of(partition, b) / n * (run->block_mean[b] - run->block_mean[first]);
    *mean = run->block_mean[first] + beyond;
    for (int64_t b = first; b < end; b++) {
        const double deviation = run->block_mean[b] - *mean;
        rest += size_of(partition, b) * deviation;
        squares += run->block_spread[b] + size_of(partition, b) * deviation * deviation;
    }
    const double spread = isfinite(squares) ? fmax(squares - rest * rest / n, 0.0) : INFINITY;
    *variance = n > 1.0 ? spread / (n - 1.0) : 0.0;
}

void hg_gather_fitness(const hg_run *run, double *mean, double *variance)
{
    fitness_of_blocks(run, 0, run->partition.blocks, mean, variance);
}

void hg_gather_deme_fitness(const hg_run *run, int64_t deme, double *mean, double *variance)
{
    fitness_of_blocks(run, run->partition.deme_block[deme], run->partition.deme_block[deme + 1],
                      mean, variance);
}
