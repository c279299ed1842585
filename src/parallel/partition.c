/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel/partition.h"

#include "base/memory.h"

static hg_status array(void *pointer, int64_t count, size_t size)
{
    return hg_allocate(pointer, HG_MEMORY_EXCHANGE, (size_t)count, size);
}

static hg_status place_demes(hg_partition *partition, const int64_t *sizes)
{
    const int64_t demes = partition->demes;
    HG_TRY(array(&partition->deme_start, demes + 1, sizeof(int64_t)));
    for (int64_t d = 0; d < demes; d++)
        partition->deme_start[d + 1] = sizes != NULL ? partition->deme_start[d] + sizes[d]
                                                     : partition->individuals * (d + 1) / demes;
    return HG_OK;
}

/* Small enough to share a population evenly, large enough that blocks cost little. */
static int64_t block_size(int64_t individuals)
{
    int64_t size = 1;
    while ((individuals - 1) / size >= HG_MOST_BLOCKS ||
           ((individuals - 1) / size >= HG_ENOUGH_BLOCKS && size < HG_SMALL_BLOCK))
        size *= 2;
    return size;
}

/* Blocks of one size, a power of two; the last one of a deme may be shorter. */
static hg_status cut_blocks(hg_partition *partition)
{
    const int64_t size = block_size(partition->individuals);
    int64_t block = 0;
    for (int64_t d = 0; d < partition->demes; d++)
        partition->blocks +=
            (partition->deme_start[d + 1] - partition->deme_start[d] + size - 1) / size;
    HG_TRY(array(&partition->block_start, partition->blocks + 1, sizeof(int64_t)));
    HG_TRY(array(&partition->block_deme, partition->blocks, sizeof(int32_t)));
    HG_TRY(array(&partition->deme_block, partition->demes + 1, sizeof(int64_t)));
    for (int64_t d = 0; d < partition->demes; d++) {
        for (int64_t i = partition->deme_start[d]; i < partition->deme_start[d + 1]; i += size) {
            partition->block_deme[block] = (int32_t)d;
            partition->block_start[block++] = i;
        }
        partition->deme_block[d + 1] = block;
    }
    partition->block_start[block] = partition->individuals;
    return HG_OK;
}

/* A block goes to the rank that an even share of individuals would give its first one. */
static hg_status share_blocks(hg_partition *partition)
{
    const int ranks = partition->ranks;
    HG_TRY(array(&partition->blocks_of, ranks, sizeof(int)));
    HG_TRY(array(&partition->offset_of, ranks, sizeof(int)));
    int64_t block = 0;
    for (int r = 0; r < ranks; r++) {
        partition->offset_of[r] = (int)block;
        while (block < partition->blocks &&
               (__int128)partition->block_start[block] * ranks / partition->individuals == r)
            block++;
        partition->blocks_of[r] = (int)block - partition->offset_of[r];
    }
    return HG_OK;
}

hg_status hg_partition_create(hg_partition *partition, MPI_Comm communicator, int64_t individuals,
                              int64_t demes, const int64_t *sizes)
{
    *partition =
        (hg_partition){.communicator = communicator, .individuals = individuals, .demes = demes};
    MPI_Comm_rank(communicator, &partition->rank);
    MPI_Comm_size(communicator, &partition->ranks);
    HG_TRY(place_demes(partition, sizes));
    HG_TRY(cut_blocks(partition));
    HG_TRY(share_blocks(partition));
    partition->first_block = partition->offset_of[partition->rank];
    partition->end_block = partition->first_block + partition->blocks_of[partition->rank];
    partition->first = hg_block_start(partition, partition->first_block);
    partition->count = hg_block_start(partition, partition->end_block) - partition->first;
    return HG_OK;
}

void hg_partition_free(hg_partition *partition)
{
    hg_release(&partition->deme_start);
    hg_release(&partition->deme_block);
    hg_release(&partition->block_start);
    hg_release(&partition->block_deme);
    hg_release(&partition->blocks_of);
    hg_release(&partition->offset_of);
}

int hg_partition_owner(const hg_partition *partition, int64_t block)
{
    return (int)((__int128)partition->block_start[block] * partition->ranks /
                 partition->individuals);
}

int32_t hg_partition_deme(const hg_partition *partition, int64_t individual)
{
    int64_t low = 0, high = partition->demes;
    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        if (partition->deme_start[middle] <= individual) low = middle;
        else high = middle;
    }
    return (int32_t)low;
}
