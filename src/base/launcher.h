/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the environment tells of mpirun or srun before MPI has started. */
#ifndef HG_BASE_LAUNCHER_H
#define HG_BASE_LAUNCHER_H

/** The rank that a launcher gave this process, perhaps among others; -1 where there is none. Pure. */
long hg_launched_rank(void);

#endif
