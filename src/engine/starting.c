/* SPDX-License-Identifier: GPL-3.0-or-later
 * Starting and ending the library, and with it MPI. */
#define _XOPEN_SOURCE 700 /* nftw */
#include <ftw.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/launcher.h"
#include "base/memory.h"
#include "engine/engine.h"

/* Bytes of address space without which Open MPI ends the process in ways of its own: alone, and with
 * others. */
#define START ((size_t)48 << 20)
#define START_MANY ((size_t)128 << 20)

/* Files open at once without which Open MPI ends the process, with exit code 1. */
#define FILES 16

static bool started_here;

static int remove_one(const char *path, const struct stat *found, int kind, struct FTW *place)
{
    (void)found, (void)kind, (void)place;
    return remove(path);
}

/* A process that is alone needs no network and no daemon to reach others: Open MPI, told so, starts
 * in 20 ms instead of 300. All such processes of a user would use one folder for files that they do
 * not need, and remove it while others make it: each gets its own, and only while it starts. What
 * the user has told Open MPI holds. */
static bool start_alone(int *argc, char ***argv, int *provided)
{
    char folder[PATH_MAX];
    const char *base = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/happygene-XXXXXX", base != NULL ? base : "/tmp");
    const char *const settings[][2] = {{"OMPI_MCA_ess_singleton_isolated", "1"},
                                       {"OMPI_MCA_pml", "ob1"}, {"OMPI_MCA_btl", "self"},
                                       {"OMPI_MCA_orte_tmpdir_base", mkdtemp(folder)}};
    enum { COUNT = sizeof settings / sizeof *settings };
    bool own[COUNT] = {false};
    for (int i = 0; i < COUNT; i++) {
        own[i] = settings[i][1] != NULL && getenv(settings[i][0]) == NULL;
        if (own[i]) setenv(settings[i][0], settings[i][1], 1);
    }
    const bool started = MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, provided) == MPI_SUCCESS;
    for (int i = 0; i < COUNT; i++) /* programs that are started from here may have ranks */
        if (own[i]) unsetenv(settings[i][0]);
    if (settings[COUNT - 1][1] != NULL) nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return started;
}

/* Of limited address space glibc takes 64 MB for each thread that allocates, however little. */
static void save_room(void)
{
#ifdef M_ARENA_MAX
    struct rlimit space;
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY)
        mallopt(M_ARENA_MAX, 1);
#endif
}

hg_status hg_initialize(int *argc, char ***argv)
{
    int running, provided;
    MPI_Initialized(&running);
    if (running) return HG_OK;
    const bool launched = hg_launched_rank() >= 0;
    const size_t start = launched ? START_MANY : START;
    if (!hg_memory_has_room(start))
        return hg_fail(HG_NO_MEMORY, "no memory to start MPI: this process may not have the %zu bytes "
                       "more that it takes (ulimit -v)", start);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < FILES)
        return hg_fail(HG_NO_MEMORY, "MPI cannot start: this process may have %llu files open "
                       "(ulimit -n); allowed: at least %d",
                       (unsigned long long)files.rlim_cur, FILES);
    save_room();
    const bool started =
        launched ? MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided) == MPI_SUCCESS
                 : start_alone(argc, argv, &provided);
    if (!started) return hg_fail(HG_NO_MEMORY, "MPI does not start");
    started_here = true;
    return HG_OK;
}

void hg_finalize(void)
{
    int ended;
    MPI_Finalized(&ended);
    if (started_here && !ended) MPI_Finalize();
}
