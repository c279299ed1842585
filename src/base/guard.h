/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HDF5 and libSBML can fall over a file whose structure is damaged: a segmentation fault, an
 * exception that nothing in C can catch. Nothing can be mended then, but the process can end as
 * it does over any other damaged file: with one message that names it, and exit code 65.
 */
#ifndef HG_BASE_GUARD_H
#define HG_BASE_GUARD_H

/**
 * From here on a fault ends the process with a message that names `path`, and the other files
 * that are being read. Calls nest; one thread only.
 */
void hg_guard_enter(const char *path);

/** The file entered last has been read; after the last of them faults are what they were. */
void hg_guard_leave(void);

#endif
