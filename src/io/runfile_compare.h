/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whether two resolved run files ask for the same run. */
#ifndef HG_IO_RUNFILE_COMPARE_H
#define HG_IO_RUNFILE_COMPARE_H

#include "base/text.h"

/**
 * Adds a line "KEY: was A, is B" to `differences` for every key in which the resolved run files
 * `then` and `now` differ, but for those that a run that goes on may change: output.file,
 * checkpoint and limits. HG_BAD_INPUT when one of them cannot be read.
 */
hg_status hg_runfile_compare(const char *then, const char *now, hg_text *differences);

#endif
