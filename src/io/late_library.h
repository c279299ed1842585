/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Libraries that few runs need are loaded when they are: igraph and libsbml bring two dozen
 * libraries with them (BLAS, with its threads, among them), which each rank of each run would
 * have to find, load and hold.
 */
#ifndef HG_IO_LATE_LIBRARY_H
#define HG_IO_LATE_LIBRARY_H

#include "base/status.h"

/** A library: how it was called when this program was built, and what its functions are. */
typedef struct hg_late_library {
    const char *what;    /**< for messages: "igraph" */
    const char *package; /**< Debian's, for messages */
    const char *name;    /**< as the loader finds it: "libigraph.so.3" */
    const char *path;    /**< where it was when this program was built */
    int count;
    const char *const *symbols; /**< [count] */
    void *addresses;            /**< [count] pointers to functions, filled in */
    void *handle; /**< NULL until it is loaded */
} hg_late_library;

/**
 * Loads the library, unless it is loaded, and finds its functions. HG_IO, naming the library and
 * its package, where it is missing or too old. Not thread-safe: one thread reads networks.
 */
hg_status hg_late_library_load(hg_late_library *library);

/** A function of a loaded library, or of one that it stands on; NULL where there is none. */
void *hg_late_library_find(const hg_late_library *library, const char *symbol);

#endif
