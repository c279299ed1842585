/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/moments.h"

#include <fenv.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"

/* |deviation| <= reach is 2^51 quanta: the integers of 2^11 values fit 63 bits. A coarse quantum is
 * 2^50 fine ones. */
enum { MOST_WEIGHT = 1 << 11, HEADROOM = 2 };
static const double reach_quantum = 0x1p-51, rest_quantum = 0x1p-50;

/* Reach in standard deviations up to which coarse quanta are fine enough: the error of a variance
 * is then at most 64^2 * 2^-52 of it. Once needed, rests are summed until they have not been for
 * many records: columns with rare outliers need them again and again. */
enum { PLAIN_REACH = 64, RECORDS_WITH_RESTS = 255 };

/* A grid outside these reaches is scaled: its deviations are multiplied by an exact power of two,
 * so that their squares neither underflow nor overflow. */
static const double smallest_plain = 0x1p-400, largest_plain = 0x1p400;

/* Reaches of any grid. The tiniest one resolves the smallest double. */
static const double smallest_reach = 0x1p-1000, largest_reach = 0x1p500;

/* The scale of the probe lets the square of any deviation below 2^-450 be a normal number. A square
 * below the faintest may have lost digits, unless the grid is scaled that much. A shift above the
 * least one differs from its neighbours by more than the root of the faintest square. */
static const double probe_reach = 0x1p-750, faintest_square = 0x1p-900, telling_shift = 0x1p-380;

/* How slowly a grid forgets: a new mutant of an allele that had become rare should fit. */
static const double memory = 0.99;

static void set_grid(hg_moments *moments, int64_t c, double shift, double wanted)
{
    moments->shift[c] = shift;
    const double reached = fmax(wanted, moments->least[c]);
    moments->reach[c] = fmin(fmax(reached, smallest_reach), largest_reach);
    const int exponent = ilogb(moments->reach[c]);
    const bool plain = moments->reach[c] >= smallest_plain && moments->reach[c] <= largest_plain;
    const double reach = ldexp(1.0, plain ? exponent + 1 : 1);
    moments->scale[c] = plain ? 1.0 : ldexp(1.0, -exponent);
    const double quantum = reach * reach_quantum, quantum2 = reach * reach * reach_quantum;
    moments->rounded[c] = reach;
    moments->coarse[c] = 0x1.8p52 * quantum;
    moments->fine[c] = 0x1.8p52 * (quantum * rest_quantum);
    moments->coarse2[c] = 0x1.8p52 * quantum2;
    moments->fine2[c] = 0x1.8p52 * (quantum2 * rest_quantum);
}

static void note_scales(hg_moments *moments)
{
    moments->scaled = false;
    for (int64_t c = 0; c < moments->columns; c++) moments->scaled |= moments->scale[c] != 1.0;
}

static hg_status column(const hg_moments *moments, void *array, size_t size)
{
    return hg_allocate(array, HG_MEMORY_STATISTICS, (size_t)moments->columns, size);
}

static hg_status create_thread(const hg_moments *moments, hg_moments_thread *thread)
{
    for (int k = 0; k < HG_SUMS; k++) {
        HG_TRY(column(moments, &thread->sums.sum[k], sizeof(int64_t)));
        HG_TRY(column(moments, &thread->wide[k], sizeof(__int128)));
    }
    return column(moments, &thread->sums.largest, sizeof(double));
}

hg_status hg_moments_create(hg_moments *moments, int64_t columns, int threads,
                            const hg_kernels *kernels)
{
    *moments = (hg_moments){.columns = (columns + 7) / 8 * 8, .kernels = kernels};
    HG_TRY(column(moments, &moments->shift, sizeof(double)));
    HG_TRY(column(moments, &moments->reach, sizeof(double)));
    HG_TRY(column(moments, &moments->rounded, sizeof(double)));
    HG_TRY(column(moments, &moments->scale, sizeof(double)));
    HG_TRY(column(moments, &moments->coarse, sizeof(double)));
    HG_TRY(column(moments, &moments->fine, sizeof(double)));
    HG_TRY(column(moments, &moments->coarse2, sizeof(double)));
    HG_TRY(column(moments, &moments->fine2, sizeof(double)));
    HG_TRY(column(moments, &moments->least, sizeof(double)));
    HG_TRY(hg_allocate(&moments->rests, HG_MEMORY_STATISTICS,
                       (size_t)(moments->columns / HG_GRID_GROUP), sizeof(uint8_t)));
    HG_TRY(hg_allocate(&moments->done, HG_MEMORY_STATISTICS,
                       (size_t)(moments->columns / HG_GRID_GROUP), sizeof(bool)));
    moments->grid = (hg_grid){moments->shift, moments->coarse, moments->fine, moments->coarse2,
                              moments->fine2, moments->rests, moments->done};
    for (int64_t c = 0; c < moments->columns; c++) set_grid(moments, c, 0.0, 1.0);
    HG_TRY(hg_allocate(&moments->thread, HG_MEMORY_STATISTICS, (size_t)threads,
                       sizeof *moments->thread));
    moments->threads = threads;
    for (int t = 0; t < threads; t++) HG_TRY(create_thread(moments, &moments->thread[t]));
    return HG_OK;
}

void hg_moments_free(hg_moments *moments)
{
    for (int t = 0; t < moments->threads; t++) {
        hg_moments_thread *thread = &moments->thread[t];
        for (int k = 0; k < HG_SUMS; k++) {
            hg_release(&thread->sums.sum[k]);
            hg_release(&thread->wide[k]);
        }
        hg_release(&thread->sums.largest);
    }
    hg_release(&moments->thread);
    hg_release(&moments->shift);
    hg_release(&moments->reach);
    hg_release(&moments->rounded);
    hg_release(&moments->scale);
    hg_release(&moments->coarse);
    hg_release(&moments->fine);
    hg_release(&moments->coarse2);
    hg_release(&moments->fine2);
    hg_release(&moments->least);
    hg_release(&moments->rests);
    hg_release(&moments->done);
    *moments = (hg_moments){0};
}

void hg_moments_save(const hg_moments *moments, double *state, uint8_t *rests)
{
    const size_t columns = (size_t)moments->columns;
    memcpy(state, moments->shift, columns * sizeof *state);
    memcpy(state + columns, moments->reach, columns * sizeof *state);
    memcpy(rests, moments->rests, columns / HG_GRID_GROUP);
}

void hg_moments_restore(hg_moments *moments, const double *state, const uint8_t *rests)
{
    const double *reach = state + moments->columns;
    memcpy(moments->rests, rests, (size_t)moments->columns / HG_GRID_GROUP);
    for (int64_t c = 0; c < moments->columns; c++) set_grid(moments, c, state[c], reach[c]);
    note_scales(moments);
}

void hg_moments_begin(hg_moments *moments)
{
    memset(moments->done, 0, (size_t)(moments->columns / HG_GRID_GROUP) * sizeof *moments->done);
    hg_moments_begin_again(moments);
}

void hg_moments_begin_again(hg_moments *moments)
{
    note_scales(moments);
    for (int t = 0; t < moments->threads; t++) {
        hg_moments_thread *thread = &moments->thread[t];
        thread->weight = 0;
        thread->underflow = false;
        for (int64_t c = 0; c < moments->columns; c++) {
            if (moments->done[c / HG_GRID_GROUP]) continue;
            thread->sums.largest[c] = 0.0;
            for (int k = 0; k < HG_SUMS; k++) {
                thread->sums.sum[k][c] = 0;
                thread->wide[k][c] = 0;
            }
        }
    }
}

/* Moves the narrow sums, which hold up to MOST_WEIGHT values, into the wide ones. */
static void empty_sums(const hg_moments *moments, hg_moments_thread *thread, int64_t times)
{
    if (thread->weight == 0) return;
    for (int k = 0; k < HG_SUMS; k++)
        for (int64_t c = 0; c < moments->columns; c++) {
            thread->wide[k][c] += (__int128)times * thread->sums.sum[k][c];
            thread->sums.sum[k][c] = 0;
        }
    thread->weight = 0;
}

/* A group of columns, scaled, on a grid whose shifts are scaled, too. */
static void add_scaled_group(const hg_moments *moments, int64_t first, const double *const *row,
                             const int64_t *copies, int rows, const hg_grid_sums *to)
{
    double shift[HG_GRID_GROUP], value[HG_LANES][HG_GRID_GROUP];
    const double *scaled[HG_LANES];
    const hg_grid *of = &moments->grid;
    const int64_t group = first / HG_GRID_GROUP;
    const hg_grid grid = {shift, of->coarse + first, of->fine + first, of->coarse2 + first,
                          of->fine2 + first, of->rests + group, of->done + group};
    hg_grid_sums sums = {.largest = to->largest + first};
    for (int k = 0; k < HG_SUMS; k++) sums.sum[k] = to->sum[k] + first;
    for (int i = 0; i < HG_GRID_GROUP; i++) {
        const double scale = moments->scale[first + i];
        shift[i] = moments->shift[first + i] * scale;
        for (int r = 0; r < rows; r++) value[r][i] = row[r][first + i] * scale;
    }
    for (int r = 0; r < rows; r++) scaled[r] = value[r];
    moments->kernels->add_rows(&grid, HG_GRID_GROUP, scaled, copies, rows, &sums);
}

/* Notes whether the square of a deviation underflowed: the processor's flag costs the kernels
 * nothing. */
static void add_rows(const hg_moments *moments, hg_moments_thread *thread,
                     const double *const *row, const int64_t *copies, int rows)
{
    if (fetestexcept(FE_UNDERFLOW)) feclearexcept(FE_UNDERFLOW); /* clearing is slow */
    if (!moments->scaled)
        moments->kernels->add_rows(&moments->grid, moments->columns, row, copies, rows,
                                   &thread->sums);
    for (int64_t c = 0; moments->scaled && c < moments->columns; c += HG_GRID_GROUP)
        if (!moments->done[c / HG_GRID_GROUP])
            add_scaled_group(moments, c, row, copies, rows, &thread->sums);
    thread->underflow |= fetestexcept(FE_UNDERFLOW) != 0;
}

/* A genotype with very many copies: its integers go straight into the wide sums. */
static void add_crowd(hg_moments *moments, hg_moments_thread *thread, const double *row,
                      int64_t copies)
{
    const int64_t once = 1;
    empty_sums(moments, thread, 1);
    add_rows(moments, thread, &row, &once, 1);
    thread->weight = 1;
    empty_sums(moments, thread, copies);
}

/* Rows that have few copies each. */
static void add_few(hg_moments *moments, hg_moments_thread *thread, const double *const *row,
                    const int64_t *copies, int rows)
{
    int64_t weight = 0;
    for (int r = 0; r < rows; r++) weight += copies[r];
    if (thread->weight + weight > MOST_WEIGHT) empty_sums(moments, thread, 1);
    thread->weight += weight;
    add_rows(moments, thread, row, copies, rows);
}

void hg_moments_add(hg_moments *moments, int number, const double *const *row,
                    const int64_t *copies, int rows)
{
    hg_moments_thread *thread = &moments->thread[number];
    int first = 0; /* of some rows without a crowd among them */
    for (int r = 0; r < rows; r++) {
        if (copies[r] <= MOST_WEIGHT / HG_LANES) continue;
        if (r > first) add_few(moments, thread, row + first, copies + first, r - first);
        add_crowd(moments, thread, row[r], copies[r]);
        first = r + 1;
    }
    if (rows > first) add_few(moments, thread, row + first, copies + first, rows - first);
}

static void split(__int128 value, int64_t *limb)
{
    limb[0] = (int64_t)(value & 0xffffffff);
    limb[1] = (int64_t)(value >> 32);
}

static __int128 join(const int64_t *limb)
{
    return ((__int128)limb[1] * ((__int128)1 << 32)) + limb[0];
}

/* The larger of two squares; what is not finite is the largest. */
static double larger(double a, double b) { return isnan(a) || isnan(b) ? INFINITY : fmax(a, b); }

/* Whether the largest square of a column may be one that lost its digits. */
static bool is_faint(const hg_moments *moments, int64_t c, double largest)
{
    return largest < faintest_square && moments->scale[c] * probe_reach < 1.0 &&
           fabs(moments->shift[c]) * moments->scale[c] < telling_shift;
}

/* A square that underflowed counts as the least double, not as none. */
void hg_moments_pack(hg_moments *moments, hg_moment *entry)
{
    bool underflow = false;
    for (int t = 0; t < moments->threads; t++) {
        empty_sums(moments, &moments->thread[t], 1);
        underflow |= moments->thread[t].underflow;
    }
    for (int64_t c = 0; c < moments->columns; c++) {
        entry[c].largest = 0.0;
        for (int t = 0; t < moments->threads; t++)
            entry[c].largest = larger(entry[c].largest, moments->thread[t].sums.largest[c]);
        if (underflow && is_faint(moments, c, entry[c].largest))
            entry[c].largest = fmax(entry[c].largest, DBL_TRUE_MIN);
        for (int k = 0; k < HG_SUMS; k++) {
            __int128 sum = 0;
            for (int t = 0; t < moments->threads; t++) sum += moments->thread[t].wide[k][c];
            split(sum, entry[c].limb + 2 * k);
        }
    }
}

/* A sum in coarse quanta and its rest as one number. */
static double sum_of(const hg_moment *entry, hg_sum coarse, double quantum)
{
    const double whole = (double)join(entry->limb + 2 * coarse);
    const double rest = (double)join(entry->limb + 2 * (coarse + 1));
    return (whole + rest * rest_quantum) * quantum;
}

/* Whether the finest quantum is small beside the spread found. A grid that remembers an outlier
 * a hundred million times as far out is not; one as narrow as it may be is tight enough. */
static bool is_tight(const hg_moments *moments, int64_t c, double largest, double deviation)
{
    const double reach = moments->rounded[c];
    return largest == 0.0 || reach <= 0x1p28 * deviation ||
           reach <= 4.0 * HEADROOM * sqrt(largest) ||
           reach <= 2.0 * fmax(moments->least[c], smallest_reach) * moments->scale[c];
}

/* Whether all deviations are the same, as when the last variant has been lost: then every square
 * is the largest, and the sum's square is as large as it can be. */
static bool are_alike(double sum, double squares, double largest, double n)
{
    return fabs(squares - n * largest) <= 0x1p-51 * squares &&
           n * squares - sum * sum <= 0x1p-50 * n * squares;
}

/* Whether a column without rests can do without them: all values are the shift, or the grid is
 * not too wide. */
static bool is_plain(const hg_moments *moments, int64_t c, double largest, double deviation)
{
    return largest == 0.0 || moments->rounded[c] <= PLAIN_REACH * deviation;
}

/* How far the next grid should reach. One whose deviations were all 0 keeps its scale. */
static double next_reach(const hg_moments *moments, int64_t c, double largest, bool tight)
{
    const double needed = HEADROOM * sqrt(largest) / moments->scale[c];
    const double wanted = tight ? fmax(needed, memory * moments->reach[c]) : needed;
    return largest > 0.0 ? wanted : fmax(wanted, fmin(moments->reach[c], smallest_plain));
}

/* Mean and variance of one column that fits the grid, and the next grid; false where the variance
 * drowns in the shift or in the quanta: the grid is then centred and tightened for another try, or
 * rests are summed. `*plain` stays true where the column does not need rests. All but the mean and
 * the variance is in scaled units. */
static bool finish_fitting(hg_moments *moments, int64_t c, const hg_moment *entry, double n,
                           bool *plain, double *mean, double *variance)
{
    const bool rests = moments->rests[c / HG_GRID_GROUP] > 0;
    const double reach = moments->rounded[c], scale = moments->scale[c];
    const double sum = sum_of(entry, HG_SUM_DEVIATION, reach * reach_quantum);
    const double squares = sum_of(entry, HG_SUM_SQUARE, reach * reach * reach_quantum);
    const bool alike = are_alike(sum, squares, entry->largest, n);
    const double offset = sum / n, spread = alike ? 0.0 : fmax(squares - sum * offset, 0.0);
    const double before = moments->shift[c];
    *mean = before + offset / scale;
    *variance = n > 1.0 ? spread / (n - 1.0) / scale / scale : 0.0;
    const bool collapsed = alike && fabs(*mean) < 0x1p-10 * fabs(before); /* digits were lost */
    const bool finest = moments->reach[c] <= smallest_reach; /* the variance underflows anyway */
    const bool centred = alike ? !collapsed : finest || offset * offset <= 64.0 * (spread / n);
    const double deviation = alike ? 0.0 : sqrt(spread / n);
    const bool tight = alike ? !collapsed : is_tight(moments, c, entry->largest, deviation);
    const bool is_fine = is_plain(moments, c, entry->largest, deviation);
    *plain &= is_fine;
    set_grid(moments, c, *mean, next_reach(moments, c, entry->largest, tight));
    return centred && tight && (rests || is_fine);
}

/* Values that lie outside the grid make it wider; those too faint for it are probed with a large
 * scale. A scaled grid that values overflow is no evidence that they are not finite. */
static hg_moments_state finish_column(hg_moments *moments, int64_t c, const hg_moment *entry,
                                      double n, bool *plain, double *mean, double *variance)
{
    const double reach = moments->rounded[c], scale = moments->scale[c];
    const double farthest = sqrt(entry->largest) / scale;
    if (scale > 1.0 && !isfinite(entry->largest)) {
        set_grid(moments, c, moments->shift[c], 1.0);
        return HG_MOMENTS_OUTSIDE;
    }
    if (!(farthest < largest_reach)) return HG_MOMENTS_UNBOUNDED;
    if (entry->largest > 0.0 && is_faint(moments, c, entry->largest)) {
        set_grid(moments, c, moments->shift[c], probe_reach);
        return HG_MOMENTS_OUTSIDE;
    }
    if (entry->largest <= reach * reach)
        return finish_fitting(moments, c, entry, n, plain, mean, variance) ? HG_MOMENTS_DONE
                                                                           : HG_MOMENTS_AGAIN;
    set_grid(moments, c, moments->shift[c], HEADROOM * farthest);
    return HG_MOMENTS_OUTSIDE;
}

/* One group: rests are summed from now on where some column needs them. */
static hg_moments_state finish_group(hg_moments *moments, const hg_moment *entry,
                                     double individuals, int64_t first, int64_t count,
                                     double *mean, double *variance)
{
    hg_moments_state state = HG_MOMENTS_DONE;
    bool plain = true, *done = &moments->done[first / HG_GRID_GROUP];
    if (*done) return HG_MOMENTS_DONE;
    for (int64_t i = 0; i < count; i++) {
        const hg_moments_state one = finish_column(moments, first + i, &entry[i], individuals,
                                                   &plain, &mean[i], &variance[i]);
        if (one > state) state = one;
    }
    uint8_t *rests = &moments->rests[first / HG_GRID_GROUP];
    if (!plain) *rests = RECORDS_WITH_RESTS;
    else if (*rests > 0) (*rests)--;
    *done = state == HG_MOMENTS_DONE;
    return state;
}

hg_moments_state hg_moments_finish(hg_moments *moments, const hg_moment *entry,
                                   int64_t individuals, int64_t first, int64_t count,
                                   double *mean, double *variance)
{
    hg_moments_state state = HG_MOMENTS_DONE;
    for (int64_t i = 0; i < count; i += HG_GRID_GROUP) {
        const hg_moments_state group =
            finish_group(moments, entry + first + i, (double)individuals, first + i,
                         count - i < HG_GRID_GROUP ? count - i : HG_GRID_GROUP, mean + i,
                         variance + i);
        if (group > state) state = group;
    }
    return state;
}
