/* SPDX-License-Identifier: GPL-3.0-or-later
 * The parts of `happygene info` that have a file of their own. */
#ifndef HG_CLI_INFO_H
#define HG_CLI_INFO_H

#include <stdbool.h>

#include "base/text.h"
#include "io/results.h"
#include "model/config.h"

/**
 * Adds what a run with output.ancestry tells of the ancestors of its last generation: how many
 * there were, the most recent one of all, and the line of descent of the fittest, with `all`
 * snapshot by snapshot and mutation by mutation. `config` may be NULL. What was added before a
 * failure stays.
 */
hg_status hg_info_ancestry(hg_text *text, const hg_results *results, const hg_config *config,
                           bool unicode, bool all);

#endif
