/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel/cut.h"

#include <string.h>

#include "base/memory.h"

enum { BITS = 6, DIGITS = 1 << BITS, NUMBER_BITS = 60 };

hg_status hg_cut_create(hg_cut *cut, const hg_partition *partition, bool shared)
{
    const size_t demes = (size_t)partition->demes;
    *cut = (hg_cut){.partition = partition, .shared = shared};
    HG_TRY(hg_allocate(&cut->wanted, HG_MEMORY_EXCHANGE, demes, sizeof *cut->wanted));
    HG_TRY(hg_allocate(&cut->digit, HG_MEMORY_EXCHANGE, demes, sizeof *cut->digit));
    HG_TRY(hg_allocate(&cut->counted, HG_MEMORY_EXCHANGE, demes, DIGITS * sizeof *cut->counted));
    return hg_allocate(&cut->number, HG_MEMORY_INDIVIDUALS, (size_t)partition->count,
                       sizeof *cut->number);
}

void hg_cut_free(hg_cut *cut)
{
    hg_release(&cut->wanted);
    hg_release(&cut->digit);
    hg_release(&cut->counted);
    hg_release(&cut->number);
}

static void reduce(hg_cut *cut, int64_t *values, int64_t count, MPI_Op operation)
{
    if (!cut->shared) return;
    MPI_Allreduce(MPI_IN_PLACE, values, (int)count, MPI_INT64_T, operation,
                  cut->partition->communicator);
    cut->traffic.messages_sent++;
    cut->traffic.bytes_sent += count * (int64_t)sizeof *values;
}

static bool any_wanted(const hg_cut *cut)
{
    int64_t wanted = 0;
    for (int64_t d = 0; d < cut->partition->demes; d++) wanted |= cut->wanted[d];
    return wanted != 0;
}

bool hg_cut_is_open(hg_cut *cut)
{
    reduce(cut, cut->wanted, cut->partition->demes, MPI_MAX);
    return any_wanted(cut);
}

static int digit_of(int64_t number, int shift) { return (int)(number >> shift) & (DIGITS - 1); }

static void count_digits(hg_cut *cut, const double *weight, int shift)
{
    const hg_partition *partition = cut->partition;
    memset(cut->counted, 0, (size_t)partition->demes * DIGITS * sizeof *cut->counted);
#pragma omp parallel for schedule(static)
    for (int64_t b = partition->first_block; b < partition->end_block; b++) {
        int64_t counted[DIGITS] = {0};
        int64_t *sum = cut->counted + (int64_t)partition->block_deme[b] * DIGITS;
        const int64_t end = hg_block_start(partition, b + 1) - partition->first;
        if (cut->wanted[partition->block_deme[b]] == 0) continue;
        for (int64_t i = hg_block_start(partition, b) - partition->first; i < end; i++)
            if (weight[i] == HG_CUT_OPEN) counted[digit_of(cut->number[i], shift)]++;
        for (int k = 0; k < DIGITS; k++)
            if (counted[k] > 0) __atomic_fetch_add(&sum[k], counted[k], __ATOMIC_RELAXED);
    }
    reduce(cut, cut->counted, partition->demes * DIGITS, MPI_SUM);
}

/* The digit that the cut lies in, or the one that it lies in front of. */
static void find_digit(hg_cut *cut, int64_t deme)
{
    const int64_t *counted = cut->counted + deme * DIGITS;
    int digit = 0;
    while (digit < DIGITS - 1 && counted[digit] <= cut->wanted[deme])
        cut->wanted[deme] -= counted[digit++];
    cut->digit[deme] = digit;
}

static void decide(const hg_cut *cut, double *weight, int shift)
{
    const hg_partition *partition = cut->partition;
#pragma omp parallel for schedule(static)
    for (int64_t b = partition->first_block; b < partition->end_block; b++) {
        const int64_t deme = partition->block_deme[b];
        const int64_t end = hg_block_start(partition, b + 1) - partition->first;
        for (int64_t i = hg_block_start(partition, b) - partition->first; i < end; i++) {
            if (weight[i] != HG_CUT_OPEN) continue;
            const int digit = digit_of(cut->number[i], shift);
            if (digit < cut->digit[deme]) weight[i] = 1.0;
            else if (digit > cut->digit[deme] || cut->wanted[deme] == 0) weight[i] = 0.0;
        }
    }
}

static void number_by_index(hg_cut *cut)
{
    for (int64_t i = 0; i < cut->partition->count; i++)
        cut->number[i] = cut->partition->first + i;
}

void hg_cut_close(hg_cut *cut, double *weight)
{
    int shift = NUMBER_BITS;
    while (any_wanted(cut)) {
        if (shift == 0) {
            number_by_index(cut);
            shift = NUMBER_BITS;
        }
        shift -= BITS;
        count_digits(cut, weight, shift);
        for (int64_t d = 0; d < cut->partition->demes; d++) find_digit(cut, d);
        decide(cut, weight, shift);
    }
}
