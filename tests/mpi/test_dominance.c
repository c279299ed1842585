/* SPDX-License-Identifier: GPL-3.0-or-later
 * Dominators within demes against plain counting over the whole population. */
#include "team.h"

#include "base/memory.h"
#include "parallel/dominance.h"

enum { MOST = 1300, OBJECTIVES = 4, KINDS = 5 };

/* The same on all ranks; objective by objective. */
static void draw_values(double values[OBJECTIVES][MOST], int kind, int64_t n, uint64_t *state)
{
    for (int64_t i = 0; i < n; i++)
        for (int o = 0; o < OBJECTIVES; o++) {
            const double u = hg_test_uniform(state, -1.0, 1.0);
            values[o][i] = kind == 0 ? 1.5                         /* nobody dominates anybody */
                           : kind == 1 ? u
                           : kind == 2 ? floor(3.0 * u)            /* many ties */
                           : kind == 3 ? (double)i                 /* a chain */
                                       : (o % 2 == 0 ? (double)i : (double)-i); /* a front */
        }
}

static int64_t count_plainly(const hg_partition *partition, double values[OBJECTIVES][MOST],
                             int objectives, int64_t i)
{
    const int32_t deme = hg_partition_deme(partition, i);
    int64_t count = 0;
    for (int64_t j = partition->deme_start[deme]; j < partition->deme_start[deme + 1]; j++) {
        bool less = false, more = false;
        for (int o = 0; o < objectives; o++) {
            less |= values[o][j] < values[o][i];
            more |= values[o][j] > values[o][i];
        }
        count += more && !less;
    }
    return count;
}

static void check_population(int64_t n, int64_t demes, const int64_t *sizes, int objectives,
                             int threads)
{
    static double values[OBJECTIVES][MOST];
    static int64_t dominators[MOST + 1];
    uint64_t state = (uint64_t)(n + demes);
    hg_partition partition;
    hg_dominance dominance;
    ASSERT_EVERYWHERE(hg_partition_create(&partition, MPI_COMM_WORLD, n, demes, sizes) == HG_OK &&
                      hg_dominance_create(&dominance, &partition, hg_kernels_best(),
                                          objectives) == HG_OK);
    const int64_t allocated = hg_memory_total().allocations;
    const int64_t count = partition.count;
    for (int kind = 0; kind < KINDS; kind++) {
        bool right = true;
        draw_values(values, kind, n, &state);
        for (int o = 0; o < objectives && count > 0; o++)
            memcpy(hg_dominance_values(&dominance) + o * count, values[o] + partition.first,
                   (size_t)count * sizeof(double));
        dominators[count] = -7;
        hg_dominance_count(&dominance, threads, dominators);
        for (int64_t own = 0; own < count; own++)
            right &= dominators[own] ==
                     count_plainly(&partition, values, objectives, partition.first + own);
        right &= dominators[count] == -7;
        const bool all = everywhere(right);
        ck_assert_msg(all, "%d individuals, %d demes, %d objectives, values %d", (int)n,
                      (int)demes, objectives, kind);
    }
    ASSERT_EVERYWHERE(hg_memory_total().allocations == allocated);
    hg_dominance_free(&dominance);
    hg_dominance_free(&dominance); /* twice is as good as once */
    hg_partition_free(&partition);
}

START_TEST(dominators_are_counts)
{
    const int64_t sizes[] = {1, 2, 3, 7, 65, 200, MOST};
    for (int s = 0; s < HG_COUNT_OF(sizes); s++)
        for (int objectives = 1; objectives <= OBJECTIVES; objectives++) {
            const int64_t n = sizes[s];
            const int threads = 1 + objectives % 3;
            check_population(n, 1, NULL, objectives, threads);
            if (n >= 2) check_population(n, 2, NULL, objectives, threads);
            if (n >= 7) check_population(n, 7, NULL, objectives, threads);
            check_population(n, n < 150 ? n : 150, NULL, objectives, threads);
        }
    check_population(100, 5, (const int64_t[]){1, 60, 1, 1, 37}, 2, 2);
    check_population(1200, 3, (const int64_t[]){1, 1198, 1}, 3, 1);
    check_population(1000, 4, (const int64_t[]){300, 350, 250, 100}, 2, 1);
}
END_TEST

/* What leaves a rank is its part, for every other rank that has some of the deme. */
START_TEST(only_shared_demes_travel)
{
    const int objectives = 2, ranks = ranks_of();
    for (int whole = 0; whole < 2; whole++) {
        const int64_t n = 60 * ranks, demes = whole ? ranks : 1;
        static int64_t dominators[60];
        hg_partition partition;
        hg_dominance dominance;
        ASSERT_EVERYWHERE(hg_partition_create(&partition, MPI_COMM_WORLD, n, demes, NULL) ==
                          HG_OK);
        ASSERT_EVERYWHERE(hg_dominance_create(&dominance, &partition, hg_kernels_best(),
                                              objectives) == HG_OK);
        hg_dominance_count(&dominance, 1, dominators);
        const int64_t messages = whole ? 0 : ranks - 1;
        ASSERT_EVERYWHERE(dominance.traffic.messages_sent == messages);
        ASSERT_EVERYWHERE(dominance.traffic.bytes_sent == messages * 60 * objectives * 8);
        hg_dominance_free(&dominance);
        hg_partition_free(&partition);
    }
}
END_TEST

START_TEST(memory_may_run_out)
{
    hg_partition partition;
    ASSERT_EVERYWHERE(hg_partition_create(&partition, MPI_COMM_WORLD, 50, 1, NULL) == HG_OK);
    bool tidy = true;
    hg_status status = HG_NO_MEMORY;
    for (int64_t k = 1; status != HG_OK; k++) {
        hg_dominance dominance;
        const int64_t before = hg_memory_total().current;
        hg_memory_fail_at(k);
        status = hg_dominance_create(&dominance, &partition, hg_kernels_best(), 3);
        hg_memory_fail_at(0);
        hg_dominance_free(&dominance);
        tidy &= hg_memory_total().current == before;
        tidy &= status == HG_OK || status == HG_NO_MEMORY;
    }
    ASSERT_EVERYWHERE(tidy);
    hg_partition_free(&partition);
}
END_TEST

static Suite *make(void)
{
    Suite *suite = suite_create("dominance");
    HG_TEST(dominators_are_counts);
    HG_TEST(only_shared_demes_travel);
    HG_TEST(memory_may_run_out);
    return suite;
}

int main(int argc, char **argv) { return hg_test_main(argc, argv, make); }
