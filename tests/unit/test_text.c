/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"

START_TEST(numbers_survive_being_written)
{
    const double numbers[] = {0.1, 1.0 / 3.0, 2e-5, 1e22, -0.0, 5e-324, 1.7976931348623157e308,
                              123456789.125, 0.3, 100.0};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[HG_NUMBER_SIZE];
        double back;
        hg_number_format(text, numbers[i]);
        ck_assert_int_eq(hg_number_parse(text, &back), HG_NUMBER_FINITE);
        ck_assert_int_eq(memcmp(&back, &numbers[i], sizeof back), 0);
    }
    char text[HG_NUMBER_SIZE];
    hg_number_format(text, 0.1);
    ck_assert_str_eq(text, "0.1");
    hg_number_format(text, 2e-5);
    ck_assert_str_eq(text, "2.0e-05");
}
END_TEST

START_TEST(only_decimal_numbers_are_numbers)
{
    double value;
    int64_t integer;
    uint64_t seed;
    const char *const not_numbers[] = {"", "x", "0x10", " 1", "1 ", "1_000", "--1", ".", "e5", "1e"};
    for (size_t i = 0; i < sizeof not_numbers / sizeof *not_numbers; i++)
        ck_assert_int_eq(hg_number_parse(not_numbers[i], &value), HG_NUMBER_NOT);
    ck_assert_int_eq(hg_number_parse(".nan", &value), HG_NUMBER_INFINITE);
    ck_assert_int_eq(hg_number_parse("1e999", &value), HG_NUMBER_INFINITE);
    ck_assert(hg_integer_parse("1e4", &integer) && integer == 10000);
    ck_assert(hg_integer_parse("-9223372036854775808", &integer) && integer == INT64_MIN);
    ck_assert(!hg_integer_parse("9223372036854775808", &integer));
    ck_assert(!hg_integer_parse("1.5", &integer));
    ck_assert(hg_unsigned_parse("18446744073709551615", &seed) && seed == UINT64_MAX);
    ck_assert(!hg_unsigned_parse("18446744073709551616", &seed));
    ck_assert(!hg_unsigned_parse("-1", &seed));
}
END_TEST

START_TEST(slips_find_their_word)
{
    const char *const words[] = {"expression", NULL, "regulation", "run", "k"};
    ck_assert_int_eq(hg_text_distance("kitten", "sitting"), 3);
    ck_assert_int_eq(hg_text_distance("ab", "ba"), 1);
    ck_assert_str_eq(hg_text_nearest("expresion", words, 5), "expression");
    ck_assert_str_eq(hg_text_nearest("Regulaiton", words, 5), "regulation");
    ck_assert_ptr_null(hg_text_nearest("banana", words, 5));
}
END_TEST

START_TEST(scalars_are_quoted_where_needed)
{
    hg_text text = hg_text_of(HG_MEMORY_OTHER);
    const char *const words[] = {"quick-start.h5", "true", "12", "a: b", "say \"x\"", "None"};
    for (size_t i = 0; i < 6; i++) {
        hg_text_add_scalar(&text, words[i]);
        hg_text_add(&text, "|");
    }
    ck_assert_str_eq(text.data, "quick-start.h5|\"true\"|\"12\"|\"a: b\"|\"say \\\"x\\\"\"|\"None\"|");
    hg_text_free(&text);
}
END_TEST

START_TEST(a_failure_sticks)
{
    hg_text text = hg_text_of(HG_MEMORY_OTHER);
    char *taken;
    hg_memory_fail_at(1);
    hg_text_add(&text, "lost");
    hg_text_add(&text, "also lost");
    ck_assert_int_eq(hg_text_take(&text, &taken), HG_NO_MEMORY);
    ck_assert_ptr_null(taken);
    hg_text_add(&text, "%d", 7);
    ck_assert_int_eq(hg_text_take(&text, &taken), HG_OK);
    ck_assert_str_eq(taken, "7");
    hg_release(&taken);
}
END_TEST

START_TEST(names_are_numbered)
{
    hg_names names = hg_names_of(HG_MEMORY_OTHER);
    char word[16];
    int64_t number;
    bool added;
    for (int i = 0; i < 1000; i++) {
        snprintf(word, sizeof word, "n%d", i % 500);
        ck_assert_int_eq(hg_names_add(&names, word, &number, &added), HG_OK);
        ck_assert_int_eq(number, i % 500);
        ck_assert_int_eq(added, i < 500);
    }
    ck_assert_int_eq(hg_names_find(&names, "n499"), 499);
    ck_assert_int_eq(hg_names_find(&names, "x"), -1);
    hg_names_free(&names);
}
END_TEST

START_TEST(counts_have_commas_and_plurals)
{
    const struct {
        int64_t count;
        const char *expected;
    } cases[] = {{0, "0 genes"}, {1, "1 gene"}, {999, "999 genes"}, {1000, "1,000 genes"},
                 {-123456, "-123,456 genes"}, {1234567890123, "1,234,567,890,123 genes"}};
    for (int i = 0; i < (int)(sizeof cases / sizeof *cases); i++) {
        hg_text text = hg_text_of(HG_MEMORY_OTHER);
        hg_text_add_counted(&text, cases[i].count, "gene");
        ck_assert_str_eq(text.data, cases[i].expected);
        hg_text_free(&text);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("text");
    TCase *tests = tcase_create("text");
    tcase_add_test(tests, numbers_survive_being_written);
    tcase_add_test(tests, only_decimal_numbers_are_numbers);
    tcase_add_test(tests, slips_find_their_word);
    tcase_add_test(tests, scalars_are_quoted_where_needed);
    tcase_add_test(tests, a_failure_sticks);
    tcase_add_test(tests, names_are_numbered);
    tcase_add_test(tests, counts_have_commas_and_plurals);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
