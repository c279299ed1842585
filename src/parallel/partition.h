/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who owns which individuals. The population, its demes one after the other, is cut into
 * blocks whose boundaries depend on the sizes of the demes alone; a rank owns a run of
 * whole blocks. Whatever must be
 * summed in a fixed order is summed within blocks and then over blocks, so that no
 * sum depends on the number of ranks.
 */
#ifndef HG_PARALLEL_PARTITION_H
#define HG_PARALLEL_PARTITION_H

#include <mpi.h>
#include <stdint.h>

#include "base/status.h"

/** At most HG_MOST_BLOCKS, and one more for each deme; blocks of less than HG_SMALL_BLOCK
 * individuals only where there are no more than HG_ENOUGH_BLOCKS. */
enum { HG_MOST_BLOCKS = 4096, HG_ENOUGH_BLOCKS = 512, HG_SMALL_BLOCK = 64 };

typedef struct hg_partition {
    MPI_Comm communicator;
    int rank, ranks;
    int64_t individuals;
    int64_t demes;
    int64_t *deme_start; /**< [demes+1] first individual of each deme */
    int64_t *deme_block; /**< [demes+1] first block of each deme */
    int64_t blocks;
    int64_t *block_start; /**< [blocks+1] first individual of each block */
    int32_t *block_deme;  /**< [blocks] */
    int64_t first_block, end_block; /**< of this rank: first_block .. end_block-1 */
    int64_t first, count;           /**< its individuals */
    int *blocks_of, *offset_of;     /**< [ranks] number of blocks, and the first one */
} hg_partition;

/**
 * `sizes`: [demes] individuals of each deme, or NULL for as equal as can be. Collective
 * only in that all ranks must ask for the same. Free also after failure.
 */
hg_status hg_partition_create(hg_partition *partition, MPI_Comm communicator,
                              int64_t individuals, int64_t demes, const int64_t *sizes);
void hg_partition_free(hg_partition *partition);

/** First individual of a block; of `blocks`: the number of individuals. */
static inline int64_t hg_block_start(const hg_partition *partition, int64_t block)
{
    return partition->block_start[block];
}

/** A run of blocks. */
typedef struct hg_block_range {
    int64_t first, end; /**< first .. end-1; none where first >= end */
} hg_block_range;

/** The blocks of a deme that this rank owns. */
static inline hg_block_range hg_own_blocks(const hg_partition *partition, int64_t deme)
{
    const int64_t first = partition->deme_block[deme], end = partition->deme_block[deme + 1];
    return (hg_block_range){first > partition->first_block ? first : partition->first_block,
                            end < partition->end_block ? end : partition->end_block};
}

/** The rank that owns a block. */
int hg_partition_owner(const hg_partition *partition, int64_t block);

/** The deme of an individual (global index). */
int32_t hg_partition_deme(const hg_partition *partition, int64_t individual);

#endif
