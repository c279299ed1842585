/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs many run files one after the other in one process per rank, so that tests of hundreds
 * of small runs do not start a program for each:
 *
 *     mpirun -n 3 ./batch THREADS KERNELS LIST
 *
 * KERNELS: baseline, avx2, avx512, or `-` for the fastest. LIST: a line per run, the run file
 * and the result file with a tab between. Prints a line per run: its status (happygene/status.h)
 * and, where that is not 0, the message, with bars for its line ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <happygene/happygene.h>

static hg_status run_one(const char *path, const char *result, const char *kernels, int threads)
{
    const hg_run_options options = {
        .output = result, .replace = true, .threads = threads, .kernels = kernels};
    hg_run *run;
    hg_status status = hg_run_create(&run, path, &options);
    if (status != HG_OK) return status;
    status = hg_run_advance(run, hg_run_generations(run));
    const hg_status end = hg_run_finish(run);
    hg_run_destroy(&run);
    return status != HG_OK ? status : end;
}

static void tell(hg_status status)
{
    if (hg_rank() != 0) return;
    printf("%d", (int)status);
    if (status != HG_OK) putchar('\t');
    for (const char *c = status == HG_OK ? "" : hg_error_message(); *c != '\0'; c++)
        putchar(*c == '\n' ? '|' : *c);
    putchar('\n');
}

int main(int argc, char **argv)
{
    char line[8192];
    FILE *list = argc == 4 ? fopen(argv[3], "r") : NULL;
    if (list == NULL) {
        fprintf(stderr, "usage: batch THREADS KERNELS LIST\n");
        return HG_USAGE;
    }
    if (hg_initialize(NULL, NULL) != HG_OK) return HG_BUG;
    const char *kernels = strcmp(argv[2], "-") == 0 ? NULL : argv[2];
    while (fgets(line, sizeof line, list) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        char *tab = strchr(line, '\t');
        if (tab == NULL) continue;
        *tab = '\0';
        tell(run_one(line, tab + 1, kernels, atoi(argv[1])));
    }
    fclose(list);
    hg_finalize();
    return 0;
}
