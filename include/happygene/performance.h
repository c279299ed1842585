/* happygene - evolution of gene networks
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the time, the memory and the bytes of a run went, over all ranks.
 */
#ifndef HAPPYGENE_PERFORMANCE_H
#define HAPPYGENE_PERFORMANCE_H

#include <stdint.h>

/** What the machine does at best, all ranks and threads together; zeros where not measured. */
typedef struct hg_machine {
    double copy_memory;  /**< bytes per second, read or written, out of and into memory */
    double copy_cache;   /**< the same within the last-level cache */
    double multiply_add; /**< multiplications and additions of doubles per second, fused */
    int64_t cache;       /**< bytes of the last-level cache */
    int in_cache;        /**< whether the genotypes of a node fit into it, expression included */
} hg_machine;

/** Arrays belong to the run. "Loop": the making of generations after generation 0. */
typedef struct hg_performance {
    int ranks, threads;             /**< threads of each rank */
    const char *kernels;            /**< "baseline", "avx2" or "avx512" */
    int64_t individuals, genes, edges, generations; /**< generations made */
    int64_t heritable_edges;        /**< edges, or 0 where all individuals share their weights */
    int ploidy;
    double wall;                    /**< seconds in the library's calls, mean over ranks */
    double loop;                    /**< of these in the loop */
    double loop_output;             /**< of these on output */

    int phases;
    const char *const *phase;       /**< [phases] names; their times add up to `wall` */
    const double *mean, *min, *max; /**< [phases] seconds over ranks */
    const double *imbalance;        /**< [phases] the busiest thread over the mean of a rank's
                                         threads, worst rank; 0 where threads are not timed */
    const int64_t *calls;           /**< [phases] of rank 0 */

    int categories;                 /**< of memory */
    const char *const *category;
    const int64_t *current, *peak;  /**< [categories] tracked bytes, summed over ranks */
    const int64_t *allocations;     /**< [categories] blocks ever handed out */
    int64_t tracked, tracked_peak;  /**< bytes of all categories together */
    int64_t loop_allocations;       /**< blocks allocated inside the loop */
    const int64_t *rss_peak;        /**< [ranks] bytes of each process */
    double bytes_per_gene;          /**< tracked_peak / (individuals * genes) */

    int samples;                    /**< of memory over the generations */
    const int64_t *sample;          /**< [samples] generations */
    const int64_t *sample_tracked, *sample_resident; /**< [samples] bytes, all ranks */

    int kinds;                      /**< of traffic */
    const char *const *kind;
    const int64_t *traffic;         /**< [kinds] summed over ranks */

    int64_t developed;              /**< individuals developed in the loop */
    int64_t new_genotypes;          /**< made in the loop */
    int64_t bytes_copied;           /**< by inheritance in the loop */
    int64_t bytes_copied_least;     /**< one genome for every new genotype */
    double bytes_needed;            /**< the least that the loop must read and write */
    double operations;              /**< and compute: additions, multiplications */
    hg_machine machine;
} hg_performance;

#endif
