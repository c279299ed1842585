/* SPDX-License-Identifier: GPL-3.0-or-later
 * Common verdicts, texts that travel, and who owns which individuals. */
#include "team.h"

#include "base/memory.h"
#include "parallel/partition.h"
#include "parallel/team.h"

START_TEST(the_worst_verdict_is_everybodys)
{
    const int rank = rank_of(), ranks = ranks_of();
    ASSERT_EVERYWHERE(hg_team_agree(MPI_COMM_WORLD, HG_OK) == HG_OK);
    for (int bad = 0; bad < ranks; bad++) {
        char expected[64];
        hg_fail(HG_OK, "an old message of rank %d", rank);
        const hg_status mine = rank == bad ? hg_fail(HG_IO, "rank %d cannot write", rank)
                               : rank == (bad + 1) % ranks ? hg_fail(HG_USAGE, "less bad") : HG_OK;
        const hg_status all = hg_team_agree(MPI_COMM_WORLD, mine);
        snprintf(expected, sizeof expected, "rank %d cannot write", bad);
        ASSERT_EVERYWHERE(all == HG_IO && strcmp(hg_error_message(), expected) == 0);
    }
}
END_TEST

START_TEST(one_verdict_and_one_text_for_all)
{
    const int rank = rank_of();
    for (int root = 0; root < ranks_of(); root++) {
        const hg_status mine = rank == root ? hg_fail(HG_BAD_INPUT, "line %d", root) : HG_OK;
        const hg_status all = hg_team_share(MPI_COMM_WORLD, root, mine);
        char expected[32], *text = NULL;
        snprintf(expected, sizeof expected, "line %d", root);
        ASSERT_EVERYWHERE(all == HG_BAD_INPUT && strcmp(hg_error_message(), expected) == 0);
        ASSERT_EVERYWHERE(hg_team_share(MPI_COMM_WORLD, root, HG_OK) == HG_OK);
        bool right = rank != root ||
                     hg_copy_text(&text, HG_MEMORY_CONFIGURATION, expected) == HG_OK;
        right &= hg_team_share_text(MPI_COMM_WORLD, root, &text) == HG_OK;
        ASSERT_EVERYWHERE(right && strcmp(text, expected) == 0);
        hg_release(&text);
    }
}
END_TEST

/* Ranks' individuals follow one another, owners are right, blocks do not depend on ranks. */
START_TEST(individuals_are_shared_out)
{
    const int64_t sizes[] = {1, 2, 3, 4, 5, 7, 50, 4095, 4096, 4097, 8193, 10007, 1000000000};
    const int ranks = ranks_of();
    for (int s = 0; s < HG_COUNT_OF(sizes); s++) {
        hg_partition partition, alone;
        bool right = hg_partition_create(&partition, MPI_COMM_WORLD, sizes[s], 1, NULL) == HG_OK &&
                     hg_partition_create(&alone, MPI_COMM_SELF, sizes[s], 1, NULL) == HG_OK;
        right &= alone.blocks == partition.blocks;
        const int64_t block_size = hg_block_start(&alone, 1); /* the first one is whole */
        for (int64_t b = 0; b <= alone.blocks && right; b++)
            right &= hg_block_start(&alone, b) == hg_block_start(&partition, b);
        int64_t own[2] = {partition.first, partition.count}, all[64 * 2], next = 0;
        ck_assert_int_le(ranks, 64);
        MPI_Allgather(own, 2, MPI_INT64_T, all, 2, MPI_INT64_T, MPI_COMM_WORLD);
        for (int r = 0; r < ranks; r++) {
            right &= all[2 * r] == next;
            next += all[2 * r + 1];
            right &= all[2 * r + 1] <= sizes[s] / ranks + 1 + block_size;
        }
        right &= next == sizes[s];
        for (int64_t b = 0; b < partition.blocks; b++) {
            const int owner = hg_partition_owner(&partition, b);
            const int64_t start = hg_block_start(&partition, b);
            right &= all[2 * owner] <= start && start < all[2 * owner] + all[2 * owner + 1];
        }
        hg_partition_free(&partition);
        hg_partition_free(&alone);
        ASSERT_EVERYWHERE(right);
    }
}
END_TEST

static Suite *make(void)
{
    Suite *suite = suite_create("team");
    HG_TEST(the_worst_verdict_is_everybodys);
    HG_TEST(one_verdict_and_one_text_for_all);
    HG_TEST(individuals_are_shared_out);
    return suite;
}

int main(int argc, char **argv) { return hg_test_main(argc, argv, make); }
