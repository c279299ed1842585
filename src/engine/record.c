/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is recorded of a generation: statistics over all ranks, and snapshots. */
#include <inttypes.h>
#include <math.h>
#include <omp.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "engine/engine.h"
#include "parallel/team.h"

/* Two entries in front of the columns' carry what is not a column. */
enum { COUNTS, EXTREMES, COLUMNS, MOST_ATTEMPTS = 8 };
enum { PARENTS, MUTATIONS, STABLE, COUNTERS };
_Static_assert(COUNTERS <= 2 * HG_SUMS, "the counters fit into a moment");

static void add_moments(void *in, void *inout, int *length, MPI_Datatype *type)
{
    (void)type;
    const hg_moment *from = in;
    hg_moment *to = inout;
    for (int i = 0; i < *length; i++) {
        for (int k = 0; k < 2 * HG_SUMS; k++) to[i].limb[k] += from[i].limb[k];
        to[i].largest = fmax(to[i].largest, from[i].largest);
    }
}

/* A new mutant should fit the grid, also where its allele has not varied for long. */
void hg_expect_mutations(const hg_run *run, hg_moments *moments)
{
    enum { STANDARD_DEVIATIONS = 16 };
    const hg_genotypes *genotypes = &run->genotypes;
    for (int m = 0; m < run->mutators; m++) {
        const hg_mutator *mutator = &run->mutator[m];
        const int64_t offset = mutator->of_weights ? genotypes->value_weight_offset : 0;
        const bool additive = mutator->law != NULL && mutator->law->model == HG_MUTATION_GAUSSIAN;
        for (int64_t i = 0; additive && i < mutator->loci / genotypes->ploidy; i++)
            moments->least[offset + i] = STANDARD_DEVIATIONS * mutator->law->sd;
    }
}

hg_status hg_record_create(hg_run *run)
{
    const hg_genotypes *genotypes = &run->genotypes;
    HG_TRY(hg_moments_create(&run->moments_value, genotypes->value_stride, run->threads, run->kernels));
    HG_TRY(hg_moments_create(&run->moments_expression, genotypes->expression_stride, run->threads,
                             run->kernels));
    hg_expect_mutations(run, &run->moments_value);
    const size_t columns =
        (size_t)(run->moments_value.columns + run->moments_expression.columns);
    HG_TRY(hg_allocate(&run->moment, HG_MEMORY_STATISTICS, COLUMNS + columns, sizeof(hg_moment)));
    HG_TRY(hg_statistics_create(&run->statistics, genotypes->genes, run->network.edges,
                                genotypes->edges > 0, run->habitat->optimum_varies));
    MPI_Type_contiguous((int)(sizeof(hg_moment) / 8), MPI_INT64_T, &run->moment_type);
    MPI_Type_commit(&run->moment_type);
    MPI_Op_create(add_moments, 1, &run->moment_op);
    return hg_demes_create(run);
}

void hg_record_free(hg_run *run)
{
    hg_moments_free(&run->moments_value);
    hg_moments_free(&run->moments_expression);
    hg_release(&run->moment);
    hg_statistics_free(&run->statistics);
    hg_demes_free(run);
    if (run->moment_type == MPI_DATATYPE_NULL) return;
    MPI_Type_free(&run->moment_type);
    MPI_Op_free(&run->moment_op);
}

bool hg_statistics_due(const hg_run *run, int64_t generation)
{
    const int64_t every = run->config.output.statistics_every;
    return generation == 0 || generation == run->config.run.generations ||
           (every > 0 && generation % every == 0);
}

bool hg_snapshot_due(const hg_run *run, int64_t generation)
{
    const int64_t every = run->config.output.snapshots_every;
    bool listed = false;
    for (int64_t i = 0; i < run->config.output.snapshots_at_count; i++)
        listed |= run->config.output.snapshots_at[i] == generation;
    return generation == 0 || generation == run->config.run.generations || listed ||
           (every > 0 && generation % every == 0);
}

/* --- statistics ------------------------------------------------------------------- */

static void count_own(hg_run *run, hg_moment *moment)
{
    moment[COUNTS] = (hg_moment){.largest = run->own_fittest};
    moment[EXTREMES] = (hg_moment){.largest = -run->own_least_fit};
    moment[COUNTS].limb[PARENTS] = run->own_parents;
    moment[COUNTS].limb[STABLE] = run->own_stable;
    for (int t = 0; t < run->threads; t++)
        moment[COUNTS].limb[MUTATIONS] += run->worker[t].mutations;
}

/* The sums of all ranks into run->moment. */
static void reduce(hg_run *run)
{
    hg_moment *moment = run->moment;
    const int64_t columns = run->moments_value.columns + run->moments_expression.columns;
    count_own(run, moment);
    hg_moments_pack(&run->moments_value, moment + COLUMNS);
    hg_moments_pack(&run->moments_expression, moment + COLUMNS + run->moments_value.columns);
    if (run->partition.ranks > 1)
        MPI_Allreduce(MPI_IN_PLACE, moment, (int)(COLUMNS + columns), run->moment_type,
                      run->moment_op, run->partition.communicator);
}

/* All individuals' sums alone; the demes' have their own tries. */
static void add_total(hg_run *run, hg_worker *worker, const int32_t *row,
                      const double *const *value, const double *const *expression,
                      const int64_t *copies, int count)
{
    (void)row;
    hg_moments_add(&run->moments_value, worker->number, value, copies, count);
    hg_moments_add(&run->moments_expression, worker->number, expression, copies, count);
}

static void sum_again(hg_run *run)
{
    hg_moments_begin_again(&run->moments_value);
    hg_moments_begin_again(&run->moments_expression);
    hg_visit_all(run, add_total);
}

/* Means and variances of all alleles and weights. */
static hg_moments_state finish_values(hg_run *run)
{
    hg_statistics *statistics = &run->statistics;
    const int64_t n = run->partition.individuals;
    const hg_moment *entry = run->moment + COLUMNS;
    const hg_moments_state basal =
        hg_moments_finish(&run->moments_value, entry, n, 0, statistics->genes,
                          statistics->basal_mean, statistics->basal_variance);
    if (statistics->weight_mean == NULL) return basal;
    const hg_moments_state weights =
        hg_moments_finish(&run->moments_value, entry, n, run->genotypes.value_weight_offset,
                          statistics->edges, statistics->weight_mean, statistics->weight_variance);
    return weights > basal ? weights : basal;
}

static hg_moments_state finish_expression(hg_run *run)
{
    hg_statistics *statistics = &run->statistics;
    return hg_moments_finish(&run->moments_expression,
                             run->moment + COLUMNS + run->moments_value.columns,
                             run->partition.individuals, 0, statistics->genes,
                             statistics->expression_mean, statistics->expression_variance);
}

static hg_status refuse_explosion(const hg_run *run, bool alleles)
{
    return hg_fail(HG_BAD_INPUT, "in generation %" PRId64 " %s grew beyond all bounds: the run's "
                   "parameters let it explode", run->making,
                   alleles ? "an allele" : "the expression of a gene");
}

/* Takes sums until all columns are done. */
static hg_status finish_columns(hg_run *run)
{
    hg_moments_state values = HG_MOMENTS_OUTSIDE, expression = HG_MOMENTS_OUTSIDE;
    for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
        if (attempt > 1) sum_again(run);
        reduce(run);
        values = finish_values(run);
        expression = finish_expression(run);
        if (values == HG_MOMENTS_UNBOUNDED || expression == HG_MOMENTS_UNBOUNDED)
            return refuse_explosion(run, values == HG_MOMENTS_UNBOUNDED);
        if (values == HG_MOMENTS_DONE && expression == HG_MOMENTS_DONE) break;
    }
    if (values == HG_MOMENTS_OUTSIDE || expression == HG_MOMENTS_OUTSIDE)
        return hg_fail(HG_BUG, "the statistics of generation %" PRId64 " found no grid", run->making);
    return HG_OK;
}

/* What is in force; where it differs by deme, the mean over demes. */
static void fill_environment(hg_run *run)
{
    hg_statistics *statistics = &run->statistics;
    const double share = 1.0 / (double)run->habitats;
    const int64_t genes = statistics->genes;
    statistics->tf_concentration = statistics->temperature = statistics->nutrients = 0.0;
    for (int64_t g = 0; statistics->optimum != NULL && g < genes; g++) statistics->optimum[g] = 0.0;
    for (int64_t h = 0; h < run->habitats; h++) {
        const hg_phenotype *habitat = &run->habitat[h];
        const double *optimum = hg_phenotype_optimum(habitat);
        statistics->tf_concentration += share * habitat->environment.tf_concentration;
        statistics->temperature += share * habitat->environment.temperature;
        statistics->nutrients += share * habitat->environment.nutrients;
        for (int64_t g = 0; optimum != NULL && statistics->optimum != NULL && g < genes; g++)
            statistics->optimum[g] += share * optimum[g];
    }
}

static void fill_scalars(hg_run *run)
{
    hg_statistics *statistics = &run->statistics;
    const hg_moment *moment = run->moment;
    statistics->generation = run->making;
    hg_gather_fitness(run, &statistics->fitness_mean, &statistics->fitness_variance);
    statistics->fitness_max = moment[COUNTS].largest;
    statistics->fitness_min = -moment[EXTREMES].largest;
    statistics->parents = moment[COUNTS].limb[PARENTS];
    statistics->mutations = moment[COUNTS].limb[MUTATIONS];
    statistics->stable_fraction =
        (double)moment[COUNTS].limb[STABLE] / (double)run->partition.individuals;
    statistics->neutral_draws = run->neutral_draws;
    fill_environment(run);
}

hg_status hg_record_statistics(hg_run *run)
{
    double since = hg_clock();
    HG_TRY(finish_columns(run));
    fill_scalars(run);
    HG_TRY(hg_demes_record(run));
    hg_run_note(run, HG_PHASE_STATISTICS, &since);
    return HG_OK;
}

hg_status hg_record_statistics_anew(hg_run *run)
{
    hg_moments_begin(&run->moments_value);
    hg_moments_begin(&run->moments_expression);
    hg_visit_all(run, add_total);
    if (run->demes.count > 0) {
        hg_demes_note_rows(run, 0, run->partition.count);
        hg_demes_restart(run);
        hg_visit_all(run, hg_demes_tally);
    }
    return hg_record_statistics(run);
}

/* --- snapshots ---------------------------------------------------------------------- */

/* Expression or instability of genotypes of one habitat, developed anew: the same bits. */
static void develop_field(hg_run *run, hg_worker *worker, hg_field field, const int32_t *row,
                          int count, double *buffer)
{
    const hg_genotypes *genotypes = &run->genotypes;
    const double *value[HG_LANES];
    double *place[HG_LANES];
    for (int i = 0; i < count; i++) place[i] = buffer + i * genotypes->genes;
    hg_values_of_rows(run, worker, row, count, value);
    hg_develop_rows(run, worker, row, value, count, NULL);
    const double *tile =
        field == HG_FIELD_EXPRESSION ? worker->tile.expression : worker->tile.instability;
    if (tile != NULL) run->kernels->store(tile, genotypes->genes, place, count);
    else memset(buffer, 0, (size_t)(count * genotypes->genes) * sizeof *buffer);
}

static void develop_fields(hg_run *run, hg_field field, const int32_t *row, int64_t count,
                           double *buffer)
{
    const int64_t genes = run->genotypes.genes;
#pragma omp parallel for schedule(static) num_threads(run->threads)
    for (int64_t i = 0; i < count; i += HG_LANES) {
        hg_worker *worker = &run->worker[omp_get_thread_num()];
        const int64_t end = i + HG_LANES < count ? i + HG_LANES : count;
        for (int64_t j = i; j < end;) {
            const int same = hg_same_habitat(run, row + j, (int)(end - j));
            develop_field(run, worker, field, row + j, same, buffer + j * genes);
            j += same;
        }
    }
}

/* The columns first .. first+columns-1 of rows of `stride` doubles, without what pads them. */
static void copy_columns(const hg_run *run, const double *rows, int64_t stride, int64_t first,
                         int64_t columns, const int32_t *row, int64_t count, double *buffer)
{
#pragma omp parallel for schedule(static) num_threads(run->threads)
    for (int64_t i = 0; i < count; i++)
        memcpy(buffer + i * columns, rows + row[i] * stride + first,
               (size_t)columns * sizeof *buffer);
}

static void copy_genomes(const hg_run *run, int64_t first, int64_t loci, const int32_t *row,
                         int64_t count, double *buffer)
{
    const hg_genotypes *genotypes = &run->genotypes;
    copy_columns(run, genotypes->genome, genotypes->stride, first, loci * genotypes->ploidy, row,
                 count, buffer);
}

/* Where clones share it, it is kept. */
static void give_expression(hg_run *run, const int32_t *row, int64_t count, double *buffer)
{
    const hg_genotypes *genotypes = &run->genotypes;
    if (!genotypes->clonal) develop_fields(run, HG_FIELD_EXPRESSION, row, count, buffer);
    else copy_columns(run, genotypes->expression, genotypes->expression_stride, 0,
                      genotypes->genes, row, count, buffer);
}

hg_status hg_run_field(void *context, hg_field field, int64_t first, int64_t count, void *buffer)
{
    hg_run *run = context;
    const hg_genotypes *genotypes = &run->genotypes;
    const int64_t own = first - run->partition.first;
    const int32_t *row = run->row + own;
    switch (field) {
    case HG_FIELD_BASAL: copy_genomes(run, 0, genotypes->genes, row, count, buffer); break;
    case HG_FIELD_WEIGHT:
        copy_genomes(run, genotypes->weight_offset, genotypes->edges, row, count, buffer);
        break;
    case HG_FIELD_EXPRESSION: give_expression(run, row, count, buffer); break;
    case HG_FIELD_INSTABILITY: develop_fields(run, field, row, count, buffer); break;
    case HG_FIELD_FITNESS:
        memcpy(buffer, run->fitness + own, (size_t)count * sizeof(double));
        break;
    case HG_FIELD_STABLE:
        for (int64_t i = 0; i < count; i++) ((int8_t *)buffer)[i] = genotypes->stable[row[i]];
        break;
    case HG_FIELD_PARENT:
        memcpy(buffer, run->parentage.parent + own, (size_t)count * sizeof(int64_t));
        break;
    case HG_FIELD_PARENT2:
        for (int64_t i = 0; i < count; i++)
            ((int64_t *)buffer)[i] = run->making == 0 || run->mates.parent == NULL
                                         ? -1 : run->mates.parent[own + i];
        break;
    case HG_FIELD_DEME:
        for (int64_t i = 0; i < count; i++)
            ((int32_t *)buffer)[i] = hg_partition_deme(&run->partition, first + i);
        break;
    }
    return HG_OK;
}

hg_status hg_record(hg_run *run, bool statistics, bool snapshot)
{
    if (run->output == NULL) return HG_OK;
    double since = hg_clock();
    if (statistics) HG_TRY(hg_output_statistics(run->output, &run->statistics));
    if (snapshot) HG_TRY(hg_output_snapshot(run->output, run->making, hg_run_field, run));
    if (run->flush_due) {
        HG_TRY(hg_output_flush(run->output, run->making));
        run->flushed = hg_clock();
    }
    hg_run_note(run, HG_PHASE_OUTPUT, &since);
    return HG_OK;
}
