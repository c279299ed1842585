/* SPDX-License-Identifier: GPL-3.0-or-later
 * The result file written by several ranks, of which some may have nothing. */
#include "../sample_output.h"
#include "team.h"

#include <check.h>
#include <unistd.h>

#include "io/ancestry.h"
#include "io/compare.h"
#include "parallel/team.h"

#define PATH "test_mpi_output.h5"

static int rank, ranks;

/* The same verdict on all ranks, so that no rank goes on alone. */
static void assert_everywhere(bool mine, const char *what)
{
    int all = mine;
    MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);
    ck_assert_msg(all, "%s (%s)", what, hg_error_message());
}

static void clean(void)
{
    if (rank == 0) unlink(PATH);
    MPI_Barrier(MPI_COMM_WORLD);
}

static double stored(double value, bool single) { return single ? (double)(float)value : value; }

static bool basal_is_right(const sample *what)
{
    hg_results results;
    bool right = hg_results_open(&results, PATH) == HG_OK;
    hid_t dataset = right ? H5Dopen2(results.file, "/snapshots/basal", H5P_DEFAULT) : -1;
    const int64_t width = what->genes * (what->ploidy == 2 ? 2 : 1);
    const int64_t snapshots = 4, count = snapshots * what->individuals * width;
    static const int64_t generation[] = {0, 5, 10, 12};
    double *values = malloc((size_t)count * sizeof *values);
    hid_t space = right ? H5Dget_space(dataset) : -1;
    right = right && H5Sget_simple_extent_npoints(space) == count &&
            H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
    for (int64_t k = 0; right && k < count; k++) {
        const int64_t t = k / (what->individuals * width);
        const int64_t i = k / width % what->individuals, g = k % width;
        right = values[k] == stored(sample_value(HG_FIELD_BASAL, generation[t], i, g),
                                    what->single);
    }
    if (space >= 0) H5Sclose(space);
    if (dataset >= 0) H5Dclose(dataset);
    free(values);
    hg_results_close(&results);
    return right;
}

static void assert_written(sample what, const char *name)
{
    what.replace = true;
    assert_everywhere(sample_write(PATH, &what) == HG_OK, name);
    assert_everywhere(rank != 0 || basal_is_right(&what), name);
}

START_TEST(every_shape_is_written)
{
    sample what = sample_default();
    assert_written(what, "plain");
    what.ploidy = 2;
    assert_written(what, "diploids");
    what.individuals = 1000003 / 100;
    assert_written(what, "many individuals");
    what.heritable = true;
    what.single = true;
    assert_written(what, "heritable, single precision");
    what.deflate = 1;
    assert_written(what, "deflated");
    what.flush_every = 1;
    assert_written(what, "flushed");
    what.individuals = 2;
    assert_written(what, "fewer individuals than ranks");
}
END_TEST

START_TEST(ranks_without_individuals_take_part)
{
    sample what = sample_default();
    what.count = rank == ranks - 1 ? what.individuals : 0;
    assert_written(what, "all on the last rank");
    what.deflate = 1;
    what.first = rank == 0 ? 0 : what.individuals;
    what.count = rank == 0 ? what.individuals : 0;
    assert_written(what, "all on the first rank, deflated");
}
END_TEST

START_TEST(a_failure_of_one_rank_is_that_of_all)
{
    sample what = sample_default();
    what.failing = 5;
    for (int deflate = 0; deflate < 2; deflate++) {
        what.deflate = deflate;
        what.replace = true;
        const hg_status status = sample_write(PATH, &what);
        assert_everywhere(status == HG_NO_MEMORY && strstr(hg_error_message(), "gave up") != NULL,
                          "the source's failure");
    }
    what = sample_default();
    assert_everywhere(sample_write(PATH, &what) == HG_USAGE, "an existing file");
    assert_everywhere(strstr(hg_error_message(), PATH) != NULL, "its name");
    assert_everywhere(sample_write("no-such-folder/x.h5", &what) == HG_IO, "no folder");
}
END_TEST

static hg_status second;

static void write_as_well(void)
{
    sample what = sample_default();
    what.replace = true;
    second = sample_write(PATH, &what);
}

static void replace_file(void)
{
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 0) {
        unlink(PATH);
        fclose(fopen(PATH, "w"));
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

START_TEST(a_file_is_of_one_run)
{
    sample what = sample_default();
    what.meanwhile = write_as_well;
    assert_written(what, "while another run tries");
    assert_everywhere(second == HG_USAGE, "the other run is refused");
    what.replace = true;
    what.meanwhile = replace_file;
    assert_everywhere(sample_write(PATH, &what) == HG_IO, "a file replaced meanwhile");
    assert_everywhere(strstr(hg_error_message(), "was replaced or removed") != NULL, "in words");
}
END_TEST

START_TEST(a_full_buffer_is_written_and_counted)
{
    sample what = sample_default();
    what.generations = 300;
    what.snapshot_every = 300;
    what.abandon = true;
    assert_everywhere(sample_write(PATH, &what) == HG_OK, "many records");
    hg_results results;
    assert_everywhere(hg_results_open(&results, PATH) == HG_OK &&
                          results.generations_done == 255, "the generations done");
    hg_results_close(&results);
}
END_TEST

/* Rank 0: generations 1 .. last, forwards and backwards, and what stands in generation 0. */
static bool ancestry_is_right(const sample *what, int64_t last)
{
    hg_results results;
    hg_ancestry ancestry = {.dataset = {-1, -1}};
    bool right = hg_results_open(&results, PATH) == HG_OK &&
                 hg_ancestry_open(&ancestry, &results) == HG_OK && ancestry.last == last &&
                 ancestry.individuals == what->individuals && ancestry.sexual;
    for (int64_t k = 0; right && k < 2 * last; k++) {
        const int64_t t = k < last ? k + 1 : 2 * last - k;
        const int32_t *parent[2];
        right = hg_ancestry_parents(&ancestry, t, &parent[0], &parent[1]) == HG_OK;
        for (int64_t i = 0; right && i < 2 * what->individuals; i++)
            right = parent[i % 2][i / 2] == sample_parent((int)(i % 2), t, i / 2,
                                                          what->individuals);
        int64_t alone[2] = {0, 0};
        right = right && hg_ancestry_parents_of(&ancestry, t, what->individuals - 1, &alone[0],
                                                &alone[1]) == HG_OK;
        for (int which = 0; right && which < 2; which++)
            right = alone[which] == sample_parent(which, t, what->individuals - 1,
                                                  what->individuals);
    }
    int32_t founders[2] = {0, 0};
    hid_t space = right ? H5Dget_space(ancestry.dataset[1]) : -1;
    const hsize_t start[2] = {0, 0}, block[2] = {1, (hsize_t)what->individuals};
    int32_t *row = malloc((size_t)what->individuals * sizeof *row);
    hid_t memory = right ? H5Screate_simple(2, block, NULL) : -1;
    right = right && H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, block, NULL) >= 0 &&
            H5Dread(ancestry.dataset[1], H5T_NATIVE_INT32, memory, space, H5P_DEFAULT, row) >= 0;
    for (int64_t i = 0; right && i < what->individuals; i++) founders[row[i] != -1]++;
    if (memory >= 0) H5Sclose(memory);
    if (space >= 0) H5Sclose(space);
    free(row);
    hg_ancestry_close(&ancestry);
    hg_results_close(&results);
    return right && founders[0] == what->individuals;
}

static void assert_ancestry(sample what, const char *name)
{
    what.replace = what.ancestry = true;
    assert_everywhere(sample_write(PATH, &what) == HG_OK, name);
    assert_everywhere(rank != 0 || ancestry_is_right(&what, what.generations), name);
}

START_TEST(parents_of_every_generation_are_written)
{
    sample what = sample_default();
    assert_ancestry(what, "ancestry");
    what.flush_every = 1;
    assert_ancestry(what, "flushed");
    what.flush_every = 7;
    what.generations = 2500; /* more than a buffer holds */
    what.snapshot_every = 2500;
    assert_ancestry(what, "many generations");
    what.individuals = 2;
    assert_ancestry(what, "fewer individuals than ranks");
    what = sample_default();
    what.individuals = 300001; /* of more than one chunk and one buffer */
    what.genes = what.edges = 1;
    what.fields = HG_FIELD_FITNESS;
    assert_ancestry(what, "many individuals");
    what.individuals = 20;
    what.count = rank == ranks - 1 ? what.individuals : 0;
    assert_ancestry(what, "all on the last rank");
}
END_TEST

START_TEST(parents_are_flushed_before_they_count)
{
    sample what = sample_default();
    what.ancestry = what.abandon = true;
    what.flush_every = 5;
    assert_everywhere(sample_write(PATH, &what) == HG_OK, "left by a crash");
    assert_everywhere(rank != 0 || ancestry_is_right(&what, 10), "up to the last flush");
}
END_TEST

static Suite *make(void)
{
    rank = rank_of();
    ranks = ranks_of();
    Suite *suite = suite_create("output by several ranks");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, clean, clean);
    tcase_add_test(all, every_shape_is_written);
    tcase_add_test(all, ranks_without_individuals_take_part);
    tcase_add_test(all, a_failure_of_one_rank_is_that_of_all);
    tcase_add_test(all, a_file_is_of_one_run);
    tcase_add_test(all, a_full_buffer_is_written_and_counted);
    tcase_add_test(all, parents_of_every_generation_are_written);
    tcase_add_test(all, parents_are_flushed_before_they_count);
    suite_add_tcase(suite, all);
    return suite;
}

int main(int argc, char **argv) { return hg_test_main(argc, argv, make); }
