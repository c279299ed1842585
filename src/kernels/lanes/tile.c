/* SPDX-License-Identifier: GPL-3.0-or-later
 * Between rows (an individual's genes side by side) and tiles (a gene's individuals
 * side by side): transposition in square blocks that fit the registers. */
#include "kernels/lanes/vector.h"

#if HG_WIDTH >= 4
#define BLOCK 4
#elif HG_WIDTH == 2
#define BLOCK 2
#else
#define BLOCK 1
#endif

/* to[j][i] = from[i][j] for i, j < BLOCK. */
HG_INLINE void transpose(const double *const from[BLOCK], double *const to[BLOCK])
{
#if BLOCK == 4
    const __m256d a = _mm256_loadu_pd(from[0]), b = _mm256_loadu_pd(from[1]);
    const __m256d c = _mm256_loadu_pd(from[2]), d = _mm256_loadu_pd(from[3]);
    const __m256d ab_even = _mm256_unpacklo_pd(a, b), ab_odd = _mm256_unpackhi_pd(a, b);
    const __m256d cd_even = _mm256_unpacklo_pd(c, d), cd_odd = _mm256_unpackhi_pd(c, d);
    _mm256_storeu_pd(to[0], _mm256_permute2f128_pd(ab_even, cd_even, 0x20));
    _mm256_storeu_pd(to[1], _mm256_permute2f128_pd(ab_odd, cd_odd, 0x20));
    _mm256_storeu_pd(to[2], _mm256_permute2f128_pd(ab_even, cd_even, 0x31));
    _mm256_storeu_pd(to[3], _mm256_permute2f128_pd(ab_odd, cd_odd, 0x31));
#elif BLOCK == 2
    const __m128d a = _mm_loadu_pd(from[0]), b = _mm_loadu_pd(from[1]);
    _mm_storeu_pd(to[0], _mm_unpacklo_pd(a, b));
    _mm_storeu_pd(to[1], _mm_unpackhi_pd(a, b));
#else
    *to[0] = *from[0];
#endif
}

void hg_tile_load(double *tile, const double *const *rows, int count, int64_t genes)
{
    const double *lane[HG_LANES];
    for (int l = 0; l < HG_LANES; l++) lane[l] = rows[l < count ? l : 0];
    const int64_t whole = genes - genes % BLOCK;
    for (int64_t g = 0; g < whole; g += BLOCK)
        for (int l = 0; l < HG_LANES; l += BLOCK) {
            const double *from[BLOCK];
            double *to[BLOCK];
            for (int i = 0; i < BLOCK; i++) {
                from[i] = lane[l + i] + g;
                to[i] = tile + (g + i) * HG_LANES + l;
            }
            transpose(from, to);
        }
    for (int64_t g = whole; g < genes; g++)
        for (int l = 0; l < HG_LANES; l++) tile[g * HG_LANES + l] = lane[l][g];
}

void hg_tile_store(const double *tile, int64_t genes, double *const *rows, int count)
{
    const int64_t whole = genes - genes % BLOCK;
    const int full = count - count % BLOCK;
    for (int l = 0; l < full; l += BLOCK)
        for (int64_t g = 0; g < whole; g += BLOCK) {
            const double *from[BLOCK];
            double *to[BLOCK];
            for (int i = 0; i < BLOCK; i++) {
                from[i] = tile + (g + i) * HG_LANES + l;
                to[i] = rows[l + i] + g;
            }
            transpose(from, to);
        }
    for (int l = 0; l < count; l++)
        for (int64_t g = l < full ? whole : 0; g < genes; g++)
            rows[l][g] = tile[g * HG_LANES + l];
}
