/* SPDX-License-Identifier: GPL-3.0-or-later
 * happygene run: evolves a population. All ranks take part. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/visible.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/watchdog.h"
#include "engine/threads.h"
#include "happygene/happygene.h"
#include "parallel/team.h"

enum { MOST_SETTINGS = 256 };

typedef struct run_options {
    hg_run_options library;
    const char *file;
    const char *settings[MOST_SETTINGS];
    const char *threads, *patience;
    double minutes; /* of patience */
    int force, resume, quiet, verbose;
    char command_line[4096];
} run_options;

/* The words as they were given, for the record. */
static void join_words(int count, char **words, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "happygene");
    for (int i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, " %s", words[i]);
}

static hg_status parse(int count, char **words, run_options *options)
{
    const hg_option table[] = {
        {.name = "--output,-o", .argument = "OUT.h5", .value = &options->library.output},
        {.name = "--set", .argument = "KEY=VALUE", .values = options->settings,
         .count = &options->library.set_count, .room = MOST_SETTINGS},
        {.name = "--threads", .argument = "N", .value = &options->threads},
        {.name = "--kernels", .argument = "NAME", .value = &options->library.kernels},
        {.name = "--patience", .argument = "MINUTES", .value = &options->patience},
        {.name = "--force", .count = &options->force},
        {.name = "--resume", .count = &options->resume},
        {.name = "--quiet,-q", .count = &options->quiet},
        {.name = "--verbose,-v", .count = &options->verbose},
    };
    int operands;
    HG_TRY(hg_options_parse(&hg_command_run, count, words, table, sizeof table / sizeof *table,
                            &options->file, 1, 1, &operands));
    if (options->threads != NULL)
        HG_TRY(hg_options_threads(options->threads, &options->library.threads));
    HG_TRY(hg_watchdog_read(options->patience, &options->minutes));
    options->library.set = options->settings;
    options->library.replace = options->force > 0;
    options->library.resume = options->resume > 0;
    join_words(count, words, options->command_line, sizeof options->command_line);
    options->library.command_line = options->command_line;
    return HG_OK;
}

/* --- the run ------------------------------------------------------------------------------ */

static void describe(const hg_run *run, const run_options *options)
{
    if (hg_rank() == 0) hg_progress_tell(hg_run_notes(run));
    if (options->quiet || hg_rank() != 0) return;
    if (hg_run_resumed_from(run) >= 0)
        hg_tell("happygene: goes on from the checkpoint of generation %" PRId64 "\n",
                hg_run_resumed_from(run));
    const int ranks = hg_ranks(), threads = hg_run_threads(run);
    hg_tell("happygene %s: %" PRId64 " individuals x %" PRId64 " genes x %" PRId64
            " generations, %" PRId64 " edges; %d rank%s x %d thread%s\n", hg_version(),
            hg_run_individuals(run), hg_run_genes(run), hg_run_generations(run),
            hg_run_edges(run), ranks, ranks == 1 ? "" : "s", threads, threads == 1 ? "" : "s");
    if (threads > hg_threads_allowed())
        hg_tell("happygene: warning: %d threads share %d core%s that this rank is bound "
                "to; with mpirun, --bind-to none or --map-by slot:PE=%d gives it more\n", threads,
                hg_threads_allowed(), hg_threads_allowed() == 1 ? "" : "s", threads);
    if (options->verbose) fputs(hg_run_file(run), stderr);
}

static hg_status advance(hg_run *run, const run_options *options, double *seconds)
{
    hg_progress progress =
        hg_progress_start(hg_run_generations(run), options->quiet > 0 || hg_rank() != 0);
    hg_status status = HG_OK;
    while (status == HG_OK && hg_run_generation(run) < hg_run_generations(run)) {
        status = hg_run_advance(run, 1);
        hg_watchdog_note(hg_run_generation(run));
        if (hg_progress_due(&progress))
            hg_progress_show(&progress, hg_run_generation(run), hg_run_fitness(run));
    }
    hg_progress_end(&progress);
    *seconds = hg_clock() - progress.started;
    return status;
}

static void conclude(const char *output, const hg_summary *summary, int64_t updates,
                     double seconds)
{
    hg_tell("happygene: generation %" PRId64 ", mean fitness %.6g (min %.4g, max %.4g); "
            "%.3g s, %.3g gene updates per second\n", summary->generation, summary->fitness_mean,
            summary->fitness_min, summary->fitness_max, seconds, (double)updates / seconds);
    hg_tell("happygene: happygene info %s tells more; the result is\n", output);
}

/* Completes the result and tells of it; what ended the run early is still what is returned. */
static hg_status finish(hg_run *run, const run_options *options, hg_status status, double seconds)
{
    if (status == HG_IO || status == HG_BUG) return status; /* there is no use in writing more */
    char output[4096], reason[4096];
    hg_summary summary = {.generation = -1};
    const int64_t updates = hg_run_individuals(run) * hg_run_genes(run) * hg_run_generation(run);
    snprintf(output, sizeof output, "%s", hg_run_output(run));
    snprintf(reason, sizeof reason, "%s", hg_error_message());
    const bool sound = status == HG_OK || status == HG_EXTINCT;
    if (sound) HG_TRY(hg_run_summary(run, &summary));
    HG_TRY(hg_run_finish(run));
    if (sound && hg_rank() == 0) {
        if (!options->quiet) conclude(output, &summary, updates, seconds);
        printf("%s\n", output);
    }
    return status == HG_OK ? HG_OK : hg_fail_as(status, reason);
}

/* --resume found nothing to do. */
static hg_status tell_complete(const run_options *options)
{
    const char *message = hg_error_message(); /* PATH is complete: ... */
    if (hg_rank() != 0) return HG_OK;
    if (!options->quiet) hg_tell("happygene: %s\n", message);
    const char *end = strstr(message, " is complete: ");
    if (end != NULL) printf("%.*s\n", (int)(end - message), message);
    return HG_OK;
}

static hg_status run_all(const run_options *options)
{
    hg_run *run;
    double seconds;
    HG_TRY(hg_run_create(&run, options->file, &options->library));
    if (run == NULL) return tell_complete(options);
    hg_signals_stop(run);
    describe(run, options);
    const hg_status status = advance(run, options, &seconds);
    const hg_status ended = finish(run, options, status, seconds);
    hg_signals_stop(NULL);
    hg_run_destroy(&run);
    return ended;
}

/* It takes its time, which counts, and in which signals may come. */
static hg_status start_mpi(run_options *options)
{
    const double since = hg_clock();
    hg_signals_heed();
    HG_TRY(hg_initialize(NULL, NULL));
    options->library.elapsed = hg_clock() - since;
    return HG_OK;
}

static hg_status command_run(int count, char **words)
{
    run_options options = {.file = NULL};
    HG_TRY(parse(count, words, &options));
    HG_TRY(start_mpi(&options));
    hg_watchdog_start(hg_rank(), hg_ranks(), options.minutes);
    const hg_status status = run_all(&options);
    hg_watchdog_stop();
    return status; /* main() tells what standard output does not take */
}

const hg_command hg_command_run = {
    .name = "run",
    .synopsis = "run FILE [-o OUT.h5] [--set KEY=VALUE]... [--threads N] [--resume]\n"
                "                [--force]",
    .summary = "run a run file, or repeat the run of a result file",
    .text =
        "Runs the run file FILE, alone or under mpirun -n P, and writes its result file; the\n"
        "path of the result is printed on standard output. Where FILE is a result (.h5), the\n"
        "run that made it is repeated. The result has the same bits on any number of ranks and\n"
        "threads.\n"
        "\n"
        "  -o, --output OUT.h5   where to write; default: output.file of the run file\n"
        "      --set KEY=VALUE   override a setting, as in --set run.seed=7; repeatable\n"
        "      --threads N       threads per rank; default: OMP_NUM_THREADS, or the cores that\n"
        "                        the rank may use, as far as there is work for them\n"
        "      --resume          go on from the newest sound checkpoint, or start where there is\n"
        "                        none: one command line for the first and every later submission\n"
        "      --force           replace an existing result\n"
        "      --kernels NAME    baseline, avx2 or avx512; default: the fastest there is\n"
        "      --patience MINUTES  of several ranks: where no generation is completed for so long, one\n"
        "                        hangs, and the others end the run; default: 60, 0: never\n"
        "  -q, --quiet           no progress and no summary\n"
        "  -v, --verbose         print the resolved run file first\n"
        "\n"
        "SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU, a file OUT.stop beside OUT.h5, or the\n"
        "limit limits.wall_time: the generation is finished, a checkpoint written, and the exit\n"
        "code is 75; the same command with --resume goes on. A signal that was ignored when the\n"
        "program began, as SIGHUP under nohup, stays ignored. A second SIGINT ends the run at\n"
        "once. A rank that hangs ends it with 75, too, but without a new checkpoint.\n"
        "\n"
        "Examples:\n"
        "  happygene run quickstart.yaml\n"
        "  mpirun -n 4 happygene run quickstart.yaml -o out.h5 --set run.generations=200\n"
        "  happygene run out.h5 -o again.h5 && happygene diff out.h5 again.h5\n",
    .run = command_run,
    .collective = true,
    .data = true, /* the path of the result, which a script may read */
};
