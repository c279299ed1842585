/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes to fixed places of a file while the run goes on: what is to be written is copied into one
 * of a few slots, and a thread of its own brings the slots to the file in their order. The thread
 * knows neither MPI nor HDF5, which allow only one. All functions are called by one thread.
 */
#ifndef HG_IO_WRITER_H
#define HG_IO_WRITER_H

#include <stdint.h>

#include "base/status.h"

typedef struct hg_writer hg_writer;

/**
 * Opens the file at `path`, which is there, and allocates `slots` >= 1 of `slot_bytes` each.
 * HG_IO, or HG_NO_MEMORY where there is no thread to be had; `*writer` is then NULL.
 */
hg_status hg_writer_create(hg_writer **writer, const char *path, int64_t slots,
                           int64_t slot_bytes);

/** The next slot, [slot_bytes]; waits until one has been written where all are taken. */
void *hg_writer_room(hg_writer *writer);

/** The first `size` bytes of the slot that hg_writer_room() gave will be written at `offset`. */
void hg_writer_put(hg_writer *writer, int64_t offset, int64_t size);

/**
 * HG_IO, with bytes and place, once something could not be written: nothing is after that.
 * Does not wait.
 */
hg_status hg_writer_check(hg_writer *writer);

/** Waits until everything has been written; else like hg_writer_check(). */
hg_status hg_writer_wait(hg_writer *writer);

/** Waits until everything is on the disk. HG_IO. */
hg_status hg_writer_sync(hg_writer *writer);

/** Seconds that the caller has waited for slots, and that the thread has spent writing. */
double hg_writer_waited(const hg_writer *writer);
double hg_writer_busy(hg_writer *writer);

/** Waits until everything has been written, and closes; HG_IO. `*writer` becomes NULL. */
hg_status hg_writer_close(hg_writer **writer);

/** Closes; what has not been begun will not be written. NULL is legal. */
void hg_writer_abandon(hg_writer **writer);

#endif
