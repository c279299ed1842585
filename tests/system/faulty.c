/* SPDX-License-Identifier: GPL-3.0-or-later
 * Does what sanitizers must find; that they do is a test of checked builds. faulty FAULT */
#include <limits.h>
#include <mpi.h>
#include <string.h>

#include "base/memory.h"

/* A block of happygene's whose address is lost. */
static void leak(void)
{
    char *block = NULL;
    if (hg_allocate(&block, HG_MEMORY_OTHER, 1000, 1) == HG_OK) block[0] = 1;
}

/* One byte before or behind a block. */
static void beyond(volatile int index)
{
    char *block = NULL;
    if (hg_allocate(&block, HG_MEMORY_OTHER, 61, 1) != HG_OK) return;
    volatile char found = block[index];
    (void)found;
    hg_release(&block);
}

static void overflow(volatile int value) { value = value + 1; }

/* Every thread adds to the same sum. */
static void race(void)
{
    volatile long sum = 0;
#pragma omp parallel for schedule(static, 1) num_threads(4)
    for (int i = 0; i < 1000; i++) sum = sum + i;
}

int main(int count, char **words)
{
    MPI_Init(&count, &words);
    const char *fault = count > 1 ? words[1] : "";
    if (strcmp(fault, "leak") == 0) leak();
    if (strcmp(fault, "beyond") == 0) beyond(61);
    if (strcmp(fault, "before") == 0) beyond(-1);
    if (strcmp(fault, "overflow") == 0) overflow(INT_MAX);
    if (strcmp(fault, "race") == 0) race();
    MPI_Finalize();
    return strcmp(fault, "none") == 0 ? 0 : 1; /* 1: a fault has not been found */
}
