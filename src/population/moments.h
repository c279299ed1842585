/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Means and variances over the population, column by column, whose bits depend on
 * nobody's order of adding. Values are turned into integers on a grid that the last
 * record's spread suggests (kernels/kernels.h, hg_grid); integer sums are exact, so
 * identical genotypes count once with their number of copies, and threads and ranks
 * may add up what they hold in any way. Where a value does not fit the grid, or the
 * grid was too coarse for the spread found, hg_moments_finish() asks for the sums of the
 * columns concerned to be taken again on the grid as it now is. Rests (what rounding to the
 * grid takes away) are summed only for groups of columns where the grid is wide beside the
 * spread.
 */
#ifndef HG_POPULATION_MOMENTS_H
#define HG_POPULATION_MOMENTS_H

#include "base/memory.h"
#include "base/status.h"
#include "kernels/kernels.h"

/** What ranks exchange for one column: limbs are added, `largest` is maximised. */
typedef struct hg_moment {
    int64_t limb[2 * HG_SUMS];
    double largest;
} hg_moment;

/** Aligned, as threads write to theirs all the time. */
typedef struct __attribute__((aligned(HG_ALIGNMENT))) hg_moments_thread {
    hg_grid_sums sums;
    __int128 *wide[HG_SUMS]; /**< [columns] what `sums` held when it was emptied */
    int64_t weight;          /**< of `sums` since then */
    bool underflow;          /**< the square of a deviation of this record underflowed */
} hg_moments_thread;

typedef struct hg_moments {
    int64_t columns; /**< padded to whole vectors */
    const hg_kernels *kernels;
    hg_grid grid;
    double *shift, *reach, *coarse, *fine, *coarse2, *fine2; /**< [columns] */
    double *rounded; /**< [columns] the grid's scaled reach: a power of two, so that quanta are exact */
    double *scale;   /**< [columns] of deviations: 1, or a power of two where squares of very small or
                          very large ones would leave the range of doubles */
    bool scaled;     /**< some scale is not 1 */
    uint8_t *rests; /**< [columns / HG_GRID_GROUP] records for which rests will still be summed */
    bool *done; /**< [columns / HG_GRID_GROUP] of this record */
    double *least; /**< [columns] no reach is less: what one mutation may well do; 0 at first */
    hg_moments_thread *thread; /**< [threads] */
    int threads;
} hg_moments;

/** What has become of sums; the larger of two is that of both. */
typedef enum hg_moments_state {
    HG_MOMENTS_DONE,
    HG_MOMENTS_AGAIN,    /**< to be taken again, where they are not done: not precise enough */
    HG_MOMENTS_OUTSIDE,  /**< the same, and void: a value lay outside the grid */
    HG_MOMENTS_UNBOUNDED /**< values are not finite, or grew beyond all bounds */
} hg_moments_state;

/** Free also after failure. */
hg_status hg_moments_create(hg_moments *moments, int64_t columns, int threads,
                            const hg_kernels *kernels);
void hg_moments_free(hg_moments *moments);

/**
 * The grid, on which the bits of the next record depend: state[0..columns-1] the shifts,
 * state[columns..2*columns-1] the reaches; rests[columns / HG_GRID_GROUP]. Pure.
 */
void hg_moments_save(const hg_moments *moments, double *state, uint8_t *rests);
/** Puts back what hg_moments_save() gave. */
void hg_moments_restore(hg_moments *moments, const double *state, const uint8_t *rests);

/** Empties all sums, for a record. */
void hg_moments_begin(hg_moments *moments);
/** Empties those that are not done, for another try. */
void hg_moments_begin_again(hg_moments *moments);

/** Adds copies[r] times row[r], r < rows <= HG_LANES. One caller per thread number. */
void hg_moments_add(hg_moments *moments, int thread, const double *const *row,
                    const int64_t *copies, int rows);

/** Puts the sums into entry[columns]. */
void hg_moments_pack(hg_moments *moments, hg_moment *entry);

/**
 * Mean and variance (dividing by individuals - 1) of columns first .. first+count-1 from the
 * entries reduced over ranks, and the grid for the next record, or the next try; `first` is a
 * multiple of HG_GRID_GROUP.
 */
hg_moments_state hg_moments_finish(hg_moments *moments, const hg_moment *entry,
                                   int64_t individuals, int64_t first, int64_t count,
                                   double *mean, double *variance);

#endif
