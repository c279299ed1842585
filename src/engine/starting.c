/* SPDX-License-Identifier: GPL-3.0-or-later
 * Starting and ending the library, and with it MPI. */
#define _XOPEN_SOURCE 700 /* nftw */
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/* Open MPI's setting for the folder of its files. */
#define BASE "OMPI_MCA_orte_tmpdir_base"

static bool started_here;

static int remove_one(const char *path, const struct stat *found, int kind, struct FTW *place)
{
    (void)found, (void)kind, (void)place;
    return remove(path);
}

/* A rank that waits for others offers its core to whoever has work in between. Beside other programs two
 * ranks were at least one and a half times as fast so; on cores of their own there is nobody to take it.
 * What the user has told Open MPI holds. */
static hg_status start_mpi(int *argc, char ***argv)
{
    int provided;
    setenv("OMPI_MCA_mpi_yield_when_idle", "1", 0);
    if (MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided) == MPI_SUCCESS) return HG_OK;
    return hg_fail(HG_NO_MEMORY, "MPI does not start");
}

/* A folder of this process's own, in that which Open MPI has been told to use, or where temporary files
 * belong: Open MPI, which makes folders there, ends the process with pages of text where it cannot. */
static hg_status make_folder(char *folder, size_t size)
{
    static const char *const variables[] = {BASE, "TMPDIR"};
    const char *base = NULL, *variable = "TMPDIR";
    for (int i = 0; i < 2 && (base == NULL || base[0] == '\0'); i++)
        base = getenv(variable = variables[i]);
    if (base == NULL || base[0] == '\0') base = "/tmp";
    const int length = snprintf(folder, size, "%s/happygene-XXXXXX", base);
    if (length > 0 && (size_t)length < size && mkdtemp(folder) != NULL) return HG_OK;
    return hg_fail(HG_IO, "MPI cannot start: %s: no folder can be made there: %s; %s names another "
                   "place", base, strerror((size_t)length < size ? errno : ENAMETOOLONG), variable);
}

/* A process that is alone needs no network and no daemon to reach others: Open MPI, told so, starts
 * in 20 ms instead of 300. All such processes of a user would use one folder for files that they do
 * not need, and remove it while others make it: each gets its own, and only while it starts. What
 * the user has told Open MPI holds. */
static hg_status start_alone(int *argc, char ***argv)
{
    char folder[PATH_MAX];
    HG_TRY(make_folder(folder, sizeof folder));
    const char *const settings[][2] = {{"OMPI_MCA_ess_singleton_isolated", "1"},
                                       {"OMPI_MCA_pml", "ob1"}, {"OMPI_MCA_btl", "self"},
                                       {BASE, folder}};
    enum { COUNT = sizeof settings / sizeof *settings };
    bool own[COUNT] = {false};
    for (int i = 0; i < COUNT; i++) {
        own[i] = getenv(settings[i][0]) == NULL;
        if (own[i]) setenv(settings[i][0], settings[i][1], 1);
    }
    const hg_status status = start_mpi(argc, argv);
    for (int i = 0; i < COUNT; i++) /* programs that are started from here may have ranks */
        if (own[i]) unsetenv(settings[i][0]);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return status;
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
    int running;
    MPI_Initialized(&running);
    if (running) return HG_OK;
    const bool launched = hg_launched_rank() >= 0;
    const size_t start = launched ? START_MANY : START;
    if (!hg_memory_has_room(start))
        return hg_fail(HG_NO_MEMORY, "no memory to start MPI: this process may not have the %zu bytes "
                       "more that it takes (ulimit -v, -d)", start);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < FILES)
        return hg_fail(HG_NO_MEMORY, "MPI cannot start: this process may have %llu files open "
                       "(ulimit -n); allowed: at least %d",
                       (unsigned long long)files.rlim_cur, FILES);
    save_room();
    HG_TRY(launched ? start_mpi(argc, argv) : start_alone(argc, argv));
    started_here = true;
    return HG_OK;
}

void hg_finalize(void)
{
    int ended;
    MPI_Finalized(&ended);
    if (started_here && !ended) MPI_Finalize();
}
