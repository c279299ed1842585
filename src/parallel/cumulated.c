/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel/cumulated.h"

#include <inttypes.h>

#include "base/memory.h"
#include "parallel/team.h"

/* Below SMALL, products of sums would fall among the subnormal doubles, which have fewer digits. */
static const double SMALL = 0x1p-700, LIFT = 0x1p600;

hg_status hg_cumulated_create(hg_cumulated *cumulated, const hg_partition *partition)
{
    const size_t blocks = (size_t)partition->blocks, demes = (size_t)partition->demes;
    *cumulated = (hg_cumulated){.partition = partition};
    HG_TRY(hg_allocate(&cumulated->start, HG_MEMORY_EXCHANGE, blocks, sizeof(double)));
    HG_TRY(hg_allocate(&cumulated->end, HG_MEMORY_EXCHANGE, blocks, sizeof(double)));
    HG_TRY(hg_allocate(&cumulated->total, HG_MEMORY_EXCHANGE, demes, sizeof(double)));
    return hg_allocate(&cumulated->unit, HG_MEMORY_EXCHANGE, demes, sizeof(double));
}

void hg_cumulated_free(hg_cumulated *cumulated)
{
    hg_release(&cumulated->start);
    hg_release(&cumulated->end);
    hg_release(&cumulated->total);
    hg_release(&cumulated->unit);
}

static void cumulate_deme(hg_cumulated *cumulated, int64_t deme, const double *weight)
{
    const int64_t first = cumulated->partition->deme_block[deme];
    const int64_t end = cumulated->partition->deme_block[deme + 1];
    double plain = 0.0, sum = 0.0;
    for (int64_t b = first; b < end; b++) plain += weight[b];
    const double unit = plain < SMALL ? LIFT : 1.0;
    for (int64_t b = first; b < end; b++) {
        cumulated->start[b] = sum;
        sum += weight[b] * unit; /* `weight` may be `end` itself */
        cumulated->end[b] = sum;
    }
    cumulated->total[deme] = sum;
    cumulated->unit[deme] = unit;
}

void hg_cumulate(hg_cumulated *cumulated, const double *weight)
{
    for (int64_t d = 0; d < cumulated->partition->demes; d++) cumulate_deme(cumulated, d, weight);
}

int64_t hg_cumulated_block(const hg_cumulated *cumulated, int64_t deme, double target)
{
    int64_t low = cumulated->partition->deme_block[deme];
    int64_t high = cumulated->partition->deme_block[deme + 1];
    while (high - low > 1) { /* the last block that starts at or below the target */
        const int64_t middle = low + (high - low) / 2;
        if (cumulated->start[middle] <= target) low = middle;
        else high = middle;
    }
    return low;
}

static void enter_block(hg_cursor *at, int64_t block)
{
    const hg_partition *partition = at->cumulated->partition;
    at->block = block;
    at->i = hg_block_start(partition, block) - partition->first;
    at->end = hg_block_start(partition, block + 1) - partition->first;
    at->low = at->cumulated->start[block];
    at->sum = at->weight[at->i] * at->unit;
    at->high = at->low + at->sum;
}

hg_cursor hg_cursor_at(const hg_cumulated *cumulated, const double *weight, int64_t block)
{
    const hg_partition *partition = cumulated->partition;
    const int64_t deme = partition->block_deme[block];
    hg_cursor at = {.cumulated = cumulated, .weight = weight, .unit = cumulated->unit[deme],
                    .last = hg_own_blocks(partition, deme).end - 1};
    enter_block(&at, block);
    return at;
}

static _Noreturn void find_nobody(const hg_partition *partition, int64_t block, double target)
{
    hg_fail(HG_BUG, "no parent holds the point %.17g among the cumulated weights of deme %" PRId32
            " (block %" PRId64 ")", target, partition->block_deme[block], block);
    hg_team_abort(partition->communicator, HG_BUG);
}

void hg_cursor_advance(hg_cursor *at, double target)
{
    while (at->high <= target) {
        at->i++;
        if (at->i < at->end) {
            at->low = at->high;
            at->sum += at->weight[at->i] * at->unit;
            at->high = at->cumulated->start[at->block] + at->sum;
        } else {
            if (at->block >= at->last) find_nobody(at->cumulated->partition, at->block, target);
            enter_block(at, at->block + 1);
        }
    }
}

/* --- without one individual --------------------------------------------------------- */

int64_t hg_heaviest_of(const hg_partition *partition, const double *weight, int64_t block)
{
    const int64_t first = hg_block_start(partition, block) - partition->first;
    const int64_t end = hg_block_start(partition, block + 1) - partition->first;
    int64_t heaviest = first;
    for (int64_t i = first + 1; i < end; i++)
        if (weight[i] > weight[heaviest]) heaviest = i;
    return heaviest;
}

double hg_sum_without(const hg_partition *partition, const double *weight, int64_t block,
                      int64_t left_out)
{
    const int64_t first = hg_block_start(partition, block) - partition->first;
    const int64_t end = hg_block_start(partition, block + 1) - partition->first;
    double sum = 0.0;
    for (int64_t i = first; i < end; i++) sum += i == left_out ? 0.0 : weight[i];
    return sum;
}

int64_t hg_find_without(const hg_cumulated *cumulated, const double *weight, int64_t block,
                        int64_t left_out, double target)
{
    const hg_partition *partition = cumulated->partition;
    const double unit = cumulated->unit[partition->block_deme[block]];
    const int64_t first = hg_block_start(partition, block) - partition->first;
    const int64_t end = hg_block_start(partition, block + 1) - partition->first;
    double sum = 0.0;
    for (int64_t i = first; i < end; i++) {
        if (i == left_out) continue;
        sum += weight[i] * unit;
        if (target < cumulated->start[block] + sum) return i;
    }
    find_nobody(partition, block, target);
}
