/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Exact sums. Adding 1.5 * 2^52 quanta to a number leaves, in the low bits of the
 * sum, that number rounded to an integer count of quanta; integers can then be added
 * in any order. Where the grid is wide beside the spread, as a rare outlier makes it, what
 * rounding takes away is counted again in a finer unit, so that it does not blur everybody else.
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

/* What the rows of a call add to some columns. */
typedef struct column_sums {
    hg_integers sum[HG_SUMS];
    hg_vector largest;
    hg_vector sound; /* not finite where a square is not */
} column_sums;

/* Bits of squares are in the order of the squares, those of what is not a number above all: one
 * operation where vectors of integers have a largest one. */
HG_INLINE void note_square(column_sums *sums, hg_vector s)
{
#if HG_WIDTH == 8
    sums->largest = (hg_vector)_mm512_max_epu64((__m512i)s, (__m512i)sums->largest);
    sums->sound = sums->largest;
#else
    sums->largest = hg_max(s, sums->largest);
    sums->sound += s;
#endif
}

/* Adds `times` times x in quanta of the magic number, and what rounding takes away in those of
 * the fine one. The magic numbers' own bits are taken off in the end. */
HG_INLINE void add_quanta(hg_vector x, const double *magic, const double *fine, int64_t at,
                          uint64_t times, bool rests, hg_integers *sum)
{
    const hg_vector coarse = hg_load_unaligned(magic + at), rounded = x + coarse;
    sum[0] += bits(rounded) * times;
    if (!rests) return;
    const hg_vector rest = x - (rounded - coarse);
    sum[1] += bits(rest + hg_load_unaligned(fine + at)) * times;
}

/* The columns at .. at+HG_WIDTH-1 of all rows. */
HG_INLINE column_sums sum_columns(const hg_grid *grid, int64_t at, const double *const *row,
                                  const int64_t *copies, int rows, bool all_single, bool rests)
{
    const hg_vector shift = hg_load_unaligned(grid->shift + at);
    column_sums sums = {.largest = hg_all(0.0), .sound = hg_all(0.0)};
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) {
        const hg_vector d = hg_load_unaligned(row[r] + at) - shift, s = d * d;
        const uint64_t times = all_single ? 1 : (uint64_t)copies[r];
        note_square(&sums, s);
        add_quanta(d, grid->coarse, grid->fine, at, times, rests, sums.sum + HG_SUM_DEVIATION);
        add_quanta(s, grid->coarse2, grid->fine2, at, times, rests, sums.sum + HG_SUM_SQUARE);
    }
    return sums;
}

/* Takes off what the magic numbers themselves add up to, and adds to the sums so far. */
static void keep_sum(const column_sums *from, hg_sum which, const double *magic, int64_t at,
                     uint64_t weight, const hg_grid_sums *sums)
{
    const hg_integers own = bits(hg_load_unaligned(magic + at)) * weight;
    int64_t *to = sums->sum[which] + at;
    store_integers(to, load_integers(to) + from->sum[which] - own);
}

/* What is not finite stays so: the second operand of a maximum is what is left of no number. */
static void keep_largest(const column_sums *from, int64_t at, double *largest)
{
    const hg_vector unsound = from->sound - from->sound; /* 0, or not a number */
    const hg_vector now = hg_max(from->largest, hg_load_unaligned(largest + at)) + unsound;
    memcpy(largest + at, &now, sizeof now);
}

static void keep_columns(const hg_grid *grid, int64_t at, const column_sums *from, uint64_t weight,
                         bool rests, const hg_grid_sums *sums)
{
    keep_sum(from, HG_SUM_DEVIATION, grid->coarse, at, weight, sums);
    keep_sum(from, HG_SUM_SQUARE, grid->coarse2, at, weight, sums);
    if (rests) {
        keep_sum(from, HG_SUM_DEVIATION_REST, grid->fine, at, weight, sums);
        keep_sum(from, HG_SUM_SQUARE_REST, grid->fine2, at, weight, sums);
    }
    keep_largest(from, at, sums->largest);
}

/* Arrays end in padding up to a whole vector (population/moments.c), so no tail is needed. */
void hg_add_rows(const hg_grid *grid, int64_t count, const double *const *row,
                 const int64_t *copies, int rows, const hg_grid_sums *sums)
{
    bool all_single = true;
    uint64_t weight = 0;
    for (int r = 0; r < rows; r++) {
        all_single &= copies[r] == 1;
        weight += (uint64_t)copies[r];
    }
    for (int64_t at = 0; at < count; at += HG_WIDTH) {
        if (grid->done[at / HG_GRID_GROUP]) continue;
        const bool rests = grid->rests[at / HG_GRID_GROUP] > 0;
        column_sums columns; /* the constants make four loops of one */
        if (all_single && !rests) columns = sum_columns(grid, at, row, copies, rows, true, false);
        else if (all_single) columns = sum_columns(grid, at, row, copies, rows, true, true);
        else if (!rests) columns = sum_columns(grid, at, row, copies, rows, false, false);
        else columns = sum_columns(grid, at, row, copies, rows, false, true);
        keep_columns(grid, at, &columns, weight, rests, sums);
    }
}
