/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading a result file, also an unfinished one; one process. Whatever a damaged or
 * foreign file holds ends in HG_BAD_INPUT with a message that begins with its path.
 */
#ifndef HG_IO_RESULTS_H
#define HG_IO_RESULTS_H

#include <hdf5.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "io/fields.h"
#include "model/config.h"
#include "population/network.h"

typedef struct hg_results {
    char *path;
    hid_t file;
    bool guarded; /**< faults in reading it are said (base/guard.h) */
    char *title, *source, *stop_reason;  /**< never NULL */
    char *run_file, *run_file_resolved;  /**< never NULL */
    bool complete;
    int64_t generations_done;            /**< -1: nothing recorded */
    int64_t individuals, genes, edges;   /**< lengths of the axes */
} hg_results;

/** A dataset as doubles, row by row. */
typedef struct hg_results_values {
    int64_t rows, width; /**< one value: 1 x 1; a column: rows x 1; by deme and gene: both;
                              0 rows where there are no values */
    double *value;       /**< [rows][width], owned */
} hg_results_values;

/** A dataset of texts. */
typedef struct hg_results_texts {
    int64_t count;
    char **text; /**< [count], owned */
} hg_results_texts;

/**
 * Opens a result file for reading. HG_BAD_INPUT when there is no such file, or it is a
 * folder, not HDF5, not of happygene, of a newer format, damaged, or at odds with itself (see
 * io/results_check.h). Close always.
 */
hg_status hg_results_open(hg_results *results, const char *path);

/**
 * HG_OK when `path` holds a result file of happygene, of whatever version, also one that a
 * crash left unreadable, or nothing yet. Otherwise HG_BAD_INPUT saying what it is.
 */
hg_status hg_results_recognize(const char *path);
void hg_results_close(hg_results *results);

/** Whether the file has the dataset, as in "/statistics/fitness_mean". */
bool hg_results_has(const hg_results *results, const char *dataset);

/**
 * Recorded rows along the generation axis of "statistics", "snapshots" or "ancestry": those whose
 * generation is at most generations_done. HG_BAD_INPUT when they are out of order.
 */
hg_status hg_results_records(const hg_results *results, const char *group, int64_t *rows);

/**
 * Reads a numeric dataset of up to two axes, of /statistics up to four (the rows are then
 * [deme][gene or edge], or [deme][component][gene]); of the axis of generations only what is recorded. HG_BAD_INPUT when it is missing, of another type, or claims more than the file
 * holds. Free with hg_results_values_free, also after failure.
 */
hg_status hg_results_read(const hg_results *results, const char *dataset,
                          hg_results_values *values);
void hg_results_values_free(hg_results_values *values);

/** Axes of a numeric dataset; of the axis of generations what is recorded. */
typedef struct hg_results_shape {
    int axes;
    int64_t extent[HG_RANK_MOST]; /**< 1 beyond `axes` */
} hg_results_shape;

/** HG_BAD_INPUT as hg_results_read. */
hg_status hg_results_shape_of(const hg_results *results, const char *dataset,
                              hg_results_shape *shape);

/**
 * Reads a block of a numeric dataset: along each axis `count` entries from `start`, which must be
 * there. The rows of `values` are those of the first axis. Else as hg_results_read.
 */
hg_status hg_results_read_block(const hg_results *results, const char *dataset,
                                const int64_t *start, const int64_t *count,
                                hg_results_values *values);

/** Reads a dataset of texts of one axis. Free with hg_results_texts_free, also after failure. */
hg_status hg_results_read_texts(const hg_results *results, const char *dataset,
                                hg_results_texts *texts);
void hg_results_texts_free(hg_results_texts *texts);

/** A text or integer attribute of /provenance; release the text with hg_release. */
hg_status hg_results_provenance_text(const hg_results *results, const char *name, char **text);
hg_status hg_results_provenance_integer(const hg_results *results, const char *name,
                                        int64_t *value);

/** The network of the run. Free with hg_network_free, also after failure. */
hg_status hg_results_network(const hg_results *results, hg_network *network);

/** hg_runfile_parse() of the attribute run_file_resolved of the result at `path`: messages name it. */
hg_status hg_results_parse(hg_config *config, const char *path, const char *resolved,
                           const char *const *overrides, int count);

/**
 * What a run is repeated from: the resolved run file (`*text`: hg_release) and the network
 * of the result file at `path`. HG_BAD_INPUT. Free both also after failure.
 */
hg_status hg_results_origin(const char *path, char **text, hg_network *network);

/**
 * For whoever reads datasets in pieces: fails with HG_BAD_INPUT unless what the file holds
 * of the open dataset can be as much as its extent claims.
 */
hg_status hg_results_check_extent(hid_t dataset);

#endif
