/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading datasets piece by piece: what is larger than memory. */
#ifndef HG_IO_RESULTS_STREAM_H
#define HG_IO_RESULTS_STREAM_H

#include "io/results.h"

#define HG_STREAM_AXES 4

/** A numeric dataset that is open for reading in pieces. */
typedef struct hg_results_stream {
    char *path; /**< for messages, owned */
    hid_t dataset, space;
    int rank;
    int64_t extent[HG_STREAM_AXES]; /**< 1 beyond the rank */
    int fixed;                      /**< an axis that `rank` and `extent` are without; 0: none */
    int64_t at;                     /**< the one entry of it that is read */
} hg_results_stream;

/**
 * Opens a numeric dataset of one to four axes. HG_BAD_INPUT when it is missing, of another type, or
 * claims more than the file holds. Close always.
 */
hg_status hg_results_stream_open(hg_results_stream *stream, const hg_results *results,
                                 const char *dataset);

/** From here on reads entry `at` of `axis` (1 to rank - 1) alone, as if there were no such axis. */
void hg_results_stream_fix(hg_results_stream *stream, int axis, int64_t at);

/**
 * Reads, of row `row` of the first axis, `count` entries of the second from `from` on, with all of
 * the further axes, as doubles: values[count][...]. Of a dataset of one axis: `count` rows from
 * `row` on (`from` is 0). HG_BAD_INPUT when that lies outside or cannot be read.
 */
hg_status hg_results_stream_read(const hg_results_stream *stream, int64_t row, int64_t from,
                                 int64_t count, double *values);

void hg_results_stream_close(hg_results_stream *stream);

#endif
