/* SPDX-License-Identifier: GPL-3.0-or-later
 * Points among the weights of a deme, and the parents that they mean. */
#include <math.h>

#include "parallel/parentage.h"
#include "parallel/team.h"

static const double MOST = 0.75; /* of a deme's weight: what is left has all but two of its bits */

bool hg_parentage_dominates(const hg_parentage *parentage, int64_t deme, double width)
{
    return width > MOST * parentage->weights.total[deme];
}

/* Whether an individual of the block may have MOST of its deme's weight. */
static bool may_dominate(const hg_parentage *parentage, int64_t block)
{
    const int64_t deme = parentage->partition->block_deme[block];
    const double width = parentage->weights.end[block] - parentage->weights.start[block];
    return width > 0.5 * parentage->weights.total[deme];
}

/* The sums of all blocks in the plain unit of weights, heavy ones without their heaviest. */
static void sum_others(const hg_parentage *parentage, const double *weight, double *sum)
{
    const hg_partition *partition = parentage->partition;
    for (int64_t b = partition->first_block; b < partition->end_block; b++)
        sum[b] = hg_sum_without(partition, weight, b, may_dominate(parentage, b)
                                                          ? hg_heaviest_of(partition, weight, b)
                                                          : -1);
    if (partition->ranks > 1)
        MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, sum, partition->blocks_of,
                       partition->offset_of, MPI_DOUBLE, partition->communicator);
}

void hg_parentage_leave_out(hg_parentage *parentage, const double *weight)
{
    bool any = false; /* the same on all ranks */
    for (int64_t b = 0; b < parentage->partition->blocks; b++) any |= may_dominate(parentage, b);
    if (!any) return;
    double *sum = parentage->others.end; /* hg_cumulate() reads a block's sum before it writes */
    sum_others(parentage, weight, sum);
    hg_cumulate(&parentage->others, sum);
}

static hg_point point_of(const hg_cumulated *cumulated, int64_t deme, double target, bool others)
{
    return (hg_point){target, (int32_t)hg_cumulated_block(cumulated, deme, target), others};
}

static double target_of(const hg_cumulated *cumulated, int64_t deme, double share)
{
    const double total = cumulated->total[deme];
    return fmin(share * total, nextafter(total, 0.0));
}

hg_point hg_parentage_point_at(const hg_parentage *parentage, int64_t deme, double target)
{
    return point_of(&parentage->weights, deme, target, false);
}

hg_point hg_parentage_point(const hg_parentage *parentage, int64_t deme, double share)
{
    return hg_parentage_point_at(parentage, deme, target_of(&parentage->weights, deme, share));
}

hg_point hg_parentage_point_of_others(const hg_parentage *parentage, int64_t deme, double share)
{
    return point_of(&parentage->others, deme, target_of(&parentage->others, deme, share), true);
}

int64_t hg_parentage_find(const hg_parentage *parentage, const double *weight,
                          const hg_point *point, double *low, double *high)
{
    if (point->of_others) {
        const int64_t left_out = may_dominate(parentage, point->block)
                                     ? hg_heaviest_of(parentage->partition, weight, point->block)
                                     : -1;
        return hg_find_without(&parentage->others, weight, point->block, left_out, point->at);
    }
    hg_cursor at = hg_cursor_at(&parentage->weights, weight, point->block);
    hg_cursor_advance(&at, point->at);
    *low = at.low;
    *high = at.high;
    return at.i;
}
