/* SPDX-License-Identifier: GPL-3.0-or-later
 * The life of a run: create, advance, finish, destroy. */
#include <inttypes.h>
#include <omp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "engine/cost.h"
#include "engine/engine.h"
#include "engine/threads.h"
#include "parallel/team.h"

static hg_status take_options(hg_run *run, const hg_run_options *options)
{
    HG_TRY(hg_copy_text(&run->command_line, HG_MEMORY_CONFIGURATION,
                        options->command_line != NULL ? options->command_line : ""));
    run->kernels = options->kernels != NULL ? hg_kernels_named(options->kernels)
                                            : hg_kernels_best();
    if (run->kernels != NULL) return HG_OK;
    return hg_fail(HG_USAGE, "kernels '%s' are not available here; allowed: baseline, avx2 or "
                   "avx512 as far as the processor has them", options->kernels);
}

static hg_status allocate_individuals(hg_run *run)
{
    const size_t count = (size_t)run->partition.count;
    HG_TRY(hg_allocate(&run->row, HG_MEMORY_INDIVIDUALS, count, sizeof *run->row));
    HG_TRY(hg_allocate(&run->fitness, HG_MEMORY_INDIVIDUALS, count, sizeof *run->fitness));
    if (!run->genotypes.clonal)
        return hg_allocate(&run->place, HG_MEMORY_INDIVIDUALS, count, sizeof *run->place);
    HG_TRY(hg_allocate(&run->parent_row, HG_MEMORY_INDIVIDUALS, count, sizeof *run->parent_row));
    HG_TRY(hg_allocate(&run->alone, HG_MEMORY_INDIVIDUALS, count, sizeof *run->alone));
    HG_TRY(hg_allocate(&run->litter, HG_MEMORY_INDIVIDUALS, count, sizeof *run->litter));
    HG_TRY(hg_allocate(&run->other, HG_MEMORY_INDIVIDUALS, count, sizeof *run->other));
    return hg_allocate(&run->mutant, HG_MEMORY_INDIVIDUALS, count, sizeof *run->mutant);
}

static hg_status create_habitats(hg_run *run)
{
    const hg_config *config = &run->config;
    const int64_t count = hg_environment_differs(config) ? config->population.demes : 1;
    HG_TRY(hg_allocate(&run->habitat, HG_MEMORY_CONFIGURATION, (size_t)count,
                       sizeof *run->habitat));
    for (int64_t d = 0; d < count; d++) {
        run->habitats++;
        HG_TRY(d == 0 ? hg_phenotype_create(run->habitat, config, &run->network)
                      : hg_phenotype_create_for(&run->habitat[d], run->habitat, d));
    }
    return HG_OK;
}

static bool update_habitats(hg_run *run, int64_t generation)
{
    bool changed = false;
    for (int64_t h = 0; h < run->habitats; h++)
        changed |= hg_phenotype_update(&run->habitat[h], generation);
    return changed;
}

static hg_status build_population(hg_run *run)
{
    const hg_config *config = &run->config;
    const int64_t edges = config->network.heritable ? run->network.edges : 0;
    HG_TRY(hg_partition_create(&run->partition, run->communicator, config->population.individuals,
                               config->population.demes, config->population.deme_sizes));
    if (run->partition.count > INT32_MAX)
        return hg_fail(HG_BAD_INPUT, "%" PRId64 " individuals on one rank; allowed: at most %d, so "
                       "use more ranks", run->partition.count, INT32_MAX);
    HG_TRY(create_habitats(run));
    const bool clonal = hg_config_clonal(config);
    HG_TRY(hg_genotypes_create(&run->genotypes, run->partition.count, run->network.genes, edges,
                               config->population.ploidy, clonal, run->partition.ranks == 1));
    HG_TRY(hg_recombination_create(&run->recombination, config, run->network.genes));
    HG_TRY(hg_parents_create(run));
    HG_TRY(allocate_individuals(run));
    HG_TRY(hg_workers_create(run));
    HG_TRY(hg_mutators_create(run));
    HG_TRY(hg_gather_create(run));
    HG_TRY(hg_meter_create(run));
    HG_TRY(hg_pareto_create(run));
    HG_TRY(hg_record_create(run));
    HG_TRY(hg_stopping_create(run));
    return hg_checkpointing_create(run);
}

/* --- one generation ----------------------------------------------------------------- */

void hg_run_make(hg_run *run, int64_t generation)
{
    run->making = generation;
    run->lineage = hg_lineage_generation(&run->config, generation);
}

static void begin_generation(hg_run *run, int64_t generation)
{
    run->recording = hg_statistics_due(run, generation);
    for (int t = 0; t < run->threads; t++) run->worker[t].mutations = 0;
    hg_demes_begin(run);
    if (!run->recording) return;
    hg_moments_begin(&run->moments_value);
    hg_moments_begin(&run->moments_expression);
}

/* What all ranks must know of the generation that has just been evaluated. */
static hg_status end_generation(hg_run *run)
{
    double since = hg_clock();
    hg_pareto_weigh(run);
    hg_run_note(run, HG_PHASE_FITNESS, &since);
    HG_TRY(hg_gather(run, HG_OK));
    return run->recording ? hg_record_statistics(run) : HG_OK;
}

static hg_status first_generation(hg_run *run)
{
    hg_run_make(run, 0);
    begin_generation(run, 0);
    update_habitats(run, 0);
    for (int64_t j = 0; j < run->partition.count; j++) run->parentage.parent[j] = -1;
    hg_clear(run->parentage.children, run->partition.count, sizeof *run->parentage.children);
    HG_TRY(hg_team_agree(run->partition.communicator, hg_initialise(run)));
    return end_generation(run);
}

static hg_status next_generation(hg_run *run)
{
    hg_run_make(run, run->generation + 1);
    HG_TRY(hg_find_parents(run)); /* where nobody can be one, what this generation counted is recorded */
    begin_generation(run, run->making);
    const bool changed = update_habitats(run, run->making);
    if (run->genotypes.clonal) hg_breed_clonal(run, changed);
    else hg_breed_individually(run);
    double since = hg_clock();
    hg_parents_settle(run);
    hg_run_note(run, HG_PHASE_COMMUNICATION, &since);
    HG_TRY(end_generation(run));
    HG_TRY(hg_record_ancestry(run));
    HG_TRY(hg_record(run, run->recording, hg_snapshot_due(run, run->making)));
    run->generation = run->making;
    hg_meter_sample(run);
    HG_TRY(hg_checkpoint_when_due(run));
    return hg_stop_when_due(run);
}

/* The generation of a checkpoint once more, from its genotypes: all that it leads to. */
static hg_status same_generation(hg_run *run)
{
    hg_run_make(run, run->generation);
    run->recording = false; /* it has been recorded */
    update_habitats(run, run->making);
    hg_evaluate_all(run);
    return end_generation(run);
}

/* exp() is never 0 itself: where fitness is nothing but exp(), it was too small for a double. Other
 * components, or development.unstable, can make it 0 themselves. */
static const char *reason_of_extinction(const hg_config *config)
{
    bool exponential = false, others = config->development.inviable;
    for (int64_t i = 0; i < config->fitness_count; i++) {
        const hg_fitness_model model = config->fitness[i].model;
        const bool exponent = model == HG_FITNESS_GAUSSIAN || model == HG_FITNESS_STABILITY;
        exponential |= exponent;
        others |= !exponent && model != HG_FITNESS_NEUTRAL && model != HG_FITNESS_PARETO;
    }
    if (!exponential) return "";
    return others ? "; exp() underflows to 0 below exp(-745), which may be why: fitness.strength sums "
                    "over genes, and a smaller one helps then"
                  : "; exp() underflowed, as its argument is below -745: fitness.strength sums over "
                    "genes, and a smaller one helps";
}

/* Nobody can reproduce: what the last generation was is recorded, and the run is over. */
static hg_status die_out(hg_run *run)
{
    run->finished = run->complete = true;
    const bool one_deme = run->partition.demes == 1;
    run->stop_reason = one_deme ? "died out: every individual has fitness 0"
                                : "died out: every individual of a deme has fitness 0";
    hg_run_make(run, run->generation);
    if (!hg_statistics_due(run, run->making)) HG_TRY(hg_record_statistics_anew(run));
    HG_TRY(hg_record(run, !hg_statistics_due(run, run->making),
                     !hg_snapshot_due(run, run->making)));
    char deme[64] = "";
    if (!one_deme) snprintf(deme, sizeof deme, " of deme %" PRId64, run->extinct_deme);
    return hg_fail(HG_EXTINCT, "in generation %" PRId64 " every individual%s has fitness 0 and cannot "
                   "reproduce: the run ends here, its output complete so far%s", run->generation,
                   deme, reason_of_extinction(&run->config));
}

/* --- the interface ------------------------------------------------------------------- */

static hg_output_plan plan_of(const hg_run *run)
{
    return (hg_output_plan){
        .communicator = run->communicator, .path = run->output_path, .replace = run->replace,
        .unfinished = run->resume,
        .config = &run->config, .run_file_resolved = run->resolved, .network = &run->network,
        .command_line = run->command_line, .threads = run->threads,
        .kernels = run->kernels->name, .first = run->partition.first,
        .count = run->partition.count};
}

/* The checkpoints of an earlier run of that name end with the output that they belong to. */
static hg_status open_output(hg_run *run)
{
    if (run->output_path == NULL) return HG_OK;
    const hg_output_plan plan = plan_of(run);
    HG_TRY(hg_output_create(&run->output, &plan));
    if (run->partition.rank == 0) hg_checkpoint_remove_all(run->output_path);
    return HG_OK;
}

/* Checkpoints whose output is not there may be all that is left of a run. */
static hg_status look_at_checkpoints(const hg_run *run)
{
    if (run->resume || run->replace || !hg_checkpoint_any(run->output_path)) return HG_OK;
    return hg_fail(HG_USAGE, "%s is missing, but checkpoints of it lie there; --resume or --force "
                   "starts again and removes them, -o names another file", run->output_path);
}

/* Whether the output would replace the run that this one starts from. */
static bool is_own_source(const hg_run *run, const struct stat *output)
{
    const char *from = run->config.population.initial.from;
    struct stat source;
    return from != NULL && stat(from, &source) == 0 && source.st_dev == output->st_dev &&
           source.st_ino == output->st_ino;
}

/* Rank 0. */
static hg_status look_at_output(hg_run *run, bool *complete)
{
    const char *path = run->output_path;
    struct stat found;
    if (!run->resume) HG_TRY(hg_checkpoint_check_places(path, run->config.checkpoint.keep));
    if (stat(path, &found) != 0) return look_at_checkpoints(run);
    if (!S_ISREG(found.st_mode))
        return hg_fail(HG_IO, "%s is a folder or device; -o names the file to write", path);
    if (run->resume) HG_TRY(hg_resume_check(run, complete));
    if (run->resume) return *complete ? HG_OK : hg_checkpoint_check_folder(path);
    if (is_own_source(run, &found))
        return hg_fail(HG_USAGE, "%s is the run that this one starts from (population.initial.from), "
                       "which is not replaced; -o names another file", path);
    if (run->replace) return HG_OK;
    return hg_fail(HG_USAGE, "%s exists; --resume goes on with it, --force replaces it, -o names "
                   "another file", path);
}

/* An output that is in the way is reported before the work begins. */
static hg_status check_output(hg_run *run, const hg_run_options *options)
{
    if (options->no_output) return HG_OK;
    if (options->resume && options->replace)
        return hg_fail(HG_USAGE, "--resume goes on, --force starts again: only one is possible");
    hg_status status = HG_OK;
    run->replace = options->replace;
    run->resume = options->resume;
    bool complete = false;
    int rank;
    MPI_Comm_rank(run->communicator, &rank);
    if (rank == 0) status = look_at_output(run, &complete);
    HG_TRY(hg_team_share(run->communicator, 0, status));
    MPI_Bcast(&complete, 1, MPI_C_BOOL, 0, run->communicator);
    run->complete = complete;
    return HG_OK;
}

static hg_status resume(hg_run *run, bool *resumed)
{
    const hg_output_plan plan = plan_of(run);
    const size_t told = run->notes.length;
    HG_TRY(hg_resume_await(run));
    if (run->complete) return HG_OK;
    HG_TRY(hg_resume(run, &plan, resumed));
    run->replace = true; /* what lies there cannot be gone on with */
    if (*resumed) return same_generation(run);
    struct stat found;
    if (run->partition.rank == 0 &&
        (stat(run->output_path, &found) == 0 || run->notes.length > told))
        hg_text_add(&run->notes, "%s has no checkpoint to go on from: starts from generation 0\n",
                    run->output_path);
    return HG_OK;
}

static hg_status begin(hg_run *run)
{
    bool resumed = false;
    if (run->resume) HG_TRY(resume(run, &resumed));
    if (resumed || run->complete) return HG_OK;
    HG_TRY(first_generation(run));
    HG_TRY(open_output(run));
    HG_TRY(hg_record_ancestry(run));
    HG_TRY(hg_record(run, true, true));
    run->generation = 0;
    return HG_OK;
}

/* The ranks that take part: all of MPI_COMM_WORLD or the first of them. */
static hg_status gather_ranks(MPI_Comm *communicator, int wanted)
{
    const int ranks = hg_ranks();
    *communicator = MPI_COMM_WORLD;
    if (wanted < 0 || wanted > ranks)
        return hg_fail(HG_USAGE, "%d ranks of %d are to take part", wanted, ranks);
    if (wanted == 0 || wanted == ranks) return HG_OK;
    MPI_Group all, some;
    int range[1][3] = {{0, wanted - 1, 1}};
    MPI_Comm_group(MPI_COMM_WORLD, &all);
    MPI_Group_range_incl(all, 1, range, &some);
    MPI_Comm_create_group(MPI_COMM_WORLD, some, 0, communicator);
    MPI_Group_free(&some);
    MPI_Group_free(&all);
    return HG_OK;
}

/* Seconds that one core of this rank would take for a generation. */
static double work_of_rank(const hg_run *run)
{
    int ranks;
    MPI_Comm_size(run->communicator, &ranks);
    return hg_cost_of_generation(&run->config, &run->network) / ranks;
}

static hg_status start(hg_run *run, const char *path, const char *text,
                       const hg_run_options *options)
{
    double since = hg_clock();
    run->flushed = since;
    HG_TRY(hg_run_configure(run, path, text, options));
    HG_TRY(hg_team_agree(run->communicator, take_options(run, options)));
    HG_TRY(check_output(run, options));
    if (run->complete) return HG_OK;
    run->threads = options->threads > 0 ? options->threads
                                        : hg_threads_default(run->communicator, work_of_rank(run));
    omp_set_num_threads(run->threads);
    omp_set_dynamic(0);
    HG_TRY(hg_team_agree(run->communicator, hg_threads_start(run->threads)));
    HG_TRY(hg_check_memory(run));
    HG_TRY(hg_team_agree(run->communicator, build_population(run)));
    hg_run_note(run, HG_PHASE_SETUP, &since);
    HG_TRY(begin(run));
    hg_meter_begin(run);
    return HG_OK;
}

/* An empty run, of all ranks or none. */
static hg_status allocate(hg_run **run, const hg_run_options *options)
{
    MPI_Comm team;
    HG_TRY(gather_ranks(&team, options->ranks));
    const hg_status status = hg_team_agree(team, hg_allocate(run, HG_MEMORY_OTHER, 1, sizeof **run));
    if (status == HG_OK) {
        (*run)->communicator = team;
        return HG_OK;
    }
    hg_release(run);
    if (team != MPI_COMM_WORLD) MPI_Comm_free(&team);
    return status;
}

/* --resume of a run that has ended. */
static hg_status tell_complete(hg_run **run)
{
    const hg_status status =
        hg_fail(HG_OK, "%s is complete: there is nothing to do", (*run)->output_path);
    hg_run_destroy(run);
    return status;
}

static hg_status create(hg_run **result, const char *path, const char *text,
                        const hg_run_options *options)
{
    static const hg_run_options none = {0};
    hg_run *run;
    const double since = hg_clock();
    *result = NULL;
    if (options == NULL) options = &none;
    HG_TRY(allocate(&run, options));
    run->generation = run->resumed_from = -1;
    run->notes = hg_text_of(HG_MEMORY_OTHER);
    run->stop_reason = "";
    run->moment_type = MPI_DATATYPE_NULL;
    run->statistics.generation = -1;
    run->meter.created = since;
    run->stopping.began = since - options->elapsed;
    const hg_status status = start(run, path, text, options);
    run->meter.inside = hg_clock() - since;
    if (status == HG_OK && run->complete) return tell_complete(&run);
    if (status == HG_OK) {
        *result = run;
        return HG_OK;
    }
    const bool written = run->output != NULL && run->resumed_from < 0;
    hg_output_abandon(&run->output);
    if (written && run->partition.rank == 0) unlink(run->output_path);
    hg_run_destroy(&run);
    return status;
}

hg_status hg_run_create(hg_run **run, const char *path, const hg_run_options *options)
{
    *run = NULL;
    if (path == NULL) return hg_fail(HG_USAGE, "no run file is named");
    return create(run, path, NULL, options);
}

hg_status hg_run_create_from_text(hg_run **run, const char *name, const char *text,
                                  const hg_run_options *options)
{
    *run = NULL;
    if (text == NULL) return hg_fail(HG_USAGE, "there is no text of a run file");
    return create(run, name != NULL ? name : "run.yaml", text, options);
}

/* Whether there is no more to do, as in a run of 0 generations from the start. */
static bool reach_end(hg_run *run)
{
    if (run->generation != run->config.run.generations) return false;
    run->complete = true;
    run->stop_reason = "reached the last generation";
    return true;
}

hg_status hg_run_advance(hg_run *run, int64_t generations)
{
    omp_set_num_threads(run->threads);
    const int64_t allocated = hg_memory_total().allocations;
    const double since = hg_clock(), output = run->meter.seconds[HG_PHASE_OUTPUT];
    hg_status status = run->finished ? hg_fail(HG_USAGE, "the run has ended") : HG_OK;
    for (int64_t i = 0; i < generations && status == HG_OK; i++) {
        if (run->generation == run->config.run.generations) break;
        status = next_generation(run);
        if (status == HG_EXTINCT) status = die_out(run);
    }
    if (status == HG_OK) reach_end(run);
    else if (!run->finished) run->stop_reason = "failed while the next generation was made";
    run->finished |= run->complete || status != HG_OK;
    run->meter.loop_allocations += hg_memory_total().allocations - allocated;
    run->meter.loop += hg_clock() - since;
    run->meter.loop_output += run->meter.seconds[HG_PHASE_OUTPUT] - output;
    run->meter.inside += hg_clock() - since;
    return status;
}

hg_status hg_run_finish(hg_run *run)
{
    if (run->output == NULL) return HG_OK;
    if (!run->finished && !reach_end(run))
        run->stop_reason = "stopped before the last generation";
    HG_TRY(hg_report(run, run->complete));
    if (!run->complete) return HG_OK;
    hg_status status = HG_OK;
    if (run->partition.rank == 0) {
        unlink(run->stopping.file);
        status = hg_checkpoint_retire(run->output_path);
    }
    return hg_team_agree(run->partition.communicator, status);
}

void hg_run_destroy(hg_run **pointer)
{
    hg_run *run = *pointer;
    if (run == NULL) return;
    hg_output_abandon(&run->output);
    hg_checkpointing_free(run);
    hg_stopping_free(run);
    hg_text_free(&run->notes);
    hg_record_free(run);
    hg_meter_free(run);
    hg_gather_free(run);
    hg_pareto_free(run);
    hg_mutators_free(run);
    hg_workers_free(run);
    hg_parents_free(run);
    hg_genotypes_free(&run->genotypes);
    for (int64_t h = run->habitats; h-- > 0;) hg_phenotype_free(&run->habitat[h]);
    hg_release(&run->habitat);
    hg_recombination_free(&run->recombination);
    hg_partition_free(&run->partition);
    hg_release(&run->row);
    hg_release(&run->fitness);
    hg_release(&run->place);
    hg_release(&run->parent_row);
    hg_release(&run->mutant);
    hg_release(&run->other);
    hg_release(&run->litter);
    hg_release(&run->alone);
    hg_network_free(&run->network);
    hg_config_free(&run->config);
    hg_release(&run->resolved);
    hg_release(&run->output_path);
    hg_release(&run->command_line);
    if (run->communicator != MPI_COMM_WORLD) MPI_Comm_free(&run->communicator);
    hg_release(pointer);
}
