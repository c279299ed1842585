/* SPDX-License-Identifier: GPL-3.0-or-later
 * Distinct names, numbered in the order in which they are first seen. */
#ifndef HG_BASE_NAMES_H
#define HG_BASE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/status.h"

typedef struct hg_names {
    char **name; /**< [count], owned */
    int64_t count;
    int64_t room;
    int64_t *slot; /* [slots] number of the name there, or -1 */
    int64_t slots;
    hg_label label;
} hg_names;

static inline hg_names hg_names_of(hg_label label)
{
    return (hg_names){.label = label};
}

/** The number of `name`, which is added when it is new (`*added`, may be NULL). */
hg_status hg_names_add(hg_names *names, const char *name, int64_t *number, bool *added);

/** The number of `name`, or -1. */
int64_t hg_names_find(const hg_names *names, const char *name);

void hg_names_free(hg_names *names);

#endif
