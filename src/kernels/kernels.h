/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The hot loops. They work on tiles of HG_LANES individuals stored gene by gene,
 * tile[gene][lane], so that a vector holds the same gene of several individuals
 * and regulation needs no gather. Every kernel is pure: arrays in, arrays out, no
 * allocation, no globals; thread-safe as long as each thread has its own tile.
 *
 * The folder lanes/ is compiled once per instruction set, and hg_kernels_best()
 * chooses at run time. The variants give the same bits: lanes never mix, sums run
 * in the order of the edges and genes, no operation is contracted, and elementary
 * functions are SLEEF's that are identical over widths (random/vecmath.h).
 */
#ifndef HG_KERNELS_KERNELS_H
#define HG_KERNELS_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/ids.h"

#define HG_TARGETS 4 /* genes whose inputs are summed together where networks are dense */
#define HG_LANES 16 /* of a tile; 32: 3 % faster with 100 genes, 10 % slower with 1,500 */

/** From genotype to expression: what all individuals share. Arrays are borrowed. */
typedef struct hg_development {
    int64_t genes, edges;
    const int64_t *first;  /**< [genes+1] rows of the network by target */
    const int32_t *source; /**< [edges] regulators */
    const double *weight;  /**< [edges] shared weights, or NULL where they are heritable */
    const double *matrix;  /**< [genes / HG_TARGETS, rounded up][genes, by source][HG_TARGETS] the
                                same shared weights where there are many, else NULL */
    hg_regulation_model regulation;
    bool promoters_plain;         /**< offset 0 and factor 1 everywhere: B = basal */
    const double *offset, *factor; /**< [genes] B = max(0, basal + offset) * factor */
    double envelope;               /**< factor of temperature and nutrients */
    double concentration;          /**< c of regulation `hill` */
    double strength;               /**< rho */
    const double *inverse_k;       /**< [genes] 1/k */
    const double *n;               /**< [genes] Hill coefficient */
    const int32_t *power;          /**< [genes] n where it is a small integer, else 0 */
    const double *ceiling;         /**< [genes] y/k from which saturation rounds to 1 */
    double constitutive;           /**< a of `sigmoid` */
    double slope;                  /**< of `siegal_bergman` */
    bool zero_at_zero;             /**< of `wagner`: a gene without input becomes 0 */
    const double *initial_state;   /**< [genes] of `siegal_bergman` and `wagner` */
    int64_t steps, window;
    double tolerance; /**< 0: stability is not asked for */
} hg_development;

/** One component of fitness, prepared. Which fields count depends on the model. */
typedef struct hg_fitness_term {
    hg_fitness_model model;
    double threshold;
    const double *weights;  /**< [genes] weighted: omega_g */
    double weight_sum;
    const double *optimum;  /**< [genes] gaussian */
    const double *strength; /**< [genes] gaussian: s_g */
    double stability;       /**< stability: s' */
    const int64_t *first;   /**< [genes+1] epistatic: rows of M */
    const int32_t *column;
    const double *value;
} hg_fitness_term;

/** Working memory of one thread; arrays [genes][HG_LANES] unless noted. */
typedef struct hg_tile {
    double *basal;
    double *owned_promoted; /**< room for B */
    double *promoted;       /**< B: owned_promoted, or basal where promoters are plain */
    double *state[2];   /**< x and the next x */
    double *mean;       /**< window > 1: of the last steps */
    double *spread;     /**< window > 1: sum of squared deviations, then instability */
    double *weights;    /**< [edges][HG_LANES], heritable only */
    double *expression; /**< points at the result of develop: one of the above */
    double *instability; /**< points at `spread`, or NULL where window is 1 */
    double stable[HG_LANES];  /**< 0 or 1 */
    double fitness[HG_LANES] __attribute__((aligned(64))); /**< >= 0 */
} hg_tile;

#define HG_GRID_GROUP 8 /* columns that have rests together: the widest vector */

/**
 * How values are turned into integers so that their sums are exact, whoever adds them
 * up in whatever order (population/moments.h): [count] arrays. A magic number is 1.5 * 2^52
 * quanta; what rounding to a coarse quantum leaves over is counted in a fine one.
 */
typedef struct hg_grid {
    const double *shift;       /**< subtracted first */
    const double *coarse;      /**< magic number of the deviation */
    const double *fine;        /**< and of its rest */
    const double *coarse2;     /**< magic number of the deviation's square */
    const double *fine2;       /**< and of its rest */
    const uint8_t *rests;      /**< [count / HG_GRID_GROUP] not 0: rests are summed too */
    const bool *done;          /**< [count / HG_GRID_GROUP] these columns are left alone */
} hg_grid;

/** What is summed: deviations and their squares, each in coarse quanta and what is left. */
typedef enum { HG_SUM_DEVIATION, HG_SUM_DEVIATION_REST, HG_SUM_SQUARE, HG_SUM_SQUARE_REST,
               HG_SUMS } hg_sum;

/** Sums in units of the grid, and the largest square met: [count] arrays. */
typedef struct hg_grid_sums {
    int64_t *sum[HG_SUMS];
    double *largest;
} hg_grid_sums;

#define HG_BOUNDS_PADDING 8 /* the widest vector */

typedef struct hg_kernels {
    const char *name;

    /**
     * Puts the `count` (1..HG_LANES) individuals whose genomes are rows[0..count-1] into the
     * tile: basal[genes] followed, at `weight_offset`, by weight[edges] where heritable; and
     * their promoters' activity. Lanes beyond `count` are copies of lane 0.
     */
    void (*prepare)(const hg_development *development, hg_tile *tile, const double *const *rows,
                    int count, int64_t weight_offset);

    /** Develops a prepared tile: sets tile->expression, instability and stable. */
    void (*develop)(const hg_development *development, hg_tile *tile);

    /** Sets tile->fitness to the product of the terms, clamped at 0. */
    void (*evaluate)(const hg_fitness_term *terms, int64_t count, int64_t genes, hg_tile *tile);

    /** Writes the first `count` lanes of tile[genes][HG_LANES] to rows[lane][0..genes-1]. */
    void (*store)(const double *tile, int64_t genes, double *const *rows, int count);

    /**
     * Adds copies[r] times row r, r < rows, columns 0..count-1, to the sums, which are void
     * where the largest square is beyond the grid; it is not finite where a square was not.
     * The weights of one sum may add up to 2^11 before it must be emptied.
     */
    void (*add_rows)(const hg_grid *grid, int64_t count, const double *const *row,
                     const int64_t *copies, int rows, const hg_grid_sums *sums);

    /** uniforms[i] = the first uniform of block `draw` of individual first+i. */
    void (*uniforms)(uint64_t seed, int purpose, int64_t generation, int64_t first, int64_t count,
                     uint32_t draw, double *uniforms);

    /** values[i] = factor * log(values[i]): with factor -1, exponential deviates of uniforms. */
    void (*logarithms)(double *values, int64_t count, double factor);

    /**
     * logs[i] = factor * log(u), u the first uniform of block `draw` of individual[i]: with
     * 1/log(1-p), whole parts are the geometric skips at probability p.
     */
    void (*scattered_logarithms)(uint64_t seed, int purpose, int64_t generation,
                                 const int64_t *individual, uint32_t draw, int64_t count,
                                 double factor, double *logs);

    /**
     * normals[i] = the standard normal of block draw[i] of individual[i]: what
     * hg_stream_normal() gives, several at a time.
     */
    void (*normals)(uint64_t seed, int purpose, int64_t generation, const int64_t *individual,
                    const uint32_t *draw, int64_t count, double *normals);

    /** child[i] = second[i] where origin[i] is not 0, else first[i]. */
    void (*choose)(const uint8_t *origin, int64_t count, const double *first,
                   const double *second, double *child);

    /**
     * Developmental noise: multiplies gene g of lane l of tile[genes][HG_LANES] by
     * exp(sd*z - sd^2/2), z the standard normal of draw g of individual[l] in `generation`.
     */
    void (*disturb)(uint64_t seed, int64_t generation, const int64_t *individual, int64_t genes,
                    double sd, double *tile);

    /**
     * Chances to win a tournament: to be the best of `size` draws with replacement from n, ties
     * broken with equal chances. In: values[i] = how many of the n are not ahead of i, itself
     * included (1..n); tied[i] = how many of these are as good as i, itself included. Out,
     * without the cancellation, (values[i]^size - (values[i] - tied[i])^size)/(tied[i] n^size).
     */
    void (*win_chances)(double n, double size, const double *tied, double *values, int64_t count);

    /**
     * Adds to dominators[i], i < owns, how many of the `others` columns of `other` dominate
     * column i of `own`: are nowhere less and somewhere more. Objectives are rows, `own_stride`
     * and `other_stride` numbers apart; no NaN.
     */
    void (*count_dominators)(const double *own, int64_t own_stride, int64_t owns,
                             const double *other, int64_t other_stride, int64_t others,
                             int64_t objectives, int64_t *dominators);

    /**
     * which[j] = how many of bound[0..count-1], ascending, are not above point[j]: the interval
     * that holds it. Points ascend; the first one that is not below the last bound ends the search,
     * and its index is returned, or `points`. bound[count .. count + HG_BOUNDS_PADDING - 1] must be
     * infinite.
     */
    int64_t (*locate)(const double *bound, int64_t count, const double *point, int64_t points,
                      int32_t *which);

    /**
     * For measuring the processor: multiplies and adds in registers `rounds` times, fused where
     * it can; returns how many operations that were. `*sink` gets a number that depends on all.
     */
    double (*multiply_add)(int64_t rounds, double *sink);
} hg_kernels;

/** The fastest variant that this processor runs; "baseline" runs everywhere. */
const hg_kernels *hg_kernels_best(void);

/**
 * The variant called `name` ("baseline", "avx2", "avx512"), or NULL where it was not
 * built or the processor lacks it.
 */
const hg_kernels *hg_kernels_named(const char *name);

#endif
