/* SPDX-License-Identifier: GPL-3.0-or-later
 * Digests: every bit counts, and so do place, dataset and size. */
#include "support.h"

#include "base/digest.h"

enum { SIZE = 67 };

START_TEST(every_bit_counts)
{
    unsigned char bytes[SIZE];
    for (int i = 0; i < SIZE; i++) bytes[i] = (unsigned char)(i * 37);
    for (size_t size = 0; size <= SIZE; size++) {
        const uint64_t whole = hg_digest(3, 5, bytes, size);
        ck_assert(whole == hg_digest(3, 5, bytes, size));
        ck_assert(whole != hg_digest(4, 5, bytes, size));
        ck_assert(whole != hg_digest(3, 6, bytes, size));
        for (size_t bit = 0; bit < 8 * size; bit++) {
            bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
            ck_assert(hg_digest(3, 5, bytes, size) != whole);
            bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        }
    }
}
END_TEST

START_TEST(zeros_have_a_length)
{
    static const unsigned char zeros[64];
    for (size_t a = 0; a < sizeof zeros; a++)
        for (size_t b = a + 1; b <= sizeof zeros; b++)
            ck_assert(hg_digest(0, 0, zeros, a) != hg_digest(0, 0, zeros, b));
}
END_TEST

/* Where the bytes lie does not matter, and files keep what they were given once; the number
 * was computed from the description in digest.h by another program. */
START_TEST(it_never_changes)
{
    char text[32] = "?the digest of a checkpoint";
    ck_assert(hg_digest(1, 2, text + 1, 26) == hg_digest(1, 2, "the digest of a checkpoint", 26));
    ck_assert_msg(hg_digest(1, 2, text + 1, 26) == 0xb8dfaebe1dfd9193u, "%llx",
                  (unsigned long long)hg_digest(1, 2, text + 1, 26));
}
END_TEST

/* Rows that change places change the sum. */
START_TEST(places_count)
{
    const double a = 1.5, b = 2.5;
    const uint64_t right = hg_digest(0, 0, &a, 8) + hg_digest(0, 1, &b, 8);
    ck_assert(right == hg_digest(0, 1, &b, 8) + hg_digest(0, 0, &a, 8));
    ck_assert(right != hg_digest(0, 0, &b, 8) + hg_digest(0, 1, &a, 8));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("digest");
    HG_TEST(every_bit_counts);
    HG_TEST(zeros_have_a_length);
    HG_TEST(it_never_changes);
    HG_TEST(places_count);
    return hg_test_run(suite, CK_NORMAL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
