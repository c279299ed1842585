/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The result file of a run (docs/output.md), written by all ranks together. Every
 * call is collective over the communicator of the plan unless it says otherwise;
 * a failure on one rank is returned on all of them.
 */
#ifndef HG_IO_OUTPUT_H
#define HG_IO_OUTPUT_H

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "happygene/performance.h"
#include "model/config.h"
#include "population/network.h"
#include "population/statistics.h"

typedef struct hg_output hg_output;

/** What the writer must know of a run. Pointers are borrowed until hg_output_close. */
typedef struct hg_output_plan {
    MPI_Comm communicator;
    const char *path;
    bool replace;                /**< an existing result is replaced (--force), else HG_USAGE */
    bool unfinished;             /**< but only one that is not complete (--resume) */
    const hg_config *config;
    const char *run_file_resolved;
    const hg_network *network;
    const char *command_line;
    int threads;                 /**< of this rank */
    const char *kernels;         /**< name of the kernel variant in use: "avx2", ... */
    int64_t first, count;        /**< the individuals of this rank: first .. first+count-1 */
} hg_output_plan;

#define HG_RUN_ID_SIZE 33 /* with the final NUL */

/**
 * What makes an output whole again after a crash. All that describes the data (where each value
 * goes, names, attributes) lies in the first `room` bytes of the file and is complete before
 * generation 0: `bytes` holds them up to the last that is not 0. Where snapshots are compressed
 * their places are not known beforehand: `room` is 0, and `bytes` has what describes the data now
 * (output_spans.c).
 */
typedef struct hg_output_image {
    char run_id[HG_RUN_ID_SIZE];
    int64_t room, size, file_size; /**< size 0: none */
    char *bytes;                   /**< [size], owned */
} hg_output_image;

void hg_output_image_free(hg_output_image *image);

/**
 * Fills `buffer` with `field` of this rank's individuals first .. first+count-1 (global
 * indices): [count][genes] double for basal, expression, instability; [count][edges]
 * double for weight; with ploidy 2 [count][genes][2] for basal and [count][edges][2] for
 * weight; [count] double fitness; [count] int8 stable; [count] int64 parent,
 * parent2; [count] int32 deme. Called by the rank's main thread only.
 */
typedef hg_status hg_snapshot_source(void *context, hg_field field, int64_t first, int64_t count,
                                     void *buffer);

/**
 * Creates the file with everything that is known before generation 0: attributes,
 * network, dimension scales, empty statistics and snapshots, provenance. `complete`
 * is 0 and `generations_done` -1. On failure nothing is left on disk. HG_USAGE when a run is
 * writing the path, or something else than a result lies there.
 */
hg_status hg_output_create(hg_output **output, const hg_output_plan *plan);

/**
 * Waits until no run has the output, a few seconds: the ranks of one whose launcher was killed live on
 * for a moment, and still write. `*waited` is set where one had it. HG_USAGE where somebody keeps it. One
 * process.
 */
hg_status hg_output_await(const char *path, bool *waited);

/**
 * Goes on with the output of an interrupted run as it was at `generation`, when `image` was the
 * one of hg_output_image_of(); what was recorded later will be recorded again. `resumed_from`
 * goes into /provenance. HG_BAD_INPUT, on all ranks, when the file is missing, of another run or
 * damaged in what it recorded up to then; HG_USAGE when a run is writing it.
 */
hg_status hg_output_resume(hg_output **output, const hg_output_plan *plan,
                           const hg_output_image *image, int64_t generation,
                           const char *resumed_from);

/**
 * Brings the image up to what has been flushed and synced, where snapshots are compressed: before a
 * checkpoint. Collective.
 */
hg_status hg_output_image_renew(hg_output *output);

/** The image of the output, on root; elsewhere an empty one. Not collective. */
const hg_output_image *hg_output_image_of(const hg_output *output);

/** HG_BAD_INPUT unless the file at `path` is the one that `image` was taken of. One process. */
hg_status hg_output_image_check(const hg_output_image *image, const char *path);

/** Records, and snapshots, that a run has up to a generation. Pure. */
int64_t hg_output_records_due(const hg_config *config, int64_t generation);
int64_t hg_output_snapshots_due(const hg_config *config, int64_t generation);

/** Bytes that a generation has in /ancestry, where that is recorded. Pure. */
int64_t hg_output_ancestry_bytes(const hg_config *config);

/** What hg_output_flush() wrote is on the disk when this returns. Collective. */
hg_status hg_output_sync(hg_output *output);

/**
 * Appends one record. The values of rank 0 count; they are copied, buffered and written
 * with the next flush, or with the first record for which the buffer has no room; the records
 * that are then written are counted in generations_done.
 */
hg_status hg_output_statistics(hg_output *output, const hg_statistics *statistics);

/** Appends a snapshot of every configured field, fetched from `source` a chunk at a time. */
hg_status hg_output_snapshot(hg_output *output, int64_t generation, hg_snapshot_source *source,
                             void *context);

/**
 * Appends the parents of the next generation, where the run records them: those of this rank's
 * individuals, [count] indices in the generation before; NULL: nobody has any. They are buffered
 * and written with the next flush, or with the first generation for which the buffer has no
 * room. Generations are counted from 0.
 */
hg_status hg_output_ancestry(hg_output *output, const int64_t *parent, const int64_t *parent2);

/** Everything up to `generation` reaches the disk; then generations_done says so. HG_IO when
 * another file lies at the path by now, or none, or it was cut. So is it when records or snapshots
 * are written. */
hg_status hg_output_flush(hg_output *output, int64_t generation);

/** Bytes written by all ranks so far. Not collective. */
int64_t hg_output_bytes(const hg_output *output);

/**
 * Ends the file: flushes, writes `performance` (may be NULL), end time, stop_reason and
 * `complete`, closes. HG_IO when another file lies at the path by now, or none; that is left
 * as it is. The handle is freed and set to NULL even on failure.
 */
hg_status hg_output_close(hg_output **output, int64_t generation, bool complete,
                          const char *stop_reason, const hg_performance *performance);

/** Closes without a word, after an error: the file keeps what was flushed. NULL is legal. */
void hg_output_abandon(hg_output **output);

#endif
