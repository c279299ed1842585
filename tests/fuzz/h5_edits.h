/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Damaged HDF5 files. Bytes that are an HDF5 file are taken as they are; any others are a
 * programme of edits to a sound file (datasets removed, replaced by others of another type or
 * extent, attributes changed, links bent, raw bytes flipped), because checksums in HDF5's own
 * structures keep most random bytes from getting any further than HDF5.
 */
#ifndef HG_TESTS_FUZZ_H5_EDITS_H
#define HG_TESTS_FUZZ_H5_EDITS_H

#include <stddef.h>
#include <stdint.h>

/** Loads the sound file that edits begin from and lists what it holds. */
void h5_edits_load(const char *base);

/** Makes the damaged file in memory; returns its path, valid until the next call. */
const char *h5_edits_make(const uint8_t *data, size_t size);

/** Raw bytes that are flipped, in places where HDF5 itself may fail on them. */
unsigned h5_edits_flips(const uint8_t *data, size_t size);

#endif
