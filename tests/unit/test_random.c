/* SPDX-License-Identifier: GPL-3.0-or-later
 * Random numbers: the generator's published answers, the distributions' laws with standard
 * errors at fixed seeds, and the vector variants against the scalar streams. */
#include "support.h"

#include "kernels/kernels.h"
#include "random/distribution.h"
#include "random/stream.h"
#include "random/vecmath.h"

enum { DRAWS = 400000 };

/* 4 standard errors: at a fixed seed the verdict is always the same. */
#define ASSERT_WITHIN(value, expected, standard_error)                                             \
    ck_assert_double_le(fabs((value) - (expected)), 4.0 * (standard_error))

/* Philox4x32-10 of the counter {draw, individual's low word, generation, purpose and high}:
 * the three vectors that Random123 publishes (kat_vectors). */
START_TEST(published_answers)
{
    const struct {
        uint64_t seed;
        int64_t generation, individual;
        hg_purpose purpose;
        uint32_t draw;
        uint64_t word[2];
    } known[] = {
        {0, 0, 0, (hg_purpose)0, 0, {0xe169c58d6627e8d5u, 0x9b00dbd8bc57ac4cu}},
        {UINT64_MAX, UINT32_MAX, ((int64_t)1 << 56) - 1, HG_PURPOSE_TEST, UINT32_MAX,
         {0x41c83b0e408f276du, 0x6d5451fda20bc7c6u}},
        {0x299f31d0a4093822u, 0x13198a2e, 0x70734485a308d3, (hg_purpose)0x03, 0x243f6a88,
         {0x94fdccebd16cfe09u, 0x24126ea15001e420u}},
    };
    for (int i = 0; i < HG_COUNT_OF(known); i++) {
        const hg_stream stream = hg_stream_of(known[i].seed, known[i].purpose,
                                              known[i].generation, known[i].individual);
        const hg_block block = hg_stream_block(&stream, known[i].draw);
        ck_assert_uint_eq(block.word[0], known[i].word[0]);
        ck_assert_uint_eq(block.word[1], known[i].word[1]);
    }
}
END_TEST

static int compare_blocks(const void *a, const void *b) { return memcmp(a, b, sizeof(hg_block)); }

START_TEST(no_two_share_a_number)
{
    enum { MOST = 16384 };
    static hg_block blocks[MOST];
    const uint64_t seeds[] = {1, (uint64_t)1 << 32, UINT64_MAX};
    const int64_t generations[] = {0, 1, UINT32_MAX};
    const int64_t who[] = {0, 1, UINT32_MAX, (int64_t)1 << 32, ((int64_t)1 << 56) - 1};
    const uint32_t draws[] = {0, 1, UINT32_MAX};
    int count = 0;
    for (int s = 0; s < HG_COUNT_OF(seeds); s++)
        for (int p = HG_PURPOSE_INITIAL_BASAL; p <= HG_PURPOSE_TEST; p++) {
            if (p > HG_PURPOSE_PLACE && p < HG_PURPOSE_TEST) continue;
            for (int t = 0; t < HG_COUNT_OF(generations); t++)
                for (int i = 0; i < HG_COUNT_OF(who); i++) {
                    const hg_stream stream =
                        hg_stream_of(seeds[s], (hg_purpose)p, generations[t], who[i]);
                    for (int d = 0; d < HG_COUNT_OF(draws); d++)
                        blocks[count++] = hg_stream_block(&stream, draws[d]);
                }
        }
    ck_assert_int_eq(count, 3 * (HG_PURPOSE_PLACE + 1) * 3 * 5 * 3);
    qsort(blocks, (size_t)count, sizeof *blocks, compare_blocks);
    for (int i = 1; i < count; i++) ck_assert_int_ne(compare_blocks(&blocks[i - 1], &blocks[i]), 0);
}
END_TEST

START_TEST(uniforms_are_open)
{
    ck_assert_double_eq(hg_uniform_of(0), 0x1p-53);
    ck_assert_double_eq(hg_uniform_of(UINT64_MAX), 1.0 - 0x1p-53);
    ck_assert_double_lt(hg_uniform_of((uint64_t)1 << 12), hg_uniform_of((uint64_t)2 << 12));
    ck_assert_double_eq(hg_uniform_of(0xfff), hg_uniform_of(0)); /* low bits do not count */
}
END_TEST

/* The first to fourth moments of draws, about the given mean. */
typedef struct moments {
    double mean, variance, third, fourth;
} moments;

static moments moments_of(const double *x, int count, double about)
{
    moments m = {0, 0, 0, 0};
    for (int i = 0; i < count; i++) {
        const double d = x[i] - about;
        m.mean += x[i];
        m.variance += d * d;
        m.third += d * d * d;
        m.fourth += d * d * d * d;
    }
    m.mean /= count, m.variance /= count, m.third /= count, m.fourth /= count;
    return m;
}

static double numbers[DRAWS];

/* Half of the draws from one individual's blocks, half from many individuals. */
static void fill(hg_distribution distribution)
{
    for (int i = 0; i < DRAWS; i++) {
        const hg_stream stream = hg_stream_of(7, HG_PURPOSE_TEST, 3, i % 2 == 0 ? 0 : i);
        numbers[i] = hg_distribution_draw(&distribution, &stream, (uint32_t)(i % 2 == 0 ? i : 5));
    }
}

static void check_moments(double mean, double variance, double fourth)
{
    const moments m = moments_of(numbers, DRAWS, mean);
    ASSERT_WITHIN(m.mean, mean, sqrt(variance / DRAWS));
    ASSERT_WITHIN(m.variance, variance, sqrt((fourth - variance * variance) / DRAWS));
}

static int compare_numbers(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov & Smirnov's sqrt(n)*D; beyond 1.95 in one of a thousand samples. */
static double kolmogorov_smirnov(double (*cumulative)(double))
{
    qsort(numbers, DRAWS, sizeof *numbers, compare_numbers);
    double largest = 0.0;
    for (int i = 0; i < DRAWS; i++) {
        const double p = cumulative(numbers[i]);
        largest = fmax(largest, fmax(p - i / (double)DRAWS, (i + 1) / (double)DRAWS - p));
    }
    return largest * sqrt(DRAWS);
}

static double cumulative_uniform(double x) { return (x + 2.0) / 5.0; }
static double cumulative_normal(double x) { return 0.5 * erfc(-x / sqrt(2.0)); }
static double cumulative_exponential(double x) { return -expm1(-x / 3.0); }

START_TEST(uniform_law)
{
    fill((hg_distribution){HG_DISTRIBUTION_UNIFORM, -2.0, 3.0});
    check_moments(0.5, 25.0 / 12.0, 625.0 / 80.0);
    ck_assert_double_lt(kolmogorov_smirnov(cumulative_uniform), 1.95);
    ck_assert(numbers[0] > -2.0 && numbers[DRAWS - 1] < 3.0);
}
END_TEST

START_TEST(normal_law)
{
    fill((hg_distribution){HG_DISTRIBUTION_NORMAL, 0.0, 1.0});
    check_moments(0.0, 1.0, 3.0);
    const moments m = moments_of(numbers, DRAWS, 0.0);
    ASSERT_WITHIN(m.third, 0.0, sqrt(15.0 / DRAWS));
    ASSERT_WITHIN(m.fourth, 3.0, sqrt(96.0 / DRAWS)); /* E z^8 - (E z^4)^2 */
    ck_assert_double_lt(kolmogorov_smirnov(cumulative_normal), 1.95);
    fill((hg_distribution){HG_DISTRIBUTION_NORMAL, -4.0, 0.5});
    check_moments(-4.0, 0.25, 3.0 * 0.0625);
}
END_TEST

START_TEST(other_laws)
{
    fill((hg_distribution){HG_DISTRIBUTION_EXPONENTIAL, 3.0, 0.0});
    check_moments(3.0, 9.0, 9.0 * 81.0);
    ck_assert_double_lt(kolmogorov_smirnov(cumulative_exponential), 1.95);
    ck_assert_double_gt(numbers[0], 0.0);
    const double m = 0.3, s = 0.4, w = exp(s * s);
    fill((hg_distribution){HG_DISTRIBUTION_LOGNORMAL, m, s});
    const double variance = (w - 1.0) * exp(2.0 * m + s * s);
    check_moments(exp(m + s * s / 2.0), variance,
                  variance * variance * (pow(w, 4) + 2.0 * pow(w, 3) + 3.0 * w * w - 3.0));
    fill((hg_distribution){HG_DISTRIBUTION_CONSTANT, 2.5, 9.0});
    for (int i = 0; i < DRAWS; i++) ck_assert_double_eq(numbers[i], 2.5);
}
END_TEST

/* Neighbouring blocks, individuals, generations, purposes and seeds are uncorrelated. */
START_TEST(neighbours_are_independent)
{
    for (int kind = 0; kind < 5; kind++) {
        double sum = 0.0;
        for (int i = 0; i < DRAWS / 4; i++) {
            const hg_stream here = hg_stream_of(3, HG_PURPOSE_PARENT, 9, i);
            const hg_stream there = hg_stream_of(kind == 0 ? 4 : 3,
                                                 kind == 1 ? HG_PURPOSE_MATE : HG_PURPOSE_PARENT,
                                                 kind == 2 ? 10 : 9, kind == 3 ? i + 1 : i);
            sum += hg_stream_normal(&here, 0) * hg_stream_normal(&there, kind == 4 ? 1 : 0);
        }
        ASSERT_WITHIN(sum / (DRAWS / 4), 0.0, 1.0 / sqrt(DRAWS / 4));
    }
}
END_TEST

START_TEST(skips_follow_their_definition)
{
    const double rates[] = {1e-9, 1e-3, 0.01, 0.3, 0.5, 0.99};
    uint64_t state = 1;
    for (int r = 0; r < HG_COUNT_OF(rates); r++) {
        const double inverse_log = hg_geometric_inverse_log(rates[r]);
        for (int i = 0; i < 20000; i++) {
            const double u = hg_uniform_of(hg_test_bits(&state));
            const long double exact = logl((long double)u) / log1pl(-(long double)rates[r]);
            const long double skip = (long double)hg_geometric_skip(u, inverse_log);
            const long double slack = 1e-14L * (1.0L + exact); /* where rounding may decide */
            ck_assert(skip <= exact + slack && exact - slack < skip + 1.0L);
        }
    }
    ck_assert_int_eq(hg_geometric_skip(0x1p-53, hg_geometric_inverse_log(1e-300)), INT64_MAX / 2);
    ck_assert_int_eq(hg_geometric_skip(0.5, hg_geometric_inverse_log(5e-324)), INT64_MAX / 2);
    ck_assert_int_eq(hg_geometric_skip(1.0 - 0x1p-53, hg_geometric_inverse_log(1e-3)), 0);
    ck_assert_int_eq(hg_geometric_skip(0x1p-53, hg_geometric_inverse_log(1.0 - 0x1p-53)), 1);
    ck_assert_int_eq(hg_geometric_skip(0.5, hg_geometric_inverse_log(1.0 - 0x1p-53)), 0);
}
END_TEST

/* Skipping from success to success marks each of L places with probability p, independently:
 * their number is binomial, at every place alike, and neighbours are uncorrelated. */
START_TEST(skips_make_bernoulli_trials)
{
    enum { PLACES = 50, TRIALS = 40000 };
    const double p = 0.07, inverse_log = hg_geometric_inverse_log(p);
    static int hits[PLACES + 1], both;
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < TRIALS; i++) {
        const hg_stream stream = hg_stream_of(11, HG_PURPOSE_BASAL_SITE, 1, i);
        uint32_t draw = 0;
        int count = 0;
        int64_t last = -2;
        for (int64_t at = -1;;) {
            at += 1 + hg_geometric_skip(hg_stream_uniform(&stream, draw++), inverse_log);
            if (at >= PLACES) break;
            hits[at]++, count++;
            both += at == last + 1;
            last = at;
        }
        sum += count;
        squares += (double)count * count;
    }
    const double mean = PLACES * p, variance = mean * (1.0 - p);
    ASSERT_WITHIN(sum / TRIALS, mean, sqrt(variance / TRIALS));
    ASSERT_WITHIN(squares / TRIALS - (sum / TRIALS) * (sum / TRIALS), variance,
                  variance * sqrt(2.2 / TRIALS));
    double chi2 = 0.0;
    for (int g = 0; g < PLACES; g++)
        chi2 += (hits[g] - TRIALS * p) * (hits[g] - TRIALS * p) / (TRIALS * p * (1.0 - p));
    ASSERT_WITHIN(chi2, PLACES, sqrt(2.0 * PLACES));
    ASSERT_WITHIN(both / (double)(TRIALS * (PLACES - 1)), p * p,
                  sqrt(p * p * (1.0 + 2.0 * p) / (TRIALS * (PLACES - 1))));
}
END_TEST

static const char *const variants[] = {"baseline", "avx2", "avx512"};

static void compare_draws(const hg_kernels *kernels, int64_t first, int count)
{
    enum { MOST = 128 };
    double u[MOST + 1], z[MOST + 1];
    int64_t who[MOST];
    uint32_t draw[MOST];
    const uint64_t seed = 0xfedcba9876543210u;
    u[count] = z[count] = -7.0; /* nothing is written behind the end */
    kernels->uniforms(seed, HG_PURPOSE_PARENT, 17, first, count, 3, u);
    for (int i = 0; i < count; i++) {
        const hg_stream stream = hg_stream_of(seed, HG_PURPOSE_PARENT, 17, first + i);
        const double expected = hg_stream_uniform(&stream, 3);
        ck_assert(hg_test_same_bits(&u[i], &expected, 1));
        who[i] = first + (i * 7) % 13, draw[i] = (uint32_t)(i * i) * 2654435761u;
    }
    double e[MOST + 1];
    memcpy(e, u, sizeof e);
    kernels->logarithms(e, count, -1.0);
    kernels->normals(seed, HG_PURPOSE_BASAL_SIZE, 4000000000, who, draw, count, z);
    for (int i = 0; i < count; i++) {
        const double exponential = -hg_log(u[i]);
        ck_assert(hg_test_same_bits(&e[i], &exponential, 1));
        const hg_stream stream = hg_stream_of(seed, HG_PURPOSE_BASAL_SIZE, 4000000000, who[i]);
        const double normal = hg_stream_normal(&stream, draw[i]);
        ck_assert(hg_test_same_bits(&z[i], &normal, 1));
    }
    ck_assert(u[count] == -7.0 && e[count] == -7.0 && z[count] == -7.0);
}

START_TEST(vectors_draw_what_streams_draw)
{
    const int64_t firsts[] = {0, 5, 4294967290, ((int64_t)1 << 40) + 3};
    for (int v = 0; v < HG_COUNT_OF(variants); v++) {
        const hg_kernels *kernels = hg_kernels_named(variants[v]);
        if (kernels == NULL) continue;
        ck_assert_str_eq(kernels->name, variants[v]);
        for (int f = 0; f < HG_COUNT_OF(firsts); f++) {
            for (int count = 0; count <= 40; count++) compare_draws(kernels, firsts[f], count);
            compare_draws(kernels, firsts[f], 127);
        }
    }
    ck_assert_ptr_nonnull(hg_kernels_named("baseline"));
    ck_assert_ptr_null(hg_kernels_named("sse9"));
}
END_TEST

/* The elementary functions against the C library's, in units of the last place. */
START_TEST(elementary_functions_are_accurate)
{
    uint64_t state = 5;
    for (int i = 0; i < 100000; i++) {
        const double x = hg_test_uniform(&state, -30.0, 30.0), p = exp(x);
        ck_assert(hg_test_close(hg_exp(x), expl((long double)x), 4.5e-16, 0.0));
        ck_assert(hg_test_close(hg_log(p), logl((long double)p), 4.5e-16, 0.0));
        ck_assert(hg_test_close(hg_pow(p, 1.7), powl((long double)p, (long double)1.7), 4.5e-16,
                                0.0));
    }
    ck_assert(hg_exp(0.0) == 1.0 && hg_exp(-1000.0) == 0.0 && hg_log(1.0) == 0.0);
    ck_assert(hg_cospi(0.5) == 0.0 && hg_cospi(1.0) == -1.0 && hg_sinpi(0.5) == 1.0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("random");
    HG_TEST(published_answers);
    HG_TEST(no_two_share_a_number);
    HG_TEST(uniforms_are_open);
    HG_TEST(uniform_law);
    HG_TEST(normal_law);
    HG_TEST(other_laws);
    HG_TEST(neighbours_are_independent);
    HG_TEST(skips_follow_their_definition);
    HG_TEST(skips_make_bernoulli_trials);
    HG_TEST(vectors_draw_what_streams_draw);
    HG_TEST(elementary_functions_are_accurate);
    return hg_test_run(suite, CK_NORMAL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
