/* SPDX-License-Identifier: GPL-3.0-or-later
 * Characters that a terminal would obey or hide are shown as escapes. */
#include "support.h"

#include "base/status.h"
#include "base/text.h"
#include "base/visible.h"

static const struct {
    const char *text, *shown;
} cases[] = {
    {"", ""},
    {"crp", "crp"},
    {"f\xc3\xbcr \xe2\x80\xa6 \xf0\x9f\xa7\xac", "f\xc3\xbcr \xe2\x80\xa6 \xf0\x9f\xa7\xac"},
    {"two\nlines\tx", "two\nlines\tx"},
    {"a\x1b[2Jb", "a\\x1b[2Jb"},
    {"bell\x07 del\x7f return\r", "bell\\x07 del\\x7f return\\x0d"},
    {"\xc2\x9b" "31m", "\\u009b31m"}, /* the control sequence introducer of C1 */
    {"\xc2\x80\xc2\x9f\xc2\xa0", "\\u0080\\u009f\xc2\xa0"},
    {"ab\xe2\x80\xae" "cd", "ab\\u202ecd"},         /* right-to-left override */
    {"\xe2\x81\xa6x\xe2\x81\xa9", "\\u2066x\\u2069"}, /* isolates */
    {"\xd8\x9c\xe2\x80\x8f", "\\u061c\\u200f"},
    {"a\xe2\x80\x8b" "b\xef\xbb\xbf\xc2\xad", "a\\u200bb\\ufeff\\u00ad"},
    {"\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029"},
    {"\xf3\xa0\x81\x81", "\\U000e0041"},           /* a tag */
    {"\x9b" "31m", "\\x9b31m"},                      /* not UTF-8 */
    {"\xff\xc3", "\\xff\\xc3"},                     /* neither is the end of this one */
    {"\xc0\xaf\xe0\x80\xaf", "\\xc0\\xaf\\xe0\\x80\\xaf"}, /* too long */
    {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           /* half of a surrogate pair */
    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},   /* beyond Unicode */
};

START_TEST(hidden_characters_are_escaped)
{
    char shown[256];
    for (int i = 0; i < HG_COUNT_OF(cases); i++) {
        hg_visible_copy(shown, sizeof shown, cases[i].text);
        ck_assert_str_eq(shown, cases[i].shown);
    }
}
END_TEST

START_TEST(messages_are_visible)
{
    for (int i = 0; i < HG_COUNT_OF(cases); i++) {
        hg_fail(HG_IO, "%s", cases[i].text);
        ck_assert_str_eq(hg_error_message(), cases[i].shown);
        hg_fail(HG_IO, "end");
        hg_fail_within(HG_IO, "%s: ", cases[i].text);
        ck_assert(strncmp(hg_error_message(), cases[i].shown, strlen(cases[i].shown)) == 0);
    }
}
END_TEST

START_TEST(what_does_not_fit_is_left_out)
{
    char shown[8];
    hg_visible_copy(shown, sizeof shown, "abcdefghij");
    ck_assert_str_eq(shown, "abcdefg");
    hg_visible_copy(shown, sizeof shown, "abcd\x1b"); /* no half escape */
    ck_assert_str_eq(shown, "abcd");
    hg_visible_copy(shown, 1, "a");
    ck_assert_str_eq(shown, "");
}
END_TEST

START_TEST(yaml_has_the_same_escapes)
{
    hg_text text = hg_text_of(HG_MEMORY_OTHER);
    hg_text_add_scalar(&text, "a\xc2\x9b\xe2\x80\xae\n\x01\"f\xc3\xbc");
    ck_assert_str_eq(text.data, "\"a\\u009b\\u202e\\x0a\\x01\\\"f\xc3\xbc\"");
    hg_text_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("visible");
    HG_TEST(hidden_characters_are_escaped);
    HG_TEST(messages_are_visible);
    HG_TEST(what_does_not_fit_is_left_out);
    HG_TEST(yaml_has_the_same_escapes);
    return hg_test_run(suite, CK_NORMAL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
