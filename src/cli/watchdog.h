/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ranks wait for one another, and would for ever where one of them hangs: its machine is gone and
 * nobody noticed, its disk does not answer, somebody stopped it. The others then end the run.
 */
#ifndef HG_CLI_WATCHDOG_H
#define HG_CLI_WATCHDOG_H

#include <stdint.h>

#include "base/status.h"

/** Minutes as a word, "0" for never; default where `word` is NULL. HG_USAGE for others. */
hg_status hg_watchdog_read(const char *word, double *minutes);

/** Begins to watch, if there are several ranks; time in which this process was stopped does not count. */
void hg_watchdog_start(int rank, int ranks, double minutes);

/** Something has been done: `generation` is complete. */
void hg_watchdog_note(int64_t generation);

/** Ends watching. */
void hg_watchdog_stop(void);

#endif
