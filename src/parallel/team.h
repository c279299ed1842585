/* SPDX-License-Identifier: GPL-3.0-or-later
 * The ranks as a team: common verdicts, and the end when there can be none. */
#ifndef HG_PARALLEL_TEAM_H
#define HG_PARALLEL_TEAM_H

#include <mpi.h>

#include "base/status.h"

/**
 * Collective. Makes the worst status (the largest number) and its message those of all
 * ranks; HG_OK only where all said HG_OK.
 */
hg_status hg_team_agree(MPI_Comm communicator, hg_status status);

/**
 * Gives the message of `status` on rank `root` to all ranks and returns that status.
 * Collective.
 */
hg_status hg_team_share(MPI_Comm communicator, int root, hg_status status);

/** Collective: rank `root`'s `size` bytes to all; any number of them, the same on all ranks. */
void hg_team_share_bytes(MPI_Comm communicator, int root, void *bytes, size_t size);

/**
 * Collective: rank `root`'s text to all, as new memory of label configuration
 * (hg_release). `*text` is read on root only.
 */
hg_status hg_team_share_text(MPI_Comm communicator, int root, char **text);

/**
 * Prints the present error message and ends all ranks with `status`. For failures in the
 * middle of an exchange, where the others wait and cannot be told.
 */
_Noreturn void hg_team_abort(MPI_Comm communicator, hg_status status);

#endif
