/* SPDX-License-Identifier: GPL-3.0-or-later
 * Blocks and their owners, for any number of ranks: one process fills in the tables that
 * others would have (tests/mpi/test_team.c has real ranks). */
#include "support.h"

#include "parallel/partition.h"

static void check_blocks(const hg_partition *partition)
{
    const int64_t size = partition->block_size, n = partition->individuals;
    ck_assert_int_eq(size & (size - 1), 0);
    ck_assert_int_le(partition->blocks, HG_MOST_BLOCKS);
    ck_assert(size == 1 || 2 * partition->blocks > HG_MOST_BLOCKS); /* no coarser than needed */
    ck_assert_int_eq(hg_block_start(partition, 0), 0);
    ck_assert_int_eq(hg_block_start(partition, partition->blocks), n);
    for (int64_t b = 0; b < partition->blocks; b++) {
        const int64_t length = hg_block_start(partition, b + 1) - hg_block_start(partition, b);
        ck_assert(length >= 1 && length <= size);
        ck_assert(length == size || b == partition->blocks - 1);
    }
}

static void check_owners(const hg_partition *alone, int ranks)
{
    int blocks_of[600], offset_of[600];
    hg_partition partition = *alone;
    partition.ranks = ranks;
    partition.blocks_of = blocks_of;
    partition.offset_of = offset_of;
    for (int r = 0; r < ranks; r++) {
        offset_of[r] = (int)(alone->blocks * r / ranks);
        blocks_of[r] = (int)(alone->blocks * (r + 1) / ranks) - offset_of[r];
    }
    for (int r = 0; r < ranks; r++)
        for (int b = offset_of[r]; b < offset_of[r] + blocks_of[r]; b++)
            ck_assert_int_eq(hg_partition_owner(&partition, b), r);
}

START_TEST(any_population_on_any_ranks)
{
    const int64_t large[] = {51, 4095, 4096, 4097, 8192, 8193, 10007, 123456789, 1000000000,
                             (int64_t)1 << 40};
    for (int i = 1; i <= 50 + HG_COUNT_OF(large); i++) {
        hg_partition partition;
        const int64_t n = i <= 50 ? i : large[i - 51];
        ck_assert_int_eq(hg_partition_create(&partition, MPI_COMM_SELF, n), HG_OK);
        ck_assert_int_eq(partition.first, 0);
        ck_assert_int_eq(partition.count, n);
        check_blocks(&partition);
        for (int ranks = 1; ranks <= 600; ranks += 1 + ranks / 8) check_owners(&partition, ranks);
        hg_partition_free(&partition);
    }
}
END_TEST

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    Suite *suite = suite_create("partition");
    HG_TEST(any_population_on_any_ranks);
    const int failed = hg_test_run(suite, CK_NORMAL);
    MPI_Finalize();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
