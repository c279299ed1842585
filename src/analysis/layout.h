/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where to draw the genes of a network. */
#ifndef HG_ANALYSIS_LAYOUT_H
#define HG_ANALYSIS_LAYOUT_H

#include "population/network.h"

/**
 * Places the genes by the springs of Kamada & Kawai (1989), from a circle on, so that the same
 * network always looks the same. x and y [genes] lie between 0 and 1, the longer side of the whole
 * from end to end and the other in proportion. HG_IO without igraph.
 */
hg_status hg_layout_place(const hg_network *network, double *x, double *y);

#endif
