/* SPDX-License-Identifier: GPL-3.0-or-later
 * How far a run has got, on standard error. */
#ifndef HG_CLI_PROGRESS_H
#define HG_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct hg_progress {
    int64_t total;
    double started, shown; /**< seconds */
    bool terminal;         /**< a bar that is redrawn; else a line now and then */
    bool silent;
} hg_progress;

/** `total` generations; `silent`: show nothing. */
hg_progress hg_progress_start(int64_t total, bool silent);

/** Shows generation `done` when it is time to. */
void hg_progress_show(hg_progress *progress, int64_t done, double fitness);

/** Whether hg_progress_show would show something now (its fitness may be dear). */
bool hg_progress_due(const hg_progress *progress);

/** Removes the bar. */
void hg_progress_end(hg_progress *progress);

/** Tells what is out of the ordinary, lines of text, on standard error, also with --quiet. */
void hg_progress_tell(const char *notes);

#endif
