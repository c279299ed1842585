/* SPDX-License-Identifier: GPL-3.0-or-later
 * The thread that writes snapshots: what it is given arrives, whole and in its place; what cannot be
 * written is told, with bytes and place. */
#include "support.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/status.h"
#include "io/writer.h"

enum { SLOT = 4096, PIECES = 500 };

static char path[] = "test_writer.XXXXXX";

static void make_file(void)
{
    strcpy(path, "test_writer.XXXXXX");
    const int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
}

/* Byte i of piece p. */
static char byte_of(int p, int64_t i) { return (char)(p * 31 + (int)i * 7); }

static int64_t size_of(int p) { return 1 + (int64_t)p * 977 % SLOT; }

static void put_piece(hg_writer *writer, int p, int64_t offset)
{
    char *room = hg_writer_room(writer);
    for (int64_t i = 0; i < size_of(p); i++) room[i] = byte_of(p, i);
    hg_writer_put(writer, offset, size_of(p));
}

/* Pieces in any order of places, many more than there are slots. */
START_TEST(pieces_arrive)
{
    for (int64_t slots = 2; slots <= 9; slots += 7) {
        hg_writer *writer;
        make_file();
        ck_assert_int_eq(hg_writer_create(&writer, path, slots, SLOT), HG_OK);
        const int64_t before = hg_memory_total().allocations;
        for (int p = 0; p < PIECES; p++) {
            put_piece(writer, p, (int64_t)(p * 7 % PIECES) * SLOT);
            ck_assert_int_eq(hg_writer_check(writer), HG_OK);
        }
        ck_assert_int_eq(hg_writer_wait(writer), HG_OK);
        ck_assert_int_eq(hg_writer_sync(writer), HG_OK);
        ck_assert_int_eq(hg_memory_total().allocations, before);
        ck_assert_int_eq(hg_writer_close(&writer), HG_OK);
        ck_assert_ptr_null(writer);
        const int file = open(path, O_RDONLY);
        for (int p = 0; p < PIECES; p++) {
            char found[SLOT];
            const int64_t size = size_of(p);
            ck_assert_int_eq(pread(file, found, (size_t)size, (off_t)(p * 7 % PIECES) * SLOT), size);
            for (int64_t i = 0; i < size; i++) ck_assert_int_eq(found[i], byte_of(p, i));
        }
        close(file);
        unlink(path);
    }
}
END_TEST

/* A device without room: told by every later call, and nothing hangs. */
START_TEST(failure_is_told)
{
    hg_writer *writer;
    ck_assert_int_eq(hg_writer_create(&writer, "/dev/full", 2, SLOT), HG_OK);
    for (int p = 1; p < 20; p++) put_piece(writer, p, 100 + p);
    ck_assert_int_eq(hg_writer_wait(writer), HG_IO);
    ck_assert_str_eq(hg_error_message(), "writing 978 bytes at byte 101: No space left on device");
    ck_assert_int_eq(hg_writer_check(writer), HG_IO);
    ck_assert_int_eq(hg_writer_close(&writer), HG_IO);
    ck_assert_ptr_null(writer);
}
END_TEST

START_TEST(no_file_no_writer)
{
    hg_writer *writer;
    ck_assert_int_eq(hg_writer_create(&writer, "no/such/folder/file", 2, SLOT), HG_IO);
    ck_assert_ptr_null(writer);
    ck_assert(strstr(hg_error_message(), "no/such/folder/file") != NULL);
}
END_TEST

START_TEST(abandoned_at_any_time)
{
    for (int pieces = 0; pieces < 30; pieces++) {
        hg_writer *writer;
        make_file();
        ck_assert_int_eq(hg_writer_create(&writer, path, 3, SLOT), HG_OK);
        for (int p = 0; p < pieces; p++) put_piece(writer, p, (int64_t)p * SLOT);
        hg_writer_abandon(&writer);
        ck_assert_ptr_null(writer);
        unlink(path);
    }
    hg_writer *none = NULL;
    hg_writer_abandon(&none);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("writer");
    HG_TEST(pieces_arrive);
    HG_TEST(failure_is_told);
    HG_TEST(no_file_no_writer);
    HG_TEST(abandoned_at_any_time);
    return hg_test_run(suite, CK_NORMAL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
