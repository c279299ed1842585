/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel/partition.h"

#include "base/memory.h"

/* Rank r owns the blocks [r*B/P, (r+1)*B/P). */
static int64_t share(int64_t blocks, int rank, int ranks) { return blocks * rank / ranks; }

hg_status hg_partition_create(hg_partition *partition, MPI_Comm communicator, int64_t individuals)
{
    *partition = (hg_partition){.communicator = communicator, .individuals = individuals,
                                .block_size = 1};
    MPI_Comm_rank(communicator, &partition->rank);
    MPI_Comm_size(communicator, &partition->ranks);
    const int ranks = partition->ranks;
    while ((individuals - 1) / partition->block_size >= HG_MOST_BLOCKS) partition->block_size *= 2;
    partition->blocks = (individuals + partition->block_size - 1) / partition->block_size;
    HG_TRY(hg_allocate(&partition->blocks_of, HG_MEMORY_EXCHANGE, (size_t)ranks, sizeof(int)));
    HG_TRY(hg_allocate(&partition->offset_of, HG_MEMORY_EXCHANGE, (size_t)ranks, sizeof(int)));
    for (int r = 0; r < ranks; r++) {
        const int64_t first = share(partition->blocks, r, ranks);
        partition->offset_of[r] = (int)first;
        partition->blocks_of[r] = (int)(share(partition->blocks, r + 1, ranks) - first);
    }
    partition->first_block = partition->offset_of[partition->rank];
    partition->end_block = partition->first_block + partition->blocks_of[partition->rank];
    partition->first = hg_block_start(partition, partition->first_block);
    partition->count = hg_block_start(partition, partition->end_block) - partition->first;
    return HG_OK;
}

void hg_partition_free(hg_partition *partition)
{
    hg_release(&partition->blocks_of);
    hg_release(&partition->offset_of);
}

int hg_partition_owner(const hg_partition *partition, int64_t block)
{
    int rank = (int)(block * partition->ranks / partition->blocks);
    while (block >= partition->offset_of[rank] + partition->blocks_of[rank]) rank++;
    while (block < partition->offset_of[rank]) rank--;
    return rank;
}
