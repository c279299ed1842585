/* SPDX-License-Identifier: GPL-3.0-or-later
 * Long courses, thinned out so that a picture of them looks the same. */
#ifndef HG_ANALYSIS_ENVELOPE_H
#define HG_ANALYSIS_ENVELOPE_H

#include <stdint.h>

/**
 * Cuts `count` values into `pieces` of about the same length and keeps, of each, the least and the
 * greatest, besides the first and the last of all. `index` [2*pieces + 2] gets their indices,
 * rising; returns how many. Values that are no numbers are passed over. Up to 2*pieces values are
 * all kept.
 */
int64_t hg_envelope(const double *value, int64_t count, int64_t pieces, int64_t *index);

#endif
