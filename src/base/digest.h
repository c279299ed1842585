/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A 64-bit digest that tells a damaged piece of data from a sound one. It is no defence against
 * forgery. Digests of pieces that have numbers (a dataset's rows) are added: the sum is the same
 * in whatever order, and by however many processes, the pieces are looked at.
 */
#ifndef HG_BASE_DIGEST_H
#define HG_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/**
 * Of `size` bytes that are piece number `piece` of dataset number `dataset`. Bytes are taken
 * eight at a time as little-endian words: state = rotate(state ^ word * A, 29) * B, begun with
 * a mixture of dataset, piece and size, and mixed at the end as in SplitMix64 (Steele, Lea and
 * Flood 2014, doi:10.1145/2660193.2660195). Pure.
 */
uint64_t hg_digest(uint64_t dataset, uint64_t piece, const void *bytes, size_t size);

#endif
