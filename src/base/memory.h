/* SPDX-License-Identifier: GPL-3.0-or-later
 * Memory that knows what it is for: every block carries a label, so that a run
 * can say where its bytes are and prove that its loop allocates nothing. */
#ifndef HG_BASE_MEMORY_H
#define HG_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/** What a block is for; the categories of /performance/memory. */
typedef enum hg_label {
    HG_MEMORY_CONFIGURATION,
    HG_MEMORY_NETWORK,
    HG_MEMORY_GENOTYPES,
    HG_MEMORY_PHENOTYPES,
    HG_MEMORY_INDIVIDUALS,
    HG_MEMORY_TILES,
    HG_MEMORY_EXCHANGE,
    HG_MEMORY_STATISTICS,
    HG_MEMORY_OUTPUT,
    HG_MEMORY_OTHER,
    HG_MEMORY_LABELS
} hg_label;

typedef struct hg_memory_usage {
    int64_t current;     /**< bytes in use now */
    int64_t peak;        /**< most bytes in use at a time */
    int64_t allocations; /**< blocks ever handed out */
} hg_memory_usage;

#define HG_ALIGNMENT 128 /* bytes; the widest vector, and two cache lines: they are fetched in pairs */

/**
 * Allocates `count` zeroed elements of `size` bytes, aligned to HG_ALIGNMENT, into
 * `*pointer` (NULL where count or size is 0). HG_NO_MEMORY, with label and bytes in
 * the message, when the product overflows or memory is exhausted; `*pointer` is then
 * NULL. Thread-safe.
 */
hg_status hg_allocate(void *pointer, hg_label label, size_t count, size_t size);

/** Like hg_allocate, for a block that grows: the old content is kept, the rest zeroed. */
hg_status hg_reallocate(void *pointer, hg_label label, size_t count, size_t size);

/** Frees a block of hg_allocate and sets the caller's pointer to NULL; NULL is legal. */
void hg_release(void *pointer);

/** Zeroes `count` elements of `size` bytes; `pointer` may be NULL where there are none. */
void hg_clear(void *pointer, int64_t count, size_t size);

/** A copy of `text`, to be released with hg_release. */
hg_status hg_copy_text(char **copy, hg_label label, const char *text);

const char *hg_label_name(hg_label label);
hg_memory_usage hg_memory_of(hg_label label);
hg_memory_usage hg_memory_total(void);

/** Bytes that processes of this machine may have together: its memory, or a limit on this process or
 * its control group, where that is less; infinite where neither can be told. */
double hg_memory_allowed(void);

/**
 * Whether this process may have `bytes` more (ulimit -v, -d). What libraries cannot tell from other failures,
 * or do not survive, is asked before.
 */
bool hg_memory_has_room(size_t bytes);

/** Peak resident set of this process in bytes, from /proc/self/status (0 where absent). */
int64_t hg_memory_resident_peak(void);
/** Present resident set of this process in bytes (0 where /proc is absent). Allocates nothing. */
int64_t hg_memory_resident(void);

/** For tests: the k-th allocation from now fails (k >= 1); 0 switches that off. */
void hg_memory_fail_at(int64_t k);

#endif
