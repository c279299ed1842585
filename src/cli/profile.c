/* SPDX-License-Identifier: GPL-3.0-or-later
 * happygene profile: runs a run file and tells where its time and memory went. */
#include "cli/profile.h"

#include <inttypes.h>
#include <mpi.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/watchdog.h"
#include "parallel/team.h"

enum { MOST_WORDS = 1024 };

/* --- what is asked for ---------------------------------------------------------------------- */

static bool is_kind(const char *word, hg_scaling_kind *kind)
{
    static const char *const names[] = {[HG_SCALING_SIZE] = "size",
                                        [HG_SCALING_THREADS] = "threads",
                                        [HG_SCALING_RANKS] = "ranks"};
    for (hg_scaling_kind k = HG_SCALING_SIZE; k <= HG_SCALING_RANKS; k++)
        if (strcmp(word, names[k]) == 0) {
            *kind = k;
            return true;
        }
    return false;
}

/* Takes --scaling [KIND] out of the words: its argument may be left out. `after` is the word
 * after it that is no kind, if there is one: the run file, or a kind that there is not. */
static hg_status take_scaling(int *count, char **words, hg_scaling_kind *scaling,
                              const char **after)
{
    int kept = 0;
    bool options_end = false;
    for (int i = 0; i < *count; i++) {
        options_end |= strcmp(words[i], "--") == 0;
        const bool here = !options_end && strncmp(words[i], "--scaling", 9) == 0;
        if (here && words[i][9] == '=') {
            if (!is_kind(words[i] + 10, scaling))
                return hg_fail(HG_USAGE, "profile: %s: allowed: size, threads, ranks", words[i]);
        } else if (here && words[i][9] == '\0') {
            const char *next = i + 1 < *count ? words[i + 1] : "-";
            if (is_kind(next, scaling)) {
                i++;
            } else {
                *scaling = HG_SCALING_SIZE;
                if (next[0] != '-') *after = next;
            }
        } else {
            words[kept++] = words[i];
        }
    }
    *count = kept;
    return HG_OK;
}

/* One run file; a word after --scaling that cannot be it was meant to be a kind. */
static hg_status take_file(const char **operand, int operands, const char *after,
                           hg_profile_options *options)
{
    options->file = operand[0];
    if (after != NULL && strpbrk(after, "./") == NULL && access(after, F_OK) != 0)
        return hg_fail(HG_USAGE, "profile: --scaling %s: allowed: size, threads, ranks", after);
    if (operands > 1)
        return hg_fail(HG_USAGE, "profile: '%s' is one word too many; usage: happygene %s",
                       operand[1], hg_command_profile.synopsis);
    return HG_OK;
}

static hg_status parse(int given, char **given_words, hg_profile_options *options)
{
    char *words[MOST_WORDS];
    const char *operand[2], *after = NULL;
    int count = given, operands;
    const hg_option table[] = {
        {.name = "--output,-o", .argument = "OUT.h5", .value = &options->library.output},
        {.name = "--set", .argument = "KEY=VALUE", .values = options->settings,
         .count = &options->library.set_count, .room = HG_PROFILE_SETTINGS},
        {.name = "--threads", .argument = "N", .value = &options->threads},
        {.name = "--kernels", .argument = "NAME", .value = &options->library.kernels},
        {.name = "--force", .count = &options->force},
        {.name = "--json", .count = &options->json},
        {.name = "--no-machine", .count = &options->no_machine},
        {.name = "--quiet,-q", .count = &options->quiet},
        {.name = "--verbose,-v", .count = &options->verbose},
    };
    if (given > MOST_WORDS) return hg_fail(HG_USAGE, "profile: too many words");
    memcpy(words, given_words, (size_t)given * sizeof *words);
    HG_TRY(take_scaling(&count, words, &options->scaling, &after));
    HG_TRY(hg_options_parse(&hg_command_profile, count, words, table,
                            sizeof table / sizeof *table, operand, 1, 2, &operands));
    HG_TRY(take_file(operand, operands, after, options));
    if (options->threads != NULL)
        HG_TRY(hg_options_threads(options->threads, &options->library.threads));
    options->library.set = options->settings;
    options->library.replace = options->force > 0;
    options->library.no_output = options->library.output == NULL;
    options->library.command_line = "happygene profile";
    return HG_OK;
}

/* --- the run -------------------------------------------------------------------------------- */

static hg_status advance(hg_run *run, bool quiet)
{
    hg_progress progress = hg_progress_start(hg_run_generations(run), quiet || hg_rank() != 0);
    hg_status status = HG_OK;
    while (status == HG_OK && hg_run_generation(run) < hg_run_generations(run)) {
        status = hg_run_advance(run, 1);
        hg_watchdog_note(hg_run_generation(run));
        if (hg_progress_due(&progress))
            hg_progress_show(&progress, hg_run_generation(run), hg_run_fitness(run));
    }
    hg_progress_end(&progress);
    return status;
}

/* What the machine can do, for the limit. The run is over and finished whatever comes of this;
 * where there is no memory for it, the profile says so. */
static void measure_machine(hg_run *run, hg_profile *profile)
{
    const int64_t before = hg_memory_resident_peak();
    if (hg_run_measure_machine(run) != HG_OK)
        snprintf(profile->unmeasured, sizeof profile->unmeasured, "%s", hg_error_message());
    profile->unmeasured[strcspn(profile->unmeasured, "\n")] = '\0';
    profile->measuring = hg_memory_resident_peak() - before;
    MPI_Allreduce(MPI_IN_PLACE, &profile->measuring, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
}

static bool is_told(hg_status status)
{
    return status == HG_OK || status == HG_EXTINCT || status == HG_STOPPED;
}

/* Runs, measures, and adds what was found to `text`; numbers of `profile` that outlive the run
 * stay. A run that was stopped or died out is told as far as it went. */
static hg_status measure(const hg_profile_options *options, hg_profile *profile, hg_text *text)
{
    hg_run *run;
    char reason[4096];
    HG_TRY(hg_run_create(&run, options->file, &options->library));
    hg_signals_stop(run);
    if (options->verbose && hg_rank() == 0) fputs(hg_run_file(run), stderr);
    const hg_status ran = advance(run, options->quiet > 0);
    snprintf(reason, sizeof reason, "%s", hg_error_message());
    hg_status status = is_told(ran) ? HG_OK : ran;
    if (ran == HG_STOPPED)
        snprintf(profile->unmeasured, sizeof profile->unmeasured, "the run was stopped");
    else if (status == HG_OK && options->no_machine == 0) measure_machine(run, profile);
    if (status == HG_OK) status = hg_run_finish(run);
    if (status == HG_OK) status = hg_run_performance(run, &profile->performance);
    if (status == HG_OK) {
        profile->output = options->library.output;
        if (options->json) hg_profile_write(text, profile);
        else hg_profile_tell(text, profile);
    }
    hg_signals_stop(NULL);
    hg_run_destroy(&run);
    return status == HG_OK && ran != HG_OK ? hg_fail_as(ran, reason) : status;
}

static hg_status print(hg_text *text)
{
    char *taken = NULL;
    const hg_status status = hg_text_take(text, &taken);
    if (status == HG_OK && hg_rank() == 0) fputs(taken, stdout);
    hg_release(&taken);
    return status;
}

static hg_status profile_all(const hg_profile_options *options)
{
    static hg_scaling scaling;
    hg_profile profile = {.resident_before = hg_memory_resident()};
    hg_text text = hg_text_of(HG_MEMORY_OTHER);
    char reason[4096];
    double patience;
    HG_TRY(hg_watchdog_read(NULL, &patience));
    hg_watchdog_start(hg_rank(), hg_ranks(), patience);
    const hg_status ran = measure(options, &profile, &text);
    hg_watchdog_stop(); /* further runs leave ranks without work */
    hg_status status = HG_OK;
    snprintf(reason, sizeof reason, "%s", hg_error_message());
    if (!is_told(ran)) {
        hg_text_free(&text);
        return ran;
    }
    scaling.kind = ran == HG_OK ? options->scaling : HG_SCALING_NONE;
    hg_status scaled = HG_OK;
    if (scaling.kind != HG_SCALING_NONE)
        scaled = hg_profile_scale(&scaling, options, &profile.performance);
    if (scaled != HG_OK)
        snprintf(reason, sizeof reason, "%s", scaled == HG_STOPPED ? "stopped on request, among the runs of "
                 "--scaling" : hg_error_message());
    if (options->json) hg_profile_write_scaling(&text, &scaling);
    else if (scaling.kind != HG_SCALING_NONE) hg_profile_tell_scaling(&text, &scaling);
    if (scaled == HG_OK || scaled == HG_STOPPED) status = print(&text);
    hg_text_free(&text);
    HG_TRY(status);
    const hg_status worst = ran == HG_OK ? scaled : ran;
    return worst == HG_OK ? HG_OK : hg_fail_as(worst, reason);
}

static hg_status command_profile(int count, char **words)
{
    static hg_profile_options options;
    HG_TRY(parse(count, words, &options));
    hg_signals_heed();
    HG_TRY(hg_initialize(NULL, NULL));
    return profile_all(&options);
}

const hg_command hg_command_profile = {
    .name = "profile",
    .synopsis = "profile FILE [-o OUT.h5] [--set KEY=VALUE]... [--json] [--scaling [KIND]]",
    .summary = "run it and tell where time and memory go, and how far from the machine's limit",
    .text =
        "Runs the run file FILE, alone or under mpirun -n P, and prints tables: size, time and\n"
        "memory; what memory is allocated for; the phases of a generation; whether memory leaks;\n"
        "what is copied and sent; and how the time compares with what the machine's memory and\n"
        "arithmetic, measured right after the run, would allow at best.\n"
        "\n"
        "  -o, --output OUT.h5   write the result too, with what was measured in /performance;\n"
        "                        without it nothing is written, and output costs nothing\n"
        "      --set KEY=VALUE   override a setting, as in --set run.generations=50; repeatable\n"
        "      --threads N       threads per rank; default: OMP_NUM_THREADS, or the cores that\n"
        "                        the rank may use, as far as there is work for them\n"
        "      --json            JSON instead of tables\n"
        "      --scaling size    further runs with 2, 4 and 8 times the individuals, 2 and 4\n"
        "                        times the genes; the word `size` may be left out\n"
        "      --scaling threads on 1, 2, 4, ... threads of each rank: strong scaling (the same\n"
        "                        individuals) and weak (the same individuals per thread)\n"
        "      --scaling ranks   on 1, 2, 4, ... of mpirun's ranks; the others wait\n"
        "      --no-machine      do not measure the machine\n"
        "      --force           replace an existing result\n"
        "      --kernels NAME    baseline, avx2 or avx512; default: the fastest there is\n"
        "  -v, --verbose         print the resolved run file first\n"
        "  -q, --quiet           no progress\n"
        "\n"
        "The signals that stop `happygene run` stop it, too: it tells what it has measured so far, and\n"
        "the exit code is 75. With -o, happygene run with --resume goes on.\n"
        "\n"
        "Examples:\n"
        "  happygene profile quickstart.yaml\n"
        "  mpirun -n 4 happygene profile quickstart.yaml --threads 1 --scaling ranks\n"
        "  happygene profile quickstart.yaml --json | python3 -m json.tool\n",
    .run = command_profile,
    .collective = true,
};
