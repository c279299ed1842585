/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each k-th allocation fails, for every k: run, validate, info, diff, export and network must end
 * in HG_NO_MEMORY with a message, the same on all ranks, free what they have, close what they opened and leave
 * no file that is taken for whole.
 *
 * usage: starve FOLDER RUN.yaml...   in the environment: STEP=n, of n allocations one
 * fails; VERBOSE=1, each is named before it does; AT=k, the k-th of the last rank fails in one run
 * of all generations, whose status is the program's (starve_loop.sh)
 */
#include <hdf5.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/cli.h"
#include "happygene/happygene.h"
#include "io/results.h"

static int rank, ranks, failures;
static char drawn[1024], whole[1024], output[1024];

#define EXPECT(holds, ...)                                                                         \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            failures++;                                                                            \
            fprintf(stderr, "FAILED: rank %d: %s: ", rank, #holds);                                \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fputc('\n', stderr);                                                                   \
        }                                                                                          \
    } while (0)

static hg_status call(const hg_command *command, int count, const char *const *words)
{
    char copy[12][1024], *given[13] = {NULL};
    for (int i = 0; i < count; i++) {
        snprintf(copy[i], sizeof copy[i], "%s", words[i]);
        given[i] = copy[i];
    }
    const hg_status status = command->run(count, given);
    fflush(stdout);
    return status;
}

/* A result that says that it is complete is the same as the one that nothing disturbed. */
static void check_output(const char *what, long k)
{
    hg_results results;
    if (rank != 0 || access(output, F_OK) != 0) return;
    const hg_status status = hg_results_open(&results, output);
    const bool complete = status == HG_OK && results.complete;
    hg_results_close(&results);
    EXPECT(!complete, "%s, allocation %ld: a failed run left a complete result", what, k);
}

static void check_failed(const char *what, long k, hg_status status, int64_t before)
{
    int same = (int)status, least, most;
    MPI_Allreduce(&same, &least, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    MPI_Allreduce(&same, &most, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    EXPECT(least == most, "%s, allocation %ld: status %d here, %d to %d elsewhere", what, k, same,
           least, most);
    EXPECT(status == HG_NO_MEMORY, "%s, allocation %ld: status %d, message '%s'", what, k,
           (int)status, hg_error_message());
    EXPECT(strstr(hg_error_message(), "no memory") != NULL, "%s, allocation %ld: message '%s'",
           what, k, hg_error_message());
    EXPECT(hg_memory_total().current == before, "%s, allocation %ld: %lld bytes are lost", what, k,
           (long long)(hg_memory_total().current - before));
    EXPECT(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL) == 0, "%s, allocation %ld: HDF5 objects "
           "stay open", what, k);
}

/* It fails on the last rank alone. */
static void starve(const char *what, const hg_command *command, int count,
                   const char *const *words, bool writes)
{
    const char *step_text = getenv("STEP");
    const long step = step_text != NULL ? strtol(step_text, NULL, 10) : 1;
    const int64_t before = hg_memory_total().current;
    for (long k = 1;; k += step) {
        if (writes && rank == 0) unlink(output);
        MPI_Barrier(MPI_COMM_WORLD);
        if (getenv("VERBOSE") != NULL && rank == 0) fprintf(stderr, "%s, allocation %ld\n", what, k);
        hg_memory_fail_at(rank == ranks - 1 ? k : 0);
        const hg_status status = call(command, count, words);
        hg_memory_fail_at(0);
        int fine = status == HG_OK;
        MPI_Bcast(&fine, 1, MPI_INT, ranks - 1, MPI_COMM_WORLD);
        if (fine) { /* as many as it needs are not so many */
            if (rank == 0) fprintf(stderr, "%s: every %ld. of about %ld allocations\n", what, step, k);
            return;
        }
        check_failed(what, k, status, before);
        if (writes) check_output(what, k);
        MPI_Barrier(MPI_COMM_WORLD);
        if (failures > 20) return;
    }
}

static void starve_all(const char *file)
{
    /* Of several ranks, growing room for what others send ends all of them at once, after
     * generation 0: starve_loop.sh tries that. */
    const int more = ranks > 1 ? 2 : 0;
    const char *run[] = {"run", file, "-o", output, "--quiet", "--threads", "1", "--set",
                         "run.generations=0"};
    const char *first[] = {"run", file, "-o", whole, "--quiet", "--threads", "1", "--force",
                           "--set", "run.generations=0"};
    const char *again[] = {"run", whole, "-o", output, "--quiet", "--threads", "1"};
    const char *validate[] = {"validate", file};
    const char *info[] = {"info", whole};
    const char *diff[] = {"diff", whole, output};
    const char *individuals[] = {"export", whole, "--table", "individuals"};
    const char *performance[] = {"export", whole, "--table", "performance"};
    const char *sbml[] = {"export", whole, "--table", "sbml"};
    const char *network[] = {"network", whole, "--json"};
    const char *plot[] = {"plot", whole, "--what", "all", "--quiet", "-o", drawn};
    const char *tables[] = {"export", whole, "--table", "tskit", "-o", whole};
    const hg_status status = call(&hg_command_run, 8 + more, first);
    EXPECT(status == HG_OK, "%s: %s", file, hg_error_message());
    if (status != HG_OK) return;
    starve("run", &hg_command_run, 7 + more, run, true);
    starve("run of a result", &hg_command_run, 7, again, true);
    if (ranks > 1) return;
    starve("validate", &hg_command_validate, 2, validate, false);
    starve("info", &hg_command_info, 2, info, false);
    starve("diff", &hg_command_diff, 3, diff, false);
    starve("export of individuals", &hg_command_export, 4, individuals, false);
    starve("export of performance", &hg_command_export, 4, performance, false);
    starve("export of SBML", &hg_command_export, 4, sbml, false);
    starve("network", &hg_command_network, 3, network, false);
    starve("plot", &hg_command_plot, 7, plot, false);
    starve("export", &hg_command_export, 6, tables, false);
}

/* Generations included: some failures end all ranks at once, and this program with them. */
static int starve_once(const char *file, long k)
{
    const char *run[] = {"run", file, "-o", output, "--quiet", "--threads", "1", "--force"};
    hg_memory_fail_at(rank == ranks - 1 ? k : 0);
    const hg_status status = call(&hg_command_run, 8, run);
    if (status != HG_OK && rank == ranks - 1) fprintf(stderr, "happygene: %s\n", hg_error_message());
    hg_finalize();
    return (int)status;
}

static void remove_tables(void)
{
    static const char *const names[] = {"nodes", "edges", "individuals"};
    for (int k = 0; k < 3; k++) {
        char path[sizeof whole + 32];
        snprintf(path, sizeof path, "%s.%s.txt", whole, names[k]);
        unlink(path);
    }
}

int main(int count, char **words)
{
    MPI_Init(NULL, NULL);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    if (count < 3 || freopen("/dev/null", "w", stdout) == NULL) return 2;
    snprintf(whole, sizeof whole, "%s/starve-%d-whole.h5", words[1], ranks);
    snprintf(output, sizeof output, "%s/starve-%d.h5", words[1], ranks);
    snprintf(drawn, sizeof drawn, "%s/starve-%d.gp", words[1], ranks);
    const char *at = getenv("AT");
    if (at != NULL) {
        const int status = starve_once(words[2], strtol(at, NULL, 10));
        MPI_Finalize();
        return status;
    }
    for (int i = 2; i < count && failures == 0; i++) starve_all(words[i]);
    MPI_Allreduce(MPI_IN_PLACE, &failures, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (rank == 0) unlink(whole);
    if (rank == 0) unlink(output);
    if (rank == 0) unlink(drawn);
    if (rank == 0) remove_tables();
    MPI_Finalize();
    return failures > 0;
}
