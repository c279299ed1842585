/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the machine can do at best with the ranks and threads of a run: the measure that its
 * speed is held against. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "engine/engine.h"
#include "parallel/team.h"

#define MEBIBYTE ((int64_t)1 << 20)

enum { REPEATS = 24 };

static const double one_repeat = 0.003; /* seconds: short, as others may use the machine too */

/* Something whose rate is measured; the time of `rounds` of it, on one thread, is what counts. */
typedef struct task {
    const hg_kernels *kernels;
    char *bytes;  /* [threads][2][each] */
    int64_t each;
    int64_t workers; /* threads of this node */
    bool computes; /* else it copies */
} task;

static void copy(const task *what, int thread, int64_t rounds)
{
    char *from = what->bytes + 2 * what->each * thread, *to = from + what->each;
    for (int64_t r = 0; r < rounds; r++) {
        memcpy(to, from, (size_t)what->each);
        __asm__ volatile("" ::"r"(to) : "memory"); /* it is done every time */
        char *other = from;
        from = to;
        to = other;
    }
}

static double time_once(const task *what, int thread, int64_t rounds)
{
    double sink;
    const double since = hg_clock();
    if (what->computes) what->kernels->multiply_add(1000 * rounds, &sink);
    else copy(what, thread, rounds);
    __asm__ volatile("" ::"r"(&sink) : "memory");
    return hg_clock() - since;
}

/* Rounds per second of one thread at its best. */
static double best_of_thread(const task *what, int thread)
{
    int64_t rounds = 1;
    double best = 0.0;
    while (time_once(what, thread, rounds) < one_repeat / 2 && rounds < INT64_MAX / 2000)
        rounds *= 2;
    for (int i = 0; i < REPEATS; i++) {
        const double seconds = time_once(what, thread, rounds);
        const double rate = (double)rounds / (seconds > 1e-9 ? seconds : 1e-9);
        best = rate > best ? rate : best;
    }
    return best;
}

/* The same, of all threads of all ranks at once, together. Threads beyond the node's processors
 * take turns: each has its best while another waits. */
static double best_rate(const hg_run *run, const task *what)
{
    const double turns = (double)what->workers / (double)sysconf(_SC_NPROCESSORS_ONLN);
    double sum = 0.0;
    MPI_Barrier(run->communicator);
#pragma omp parallel for schedule(static, 1) num_threads(run->threads) reduction(+ : sum)
    for (int t = 0; t < run->threads; t++) sum += best_of_thread(what, t);
    if (turns > 1.0) sum /= turns;
    MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, run->communicator);
    return sum;
}

static hg_status copy_rate(hg_run *run, int64_t each, int64_t workers, double *rate)
{
    task what = {.each = each, .workers = workers};
    const hg_status status = hg_allocate(&what.bytes, HG_MEMORY_OTHER,
                                         (size_t)(2 * each) * (size_t)run->threads, 1);
    const hg_status agreed = hg_team_agree(run->communicator, status);
    if (agreed == HG_OK) *rate = 2.0 * (double)each * best_rate(run, &what);
    hg_release(&what.bytes);
    return agreed;
}

/* Of one processor; sysconf() knows of all of a machine's together. */
static int64_t last_level_cache(void)
{
    char name[80];
    int64_t bytes = 0;
    for (int level = 0; level < 8; level++) {
        snprintf(name, sizeof name, "/sys/devices/system/cpu/cpu0/cache/index%d/size", level);
        FILE *file = fopen(name, "r");
        char text[32] = "";
        if (file == NULL) break;
        const bool read = fgets(text, sizeof text, file) != NULL; /* as in 512K */
        const int64_t size = read ? strtoll(text, NULL, 10) * INT64_C(1024) : 0;
        if (size > bytes) bytes = size;
        fclose(file);
    }
    return bytes > 0 ? bytes : 8 * MEBIBYTE;
}

/* Threads of this node, and bytes of the genotypes on it, with what they are expressed as. */
static void look_around(const hg_run *run, const hg_memory_state *memory, int64_t totals[2])
{
    MPI_Comm node;
    MPI_Comm_split_type(run->communicator, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    totals[0] = run->threads;
    totals[1] = memory->of[HG_MEMORY_GENOTYPES].current + memory->of[HG_MEMORY_PHENOTYPES].current;
    MPI_Allreduce(MPI_IN_PLACE, totals, 2, MPI_INT64_T, MPI_SUM, node);
    MPI_Comm_free(&node);
}

hg_status hg_run_measure_machine(hg_run *run)
{
    hg_meter *meter = &run->meter;
    const hg_memory_state memory = hg_memory_now(run);
    task arithmetic = {.kernels = hg_kernels_best(), .computes = true};
    int64_t here[2];
    double sink;
    meter->memory = memory;
    meter->frozen = true;
    look_around(run, &memory, here);
    arithmetic.workers = here[0];
    hg_machine *machine = &meter->machine;
    machine->cache = last_level_cache();
    machine->in_cache = here[1] <= machine->cache;
    /* Well within the cache; or, source and target together, four times as large as it is. The
     * largest caches' edge is not worth more than 256 MB. */
    int64_t small = machine->cache / (8 * here[0]), large = 2 * machine->cache / here[0];
    if (small < MEBIBYTE / 4) small = MEBIBYTE / 4;
    if (large > 128 * MEBIBYTE / here[0]) large = 128 * MEBIBYTE / here[0];
    hg_status status = copy_rate(run, small, here[0], &machine->copy_cache);
    if (status == HG_OK) status = copy_rate(run, large, here[0], &machine->copy_memory);
    if (status == HG_OK)
        machine->multiply_add =
            arithmetic.kernels->multiply_add(1000, &sink) * best_rate(run, &arithmetic);
    else
        *machine = (hg_machine){0}; /* all of it is known, or nothing */
    return status;
}
