/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stopping and going on through the public interface: who may ask, what is told, what is refused,
 * what happens to damaged checkpoints. That the bits are right on other layouts is the business
 * of tests/system/resume.py and chaos.py. */
#include "team.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "happygene/happygene.h"
#include "io/checkpoint.h"
#include "io/compare.h"

#define RUN_FILE                                                                                   \
    "run: {name: test, seed: 7, generations: 20}\n"                                                \
    "population: {individuals: 23, genes: 4, initial: {basal: {distribution: uniform, low: 0,"     \
    " high: 1}}}\n"                                                                                \
    "fitness: [{model: proportional}]\n"                                                           \
    "mutation: {basal: {rate: 0.1, sd: 0.1}}\n"                                                    \
    "output: {statistics: {every: 3}, snapshots: {every: 4}}\n"                                    \
    "checkpoint: {every: 5}\n"

#define WHOLE "test_resume_whole.h5"
#define PARTS "test_resume.h5"
#define NAME "test_resume.ckpt"

static bool first_rank(void) { return hg_rank() == 0; }
static bool last_rank(void) { return hg_rank() == hg_ranks() - 1; }

static hg_status begin(hg_run **run, const char *text, hg_run_options options)
{
    if (options.output == NULL) options.output = PARTS;
    return hg_run_create_from_text(run, "test.yaml", text, &options);
}

static void clean(void)
{
    MPI_Barrier(MPI_COMM_WORLD);
    if (first_rank()) {
        hg_checkpoint_remove_all(PARTS);
        unlink(PARTS);
    }
    MPI_Barrier(MPI_COMM_WORLD);
}

static void end(hg_run **run)
{
    ASSERT_EVERYWHERE(hg_run_finish(*run) == HG_OK);
    hg_run_destroy(run);
    MPI_Barrier(MPI_COMM_WORLD);
}

static void make_whole(void)
{
    hg_run *run;
    const hg_run_options options = {.output = WHOLE, .replace = true};
    ASSERT_EVERYWHERE(begin(&run, RUN_FILE, options) == HG_OK);
    ASSERT_EVERYWHERE(hg_run_resumed_from(run) == -1 && hg_run_notes(run)[0] == '\0');
    ASSERT_EVERYWHERE(hg_run_advance(run, 100) == HG_OK);
    end(&run);
}

static void tell(void *context, const char *text)
{
    (void)context;
    printf("%s\n", text);
}

static bool is_the_same(void)
{
    bool same = false;
    if (first_rank()) {
        hg_results a, b;
        hg_comparison found = {0};
        const hg_status one = hg_results_open(&a, WHOLE), other = hg_results_open(&b, PARTS);
        same = one == HG_OK && other == HG_OK && b.complete &&
               hg_compare_results(&a, &b, 3, tell, tell, NULL, &found) == HG_OK &&
               found.findings == 0 && found.values > 100;
        hg_results_close(&a);
        hg_results_close(&b);
    }
    MPI_Bcast(&same, 1, MPI_C_BOOL, 0, MPI_COMM_WORLD);
    return same;
}

/* Up to generation 13, where the last rank asks for the end; checkpoints of 13 and 10 remain. */
static void stop_at_13(void)
{
    hg_run *run;
    clean();
    ASSERT_EVERYWHERE(begin(&run, RUN_FILE, (hg_run_options){.resume = true}) == HG_OK);
    ASSERT_EVERYWHERE(hg_run_advance(run, 12) == HG_OK);
    if (last_rank()) hg_run_stop(run);
    ASSERT_EVERYWHERE(hg_run_advance(run, 100) == HG_STOPPED);
    ASSERT_EVERYWHERE(strstr(hg_error_message(), "stopped after generation 13 of 20") != NULL);
    ASSERT_EVERYWHERE(hg_run_generation(run) == 13);
    ASSERT_EVERYWHERE(hg_run_advance(run, 1) == HG_USAGE);
    end(&run);
    ASSERT_EVERYWHERE(access(NAME, F_OK) == 0 && access(NAME ".1", F_OK) == 0);
}

static void go_on(int64_t from, const char *note)
{
    hg_run *run;
    ASSERT_EVERYWHERE(begin(&run, RUN_FILE, (hg_run_options){.resume = true}) == HG_OK);
    ASSERT_EVERYWHERE(hg_run_resumed_from(run) == from);
    const char *notes = hg_run_notes(run);
    ASSERT_EVERYWHERE(!first_rank() ||
                      (note == NULL ? notes[0] == '\0' : strstr(notes, note) != NULL));
    ASSERT_EVERYWHERE(hg_run_advance(run, 100) == HG_OK);
    end(&run);
    ASSERT_EVERYWHERE(is_the_same());
    ASSERT_EVERYWHERE(access(NAME, F_OK) != 0 && access(NAME ".1", F_OK) != 0);
}

static void spoil(const char *path, int64_t size)
{
    MPI_Barrier(MPI_COMM_WORLD);
    if (first_rank()) ck_assert(truncate(path, size) == 0);
    MPI_Barrier(MPI_COMM_WORLD);
}

START_TEST(any_rank_may_ask)
{
    make_whole();
    stop_at_13();
    go_on(13, NULL);
}
END_TEST

START_TEST(a_damaged_checkpoint_is_passed_over)
{
    stop_at_13();
    spoil(NAME, 3000);
    go_on(10, NAME);
}
END_TEST

START_TEST(without_a_sound_checkpoint_the_run_starts)
{
    stop_at_13();
    spoil(NAME, 3000);
    spoil(NAME ".1", 0);
    go_on(-1, "starts from generation 0");
}
END_TEST

START_TEST(an_output_that_is_gone_means_a_new_start)
{
    stop_at_13();
    if (first_rank()) ck_assert(unlink(PARTS) == 0);
    MPI_Barrier(MPI_COMM_WORLD);
    go_on(-1, PARTS ": is missing");
}
END_TEST

/* What describes the data comes back from the checkpoint, also when nothing of it is left but
 * the name of the run. */
START_TEST(a_torn_output_is_mended)
{
    stop_at_13();
    if (first_rank()) {
        char bytes[512];
        const int file = open(PARTS, O_RDWR);
        memset(bytes, 0x5a, sizeof bytes);
        ck_assert(pwrite(file, bytes, 8, 8) == 8); /* the superblock */
        close(file);
        hg_results results;
        ck_assert(hg_results_open(&results, PARTS) == HG_BAD_INPUT);
        hg_results_close(&results);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    go_on(13, NULL);
}
END_TEST

START_TEST(another_run_file_is_refused)
{
    hg_run *run;
    static const char *const words[] = {"population.individuals=24", "mutation.basal.sd=0.2"};
    static const char *const harmless[] = {"checkpoint.every=3", "limits.wall_time=10:00:00",
                                           "checkpoint.keep=7"};
    stop_at_13();
    hg_status status = begin(&run, RUN_FILE,
                             (hg_run_options){.resume = true, .set = words, .set_count = 2});
    ASSERT_EVERYWHERE(status == HG_BAD_INPUT && run == NULL);
    ASSERT_EVERYWHERE(strstr(hg_error_message(), "population.individuals: was 23, is 24") != NULL);
    ASSERT_EVERYWHERE(strstr(hg_error_message(), "mutation.basal.sd: was 0.1, is 0.2") != NULL);
    ASSERT_EVERYWHERE(access(NAME, F_OK) == 0 && access(PARTS, F_OK) == 0);
    status = begin(&run, RUN_FILE,
                   (hg_run_options){.resume = true, .set = harmless, .set_count = 3});
    ASSERT_EVERYWHERE(status == HG_OK && hg_run_resumed_from(run) == 13);
    hg_run_destroy(&run); /* as a crash would */
    go_on(13, NULL);
}
END_TEST

START_TEST(what_is_complete_is_let_alone)
{
    hg_run *run;
    stop_at_13();
    go_on(13, NULL);
    ASSERT_EVERYWHERE(begin(&run, RUN_FILE, (hg_run_options){.resume = true}) == HG_OK);
    ASSERT_EVERYWHERE(run == NULL && strstr(hg_error_message(), "is complete") != NULL);
    ASSERT_EVERYWHERE(begin(&run, RUN_FILE, (hg_run_options){.resume = false}) == HG_USAGE);
    ASSERT_EVERYWHERE(strstr(hg_error_message(), "--resume") != NULL);
    ASSERT_EVERYWHERE(
        begin(&run, RUN_FILE, (hg_run_options){.resume = true, .replace = true}) == HG_USAGE);
    clean();
}
END_TEST

START_TEST(a_new_start_leaves_no_old_checkpoints)
{
    hg_run *run;
    stop_at_13();
    ASSERT_EVERYWHERE(begin(&run, RUN_FILE, (hg_run_options){.replace = true}) == HG_OK);
    ASSERT_EVERYWHERE(access(NAME, F_OK) != 0 && access(NAME ".1", F_OK) != 0);
    hg_run_destroy(&run);
    clean();
}
END_TEST

/* A seed that was drawn is drawn no second time. */
START_TEST(a_drawn_seed_is_kept)
{
    static const char text[] = "run: {name: test, generations: 9}\n"
                               "population: {individuals: 9, genes: 3}\n"
                               "fitness: [{model: proportional}]\n"
                               "mutation: {basal: {rate: 0.5, sd: 0.1}}\n";
    hg_run *run;
    char *resolved = NULL;
    clean();
    ASSERT_EVERYWHERE(begin(&run, text, (hg_run_options){.resume = true}) == HG_OK);
    hg_run_stop(run);
    ASSERT_EVERYWHERE(hg_run_advance(run, 100) == HG_STOPPED);
    resolved = strdup(hg_run_file(run));
    end(&run);
    ASSERT_EVERYWHERE(begin(&run, text, (hg_run_options){.resume = true}) == HG_OK);
    ASSERT_EVERYWHERE(hg_run_resumed_from(run) == 1 && strcmp(resolved, hg_run_file(run)) == 0);
    ASSERT_EVERYWHERE(hg_run_advance(run, 100) == HG_OK);
    end(&run);
    free(resolved);
    clean();
}
END_TEST

/* Nobody is fit after going on: the record of the last generation must be the one that an
 * undisturbed run would have given, parents and mutations included. */
START_TEST(dying_out_is_recorded_as_ever)
{
    static const char text[] =
        "run: {name: test, seed: 3, generations: 50}\n"
        "population: {individuals: 40, genes: 2, initial: {basal: 1}}\n"
        "environment: {tf_concentration: {series: table, at: [0, 17], values: [1, 0]}}\n"
        "expression: {model: hill}\n"
        "fitness: [{model: proportional}]\n"
        "mutation: {basal: {rate: 0.3, sd: 0.1}}\n"
        "output: {statistics: {every: 20}, snapshots: {every: 30, fields: [basal, parent]}}\n";
    hg_run *run;
    hg_run_options whole = {.output = WHOLE, .replace = true};
    clean();
    ASSERT_EVERYWHERE(begin(&run, text, whole) == HG_OK);
    ASSERT_EVERYWHERE(hg_run_advance(run, 100) == HG_EXTINCT);
    const int64_t last = hg_run_generation(run);
    end(&run);
    ASSERT_EVERYWHERE(begin(&run, text, (hg_run_options){.resume = true}) == HG_OK);
    ASSERT_EVERYWHERE(hg_run_advance(run, last - 1) == HG_OK);
    if (first_rank()) hg_run_stop(run);
    ASSERT_EVERYWHERE(hg_run_advance(run, 1) == HG_STOPPED && hg_run_generation(run) == last);
    end(&run);
    ASSERT_EVERYWHERE(begin(&run, text, (hg_run_options){.resume = true}) == HG_OK);
    ASSERT_EVERYWHERE(hg_run_resumed_from(run) == last);
    ASSERT_EVERYWHERE(hg_run_advance(run, 100) == HG_EXTINCT);
    end(&run);
    ASSERT_EVERYWHERE(is_the_same());
    ASSERT_EVERYWHERE(access(NAME, F_OK) != 0);
    clean();
}
END_TEST

static Suite *make(void)
{
    Suite *suite = suite_create("resume");
    HG_TEST(any_rank_may_ask);
    HG_TEST(a_damaged_checkpoint_is_passed_over);
    HG_TEST(without_a_sound_checkpoint_the_run_starts);
    HG_TEST(an_output_that_is_gone_means_a_new_start);
    HG_TEST(a_torn_output_is_mended);
    HG_TEST(another_run_file_is_refused);
    HG_TEST(what_is_complete_is_let_alone);
    HG_TEST(a_new_start_leaves_no_old_checkpoints);
    HG_TEST(a_drawn_seed_is_kept);
    HG_TEST(dying_out_is_recorded_as_ever);
    return suite;
}

int main(int argc, char **argv) { return hg_test_main(argc, argv, make); }
