/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which rows of a table belong together, in an order that shows it. */
#ifndef HG_ANALYSIS_CLUSTER_H
#define HG_ANALYSIS_CLUSTER_H

#include <stdint.h>

#include "base/status.h"

/**
 * Orders the rows of value[rows][width] by hierarchical clustering: average linkage (Sokal &
 * Michener 1958) on Euclidean distances, by chains of nearest neighbours (Murtagh 1983). `order`
 * [rows] gets the rows as the leaves of the tree lie side by side; of two subtrees the one with
 * the lower mean comes first. Takes memory for rows^2/2 numbers and time for rows^2 * width.
 */
hg_status hg_cluster_order(const double *value, int64_t rows, int64_t width, int64_t *order);

#endif
