/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which program, on what, by which command: the group /provenance. */
#ifndef HG_IO_PROVENANCE_H
#define HG_IO_PROVENANCE_H

#include <hdf5.h>
#include <mpi.h>

#include "base/status.h"

#define HG_TIME_SIZE 32 /* bytes of an ISO 8601 time */

/** What differs between runs of one program. */
typedef struct hg_provenance {
    char start[HG_TIME_SIZE];
    char *hosts; /**< root: the machines, each once, separated by ", "; owned */
    int ranks;
    int threads; /**< the most of all ranks */
} hg_provenance;

/** The program's version, "0.1.0". */
const char *hg_provenance_version(void);

/** The source's git revision, "" where unknown, and whether it was changed since. */
const char *hg_provenance_revision(int *dirty);

/** The compiler that built the program, and its flags. */
const char *hg_provenance_compiler(void);
const char *hg_provenance_flags(void);

/** The present time in UTC, "2026-05-01T12:00:00Z". */
void hg_provenance_now(char text[HG_TIME_SIZE]);

/** Collective. HG_NO_MEMORY on root only: agree afterwards. Free always. */
hg_status hg_provenance_gather(hg_provenance *provenance, MPI_Comm communicator, int threads);
void hg_provenance_free(hg_provenance *provenance);

/** Writes the attributes into the open group. One process, file not opened through MPI. */
hg_status hg_provenance_write(hid_t group, const hg_provenance *provenance,
                              const char *command_line, const char *kernels);

#endif
