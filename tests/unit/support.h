/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the tests share: a generator of their own, comparisons, the runner. */
#ifndef HG_TESTS_UNIT_SUPPORT_H
#define HG_TESTS_UNIT_SUPPORT_H

#include <check.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HG_COUNT_OF(array) ((int)(sizeof(array) / sizeof *(array)))

/* SplitMix64 (Steele, Lea & Flood 2014): unlike the generator under test. */
static inline uint64_t hg_test_bits(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Uniform in [low, high). */
static inline double hg_test_uniform(uint64_t *state, double low, double high)
{
    return low + (high - low) * ((double)(hg_test_bits(state) >> 11) * 0x1p-53);
}

static inline double hg_test_normal(uint64_t *state)
{
    const double u = 1.0 - hg_test_uniform(state, 0.0, 1.0), v = hg_test_uniform(state, 0.0, 1.0);
    return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
}

/* Within `tolerance` of `expected`, relative to it or to `scale`, whichever is larger. */
static inline bool hg_test_close(double value, long double expected, double tolerance,
                                 double scale)
{
    const long double size = fmaxl(fabsl(expected), (long double)scale);
    return fabsl((long double)value - expected) <= (long double)tolerance * size;
}

static inline bool hg_test_same_bits(const double *a, const double *b, int64_t count)
{
    return count == 0 || memcmp(a, b, (size_t)count * sizeof *a) == 0;
}

/* Runs the tests in this process; the number of failures. */
static inline int hg_test_run(Suite *suite, enum print_output verbosity)
{
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, verbosity);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed;
}

#define HG_TEST(name)                                                                              \
    do {                                                                                           \
        TCase *case_ = tcase_create(#name);                                                        \
        tcase_set_timeout(case_, 0); /* CTest has one */                                           \
        tcase_add_test(case_, name);                                                               \
        suite_add_tcase(suite, case_);                                                             \
    } while (0)

#endif
