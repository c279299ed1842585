/* SPDX-License-Identifier: GPL-3.0-or-later
 * Labelled memory: alignment, zeros, counters, overflow, and failing on demand. */
#include "support.h"

#include "base/memory.h"

static bool is_zero(const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i] != 0) return false;
    return true;
}

START_TEST(blocks_are_aligned_and_zero)
{
    for (size_t bytes = 1; bytes < 300; bytes += 7)
        for (int again = 0; again < 2; again++) { /* the second from memory used before */
            unsigned char *block;
            ck_assert_int_eq(hg_allocate(&block, HG_MEMORY_OTHER, bytes, 1), HG_OK);
            ck_assert_uint_eq((uintptr_t)block % HG_ALIGNMENT, 0);
            ck_assert(is_zero(block, bytes));
            memset(block, 0xff, bytes);
            hg_release(&block);
            ck_assert_ptr_null(block);
        }
}
END_TEST

START_TEST(bytes_are_counted_by_label)
{
    const hg_memory_usage tiles = hg_memory_of(HG_MEMORY_TILES), all = hg_memory_total();
    const hg_memory_usage network = hg_memory_of(HG_MEMORY_NETWORK);
    double *a, *b;
    ck_assert_int_eq(hg_allocate(&a, HG_MEMORY_TILES, 1000000, sizeof *a), HG_OK);
    ck_assert_int_eq(hg_allocate(&b, HG_MEMORY_TILES, 3, sizeof *b), HG_OK);
    hg_memory_usage now = hg_memory_of(HG_MEMORY_TILES);
    ck_assert_int_eq(now.current, tiles.current + 8000024);
    ck_assert_int_eq(now.allocations, tiles.allocations + 2);
    ck_assert_int_ge(now.peak, tiles.current + 8000024);
    ck_assert_int_eq(hg_memory_total().current, all.current + 8000024);
    hg_release(&a);
    now = hg_memory_of(HG_MEMORY_TILES);
    ck_assert_int_eq(now.current, tiles.current + 24);
    ck_assert_int_ge(now.peak, tiles.current + 8000024);
    hg_release(&b);
    ck_assert_int_eq(hg_memory_total().current, all.current);
    ck_assert_int_eq(hg_memory_of(HG_MEMORY_NETWORK).allocations, network.allocations);
    for (int l = 0; l < HG_MEMORY_LABELS; l++)
        for (int k = 0; k < l; k++)
            ck_assert_str_ne(hg_label_name((hg_label)k), hg_label_name((hg_label)l));
}
END_TEST

START_TEST(nothing_is_no_block)
{
    const hg_memory_usage before = hg_memory_total();
    int one = 1, *block = &one;
    ck_assert_int_eq(hg_allocate(&block, HG_MEMORY_OTHER, 0, 8), HG_OK);
    ck_assert_ptr_null(block);
    block = &one;
    ck_assert_int_eq(hg_allocate(&block, HG_MEMORY_OTHER, 8, 0), HG_OK);
    ck_assert_ptr_null(block);
    hg_release(&block);
    ck_assert_int_eq(hg_memory_total().allocations, before.allocations);
}
END_TEST

START_TEST(blocks_grow_and_shrink)
{
    const int64_t before = hg_memory_total().current;
    int32_t *block = NULL;
    ck_assert_int_eq(hg_reallocate(&block, HG_MEMORY_EXCHANGE, 10, sizeof *block), HG_OK);
    for (int i = 0; i < 10; i++) block[i] = i + 1;
    ck_assert_int_eq(hg_reallocate(&block, HG_MEMORY_EXCHANGE, 1000, sizeof *block), HG_OK);
    for (int i = 0; i < 1000; i++) ck_assert_int_eq(block[i], i < 10 ? i + 1 : 0);
    ck_assert_int_eq(hg_reallocate(&block, HG_MEMORY_EXCHANGE, 4, sizeof *block), HG_OK);
    for (int i = 0; i < 4; i++) ck_assert_int_eq(block[i], i + 1);
    ck_assert_int_eq(hg_memory_total().current, before + 16);
    int32_t *kept = block; /* a failing reallocation leaves the block alone */
    hg_memory_fail_at(1);
    ck_assert_int_eq(hg_reallocate(&block, HG_MEMORY_EXCHANGE, 50, sizeof *block), HG_NO_MEMORY);
    ck_assert_ptr_eq(block, kept);
    ck_assert_int_eq(block[3], 4);
    ck_assert_int_eq(hg_reallocate(&block, HG_MEMORY_EXCHANGE, 0, sizeof *block), HG_OK);
    ck_assert_ptr_null(block);
    ck_assert_int_eq(hg_memory_total().current, before);
}
END_TEST

START_TEST(too_much_is_refused)
{
    const hg_memory_usage before = hg_memory_total();
    const size_t counts[] = {SIZE_MAX, SIZE_MAX / 8 + 1, SIZE_MAX / 8, (size_t)PTRDIFF_MAX / 8};
    for (int i = 0; i < HG_COUNT_OF(counts); i++) {
        int one = 1, *block = &one;
        ck_assert_int_eq(hg_allocate(&block, HG_MEMORY_GENOTYPES, counts[i], 8), HG_NO_MEMORY);
        ck_assert_ptr_null(block);
        ck_assert_ptr_nonnull(strstr(hg_error_message(), "genotypes"));
    }
    ck_assert_int_eq(hg_memory_total().current, before.current);
    ck_assert_int_eq(hg_memory_total().allocations, before.allocations);
}
END_TEST

START_TEST(the_kth_fails)
{
    char *block[5];
    for (int k = 1; k <= 4; k++) {
        hg_memory_fail_at(k);
        for (int i = 1; i <= 5; i++)
            ck_assert_int_eq(hg_allocate(&block[i - 1], HG_MEMORY_OTHER, 10, 1),
                             i == k ? HG_NO_MEMORY : HG_OK);
        for (int i = 0; i < 5; i++) hg_release(&block[i]);
    }
    hg_memory_fail_at(1);
    hg_memory_fail_at(0);
    ck_assert_int_eq(hg_allocate(&block[0], HG_MEMORY_OTHER, 10, 1), HG_OK);
    hg_release(&block[0]);
}
END_TEST

START_TEST(texts_are_copied)
{
    char *copy;
    const char text[] = "crp -> araC";
    ck_assert_int_eq(hg_copy_text(&copy, HG_MEMORY_NETWORK, text), HG_OK);
    ck_assert_str_eq(copy, text);
    ck_assert_ptr_ne(copy, text);
    hg_release(&copy);
    hg_memory_fail_at(1);
    ck_assert_int_eq(hg_copy_text(&copy, HG_MEMORY_NETWORK, text), HG_NO_MEMORY);
    ck_assert_ptr_null(copy);
}
END_TEST

START_TEST(threads_count_together)
{
    const hg_memory_usage before = hg_memory_total();
    int failures = 0;
#pragma omp parallel for num_threads(4) reduction(+ : failures)
    for (int i = 0; i < 4000; i++) {
        double *block;
        failures += hg_allocate(&block, HG_MEMORY_OTHER, (size_t)(1 + i % 9), 8) != HG_OK;
        hg_release(&block);
    }
    ck_assert_int_eq(failures, 0);
    ck_assert_int_eq(hg_memory_total().current, before.current);
    ck_assert_int_eq(hg_memory_total().allocations, before.allocations + 4000);
}
END_TEST

START_TEST(resident_memory_is_in_bytes)
{
    enum { MEGABYTES = 40 };
    const int64_t before = hg_memory_resident();
    char *block;
    ck_assert_int_eq(hg_allocate(&block, HG_MEMORY_OTHER, MEGABYTES, 1000000), HG_OK);
    const int64_t now = hg_memory_resident();
    ck_assert_int_ge(now - before, (int64_t)MEGABYTES * 900000);
    ck_assert_int_le(now - before, (int64_t)MEGABYTES * 1200000);
    ck_assert_int_ge(hg_memory_resident_peak(), now);
    hg_release(&block);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("memory");
    HG_TEST(blocks_are_aligned_and_zero);
    HG_TEST(bytes_are_counted_by_label);
    HG_TEST(nothing_is_no_block);
    HG_TEST(blocks_grow_and_shrink);
    HG_TEST(too_much_is_refused);
    HG_TEST(the_kth_fails);
    HG_TEST(texts_are_copied);
    HG_TEST(threads_count_together);
    HG_TEST(resident_memory_is_in_bytes);
    return hg_test_run(suite, CK_NORMAL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
