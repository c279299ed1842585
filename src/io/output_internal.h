/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the writer share.
 *
 *   output.c            create, flush, close: the life of the file
 *   output_lock.c       whose file it is: its names on disk, one run at a time
 *   output_skeleton.c   what root alone lays out before the others join
 *   output_records.c    the buffered records of /statistics
 *   output_snapshots.c  the individuals, by all ranks
 *   output_ancestry.c   the buffered parents of every generation, by all ranks
 *   output_places.c     where in the file the values of individuals go
 *   output_image.c      the beginning of the file, by which it is made whole again
 *   output_spans.c      the same where snapshots are compressed
 *   output_resume.c     going on with the file of an interrupted run
 *   output_end.c        what root alone adds when the others have left
 *
 * Values of individuals have places that are known before generation 0: each rank brings its own
 * there by itself, behind the run's back (writer.h), and HDF5 is root's alone. Where they are
 * compressed that is not so, and all ranks open the file together, through MPI-IO. That cannot
 * write texts of variable length, which is why root writes the skeleton and the end in any case.
 */
#ifndef HG_IO_OUTPUT_INTERNAL_H
#define HG_IO_OUTPUT_INTERNAL_H

#include <hdf5.h>

#include "io/fields.h"
#include "io/output.h"
#include "io/provenance.h"
#include "io/writer.h"

#define HG_COLUMNS_MOST 48
#define HG_SNAPSHOT_FIELDS_MOST 16

/** One dataset of /statistics or of /statistics/demes. */
typedef struct hg_output_column {
    const hg_dataset *dataset;
    hid_t handle;
    int64_t width; /**< values of a record */
    char *buffer;  /**< root: [capacity][width], 8 bytes each */
} hg_output_column;

/** Parts of the file. */
typedef struct hg_output_span {
    int64_t from, length;
} hg_output_span;

typedef struct hg_output_spans {
    hg_output_span *span;
    int64_t count, room;
} hg_output_spans;

/** Where the values of a dataset [record][individual]... lie in the file. */
typedef struct hg_output_place {
    int64_t address; /**< of the first byte, or -1: it is not known */
    int64_t records; /**< that there is room for */
    int64_t record;  /**< bytes from one to the next */
    int64_t row;     /**< bytes of an individual; those of a record lie side by side */
} hg_output_place;

/** One dataset of /snapshots. */
typedef struct hg_output_field {
    const hg_dataset *dataset;
    hid_t handle;          /**< -1 where the place is known */
    hg_output_place place;
    int64_t width;         /**< values of an individual */
    size_t memory_size;    /**< of a value as the source gives it */
    size_t file_size;      /**< and as the file holds it */
    int64_t window;        /**< individuals written at a time */
    int64_t rounds;        /**< most windows that any rank has */
} hg_output_field;

/** One dataset of /ancestry: first or second parents. */
typedef struct hg_output_parents {
    const char *name; /**< NULL where they are not recorded */
    hid_t handle;     /**< -1 where the place is known */
    hg_output_place place;
    int32_t *buffer; /**< [capacity][own individuals] */
} hg_output_parents;

/** What is recorded of every generation. */
typedef struct hg_output_ancestry_buffers {
    hid_t generation;
    hg_output_parents parents[2];
    int64_t capacity;          /**< generations that the buffers hold */
    int64_t buffered, records; /**< generations in the buffers, and in the file */
} hg_output_ancestry_buffers;

struct hg_output {
    hg_output_plan plan;
    int rank, ranks;
    int held;                  /**< root: a descriptor that locks the file while it is written */
    int64_t least_size;        /**< root: bytes that the file has at least */
    bool together;             /**< all ranks have the file open: snapshots are HDF5's to place */
    hid_t file;                /**< else root's alone, -1 elsewhere, as are all handles */
    hid_t done;                /**< the attribute generations_done */
    int64_t capacity;          /**< records that the buffers hold */
    int64_t buffered, records; /**< records in the buffers, and in the file */
    int64_t newest;            /**< root: generation of the last record in the buffers */
    int column_count;
    hg_output_column columns[HG_COLUMNS_MOST];
    char *buffers;             /**< root: all columns' buffers */
    int64_t record_bytes;
    hid_t snapshot_generation;
    int64_t snapshots;
    int field_count;
    hg_output_field fields[HG_SNAPSHOT_FIELDS_MOST];
    hg_output_ancestry_buffers ancestry;
    hg_writer *writer;         /**< of snapshots whose places are known, */
    void *staging;             /**< or a window of them on its way to HDF5 */
    int64_t slot_bytes;        /**< of the writer */
    int64_t snapshot_bytes;    /**< of one snapshot, all ranks */
    int64_t bytes;             /**< written so far */
    hg_output_image image;     /**< root */
    int64_t fixed_end;         /**< root: what was laid out before generation 0 ends there */
    hg_output_spans values;    /**< root: of compressed snapshots, ordered; they never move */
    int64_t placed;            /**< root: snapshots whose values are among these */
    char resumed_from[512];    /**< "": it was made by this run */
};

/* output_lock.c: one process */

#define HG_SUFFIX_SIZE 48

/**
 * Locks the file that lies at `path`, for as long as `*descriptor` is open; `*descriptor`
 * stays -1 where it cannot be opened for that. HG_USAGE when a run is writing it.
 */
hg_status hg_output_lock_earlier(const char *path, int *descriptor);
/** Creates, and locks, an empty file beside `path` whose name has a `suffix` of its own. */
hg_status hg_output_hold_new(const char *path, char suffix[HG_SUFFIX_SIZE], int *descriptor);
/** `path` with `suffix`. */
hg_status hg_output_name_beside(const char *path, const char *suffix, char **beside);
/** Removes what runs to `path` that were killed at their very start have left beside it. */
void hg_output_remove_abandoned(const char *path);
void hg_output_unlink_beside(const char *path, const char *suffix);
/** Gives the file `beside` its name; without `replace` only where no file has it. */
hg_status hg_output_name_file(const char *beside, const char *path, bool replace);
/** HG_IO unless the file at the path is still the one that this run made. */
hg_status hg_output_check_same(const hg_output *output);
/** On root the same, and unless it has all that was in it before. */
hg_status hg_output_check_whole(const hg_output *output);
/** Root: what the file has now it will keep. */
void hg_output_note_size(hg_output *output);
/** Another run may have the path. */
void hg_output_let_file_go(hg_output *output);

/* output_skeleton.c: one process */

/** Creates the file at `path`. On failure the caller removes it. */
hg_status hg_output_skeleton(const char *path, const hg_output_plan *plan,
                             const hg_provenance *provenance, const char *run_id);
/** Bytes of all values that the file has room for from the beginning. Pure. */
double hg_output_planned_bytes(const hg_output_plan *plan);
/** Bytes at the beginning of the file that have room for all that describes the data. */
int64_t hg_output_image_room(const hg_output_plan *plan);
/** Individuals of a chunk of a snapshot dataset whose individuals have `row` bytes. */
int64_t hg_output_chunk_individuals(int64_t individuals, int64_t row);
/** Length of an axis in this run, H5S_UNLIMITED for generations. */
int64_t hg_output_axis_length(const hg_output_plan *plan, hg_axis axis);
/** An empty dataset of a table row with its attributes and, for scales, their mark. */
hg_status hg_output_create_dataset(hid_t group, const hg_dataset *dataset, int rank,
                                   const hsize_t *lengths, const hg_config *config,
                                   hid_t *handle);
/** Records of a group: due up to a generation of a run (pure), and in the file so far. */
int64_t hg_output_due(const hg_config *config, hg_group group, int64_t generation);
int64_t hg_output_recorded(const hg_output *output, hg_group group);
/** Attaches to each axis of `dataset` the scale of that name in `group`. */
hg_status hg_output_attach_scales(hid_t group, const hg_dataset *dataset, int rank);

/* output_records.c */
hg_status hg_output_records_open(hg_output *output);
void hg_output_records_close(hg_output *output);
hg_status hg_output_records_write(hg_output *output);
/** Makes a dataset at least `records` long, where it is not from the beginning. Collective where
 * the file is open together. */
hg_status hg_output_lengthen(const hg_output *output, hid_t handle, const char *name,
                             int64_t records);

/* output_snapshots.c */

/** The fields and what is known of them without the file. */
hg_status hg_output_snapshots_describe(hg_output *output);
/** Root: their places, as far as the open file has fixed ones. */
hg_status hg_output_snapshots_find(hg_output *output);
/** Tells the others; decides whether all ranks open the file. Collective. */
void hg_output_snapshots_share(hg_output *output);
hg_status hg_output_snapshots_open(hg_output *output, const char *path);
void hg_output_snapshots_close(hg_output *output);

/* output_places.c: one process */

/** Whether it is a dataset of this output that has a record by generation. */
static inline bool hg_output_grows(const hg_output *output, const hg_dataset *dataset)
{
    return dataset->axes[0] == HG_AXIS_GENERATION &&
           hg_dataset_present(dataset, output->plan.config, output->plan.network);
}

/** Finds the place of a dataset's values; its address is -1 where HDF5 keeps that to itself. */
void hg_output_place_find(hg_output_place *place, hid_t dataset);

/* output_ancestry.c; as for the snapshots */
hg_status hg_output_ancestry_find(hg_output *output);
void hg_output_ancestry_share(hg_output *output);
hg_status hg_output_ancestry_open(hg_output *output);
void hg_output_ancestry_close(hg_output *output);
hg_status hg_output_ancestry_write(hg_output *output);

/* output_end.c: one process */
hg_status hg_output_end(const hg_output *output, int64_t generation, bool complete,
                        const char *stop_reason, const hg_performance *performance);

/* output_image.c: one process */

/** Draws what tells this run's files from all others. */
void hg_output_draw_id(char run_id[HG_RUN_ID_SIZE]);
/** Takes the image of a skeleton at `path` that nothing has been added to. */
/** Reads or writes `size` bytes of a file at `place`. */
hg_status hg_output_transfer(int descriptor, char *bytes, int64_t size, int64_t place, bool writing);

/** Of an image with room 0: puts it into a file of the right size. */
hg_status hg_output_spans_restore(const hg_output_image *image, int descriptor);

/** Where the last value ends. HG_BAD_INPUT where it is none. */
hg_status hg_output_spans_end(const hg_output_image *image, int64_t *end);

/** What a run that goes on has to know of its image: where the values are. */
hg_status hg_output_spans_adopt(hg_output *output);

hg_status hg_output_image_take(hg_output_image *image, const char *path,
                               const hg_output_plan *plan);
/** Makes the file at `path` as it was then, but for the values recorded since. */
hg_status hg_output_image_restore(const hg_output_image *image, const char *path);

/* output.c */

/** Opens the file, on all ranks where that is necessary. Collective. */
hg_status hg_output_open(hg_output *output, const char *path);
/** Closes all handles; what the writer has not begun to write is lost. */
void hg_output_let_go(hg_output *output);
/** An hg_output before anything is open. Collective. */
hg_status hg_output_allocate(hg_output **output, const hg_output_plan *plan);

/** HG_IO on root unless the file is as it was left and the file system has room for `bytes` more.
 * Not collective: agree. */
hg_status hg_output_check_room(const hg_output *output, int64_t bytes);

/** HG_IO unless all of the output will find room: better before the first generation than after the
 * last that does. Root. */
hg_status hg_output_check_planned(const hg_output *output);

/** Several ranks have the file open, and must change it together. */
bool hg_output_by_all(const hg_output *output);

/**
 * HDF5 failed while the file is open: HG_IO; with several ranks in it, where the others may
 * wait inside the library for ever, the message and the end of all of them with exit code 74.
 */
hg_status hg_output_broken(const hg_output *output, const char *what);

/** The writer's verdict; with `wait`, on all that it has been given. Not collective: agree. */
hg_status hg_output_written(const hg_output *output, bool wait);

#endif
