/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HDF5 in this project's manner: failures with one clear message instead of a stack
 * of them, and the few shapes of attributes and datasets that the files are made of.
 */
#ifndef HG_IO_H5_H
#define HG_IO_H5_H

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/* The name that netCDF gives to the scale of a dimension without values. */
#define HG_H5_BARE_DIMENSION "This is a netCDF dimension but not a netCDF variable."

/** HDF5 no longer prints its own errors. Idempotent. */
void hg_h5_quiet(void);

/** Whether there is memory to open a file with: HDF5 can crash where there is not. */
bool hg_h5_has_room(void);

/** Fails with "WHAT: the innermost thing that HDF5 said" and forgets what it said; with
 * HG_NO_MEMORY where that is why. */
hg_status hg_h5_fail(hg_status status, const char *what);

/** Closes a handle of any kind and sets it to -1; handles that are not open are legal. */
void hg_h5_close(hid_t *handle);

/** Closes a dataset that has been written to; its values may only now go to the disk. HG_IO, with
 * `what`. */
hg_status hg_h5_close_dataset(hid_t *handle, const char *what);

/** A file, with all that was written to it; false where that failed. */
bool hg_h5_close_file(hid_t file);

/** What could not be closed so far: HDF5 falls over it when the process ends. */
int64_t hg_h5_unclosed(void);

/** The type of a text of any length, UTF-8; close it. */
hid_t hg_h5_text_type(void);

/** Properties of an object: attributes stay in its header, in the order of creation. */
hid_t hg_h5_properties(hid_t kind);

/**
 * Opens for reading (one process, no file locks: cluster file systems may lack them) or,
 * with `writing`, for changing. The caller names the file in the message.
 */
hid_t hg_h5_open(const char *path, bool writing);

/** Writes, or overwrites, an attribute of `object`. HG_IO with its name. */
hg_status hg_h5_put_text(hid_t object, const char *name, const char *text);
/** The same with the text in the object's header itself, where it is found byte by byte. */
hg_status hg_h5_put_fixed_text(hid_t object, const char *name, const char *text);
hg_status hg_h5_put_int32(hid_t object, const char *name, int32_t value);
hg_status hg_h5_put_int64(hid_t object, const char *name, int64_t value);

/** Reads a scalar text attribute of any string type; release with hg_release. HG_BAD_INPUT. */
hg_status hg_h5_get_text(hid_t object, const char *name, char **text);

/** Reads a scalar attribute of any integer type. HG_BAD_INPUT. */
hg_status hg_h5_get_int64(hid_t object, const char *name, int64_t *value);

#endif
