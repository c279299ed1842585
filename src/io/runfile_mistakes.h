/* SPDX-License-Identifier: GPL-3.0-or-later
 * The mistakes of a file, collected so that they can be told in one go. */
#ifndef HG_IO_RUNFILE_MISTAKES_H
#define HG_IO_RUNFILE_MISTAKES_H

#include <stdint.h>

#include "base/text.h"

/** Where a mistake is: a line and a column from 1, or a --set word. */
typedef struct hg_place {
    int64_t line, column;
    const char *origin; /**< NULL for the file itself, else "--set KEY=VALUE" */
} hg_place;

typedef struct hg_mistake {
    hg_place place;
    char *message; /**< owned */
} hg_mistake;

typedef struct hg_mistakes {
    const char *path; /**< of the file */
    hg_mistake *list;
    int64_t count, room;
    hg_status status; /**< HG_NO_MEMORY sticks */
} hg_mistakes;

/** Adds one mistake; the first few thousand are kept. */
void hg_mistakes_add(hg_mistakes *mistakes, hg_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** HG_OK without mistakes; else HG_BAD_INPUT with all of them, a line each, in file order. */
hg_status hg_mistakes_report(hg_mistakes *mistakes);

void hg_mistakes_free(hg_mistakes *mistakes);

#endif
