/* SPDX-License-Identifier: GPL-3.0-or-later
 * Points among the bounds of intervals: whose interval holds each? */
#include "kernels/lanes/vector.h"

/* How many of the next HG_WIDTH bounds are not above the point. */
HG_INLINE int64_t count_passed(const double *bound, double point)
{
#if HG_WIDTH == 8
    return __builtin_popcount(
        _mm512_cmp_pd_mask(_mm512_loadu_pd(bound), _mm512_set1_pd(point), _CMP_LE_OQ));
#elif HG_WIDTH == 4
    return __builtin_popcount((unsigned)_mm256_movemask_pd(
        _mm256_cmp_pd(_mm256_loadu_pd(bound), _mm256_set1_pd(point), _CMP_LE_OQ)));
#elif HG_WIDTH == 2
    return (bound[0] <= point) + (bound[1] <= point);
#else
    return bound[0] <= point;
#endif
}

/* Whole vectors of bounds are passed by a jump, which is rare and so well foreseen. */
int64_t hg_locate(const double *bound, int64_t count, const double *point, int64_t points,
                  int32_t *which)
{
    int64_t passed = 0;
    for (int64_t j = 0; j < points; j++) {
        while (passed < count && bound[passed + HG_WIDTH - 1] <= point[j]) passed += HG_WIDTH;
        const int64_t here = passed + count_passed(bound + passed, point[j]);
        if (here >= count) return j;
        which[j] = (int32_t)here;
    }
    return points;
}
