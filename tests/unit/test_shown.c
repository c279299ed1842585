/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a terminal would obey, or would not show, is escaped. */
#include "support.h"

#include "base/shown.h"

static const struct {
    const char *words, *shown;
} cases[] = {{"yeast", "yeast"},
             {"Zürich \xe2\x86\x92 東京 \xf0\x9f\xa7\xac", "Zürich \xe2\x86\x92 東京 \xf0\x9f\xa7\xac"},
             {"a\x1b[31m", "a\\u001b[31m"},
             {"a\x7f", "a\\u007f"},
             {"a\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", "a\\u0080\\u009b\\u009f\xc2\xa0"},
             {"a\xe2\x80\xae" "b\xe2\x81\xa6", "a\\u202eb\\u2066"},
             {"\xe2\x80\x8b\xef\xbb\xbf\xc2\xad", "\\u200b\\ufeff\\u00ad"},
             {"\xf3\xa0\x81\x81", "\\U000e0041"},
             {"a\xff\xc3", "a\\xff\\xc3"},
             {"\xc0\x80\xed\xa0\x80", "\\xc0\\x80\\xed\\xa0\\x80"}};

START_TEST(names_are_escaped)
{
    for (int i = 0; i < HG_COUNT_OF(cases); i++) {
        hg_text text = hg_text_of(HG_MEMORY_OTHER);
        hg_text_add_shown(&text, cases[i].words);
        ck_assert_str_eq(text.data, cases[i].shown);
        hg_text_free(&text);
    }
    hg_text text = hg_text_of(HG_MEMORY_OTHER);
    hg_text_add_shown(&text, "a\tb\nc");
    ck_assert_str_eq(text.data, "a\\u0009b\\u000ac");
    hg_text_free(&text);
}
END_TEST

/* Byte by byte, so that each character comes in pieces. */
START_TEST(streams_escape_characters_in_pieces)
{
    for (int i = 0; i < HG_COUNT_OF(cases); i++) {
        char *printed = NULL;
        size_t size = 0;
        FILE *memory = open_memstream(&printed, &size);
        FILE *stream = hg_shown_stream(memory);
        ck_assert_ptr_nonnull(stream);
        setvbuf(stream, NULL, _IONBF, 0);
        for (const char *c = cases[i].words; *c != '\0'; c++) fputc(*c, stream);
        ck_assert_int_eq(fclose(stream), 0);
        fclose(memory);
        ck_assert_str_eq(printed, cases[i].shown);
        free(printed);
    }
}
END_TEST

START_TEST(scalars_are_escaped_as_yaml)
{
    hg_text text = hg_text_of(HG_MEMORY_OTHER);
    hg_text_add_scalar(&text, "a\xc2\x9b\xe2\x80\xae\xf3\xa0\x81\x81");
    ck_assert_str_eq(text.data, "\"a\\x9b\\u202e\\U000e0041\"");
    hg_text_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shown");
    TCase *tests = tcase_create("shown");
    tcase_add_test(tests, names_are_escaped);
    tcase_add_test(tests, streams_escape_characters_in_pieces);
    tcase_add_test(tests, scalars_are_escaped_as_yaml);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
