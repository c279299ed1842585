/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/threads.h"

#include <ctype.h>
#include <mpi.h>
#include <omp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes of stack; with 24 kB threads fall over it. */
enum { LEAST_STACK = 64 << 10 };

/* The OpenMP library looked at the mask before it bound its own threads. */
int hg_threads_allowed(void) { return omp_get_num_procs(); }

/* Seconds of work in each generation that make up for a thread that the others wait for, some ten times:
 * a second thread gained nothing below 0.2 to 0.3 ms of work for both, beside other programs. */
#define WORTH_A_THREAD 150e-6

/* The cores of this rank. */
static int own_cores(MPI_Comm communicator)
{
    MPI_Comm node;
    int neighbours;
    MPI_Comm_split_type(communicator, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    MPI_Comm_size(node, &neighbours);
    MPI_Comm_free(&node);
    const int allowed = omp_get_num_procs(), online = (int)sysconf(_SC_NPROCESSORS_ONLN);
    if (allowed < online) return allowed; /* bound: these cores are this rank's own */
    return allowed / neighbours > 1 ? allowed / neighbours : 1;
}

int hg_threads_default(MPI_Comm communicator, double work)
{
    if (getenv("OMP_NUM_THREADS") != NULL) return omp_get_max_threads();
    const int cores = own_cores(communicator);
    const double fed = work / WORTH_A_THREAD;
    if (fed >= cores) return cores;
    return fed > 1.0 ? (int)fed : 1;
}

static void *wait_for_all(void *context)
{
    pthread_mutex_t *gate = context;
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

/* Bytes of stack that OpenMP is told to give its threads: with OMP_STACKSIZE or GOMP_STACKSIZE, whichever
 * makes sense first, in kilobytes or what its letter says. 0 where it is told nothing. */
static size_t stack_asked(void)
{
    static const char *const variables[] = {"OMP_STACKSIZE", "GOMP_STACKSIZE"}, units[] = "bkmg";
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *text = getenv(variables[i]);
        unsigned long long number;
        char letter = 'k', more;
        if (text == NULL || strchr(text, '-') != NULL) continue;
        /* NOLINTNEXTLINE(cert-err34-c): so few digits fit */
        const int found = sscanf(text, "%19llu %c %c", &number, &letter, &more);
        if (found < 1 || found > 2) continue;
        const char *unit = strchr(units, tolower((unsigned char)letter));
        const int shift = unit != NULL ? 10 * (int)(unit - units) : 0;
        if (unit != NULL && number << shift >> shift == number) return (size_t)(number << shift);
    }
    return 0;
}

/* As many threads at a time as OpenMP would add to this one: 0, or errno. Their stacks are used again. */
static int try_threads(int count, const pthread_attr_t *attributes)
{
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    pthread_t thread[HG_THREADS_MOST];
    int started = 0, reason = 0;
    pthread_mutex_lock(&gate);
    while (started < count && reason == 0) {
        reason = pthread_create(&thread[started], attributes, wait_for_all, &gate);
        if (reason == 0) started++;
    }
    pthread_mutex_unlock(&gate);
    for (int t = 0; t < started; t++) pthread_join(thread[t], NULL);
    pthread_mutex_destroy(&gate);
    return reason;
}

/* With stacks that OpenMP's threads would have. */
static hg_status check_threads(int count)
{
    pthread_attr_t attributes;
    size_t stack = 0;
    int reason = pthread_attr_init(&attributes);
    if (reason != 0) return hg_fail(HG_NO_MEMORY, "no memory for %d threads", count);
    pthread_attr_setstacksize(&attributes, stack_asked()); /* what it refuses OpenMP disregards */
    pthread_attr_getstacksize(&attributes, &stack);
    if (stack >= LEAST_STACK) reason = try_threads(count - 1, &attributes);
    pthread_attr_destroy(&attributes);
    if (stack < LEAST_STACK)
        return hg_fail(HG_NO_MEMORY, "%d threads would have stacks of %zu bytes (OMP_STACKSIZE, ulimit "
                       "-s); allowed: at least %d", count, stack, LEAST_STACK);
    if (reason != 0)
        return hg_fail(HG_NO_MEMORY, "no memory for %d threads with stacks of %zu bytes "
                       "(OMP_STACKSIZE, ulimit -s), or no more are allowed (ulimit -v, -d, -u): %s; "
                       "--threads sets their number", count, stack, strerror(reason));
    return HG_OK;
}

hg_status hg_threads_start(int count)
{
    if (count > HG_THREADS_MOST)
        return hg_fail(HG_USAGE, "%d threads (OMP_NUM_THREADS): allowed: 1 to %d", count,
                       HG_THREADS_MOST);
    if (count > 1) HG_TRY(check_threads(count));
    int ready = 0;
#pragma omp parallel num_threads(count) reduction(+ : ready)
    ready++;
    return ready > 0 ? HG_OK : hg_fail(HG_BUG, "no thread has started");
}
