/* SPDX-License-Identifier: GPL-3.0-or-later
 * The ancestry of a run as tskit's text tables. */
#ifndef HG_CLI_EXPORT_TSKIT_H
#define HG_CLI_EXPORT_TSKIT_H

#include <stdbool.h>

#include "io/results.h"

/**
 * Writes PREFIX.nodes.txt, PREFIX.edges.txt and PREFIX.individuals.txt, which tskit.load_text()
 * takes, and prints the call. Samples are the genomes of the last generation recorded; with `all`
 * every genome of every generation is a node, else those in which lines of descent meet, and the
 * founders. HG_USAGE unless there is a `prefix`; HG_BAD_INPUT where the run did not record its
 * ancestry or the file is damaged; HG_IO. On failure no file is there that was not before.
 */
hg_status hg_export_tskit(const hg_results *results, const char *prefix, bool all);

#endif
