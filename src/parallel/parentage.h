/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who begets whom. N independent draws of a parent, each with probability
 * weight_i / sum(weight), are made in sorted order: the j-th smallest of N uniform
 * numbers is S_j/S_(N+1), S_j being the sum of the first j of N+1 exponential
 * spacings (Devroye 1986, ch. V.3). Spacings belong to the offspring, weights to the
 * parents; both are summed over the partition's blocks, so one gather of the block
 * sums lets every rank find the offspring of its own parents, O(N/P) each. As
 * offspring lie in the order of their parents, only those that the fluctuation of
 * the counts carries over a rank's border have a parent on another rank.
 *
 * Each deme draws for itself: its offspring from its own weights. Offspring that do not
 * take part, those who live on (overlap) and those whose parent is a migrant, have a
 * spacing of exactly 0, which no drawn one has.
 */
#ifndef HG_PARALLEL_PARENTAGE_H
#define HG_PARALLEL_PARENTAGE_H

#include "kernels/kernels.h"
#include "parallel/cumulated.h"

/** A parent and its offspring on another rank, with its genome beside it. */
typedef struct hg_brood {
    int64_t parent;          /**< global index */
    int64_t first, count;    /**< its offspring there: those of first .. first+count-1 (global
                                  indices) that take part in the draw */
    double low, high;        /**< its interval of its deme's cumulated weights */
} hg_brood;

/** Broods and their genomes, [capacity] and [capacity * stride]. */
typedef struct hg_broods {
    hg_brood *brood;
    double *genome;
    int64_t count, capacity;
} hg_broods;

/** What a generation moved between ranks, as seen from this rank. */
typedef struct hg_traffic {
    int64_t bytes_sent, messages_sent;
} hg_traffic;

/** Parcels of count[rank] items of `size` bytes to all ranks of an MPI_Alltoallv(). */
static inline void hg_traffic_note(hg_traffic *traffic, const hg_partition *partition,
                                   const int *count, size_t size)
{
    for (int r = 0; r < partition->ranks; r++) {
        if (r == partition->rank || count[r] == 0) continue;
        traffic->messages_sent++;
        traffic->bytes_sent += count[r] * (int64_t)size;
    }
}

typedef struct hg_parentage {
    const hg_partition *partition;
    const hg_kernels *kernels;
    int64_t stride;         /**< doubles of a genome */
    double survival;        /**< probability of living on instead of being replaced */
    const double *migration; /**< [demes] probability of a parent from elsewhere, or NULL */
    double *spacing;        /**< [count] of this rank's offspring */
    double *spacing_sum;    /**< [own blocks] */
    hg_cumulated weights;   /**< of all individuals */
    hg_cumulated others;    /**< where intervals are asked for: without the individual that has
                                 most of its deme's weight, see hg_parentage_leave_out() */
    double *spacing_start;  /**< [blocks] cumulated spacings of the deme where a block starts */
    double *spacing_end;    /**< [blocks] and where it ends */
    double *scale;          /**< [demes] from spacings to weights */
    double *last_target;    /**< [demes] the largest target: just below the deme's total */
    int64_t *parent;        /**< [count] result: global index of the first parent, or -1 for
                                 those who do not take part */
    int32_t *children;      /**< [count] result: offspring of each own individual, anywhere */
    double *low, *high;     /**< [count] interval of the parent in its deme's cumulated weights,
                                 or NULL where not asked for */
    hg_broods outgoing, incoming;
    int *outgoing_to;       /**< [ranks+1] first brood for each rank */
    MPI_Datatype brood_type, genome_type;
    MPI_Request *request;   /**< [2*ranks] */
    int requests;
    hg_traffic traffic;
} hg_parentage;

/** `intervals`: fill low and high (mates are drawn from them). Free also after failure. */
hg_status hg_parentage_create(hg_parentage *parentage, const hg_partition *partition,
                              const hg_kernels *kernels, int64_t stride, bool intervals);
void hg_parentage_free(hg_parentage *parentage);

/**
 * Draws the spacings of the offspring of `generation` in own blocks first_block ..
 * end_block-1. Not collective; thread-safe for different blocks.
 */
void hg_parentage_space_blocks(hg_parentage *parentage, uint64_t seed, int64_t generation,
                               int64_t first_block, int64_t end_block);

/** The same for all own blocks. */
void hg_parentage_space(hg_parentage *parentage, uint64_t seed, int64_t generation);

/**
 * Cumulates the sums of all blocks, in their order: weight[blocks], spacing[blocks].
 * `generation` is that of the spacings. Not collective.
 */
void hg_parentage_cumulate(hg_parentage *parentage, const double *weight, const double *spacing,
                           uint64_t seed, int64_t generation);

/** Whether an individual of a deme, of this width of interval, has most of the deme's weight. */
bool hg_parentage_dominates(const hg_parentage *parentage, int64_t deme, double width);

/**
 * Cumulates the weights again without those individuals that have most of their deme's weight:
 * what is left of a total after subtracting them would have lost its digits. weight[count] as in
 * hg_parentage_match(), after hg_parentage_cumulate(). Collective.
 */
void hg_parentage_leave_out(hg_parentage *parentage, const double *weight);

/**
 * Finds the parents of this rank's offspring and the offspring of its parents. Every deme
 * must have some weight.
 * weight[count] are the weights that were summed; genome(context, i) is the genome of own
 * individual i (local index). Collective (point to point): broods with parents on one
 * rank and offspring on another travel; `incoming` holds what arrived. Sends are still
 * under way until hg_parentage_settle(). HG_NO_MEMORY aborts all ranks.
 */
void hg_parentage_match(hg_parentage *parentage, const double *weight, uint64_t seed,
                        int64_t generation, const double *(*genome)(void *context, int64_t i),
                        void *context);

/** Waits for the sends of hg_parentage_match. */
void hg_parentage_settle(hg_parentage *parentage);

/** Whether an individual (global index) lives on into `generation`. Pure. */
bool hg_parentage_survives(const hg_parentage *parentage, uint64_t seed, int64_t generation,
                           int64_t individual);

/**
 * Whether an individual's parent comes from another deme; `*uniform` is then uniform in
 * (0, 1), for the choice among the others. Pure.
 */
bool hg_parentage_immigrates(const hg_parentage *parentage, uint64_t seed, int64_t generation,
                             int64_t individual, double *uniform);

/** A point among the cumulated weights of a deme. */
typedef struct hg_point {
    double at;
    int32_t block;    /**< that holds it; -1: none is asked for */
    int32_t of_others; /**< 1: a point of `others` */
} hg_point;

/** A share of a deme's weights, 0 <= share < 1, as a point. */
hg_point hg_parentage_point(const hg_parentage *parentage, int64_t deme, double share);

/** The same among `others`. */
hg_point hg_parentage_point_of_others(const hg_parentage *parentage, int64_t deme, double share);

/** A point of a deme at `target`, which is below the deme's total. */
hg_point hg_parentage_point_at(const hg_parentage *parentage, int64_t deme, double target);

/**
 * The own individual (local index) that a point in an own block means; its interval is from `*low`
 * to `*high` of the weights, and not given for a point of `others`.
 */
int64_t hg_parentage_find(const hg_parentage *parentage, const double *weight,
                          const hg_point *point, double *low, double *high);

#endif
