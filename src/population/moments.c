/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/moments.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

/* |deviation| <= reach is 2^REACH_BITS quanta: the integers of 2^11 values fit 63 bits. */
enum { REACH_BITS = 50, REST_BITS = 48, MOST_WEIGHT = 1 << 11, HEADROOM = 16 };

static const double smallest_reach = 0x1p-400, largest_reach = 0x1p400;

/* How slowly a grid forgets: a new mutant of an allele that had become rare should fit. */
static const double memory = 0.99;

static hg_status column(const hg_moments *moments, void *array, size_t size)
{
    return hg_allocate(array, HG_MEMORY_STATISTICS, (size_t)moments->columns, size);
}

static hg_status create_thread(const hg_moments *moments, hg_moments_thread *thread)
{
    HG_TRY(column(moments, &thread->sums.deviation, sizeof(int64_t)));
    HG_TRY(column(moments, &thread->sums.square, sizeof(int64_t)));
    HG_TRY(column(moments, &thread->sums.rest, sizeof(int64_t)));
    HG_TRY(column(moments, &thread->sums.largest, sizeof(double)));
    HG_TRY(column(moments, &thread->deviation, sizeof(__int128)));
    HG_TRY(column(moments, &thread->square, sizeof(__int128)));
    HG_TRY(column(moments, &thread->rest, sizeof(__int128)));
    HG_TRY(column(moments, &thread->low, sizeof(double)));
    return column(moments, &thread->high, sizeof(double));
}

hg_status hg_moments_create(hg_moments *moments, int64_t columns, int threads,
                            const hg_kernels *kernels)
{
    *moments = (hg_moments){.columns = (columns + 7) / 8 * 8, .kernels = kernels};
    HG_TRY(column(moments, &moments->shift, sizeof(double)));
    HG_TRY(column(moments, &moments->reach, sizeof(double)));
    HG_TRY(column(moments, &moments->magic, sizeof(double)));
    HG_TRY(column(moments, &moments->magic2, sizeof(double)));
    HG_TRY(column(moments, &moments->magic3, sizeof(double)));
    HG_TRY(column(moments, &moments->limit2, sizeof(double)));
    HG_TRY(column(moments, &moments->least, sizeof(double)));
    moments->grid = (hg_grid){moments->shift, moments->magic, moments->magic2, moments->magic3,
                              moments->limit2};
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
        hg_release(&thread->sums.deviation);
        hg_release(&thread->sums.square);
        hg_release(&thread->sums.rest);
        hg_release(&thread->sums.largest);
        hg_release(&thread->deviation);
        hg_release(&thread->square);
        hg_release(&thread->rest);
        hg_release(&thread->low);
        hg_release(&thread->high);
    }
    hg_release(&moments->thread);
    hg_release(&moments->shift);
    hg_release(&moments->reach);
    hg_release(&moments->magic);
    hg_release(&moments->magic2);
    hg_release(&moments->magic3);
    hg_release(&moments->limit2);
    hg_release(&moments->least);
    *moments = (hg_moments){0};
}

/* The reach as the grid has it: a power of two, so that quanta are exact. */
static double rounded_reach(const hg_moments *moments, int64_t c)
{
    return ldexp(1.0, ilogb(moments->reach[c]) + 1);
}

static void set_grid(hg_moments *moments, int64_t c, double shift, double wanted)
{
    moments->shift[c] = shift;
    const double reached = fmax(wanted, moments->least[c]);
    moments->reach[c] = fmin(fmax(reached, smallest_reach), largest_reach);
    const double reach = rounded_reach(moments, c);
    const double quantum = ldexp(reach, -REACH_BITS), quantum2 = ldexp(reach * reach, -REACH_BITS);
    moments->magic[c] = 0x1.8p52 * quantum;
    moments->magic2[c] = 0x1.8p52 * quantum2;
    moments->magic3[c] = 0x1.8p52 * ldexp(quantum2, -REST_BITS);
    moments->limit2[c] = reach * reach;
}

void hg_moments_begin(hg_moments *moments)
{
    const size_t columns = (size_t)moments->columns;
    for (int t = 0; t < moments->threads; t++) {
        hg_moments_thread *thread = &moments->thread[t];
        memset(thread->sums.deviation, 0, columns * sizeof(int64_t));
        memset(thread->sums.square, 0, columns * sizeof(int64_t));
        memset(thread->sums.rest, 0, columns * sizeof(int64_t));
        memset(thread->sums.largest, 0, columns * sizeof(double));
        memset(thread->deviation, 0, columns * sizeof(__int128));
        memset(thread->square, 0, columns * sizeof(__int128));
        memset(thread->rest, 0, columns * sizeof(__int128));
        thread->weight = 0;
        thread->valid = moments->ready;
    }
}

/* Moves the narrow sums, which hold up to MOST_WEIGHT values, into the wide ones. */
static void empty_sums(const hg_moments *moments, hg_moments_thread *thread, int64_t times)
{
    for (int64_t c = 0; c < moments->columns; c++) {
        thread->deviation[c] += (__int128)times * thread->sums.deviation[c];
        thread->square[c] += (__int128)times * thread->sums.square[c];
        thread->rest[c] += (__int128)times * thread->sums.rest[c];
        thread->sums.deviation[c] = thread->sums.square[c] = thread->sums.rest[c] = 0;
    }
    thread->weight = 0;
}

/* A genotype with very many copies: its integers go straight into the wide sums. */
static void add_crowd(hg_moments *moments, hg_moments_thread *thread, const double *row,
                      int64_t copies)
{
    const int64_t once = 1;
    empty_sums(moments, thread, 1);
    thread->valid &= moments->kernels->add_rows(&moments->grid, moments->columns, &row, &once, 1,
                                                &thread->sums);
    empty_sums(moments, thread, copies);
}

void hg_moments_add(hg_moments *moments, int number, const double *const *row,
                    const int64_t *copies, int rows)
{
    hg_moments_thread *thread = &moments->thread[number];
    if (!thread->valid) return;
    const double *some[HG_LANES];
    int64_t times[HG_LANES], weight = 0;
    int count = 0;
    for (int r = 0; r < rows; r++) {
        if (copies[r] > MOST_WEIGHT / HG_LANES) {
            add_crowd(moments, thread, row[r], copies[r]);
        } else {
            some[count] = row[r];
            times[count++] = copies[r];
            weight += copies[r];
        }
    }
    if (count == 0) return;
    if (thread->weight + weight > MOST_WEIGHT) empty_sums(moments, thread, 1);
    thread->weight += weight;
    thread->valid &= moments->kernels->add_rows(&moments->grid, moments->columns, some, times,
                                                count, &thread->sums);
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

bool hg_moments_pack(hg_moments *moments, hg_moment *entry)
{
    bool valid = true;
    for (int t = 0; t < moments->threads; t++) {
        empty_sums(moments, &moments->thread[t], 1);
        valid &= moments->thread[t].valid;
    }
    for (int64_t c = 0; c < moments->columns; c++) {
        __int128 deviation = 0, square = 0, rest = 0;
        entry[c].largest = 0.0;
        for (int t = 0; t < moments->threads; t++) {
            const hg_moments_thread *thread = &moments->thread[t];
            deviation += thread->deviation[c];
            square += thread->square[c];
            rest += thread->rest[c];
            entry[c].largest = fmax(entry[c].largest, thread->sums.largest[c]);
        }
        split(deviation, entry[c].limb);
        split(square, entry[c].limb + 2);
        split(rest, entry[c].limb + 4);
    }
    return valid;
}

/* Whether the quanta drown neither mean nor variance: a grid may remember an outlier long gone.
 * `floor` is as tight as it gets. */
static bool is_tight(double extent, double floor, double largest, double mean, double deviation)
{
    const bool fine = extent <= 0x1p11 * fmax(fabs(mean), deviation) &&
                      extent <= 0x1p29 * deviation;
    return fine || largest == 0.0 || extent <= 0x1p10 * sqrt(largest) || extent <= 2.0 * floor;
}

/* Whether the variance drowns neither in the shift nor in what the quantum leaves of it; below
 * two quanta there is nothing to gain by centring. */
static bool is_centred(double offset, double quantum, double mean_square)
{
    return offset * offset <= 64.0 * mean_square &&
           (fabs(offset) <= 2.0 * quantum || fabs(offset) * quantum <= 0x1p-38 * mean_square);
}

/* Mean and variance of one column, and the next grid; false where the variance drowns in the
 * shift or in the quanta: the grid is then centred and tightened for another try. */
static bool finish_column(hg_moments *moments, int64_t c, const hg_moment *entry, double n,
                          double *mean, double *variance)
{
    const double extent = rounded_reach(moments, c);
    const double quantum = ldexp(extent, -REACH_BITS);
    const double quantum2 = ldexp(extent * extent, -REACH_BITS);
    const double sum = (double)join(entry->limb) * quantum;
    const double squares = ((double)join(entry->limb + 2) +
                            ldexp((double)join(entry->limb + 4), -REST_BITS)) * quantum2;
    const double offset = sum / n;
    const double spread = fmax(squares - sum * offset, 0.0);
    *mean = moments->shift[c] + offset;
    *variance = n > 1.0 ? spread / (n - 1.0) : 0.0;
    const double floor = fmax(smallest_reach, moments->least[c]);
    const bool centred = is_centred(offset, quantum, spread / n);
    const bool tight = is_tight(extent, floor, entry->largest, *mean, sqrt(spread / n));
    const double needed = HEADROOM * sqrt(entry->largest); /* about the mean, too */
    const double kept = moments->reach[c] * (centred ? memory : 1.0);
    set_grid(moments, c, *mean, tight ? fmax(needed, kept) : needed);
    return centred && tight;
}

bool hg_moments_finish(hg_moments *moments, const hg_moment *entry, int64_t individuals,
                       bool fitted, int64_t first, int64_t count, double *mean, double *variance)
{
    if (!fitted) return false;
    bool fine = true;
    for (int64_t i = 0; i < count; i++)
        fine &= finish_column(moments, first + i, &entry[first + i], (double)individuals, &mean[i],
                              &variance[i]);
    return fine;
}

void hg_moments_begin_range(hg_moments *moments)
{
    for (int t = 0; t < moments->threads; t++)
        for (int64_t c = 0; c < moments->columns; c++) {
            moments->thread[t].low[c] = INFINITY;
            moments->thread[t].high[c] = -INFINITY;
        }
}

void hg_moments_note_range(hg_moments *moments, int number, const double *const *row, int rows)
{
    hg_moments_thread *thread = &moments->thread[number];
    for (int r = 0; r < rows; r++)
        for (int64_t c = 0; c < moments->columns; c++) {
            const double x = row[r][c];
            if (x < thread->low[c]) thread->low[c] = x;
            if (x > thread->high[c] || isnan(x)) thread->high[c] = x; /* keeps a NaN */
        }
}

void hg_moments_pack_range(hg_moments *moments, double *extreme)
{
    for (int64_t c = 0; c < moments->columns; c++) {
        double low = INFINITY, high = -INFINITY;
        for (int t = 0; t < moments->threads; t++) {
            low = fmin(low, moments->thread[t].low[c]);
            const double highest = moments->thread[t].high[c];
            high = isnan(highest) ? INFINITY : fmax(high, highest);
        }
        extreme[c] = high;
        extreme[moments->columns + c] = -low;
    }
}

bool hg_moments_set_range(hg_moments *moments, const double *extreme)
{
    bool finite = true;
    for (int64_t c = 0; c < moments->columns; c++) {
        const double high = extreme[c], low = -extreme[moments->columns + c];
        if (low > high) continue; /* padding, or nobody at all */
        finite &= isfinite(high) && isfinite(low) && fabs(high) < largest_reach &&
                  fabs(low) < largest_reach;
        if (!finite) continue;
        const double middle = low == high ? low : low / 2.0 + high / 2.0;
        const double half = fmax(high - middle, middle - low);
        const double alike = middle != 0.0 ? fabs(middle) : 1.0; /* nobody differs, as yet */
        const double wanted = low == high ? alike : HEADROOM * half;
        set_grid(moments, c, middle, fmax(wanted, memory * moments->reach[c]));
    }
    moments->ready = true;
    return finite;
}
