/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who owns which individuals. The population is cut into blocks whose boundaries
 * depend on its size alone; a rank owns a run of whole blocks. Whatever must be
 * summed in a fixed order is summed within blocks and then over blocks, so that no
 * sum depends on the number of ranks.
 */
#ifndef HG_PARALLEL_PARTITION_H
#define HG_PARALLEL_PARTITION_H

#include <mpi.h>
#include <stdint.h>

#include "base/status.h"

enum { HG_MOST_BLOCKS = 4096 };

typedef struct hg_partition {
    MPI_Comm communicator;
    int rank, ranks;
    int64_t individuals;
    int64_t block_size; /**< a power of two; the last block may be shorter */
    int64_t blocks;     /**< at most HG_MOST_BLOCKS */
    int64_t first_block, end_block; /**< of this rank: first_block .. end_block-1 */
    int64_t first, count;           /**< its individuals */
    int *blocks_of, *offset_of;     /**< [ranks] number of blocks, and the first one */
} hg_partition;

hg_status hg_partition_create(hg_partition *partition, MPI_Comm communicator,
                              int64_t individuals);
void hg_partition_free(hg_partition *partition);

/** First individual of a block; of `blocks`: the number of individuals. */
static inline int64_t hg_block_start(const hg_partition *partition, int64_t block)
{
    const int64_t start = block * partition->block_size;
    return start < partition->individuals ? start : partition->individuals;
}

/** The rank that owns a block. */
int hg_partition_owner(const hg_partition *partition, int64_t block);

#endif
