/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the checkpoints share.
 *
 *   checkpoint_files.c  names, their turn, removal
 *   checkpoint_write.c  a new one
 *   checkpoint_read.c   an old one, or the new one to see whether it is whole
 *   checkpoint_seal.c   what keeps damage from HDF5
 */
#ifndef HG_IO_CHECKPOINT_INTERNAL_H
#define HG_IO_CHECKPOINT_INTERNAL_H

#include "io/checkpoint.h"

#define HG_CHECKPOINT_VERSION 1
#define HG_CHECKPOINT_PIECE ((int64_t)4 << 20) /* bytes that a rank reads or writes at a time */

/** What is stored once, as datasets of bytes, numbered after the fields. */
typedef enum hg_checkpoint_part {
    HG_CHECKPOINT_RESOLVED = HG_CHECKPOINT_FIELDS,
    HG_CHECKPOINT_IMAGE,
    HG_CHECKPOINT_COUNTERS,
    HG_CHECKPOINT_GRIDS,
    HG_CHECKPOINT_RESTS,
    HG_CHECKPOINT_PARTS
} hg_checkpoint_part;

/** The numbers of the header, one dataset. */
enum { HG_HEADER_GENERATION, HG_HEADER_INDIVIDUALS, HG_HEADER_ALLELES, HG_HEADER_NETWORK,
       HG_HEADER_ROOM, HG_HEADER_FILE_SIZE, HG_HEADER_RUN_ID,
       HG_HEADER_LENGTH = HG_HEADER_RUN_ID + 4 };

/** Name of a dataset by its number, and the type of its elements. */
const char *hg_checkpoint_name(int number);
hid_t hg_checkpoint_type(int number);

/** Where a part's elements are, how many there are and of what size. */
void *hg_checkpoint_part_of(const hg_checkpoint *checkpoint, int number, int64_t *count,
                            size_t *size);

/** Individuals that are read or written at a time. */
int64_t hg_checkpoint_piece(const hg_checkpoint *checkpoint, hg_checkpoint_field field);

/**
 * checkpoint_seal.c: one process. Checks what describes the data without HDF5. HG_BAD_INPUT;
 * HG_IO where the file cannot be read now. `*newer`: it is of a later format.
 */
hg_status hg_checkpoint_check_seal(const char *path, bool *newer);

/** checkpoint_files.c: one process */
hg_status hg_checkpoint_part_path(const char *output, char **path);
/** The finished file takes its name; older ones make room. */
hg_status hg_checkpoint_enter(const char *part, const char *output, int64_t keep);

#endif
