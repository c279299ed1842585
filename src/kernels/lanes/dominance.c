/* SPDX-License-Identifier: GPL-3.0-or-later
 * Who dominates whom (Pareto): a vector holds one objective of several of the individuals
 * asked about, and one other individual after the other is held against them. */
#include "kernels/lanes/vector.h"

enum { VECTORS = 2, TOGETHER = VECTORS * HG_WIDTH, PATIENCE = 4 };

/* The first `count` <= HG_WIDTH values; what is beyond is never looked at. */
HG_INLINE hg_vector load_some(const double *from, int64_t count)
{
    hg_vector v = hg_all(0.0);
    memcpy(&v, from, (size_t)count * sizeof(double));
    return v;
}

HG_INLINE bool any(hg_mask mask)
{
#if HG_WIDTH == 8
    return _mm512_movepi64_mask((__m512i)mask) != 0;
#elif HG_WIDTH == 4
    return _mm256_movemask_pd((__m256d)mask) != 0;
#elif HG_WIDTH == 2
    return _mm_movemask_pd((__m128d)mask) != 0;
#else
    return mask != 0;
#endif
}

/* All lanes set where true; the plain comparison of numbers that are no vectors gives 1. */
#if HG_WIDTH > 1
#define TRUTH(comparison) (comparison)
#else
#define TRUTH(comparison) (-(hg_mask)(comparison))
#endif

/*
 * Subtracts from count[v] all lanes whose individual the other one, a column of `other`,
 * dominates (-1 where a mask is set). Most pairs are decided by a few objectives.
 */
HG_INLINE void hold_against(const double *own, int64_t own_stride, const int64_t *lanes,
                            int vectors, const double *other, int64_t other_stride,
                            int64_t objectives, hg_mask *count)
{
    hg_mask nowhere_less[VECTORS], somewhere_more[VECTORS];
    for (int v = 0; v < vectors; v++) {
        nowhere_less[v] = ~(hg_mask){0};
        somewhere_more[v] = (hg_mask){0};
    }
    for (int64_t o = 0; o < objectives; o++) {
        const hg_vector it = hg_all(other[o * other_stride]);
        hg_mask left = {0};
        for (int v = 0; v < vectors; v++) {
            const double *from = own + o * own_stride + v * HG_WIDTH;
            const hg_vector mine =
                lanes == NULL ? hg_load_unaligned(from) : load_some(from, lanes[v]);
            nowhere_less[v] &= TRUTH(it >= mine);
            somewhere_more[v] |= TRUTH(it > mine);
            left |= nowhere_less[v];
        }
        if (o % PATIENCE == PATIENCE - 1 && !any(left)) return;
    }
    for (int v = 0; v < vectors; v++) count[v] += nowhere_less[v] & somewhere_more[v];
}

HG_INLINE void count_for(const double *own, int64_t own_stride, const int64_t *lanes, int vectors,
                         const double *other, int64_t other_stride, int64_t others,
                         int64_t objectives, hg_mask *count)
{
    for (int v = 0; v < vectors; v++) count[v] = (hg_mask){0};
    for (int64_t j = 0; j < others; j++)
        hold_against(own, own_stride, lanes, vectors, other + j, other_stride, objectives, count);
}

void hg_count_dominators(const double *own, int64_t own_stride, int64_t owns, const double *other,
                         int64_t other_stride, int64_t others, int64_t objectives,
                         int64_t *dominators)
{
    hg_mask count[VECTORS];
    int64_t i = 0, counted[TOGETHER];
    for (; i + TOGETHER <= owns; i += TOGETHER) {
        count_for(own + i, own_stride, NULL, VECTORS, other, other_stride, others, objectives,
                  count);
        memcpy(counted, count, sizeof count);
        for (int l = 0; l < TOGETHER; l++) dominators[i + l] -= counted[l];
    }
    for (; i < owns; i += HG_WIDTH) {
        const int64_t lanes = owns - i < HG_WIDTH ? owns - i : HG_WIDTH;
        count_for(own + i, own_stride, &lanes, 1, other, other_stride, others, objectives, count);
        memcpy(counted, count, sizeof *count);
        for (int64_t l = 0; l < lanes; l++) dominators[i + l] -= counted[l];
    }
}
