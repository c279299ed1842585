/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../sample_output.h"

#include <check.h>
#include <glob.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/fields.h"
#include "io/h5.h"

#define PATH "test_output.h5"

static void setup(void) { unlink(PATH); }

static void assert_message(const char *words)
{
    if (strstr(hg_error_message(), words) == NULL)
        ck_abort_msg("'%s' lacks '%s'", hg_error_message(), words);
}

static void assert_scales(hid_t file, const hg_dataset *dataset, const char *path, int rank)
{
    hid_t handle = H5Dopen2(file, path, H5P_DEFAULT);
    for (int i = 0; i < rank; i++) {
        if (hg_dataset_is_scale(dataset))
            ck_assert_int_gt(H5DSis_scale(handle), 0);
        else
            ck_assert_msg(H5DSget_num_scales(handle, (unsigned)i) == 1, "%s axis %d", path, i);
    }
    char *text;
    ck_assert_int_eq(hg_h5_get_text(handle, "long_name", &text), HG_OK);
    ck_assert_str_eq(text, dataset->long_name);
    hg_release(&text);
    ck_assert_int_eq(hg_h5_get_text(handle, "units", &text), HG_OK);
    ck_assert_str_eq(text, dataset->units);
    hg_release(&text);
    hg_h5_close(&handle);
}

/* Forms of a dataset exclude one another: with one Gaussian component, and with several. */
static void assert_rows(bool two_optima)
{
    sample what = sample_default();
    what.two_optima = two_optima;
    what.replace = true;
    what.heritable = true;
    what.demes = 3;
    what.own_series = true;
    what.ploidy = 2;
    what.ancestry = true;
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
    hg_results results;
    ck_assert_int_eq(hg_results_open(&results, PATH), HG_OK);
    for (int i = 0; i < hg_dataset_count; i++) {
        const hg_dataset *dataset = &hg_datasets[i];
        char path[128];
        snprintf(path, sizeof path, "/%s/%s", hg_group_name(dataset->group), dataset->name);
        const bool of_components = hg_dataset_has_axis(dataset, HG_AXIS_COMPONENT);
        if (hg_dataset_other_form(dataset) != NULL && of_components != two_optima) continue;
        const bool series = dataset->presence != HG_WITH_DEME_SERIES ||
                            dataset->series == HG_DEME_NUTRIENTS ||
                            dataset->series == HG_DEME_OPTIMUM;
        const bool wanted = of_components ? two_optima
                                          : series && dataset->presence != HG_WITH_GENOTYPES;
        ck_assert_msg(hg_results_has(&results, path) == wanted, "%s", path);
        if (wanted)
            assert_scales(results.file, dataset, path, hg_dataset_rank(dataset, 2));
    }
    ck_assert(hg_results_has(&results, "/snapshots/allele"));
    for (int i = 0; i < hg_attribute_count; i++) {
        hid_t object = H5Oopen(results.file, hg_attributes[i].object, H5P_DEFAULT);
        ck_assert_msg(H5Aexists(object, hg_attributes[i].name) > 0, "%s", hg_attributes[i].name);
        hg_h5_close(&object);
    }
    hg_results_close(&results);
}

START_TEST(every_row_of_the_table_is_in_the_file_with_its_scales)
{
    assert_rows(false);
    assert_rows(true);
}
END_TEST

START_TEST(several_optima_have_an_axis_of_their_own)
{
    sample what = sample_default();
    hg_results results;
    hg_results_values values;
    what.demes = 3;
    what.own_series = what.two_optima = true;
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
    ck_assert_int_eq(hg_results_open(&results, PATH), HG_OK);
    for (int demes = 0; demes < 2; demes++) {
        const int64_t width = 2 * what.genes;
        ck_assert_int_eq(hg_results_read(&results, demes ? "/statistics/demes/component"
                                                         : "/statistics/component", &values), HG_OK);
        ck_assert(values.rows == 2 && values.value[0] == 0.0 && values.value[1] == 2.0);
        hg_results_values_free(&values);
        ck_assert_int_eq(hg_results_read(&results, demes ? "/statistics/demes/optimum"
                                                         : "/statistics/optimum", &values), HG_OK);
        ck_assert(values.rows == what.generations + 1 && values.width == (demes ? 3 : 1) * width);
        for (int64_t k = 0; k < values.rows * values.width; k++) {
            const int64_t t = k / values.width, d = k / width % (demes ? 3 : 1), i = k % width;
            ck_assert(values.value[k] == (double)(t + 100 * d) + 0.01 * (double)i);
        }
        hg_results_values_free(&values);
    }
    hg_results_close(&results);
}
END_TEST

START_TEST(a_run_file_of_a_megabyte_is_kept)
{
    sample what = sample_default();
    what.text_length = 1000000;
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
    hg_results results;
    ck_assert_int_eq(hg_results_open(&results, PATH), HG_OK);
    ck_assert_uint_eq(strlen(results.run_file), 1000000);
    ck_assert_uint_eq(strlen(results.run_file_resolved), 1000000);
    hg_results_close(&results);
}
END_TEST

START_TEST(demes_have_an_axis_of_their_own)
{
    sample what = sample_default();
    hg_results results;
    hg_results_values values;
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
    ck_assert_int_eq(hg_results_open(&results, PATH), HG_OK);
    ck_assert(!hg_results_has(&results, "/statistics/demes"));
    hg_results_close(&results);
    what.demes = 3;
    what.replace = true;
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
    ck_assert_int_eq(hg_results_open(&results, PATH), HG_OK);
    ck_assert_int_eq(hg_results_read(&results, "/statistics/demes/mutations", &values), HG_OK);
    ck_assert(values.rows == what.generations + 1 && values.width == 3);
    for (int64_t t = 0; t < values.rows; t++)
        for (int64_t d = 0; d < 3; d++)
            ck_assert_double_eq(values.value[t * 3 + d], (double)(t * 10 + d));
    hg_results_values_free(&values);
    ck_assert(!hg_results_has(&results, "/statistics/demes/nutrients"));
    ck_assert(!hg_results_has(&results, "/snapshots/allele"));
    hg_results_close(&results);
}
END_TEST

START_TEST(demes_may_have_series_of_their_own)
{
    sample what = sample_default();
    hg_results results;
    hg_results_values values;
    what.demes = 3;
    what.own_series = true;
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
    ck_assert_int_eq(hg_results_open(&results, PATH), HG_OK);
    ck_assert(!hg_results_has(&results, "/statistics/demes/temperature"));
    ck_assert_int_eq(hg_results_read(&results, "/statistics/demes/nutrients", &values), HG_OK);
    ck_assert(values.rows == what.generations + 1 && values.width == 3);
    for (int64_t k = 0; k < values.rows * 3; k++)
        ck_assert(values.value[k] == 0.001 * (double)(k / 3 * 10 + k % 3));
    hg_results_values_free(&values);
    ck_assert_int_eq(hg_results_read(&results, "/statistics/demes/optimum", &values), HG_OK);
    ck_assert(values.rows == what.generations + 1 && values.width == 3 * what.genes);
    for (int64_t k = 0; k < values.rows * values.width; k++) {
        const int64_t t = k / values.width, d = k / what.genes % 3, g = k % what.genes;
        ck_assert(values.value[k] == (double)(t + 100 * d) + 0.01 * (double)g);
    }
    hg_results_values_free(&values);
    hg_results_close(&results);
    what.demes = 1; /* then there is but one series */
    what.replace = true;
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
    ck_assert_int_eq(hg_results_open(&results, PATH), HG_OK);
    ck_assert(!hg_results_has(&results, "/statistics/demes"));
    ck_assert(hg_results_has(&results, "/statistics/optimum"));
    hg_results_close(&results);
}
END_TEST

START_TEST(without_a_network_there_are_no_edges)
{
    sample what = sample_default();
    what.edges = 0;
    what.heritable = true;
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
    hg_results results;
    ck_assert_int_eq(hg_results_open(&results, PATH), HG_OK);
    ck_assert(!hg_results_has(&results, "/network/edge"));
    ck_assert(!hg_results_has(&results, "/network/edge_source"));
    ck_assert(!hg_results_has(&results, "/snapshots/weight"));
    ck_assert(!hg_results_has(&results, "/statistics/weight_mean"));
    hg_results_close(&results);
}
END_TEST

START_TEST(an_existing_file_survives_unless_it_is_to_be_replaced)
{
    sample what = sample_default();
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
    ck_assert_int_eq(sample_write(PATH, &what), HG_USAGE);
    assert_message(PATH);
    assert_message("--force");
    what.replace = true;
    what.generations = 3;
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
    hg_results results;
    ck_assert_int_eq(hg_results_open(&results, PATH), HG_OK);
    ck_assert_int_eq(results.generations_done, 3);
    hg_results_close(&results);
    glob_t left;
    ck_assert_int_eq(glob(PATH ".*", 0, NULL, &left), GLOB_NOMATCH);
}
END_TEST

static hg_status second;

static void write_as_well(void)
{
    sample what = sample_default();
    what.replace = true;
    what.generations = 3;
    second = sample_write(PATH, &what);
    assert_message("is being written by another run");
}

START_TEST(a_second_run_to_the_same_file_is_refused)
{
    sample what = sample_default();
    what.meanwhile = write_as_well;
    for (int k = 0; k < 2; k++) { /* a new file, and one that is replaced */
        second = HG_OK;
        ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
        ck_assert_int_eq(second, HG_USAGE);
        hg_results results;
        ck_assert_int_eq(hg_results_open(&results, PATH), HG_OK);
        ck_assert(results.complete && results.generations_done == what.generations);
        hg_results_close(&results);
        what.replace = true;
    }
    what.meanwhile = NULL; /* nothing stays locked */
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
}
END_TEST

static void put_words(const char *path)
{
    FILE *file = fopen(path, "w");
    fputs("other words\n", file);
    fclose(file);
}

static void assert_words(const char *path)
{
    char words[32] = "";
    FILE *file = fopen(path, "r");
    ck_assert(file != NULL && fread(words, 1, sizeof words - 1, file) > 0);
    fclose(file);
    ck_assert_str_eq(words, "other words\n");
}

static void replace_file(void)
{
    unlink(PATH);
    put_words(PATH);
}

static void remove_file(void) { unlink(PATH); }

START_TEST(a_file_that_was_replaced_meanwhile_is_let_alone)
{
    sample what = sample_default();
    what.meanwhile = replace_file;
    ck_assert_int_eq(sample_write(PATH, &what), HG_IO);
    assert_message(PATH " was replaced or removed while the run wrote it");
    assert_words(PATH);
    unlink(PATH);
    what.meanwhile = remove_file;
    ck_assert_int_eq(sample_write(PATH, &what), HG_IO);
    assert_message("replaced or removed");
    ck_assert_int_ne(access(PATH, F_OK), 0);
}
END_TEST

START_TEST(only_results_are_replaced)
{
    sample what = sample_default();
    what.replace = true;
    put_words(PATH);
    ck_assert_int_eq(sample_write(PATH, &what), HG_USAGE);
    assert_message("not an HDF5 file");
    assert_words(PATH);
    hid_t file = H5Fcreate(PATH, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    ck_assert_int_eq(sample_write(PATH, &what), HG_USAGE);
    assert_message("not a result file");
    ck_assert_int_eq(truncate(PATH, 0), 0); /* nothing yet */
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
    ck_assert_int_eq(truncate(PATH, 20000), 0); /* cut short */
    hg_results results;
    ck_assert_int_eq(hg_results_open(&results, PATH), HG_BAD_INPUT);
    hg_results_close(&results);
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
    what.abandon = true;
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
}
END_TEST

START_TEST(a_full_buffer_is_written_and_counted)
{
    sample what = sample_default();
    what.abandon = true;
    what.generations = 600;
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
    hg_results results;
    ck_assert_int_eq(hg_results_open(&results, PATH), HG_OK);
    ck_assert_int_eq(results.generations_done, 511);
    hg_results_close(&results);
}
END_TEST

START_TEST(a_generation_is_read_without_most_of_the_others)
{
    sample what = sample_default();
    what.generations = 1001;
    what.genes = 100;
    what.snapshot_every = 1001;
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
    hg_results results;
    ck_assert_int_eq(hg_results_open(&results, PATH), HG_OK);
    hid_t dataset = H5Dopen2(results.file, "/statistics/basal_mean", H5P_DEFAULT);
    hid_t properties = H5Dget_create_plist(dataset);
    hsize_t chunk[2] = {0};
    ck_assert_int_eq(H5Pget_chunk(properties, 2, chunk), 2);
    ck_assert(chunk[0] == 64 && chunk[1] == 100);
    hg_h5_close(&properties);
    hg_h5_close(&dataset);
    hg_results_close(&results);
}
END_TEST

START_TEST(places_that_cannot_be_written_are_named)
{
    const sample what = sample_default();
    ck_assert_int_eq(sample_write("no-such-folder/x.h5", &what), HG_IO);
    assert_message("no-such-folder");
    ck_assert_int_eq(sample_write("/", &what), HG_IO);
    assert_message("folder");
    ck_assert_int_eq(sample_write("", &what), HG_USAGE);
    FILE *file = fopen("test_output.file", "w");
    fclose(file);
    ck_assert_int_eq(sample_write("test_output.file/x.h5", &what), HG_IO);
    unlink("test_output.file");
}
END_TEST

START_TEST(an_abandoned_file_is_unfinished_up_to_the_last_flush)
{
    sample what = sample_default();
    what.abandon = true;
    what.flush_every = 5;
    ck_assert_int_eq(sample_write(PATH, &what), HG_OK);
    hg_results results;
    ck_assert_int_eq(hg_results_open(&results, PATH), HG_OK);
    ck_assert(!results.complete);
    ck_assert_int_eq(results.generations_done, 10);
    int64_t rows;
    ck_assert_int_eq(hg_results_records(&results, "statistics", &rows), HG_OK);
    ck_assert_int_eq(rows, 11);
    ck_assert_int_eq(hg_results_records(&results, "snapshots", &rows), HG_OK);
    ck_assert_int_eq(rows, 3);
    hg_results_close(&results);
}
END_TEST

START_TEST(a_failing_source_is_reported_and_leaks_nothing)
{
    sample what = sample_default();
    const int64_t before = hg_memory_total().current;
    what.failing = 5;
    ck_assert_int_eq(sample_write(PATH, &what), HG_NO_MEMORY);
    assert_message("gave up");
    ck_assert_int_eq(hg_memory_total().current, before);
}
END_TEST

START_TEST(every_failing_allocation_is_survived)
{
    sample what = sample_default();
    const int64_t before = hg_memory_total().current;
    hg_status status = HG_NO_MEMORY;
    what.replace = true;
    for (int64_t k = 1; k < 1000 && status != HG_OK; k++) {
        hg_memory_fail_at(k);
        status = sample_write(PATH, &what);
        hg_memory_fail_at(0);
        ck_assert_int_eq(hg_memory_total().current, before);
        if (status != HG_OK) ck_assert_int_eq(status, HG_NO_MEMORY);
    }
    ck_assert_int_eq(status, HG_OK);
}
END_TEST

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    Suite *suite = suite_create("output");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, setup, setup);
    tcase_add_test(all, every_row_of_the_table_is_in_the_file_with_its_scales);
    tcase_add_test(all, a_run_file_of_a_megabyte_is_kept);
    tcase_add_test(all, demes_have_an_axis_of_their_own);
    tcase_add_test(all, demes_may_have_series_of_their_own);
    tcase_add_test(all, several_optima_have_an_axis_of_their_own);
    tcase_add_test(all, without_a_network_there_are_no_edges);
    tcase_add_test(all, an_existing_file_survives_unless_it_is_to_be_replaced);
    tcase_add_test(all, a_second_run_to_the_same_file_is_refused);
    tcase_add_test(all, a_file_that_was_replaced_meanwhile_is_let_alone);
    tcase_add_test(all, only_results_are_replaced);
    tcase_add_test(all, a_full_buffer_is_written_and_counted);
    tcase_add_test(all, a_generation_is_read_without_most_of_the_others);
    tcase_add_test(all, places_that_cannot_be_written_are_named);
    tcase_add_test(all, an_abandoned_file_is_unfinished_up_to_the_last_flush);
    tcase_add_test(all, a_failing_source_is_reported_and_leaks_nothing);
    tcase_add_test(all, every_failing_allocation_is_survived);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    MPI_Finalize();
    return failed != 0;
}
