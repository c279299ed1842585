/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "io/network_file.h"

static char plus[] = "+", minus[] = "-", dual[] = "+-";
static hg_sign signs[] = {{plus, 1.0}, {minus, -1.0}, {dual, 0.0}};

static hg_config config_of(void)
{
    hg_config config = {0};
    config.network.default_weight = 0.25;
    config.network.signs = signs;
    config.network.sign_count = 3;
    return config;
}

static void assert_refused(const char *text, const char *words)
{
    const hg_config config = config_of();
    hg_edge_list list;
    ck_assert_int_eq(hg_network_text_read(&list, "net.tsv", text, &config), HG_BAD_INPUT);
    if (strstr(hg_error_message(), words) == NULL)
        ck_abort_msg("'%s' lacks '%s'", hg_error_message(), words);
    hg_edge_list_free(&list);
}

START_TEST(all_kinds_of_lines_are_read)
{
    const hg_config config = config_of();
    hg_edge_list list;
    const char *text = "\xef\xbb\xbf# network\r\n\r\nB\tA\t+\r\nA A - # self\nC  B  -1.5e-1\n"
                       "\n  # more\nlong name\tA\nA\tC\t+-";
    ck_assert_int_eq(hg_network_text_read(&list, "net.tsv", text, &config), HG_OK);
    ck_assert_int_eq(list.count, 5);
    ck_assert_int_eq(list.names.count, 4);
    const char *const names[] = {"B", "A", "C", "long name"};
    const hg_edge edges[] = {{0, 1, 0.25}, {1, 1, -0.25}, {2, 0, -0.15}, {3, 1, 0.25}, {1, 2, 0.0}};
    for (int i = 0; i < 4; i++) ck_assert_str_eq(list.names.name[i], names[i]);
    for (int e = 0; e < 5; e++) {
        ck_assert_int_eq(list.edges[e].source, edges[e].source);
        ck_assert_int_eq(list.edges[e].target, edges[e].target);
        ck_assert(list.edges[e].weight == edges[e].weight);
    }
    hg_edge_list_free(&list);
}
END_TEST

START_TEST(listed_genes_keep_their_order)
{
    hg_config config = config_of();
    char a[] = "A", b[] = "B", c[] = "C";
    char *genes[] = {c, b, a};
    config.network.genes = genes;
    config.network.gene_count = 3;
    hg_edge_list list;
    ck_assert_int_eq(hg_network_text_read(&list, "net.tsv", "A B\n", &config), HG_OK);
    ck_assert_int_eq(list.names.count, 3);
    ck_assert_int_eq(list.edges[0].source, 2);
    ck_assert_int_eq(list.edges[0].target, 1);
    hg_edge_list_free(&list);
    ck_assert_int_eq(hg_network_text_read(&list, "net.tsv", "A D\n", &config), HG_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(hg_error_message(), "net.tsv:1:3: there is no gene 'D'"));
    hg_edge_list_free(&list);
}
END_TEST

START_TEST(mistakes_have_places)
{
    assert_refused("A\tB\nA\n", "net.tsv:2:1: a single word");
    assert_refused("A\tB\t+\t9\n", "net.tsv:1:1: more than three columns");
    assert_refused("\xc3\xa9 B maybe\n", "net.tsv:1:5: 'maybe' is neither a sign nor a number");
    assert_refused("A B nan\n", "net.tsv:1:5: 'nan'");
    assert_refused("\tB\t+\n", "net.tsv:1:1: an empty field");
    assert_refused("A \xff\n", "net.tsv:1:3: not UTF-8 text");
    assert_refused("A B\nB A\nA B -\n", "net.tsv:3:1: the edge A -> B is given twice, first on line 1");
    assert_refused("# nothing\n", "holds no edges");
}
END_TEST

START_TEST(every_failed_allocation_is_survived)
{
    const hg_config config = config_of();
    for (int k = 1; k < 50; k++) {
        hg_edge_list list;
        hg_memory_fail_at(k);
        const hg_status status = hg_network_text_read(&list, "n", "A B\nB C -\n", &config);
        hg_memory_fail_at(0);
        hg_edge_list_free(&list);
        ck_assert_int_eq(hg_memory_total().current, 0);
        if (status == HG_OK) return;
        ck_assert_int_eq(status, HG_NO_MEMORY);
    }
    ck_abort_msg("never succeeded");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("network_file");
    TCase *tests = tcase_create("network_file");
    tcase_add_test(tests, all_kinds_of_lines_are_read);
    tcase_add_test(tests, listed_genes_keep_their_order);
    tcase_add_test(tests, mistakes_have_places);
    tcase_add_test(tests, every_failed_allocation_is_survived);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
