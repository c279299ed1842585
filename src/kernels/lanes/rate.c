/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the processor can do at best: multiplications and additions out of registers. */
#include "kernels/lanes/vector.h"

enum { CHAINS = 12 }; /* independent of one another: more than are in flight at a time */

static const double factor = 0.999999, addend = 1e-6;

/* As the kernels do it, rounding twice. */
static hg_vector separately(int64_t rounds)
{
    hg_vector chain[CHAINS], sum = hg_all(0.0);
    for (int i = 0; i < CHAINS; i++) chain[i] = hg_all((double)i);
    for (int64_t r = 0; r < rounds; r++)
        for (int i = 0; i < CHAINS; i++) chain[i] = chain[i] * factor + addend;
    for (int i = 0; i < CHAINS; i++) sum += chain[i];
    return sum;
}

#if HG_WIDTH >= 4 && defined __GNUC__
#if HG_WIDTH == 8
#define FUSED_TARGET "avx512f"
#define FUSED(a, b, c) _mm512_fmadd_pd(a, b, c)
#else
#define FUSED_TARGET "avx2,fma"
#define FUSED(a, b, c) _mm256_fmadd_pd(a, b, c)
#endif

__attribute__((target(FUSED_TARGET))) static void fused(int64_t rounds, hg_vector *result)
{
    hg_vector chain[CHAINS], sum = {0};
    const hg_vector a = sum + factor, b = sum + addend;
    for (int i = 0; i < CHAINS; i++) chain[i] = sum + (double)i;
    for (int64_t r = 0; r < rounds; r++)
        for (int i = 0; i < CHAINS; i++) chain[i] = FUSED(chain[i], a, b);
    for (int i = 0; i < CHAINS; i++) sum += chain[i];
    *result = sum;
}
#endif

double hg_multiply_add(int64_t rounds, double *sink)
{
    hg_vector sum;
#ifdef FUSED
    if (__builtin_cpu_supports("fma")) fused(rounds, &sum);
    else sum = separately(rounds);
#else
    sum = separately(rounds);
#endif
    memcpy(sink, &sum, sizeof *sink);
    return 2.0 * CHAINS * HG_WIDTH * (double)rounds;
}
