/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One vector type and its functions for the instruction set that this file is being
 * compiled for. Arithmetic is the compiler's on vector types; only what it has no
 * operator for is spelt out here.
 */
#ifndef HG_KERNELS_LANES_VECTOR_H
#define HG_KERNELS_LANES_VECTOR_H

#include <sleef.h>
#include <stdint.h>
#include <string.h>

#if defined __SSE2__
#include <immintrin.h>
#endif

#include "kernels/kernels.h"

/* The kernels of each variant have names of their own: hg_develop_avx2, ... */
#define HG_JOIN_(name, variant) name##_##variant
#define HG_JOIN(name, variant) HG_JOIN_(name, variant)
#define hg_prepare HG_JOIN(hg_prepare, HG_VARIANT)
#define hg_develop HG_JOIN(hg_develop, HG_VARIANT)
#define hg_evaluate HG_JOIN(hg_evaluate, HG_VARIANT)
#define hg_regulate HG_JOIN(hg_regulate, HG_VARIANT)
#define hg_tile_load HG_JOIN(hg_tile_load, HG_VARIANT)
#define hg_tile_store HG_JOIN(hg_tile_store, HG_VARIANT)
#define hg_add_rows HG_JOIN(hg_add_rows, HG_VARIANT)
#define hg_uniforms HG_JOIN(hg_uniforms, HG_VARIANT)
#define hg_logarithms HG_JOIN(hg_logarithms, HG_VARIANT)
#define hg_scattered_logarithms HG_JOIN(hg_scattered_logarithms, HG_VARIANT)
#define hg_normals HG_JOIN(hg_normals, HG_VARIANT)
#define hg_choose HG_JOIN(hg_choose, HG_VARIANT)
#define hg_disturb HG_JOIN(hg_disturb, HG_VARIANT)
#define hg_win_chances HG_JOIN(hg_win_chances, HG_VARIANT)
#define hg_count_dominators HG_JOIN(hg_count_dominators, HG_VARIANT)
#define hg_locate HG_JOIN(hg_locate, HG_VARIANT)
#define hg_multiply_add HG_JOIN(hg_multiply_add, HG_VARIANT)

#if defined __AVX512F__
#define HG_WIDTH 8
#define HG_SLEEF(name, digits) Sleef_cinz_##name##d8_##digits##avx512fnofma
#elif defined __AVX__
#define HG_WIDTH 4
#define HG_SLEEF(name, digits) Sleef_cinz_##name##d4_##digits##avx
#elif defined __SSE2__
#define HG_WIDTH 2
#define HG_SLEEF(name, digits) Sleef_cinz_##name##d2_##digits##sse2
#else
#define HG_WIDTH 1
#define HG_SLEEF(name, digits) Sleef_cinz_##name##d1_##digits##purec
#endif

#if HG_WIDTH > 1
typedef double hg_vector __attribute__((vector_size(HG_WIDTH * 8), may_alias));
typedef int64_t hg_mask __attribute__((vector_size(HG_WIDTH * 8), may_alias));
#else
typedef double hg_vector;
typedef int64_t hg_mask;
#endif

#define HG_VECTORS (HG_LANES / HG_WIDTH) /* of one gene of a tile */

#define HG_INLINE static inline __attribute__((always_inline))

HG_INLINE hg_vector hg_load(const double *from) { return *(const hg_vector *)from; }
HG_INLINE void hg_store(double *to, hg_vector v) { *(hg_vector *)to = v; }

HG_INLINE hg_vector hg_load_unaligned(const double *from)
{
    hg_vector v;
    memcpy(&v, from, sizeof v);
    return v;
}

#if HG_WIDTH > 1
typedef double hg_vector_anywhere __attribute__((vector_size(HG_WIDTH * 8), may_alias, aligned(8)));
#else
typedef double hg_vector_anywhere;
#endif

HG_INLINE void hg_store_unaligned(double *to, hg_vector v) { *(hg_vector_anywhere *)to = v; }

HG_INLINE hg_vector hg_all(double x) { return x - (hg_vector){0}; } /* x - 0 is x, also for -0 */

/* where ? a : b, lane by lane */
HG_INLINE hg_vector hg_select(hg_mask where, hg_vector a, hg_vector b)
{
#if HG_WIDTH > 1
    return (hg_vector)((where & (hg_mask)a) | (~where & (hg_mask)b));
#else
    return where ? a : b;
#endif
}

/* a > b ? a : b, so b where they are equal or one is not a number; hg_min likewise */
HG_INLINE hg_vector hg_max(hg_vector a, hg_vector b)
{
#if HG_WIDTH == 8
    return _mm512_max_pd(a, b);
#elif HG_WIDTH == 4
    return _mm256_max_pd(a, b);
#elif HG_WIDTH == 2
    return _mm_max_pd(a, b);
#else
    return a > b ? a : b;
#endif
}

HG_INLINE hg_vector hg_min(hg_vector a, hg_vector b)
{
#if HG_WIDTH == 8
    return _mm512_min_pd(a, b);
#elif HG_WIDTH == 4
    return _mm256_min_pd(a, b);
#elif HG_WIDTH == 2
    return _mm_min_pd(a, b);
#else
    return a < b ? a : b;
#endif
}

HG_INLINE hg_vector hg_sqrt(hg_vector a)
{
#if HG_WIDTH == 8
    return _mm512_sqrt_pd(a);
#elif HG_WIDTH == 4
    return _mm256_sqrt_pd(a);
#elif HG_WIDTH == 2
    return _mm_sqrt_pd(a);
#else
    return __builtin_sqrt(a);
#endif
}

HG_INLINE hg_vector hg_absolute(hg_vector a) { return hg_max(a, -a); }

HG_INLINE hg_vector hg_vexp(hg_vector x) { return HG_SLEEF(exp, u10)(x); }
HG_INLINE hg_vector hg_vlog(hg_vector x) { return HG_SLEEF(log, u35)(x); }
HG_INLINE hg_vector hg_vcospi(hg_vector x) { return HG_SLEEF(sincospi, u35)(x).y; }
HG_INLINE hg_vector hg_vlog1p(hg_vector x) { return HG_SLEEF(log1p, u10)(x); }
HG_INLINE hg_vector hg_vexpm1(hg_vector x) { return HG_SLEEF(expm1, u10)(x); }
HG_INLINE hg_vector hg_vpow(hg_vector x, hg_vector y) { return HG_SLEEF(pow, u10)(x, y); }

/* Kernels that other files of this folder call. */
typedef void hg_regulation_step(const hg_development *development, const hg_tile *tile,
                                const double *x, double *next);
void hg_regulate(const hg_development *development, const hg_tile *tile, const double *x,
                 double *next);
void hg_tile_load(double *tile, const double *const *rows, int count, int64_t genes);
void hg_tile_store(const double *tile, int64_t genes, double *const *rows, int count);
void hg_prepare(const hg_development *development, hg_tile *tile, const double *const *rows,
                int count, int64_t weight_offset);
void hg_develop(const hg_development *development, hg_tile *tile);
void hg_evaluate(const hg_fitness_term *terms, int64_t count, int64_t genes, hg_tile *tile);
void hg_add_rows(const hg_grid *grid, int64_t count, const double *const *row,
                 const int64_t *copies, int rows, const hg_grid_sums *sums);
void hg_uniforms(uint64_t seed, int purpose, int64_t generation, int64_t first, int64_t count,
                 uint32_t draw, double *uniforms);
void hg_logarithms(double *values, int64_t count, double factor);
void hg_scattered_logarithms(uint64_t seed, int purpose, int64_t generation,
                             const int64_t *individual, uint32_t draw, int64_t count,
                             double factor, double *logs);
void hg_normals(uint64_t seed, int purpose, int64_t generation, const int64_t *individual,
                const uint32_t *draw, int64_t count, double *normals);
void hg_choose(const uint8_t *origin, int64_t count, const double *first, const double *second,
               double *child);
void hg_disturb(uint64_t seed, int64_t generation, const int64_t *individual, int64_t genes,
                double sd, double *tile);
void hg_win_chances(double n, double size, const double *tied, double *values, int64_t count);
void hg_count_dominators(const double *own, int64_t own_stride, int64_t owns, const double *other,
                         int64_t other_stride, int64_t others, int64_t objectives,
                         int64_t *dominators);
int64_t hg_locate(const double *bound, int64_t count, const double *point, int64_t points,
                  int32_t *which);
double hg_multiply_add(int64_t rounds, double *sink);

#endif
