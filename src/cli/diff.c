/* SPDX-License-Identifier: GPL-3.0-or-later
 * happygene diff: are two results the same, to the bit? */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "io/compare.h"

#define SHOWN 5           /* differing values of a dataset */
#define SHOWN_DATASETS 10 /* differing datasets */

/* What has been told so far. */
typedef struct report {
    bool quiet;
    char dataset[512]; /* that the last line was about */
    int64_t datasets;
} report;

/* Lines about a dataset begin with its path, and follow each other. */
static void print_line(void *context, const char *text)
{
    report *told = context;
    const size_t length = strcspn(text, "[:");
    if (told->datasets == 0 || strlen(told->dataset) != length ||
        strncmp(told->dataset, text, length) != 0) {
        told->datasets++;
        snprintf(told->dataset, sizeof told->dataset, "%.*s", (int)length, text);
    }
    if (!told->quiet && told->datasets <= SHOWN_DATASETS) printf("%s\n", text);
}

static void print_note(void *context, const char *text)
{
    const report *told = context;
    if (!told->quiet) printf("note: %s\n", text);
}

static hg_status compare(const hg_results *a, const hg_results *b, bool quiet)
{
    hg_comparison found;
    report told = {.quiet = quiet};
    HG_TRY(hg_compare_results(a, b, SHOWN, print_line, print_note, &told, &found));
    if (quiet) return found.findings == 0 ? HG_OK : hg_fail(HG_DIFFERENT, "%s", "");
    if (told.datasets > SHOWN_DATASETS)
        printf("... and %" PRId64 " more\n", told.datasets - SHOWN_DATASETS);
    if (found.findings == 0) {
        printf("identical: %" PRId64 " datasets, %" PRId64 " values\n", found.datasets,
               found.values);
        return HG_OK;
    }
    printf("different: %" PRId64 " of %" PRId64 " values in %" PRId64 " datasets\n",
           found.different, found.values, found.datasets);
    return hg_fail(HG_DIFFERENT, "%s and %s differ", a->path, b->path);
}

static hg_status run(int count, char **words)
{
    const char *paths[2];
    int given, quiet = 0;
    const hg_option options[] = {{.name = "--quiet,-q", .count = &quiet}};
    HG_TRY(hg_options_parse(&hg_command_diff, count, words, options, 1, paths, 2, 2, &given));
    hg_results a, b = {.file = -1};
    hg_status status = hg_results_open(&a, paths[0]);
    if (status == HG_OK) status = hg_results_open(&b, paths[1]);
    if (status == HG_OK) status = compare(&a, &b, quiet > 0);
    hg_results_close(&b);
    hg_results_close(&a);
    return status;
}

const hg_command hg_command_diff = {
    .name = "diff",
    .synopsis = "diff A.h5 B.h5 [--quiet]",
    .summary = "compare two results exactly",
    .text =
        "Compares all results of two runs bit by bit: every dataset but those of /provenance\n"
        "and /performance. Prints the first differing values of each dataset with their place,\n"
        "and how many differ, for the first ten datasets. Of an unfinished file, what it\n"
        "recorded is compared. Run files that differ are noted, but it is the results that\n"
        "decide.\n"
        "\n"
        "  -q, --quiet   prints nothing: the exit code tells\n"
        "\n"
        "Exit code 0: identical; 1: different; 65: a file cannot be read.\n"
        "\n"
        "Example:\n"
        "  happygene diff one-rank.h5 four-ranks.h5\n",
    .run = run,
};
