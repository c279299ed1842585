/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../sample_output.h"

#include <check.h>
#include <math.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/earlier.h"
#include "io/h5.h"
#include "io/runfile.h"

#define PATH "test_earlier.h5"
#define NETWORK "network: {weights: heritable, genes: [g0, g1, g2, g3, g4], edges: [[g0, g0, 10],\n" \
                "  [g1, g0, 11], [g2, g0, 12], [g3, g0, 13], [g4, g0, 14], [g0, g1, 15], "       \
                "[g1, g1, 16]]}\n"

static void setup(void) { unlink(PATH); }

static void write_sample(const sample *what)
{
    sample again = *what;
    again.replace = true;
    ck_assert_msg(sample_write(PATH, &again) == HG_OK, "%s", hg_error_message());
}

/* The run that starts from PATH. */
typedef struct later {
    hg_config config;
    hg_network network;
    hg_earlier *earlier;
} later;

static hg_status open_with(later *run, int individuals, int genes, int ploidy, const char *rest)
{
    char text[1024];
    snprintf(text, sizeof text, "run: {seed: 7, generations: 1}\npopulation: {individuals: %d, "
             "genes: %d, ploidy: %d, initial: {from: %s}}\n%s", individuals, genes, ploidy, PATH,
             rest);
    run->network = (hg_network){0};
    run->earlier = NULL;
    ck_assert_msg(hg_runfile_parse(&run->config, "later.yaml", text, NULL, 0) == HG_OK, "%s",
                  hg_error_message());
    HG_TRY(hg_runfile_resolve(&run->config, &run->network));
    return hg_earlier_open(&run->earlier, run->config.population.initial.from, &run->config,
                           &run->network);
}

static void close_later(later *run)
{
    hg_earlier_close(&run->earlier);
    ck_assert_ptr_null(run->earlier);
    hg_network_free(&run->network);
    hg_config_free(&run->config);
}

static void assert_message(const char *words)
{
    if (strstr(hg_error_message(), words) == NULL)
        ck_abort_msg("'%s' lacks '%s'", hg_error_message(), words);
}

static void assert_refused(int individuals, int genes, int ploidy, const char *rest,
                           const char *words)
{
    later run;
    ck_assert_msg(open_with(&run, individuals, genes, ploidy, rest) == HG_BAD_INPUT, "%s", words);
    assert_message("population.initial.from: /");
    assert_message("/" PATH);
    ck_assert(strncmp(hg_error_message(), "later.yaml:", 11) == 0);
    assert_message(words);
    close_later(&run);
}

/* All individuals from `first` on, against what the sample wrote at `generation`. */
static void assert_read(const sample *what, later *run, int64_t generation, int64_t first,
                        int64_t count, bool weights_of_network)
{
    const int ploidy = what->ploidy == 2 ? 2 : 1;
    const int64_t genes = what->genes * ploidy, edges = what->edges * ploidy;
    double *basal = malloc((size_t)(count * genes) * sizeof *basal);
    double *weight = malloc((size_t)(count * edges) * sizeof *weight);
    ck_assert_int_eq(hg_earlier_generation(run->earlier), generation);
    ck_assert_msg(hg_earlier_read(run->earlier, first, count, basal, weight) == HG_OK, "%s",
                  hg_error_message());
    for (int64_t i = 0; i < count; i++) {
        for (int64_t j = 0; j < genes; j++) {
            const double value = sample_value(HG_FIELD_BASAL, generation, first + i, j);
            ck_assert(basal[i * genes + j] == (what->single ? (double)(float)value : value));
        }
        for (int64_t j = 0; j < edges; j++) {
            const double value = weights_of_network
                                     ? 10.0 + (double)(j / ploidy)
                                     : sample_value(HG_FIELD_WEIGHT, generation, first + i, j);
            ck_assert(weight[i * edges + j] == (what->single ? (double)(float)value : value));
        }
    }
    memset(basal, 0, (size_t)(count * genes) * sizeof *basal);
    ck_assert_int_eq(hg_earlier_read(run->earlier, first, count, basal, NULL), HG_OK);
    ck_assert(count == 0 || basal[0] != 0.0);
    free(basal);
    free(weight);
}

START_TEST(the_last_snapshot_is_read)
{
    sample what = sample_default();
    for (int variant = 0; variant < 8; variant++) {
        what.heritable = variant & 1;
        what.ploidy = variant & 2 ? 2 : 1;
        what.single = variant & 4;
        write_sample(&what);
        later run;
        ck_assert_msg(open_with(&run, 23, 5, what.ploidy, NETWORK) == HG_OK, "%s",
                      hg_error_message());
        const int64_t parts[][2] = {{0, 23}, {3, 7}, {22, 1}, {23, 0}};
        for (int p = 0; p < 4; p++)
            assert_read(&what, &run, 12, parts[p][0], parts[p][1], !what.heritable);
        ck_assert_int_eq(hg_earlier_read(run.earlier, 20, 4, NULL, NULL), HG_BUG);
        close_later(&run);
    }
}
END_TEST

START_TEST(an_unfinished_run_will_do_up_to_what_it_counts)
{
    sample what = sample_default();
    what.abandon = true;
    what.flush_every = 7; /* generation 10 is there, but not counted */
    write_sample(&what);
    later run;
    ck_assert_msg(open_with(&run, 23, 5, 1, NETWORK) == HG_OK, "%s", hg_error_message());
    assert_read(&what, &run, 5, 0, 23, true);
    close_later(&run);
    what.flush_every = 0;
    write_sample(&what);
    assert_refused(23, 5, 1, "", "has no snapshot yet");
}
END_TEST

START_TEST(other_populations_are_refused)
{
    sample what = sample_default();
    assert_refused(23, 5, 1, "", "No such file");
    write_sample(&what);
    assert_refused(24, 5, 1, "", "has 23 individuals, but population.individuals is 24");
    assert_refused(23, 5, 2, "", "its ploidy is 1, but population.ploidy is 2");
    assert_refused(23, 6, 1, "", "has 5 genes, but this run has 6");
    assert_refused(23, 5, 1, "network: {genes: [g0, g1, g2, x, g4], random: {density: 0.1}}\n",
                   "gene 3 is 'g3' there, but 'x' in this run");
    assert_refused(23, 5, 1, "output: {file: " PATH "}\n", "is also output.file");
    what.gene_name = "lacI";
    write_sample(&what);
    assert_refused(23, 5, 1, "", "gene 0 is 'lacI' there, but 'g0' in this run");
    what.ploidy = 2;
    write_sample(&what);
    assert_refused(23, 5, 1, "", "its ploidy is 2, but population.ploidy is 1");
    what.fields = HG_FIELD_EXPRESSION | HG_FIELD_FITNESS;
    write_sample(&what);
    assert_refused(23, 5, 1, "", "hold no basal levels");
}
END_TEST

START_TEST(heritable_weights_need_the_same_edges)
{
    sample what = sample_default();
    what.heritable = true;
    write_sample(&what);
    assert_refused(23, 5, 1, "network: {weights: heritable, genes: [g0, g1, g2, g3, g4], "
                   "edges: [[g0, g1, 1]]}\n", "has 7 edges, but this run's has 1");
    assert_refused(23, 5, 1, "network: {weights: heritable, genes: [g0, g1, g2, g3, g4], "
                   "edges: [[g0, g0, 1], [g1, g0, 1], [g2, g0, 1], [g3, g0, 1], [g4, g0, 1], "
                   "[g0, g1, 1], [g2, g1, 1]]}\n", "edge 6 leads from gene 1 to gene 1 there, but "
                   "from 2 to 1 in this run");
    later run; /* shared weights are the new run's own affair */
    ck_assert_int_eq(open_with(&run, 23, 5, 1, "network: {edges: [[g1, g0, 1]], genes: [g0, g1, "
                               "g2, g3, g4]}\n"), HG_OK);
    close_later(&run);
    what.fields = HG_FIELD_BASAL;
    write_sample(&what);
    assert_refused(23, 5, 1, NETWORK, "its weights are heritable, but not in its snapshots");
}
END_TEST

START_TEST(numbers_that_are_none_are_named)
{
    static const double basal[] = {-0.5, NAN, INFINITY};
    double values[23 * 5 * 2], weights[23 * 7 * 2];
    sample what = sample_default();
    later run;
    what.heritable = true;
    for (int i = 0; i < 6; i++) {
        what.ploidy = i < 3 ? 1 : 2;
        what.spoilt_basal = basal[i % 3];
        write_sample(&what);
        ck_assert_int_eq(open_with(&run, 23, 5, what.ploidy, NETWORK), HG_OK);
        ck_assert_int_eq(hg_earlier_read(run.earlier, 0, 7, values, weights), HG_OK);
        ck_assert_int_eq(hg_earlier_read(run.earlier, 2, 9, values, weights), HG_BAD_INPUT);
        assert_message("/snapshots/basal: individual 7 has ");
        assert_message("at gene 'g2'");
        close_later(&run);
    }
    what.spoilt_basal = 0.0;
    what.spoilt_weight = -INFINITY;
    write_sample(&what);
    ck_assert_int_eq(open_with(&run, 23, 5, 2, NETWORK), HG_OK);
    ck_assert_int_eq(hg_earlier_read(run.earlier, 7, 1, values, weights), HG_BAD_INPUT);
    assert_message("/snapshots/weight: individual 7 has -inf at the edge from 'g3' to 'g0'");
    close_later(&run);
}
END_TEST

START_TEST(damaged_and_foreign_files_are_refused)
{
    FILE *file = fopen(PATH, "w");
    fputs("run: {generations: 1}\n", file);
    fclose(file);
    assert_refused(23, 5, 1, "", "not an HDF5 file");
    sample what = sample_default();
    unlink(PATH);
    write_sample(&what);
    hid_t result = hg_h5_open(PATH, true);
    ck_assert_int_ge(H5Ldelete(result, "/snapshots/basal", H5P_DEFAULT), 0);
    const hsize_t extent[] = {4, 23, 5}; /* of the right shape, but whole numbers */
    hid_t space = H5Screate_simple(3, extent, NULL);
    hid_t whole = H5Dcreate2(result, "/snapshots/basal", H5T_NATIVE_INT, space, H5P_DEFAULT,
                             H5P_DEFAULT, H5P_DEFAULT);
    ck_assert_int_ge(whole, 0);
    H5Dclose(whole);
    H5Sclose(space);
    H5Fclose(result);
    assert_refused(23, 5, 1, "", "/snapshots/basal: is not what a run writes there");
    hg_earlier *nothing = NULL;
    hg_earlier_close(&nothing);
}
END_TEST

START_TEST(every_failed_allocation_is_survived)
{
    sample what = sample_default();
    what.heritable = true;
    write_sample(&what);
    later run;
    ck_assert_int_eq(open_with(&run, 23, 5, 1, NETWORK), HG_OK);
    hg_earlier_close(&run.earlier);
    const int64_t before = hg_memory_total().current;
    hg_status status = HG_NO_MEMORY;
    for (int k = 1; k < 1000 && status != HG_OK; k++) {
        hg_memory_fail_at(k);
        status = hg_earlier_open(&run.earlier, PATH, &run.config, &run.network);
        hg_memory_fail_at(0);
        ck_assert(status == HG_OK || status == HG_NO_MEMORY);
        ck_assert((run.earlier != NULL) == (status == HG_OK));
        ck_assert(status == HG_OK || hg_memory_total().current == before);
    }
    ck_assert_int_eq(status, HG_OK);
    close_later(&run);
    ck_assert_int_eq(hg_memory_total().current, 0);
}
END_TEST

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    Suite *suite = suite_create("earlier");
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, setup, setup);
    tcase_add_test(all, the_last_snapshot_is_read);
    tcase_add_test(all, an_unfinished_run_will_do_up_to_what_it_counts);
    tcase_add_test(all, other_populations_are_refused);
    tcase_add_test(all, heritable_weights_need_the_same_edges);
    tcase_add_test(all, numbers_that_are_none_are_named);
    tcase_add_test(all, damaged_and_foreign_files_are_refused);
    tcase_add_test(all, every_failed_allocation_is_survived);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    MPI_Finalize();
    return failed != 0;
}
