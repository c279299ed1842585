/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/threads.h"

#include <mpi.h>
#include <omp.h>
#include <stdlib.h>
#include <unistd.h>

/* The OpenMP library looked at the mask before it bound its own threads. */
int hg_threads_allowed(void) { return omp_get_num_procs(); }

int hg_threads_default(MPI_Comm communicator)
{
    if (getenv("OMP_NUM_THREADS") != NULL) return omp_get_max_threads();
    MPI_Comm node;
    int neighbours;
    MPI_Comm_split_type(communicator, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    MPI_Comm_size(node, &neighbours);
    MPI_Comm_free(&node);
    const int allowed = omp_get_num_procs(), online = (int)sysconf(_SC_NPROCESSORS_ONLN);
    if (allowed < online) return allowed; /* bound: these cores are this rank's own */
    return allowed / neighbours > 1 ? allowed / neighbours : 1;
}
