/* SPDX-License-Identifier: GPL-3.0-or-later
 * How many threads a rank should have. */
#ifndef HG_ENGINE_THREADS_H
#define HG_ENGINE_THREADS_H

#include <mpi.h>

#include "base/status.h"

enum { HG_THREADS_MOST = 4096 }; /* of a rank */

/**
 * OMP_NUM_THREADS where it is set; else the cores that this rank is bound to, or, when it is bound to
 * none in particular, its share of the node's, but no more threads than share `work`, the seconds of
 * one core that a generation of this rank takes, with profit. Collective.
 */
int hg_threads_default(MPI_Comm communicator, double work);

/**
 * Starts `count` threads of OpenMP, which ends the process where it cannot: so HG_NO_MEMORY where they
 * are not to be had, with stacks of the size that OpenMP gives them, and HG_USAGE where they are more
 * than HG_THREADS_MOST. Not collective.
 */
hg_status hg_threads_start(int count);

/** Cores in this rank's affinity mask. */
int hg_threads_allowed(void);

#endif
