/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checkpoints: all that the rest of a run needs and its run file does not say, by individual,
 * so that any number of ranks can go on. A checkpoint is an HDF5 file of its own beside the
 * output (docs/reliability.md). It is written under another name, brought to the disk, read
 * back and only then named: a file NAME.ckpt is whole. Every part has a digest.
 */
#ifndef HG_IO_CHECKPOINT_H
#define HG_IO_CHECKPOINT_H

#include <hdf5.h>
#include <mpi.h>
#include <stdint.h>

#include "base/status.h"
#include "io/output.h"

/** Attribute Conventions of a checkpoint. */
#define HG_CHECKPOINT_CONVENTIONS "happygene-checkpoint"

/** What is stored of each individual. */
typedef enum hg_checkpoint_field {
    HG_CHECKPOINT_GENOME,    /**< [alleles] double */
    HG_CHECKPOINT_PARENT,    /**< int64, -1 in generation 0 */
    HG_CHECKPOINT_PARENT2,   /**< int64, -1 where there is none */
    HG_CHECKPOINT_OFFSPRING, /**< int8: whether individual i of the generation before has any */
    HG_CHECKPOINT_FIELDS
} hg_checkpoint_field;

/** What is stored once. Arrays and texts are borrowed when written, owned when read. */
typedef struct hg_checkpoint {
    int64_t generation;  /**< done */
    int64_t individuals;
    int64_t alleles;     /**< of an individual, weights included */
    uint64_t network;    /**< digest of the network */
    char *resolved;      /**< the run file with every default */
    hg_output_image image;
    int64_t counter_count, grid_count, rest_count;
    int64_t *counters;   /**< [counter_count] what has been counted */
    double *grids;       /**< [grid_count] of the statistics (population/moments.h) */
    uint8_t *rests;      /**< [rest_count] of the statistics, too */
} hg_checkpoint;

/** Bytes of an individual's value of a field. */
size_t hg_checkpoint_width(const hg_checkpoint *checkpoint, hg_checkpoint_field field);

/**
 * Fills `buffer` (or, when reading, takes from it) with `field` of this rank's individuals
 * first .. first+count-1 (global indices), [count][width].
 */
typedef void hg_checkpoint_source(void *context, hg_checkpoint_field field, int64_t first,
                                  int64_t count, void *buffer);

/** Path of checkpoint `number` of an output NAME.h5: NAME.ckpt (0), NAME.ckpt.1, ...; hg_release. */
hg_status hg_checkpoint_path(const char *output, int64_t number, char **path);
/** Path of NAME.stop. */
hg_status hg_checkpoint_stop_path(const char *output, char **path);

/**
 * Writes the individuals first .. first+count-1 of this rank, and root all else, verifies the
 * file and gives it the name of the newest checkpoint of `output`; `keep` of them remain.
 * HG_IO, HG_NO_MEMORY: the checkpoints of before are as they were. Collective.
 */
hg_status hg_checkpoint_write(const hg_checkpoint *checkpoint, MPI_Comm communicator,
                              const char *output, int64_t keep, int64_t first, int64_t count,
                              hg_checkpoint_source *source, void *context);

/** Seals a file of all parts, whose digests are right, as the last thing. One process. HG_IO. */
hg_status hg_checkpoint_seal(const char *path);

/** An open checkpoint. */
typedef struct hg_checkpoint_file {
    hg_checkpoint content;
    hid_t file;
    bool newer; /**< of a later format: not damaged, but not for this program */
    uint64_t digest[HG_CHECKPOINT_FIELDS];
} hg_checkpoint_file;

/**
 * Opens a checkpoint and checks all of it but the individuals. HG_BAD_INPUT, with the path,
 * when it is foreign, of another version or damaged; HG_IO when it cannot be opened or read. One process. Close always.
 */
hg_status hg_checkpoint_open(hg_checkpoint_file *file, const char *path);
/** HG_IO, with the path, where its file cannot be closed, which HDF5 does not survive at its end. */
hg_status hg_checkpoint_close(hg_checkpoint_file *file, const char *path);

/**
 * Reads the individuals of all ranks, and gives them to `sink` (NULL: checks alone).
 * HG_BAD_INPUT on all ranks when their digest is not the one noted. Collective.
 */
hg_status hg_checkpoint_read(const hg_checkpoint_file *file, MPI_Comm communicator,
                             int64_t first, int64_t count, hg_checkpoint_source *sink,
                             void *context);

/** HG_IO unless files can be made in the output's folder. One process. */
hg_status hg_checkpoint_check_folder(const char *output);

/**
 * HG_IO unless each name that checkpoints will have is free or an ordinary file's. One process.
 */
hg_status hg_checkpoint_check_places(const char *output, int64_t keep);

/** What stands behind the name of a checkpoint when something else that lay there was moved. */
#define HG_CHECKPOINT_ASIDE ".aside"

/** The number of the output's newest checkpoint from `number` on; -1 where there is none. One process. */
int64_t hg_checkpoint_next(const char *output, int64_t number);
/** Whether the output has any. One process. */
bool hg_checkpoint_any(const char *output);
/** Removes one; what is no ordinary file is moved instead: true then. One process. */
bool hg_checkpoint_clear(const char *output, int64_t number);
/** Removes all, together with what a crash left of an unfinished one. One process. */
void hg_checkpoint_remove_all(const char *output);
void hg_checkpoint_remove_unfinished(const char *output);
/** The output is complete: once it is on the disk all its checkpoints go. One process. HG_IO. */
hg_status hg_checkpoint_retire(const char *output);

enum { HG_MOST_CHECKPOINTS = 1000 };

#endif
