/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a profile found, as tables for people, and the verdicts on it. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/profile.h"

/* --- verdicts ------------------------------------------------------------------------------ */

double hg_profile_state(const hg_profile *profile)
{
    const hg_performance *of = &profile->performance;
    const double loci = (double)(of->genes + of->heritable_edges);
    return (double)of->individuals * loci * (double)of->ploidy * sizeof(double);
}

/* 2.5 times the alleles; and what MPI, HDF5 and the program take in each process */
static const double state_factor = 2.5, process_bytes = 64e6;

double hg_profile_allowed(const hg_profile *profile)
{
    return state_factor * hg_profile_state(profile) + process_bytes * profile->performance.ranks;
}

int64_t hg_profile_resident(const hg_profile *profile)
{
    int64_t sum = 0;
    for (int r = 0; r < profile->performance.ranks; r++) sum += profile->performance.rss_peak[r];
    return sum;
}

hg_leak hg_profile_leak(const hg_performance *performance, int64_t *tracked, int64_t *resident)
{
    const int last = performance->samples - 1, half = performance->samples / 2;
    *tracked = *resident = 0;
    if (performance->samples < 4) return HG_LEAK_UNKNOWN;
    *tracked = performance->sample_tracked[last] - performance->sample_tracked[half];
    *resident = performance->sample_resident[last] - performance->sample_resident[half];
    const double grace =
        1e6 * performance->ranks + 0.02 * (double)performance->sample_resident[half];
    return *tracked <= 0 && (double)*resident <= grace ? HG_LEAK_NONE : HG_LEAK_SOME;
}

const char *hg_leak_name(hg_leak leak)
{
    static const char *const names[] = {
        [HG_LEAK_NONE] = "none", [HG_LEAK_SOME] = "memory grows",
        [HG_LEAK_UNKNOWN] = "too few generations to tell"};
    return names[leak];
}

/* A shorter loop is mostly clocks, cold caches and threads that wake. */
static const double shortest_judged = 0.005; /* seconds */

hg_profile_limit hg_profile_limits(const hg_performance *performance)
{
    const hg_machine *machine = &performance->machine;
    const double rate = machine->in_cache ? machine->copy_cache : machine->copy_memory;
    hg_profile_limit limit = {.ratio = NAN};
    if (machine->multiply_add == 0.0) return limit;
    limit.bytes = performance->bytes_needed / rate;
    limit.operations = performance->operations / machine->multiply_add;
    limit.least = limit.bytes > limit.operations ? limit.bytes : limit.operations;
    limit.taken = performance->loop - performance->loop_output;
    if (limit.taken >= shortest_judged && limit.least > 0.0)
        limit.ratio = limit.taken / limit.least;
    return limit;
}

/* --- words ---------------------------------------------------------------------------------- */

static void label(hg_text *text, const char *name) { hg_text_add(text, "  %-15s", name); }

/* A number of bytes in a column of `width`. */
static void add_bytes_column(hg_text *text, int64_t bytes, int width)
{
    hg_text number = hg_text_of(HG_MEMORY_OTHER);
    char *taken = NULL;
    hg_text_add_bytes_count(&number, (double)bytes);
    if (hg_text_take(&number, &taken) == HG_OK) hg_text_add(text, "%*s", width, taken);
    hg_release(&taken);
}

static double per(double amount, double count) { return count > 0.0 ? amount / count : 0.0; }

/* An amount a generation; a dash where no generation was made. */
static void add_each(hg_text *text, const char *format, double amount, const hg_performance *of)
{
    char number[48] = "-";
    if (of->generations > 0)
        snprintf(number, sizeof number, "%.4g", amount / (double)of->generations);
    hg_text_add(text, format, number);
}

static void add_bytes_each(hg_text *text, int64_t bytes, const hg_performance *of)
{
    if (of->generations == 0) hg_text_add(text, "-");
    else hg_text_add_bytes_count(text, (double)bytes / (double)of->generations);
}

/* --- the tables ----------------------------------------------------------------------------- */

static double updates(const hg_performance *of)
{
    return (double)of->individuals * (double)of->genes * (double)of->generations;
}

static void tell_size(hg_text *text, const hg_performance *of)
{
    hg_text_add(text, "Scenario\n");
    label(text, "size");
    hg_text_add_counted(text, of->individuals, "individual");
    hg_text_add(text, " x ");
    hg_text_add_counted(text, of->genes, "gene");
    hg_text_add(text, " x ");
    hg_text_add_counted(text, of->generations, "generation");
    hg_text_add(text, ", ");
    hg_text_add_counted(text, of->edges, "edge");
    hg_text_add(text, "\n");
    label(text, "layout");
    hg_text_add_counted(text, of->ranks, "rank");
    hg_text_add(text, " x ");
    hg_text_add_counted(text, of->threads, "thread");
    hg_text_add(text, ", %s kernels\n", of->kernels);
    label(text, "time");
    hg_text_add(text, "%.4g s; ", of->wall);
    add_each(text, "%s ms a generation, ", 1e3 * of->loop, of);
    if (of->generations > 0) hg_text_add(text, "%.4g", per(updates(of), of->loop));
    else hg_text_add(text, "-");
    hg_text_add(text, " gene updates per second\n");
}

static void tell_memory(hg_text *text, const hg_profile *profile)
{
    const hg_performance *of = &profile->performance;
    const double resident = (double)hg_profile_resident(profile);
    label(text, "memory");
    hg_text_add_bytes_count(text, resident);
    hg_text_add(text, " resident at the peak, ");
    hg_text_add_bytes_count(text, (double)of->tracked_peak);
    hg_text_add(text, " of it tracked\n");
    label(text, "");
    hg_text_add(text, "tracked: ");
    hg_text_add_bytes_count(text, per((double)of->tracked_peak, (double)of->individuals));
    hg_text_add(text, " per individual, %.3g B for each of its genes", of->bytes_per_gene);
    if (of->heritable_edges > 0) /* else edges are shared by all */
        hg_text_add(text, ", %.3g B for each of its edges",
                    per((double)of->tracked_peak,
                        (double)of->individuals * (double)of->heritable_edges));
    hg_text_add(text, "\n");
    if (profile->measuring > 0) {
        label(text, "");
        hg_text_add(text, "and ");
        hg_text_add_bytes_count(text, (double)profile->measuring);
        hg_text_add(text, " more, after the run, for measuring the machine\n");
    }
    label(text, "limit");
    hg_text_add_bytes_count(text, hg_profile_allowed(profile));
    hg_text_add(text, " resident: %.2g x ", state_factor);
    hg_text_add_bytes_count(text, hg_profile_state(profile));
    hg_text_add(text, " of alleles, and ");
    hg_text_add_bytes_count(text, process_bytes);
    hg_text_add(text, " a rank: %s\n",
                resident <= hg_profile_allowed(profile) ? "kept" : "EXCEEDED");
}

static void tell_allocations(hg_text *text, const hg_performance *of)
{
    hg_text_add(text, "\nAllocations\n  %-15s%12s%12s%10s\n", "", "now", "peak", "blocks");
    bool told[64] = {false};
    for (int n = 0; n < of->categories && n < 64; n++) { /* the largest first */
        int next = -1;
        for (int c = 0; c < of->categories; c++)
            if (!told[c] && (next < 0 || of->peak[c] > of->peak[next])) next = c;
        if (next < 0) break;
        told[next] = true;
        if (of->peak[next] == 0) continue;
        label(text, of->category[next]);
        add_bytes_column(text, of->current[next], 12);
        add_bytes_column(text, of->peak[next], 12);
        hg_text_add(text, "%10" PRId64 "\n", of->allocations[next]);
    }
    label(text, "all");
    add_bytes_column(text, of->tracked, 12);
    add_bytes_column(text, of->tracked_peak, 12);
    hg_text_add(text, "\n  ");
    hg_text_add_counted(text, of->loop_allocations, "block");
    hg_text_add(text, " allocated while generations were made: %s\n",
                of->loop_allocations == 0 ? "as it must be" : "MUST BE 0");
}

static void add_factor(hg_text *text, double factor)
{
    if (factor > 0.0) hg_text_add(text, "%9.2f", factor);
    else hg_text_add(text, "%9s", "-");
}

static void tell_phases(hg_text *text, const hg_performance *of)
{
    double sum = 0.0;
    hg_text_add(text, "\nPhases\n  %-15s%10s%10s%9s%14s%9s%9s\n", "", "s", "ms/gen.", "share",
                "updates/s", "ranks", "threads");
    for (int p = 0; p < of->phases; p++) {
        const double seconds = of->mean[p];
        const bool once = strcmp(of->phase[p], "setup") == 0;
        sum += seconds;
        label(text, of->phase[p]);
        hg_text_add(text, "%10.4g", seconds);
        if (once) hg_text_add(text, "%10s", "-");
        else add_each(text, "%10s", 1e3 * seconds, of);
        hg_text_add(text, "%8.1f%%", 100.0 * per(seconds, of->wall));
        if (once || seconds <= 0.0 || of->generations == 0) hg_text_add(text, "%14s", "-");
        else hg_text_add(text, "%14.3e", per(updates(of), seconds));
        add_factor(text, seconds > 0.0 ? of->max[p] / seconds : 0.0);
        add_factor(text, of->imbalance[p]);
        hg_text_add(text, "\n");
    }
    label(text, "all");
    hg_text_add(text, "%10.4g", sum);
    add_each(text, "%10s", 1e3 * of->loop, of);
    hg_text_add(text, "%8.1f%%   of %.4g s\n", 100.0 * per(sum, of->wall), of->wall);
    hg_text_add(text, "  ranks, threads: the slowest over the mean. overhead: what is in no other "
                      "phase,\n  threads waiting for one another above all.\n");
}

static void tell_leak(hg_text *text, const hg_performance *of)
{
    int64_t tracked, resident;
    const hg_leak leak = hg_profile_leak(of, &tracked, &resident);
    hg_text_add(text, "\nLeaks: %s\n", hg_leak_name(leak));
    if (leak == HG_LEAK_UNKNOWN) return;
    hg_text_add(text, "  from generation %" PRId64 " to %" PRId64 ", tracked memory grew by ",
                of->sample[of->samples / 2], of->sample[of->samples - 1]);
    hg_text_add_bytes_count(text, (double)tracked);
    hg_text_add(text, ", resident memory by ");
    hg_text_add_bytes_count(text, (double)resident);
    hg_text_add(text, "\n");
}

static void tell_copies(hg_text *text, const hg_performance *of)
{
    hg_text_add(text, "\nCopies\n");
    label(text, "copied");
    add_bytes_each(text, of->bytes_copied, of);
    hg_text_add(text, " of genomes a generation\n");
    label(text, "new genotypes");
    add_bytes_each(text, of->bytes_copied_least, of);
    add_each(text, ": one genome for each of %s a generation", (double)of->new_genotypes, of);
    if (of->bytes_copied < of->bytes_copied_least)
        hg_text_add(text, "; %.0f %% took their parent's place",
                    100.0 * (1.0 - (double)of->bytes_copied / (double)of->bytes_copied_least));
    hg_text_add(text, "\n");
    for (int k = 0; k < of->kinds; k++) {
        char name[32];
        snprintf(name, sizeof name, "%s", of->kind[k]);
        for (char *c = name; *c != '\0'; c++)
            if (*c == '_') *c = ' ';
        label(text, name);
        if (strstr(name, "bytes") != NULL)
            add_bytes_each(text, of->traffic[k], of);
        else
            add_each(text, "%s", (double)of->traffic[k], of);
        hg_text_add(text, " a generation\n");
    }
}

static void tell_rate(hg_text *text, const char *name, double rate, const char *unit,
                      double seconds, const char *remark, const hg_performance *of)
{
    label(text, name);
    hg_text_add(text, "%8.2f %-6s", 1e-9 * rate, unit);
    add_each(text, "%12s ms a generation", 1e3 * seconds, of);
    hg_text_add(text, "%s\n", remark);
}

static void tell_limit(hg_text *text, const hg_profile *profile)
{
    const hg_performance *of = &profile->performance;
    const hg_machine *machine = &of->machine;
    const hg_profile_limit limit = hg_profile_limits(of);
    const char *const here = "  <- the genotypes are there";
    hg_text_add(text, "\nThe machine's limit\n");
    if (machine->multiply_add == 0.0) {
        const bool failed = profile->unmeasured[0] != '\0';
        hg_text_add(text, "  not measured%s%s\n", failed ? ": " : "", profile->unmeasured);
        return;
    }
    tell_rate(text, "memory", machine->copy_memory, "GB/s",
              of->bytes_needed / machine->copy_memory, machine->in_cache ? "" : here, of);
    tell_rate(text, "cache", machine->copy_cache, "GB/s", of->bytes_needed / machine->copy_cache,
              machine->in_cache ? here : "", of);
    tell_rate(text, "arithmetic", machine->multiply_add, "Gop/s", limit.operations, "", of);
    label(text, "least");
    add_each(text, "%27s ms a generation, the larger of these\n", 1e3 * limit.least, of);
    label(text, "taken");
    add_each(text, "%27s ms a generation without output, ", 1e3 * limit.taken, of);
    if (isnan(limit.ratio)) hg_text_add(text, "too short to compare\n");
    else hg_text_add(text, "%.3g x the least\n", limit.ratio);
    add_each(text, "  for %s bytes and ", of->bytes_needed, of);
    add_each(text, "%s operations a generation; of random numbers, of choosing parents\n"
                   "  and of communication the limit knows nothing.\n", of->operations, of);
}

void hg_profile_tell(hg_text *text, const hg_profile *profile)
{
    const hg_performance *of = &profile->performance;
    tell_size(text, of);
    tell_memory(text, profile);
    label(text, "result");
    hg_text_add(text, "%s\n", profile->output != NULL ? profile->output
                                                      : "none is written; -o OUT.h5 writes one");
    tell_allocations(text, of);
    tell_phases(text, of);
    tell_leak(text, of);
    tell_copies(text, of);
    tell_limit(text, profile);
}

void hg_profile_tell_scaling(hg_text *text, const hg_scaling *scaling)
{
    const char *series = "";
    const bool size = scaling->kind == HG_SCALING_SIZE;
    hg_text_add(text, "\nScaling: %" PRId64 " generations each, the better of two\n",
                scaling->generations);
    for (int r = 0; r < scaling->rows; r++) {
        const hg_scaling_row *row = &scaling->row[r];
        if (strcmp(series, row->series) != 0)
            hg_text_add(text, "  %-12s%11s%7s%9s%14s%11s%12s%12s%s\n", row->series, "individuals",
                        "genes", "edges", "ranks x thr.", "ms/gen.",
                        size ? "x linear" : "efficiency", "memory", size ? "  x linear" : "");
        series = row->series;
        hg_text_add(text, "  %-12s%11" PRId64 "%7" PRId64 "%9" PRId64 "%8d x %3d", "",
                    row->individuals, row->genes, row->edges, row->ranks, row->threads);
        if (row->note[0] != '\0') {
            hg_text_add(text, "  %s\n", row->note);
            continue;
        }
        hg_text_add(text, "%11.4g", 1e3 * row->seconds);
        if (size) hg_text_add(text, "%12.2f", per(row->seconds, row->expected));
        else hg_text_add(text, "%11.0f%%", 100.0 * per(row->expected, row->seconds));
        add_bytes_column(text, row->bytes, 12);
        if (size) hg_text_add(text, "%10.2f", per((double)row->bytes, row->expected_bytes));
        hg_text_add(text, "\n");
    }
    if (size)
        hg_text_add(text, "  x linear: over what the first row promises at one price for every gene and "
                          "edge of every\n  individual, where edges that all share take time but no "
                          "memory; below 1 is better.\n");
}
