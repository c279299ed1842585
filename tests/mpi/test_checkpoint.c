/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checkpoint files: written by some ranks and read by others, damaged in every part, and written
 * where memory or the folder give out. */
#include "team.h"

#include <fcntl.h>
#include <hdf5.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/memory.h"
#include "io/checkpoint.h"

enum { N = 53, ALLELES = 7, COUNTERS = 4, GRIDS = 33, RESTS = 5, IMAGE = 300 };

#define OUTPUT "test_checkpoint.h5"
#define NAME "test_checkpoint.ckpt"

static char resolved[] = "run: {seed: 1}\n";
static int64_t counters[COUNTERS] = {1, -2, 3, INT64_MAX};
static double grids[GRIDS] = {0.1, -0.0, 1e-300};
static uint8_t rests[RESTS] = {0, 1, 64, 255, 3};
static char image_bytes[IMAGE] = "image";

/* An even share; `backwards`: the last rank has the first individuals. */
static void share(bool backwards, int64_t *first, int64_t *count)
{
    const int rank = backwards ? ranks_of() - 1 - rank_of() : rank_of();
    *first = N * rank / ranks_of();
    *count = N * (rank + 1) / ranks_of() - *first;
}

static hg_checkpoint content_of(int64_t generation)
{
    return (hg_checkpoint){
        .generation = generation, .individuals = N, .alleles = ALLELES,
        .network = 0xfedcba9876543210u, .resolved = resolved, .counter_count = COUNTERS,
        .grid_count = GRIDS, .rest_count = RESTS, .counters = counters, .grids = grids,
        .rests = rests,
        .image = {.run_id = "0123456789abcdef0123456789abcdef", .room = 4096, .size = IMAGE,
                  .file_size = 99999, .bytes = image_bytes}};
}

static double allele(int64_t i, int64_t a, int64_t generation)
{
    return (double)i + 0.01 * (double)a + 1e-9 * (double)generation;
}

static void source(void *context, hg_checkpoint_field field, int64_t first, int64_t count,
                   void *buffer)
{
    const int64_t generation = *(const int64_t *)context;
    for (int64_t i = 0; i < count; i++) {
        const int64_t who = first + i;
        if (field == HG_CHECKPOINT_GENOME)
            for (int64_t a = 0; a < ALLELES; a++)
                ((double *)buffer)[i * ALLELES + a] = allele(who, a, generation);
        else if (field == HG_CHECKPOINT_OFFSPRING) ((int8_t *)buffer)[i] = (int8_t)(who % 2);
        else ((int64_t *)buffer)[i] = field == HG_CHECKPOINT_PARENT ? who * 3 : -1;
    }
}

typedef struct seen {
    int64_t generation, wrong, values;
} seen;

static void sink(void *context, hg_checkpoint_field field, int64_t first, int64_t count,
                 void *buffer)
{
    seen *s = context;
    for (int64_t i = 0; i < count; i++) {
        const int64_t who = first + i;
        s->values++;
        if (field == HG_CHECKPOINT_GENOME)
            for (int64_t a = 0; a < ALLELES; a++)
                s->wrong += ((double *)buffer)[i * ALLELES + a] != allele(who, a, s->generation);
        else if (field == HG_CHECKPOINT_OFFSPRING) s->wrong += ((int8_t *)buffer)[i] != who % 2;
        else
            s->wrong += ((int64_t *)buffer)[i] != (field == HG_CHECKPOINT_PARENT ? who * 3 : -1);
    }
}

static hg_status write_one(int64_t generation, int64_t keep)
{
    const hg_checkpoint content = content_of(generation);
    int64_t first, count;
    share(false, &first, &count);
    return hg_checkpoint_write(&content, MPI_COMM_WORLD, OUTPUT, keep, first, count, source,
                               &generation);
}

/* Opens and reads it by ranks that have other individuals; its generation; -1: refused, -2: not read. */
static int64_t read_one(const char *path)
{
    hg_checkpoint_file file;
    int64_t first, count, generation = -1;
    share(true, &first, &count);
    hg_status status = hg_checkpoint_open(&file, path);
    if (everywhere(status == HG_OK)) {
        seen s = {.generation = file.content.generation};
        status = hg_checkpoint_read(&file, MPI_COMM_WORLD, first, count, sink, &s);
        if (status == HG_OK && s.wrong == 0 && s.values == 4 * count) generation = s.generation;
    }
    hg_checkpoint_close(&file, "the checkpoint");
    return everywhere(status == HG_OK || status == HG_BAD_INPUT) ? generation : -2;
}

static void clean(void)
{
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank_of() == 0) hg_checkpoint_remove_all(OUTPUT);
    MPI_Barrier(MPI_COMM_WORLD);
}

START_TEST(what_is_written_is_read)
{
    hg_checkpoint_file file;
    ASSERT_EVERYWHERE(write_one(12, 2) == HG_OK);
    ASSERT_EVERYWHERE(read_one(NAME) == 12);
    ASSERT_EVERYWHERE(hg_checkpoint_open(&file, NAME) == HG_OK);
    const hg_checkpoint *content = &file.content;
    ASSERT_EVERYWHERE(content->individuals == N && content->alleles == ALLELES &&
                      content->network == 0xfedcba9876543210u &&
                      strcmp(content->resolved, resolved) == 0);
    ASSERT_EVERYWHERE(content->counter_count == COUNTERS && content->grid_count == GRIDS &&
                      content->rest_count == RESTS &&
                      memcmp(content->counters, counters, sizeof counters) == 0 &&
                      memcmp(content->grids, grids, sizeof grids) == 0 &&
                      memcmp(content->rests, rests, sizeof rests) == 0);
    ASSERT_EVERYWHERE(content->image.size == IMAGE && content->image.room == 4096 &&
                      content->image.file_size == 99999 &&
                      strcmp(content->image.run_id, "0123456789abcdef0123456789abcdef") == 0 &&
                      memcmp(content->image.bytes, image_bytes, IMAGE) == 0);
    hg_checkpoint_close(&file, "the checkpoint");
    clean();
}
END_TEST

START_TEST(older_ones_are_kept)
{
    for (int64_t g = 1; g <= 4; g++) ASSERT_EVERYWHERE(write_one(g, 3) == HG_OK);
    ASSERT_EVERYWHERE(read_one(NAME) == 4);
    ASSERT_EVERYWHERE(read_one(NAME ".1") == 3);
    ASSERT_EVERYWHERE(read_one(NAME ".2") == 2);
    ASSERT_EVERYWHERE(access(NAME ".3", F_OK) != 0 && access(NAME ".part", F_OK) != 0);
    ASSERT_EVERYWHERE(write_one(5, 1) == HG_OK); /* fewer are asked for now */
    ASSERT_EVERYWHERE(read_one(NAME) == 5);
    ASSERT_EVERYWHERE(access(NAME ".1", F_OK) != 0 && access(NAME ".2", F_OK) != 0);
    clean();
    ASSERT_EVERYWHERE(access(NAME, F_OK) != 0);
}
END_TEST

/* --- damage --------------------------------------------------------------------------------- */

static void flip(int64_t at)
{
    unsigned char byte;
    const int file = open(NAME, O_RDWR);
    ck_assert(pread(file, &byte, 1, at) == 1);
    byte ^= 0x10;
    ck_assert(pwrite(file, &byte, 1, at) == 1);
    close(file);
}

/* Where the values of a dataset lie. */
static int64_t place_of(const char *name)
{
    hid_t file = H5Fopen(NAME, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    const haddr_t address = H5Dget_offset(dataset);
    H5Dclose(dataset);
    H5Fclose(file);
    return (int64_t)address;
}

START_TEST(each_part_tells_of_its_damage)
{
    static const char *const names[] = {"genome", "parent", "parent2", "has_offspring",
                                        "run_file", "output_image", "counters", "grids", "rests"};
    ASSERT_EVERYWHERE(write_one(8, 2) == HG_OK);
    for (int i = 0; i < HG_COUNT_OF(names); i++) {
        int64_t at = 0;
        if (rank_of() == 0) flip(at = place_of(names[i]) + 3);
        MPI_Barrier(MPI_COMM_WORLD);
        ASSERT_EVERYWHERE(read_one(NAME) == -1);
        ASSERT_EVERYWHERE(strstr(hg_error_message(), names[i]) != NULL &&
                          strstr(hg_error_message(), "damaged") != NULL);
        if (rank_of() == 0) flip(at);
        MPI_Barrier(MPI_COMM_WORLD);
        ASSERT_EVERYWHERE(read_one(NAME) == 8);
    }
    clean();
}
END_TEST

/* Whatever byte of all that HDF5 itself wrote differs, what is read is right or refused. */
START_TEST(no_byte_misleads)
{
    struct stat what;
    ASSERT_EVERYWHERE(write_one(8, 2) == HG_OK);
    ASSERT_EVERYWHERE(stat(NAME, &what) == 0);
    for (int64_t at = 0; at < what.st_size; at += ranks_of() == 1 ? 1 : 41) {
        if (rank_of() == 0) flip(at);
        MPI_Barrier(MPI_COMM_WORLD);
        const int64_t generation = read_one(NAME);
        ASSERT_EVERYWHERE(generation == 8 || generation == -1);
        MPI_Barrier(MPI_COMM_WORLD);
        if (rank_of() == 0) flip(at);
        MPI_Barrier(MPI_COMM_WORLD);
    }
    clean();
}
END_TEST

START_TEST(a_cut_or_foreign_file_is_refused)
{
    struct stat what;
    ASSERT_EVERYWHERE(write_one(8, 2) == HG_OK);
    ASSERT_EVERYWHERE(stat(NAME, &what) == 0);
    for (int64_t size = what.st_size - 1; size >= 0; size -= 1 + what.st_size / 17) {
        MPI_Barrier(MPI_COMM_WORLD);
        if (rank_of() == 0) ck_assert(truncate(NAME, size) == 0);
        MPI_Barrier(MPI_COMM_WORLD);
        ASSERT_EVERYWHERE(read_one(NAME) == -1);
        ASSERT_EVERYWHERE(strstr(hg_error_message(), NAME) != NULL);
    }
    ASSERT_EVERYWHERE(read_one("no-such.ckpt") == -2);
    ASSERT_EVERYWHERE(read_one(".") == -1);
    ASSERT_EVERYWHERE(read_one(HG_JOBS "/quickstart.yaml") == -1);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank_of() == 0) H5Fclose(H5Fcreate(NAME, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    MPI_Barrier(MPI_COMM_WORLD);
    ASSERT_EVERYWHERE(read_one(NAME) == -1);
    ASSERT_EVERYWHERE(strstr(hg_error_message(), "not a checkpoint") != NULL);
    clean();
}
END_TEST

START_TEST(another_version_is_refused)
{
    ASSERT_EVERYWHERE(write_one(8, 2) == HG_OK);
    if (rank_of() == 0) {
        static const char words[] = "happygene-checkpoint";
        const uint64_t end[2] = {2, hg_digest(2, 0, words, sizeof words)};
        struct stat what;
        const int file = open(NAME, O_WRONLY);
        ck_assert(fstat(file, &what) == 0);
        ck_assert(pwrite(file, end, sizeof end, what.st_size - (off_t)sizeof end) == sizeof end);
        close(file);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    ASSERT_EVERYWHERE(read_one(NAME) == -1);
    ASSERT_EVERYWHERE(strstr(hg_error_message(), "version 2") != NULL);
    clean();
}
END_TEST

/* --- failures ------------------------------------------------------------------------------- */

START_TEST(each_allocation_may_fail)
{
    ASSERT_EVERYWHERE(write_one(1, 2) == HG_OK);
    int failures = 0;
    for (int64_t k = 1; k < 1000; k++) {
        if (rank_of() == ranks_of() - 1) hg_memory_fail_at(k);
        const hg_status status = write_one(k + 1, 2);
        hg_memory_fail_at(0);
        ASSERT_EVERYWHERE(status == HG_OK || status == HG_NO_MEMORY);
        ASSERT_EVERYWHERE(access(NAME ".part", F_OK) != 0);
        if (everywhere(status == HG_OK)) break;
        failures++;
        ASSERT_EVERYWHERE(read_one(NAME) == 1);
    }
    ASSERT_EVERYWHERE(failures > 5);
    ASSERT_EVERYWHERE(read_one(NAME) == failures + 2);
    ASSERT_EVERYWHERE(read_one(NAME ".1") == 1);
    clean();
}
END_TEST

START_TEST(each_allocation_of_a_reader_may_fail)
{
    ASSERT_EVERYWHERE(write_one(1, 2) == HG_OK);
    int64_t k = 1;
    for (bool failed = true; failed && k < 1000; k++) {
        hg_checkpoint_file file;
        seen s = {.generation = 1};
        int64_t first, count;
        share(false, &first, &count);
        hg_memory_fail_at(k); /* on every rank: opening is nobody else's business */
        hg_status status = hg_checkpoint_open(&file, NAME);
        failed = status != HG_OK;
        ASSERT_EVERYWHERE(status == HG_OK || status == HG_NO_MEMORY);
        if (!failed) {
            hg_memory_fail_at(1);
            status = hg_checkpoint_read(&file, MPI_COMM_WORLD, first, count, sink, &s);
            ASSERT_EVERYWHERE(status == HG_NO_MEMORY);
        }
        hg_memory_fail_at(0);
        hg_checkpoint_close(&file, "the checkpoint");
    }
    ASSERT_EVERYWHERE(k > 5);
    clean();
}
END_TEST

START_TEST(a_folder_that_is_missing_is_named)
{
    const hg_checkpoint content = content_of(1);
    int64_t first, count, generation = 1;
    share(false, &first, &count);
    const hg_status status = hg_checkpoint_write(&content, MPI_COMM_WORLD, "no-such-folder/x.h5", 2,
                                                 first, count, source, &generation);
    ASSERT_EVERYWHERE(status == HG_IO);
    ASSERT_EVERYWHERE(strstr(hg_error_message(), "no-such-folder/x.ckpt.part") != NULL);
}
END_TEST

static Suite *make(void)
{
    Suite *suite = suite_create("checkpoint");
    for (int i = 0; i < GRIDS; i++) grids[i] += i * 0.3;
    for (int i = 10; i < IMAGE; i++) image_bytes[i] = (char)i;
    HG_TEST(what_is_written_is_read);
    HG_TEST(older_ones_are_kept);
    HG_TEST(each_part_tells_of_its_damage);
    HG_TEST(no_byte_misleads);
    HG_TEST(a_cut_or_foreign_file_is_refused);
    HG_TEST(another_version_is_refused);
    HG_TEST(each_allocation_may_fail);
    HG_TEST(each_allocation_of_a_reader_may_fail);
    HG_TEST(a_folder_that_is_missing_is_named);
    return suite;
}

int main(int argc, char **argv) { return hg_test_main(argc, argv, make); }
