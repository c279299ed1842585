/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading a run file: YAML into an hg_config, strictly. Serial: one rank reads, the
 * text travels to the others (engine/run.c), and each parses it for itself.
 */
#ifndef HG_IO_RUNFILE_H
#define HG_IO_RUNFILE_H

#include <stddef.h>

#include "base/status.h"
#include "model/config.h"
#include "population/network.h"

/**
 * Reads the whole file into `*text` (released by hg_release); HG_BAD_INPUT when it cannot
 * be opened, is a folder, is longer than 16 MiB or holds a NUL byte.
 */
hg_status hg_runfile_load(const char *path, char **text);

/**
 * Parses and checks `text`. `path` is what messages call the file and what relative paths
 * are relative to. `overrides`: `count` words KEY=VALUE of --set, applied in order.
 * HG_BAD_INPUT with all mistakes, a line each, "FILE:LINE:COLUMN: ..." (for --set:
 * "--set KEY=VALUE: ..."); HG_USAGE for a --set without "=". Does not touch the network
 * file. The seed is drawn from the system where none is given. Free `config` always.
 */
hg_status hg_runfile_parse(hg_config *config, const char *path, const char *text,
                           const char *const *overrides, int count);

/**
 * Builds the network that the configuration names (file, random, edges or none), fills in
 * config->population.genes, and checks everything that depends on the number of genes
 * (lengths of lists, gene names). Distributions of per-gene parameters become lists here,
 * drawn with HG_PURPOSE_PARAMETER; a relative population.initial.from becomes absolute.
 * HG_BAD_INPUT, HG_IO, HG_NO_MEMORY.
 */
hg_status hg_runfile_resolve(hg_config *config, hg_network *network);

/**
 * That the memory there is has room for what genes and edges alone take, before any of it is built: every
 * rank has all of it. HG_BAD_INPUT, with the figures.
 */
hg_status hg_runfile_check_memory(const hg_config *config);

/**
 * That the result which population.initial.from names can be opened; what is in it is looked at
 * when it is read. HG_BAD_INPUT, with its place in the run file.
 */
hg_status hg_runfile_check_earlier(hg_config *config);

/**
 * The same with the network given (read back from a result file) instead of built; takes
 * over `network` unchanged.
 */
hg_status hg_runfile_resolve_with(hg_config *config, const hg_network *network);

/** The configuration as a run file with every default filled in; release with hg_release. */
hg_status hg_runfile_print(const hg_config *config, char **text);

#endif
