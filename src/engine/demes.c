/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Statistics of each deme. Individuals of different demes never share a genotype, so that a
 * genotype is added to the sums of one deme. A deme's sums have a grid of their own
 * (population/moments.h), and a few slots, each behind a lock, for the threads to share: one
 * slot per thread and deme would be felt in memory, and which slot a genotype is added to does
 * not matter, as the sums are exact.
 */
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "engine/engine.h"

/* Two entries in front of a deme's columns carry what is not a column. */
enum { COUNTS, EXTREMES, COLUMNS, MOST_ATTEMPTS = 8 };
enum { PARENTS, MUTATIONS, STABLE, COUNTERS };
_Static_assert(COUNTERS <= 2 * HG_SUMS, "the counters fit into a moment");

static int64_t value_columns(const hg_run *run) { return run->demes.value[0].columns; }
static int64_t columns_of(const hg_run *run)
{
    return value_columns(run) + run->demes.expression[0].columns;
}

static hg_moment *entries_of(const hg_run *run, int64_t deme)
{
    return run->demes.moment + deme * (COLUMNS + columns_of(run));
}

static hg_status create_sums(hg_run *run)
{
    hg_demes *demes = &run->demes;
    for (int64_t d = 0; d < demes->count; d++) {
        HG_TRY(hg_moments_create(&demes->value[d], run->genotypes.value_stride, demes->slots,
                                 run->kernels));
        HG_TRY(hg_moments_create(&demes->expression[d], run->genotypes.expression_stride,
                                 demes->slots, run->kernels));
        hg_expect_mutations(run, &demes->value[d]);
    }
    const size_t columns = (size_t)columns_of(run), count = (size_t)demes->count;
    return hg_allocate(&demes->moment, HG_MEMORY_STATISTICS, count * (COLUMNS + columns),
                       sizeof(hg_moment));
}

hg_status hg_demes_create(hg_run *run)
{
    hg_demes *demes = &run->demes;
    const int64_t count = run->partition.demes;
    if (count == 1) return HG_OK;
    demes->slots = count < run->threads ? run->threads / (int)count : 1;
    HG_TRY(hg_allocate(&demes->of_row, HG_MEMORY_STATISTICS, (size_t)run->genotypes.rows,
                       sizeof(int32_t)));
    HG_TRY(hg_allocate(&demes->value, HG_MEMORY_STATISTICS, (size_t)count, sizeof(hg_moments)));
    HG_TRY(hg_allocate(&demes->expression, HG_MEMORY_STATISTICS, (size_t)count,
                       sizeof(hg_moments)));
    HG_TRY(hg_allocate(&demes->mutations, HG_MEMORY_STATISTICS, (size_t)count, sizeof(int64_t)));
    HG_TRY(hg_allocate(&demes->pending, HG_MEMORY_STATISTICS, (size_t)count, sizeof(bool)));
    HG_TRY(hg_allocate(&demes->lock, HG_MEMORY_STATISTICS, (size_t)(count * demes->slots),
                       sizeof(omp_lock_t)));
    for (int64_t l = 0; l < count * demes->slots; l++) omp_init_lock(&demes->lock[l]);
    demes->count = count;
    HG_TRY(create_sums(run));
    return hg_statistics_create_demes(&run->statistics, count, run->genotypes.edges > 0,
                                      hg_deme_series_of(&run->config));
}

void hg_demes_free(hg_run *run)
{
    hg_demes *demes = &run->demes;
    for (int64_t d = 0; d < demes->count; d++) {
        hg_moments_free(&demes->value[d]);
        hg_moments_free(&demes->expression[d]);
    }
    for (int64_t l = 0; l < demes->count * demes->slots; l++) omp_destroy_lock(&demes->lock[l]);
    hg_release(&demes->of_row);
    hg_release(&demes->value);
    hg_release(&demes->expression);
    hg_release(&demes->mutations);
    hg_release(&demes->pending);
    hg_release(&demes->lock);
    hg_release(&demes->moment);
}

void hg_demes_restart(hg_run *run)
{
#pragma omp parallel for schedule(static) num_threads(run->threads) if (run->demes.count > 1)
    for (int64_t d = 0; d < run->demes.count; d++) {
        run->demes.pending[d] = true;
        hg_moments_begin(&run->demes.value[d]);
        hg_moments_begin(&run->demes.expression[d]);
    }
}

void hg_demes_begin(hg_run *run)
{
    for (int64_t d = 0; d < run->demes.count; d++) run->demes.mutations[d] = 0;
    if (run->recording) hg_demes_restart(run);
}

void hg_demes_note_rows(hg_run *run, int64_t first, int64_t end)
{
    int32_t *of_row = run->demes.of_row;
    for (int64_t i = first; of_row != NULL && i < end; i++) {
        const int32_t deme = hg_partition_deme(&run->partition, run->partition.first + i);
        __atomic_store_n(&of_row[run->row[i]], deme, __ATOMIC_RELAXED);
    }
}

void hg_demes_note_mutation(hg_run *run, int64_t individual)
{
    const int32_t deme = hg_partition_deme(&run->partition, individual);
    __atomic_add_fetch(&run->demes.mutations[deme], 1, __ATOMIC_RELAXED);
}

/* --- adding up ------------------------------------------------------------------------ */

/* Some genotypes of one deme, as one call takes them. */
typedef struct batch {
    const double *value[HG_LANES], *expression[HG_LANES];
    int64_t copies[HG_LANES];
    int count;
} batch;

static void add_batch(hg_run *run, const hg_worker *worker, int64_t deme, const batch *some)
{
    hg_demes *demes = &run->demes;
    const int slot = worker->number % demes->slots;
    omp_lock_t *lock = &demes->lock[deme * demes->slots + slot];
    omp_set_lock(lock);
    hg_moments_add(&demes->value[deme], slot, some->value, some->copies, some->count);
    hg_moments_add(&demes->expression[deme], slot, some->expression, some->copies, some->count);
    omp_unset_lock(lock);
}

/* Sorts the genotypes by deme; those of demes that are done with are left out. */
void hg_demes_tally(hg_run *run, hg_worker *worker, const int32_t *row,
                    const double *const *value, const double *const *expression,
                    const int64_t *copies, int count)
{
    bool used[HG_LANES] = {false};
    for (int i = 0; i < count; i++) {
        const int32_t deme = run->demes.of_row[row[i]];
        batch some = {.count = 0};
        if (used[i] || !run->demes.pending[deme]) continue;
        for (int j = i; j < count; j++) {
            if (run->demes.of_row[row[j]] != deme) continue;
            some.value[some.count] = value[j];
            some.expression[some.count] = expression[j];
            some.copies[some.count++] = copies[j];
            used[j] = true;
        }
        add_batch(run, worker, deme, &some);
    }
}

/* --- over all ranks --------------------------------------------------------------------- */

static void count_own(hg_run *run)
{
    const hg_partition *partition = &run->partition;
    for (int64_t d = 0; d < run->demes.count; d++) {
        hg_moment *entry = entries_of(run, d);
        entry[COUNTS] = entry[EXTREMES] = (hg_moment){.largest = -INFINITY};
        entry[COUNTS].limb[MUTATIONS] = run->demes.mutations[d];
    }
    for (int64_t i = 0; i < partition->count; i++) {
        hg_moment *entry = entries_of(run, hg_partition_deme(partition, partition->first + i));
        entry[COUNTS].limb[PARENTS] += hg_has_offspring(run, i);
        entry[COUNTS].limb[STABLE] += run->genotypes.stable[run->row[i]];
        entry[COUNTS].largest = fmax(entry[COUNTS].largest, run->fitness[i]);
        entry[EXTREMES].largest = fmax(entry[EXTREMES].largest, -run->fitness[i]);
    }
}

/* The end of the pending demes from `d` on, as many as MPI can count. */
static int64_t end_of_batch(const hg_run *run, int64_t d)
{
    const int64_t most = d + INT_MAX / (COLUMNS + columns_of(run));
    int64_t end = d;
    while (end < run->demes.count && end < most && run->demes.pending[end]) end++;
    return end;
}

static void reduce(hg_run *run)
{
    hg_demes *demes = &run->demes;
    count_own(run);
#pragma omp parallel for schedule(dynamic) num_threads(run->threads)
    for (int64_t d = 0; d < demes->count; d++) {
        if (!demes->pending[d]) continue;
        hg_moment *entry = entries_of(run, d) + COLUMNS;
        hg_moments_pack(&demes->value[d], entry);
        hg_moments_pack(&demes->expression[d], entry + value_columns(run));
    }
    for (int64_t d = 0, end; d < demes->count; d = end) {
        end = end_of_batch(run, d);
        if (end == d) end++;
        else if (run->partition.ranks > 1)
            MPI_Allreduce(MPI_IN_PLACE, entries_of(run, d),
                          (int)((end - d) * (COLUMNS + columns_of(run))), run->moment_type,
                          run->moment_op, run->partition.communicator);
    }
}

/* Means and variances of a deme. */
static hg_moments_state finish_columns(hg_run *run, int64_t d)
{
    hg_demes *demes = &run->demes;
    const hg_deme_statistics *to = &run->statistics.deme;
    const int64_t genes = run->statistics.genes, edges = run->statistics.edges;
    const int64_t n = run->partition.deme_start[d + 1] - run->partition.deme_start[d];
    const hg_moment *entry = entries_of(run, d) + COLUMNS;
    hg_moments_state state[3] = {HG_MOMENTS_DONE};
    state[0] = hg_moments_finish(&demes->value[d], entry, n, 0, genes, to->basal_mean + d * genes,
                                 to->basal_variance + d * genes);
    if (to->weight_mean != NULL)
        state[1] = hg_moments_finish(&demes->value[d], entry, n, run->genotypes.value_weight_offset,
                                     edges, to->weight_mean + d * edges,
                                     to->weight_variance + d * edges);
    state[2] = hg_moments_finish(&demes->expression[d], entry + value_columns(run), n, 0, genes,
                                 to->expression_mean + d * genes,
                                 to->expression_variance + d * genes);
    const hg_moments_state larger = state[1] > state[0] ? state[1] : state[0];
    return state[2] > larger ? state[2] : larger;
}

static void fill_scalars(hg_run *run, int64_t d)
{
    hg_deme_statistics *to = &run->statistics.deme;
    const hg_moment *entry = entries_of(run, d);
    const hg_partition *partition = &run->partition;
    const double n = (double)(partition->deme_start[d + 1] - partition->deme_start[d]);
    hg_gather_deme_fitness(run, d, &to->fitness_mean[d], &to->fitness_variance[d]);
    to->fitness_max[d] = entry[COUNTS].largest;
    to->fitness_min[d] = -entry[EXTREMES].largest;
    to->parents[d] = entry[COUNTS].limb[PARENTS];
    to->mutations[d] = entry[COUNTS].limb[MUTATIONS];
    to->stable_fraction[d] = (double)entry[COUNTS].limb[STABLE] / n;
}

/* The environment in force where it is each deme's own. */
static void fill_environment(hg_run *run, int64_t d)
{
    const hg_deme_statistics *to = &run->statistics.deme;
    const hg_phenotype *habitat = run->habitats > 1 ? &run->habitat[d] : run->habitat;
    const int64_t genes = run->statistics.genes, optima = run->statistics.optima;
    if (to->tf_concentration != NULL)
        to->tf_concentration[d] = habitat->environment.tf_concentration;
    if (to->temperature != NULL) to->temperature[d] = habitat->environment.temperature;
    if (to->nutrients != NULL) to->nutrients[d] = habitat->environment.nutrients;
    for (int64_t k = 0; to->optimum != NULL && k < optima; k++)
        memcpy(to->optimum + (d * optima + k) * genes, hg_phenotype_optimum(habitat, k),
               (size_t)genes * sizeof *to->optimum);
}

/* Finishes what is pending; *all: nothing is left. */
static hg_status finish(hg_run *run, bool *all)
{
    int64_t unbounded = INT64_MAX, left = 0;
#pragma omp parallel for schedule(dynamic) num_threads(run->threads) reduction(min : unbounded) \
    reduction(+ : left)
    for (int64_t d = 0; d < run->demes.count; d++) {
        if (!run->demes.pending[d]) continue;
        fill_scalars(run, d);
        fill_environment(run, d);
        const hg_moments_state state = finish_columns(run, d);
        if (state == HG_MOMENTS_UNBOUNDED && d < unbounded) unbounded = d;
        run->demes.pending[d] = state != HG_MOMENTS_DONE;
        left += run->demes.pending[d];
    }
    *all = left == 0;
    if (unbounded == INT64_MAX) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "in generation %" PRId64 " the values of deme %" PRId64 " grew beyond "
                   "all bounds: the run's parameters let them explode", run->making, unbounded);
}

static void sum_again(hg_run *run)
{
#pragma omp parallel for schedule(dynamic) num_threads(run->threads)
    for (int64_t d = 0; d < run->demes.count; d++) {
        if (!run->demes.pending[d]) continue;
        hg_moments_begin_again(&run->demes.value[d]);
        hg_moments_begin_again(&run->demes.expression[d]);
    }
    hg_visit_all(run, hg_demes_tally);
}

hg_status hg_demes_record(hg_run *run)
{
    bool all = run->demes.count == 0;
    for (int attempt = 1; !all && attempt <= MOST_ATTEMPTS; attempt++) {
        if (attempt > 1) sum_again(run);
        reduce(run);
        HG_TRY(finish(run, &all));
    }
    return HG_OK;
}
