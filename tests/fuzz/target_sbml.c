/* SPDX-License-Identifier: GPL-3.0-or-later
 * SBML. */
#define FUZZ_READ hg_network_sbml_read
#define FUZZ_NAME "network.xml"
#include "network_reader.h"
