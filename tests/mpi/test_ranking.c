/* SPDX-License-Identifier: GPL-3.0-or-later
 * Standings in demes against plain counting, and the sorting and merging beneath. */
#include "team.h"

#include "base/memory.h"
#include "parallel/ranking.h"

/* --- sorting -------------------------------------------------------------------------- */

static int compare_entries(const void *a, const void *b)
{
    const hg_entry *left = a, *right = b;
    if (hg_entry_before(left, right) || hg_entry_before(right, left))
        return hg_entry_before(left, right) ? -1 : 1;
    return left->tag - right->tag;
}

START_TEST(merging_is_sorting)
{
    enum { MOST = 3001 };
    static hg_entry entry[MOST], spare[MOST], expected[MOST];
    int64_t start[MOST / HG_ORDER_RUN + 2];
    uint64_t state = 1;
    const int sizes[] = {0, 1, 2, 15, 16, 17, 31, 33, 100, 1024, MOST};
    for (int s = 0; s < HG_COUNT_OF(sizes); s++)
        for (int kind = 0; kind < 5; kind++) {
            const int64_t n = sizes[s];
            for (int64_t i = 0; i < n; i++) {
                const uint64_t bits = hg_test_bits(&state);
                const uint64_t key = kind == 0 ? 7 : kind == 1 ? bits % 3 : kind == 2 ? bits
                                     : kind == 3 ? (uint64_t)i : UINT64_MAX - (uint64_t)i;
                /* ties rise, or are drawn; equal in everything: in their order */
                const uint64_t tie = s % 2 == 0 ? (uint64_t)i : hg_test_bits(&state) % 1000;
                entry[i] = (hg_entry){key, tie, (int32_t)(i * 3 / n), (int32_t)i};
            }
            memcpy(expected, entry, sizeof expected);
            qsort(expected, (size_t)n, sizeof *expected, compare_entries);
            const int64_t runs = hg_order_runs(entry, n, start);
            const hg_entry *sorted = hg_order_merge(entry, spare, start, runs);
            for (int64_t i = 0; i < n; i++)
                ck_assert_int_eq(sorted[i].tag, expected[i].tag);
        }
}
END_TEST

/* Runs as other ranks would send them: of any length, empty ones among them. */
START_TEST(uneven_runs_merge)
{
    enum { MOST = 40 * 30 };
    static hg_entry entry[MOST], spare[MOST], expected[MOST];
    int64_t start[41];
    uint64_t state = 2;
    for (int runs = 1; runs <= 40; runs++) {
        int64_t n = 0;
        for (int r = 0; r < runs; r++) {
            const int64_t length = r % 3 == 1 ? 0 : (int64_t)(hg_test_bits(&state) % 30);
            start[r] = n;
            for (int64_t i = 0; i < length; i++, n++)
                entry[n] = (hg_entry){hg_test_bits(&state) % 8, (uint64_t)n, 0, (int32_t)n};
            qsort(entry + start[r], (size_t)length, sizeof *entry, compare_entries);
        }
        start[runs] = n;
        memcpy(expected, entry, sizeof expected);
        qsort(expected, (size_t)n, sizeof *expected, compare_entries);
        const hg_entry *sorted = hg_order_merge(entry, spare, start, runs);
        for (int64_t i = 0; i < n; i++)
            ck_assert_int_eq(sorted[i].tag, expected[i].tag);
    }
}
END_TEST

/* --- standings --------------------------------------------------------------------------- */

enum { MOST = 9000, KINDS = 8 };

static double fitness_of(int kind, int64_t i, int64_t n, uint64_t *state)
{
    const double u = hg_test_uniform(state, 0.0, 1.0);
    switch (kind) {
    case 0: return 1.0;                                /* all are equal */
    case 1: return u;
    case 2: return floor(4.0 * u) / 4.0;               /* many ties, 0 among them */
    case 3: return (double)i;                          /* the last are the best */
    case 4: return (double)(n - i);
    case 5: return u < 0.5 ? 0.0 : -0.0;               /* the same number */
    case 6: return i % 7 == 0 ? 5e-324 : exp(60.0 * u); /* all scales */
    default: return i < n / 2 ? 1.0 : u;               /* one half is tied */
    }
}

/* By counting; of large demes a sample. Without ties: who has the same fitness is tied. */
static bool standings_are_right(const hg_partition *partition, const double *fitness,
                                const double *tie, const hg_standing *standing)
{
    const int64_t step = partition->count > 500 ? partition->count / 200 : 1;
    bool right = true;
    for (int64_t own = 0; own < partition->count; own += step) {
        const int64_t i = partition->first + own;
        const int32_t deme = hg_partition_deme(partition, i);
        int64_t ahead = 0, tied = 0;
        for (int64_t j = partition->deme_start[deme]; j < partition->deme_start[deme + 1]; j++) {
            const bool equal = fitness[j] == fitness[i];
            ahead += fitness[j] > fitness[i] || (equal && tie != NULL && tie[j] < tie[i]);
            tied += equal && (tie == NULL || tie[j] == tie[i]);
        }
        right &= standing[own].ahead == ahead && standing[own].tied == tied;
    }
    return right;
}

/* Every place is taken once: with the samples above, all of them are right. */
static bool places_are_a_permutation(const hg_partition *partition, const hg_standing *standing)
{
    static int32_t taken[MOST];
    bool once = true;
    memset(taken, 0, sizeof taken);
    for (int64_t own = 0; own < partition->count; own++) {
        const int32_t deme = hg_partition_deme(partition, partition->first + own);
        const int64_t place = partition->deme_start[deme] + standing[own].ahead;
        if (standing[own].ahead < 0 || place >= partition->deme_start[deme + 1]) return false;
        taken[place]++;
    }
    MPI_Allreduce(MPI_IN_PLACE, taken, MOST, MPI_INT32_T, MPI_SUM, MPI_COMM_WORLD);
    for (int64_t i = 0; i < partition->individuals; i++) once &= taken[i] == 1;
    return once;
}

/* With ties that are drawn, and without. */
static void check_standings(hg_ranking *ranking, const double *fitness, uint64_t *state, int kind)
{
    static double tie[MOST];
    static hg_standing standing[MOST];
    const hg_partition *partition = ranking->partition;
    for (int64_t i = 0; i < partition->individuals; i++) tie[i] = hg_test_uniform(state, 0.0, 1.0);
    for (int with = 0; with < 2; with++) {
        const double *given = with == 0 ? NULL : tie;
        memset(standing, -1, sizeof standing);
        const bool none = given == NULL || partition->count == 0; /* as who has nobody gives it */
        hg_ranking_find(ranking, fitness + partition->first,
                        none ? NULL : given + partition->first, given != NULL, standing);
        const bool counted = everywhere(standings_are_right(partition, fitness, given, standing));
        const bool once = given == NULL || everywhere(places_are_a_permutation(partition, standing));
        ck_assert_msg(counted && once, "%d individuals, %d demes, fitness %d, %s ties",
                      (int)partition->individuals, (int)partition->demes, kind,
                      given == NULL ? "without" : "with");
    }
}

static void check_population(int64_t n, int64_t demes, const int64_t *sizes)
{
    static double fitness[MOST];
    uint64_t state = (uint64_t)(n + demes);
    hg_partition partition;
    hg_ranking ranking;
    ASSERT_EVERYWHERE(hg_partition_create(&partition, MPI_COMM_WORLD, n, demes, sizes) == HG_OK &&
                      hg_ranking_create(&ranking, &partition) == HG_OK);
    const int64_t allocated = hg_memory_total().allocations;
    for (int kind = 0; kind < KINDS; kind++) {
        for (int64_t i = 0; i < n; i++) fitness[i] = fitness_of(kind, i, n, &state);
        check_standings(&ranking, fitness, &state, kind);
    }
    ASSERT_EVERYWHERE(hg_memory_total().allocations == allocated);
    hg_ranking_free(&ranking);
    hg_ranking_free(&ranking); /* twice is as good as once */
    hg_partition_free(&partition);
}

START_TEST(standings_are_counts)
{
    const int64_t sizes[] = {1, 2, 3, 5, 17, 64, 100, 1000, 4097, MOST};
    for (int s = 0; s < HG_COUNT_OF(sizes); s++) {
        const int64_t n = sizes[s];
        check_population(n, 1, NULL);
        if (n >= 2) check_population(n, 2, NULL);
        if (n >= 7) check_population(n, 7, NULL);
        check_population(n, n < 300 ? n : 300, NULL); /* some or all demes of one */
    }
    check_population(100, 5, (const int64_t[]){1, 60, 1, 1, 37});
    check_population(8001, 3, (const int64_t[]){1, 7999, 1});
    check_population(8400, 4, (const int64_t[]){3000, 3000, 2000, 400});
}
END_TEST

/* A stretch may be larger than the room for it. */
START_TEST(buffers_grow)
{
    enum { N = 4096 };
    static double fitness[N];
    uint64_t state = 3;
    hg_partition partition;
    hg_ranking ranking;
    ASSERT_EVERYWHERE(hg_partition_create(&partition, MPI_COMM_WORLD, N, 1, NULL) == HG_OK &&
                      hg_ranking_create(&ranking, &partition) == HG_OK);
    if (ranking.shared_before != NULL) ranking.capacity = partition.count; /* as if it were less */
    for (int64_t i = 0; i < N; i++) fitness[i] = (double)(i % 97);
    for (int twice = 0; twice < 2; twice++) check_standings(&ranking, fitness, &state, twice);
    hg_ranking_free(&ranking);
    hg_partition_free(&partition);
}
END_TEST

/* Whatever ties there are, every rank has its share of the work. */
START_TEST(equals_are_shared)
{
    enum { N = 8192 };
    static double fitness[N];
    static hg_standing standing[N];
    hg_partition partition;
    hg_ranking ranking;
    ASSERT_EVERYWHERE(hg_partition_create(&partition, MPI_COMM_WORLD, N, 1, NULL) == HG_OK &&
                      hg_ranking_create(&ranking, &partition) == HG_OK);
    const int64_t capacity = ranking.capacity;
    hg_ranking_find(&ranking, fitness, NULL, false, standing); /* all 0 */
    ASSERT_EVERYWHERE(ranking.capacity == capacity);
    hg_ranking_free(&ranking);
    hg_partition_free(&partition);
}
END_TEST

START_TEST(memory_may_run_out)
{
    hg_partition partition;
    ASSERT_EVERYWHERE(hg_partition_create(&partition, MPI_COMM_WORLD, 50, 1, NULL) == HG_OK);
    bool tidy = true;
    hg_status status = HG_NO_MEMORY;
    for (int64_t k = 1; status != HG_OK; k++) {
        hg_ranking ranking;
        const int64_t before = hg_memory_total().current;
        hg_memory_fail_at(k);
        status = hg_ranking_create(&ranking, &partition);
        hg_memory_fail_at(0);
        hg_ranking_free(&ranking);
        tidy &= hg_memory_total().current == before;
        tidy &= status == HG_OK || status == HG_NO_MEMORY;
    }
    ASSERT_EVERYWHERE(tidy);
    hg_partition_free(&partition);
}
END_TEST

static Suite *make(void)
{
    Suite *suite = suite_create("ranking");
    HG_TEST(merging_is_sorting);
    HG_TEST(uneven_runs_merge);
    HG_TEST(standings_are_counts);
    HG_TEST(buffers_grow);
    HG_TEST(equals_are_shared);
    HG_TEST(memory_may_run_out);
    return suite;
}

int main(int argc, char **argv) { return hg_test_main(argc, argv, make); }
