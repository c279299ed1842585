/* SPDX-License-Identifier: GPL-3.0-or-later
 * Failing: a status and its message, one for each thread. */
#include "support.h"

#include "base/status.h"

START_TEST(messages_are_kept)
{
    ck_assert_int_eq(hg_fail(HG_IO, "cannot open %s: %d", "x.yaml", 7), HG_IO);
    ck_assert_str_eq(hg_error_message(), "cannot open x.yaml: 7");
    ck_assert_int_eq(hg_fail_within(HG_BAD_INPUT, "%s: ", "run.yaml"), HG_BAD_INPUT);
    ck_assert_str_eq(hg_error_message(), "run.yaml: cannot open x.yaml: 7");
    ck_assert_int_eq(hg_fail(HG_IO, "again: %s", hg_error_message()), HG_IO);
    ck_assert_str_eq(hg_error_message(), "again: run.yaml: cannot open x.yaml: 7");
    ck_assert_int_eq(hg_fail_as(HG_BUG, "100 %s %n"), HG_BUG); /* no format */
    ck_assert_str_eq(hg_error_message(), "100 %s %n");
}
END_TEST

START_TEST(long_messages_are_cut)
{
    static char text[20000];
    memset(text, 'x', sizeof text - 1);
    hg_fail(HG_IO, "%s", text);
    const size_t most = strlen(hg_error_message());
    ck_assert(most >= 4000 && most < sizeof text - 1);
    hg_fail_within(HG_IO, "y");
    ck_assert_int_eq(hg_error_message()[0], 'y');
    ck_assert_uint_eq(strlen(hg_error_message()), most);
    hg_fail_within(HG_IO, "%s", text);
    ck_assert_uint_eq(strlen(hg_error_message()), most);
    ck_assert_int_eq(hg_error_message()[most - 1], 'x');
}
END_TEST

START_TEST(threads_have_their_own)
{
    enum { THREADS = 4 };
    int mixed = 0;
    hg_fail(HG_IO, "main");
#pragma omp parallel for num_threads(THREADS) schedule(static, 1) reduction(+ : mixed)
    for (int i = 0; i < 2000; i++) {
        char expected[32];
        snprintf(expected, sizeof expected, "failure %d", i);
        hg_fail(HG_IO, "failure %d", i);
        mixed += strcmp(hg_error_message(), expected) != 0;
    }
    ck_assert_int_eq(mixed, 0);
}
END_TEST

static hg_status count_steps(hg_status first, hg_status second, int *steps)
{
    HG_TRY(first);
    ++*steps;
    HG_TRY(second);
    ++*steps;
    return HG_OK;
}

static hg_status clean_up(hg_status first, int *cleaned)
{
    hg_status status = HG_OK;
    HG_TRY_OUT(first);
    *cleaned += 10;
out:
    ++*cleaned;
    return status;
}

START_TEST(calls_end_at_the_first_failure)
{
    int steps = 0;
    ck_assert_int_eq(count_steps(HG_IO, HG_BUG, &steps), HG_IO);
    ck_assert_int_eq(steps, 0);
    ck_assert_int_eq(count_steps(HG_OK, HG_BUG, &steps), HG_BUG);
    ck_assert_int_eq(steps, 1);
    ck_assert_int_eq(count_steps(HG_OK, HG_OK, &steps), HG_OK);
    ck_assert_int_eq(steps, 3);
    int cleaned = 0;
    ck_assert_int_eq(clean_up(HG_EXTINCT, &cleaned), HG_EXTINCT);
    ck_assert_int_eq(cleaned, 1);
    ck_assert_int_eq(clean_up(HG_OK, &cleaned), HG_OK);
    ck_assert_int_eq(cleaned, 12);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("status");
    HG_TEST(messages_are_kept);
    HG_TEST(long_messages_are_cut);
    HG_TEST(threads_have_their_own);
    HG_TEST(calls_end_at_the_first_failure);
    return hg_test_run(suite, CK_NORMAL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
