/* SPDX-License-Identifier: GPL-3.0-or-later
 * How time and memory grow with the size of a run, or shrink with its ranks and threads. */
#include <inttypes.h>
#include <mpi.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/profile.h"
#include "cli/signals.h"
#include "parallel/team.h"

static const double seconds_each = 0.3; /* of the run as it is */

enum { REPEATS = 2, LEAST_GENERATIONS = 2 };

/* A run of another size or layout; 0: as it is. */
typedef struct variant {
    const char *series;
    int64_t individuals, genes;
    int ranks, threads;
} variant;

/* Ranks that have no part in a run sleep until it is over: they would take its cores. */
static void wait_for_others(void)
{
    MPI_Request request;
    const struct timespec pause = {0, 2000000};
    int over = 0;
    MPI_Ibarrier(MPI_COMM_WORLD, &request);
    while (MPI_Test(&request, &over, MPI_STATUS_IGNORE) == MPI_SUCCESS && !over)
        nanosleep(&pause, NULL);
}

static hg_status time_run(hg_run *run, int64_t generations, hg_scaling_row *row)
{
    hg_performance performance;
    HG_TRY(hg_run_advance(run, generations));
    HG_TRY(hg_run_performance(run, &performance));
    const double seconds = performance.loop / (double)performance.generations;
    if (row->seconds == 0.0 || seconds < row->seconds) row->seconds = seconds;
    row->individuals = performance.individuals;
    row->genes = performance.genes;
    row->edges = performance.edges;
    row->heritable_edges = performance.heritable_edges;
    row->bytes = performance.sample_tracked[performance.samples - 1];
    return HG_OK;
}

static hg_status run_variant(const hg_profile_options *options, const variant *how,
                             int64_t generations, hg_scaling_row *row)
{
    const char *settings[HG_PROFILE_SETTINGS + 3];
    char sizes[3][64];
    hg_run_options library = options->library;
    int count = library.set_count;
    memcpy(settings, options->settings, (size_t)count * sizeof *settings);
    snprintf(sizes[0], sizeof sizes[0], "run.generations=%" PRId64, generations);
    snprintf(sizes[1], sizeof sizes[1], "population.individuals=%" PRId64, how->individuals);
    snprintf(sizes[2], sizeof sizes[2], "population.genes=%" PRId64, how->genes);
    settings[count++] = sizes[0];
    if (how->individuals > 0) settings[count++] = sizes[1];
    if (how->genes > 0) settings[count++] = sizes[2];
    library.set = settings;
    library.set_count = count;
    library.no_output = true;
    library.output = NULL;
    library.ranks = how->ranks;
    library.threads = how->threads;
    hg_status status = HG_OK;
    for (int i = 0; i < REPEATS && status == HG_OK; i++) {
        hg_run *run;
        HG_TRY(hg_run_create(&run, options->file, &library));
        hg_signals_stop(run);
        status = time_run(run, generations, row);
        hg_signals_stop(NULL);
        hg_run_destroy(&run);
    }
    return status;
}

/* What a row says where there was no run: the first line of the message. */
static void note_refusal(hg_scaling_row *row)
{
    snprintf(row->note, sizeof row->note, "not possible: %s", hg_error_message());
    row->note[strcspn(row->note, "\n")] = '\0';
}

static bool is_refusal(hg_status status)
{
    return status == HG_BAD_INPUT || status == HG_USAGE || status == HG_EXTINCT ||
           status == HG_NO_MEMORY;
}

/* Adds a row; collective over all processes. */
static hg_status add(hg_scaling *scaling, const hg_profile_options *options,
                     const hg_performance *whole, variant how)
{
    if (scaling->rows == HG_SCALING_MOST)
        return hg_fail(HG_BUG, "more rows of scaling than HG_SCALING_MOST");
    hg_scaling_row *row = &scaling->row[scaling->rows++];
    if (how.ranks == 0) how.ranks = whole->ranks;
    if (how.threads == 0) how.threads = whole->threads;
    *row = (hg_scaling_row){
        .series = how.series, .ranks = how.ranks, .threads = how.threads,
        .individuals = how.individuals > 0 ? how.individuals : whole->individuals,
        .genes = how.genes > 0 ? how.genes : whole->genes, .edges = whole->edges};
    hg_status status = HG_OK;
    if (hg_rank() < how.ranks) status = run_variant(options, &how, scaling->generations, row);
    wait_for_others();
    status = hg_team_share(MPI_COMM_WORLD, 0, status);
    if (status == HG_STOPPED) scaling->rows--; /* its time is not known */
    if (!is_refusal(status)) return status;
    note_refusal(row);
    return HG_OK;
}

/* Time in proportion to individuals, and to genes and edges; memory to what a genome has of them. */
static void expect_linear(hg_scaling *scaling, int first)
{
    const hg_scaling_row *base = &scaling->row[first];
    const double size = (double)base->individuals * (double)(base->genes + base->edges);
    const double loci = (double)base->individuals * (double)(base->genes + base->heritable_edges);
    for (int r = first; r < scaling->rows; r++) {
        hg_scaling_row *row = &scaling->row[r];
        row->expected = base->seconds * (double)row->individuals *
                        (double)(row->genes + row->edges) / size;
        row->expected_bytes = (double)base->bytes * (double)row->individuals *
                              (double)(row->genes + row->heritable_edges) / loci;
    }
}

static hg_status scale_size(hg_scaling *scaling, const hg_profile_options *options,
                            const hg_performance *whole)
{
    hg_status status = HG_OK;
    for (int64_t factor = 1; factor <= 8 && status == HG_OK; factor *= 2)
        status = add(scaling, options, whole, (variant){.series = "individuals",
                     .individuals = factor * whole->individuals});
    expect_linear(scaling, 0);
    const int first = scaling->rows;
    for (int64_t factor = 1; factor <= 4 && status == HG_OK; factor *= 2)
        status = add(scaling, options, whole, (variant){.series = "genes",
                     .genes = factor > 1 ? factor * whole->genes : 0});
    expect_linear(scaling, first);
    return status;
}

/* 1, 2, 4, ... and `most` at the end. */
static int next_size(int size, int most)
{
    return size == most ? most + 1 : 2 * size < most ? 2 * size : most;
}

static hg_status scale_workers(hg_scaling *scaling, const hg_profile_options *options,
                               const hg_performance *whole)
{
    const bool ranks = scaling->kind == HG_SCALING_RANKS;
    const int most = ranks ? whole->ranks : whole->threads;
    for (int weak = 0; weak < 2; weak++) {
        const int first = scaling->rows;
        for (int n = 1; n <= most; n = next_size(n, most)) {
            variant how = {.series = weak ? "weak" : "strong"};
            if (ranks) how.ranks = n;
            else how.threads = n;
            if (weak) how.individuals = whole->individuals * n / most;
            if (how.individuals == 0 && weak) how.individuals = 1;
            HG_TRY(add(scaling, options, whole, how));
            const hg_scaling_row *base = &scaling->row[first];
            hg_scaling_row *row = &scaling->row[scaling->rows - 1];
            row->expected = base->seconds / (weak ? 1.0 : (double)n);
            row->expected_bytes = (double)base->bytes * (weak ? (double)n : 1.0);
        }
    }
    return HG_OK;
}

hg_status hg_profile_scale(hg_scaling *scaling, const hg_profile_options *options,
                           const hg_performance *whole)
{
    double generations = (double)whole->generations;
    if (whole->loop > seconds_each) generations *= seconds_each / whole->loop;
    if (generations < LEAST_GENERATIONS) generations = LEAST_GENERATIONS;
    scaling->generations = (int64_t)generations;
    MPI_Bcast(&scaling->generations, 1, MPI_INT64_T, 0, MPI_COMM_WORLD);
    return scaling->kind == HG_SCALING_SIZE ? scale_size(scaling, options, whole)
                                            : scale_workers(scaling, options, whole);
}
