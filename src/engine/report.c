/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where the time, the memory and the bytes went, over all ranks. */
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "engine/engine.h"
#include "parallel/team.h"

static const char *const phase_names[HG_PHASES] = {
    [HG_PHASE_REPRODUCTION] = "reproduction", [HG_PHASE_MUTATION] = "mutation",
    [HG_PHASE_EXPRESSION] = "expression",     [HG_PHASE_FITNESS] = "fitness",
    [HG_PHASE_STATISTICS] = "statistics",     [HG_PHASE_COMMUNICATION] = "communication",
    [HG_PHASE_OUTPUT] = "output",             [HG_PHASE_SETUP] = "setup"};

enum { BYTES_SENT, MESSAGES_SENT, BYTES_WRITTEN, KINDS };
static const char *const kind_names[KINDS] = {"bytes_sent", "messages_sent", "bytes_written"};

void hg_run_note(hg_run *run, hg_phase phase, double *since)
{
    const double now = hg_clock();
    run->seconds[phase] += now - *since;
    run->calls[phase]++;
    *since = now;
}

void hg_run_note_region(hg_run *run, double *since)
{
    const double now = hg_clock();
    double timed[HG_PHASES] = {0}, all = 0.0;
    for (int t = 0; t < run->threads; t++)
        for (int p = 0; p < HG_PHASES; p++) {
            timed[p] += run->worker[t].seconds[p];
            all += run->worker[t].seconds[p];
            run->worker[t].seconds[p] = 0.0;
        }
    for (int p = 0; p < HG_PHASES; p++) {
        if (timed[p] == 0.0) continue;
        run->seconds[p] += (now - *since) * timed[p] / all;
        run->calls[p]++;
    }
    if (all == 0.0) run->seconds[HG_PHASE_REPRODUCTION] += now - *since;
    *since = now;
}

/* What this rank sent for whatever purpose. */
static hg_traffic all_traffic(const hg_run *run)
{
    hg_traffic all = run->parentage.traffic;
    const hg_traffic others[] = {run->migrants.traffic, run->mates.traffic, run->ranking.traffic};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        all.bytes_sent += others[i].bytes_sent;
        all.messages_sent += others[i].messages_sent;
    }
    for (int64_t p = 0; p < run->paretos; p++) {
        all.bytes_sent += run->pareto[p].dominance.traffic.bytes_sent;
        all.messages_sent += run->pareto[p].dominance.traffic.messages_sent;
    }
    return all;
}

/* Sums of every rank's memory and traffic, and each rank's peak resident set. */
static hg_status reduce_bytes(hg_run *run, hg_performance *performance, int64_t *bytes)
{
    const MPI_Comm communicator = run->partition.communicator;
    int64_t *current = bytes, *peak = bytes + HG_MEMORY_LABELS, *traffic = peak + HG_MEMORY_LABELS;
    for (int l = 0; l < HG_MEMORY_LABELS; l++) {
        const hg_memory_usage usage = hg_memory_of((hg_label)l);
        current[l] = usage.current;
        peak[l] = usage.peak;
    }
    const hg_traffic sent = all_traffic(run);
    traffic[BYTES_SENT] = sent.bytes_sent;
    traffic[MESSAGES_SENT] = sent.messages_sent;
    traffic[BYTES_WRITTEN] = 0; /* known to the output, the same on all ranks */
    int64_t own_peak = hg_memory_resident_peak(), tracked = hg_memory_total().peak;
    MPI_Allreduce(MPI_IN_PLACE, bytes, 2 * HG_MEMORY_LABELS + KINDS, MPI_INT64_T, MPI_SUM,
                  communicator);
    MPI_Allreduce(MPI_IN_PLACE, &tracked, 1, MPI_INT64_T, MPI_SUM, communicator);
    MPI_Allgather(&own_peak, 1, MPI_INT64_T, performance->rss_peak, 1, MPI_INT64_T, communicator);
    MPI_Allreduce(&run->loop_allocations, &performance->loop_allocations, 1, MPI_INT64_T, MPI_SUM,
                  communicator);
    traffic[BYTES_WRITTEN] = hg_output_bytes(run->output);
    performance->current = current;
    performance->peak = peak;
    performance->traffic = traffic;
    performance->bytes_per_gene = (double)tracked / ((double)run->partition.individuals *
                                                     (double)run->genotypes.genes);
    return HG_OK;
}

static void reduce_seconds(hg_run *run, double *mean, double *min, double *max)
{
    const MPI_Comm communicator = run->partition.communicator;
    MPI_Allreduce(run->seconds, mean, HG_PHASES, MPI_DOUBLE, MPI_SUM, communicator);
    MPI_Allreduce(run->seconds, min, HG_PHASES, MPI_DOUBLE, MPI_MIN, communicator);
    MPI_Allreduce(run->seconds, max, HG_PHASES, MPI_DOUBLE, MPI_MAX, communicator);
    for (int p = 0; p < HG_PHASES; p++) mean[p] /= run->partition.ranks;
}

hg_status hg_report(hg_run *run, bool complete)
{
    double mean[HG_PHASES], min[HG_PHASES], max[HG_PHASES];
    int64_t bytes[2 * HG_MEMORY_LABELS + KINDS], *rss_peak;
    const char *categories[HG_MEMORY_LABELS];
    for (int l = 0; l < HG_MEMORY_LABELS; l++) categories[l] = hg_label_name((hg_label)l);
    HG_TRY(hg_team_agree(run->partition.communicator,
                         hg_allocate(&rss_peak, HG_MEMORY_OTHER, (size_t)run->partition.ranks,
                                     sizeof *rss_peak)));
    hg_performance performance = {
        .phases = HG_PHASES, .phase = phase_names, .mean = mean, .min = min, .max = max,
        .calls = run->calls, .categories = HG_MEMORY_LABELS, .category = categories,
        .ranks = run->partition.ranks, .rss_peak = rss_peak, .kinds = KINDS, .kind = kind_names};
    double since = hg_clock();
    hg_status status = hg_output_flush(run->output, run->generation);
    hg_run_note(run, HG_PHASE_OUTPUT, &since);
    if (status == HG_OK) {
        reduce_seconds(run, mean, min, max);
        status = reduce_bytes(run, &performance, bytes);
    }
    performance.wall = hg_clock() - run->started;
    if (status == HG_OK)
        status = hg_output_close(&run->output, run->generation, complete, run->stop_reason,
                                 &performance);
    else
        hg_output_abandon(&run->output);
    hg_release(&rss_peak);
    return status;
}
