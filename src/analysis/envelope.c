/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/envelope.h"

#include <math.h>

static int64_t keep(int64_t *index, int64_t kept, int64_t at)
{
    if (kept == 0 || index[kept - 1] < at) index[kept++] = at;
    return kept;
}

int64_t hg_envelope(const double *value, int64_t count, int64_t pieces, int64_t *index)
{
    int64_t kept = 0;
    if (count <= 2 * pieces) {
        for (int64_t i = 0; i < count; i++) index[i] = i;
        return count;
    }
    kept = keep(index, kept, 0);
    for (int64_t p = 0; p < pieces; p++) {
        const int64_t from = count * p / pieces, to = count * (p + 1) / pieces;
        int64_t low = -1, high = -1;
        for (int64_t i = from; i < to; i++) {
            if (!isfinite(value[i])) continue;
            if (low < 0 || value[i] < value[low]) low = i;
            if (high < 0 || value[i] > value[high]) high = i;
        }
        if (low < 0) continue;
        kept = keep(index, kept, low < high ? low : high);
        kept = keep(index, kept, low < high ? high : low);
    }
    return keep(index, kept, count - 1);
}
