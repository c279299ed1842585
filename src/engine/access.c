/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading what a run holds. */
#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "engine/engine.h"
#include "io/provenance.h"

int hg_rank(void)
{
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

int hg_ranks(void)
{
    int ranks;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    return ranks;
}

int64_t hg_run_generation(const hg_run *run) { return run->generation; }
int64_t hg_run_generations(const hg_run *run) { return run->config.run.generations; }
int64_t hg_run_individuals(const hg_run *run) { return run->partition.individuals; }
int64_t hg_run_genes(const hg_run *run) { return run->network.genes; }
int64_t hg_run_edges(const hg_run *run) { return run->network.edges; }
int64_t hg_run_demes(const hg_run *run) { return run->partition.demes; }
int hg_run_threads(const hg_run *run) { return run->threads; }

double hg_run_fitness(const hg_run *run)
{
    double mean, variance;
    hg_gather_fitness(run, &mean, &variance);
    return mean;
}

int64_t hg_run_resumed_from(const hg_run *run) { return run->resumed_from; }

const char *hg_run_notes(const hg_run *run)
{
    return run->notes.data != NULL ? run->notes.data : "";
}

const char *hg_run_output(const hg_run *run) { return run->output_path; }
const char *hg_run_file(const hg_run *run) { return run->resolved; }

const char *hg_run_gene_name(const hg_run *run, int64_t g)
{
    return g >= 0 && g < run->network.genes ? run->network.name[g] : NULL;
}

void hg_run_local(const hg_run *run, int64_t *first, int64_t *count)
{
    *first = run->partition.first;
    *count = run->partition.count;
}

void hg_run_deme(const hg_run *run, int64_t deme, int64_t *first, int64_t *count)
{
    const bool exists = deme >= 0 && deme < run->partition.demes;
    *first = exists ? run->partition.deme_start[deme] : 0;
    *count = exists ? run->partition.deme_start[deme + 1] - *first : 0;
}

/* The statistics in memory are those of the present generation, or become so. */
static hg_status refresh_statistics(hg_run *run)
{
    if (run->statistics.generation == run->generation) return HG_OK;
    hg_run_make(run, run->generation);
    return hg_record_statistics_anew(run);
}

hg_status hg_run_summary(hg_run *run, hg_summary *summary)
{
    HG_TRY(refresh_statistics(run));
    const hg_statistics *now = &run->statistics;
    *summary = (hg_summary){
        .generation = run->generation, .fitness_mean = now->fitness_mean,
        .fitness_variance = now->fitness_variance, .fitness_min = now->fitness_min,
        .fitness_max = now->fitness_max, .parents = now->parents, .mutations = now->mutations,
        .stable_fraction = now->stable_fraction, .tf_concentration = now->tf_concentration,
        .temperature = now->temperature, .nutrients = now->nutrients};
    return HG_OK;
}

static void copy_column(double *to, const double *from, int64_t count)
{
    if (to != NULL) memcpy(to, from, (size_t)count * sizeof *to);
}

hg_status hg_run_gene_statistics(hg_run *run, double *basal_mean, double *basal_variance,
                                 double *expression_mean, double *expression_variance)
{
    HG_TRY(refresh_statistics(run));
    const int64_t genes = run->network.genes;
    copy_column(basal_mean, run->statistics.basal_mean, genes);
    copy_column(basal_variance, run->statistics.basal_variance, genes);
    copy_column(expression_mean, run->statistics.expression_mean, genes);
    copy_column(expression_variance, run->statistics.expression_variance, genes);
    return HG_OK;
}

hg_status hg_run_deme_statistics(hg_run *run, double *fitness_mean, double *fitness_variance,
                                 double *basal_mean, double *basal_variance,
                                 double *expression_mean, double *expression_variance)
{
    const int64_t demes = run->partition.demes, columns = demes * run->network.genes;
    const hg_deme_statistics *by_deme = &run->statistics.deme;
    HG_TRY(refresh_statistics(run));
    if (demes == 1) { /* the only deme is the population */
        copy_column(fitness_mean, &run->statistics.fitness_mean, 1);
        copy_column(fitness_variance, &run->statistics.fitness_variance, 1);
        return hg_run_gene_statistics(run, basal_mean, basal_variance, expression_mean,
                                      expression_variance);
    }
    copy_column(fitness_mean, by_deme->fitness_mean, demes);
    copy_column(fitness_variance, by_deme->fitness_variance, demes);
    copy_column(basal_mean, by_deme->basal_mean, columns);
    copy_column(basal_variance, by_deme->basal_variance, columns);
    copy_column(expression_mean, by_deme->expression_mean, columns);
    copy_column(expression_variance, by_deme->expression_variance, columns);
    return HG_OK;
}

static hg_status check_range(const hg_run *run, int64_t first, int64_t count)
{
    const int64_t begin = run->partition.first, end = begin + run->partition.count;
    if (count >= 0 && first >= begin && first <= end && count <= end - first) return HG_OK;
    return hg_fail(HG_USAGE, "%" PRId64 " individuals from %" PRId64 " on are not all on this "
                   "rank, which has %" PRId64 " to %" PRId64, count, first, begin, end - 1);
}

hg_status hg_run_read_parents(hg_run *run, int64_t first, int64_t count, int64_t *parent,
                              int64_t *parent2)
{
    HG_TRY(check_range(run, first, count));
    if (parent != NULL) HG_TRY(hg_run_field(run, HG_FIELD_PARENT, first, count, parent));
    if (parent2 != NULL) HG_TRY(hg_run_field(run, HG_FIELD_PARENT2, first, count, parent2));
    return HG_OK;
}

hg_status hg_run_read(hg_run *run, hg_quantity quantity, int64_t first, int64_t count,
                      double *values)
{
    static const hg_field fields[] = {
        [HG_BASAL] = HG_FIELD_BASAL, [HG_WEIGHT] = HG_FIELD_WEIGHT,
        [HG_EXPRESSION] = HG_FIELD_EXPRESSION, [HG_INSTABILITY] = HG_FIELD_INSTABILITY,
        [HG_FITNESS] = HG_FIELD_FITNESS};
    HG_TRY(check_range(run, first, count));
    if ((unsigned)quantity >= sizeof fields / sizeof *fields)
        return hg_fail(HG_USAGE, "there is no quantity %d", (int)quantity);
    if (quantity == HG_WEIGHT && run->genotypes.edges == 0)
        return hg_fail(HG_USAGE, "weights are shared by all individuals in this run");
    return hg_run_field(run, fields[quantity], first, count, values);
}

const char *hg_version(void) { return hg_provenance_version(); }
