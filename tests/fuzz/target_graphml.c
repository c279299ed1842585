/* SPDX-License-Identifier: GPL-3.0-or-later
 * GraphML. */
#define FUZZ_READ hg_network_graphml_read
#define FUZZ_NAME "network.graphml"
#include "network_reader.h"
