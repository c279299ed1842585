/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tests on several ranks: a verdict is everybody's before anything is asserted, so that
 * a failing rank does not leave the others waiting. */
#ifndef HG_TESTS_MPI_TEAM_H
#define HG_TESTS_MPI_TEAM_H

#include <ftw.h>
#include <mpi.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../unit/support.h"

static inline int rank_of(void)
{
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

static inline int ranks_of(void)
{
    int ranks;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    return ranks;
}

static inline bool everywhere(bool mine)
{
    int verdict = mine;
    MPI_Allreduce(MPI_IN_PLACE, &verdict, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    return verdict != 0;
}

#define ASSERT_EVERYWHERE(condition) ck_assert(everywhere(condition))

static inline int hg_test_remove(const char *path, const struct stat *found, int kind, struct FTW *at)
{
    (void)found, (void)kind, (void)at;
    return remove(path);
}

/* Starts MPI, runs the suite on all ranks (only the first one talks) and ends MPI. The files are in a
 * folder of this process group alone: the same program may run on another number of ranks beside it. */
static inline int hg_test_main(int argc, char **argv, Suite *(*make)(void))
{
    int provided;
    char folder[] = "ranks-XXXXXX";
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    const bool made = rank_of() != 0 || mkdtemp(folder) != NULL;
    MPI_Bcast(folder, sizeof folder, MPI_CHAR, 0, MPI_COMM_WORLD);
    int failed = everywhere(made) && everywhere(chdir(folder) == 0) ? 0 : 1;
    if (failed == 0) failed = hg_test_run(make(), rank_of() == 0 ? CK_NORMAL : CK_SILENT);
    failed = everywhere(failed == 0 && chdir("..") == 0) ? 0 : 1;
    if (rank_of() == 0 && made) nftw(folder, hg_test_remove, 8, FTW_DEPTH | FTW_PHYS);
    MPI_Finalize();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
