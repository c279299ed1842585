/* SPDX-License-Identifier: GPL-3.0-or-later
 * Who wins tournaments. */
#include "kernels/lanes/vector.h"

/* The class of the tied wins as one, and shares that equally. */
HG_INLINE hg_vector chance_to_win(hg_vector left, hg_vector tied, double n, double size)
{
    const hg_vector k = hg_all(size);
    return hg_vpow(left / n, k) * -hg_vexpm1(k * hg_vlog1p(-tied / left)) / tied;
}

void hg_win_chances(double n, double size, const double *tied, double *values, int64_t count)
{
    int64_t i = 0;
    for (; i + HG_WIDTH <= count; i += HG_WIDTH) {
        const hg_vector chance = chance_to_win(hg_load_unaligned(values + i),
                                               hg_load_unaligned(tied + i), n, size);
        memcpy(values + i, &chance, sizeof chance);
    }
    if (i == count) return;
    const size_t rest = (size_t)(count - i) * sizeof *values;
    hg_vector left = hg_all(1.0), ties = left;
    memcpy(&left, values + i, rest);
    memcpy(&ties, tied + i, rest);
    left = chance_to_win(left, ties, n, size);
    memcpy(values + i, &left, rest);
}
