/* SPDX-License-Identifier: GPL-3.0-or-later
 * Who wins tournaments. */
#include "kernels/lanes/vector.h"

HG_INLINE hg_vector chance_to_win(hg_vector left, double n, double size)
{
    const hg_vector k = hg_all(size);
    return hg_vpow(left / n, k) * -hg_vexpm1(k * hg_vlog1p(-1.0 / left));
}

void hg_win_chances(double n, double size, double *values, int64_t count)
{
    int64_t i = 0;
    for (; i + HG_WIDTH <= count; i += HG_WIDTH) {
        const hg_vector chance = chance_to_win(hg_load_unaligned(values + i), n, size);
        memcpy(values + i, &chance, sizeof chance);
    }
    if (i == count) return;
    hg_vector left = hg_all(1.0);
    memcpy(&left, values + i, (size_t)(count - i) * sizeof *values);
    left = chance_to_win(left, n, size);
    memcpy(values + i, &left, (size_t)(count - i) * sizeof *values);
}
