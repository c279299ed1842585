/* SPDX-License-Identifier: GPL-3.0-or-later
 * Blocks and their owners, for any number of ranks: one process fills in the tables that
 * others would have (tests/mpi/test_team.c has real ranks). */
#include "support.h"

#include "parallel/partition.h"

/* All blocks are of one size, a power of two that depends on the individuals alone; only the
 * last one of a deme may be shorter. */
static void check_blocks(const hg_partition *partition)
{
    const int64_t n = partition->individuals, demes = partition->demes;
    int64_t size = 1;
    while ((n - 1) / size >= (size < HG_SMALL_BLOCK ? HG_ENOUGH_BLOCKS : HG_MOST_BLOCKS))
        size *= 2; /* no coarser than needed */
    ck_assert_int_le(partition->blocks, HG_MOST_BLOCKS + demes);
    ck_assert_int_eq(hg_block_start(partition, 0), 0);
    ck_assert_int_eq(hg_block_start(partition, partition->blocks), n);
    ck_assert_int_eq(partition->deme_start[0], 0);
    ck_assert_int_eq(partition->deme_start[demes], n);
    ck_assert_int_eq(partition->deme_block[demes], partition->blocks);
    for (int64_t d = 0; d < demes; d++) {
        ck_assert_int_eq(hg_block_start(partition, partition->deme_block[d]),
                         partition->deme_start[d]);
        ck_assert_int_eq(hg_partition_deme(partition, partition->deme_start[d]), d);
        ck_assert_int_eq(hg_partition_deme(partition, partition->deme_start[d + 1] - 1), d);
    }
    for (int64_t b = 0; b < partition->blocks; b++) {
        const int64_t length = hg_block_start(partition, b + 1) - hg_block_start(partition, b);
        const int32_t deme = partition->block_deme[b];
        ck_assert(length >= 1 && length <= size);
        ck_assert(length == size || b == partition->deme_block[deme + 1] - 1);
    }
}

static void check_owners(const hg_partition *alone, int ranks)
{
    hg_partition partition = *alone;
    partition.ranks = ranks;
    /* owners never go down, and nobody owns more than an even share and a block */
    int64_t widest = 0;
    for (int64_t b = 0; b < alone->blocks; b++) {
        const int64_t length = hg_block_start(alone, b + 1) - hg_block_start(alone, b);
        if (length > widest) widest = length;
    }
    int64_t owned[600] = {0};
    int before = 0;
    for (int64_t b = 0; b < alone->blocks; b++) {
        const int owner = hg_partition_owner(&partition, b);
        ck_assert(owner >= before && owner < ranks);
        before = owner;
        owned[owner] += hg_block_start(alone, b + 1) - hg_block_start(alone, b);
    }
    for (int r = 0; r < ranks; r++)
        ck_assert_int_le(owned[r], alone->individuals / ranks + 1 + widest);
}

START_TEST(any_population_on_any_ranks)
{
    const int64_t large[] = {51, 4095, 4096, 4097, 8192, 8193, 10007, 123456789, 1000000000,
                             (int64_t)1 << 40};
    for (int i = 1; i <= 50 + HG_COUNT_OF(large); i++) {
        hg_partition partition;
        const int64_t n = i <= 50 ? i : large[i - 51];
        ck_assert_int_eq(hg_partition_create(&partition, MPI_COMM_SELF, n, 1, NULL), HG_OK);
        ck_assert_int_eq(partition.first, 0);
        ck_assert_int_eq(partition.count, n);
        check_blocks(&partition);
        for (int ranks = 1; ranks <= 600; ranks += 1 + ranks / 8) check_owners(&partition, ranks);
        hg_partition_free(&partition);
    }
}
END_TEST

START_TEST(demes_of_any_size)
{
    const int64_t sizes[] = {1, 90, 13, 8192, 1, 4096, 5000, 7, 123456};
    int64_t n = 0;
    for (int d = 0; d < HG_COUNT_OF(sizes); d++) {
        hg_partition partition;
        n += sizes[d];
        ck_assert_int_eq(hg_partition_create(&partition, MPI_COMM_SELF, n, d + 1, sizes), HG_OK);
        for (int64_t i = 0; i <= d; i++)
            ck_assert_int_eq(partition.deme_start[i + 1] - partition.deme_start[i], sizes[i]);
        check_blocks(&partition);
        for (int ranks = 1; ranks <= 600; ranks += 1 + ranks / 8) check_owners(&partition, ranks);
        hg_partition_free(&partition);
    }
    for (int64_t demes = 1; demes <= 40; demes++) {
        hg_partition partition;
        ck_assert_int_eq(hg_partition_create(&partition, MPI_COMM_SELF, 40 + demes, demes, NULL),
                         HG_OK);
        check_blocks(&partition);
        hg_partition_free(&partition);
    }
}
END_TEST

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    Suite *suite = suite_create("partition");
    HG_TEST(any_population_on_any_ranks);
    HG_TEST(demes_of_any_size);
    const int failed = hg_test_run(suite, CK_NORMAL);
    MPI_Finalize();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
