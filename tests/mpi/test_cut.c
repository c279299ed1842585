/* SPDX-License-Identifier: GPL-3.0-or-later
 * Who of the equally fit is taken at a cut, against plain counting. */
#include "team.h"

#include "base/memory.h"
#include "parallel/cut.h"

enum { N = 1500, KINDS = 4 };

/* Numbers that differ early, late, hardly ever, never. */
static int64_t number_of(int kind, uint64_t *state)
{
    const int64_t bits = (int64_t)(hg_test_bits(state) >> 4);
    return kind == 0 ? bits : kind == 1 ? bits % 4096 : kind == 2 ? bits % 3 : 5;
}

/* What the weight of an individual is to be: of those with open weights in its deme, as many as are
 * wanted are taken. */
static double expected(const hg_partition *partition, const double *weight, const int64_t *number,
                       int64_t i, int64_t wanted)
{
    const int32_t deme = hg_partition_deme(partition, i);
    int64_t ahead = 0;
    if (weight[i] != HG_CUT_OPEN) return weight[i];
    for (int64_t k = partition->deme_start[deme]; k < partition->deme_start[deme + 1]; k++)
        if (weight[k] == HG_CUT_OPEN)
            ahead += number[k] < number[i] || (number[k] == number[i] && k < i);
    return ahead < wanted ? 1.0 : 0.0;
}

/* Every rank knows of the demes that it has open weights of, as in a run. */
static void want(hg_cut *cut, const double *weight, const int64_t *wanted)
{
    const hg_partition *partition = cut->partition;
    memset(cut->wanted, 0, (size_t)partition->demes * sizeof *cut->wanted);
    for (int64_t i = partition->first; i < partition->first + partition->count; i++) {
        const int32_t deme = hg_partition_deme(partition, i);
        if (weight[i] == HG_CUT_OPEN) cut->wanted[deme] = wanted[deme];
    }
}

static bool chooses_right(hg_cut *cut, int kind, uint64_t *state)
{
    static double weight[N], chosen[N];
    static int64_t number[N], wanted[N];
    const hg_partition *partition = cut->partition;
    int64_t open[N] = {0};
    bool right = true;
    for (int64_t i = 0; i < N; i++) {
        weight[i] = (double)(hg_test_bits(state) % 3) - 1.0; /* open, 0, 1 */
        number[i] = number_of(kind, state);
        open[hg_partition_deme(partition, i)] += weight[i] == HG_CUT_OPEN;
    }
    for (int64_t d = 0; d < partition->demes; d++) { /* fewer than there are, and more than none */
        if (open[d] < 2)
            for (int64_t i = partition->deme_start[d]; i < partition->deme_start[d + 1]; i++)
                weight[i] = 0.0;
        wanted[d] = open[d] < 2 ? 0 : 1 + (int64_t)(hg_test_bits(state) % (uint64_t)(open[d] - 1));
    }
    want(cut, weight, wanted);
    memcpy(chosen, weight + partition->first, (size_t)partition->count * sizeof *chosen);
    memcpy(cut->number, number + partition->first, (size_t)partition->count * sizeof *number);
    if (hg_cut_is_open(cut)) hg_cut_close(cut, chosen);
    for (int64_t k = 0; k < partition->count; k++) {
        const int64_t i = partition->first + k;
        right &= chosen[k] == expected(partition, weight, number, i,
                                       wanted[hg_partition_deme(partition, i)]);
    }
    return right;
}

START_TEST(the_lowest_numbers_are_taken)
{
    const int64_t demes[] = {1, 2, 7, 300};
    uint64_t state = 4;
    for (int d = 0; d < HG_COUNT_OF(demes); d++) {
        hg_partition partition;
        hg_cut cut;
        bool shared = false;
        ASSERT_EVERYWHERE(hg_partition_create(&partition, MPI_COMM_WORLD, N, demes[d], NULL) == HG_OK);
        for (int64_t k = 0; k < partition.demes; k++)
            shared |= hg_partition_owner(&partition, partition.deme_block[k]) !=
                      hg_partition_owner(&partition, partition.deme_block[k + 1] - 1);
        ASSERT_EVERYWHERE(hg_cut_create(&cut, &partition, shared) == HG_OK);
        for (int kind = 0; kind < KINDS; kind++)
            for (int again = 0; again < 5; again++)
                ASSERT_EVERYWHERE(chooses_right(&cut, kind, &state));
        hg_cut_free(&cut);
        hg_cut_free(&cut); /* twice is as good as once */
        hg_partition_free(&partition);
    }
}
END_TEST

static Suite *make(void)
{
    Suite *suite = suite_create("cut");
    HG_TEST(the_lowest_numbers_are_taken);
    return suite;
}

int main(int argc, char **argv) { return hg_test_main(argc, argv, make); }
