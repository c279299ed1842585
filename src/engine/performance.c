/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where the time, the memory and the bytes went, over all ranks. */
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "engine/engine.h"
#include "parallel/team.h"

static const char *const phase_names[HG_PHASES] = {
    [HG_PHASE_REPRODUCTION] = "reproduction", [HG_PHASE_MUTATION] = "mutation",
    [HG_PHASE_EXPRESSION] = "expression",     [HG_PHASE_REGULATION] = "regulation",
    [HG_PHASE_FITNESS] = "fitness",           [HG_PHASE_STATISTICS] = "statistics",
    [HG_PHASE_COMMUNICATION] = "communication", [HG_PHASE_OUTPUT] = "output",
    [HG_PHASE_SETUP] = "setup",               [HG_PHASE_OVERHEAD] = "overhead"};

static const char *const kind_names[HG_TRAFFIC_KINDS] = {
    [HG_BYTES_SENT] = "bytes_sent", [HG_MESSAGES_SENT] = "messages_sent",
    [HG_BYTES_WRITTEN] = "bytes_written"};

enum { SAMPLE_ROOM = HG_MEMORY_SAMPLES + 3 };
enum { GENERATION, TRACKED, RESIDENT, OF_SAMPLE };

hg_status hg_meter_create(hg_run *run)
{
    hg_meter *meter = &run->meter;
    const size_t room = (size_t)OF_SAMPLE * SAMPLE_ROOM;
    HG_TRY(hg_allocate(&meter->sample, HG_MEMORY_OTHER, room, sizeof(int64_t)));
    HG_TRY(hg_allocate(&meter->all_samples, HG_MEMORY_OTHER, room, sizeof(int64_t)));
    return hg_allocate(&meter->resident_peak, HG_MEMORY_OTHER, (size_t)run->partition.ranks,
                       sizeof(int64_t));
}

void hg_meter_free(hg_run *run)
{
    hg_release(&run->meter.sample);
    hg_release(&run->meter.all_samples);
    hg_release(&run->meter.resident_peak);
}

/* --- while it runs ------------------------------------------------------------------------- */

void hg_run_note(hg_run *run, hg_phase phase, double *since)
{
    const double now = hg_clock();
    run->meter.seconds[phase] += now - *since;
    run->meter.calls[phase]++;
    *since = now;
}

void hg_run_note_region(hg_run *run, double *since)
{
    const double now = hg_clock();
    run->meter.region += now - *since;
    run->meter.regions++;
    *since = now;
}

static void sample(hg_run *run)
{
    hg_meter *meter = &run->meter;
    if (meter->frozen || meter->samples == SAMPLE_ROOM) return;
    int64_t *at = meter->sample + meter->samples++;
    at[GENERATION * SAMPLE_ROOM] = run->generation;
    at[TRACKED * SAMPLE_ROOM] = hg_memory_total().current;
    at[RESIDENT * SAMPLE_ROOM] = hg_memory_resident();
}

void hg_meter_begin(hg_run *run)
{
    hg_meter *meter = &run->meter;
    for (int p = 0; p < HG_PHASES; p++)
        if (p != HG_PHASE_OUTPUT && p != HG_PHASE_SETUP) {
            meter->seconds[p] = 0.0;
            meter->calls[p] = 0;
        }
    meter->seconds[HG_PHASE_SETUP] =
        hg_clock() - meter->created - meter->seconds[HG_PHASE_OUTPUT];
    for (int t = 0; t < run->threads; t++) {
        hg_worker *worker = &run->worker[t];
        for (int p = 0; p < HG_PHASES; p++) worker->seconds[p] = 0.0;
        worker->busy = 0.0;
        worker->broods = worker->timed_broods = 0;
        worker->born = worker->genomes_copied = worker->developed = worker->tallied = 0;
    }
    sample(run);
}

void hg_meter_sample(hg_run *run)
{
    const int64_t all = run->config.run.generations;
    const int64_t every = all / HG_MEMORY_SAMPLES + 1;
    if (run->generation % every == 0 || run->generation == all) sample(run);
}

hg_memory_state hg_memory_now(const hg_run *run)
{
    if (run->meter.frozen) return run->meter.memory;
    hg_memory_state state = {.total = hg_memory_total(),
                             .resident_peak = hg_memory_resident_peak()};
    for (int l = 0; l < HG_MEMORY_LABELS; l++) state.of[l] = hg_memory_of((hg_label)l);
    return state;
}

/* --- times --------------------------------------------------------------------------------- */

/* A thread's time in parallel regions, by phase as its timed broods had it. What was spent
 * between broods, on finding who is to be made, is reproduction. */
static void split_busy(const hg_worker *worker, double seconds[HG_PHASES])
{
    double timed = 0.0;
    for (int p = 0; p < HG_PHASES; p++) timed += worker->seconds[p];
    double scale = worker->timed_broods > 0
                       ? (double)worker->broods / (double)worker->timed_broods : 0.0;
    if (timed * scale > worker->busy) scale = worker->busy / timed;
    for (int p = 0; p < HG_PHASES; p++) seconds[p] = scale * worker->seconds[p];
    seconds[HG_PHASE_REPRODUCTION] += worker->busy - timed * scale;
}

/* This rank's seconds in each phase, and how uneven its threads were. */
static void own_seconds(const hg_run *run, double seconds[HG_PHASES], double uneven[HG_PHASES])
{
    const hg_meter *meter = &run->meter;
    double most[HG_PHASES] = {0}, sum[HG_PHASES] = {0}, noted = 0.0;
    for (int t = 0; t < run->threads; t++) {
        double share[HG_PHASES];
        split_busy(&run->worker[t], share);
        for (int p = 0; p < HG_PHASES; p++) {
            sum[p] += share[p];
            most[p] = share[p] > most[p] ? share[p] : most[p];
        }
    }
    for (int p = 0; p < HG_PHASES; p++) {
        const double mean = sum[p] / run->threads;
        seconds[p] = meter->seconds[p] + mean;
        uneven[p] = mean > 0.0 ? most[p] / mean : 0.0;
        noted += seconds[p];
    }
    const double left = meter->inside - noted;
    seconds[HG_PHASE_OVERHEAD] += left > 0.0 ? left : 0.0;
}

static void reduce_seconds(hg_run *run, hg_performance *performance)
{
    const MPI_Comm communicator = run->communicator;
    hg_meter *meter = &run->meter;
    double seconds[HG_PHASES], uneven[HG_PHASES];
    double walls[3] = {meter->inside, meter->loop, meter->loop_output};
    own_seconds(run, seconds, uneven);
    MPI_Allreduce(seconds, meter->mean, HG_PHASES, MPI_DOUBLE, MPI_SUM, communicator);
    MPI_Allreduce(seconds, meter->min, HG_PHASES, MPI_DOUBLE, MPI_MIN, communicator);
    MPI_Allreduce(seconds, meter->max, HG_PHASES, MPI_DOUBLE, MPI_MAX, communicator);
    MPI_Allreduce(uneven, meter->imbalance, HG_PHASES, MPI_DOUBLE, MPI_MAX, communicator);
    MPI_Allreduce(MPI_IN_PLACE, walls, 3, MPI_DOUBLE, MPI_SUM, communicator);
    for (int p = 0; p < HG_PHASES; p++) {
        meter->mean[p] /= run->partition.ranks;
        meter->all_calls[p] = meter->calls[p] + (uneven[p] > 0.0 ? meter->regions : 0);
    }
    performance->wall = walls[0] / run->partition.ranks;
    performance->loop = walls[1] / run->partition.ranks;
    performance->loop_output = walls[2] / run->partition.ranks;
    performance->phases = HG_PHASES;
    performance->phase = phase_names;
    performance->mean = meter->mean;
    performance->min = meter->min;
    performance->max = meter->max;
    performance->imbalance = meter->imbalance;
    performance->calls = meter->all_calls;
}

/* --- memory -------------------------------------------------------------------------------- */

static void reduce_memory(hg_run *run, hg_performance *performance)
{
    const MPI_Comm communicator = run->communicator;
    const hg_memory_state state = hg_memory_now(run);
    hg_meter *meter = &run->meter;
    static const char *names[HG_MEMORY_LABELS];
    int64_t *current = meter->bytes, *peak = current + HG_MEMORY_LABELS;
    int64_t *allocations = peak + HG_MEMORY_LABELS;
    for (int l = 0; l < HG_MEMORY_LABELS; l++) {
        names[l] = hg_label_name((hg_label)l);
        current[l] = state.of[l].current;
        peak[l] = state.of[l].peak;
        allocations[l] = state.of[l].allocations;
    }
    int64_t sums[3] = {state.total.current, state.total.peak, meter->loop_allocations};
    MPI_Allreduce(MPI_IN_PLACE, meter->bytes, 3 * HG_MEMORY_LABELS, MPI_INT64_T, MPI_SUM,
                  communicator);
    MPI_Allreduce(MPI_IN_PLACE, sums, 3, MPI_INT64_T, MPI_SUM, communicator);
    MPI_Allgather(&state.resident_peak, 1, MPI_INT64_T, meter->resident_peak, 1, MPI_INT64_T,
                  communicator);
    performance->categories = HG_MEMORY_LABELS;
    performance->category = names;
    performance->current = current;
    performance->peak = peak;
    performance->allocations = allocations;
    performance->tracked = sums[0];
    performance->tracked_peak = sums[1];
    performance->loop_allocations = sums[2];
    performance->rss_peak = meter->resident_peak;
    performance->bytes_per_gene = (double)sums[1] / ((double)performance->individuals *
                                                     (double)performance->genes);
}

static void reduce_samples(hg_run *run, hg_performance *performance)
{
    hg_meter *meter = &run->meter;
    int64_t *all = meter->all_samples;
    MPI_Allreduce(meter->sample, all, OF_SAMPLE * SAMPLE_ROOM, MPI_INT64_T, MPI_SUM,
                  run->communicator);
    memcpy(all, meter->sample, SAMPLE_ROOM * sizeof *all); /* generations are not summed */
    performance->samples = meter->samples;
    performance->sample = all + GENERATION * SAMPLE_ROOM;
    performance->sample_tracked = all + TRACKED * SAMPLE_ROOM;
    performance->sample_resident = all + RESIDENT * SAMPLE_ROOM;
}

/* --- traffic, copies, work ----------------------------------------------------------------- */

static void reduce_traffic(hg_run *run, hg_performance *performance)
{
    hg_traffic all = run->parentage.traffic;
    const hg_traffic others[] = {run->migrants.traffic, run->mates.traffic, run->ranking.traffic,
                                 run->census.traffic, run->cut.traffic};
    int64_t *traffic = run->meter.traffic;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        all.bytes_sent += others[i].bytes_sent;
        all.messages_sent += others[i].messages_sent;
    }
    for (int64_t p = 0; p < run->paretos; p++) {
        all.bytes_sent += run->pareto[p].dominance.traffic.bytes_sent;
        all.messages_sent += run->pareto[p].dominance.traffic.messages_sent;
    }
    traffic[HG_BYTES_SENT] = all.bytes_sent;
    traffic[HG_MESSAGES_SENT] = all.messages_sent;
    traffic[HG_BYTES_WRITTEN] = 0;
    MPI_Allreduce(MPI_IN_PLACE, traffic, HG_TRAFFIC_KINDS, MPI_INT64_T, MPI_SUM,
                  run->communicator);
    if (run->output != NULL) run->meter.written = hg_output_bytes(run->output);
    traffic[HG_BYTES_WRITTEN] = run->meter.written;
    performance->kinds = HG_TRAFFIC_KINDS;
    performance->kind = kind_names;
    performance->traffic = traffic;
}

/* Additions and multiplications that a gene's activation takes at least; an exponential
 * function counts as 14. */
static double activation_operations(hg_regulation_model model)
{
    switch (model) {
    case HG_REGULATION_NONE: return 0.0;
    case HG_REGULATION_ADDITIVE: return 3.0;
    case HG_REGULATION_MULTIPLICATIVE: return 4.0;
    case HG_REGULATION_HILL: return 8.0;
    case HG_REGULATION_WAGNER: return 2.0;
    default: return 18.0;
    }
}

/* The least that an individual's development and evaluation computes: an edge is a
 * multiplication and an addition; a component of fitness four operations a gene. */
static double development_operations(const hg_run *run)
{
    const hg_development *development = &run->habitat->development;
    const double genes = (double)development->genes, edges = (double)development->edges;
    const bool regulated = development->regulation != HG_REGULATION_NONE;
    return (double)development->steps *
               ((regulated ? 2.0 * edges : 0.0) +
                genes * activation_operations(development->regulation)) +
           4.0 * genes * (double)run->habitat->term_count;
}

enum { DEVELOPED, BORN, COPIED, TALLIED, REVISITED, COUNTS };

/* The least traffic with memory or cache: genomes are copied, genotypes read, expression
 * written where it is kept; statistics read what was not in hand anyway. */
static void reduce_work(hg_run *run, hg_performance *performance)
{
    const hg_genotypes *genotypes = &run->genotypes;
    int64_t count[COUNTS] = {[COPIED] = run->meter.housed};
    for (int t = 0; t < run->threads; t++) {
        const hg_worker *worker = &run->worker[t];
        count[DEVELOPED] += worker->developed;
        count[BORN] += worker->born;
        count[COPIED] += worker->genomes_copied;
        count[TALLIED] += worker->tallied;
        count[REVISITED] += worker->revisited;
    }
    MPI_Allreduce(MPI_IN_PLACE, count, COUNTS, MPI_INT64_T, MPI_SUM, run->communicator);
    const int64_t alleles = (genotypes->genes + genotypes->edges) * genotypes->ploidy;
    const int64_t genome = alleles * (int64_t)sizeof(double);
    const double expression = (double)genotypes->genes * sizeof(double);
    const double values = (double)(2 * genotypes->genes + genotypes->edges);
    performance->developed = count[DEVELOPED];
    performance->new_genotypes = count[BORN];
    performance->bytes_copied = genome * count[COPIED];
    performance->bytes_copied_least = genome * count[BORN];
    performance->bytes_needed =
        2.0 * (double)performance->bytes_copied +
        (double)count[DEVELOPED] * ((double)genome + (genotypes->clonal ? expression : 0.0)) +
        (double)count[REVISITED] * ((double)genome + expression);
    performance->operations = (double)count[DEVELOPED] * development_operations(run) +
                              4.0 * values * (double)count[TALLIED];
}

hg_status hg_run_performance(hg_run *run, hg_performance *performance)
{
    *performance = (hg_performance){
        .ranks = run->partition.ranks, .threads = run->threads, .kernels = run->kernels->name,
        .individuals = run->partition.individuals, .genes = run->network.genes,
        .edges = run->network.edges, .heritable_edges = run->genotypes.edges,
        .ploidy = run->genotypes.ploidy, .generations = run->generation,
        .machine = run->meter.machine};
    reduce_seconds(run, performance);
    reduce_memory(run, performance);
    reduce_samples(run, performance);
    reduce_traffic(run, performance);
    reduce_work(run, performance);
    return HG_OK;
}
