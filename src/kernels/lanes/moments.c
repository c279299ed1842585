/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Exact sums. Adding 1.5 * 2^52 quanta to a number leaves, in the low bits of the
 * sum, that number rounded to an integer count of quanta; integers can then be added
 * in any order. What rounding takes away is counted again in a finer unit, so that a
 * grid wide enough for a rare outlier does not blur everybody else.
 */
#include "kernels/lanes/vector.h"

/* Unsigned, because what lies outside the grid may wrap around; it is then thrown away. */
#if HG_WIDTH > 1
typedef uint64_t hg_integers __attribute__((vector_size(HG_WIDTH * 8), may_alias));
#else
typedef uint64_t hg_integers;
#endif

HG_INLINE hg_integers bits(hg_vector v)
{
#if HG_WIDTH > 1
    return (hg_integers)v;
#else
    hg_integers i;
    memcpy(&i, &v, sizeof i);
    return i;
#endif
}

HG_INLINE hg_integers load_integers(const int64_t *from)
{
    hg_integers v;
    memcpy(&v, from, sizeof v);
    return v;
}

HG_INLINE void store_integers(int64_t *to, hg_integers v) { memcpy(to, &v, sizeof v); }

/* A number as a count of coarse and of fine quanta. */
typedef struct counts {
    hg_integers coarse, fine;
} counts;

HG_INLINE counts count_quanta(hg_vector x, hg_vector coarse, hg_vector fine)
{
    const hg_vector rounded = x + coarse, rest = x - (rounded - coarse);
    return (counts){bits(rounded) - bits(coarse), bits(rest + fine) - bits(fine)};
}

/* The columns at .. at+HG_WIDTH-1 of all rows; false where one lies outside the grid. */
HG_INLINE bool add_columns(const hg_grid *grid, int64_t at, const double *const *row,
                           const int64_t *copies, int rows, bool all_single,
                           const hg_grid_sums *sums)
{
    const hg_vector shift = hg_load_unaligned(grid->shift + at);
    const hg_vector coarse = hg_load_unaligned(grid->coarse + at);
    const hg_vector fine = hg_load_unaligned(grid->fine + at);
    const hg_vector coarse2 = hg_load_unaligned(grid->coarse2 + at);
    const hg_vector fine2 = hg_load_unaligned(grid->fine2 + at);
    hg_integers deviation = load_integers(sums->sum[HG_SUM_DEVIATION] + at);
    hg_integers deviation_rest = load_integers(sums->sum[HG_SUM_DEVIATION_REST] + at);
    hg_integers square = load_integers(sums->sum[HG_SUM_SQUARE] + at);
    hg_integers square_rest = load_integers(sums->sum[HG_SUM_SQUARE_REST] + at);
    hg_vector largest = hg_load_unaligned(sums->largest + at), invalid = hg_all(0.0);
    for (int r = 0; r < rows; r++) {
        const hg_vector d = hg_load_unaligned(row[r] + at) - shift, s = d * d;
        const counts first = count_quanta(d, coarse, fine);
        const counts second = count_quanta(s, coarse2, fine2);
        const uint64_t times = all_single ? 1 : (uint64_t)copies[r];
        largest = hg_max(s, largest);
        invalid += s - s; /* 0, or not a number where s is not finite */
        deviation += first.coarse * times;
        deviation_rest += first.fine * times;
        square += second.coarse * times;
        square_rest += second.fine * times;
    }
    store_integers(sums->sum[HG_SUM_DEVIATION] + at, deviation);
    store_integers(sums->sum[HG_SUM_DEVIATION_REST] + at, deviation_rest);
    store_integers(sums->sum[HG_SUM_SQUARE] + at, square);
    store_integers(sums->sum[HG_SUM_SQUARE_REST] + at, square_rest);
    memcpy(sums->largest + at, &largest, sizeof largest);
    double biggest[HG_WIDTH], not_finite[HG_WIDTH];
    memcpy(biggest, &largest, sizeof biggest);
    memcpy(not_finite, &invalid, sizeof not_finite);
    bool fits = true;
    for (int l = 0; l < HG_WIDTH; l++)
        fits &= biggest[l] <= grid->limit2[at + l] && not_finite[l] == 0.0;
    return fits;
}

/* Arrays end in padding up to a whole vector (population/moments.c), so no tail is needed. */
bool hg_add_rows(const hg_grid *grid, int64_t count, const double *const *row,
                 const int64_t *copies, int rows, const hg_grid_sums *sums)
{
    bool all_single = true, fits = true;
    for (int r = 0; r < rows; r++) all_single &= copies[r] == 1;
    for (int64_t at = 0; at < count; at += HG_WIDTH) {
        if (all_single)
            fits &= add_columns(grid, at, row, copies, rows, true, sums);
        else
            fits &= add_columns(grid, at, row, copies, rows, false, sums);
    }
    return fits;
}
