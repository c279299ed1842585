/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tables of edges. */
#define FUZZ_READ hg_network_text_read
#define FUZZ_NAME "edges.tsv"
#include "network_reader.h"
