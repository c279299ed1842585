/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/threads.h"

#include <mpi.h>
#include <omp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_THREADS = 4096 }; /* that are tried */

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

static void *wait_for_all(void *context)
{
    pthread_mutex_t *gate = context;
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

/* As many threads at a time as OpenMP would add to this one: 0, or errno. Their stacks are used again. */
static int try_threads(int count)
{
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    pthread_t thread[MOST_THREADS];
    int started = 0, reason = 0;
    pthread_mutex_lock(&gate);
    while (started < count && reason == 0) {
        reason = pthread_create(&thread[started], NULL, wait_for_all, &gate);
        if (reason == 0) started++;
    }
    pthread_mutex_unlock(&gate);
    for (int t = 0; t < started; t++) pthread_join(thread[t], NULL);
    pthread_mutex_destroy(&gate);
    return reason;
}

hg_status hg_threads_start(int count)
{
    const int reason = try_threads(count - 1 < MOST_THREADS ? count - 1 : MOST_THREADS);
    if (reason != 0)
        return hg_fail(HG_NO_MEMORY, "no memory for %d threads, or no more are allowed (ulimit -v, -u): "
                       "%s; --threads sets their number", count, strerror(reason));
    int ready = 0;
#pragma omp parallel num_threads(count) reduction(+ : ready)
    ready++;
    return ready > 0 ? HG_OK : hg_fail(HG_BUG, "no thread has started");
}
