/* SPDX-License-Identifier: GPL-3.0-or-later
 * Means and variances that nobody's order of adding changes, against two passes in long
 * double, under the protocol of engine/record.c. */
#include "support.h"

#include <float.h>

#include "base/memory.h"
#include "population/moments.h"

enum { COLUMNS = 11, STRIDE = 16, MOST_ATTEMPTS = 8, MOST_THREADS = 3 };

typedef struct sample {
    int64_t rows, individuals;
    double *value; /* [rows][STRIDE], zero beyond COLUMNS */
    int64_t *copies;
} sample;

typedef struct moments {
    double mean[COLUMNS], variance[COLUMNS];
    int attempts; /* 0: a value is not finite */
} moments;

static sample sample_of(int64_t rows)
{
    sample s = {.rows = rows, .individuals = rows};
    s.value = calloc((size_t)rows * STRIDE, sizeof(double));
    s.copies = calloc((size_t)rows, sizeof(int64_t));
    for (int64_t r = 0; r < rows; r++) s.copies[r] = 1;
    return s;
}

static void sample_free(sample *s)
{
    free(s->value);
    free(s->copies);
}

/* Normal values about `mean`, columns of ever larger spread. */
static sample normal_sample(int64_t rows, double mean, uint64_t seed)
{
    sample s = sample_of(rows);
    for (int64_t r = 0; r < rows; r++)
        for (int c = 0; c < COLUMNS; c++)
            s.value[r * STRIDE + c] = mean + pow(10.0, c - 5) * hg_test_normal(&seed);
    return s;
}

/* --- several "ranks", each with several threads ------------------------------------------- */

typedef struct crew {
    hg_moments rank[3];
    hg_moment entry[3][STRIDE];
    int ranks, threads;
} crew;

static void team_create(crew *team, int ranks, int threads, const char *kernels)
{
    team->ranks = ranks;
    team->threads = threads;
    for (int k = 0; k < ranks; k++) {
        const hg_status status =
            hg_moments_create(&team->rank[k], COLUMNS, threads, hg_kernels_named(kernels));
        ck_assert_int_eq(status, HG_OK);
        ck_assert_int_eq(team->rank[k].columns, STRIDE);
    }
}

static void team_free(crew *team)
{
    for (int k = 0; k < team->ranks; k++) hg_moments_free(&team->rank[k]);
}

/* Hands out the rows in pieces of up to `piece`, in turn to every thread of every rank. */
static void hand_out(crew *team, const sample *s, int piece)
{
    int turn = 0;
    for (int64_t r = 0; r < s->rows; turn++) {
        const double *row[HG_LANES];
        int count = 0;
        const int64_t first = r;
        for (; count < piece && r < s->rows; count++, r++) row[count] = s->value + r * STRIDE;
        hg_moments *here = &team->rank[turn % team->ranks];
        const int thread = turn / team->ranks % team->threads;
        hg_moments_add(here, thread, row, s->copies + first, count);
    }
}

static void sum(crew *team, const sample *s, int piece, bool again)
{
    for (int k = 0; k < team->ranks; k++)
        if (again) hg_moments_begin_again(&team->rank[k]);
        else hg_moments_begin(&team->rank[k]);
    hand_out(team, s, piece);
    for (int k = 0; k < team->ranks; k++) hg_moments_pack(&team->rank[k], team->entry[k]);
    for (int k = 1; k < team->ranks; k++)
        for (int c = 0; c < STRIDE; c++) {
            for (int i = 0; i < 2 * HG_SUMS; i++) team->entry[0][c].limb[i] += team->entry[k][c].limb[i];
            team->entry[0][c].largest = fmax(team->entry[0][c].largest, team->entry[k][c].largest);
        }
}

/* One record; every rank finishes it for itself. */
static moments measure(crew *team, const sample *s, int piece)
{
    moments result = {.attempts = 1};
    double mean[COLUMNS] = {0.0}, variance[COLUMNS] = {0.0};
    for (;; result.attempts++) {
        hg_moments_state state = HG_MOMENTS_DONE;
        sum(team, s, piece, result.attempts > 1);
        for (int k = 0; k < team->ranks; k++) {
            const bool first = k == 0;
            const hg_moments_state here = hg_moments_finish(
                &team->rank[k], team->entry[0], s->individuals, 0, COLUMNS,
                first ? result.mean : mean, first ? result.variance : variance);
            if (first) state = here;
            ck_assert_int_eq(here, state);
        }
        if (state == HG_MOMENTS_UNBOUNDED) result.attempts = 0;
        if (state == HG_MOMENTS_DONE || state == HG_MOMENTS_UNBOUNDED) break;
        ck_assert_int_lt(result.attempts, MOST_ATTEMPTS);
    }
    if (team->ranks > 1 && result.attempts > 0) {
        ck_assert(hg_test_same_bits(mean, result.mean, COLUMNS));
        ck_assert(hg_test_same_bits(variance, result.variance, COLUMNS));
    }
    return result;
}

/* --- what they should be -------------------------------------------------------------------- */

static void compare(const sample *s, const moments *result)
{
    ck_assert_int_gt(result->attempts, 0);
    for (int c = 0; c < COLUMNS; c++) {
        long double mean = 0.0L, spread = 0.0L;
        for (int64_t r = 0; r < s->rows; r++)
            mean += (long double)s->copies[r] * (long double)s->value[r * STRIDE + c];
        mean /= (long double)s->individuals;
        for (int64_t r = 0; r < s->rows; r++) {
            const long double d = (long double)s->value[r * STRIDE + c] - mean;
            spread += (long double)s->copies[r] * d * d;
        }
        const long double variance =
            s->individuals > 1 ? spread / (long double)(s->individuals - 1) : 0.0L;
        ck_assert_msg(hg_test_close(result->mean[c], mean, 1e-12, sqrt((double)variance)),
                      "mean of column %d: %.17g is not %.17Lg (sd %.3Lg)", c, result->mean[c], mean,
                      sqrtl(variance));
        ck_assert_msg(hg_test_close(result->variance[c], variance, 1e-12, 0.0),
                      "variance of column %d: %.17g is not %.17Lg", c, result->variance[c],
                      variance);
    }
}

/* A first record of the sample, with one thread. */
static void check_sample(const sample *s)
{
    crew team;
    team_create(&team, 1, 1, "baseline");
    for (int record = 0; record < 3; record++) { /* the later ones on the grid of the earlier */
        const moments result = measure(&team, s, HG_LANES);
        compare(s, &result);
        if (record > 0) ck_assert_int_eq(result.attempts, 1);
    }
    team_free(&team);
}

START_TEST(means_and_variances)
{
    const int64_t sizes[] = {1, 2, 3, 17, 1000, 5000};
    const double means[] = {0.0, 0.5, -3.0, 1e3};
    for (int n = 0; n < HG_COUNT_OF(sizes); n++)
        for (int m = 0; m < HG_COUNT_OF(means); m++) {
            sample s = normal_sample(sizes[n], means[m], (uint64_t)(n * 10 + m));
            check_sample(&s);
            sample_free(&s);
        }
}
END_TEST

/* Threads, ranks, pieces and vector variants: the same bits, record after record. */
START_TEST(order_does_not_count)
{
    static const char *const variants[] = {"baseline", "avx2", "avx512"};
    moments first[4];
    for (int v = 0; v < HG_COUNT_OF(variants); v++) {
        if (hg_kernels_named(variants[v]) == NULL) continue;
        for (int ranks = 1; ranks <= 3; ranks++)
            for (int threads = 1; threads <= MOST_THREADS; threads++) {
                crew team;
                team_create(&team, ranks, threads, variants[v]);
                for (int record = 0; record < 4; record++) {
                    sample s = normal_sample(801, 0.3 * record, (uint64_t)record);
                    if (record == 2) s.value[400 * STRIDE + 4] = 1e7; /* outside the grid */
                    const int piece = record % 2 == 0 ? HG_LANES : ranks + threads;
                    const moments here = measure(&team, &s, piece);
                    if (v == 0 && ranks == 1 && threads == 1) first[record] = here;
                    ck_assert(hg_test_same_bits(here.mean, first[record].mean, COLUMNS));
                    ck_assert(hg_test_same_bits(here.variance, first[record].variance, COLUMNS));
                    ck_assert_int_eq(here.attempts, first[record].attempts);
                    sample_free(&s);
                }
                team_free(&team);
            }
    }
}
END_TEST

/* k copies of a row are that row k times, bit for bit. */
START_TEST(copies_are_repetitions)
{
    uint64_t state = 3;
    sample few = normal_sample(300, 0.2, 5);
    few.individuals = 0;
    for (int64_t r = 0; r < few.rows; r++) {
        few.copies[r] = r % 50 == 0 ? 500 + r : 1 + (int64_t)(hg_test_bits(&state) % 130);
        few.individuals += few.copies[r];
    }
    sample many = sample_of(few.individuals);
    int64_t at = 0;
    for (int64_t r = 0; r < few.rows; r++)
        for (int64_t k = 0; k < few.copies[r]; k++, at++)
            memcpy(many.value + at * STRIDE, few.value + r * STRIDE, STRIDE * sizeof(double));
    crew compact, full;
    team_create(&compact, 1, 2, "baseline");
    team_create(&full, 2, 3, "baseline");
    const moments a = measure(&compact, &few, 16), b = measure(&full, &many, 13);
    compare(&few, &a);
    ck_assert(hg_test_same_bits(a.mean, b.mean, COLUMNS));
    ck_assert(hg_test_same_bits(a.variance, b.variance, COLUMNS));
    team_free(&compact);
    team_free(&full);
    sample_free(&few);
    sample_free(&many);
}
END_TEST

/* Two thousand million individuals of three genotypes: nothing overflows. */
START_TEST(crowds)
{
    sample s = normal_sample(3, 1.0, 8);
    s.copies[0] = 1500000000, s.copies[1] = 499999999, s.copies[2] = 1;
    s.individuals = 2000000000;
    check_sample(&s);
    sample_free(&s);
}
END_TEST

START_TEST(equal_values_have_no_variance)
{
    const double values[] = {0.5, 0.1, 0.0, 1.0 / 3.0, 1e-100, -1e5, 0.3, 0.30000000000000004};
    crew team;
    team_create(&team, 1, 1, "baseline");
    for (int i = 0; i < HG_COUNT_OF(values); i++) { /* each on the grid of the one before */
        sample s = sample_of(1001);
        for (int64_t r = 0; r < s.rows; r++)
            for (int c = 0; c < COLUMNS; c++) s.value[r * STRIDE + c] = values[i];
        const moments result = measure(&team, &s, HG_LANES);
        for (int c = 0; c < COLUMNS; c++) {
            ck_assert_double_eq(result.variance[c], 0.0);
            ck_assert_msg(hg_test_close(result.mean[c], (long double)values[i], 1e-15, 0.0),
                          "mean %.17g of %.17g", result.mean[c], values[i]);
        }
        sample_free(&s);
    }
    team_free(&team);
}
END_TEST

START_TEST(wide_ranges_and_outliers)
{
    sample s = normal_sample(1000, 0.0, 9);
    for (int64_t r = 0; r < s.rows; r++) {
        double *row = s.value + r * STRIDE;
        row[0] = ldexp(row[0], (int)(r % 200) - 100);
        row[1] *= 1e-100;
        row[2] *= 1e110;
        row[3] = r == 500 ? 1e100 : row[3];
        row[4] = r == 500 ? 1e-100 : 0.0;
        row[5] = 1e8 + (double)(r % 2);
        row[6] = 1.0 + 1e-9 * row[6];
    }
    check_sample(&s);
    sample_free(&s);
}
END_TEST

/* The grid follows a population whose values move, spread, shrink and lose an outlier. */
START_TEST(grids_follow)
{
    crew team;
    team_create(&team, 1, 1, "baseline");
    const struct {
        double mean, spread, outlier;
    } life[] = {{0.5, 1.0, 0.0}, {0.5, 0.1, 0.0}, {40.0, 0.1, 0.0}, {40.0, 0.1, 1e9},
                {40.0, 0.1, 0.0}, {40.0, 1e-9, 0.0}, {-7.0, 5.0, 1e15}, {-7.0, 1e-6, 0.0},
                {-7.0, 0.0, 0.0}, {-7.0, 1.0, 0.0}};
    for (int i = 0; i < HG_COUNT_OF(life); i++) {
        sample s = sample_of(500);
        uint64_t state = (uint64_t)i;
        for (int64_t r = 0; r < s.rows; r++)
            for (int c = 0; c < COLUMNS; c++)
                s.value[r * STRIDE + c] = life[i].mean + life[i].spread * hg_test_normal(&state);
        if (life[i].outlier > 0.0) s.value[77 * STRIDE + 5] = life[i].outlier;
        const moments result = measure(&team, &s, HG_LANES);
        compare(&s, &result);
        sample_free(&s);
    }
    team_free(&team);
}
END_TEST

/* A floor under the reach (what mutations may do) costs no further sums where all are alike. */
START_TEST(a_floor_is_tight_enough)
{
    crew team;
    team_create(&team, 1, 1, "baseline");
    for (int c = 0; c < STRIDE; c++) team.rank[0].least[c] = 1.6;
    uint64_t state = 6;
    for (int i = 0; i < 50; i++) {
        sample s = sample_of(300);
        for (int c = 0; c < COLUMNS; c++) {
            const double fixed = hg_test_uniform(&state, 0.0, 1.0);
            for (int64_t r = 0; r < s.rows; r++)
                s.value[r * STRIDE + c] = fixed + (i % 3 == 2 && r == 7 ? 0.01 : 0.0);
        }
        const moments result = measure(&team, &s, HG_LANES);
        ck_assert_int_le(result.attempts, 4);
        if (i % 3 == 2) compare(&s, &result);
        else for (int c = 0; c < COLUMNS; c++) ck_assert_double_le(result.variance[c], 1e-30);
        sample_free(&s);
    }
    team_free(&team);
}
END_TEST

/* A column of each scale, and columns that leave it: the mean of all, the variance where it is a
 * normal number, the same on any layout. */
static void fill_scales(sample *s, double factor)
{
    static const double scales[] = {1e-300, 1e-250, 1e-160, 1e-140, 1e-122, 1e-100, 1.0, 1e100,
                                    1e121, 1e149};
    uint64_t state = 12;
    for (int64_t r = 0; r < s->rows; r++)
        for (int c = 0; c < HG_COUNT_OF(scales); c++) {
            const double scale = factor > 0.0 ? scales[c] : scales[HG_COUNT_OF(scales) - 1 - c];
            s->value[r * STRIDE + c] = scale * (1.0 + hg_test_uniform(&state, 0.0, 1.0));
        }
}

static void compare_scales(const sample *s, const moments *result)
{
    ck_assert_int_gt(result->attempts, 0);
    for (int c = 0; c < COLUMNS; c++) {
        long double mean = 0.0L, spread = 0.0L;
        for (int64_t r = 0; r < s->rows; r++) mean += (long double)s->value[r * STRIDE + c];
        mean /= (long double)s->rows;
        for (int64_t r = 0; r < s->rows; r++) {
            const long double d = (long double)s->value[r * STRIDE + c] - mean;
            spread += d * d;
        }
        const long double variance = spread / (long double)(s->rows - 1);
        ck_assert_msg(hg_test_close(result->mean[c], mean, 1e-12, 0.0),
                      "mean of column %d: %.17g is not %.17Lg", c, result->mean[c], mean);
        if (variance >= (long double)DBL_MIN)
            ck_assert_msg(hg_test_close(result->variance[c], variance, 1e-12, 0.0),
                          "variance of column %d: %.17g is not %.17Lg", c, result->variance[c],
                          variance);
        else ck_assert_double_le(result->variance[c], DBL_MIN);
    }
}

START_TEST(every_scale_keeps_its_digits)
{
    moments first[4];
    for (int layout = 0; layout < 3; layout++) {
        crew team;
        team_create(&team, layout + 1, MOST_THREADS - layout,
                    layout == 0 ? "baseline" : hg_kernels_best()->name);
        for (int record = 0; record < 4; record++) {
            sample s = sample_of(700);
            fill_scales(&s, record < 2 ? 1.0 : -1.0);
            const moments here = measure(&team, &s, HG_LANES - layout);
            if (layout == 0) first[record] = here;
            compare_scales(&s, &here);
            ck_assert_int_eq(here.attempts, first[record].attempts);
            if (record % 2 == 1) ck_assert_int_eq(here.attempts, 1);
            ck_assert(hg_test_same_bits(here.mean, first[record].mean, COLUMNS));
            ck_assert(hg_test_same_bits(here.variance, first[record].variance, COLUMNS));
            sample_free(&s);
        }
        team_free(&team);
    }
}
END_TEST

/* One value that is not 0 among zeros, and one zero among faint values. */
START_TEST(a_faint_value_among_zeros_is_seen)
{
    const double values[] = {1e-300, -3e-170, 1e-140, 5e-324, 2e-308};
    for (int v = 0; v < HG_COUNT_OF(values); v++) {
        crew team;
        team_create(&team, 1, 1, "baseline");
        for (int record = 0; record < 4; record++) {
            sample s = sample_of(4);
            if (record % 2 == 0)
                for (int64_t r = 0; r < s.rows; r++) {
                    s.value[r * STRIDE + 1] = r == 1 ? values[v] : 0.0;
                    s.value[r * STRIDE + 2] = r == 1 ? 0.0 : values[v];
                    s.value[r * STRIDE + 3] = values[v];
                    s.value[r * STRIDE + 4] = r == 0 ? 1.0 : values[v];
                }
            const moments result = measure(&team, &s, HG_LANES);
            for (int c = 0; c < COLUMNS; c++) {
                long double mean = 0.0L;
                for (int64_t r = 0; r < s.rows; r++) mean += (long double)s.value[r * STRIDE + c];
                mean /= (long double)s.rows;
                ck_assert_msg(fabsl((long double)result.mean[c] - mean) <=
                                  1e-12L * fabsl(mean) + (long double)DBL_TRUE_MIN,
                              "mean of column %d: %.17g is not %.17Lg", c, result.mean[c], mean);
            }
            ck_assert_double_eq(result.variance[3], 0.0);
            sample_free(&s);
        }
        team_free(&team);
    }
}
END_TEST

START_TEST(what_is_not_finite_is_reported)
{
    const double bad[] = {NAN, -NAN, INFINITY, -INFINITY, 1e200};
    const int64_t places[] = {0, 1, 255, 256, 499};
    for (int b = 0; b < HG_COUNT_OF(bad); b++)
        for (int p = 0; p < HG_COUNT_OF(places); p++)
            for (int ready = 0; ready < 2; ready++) {
                crew team;
                team_create(&team, 2, 2, "baseline");
                sample s = normal_sample(500, 0.5, 4);
                if (ready == 1) ck_assert_int_gt(measure(&team, &s, HG_LANES).attempts, 0);
                s.value[places[p] * STRIDE + 3] = bad[b];
                ck_assert_int_eq(measure(&team, &s, HG_LANES).attempts, 0);
                team_free(&team);
                sample_free(&s);
            }
}
END_TEST

/* Saved after any record, and put back among other ranks and threads: the same bits next time,
 * with as many tries; also before the first record. */
START_TEST(a_grid_that_is_put_back_goes_on)
{
    for (int records = 0; records < 5; records++) {
        crew whole, part;
        double state[2 * STRIDE];
        uint8_t rests[STRIDE / HG_GRID_GROUP];
        team_create(&whole, 1, 1, "baseline");
        team_create(&part, 3, 2, "baseline");
        for (int r = 0; r <= records; r++) {
            sample s = normal_sample(400, 0.5 + 1e-4 * r, (uint64_t)r);
            if (r % 2 == 1) s.value[3 * STRIDE + 5] = 1e4; /* an outlier now and then */
            if (r == records) {
                hg_moments_save(&whole.rank[0], state, rests);
                for (int k = 0; k < 3; k++)
                    hg_moments_restore(&part.rank[k], state, rests);
                const moments other = measure(&part, &s, 7), one = measure(&whole, &s, HG_LANES);
                ck_assert_int_eq(one.attempts, other.attempts);
                ck_assert(hg_test_same_bits(one.mean, other.mean, COLUMNS));
                ck_assert(hg_test_same_bits(one.variance, other.variance, COLUMNS));
            } else {
                measure(&whole, &s, HG_LANES);
            }
            sample_free(&s);
        }
        team_free(&part);
        team_free(&whole);
    }
}
END_TEST

START_TEST(creation_fails_cleanly)
{
    const int64_t before = hg_memory_total().current;
    hg_status status = HG_NO_MEMORY;
    for (int k = 1; status != HG_OK; k++) {
        hg_moments made;
        hg_memory_fail_at(k);
        status = hg_moments_create(&made, COLUMNS, 2, hg_kernels_best());
        hg_memory_fail_at(0);
        ck_assert(status == HG_OK || status == HG_NO_MEMORY);
        if (status == HG_OK) ck_assert_int_gt(k, 8 + 2 + 1 + 2 * 9);
        hg_moments_free(&made);
        ck_assert_int_eq(hg_memory_total().current, before);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("moments");
    HG_TEST(means_and_variances);
    HG_TEST(order_does_not_count);
    HG_TEST(copies_are_repetitions);
    HG_TEST(crowds);
    HG_TEST(equal_values_have_no_variance);
    HG_TEST(wide_ranges_and_outliers);
    HG_TEST(grids_follow);
    HG_TEST(a_floor_is_tight_enough);
    HG_TEST(every_scale_keeps_its_digits);
    HG_TEST(a_faint_value_among_zeros_is_seen);
    HG_TEST(what_is_not_finite_is_reported);
    HG_TEST(a_grid_that_is_put_back_goes_on);
    HG_TEST(creation_fails_cleanly);
    return hg_test_run(suite, CK_NORMAL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
