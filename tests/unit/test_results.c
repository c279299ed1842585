/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../sample_output.h"

#include <check.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/compare.h"

#define PATH "test_results.h5"
#define OTHER "test_results_other.h5"
#define BROKEN "test_results_broken.h5"

static void setup(void)
{
    unlink(PATH);
    unlink(OTHER);
    unlink(BROKEN);
}

static void write_sample(const char *path, const sample *what)
{
    ck_assert_msg(sample_write(path, what) == HG_OK, "%s", hg_error_message());
}

static void assert_refused(const char *path, const char *words)
{
    hg_results results;
    ck_assert_int_eq(hg_results_open(&results, path), HG_BAD_INPUT);
    if (strstr(hg_error_message(), words) == NULL)
        ck_abort_msg("'%s' lacks '%s'", hg_error_message(), words);
    hg_results_close(&results);
}

START_TEST(what_was_written_is_read)
{
    const sample what = sample_default();
    write_sample(PATH, &what);
    hg_results results;
    hg_results_values values;
    ck_assert_int_eq(hg_results_open(&results, PATH), HG_OK);
    ck_assert(results.complete);
    ck_assert_int_eq(results.generations_done, what.generations);
    ck_assert_int_eq(results.individuals, what.individuals);
    ck_assert_str_eq(results.title, "sample");
    ck_assert_str_eq(results.stop_reason, "reached the end");
    ck_assert_int_eq(hg_results_read(&results, "/statistics/basal_mean", &values), HG_OK);
    ck_assert_int_eq(values.rows, what.generations + 1);
    ck_assert_int_eq(values.width, what.genes);
    for (int64_t t = 0; t < values.rows; t++)
        for (int64_t g = 0; g < what.genes; g++)
            ck_assert(values.value[t * what.genes + g] == (double)(t * 100 + g));
    hg_results_values_free(&values);
    ck_assert_int_eq(hg_results_read(&results, "/performance/wall", &values), HG_OK);
    ck_assert(values.value[0] == 1.0);
    hg_results_values_free(&values);
    hg_results_texts phases;
    ck_assert_int_eq(hg_results_read_texts(&results, "/performance/phase", &phases), HG_OK);
    ck_assert_int_eq(phases.count, 2);
    ck_assert_str_eq(phases.text[1], "output");
    hg_results_texts_free(&phases);
    hg_results_close(&results);
}
END_TEST

START_TEST(blocks_are_read)
{
    const sample what = sample_default();
    write_sample(PATH, &what);
    hg_results results;
    hg_results_values values;
    hg_results_shape shape;
    ck_assert_int_eq(hg_results_open(&results, PATH), HG_OK);
    ck_assert_int_eq(hg_results_shape_of(&results, "/statistics/basal_mean", &shape), HG_OK);
    ck_assert(shape.axes == 2 && shape.extent[0] == what.generations + 1 &&
              shape.extent[1] == what.genes && shape.extent[2] == 1);
    ck_assert_int_eq(hg_results_read_block(&results, "/statistics/basal_mean",
                                           (int64_t[]){1, 1, 0, 0}, (int64_t[]){2, 2, 1, 1},
                                           &values), HG_OK);
    ck_assert(values.rows == 2 && values.width == 2);
    for (int64_t t = 0; t < 2; t++)
        for (int64_t g = 0; g < 2; g++)
            ck_assert(values.value[t * 2 + g] == (double)((t + 1) * 100 + g + 1));
    hg_results_values_free(&values);
    ck_assert_int_eq(hg_results_shape_of(&results, "/snapshots/basal", &shape), HG_OK);
    ck_assert(shape.axes == 3 && shape.extent[1] == what.individuals);
    const int64_t wrong[][2] = {{-1, 1}, {0, what.generations + 2}, {what.generations + 1, 1},
                                {0, -1}, {INT64_MAX, INT64_MAX}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck_assert_int_eq(hg_results_read_block(&results, "/statistics/basal_mean",
                                               (int64_t[]){wrong[i][0], 0, 0, 0},
                                               (int64_t[]){wrong[i][1], 1, 1, 1}, &values),
                         HG_BAD_INPUT);
        ck_assert_ptr_nonnull(strstr(hg_error_message(), "entries from"));
        hg_results_values_free(&values);
    }
    ck_assert_int_eq(hg_results_shape_of(&results, "/statistics/none", &shape), HG_BAD_INPUT);
    hg_results_close(&results);
}
END_TEST

START_TEST(the_network_comes_back)
{
    const sample what = sample_default();
    write_sample(PATH, &what);
    hg_network network;
    char *text;
    ck_assert_int_eq(hg_results_origin(PATH, &text, &network), HG_OK);
    ck_assert_uint_eq(strlen(text), what.text_length);
    ck_assert_int_eq(network.genes, what.genes);
    ck_assert_int_eq(network.edges, what.edges);
    for (int64_t e = 0; e < what.edges; e++) {
        ck_assert_int_eq(network.source[e], e % what.genes);
        ck_assert_int_eq(network.target[e], e / what.genes);
        ck_assert(network.weight[e] == 0.5 * (double)e);
    }
    ck_assert_str_eq(network.name[4], "g4");
    hg_release(&text);
    hg_network_free(&network);
}
END_TEST

START_TEST(wrong_questions_get_a_message)
{
    const sample what = sample_default();
    write_sample(PATH, &what);
    hg_results results;
    hg_results_values values;
    hg_results_texts texts;
    ck_assert_int_eq(hg_results_open(&results, PATH), HG_OK);
    ck_assert_int_eq(hg_results_read(&results, "/no/such", &values), HG_BAD_INPUT);
    ck_assert_int_eq(hg_results_read(&results, "/statistics", &values), HG_BAD_INPUT);
    ck_assert_int_eq(hg_results_read(&results, "/network/gene_name", &values), HG_BAD_INPUT);
    ck_assert_int_eq(hg_results_read(&results, "/snapshots/basal", &values), HG_BAD_INPUT);
    ck_assert_int_eq(hg_results_read_texts(&results, "/network/gene", &texts), HG_BAD_INPUT);
    hg_results_close(&results);
}
END_TEST

START_TEST(foreign_files_are_refused)
{
    assert_refused("no-such-file.h5", "No such file");
    assert_refused(".", "folder");
    FILE *file = fopen(BROKEN, "w");
    fclose(file);
    assert_refused(BROKEN, "empty");
    file = fopen(BROKEN, "w");
    fputs("run:\n  generations: 10\n", file);
    fclose(file);
    assert_refused(BROKEN, "not an HDF5 file");
    unlink(BROKEN);
    hid_t foreign = H5Fcreate(BROKEN, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(foreign);
    assert_refused(BROKEN, "not a result file of happygene");
}
END_TEST

/* Reads all that there is; whatever happens, it must come back. */
static void read_everything(const char *path)
{
    hg_results results;
    hg_results_values values;
    hg_network network;
    if (hg_results_open(&results, path) == HG_OK) {
        (void)hg_results_read(&results, "/statistics/fitness_mean", &values);
        hg_results_values_free(&values);
        (void)hg_results_read(&results, "/statistics/basal_mean", &values);
        hg_results_values_free(&values);
        (void)hg_results_network(&results, &network);
        hg_network_free(&network);
    } else {
        ck_assert_ptr_nonnull(strstr(hg_error_message(), path));
    }
    hg_results_close(&results);
}

static void write_cut(const char *bytes, size_t size)
{
    FILE *file = fopen(BROKEN, "wb");
    fwrite(bytes, 1, size, file);
    fclose(file);
}

START_TEST(files_cut_short_and_damaged_are_survived)
{
    const sample what = sample_default();
    write_sample(PATH, &what);
    FILE *file = fopen(PATH, "rb");
    fseek(file, 0, SEEK_END);
    const size_t size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(size);
    ck_assert_uint_eq(fread(bytes, 1, size, file), size);
    fclose(file);
    for (size_t k = 0; k < 40; k++) {
        write_cut(bytes, size * k / 40);
        assert_refused(BROKEN, BROKEN);
    }
    const int64_t before = hg_memory_total().current;
    unsigned state = 12345;
    for (int k = 0; k < 200; k++) {
        state = state * 1103515245u + 12345u;
        const size_t at = (state >> 4) % (size < 40000 ? size : 40000);
        const char kept = bytes[at];
        bytes[at] = (char)(bytes[at] ^ (1 << (state >> 29)));
        write_cut(bytes, size);
        read_everything(BROKEN);
        bytes[at] = kept;
    }
    ck_assert_int_eq(hg_memory_total().current, before);
    free(bytes);
}
END_TEST

static int lines;
static void count_line(void *context, const char *text)
{
    (void)context;
    (void)text;
    lines++;
}

static hg_comparison compare(void)
{
    hg_results a, b;
    hg_comparison found;
    ck_assert_int_eq(hg_results_open(&a, PATH), HG_OK);
    ck_assert_int_eq(hg_results_open(&b, OTHER), HG_OK);
    lines = 0;
    const hg_status status = hg_compare_results(&a, &b, 3, count_line, count_line, NULL, &found);
    ck_assert_msg(status == HG_OK, "%s", hg_error_message());
    hg_results_close(&b);
    hg_results_close(&a);
    return found;
}

START_TEST(the_same_run_is_identical)
{
    sample what = sample_default();
    write_sample(PATH, &what);
    what.flush_every = 2;
    write_sample(OTHER, &what);
    const hg_comparison found = compare();
    ck_assert_int_eq(found.findings, 0);
    ck_assert_int_gt(found.datasets, 20);
    ck_assert_int_gt(found.values, 1000);
    ck_assert_int_eq(lines, 0);
}
END_TEST

START_TEST(one_other_value_is_found)
{
    sample what = sample_default();
    write_sample(PATH, &what);
    what.changed = 7;
    write_sample(OTHER, &what);
    const hg_comparison found = compare();
    ck_assert_int_eq(found.findings, 1);
    ck_assert_int_eq(found.different, 1);
}
END_TEST

START_TEST(other_shapes_and_types_are_found)
{
    sample what = sample_default();
    write_sample(PATH, &what);
    what.generations = 11;
    what.single = true;
    what.edges = 0;
    write_sample(OTHER, &what);
    const hg_comparison found = compare();
    ck_assert_int_gt(found.findings, 10);
}
END_TEST

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    Suite *suite = suite_create("results");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, setup, setup);
    tcase_add_test(all, what_was_written_is_read);
    tcase_add_test(all, blocks_are_read);
    tcase_add_test(all, the_network_comes_back);
    tcase_add_test(all, wrong_questions_get_a_message);
    tcase_add_test(all, foreign_files_are_refused);
    tcase_add_test(all, files_cut_short_and_damaged_are_survived);
    tcase_add_test(all, the_same_run_is_identical);
    tcase_add_test(all, one_other_value_is_found);
    tcase_add_test(all, other_shapes_and_types_are_found);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    MPI_Finalize();
    return failed != 0;
}
