/* SPDX-License-Identifier: GPL-3.0-or-later
 * How much each individual counts when parents are drawn: its fitness, or what selection by
 * rank makes of its standing in the deme. The equally fit have equal chances: those who tie at the
 * cut of a truncation are drawn, by numbers of their own. */
#include <float.h>
#include <math.h>

#include "base/memory.h"
#include "engine/engine.h"
#include "random/stream.h"

static bool by_rank(const hg_run *run)
{
    const hg_selection_scheme scheme = run->config.selection.scheme;
    return scheme == HG_SELECTION_TOURNAMENT || scheme == HG_SELECTION_TRUNCATION;
}

hg_status hg_weights_create(hg_run *run)
{
    const size_t count = (size_t)run->partition.count, blocks = (size_t)run->partition.blocks;
    if (!by_rank(run)) return HG_OK;
    HG_TRY(hg_ranking_create(&run->ranking, &run->partition));
    HG_TRY(hg_allocate(&run->standing, HG_MEMORY_INDIVIDUALS, count, sizeof *run->standing));
    HG_TRY(hg_allocate(&run->rank_weight, HG_MEMORY_INDIVIDUALS, count,
                       sizeof *run->rank_weight));
    return hg_allocate(&run->block_weight, HG_MEMORY_EXCHANGE, blocks, sizeof *run->block_weight);
}

void hg_weights_free(hg_run *run)
{
    hg_ranking_free(&run->ranking);
    hg_release(&run->standing);
    hg_release(&run->rank_weight);
    hg_release(&run->block_weight);
}

double *hg_weights(const hg_run *run) { return by_rank(run) ? run->rank_weight : run->fitness; }

double *hg_block_weights(const hg_run *run)
{
    return by_rank(run) ? run->block_weight : run->block_fitness;
}

/* ceil(fraction*n), where a product that is whole but for rounding is whole: 7 of 100 at 0.07. */
static int64_t reproducers(double fraction, double n)
{
    const double product = fraction * n, whole = nearbyint(product);
    if (fabs(product - whole) <= 2.0 * DBL_EPSILON * product) return (int64_t)whole;
    return (int64_t)ceil(product);
}

/* Chances to win a tournament, or to be drawn of those who reproduce: relative ones. */
static void weigh_some(const hg_run *run, double n, int64_t first, int count)
{
    double tied[HG_BROOD], *weight = run->rank_weight + first;
    const hg_standing *standing = run->standing + first;
    if (run->config.selection.scheme == HG_SELECTION_TRUNCATION) {
        const int64_t best = reproducers(run->config.selection.fraction, n);
        for (int i = 0; i < count; i++) weight[i] = standing[i].ahead < best;
        return;
    }
    for (int i = 0; i < count; i++) {
        weight[i] = n - (double)standing[i].ahead;
        tied[i] = (double)standing[i].tied;
    }
    run->kernels->win_chances(n, (double)run->config.selection.size, tied, weight, count);
}

static void weigh_block(const hg_run *run, int64_t block)
{
    const hg_partition *partition = &run->partition;
    const int64_t deme = partition->block_deme[block];
    const double n = (double)(partition->deme_start[deme + 1] - partition->deme_start[deme]);
    const int64_t end = hg_block_start(partition, block + 1) - partition->first;
    for (int64_t i = hg_block_start(partition, block) - partition->first; i < end; i += HG_BROOD)
        weigh_some(run, n, i, end - i < HG_BROOD ? (int)(end - i) : HG_BROOD);
}

/* Numbers that decide between equals; their room is that of the weights, which come after. */
static const double *draw_ties(const hg_run *run)
{
    const hg_partition *partition = &run->partition;
#pragma omp parallel for schedule(static) num_threads(run->threads)
    for (int64_t b = partition->first_block; b < partition->end_block; b++) {
        const int64_t first = hg_block_start(partition, b);
        run->kernels->uniforms(run->config.run.seed, HG_PURPOSE_TIE, run->lineage, first,
                               hg_block_start(partition, b + 1) - first, 0,
                               run->rank_weight + (first - partition->first));
    }
    return run->rank_weight;
}

static void weigh_by_rank(hg_run *run)
{
    const hg_partition *partition = &run->partition;
    const bool cuts = run->config.selection.scheme == HG_SELECTION_TRUNCATION;
    hg_ranking_find(&run->ranking, run->fitness, cuts ? draw_ties(run) : NULL, cuts,
                    run->standing);
#pragma omp parallel for schedule(static) num_threads(run->threads)
    for (int64_t b = partition->first_block; b < partition->end_block; b++) weigh_block(run, b);
    hg_gather_weights(run, run->rank_weight, run->block_weight);
}

static bool is_extinct(const hg_run *run, int64_t deme)
{
    const int64_t end = run->partition.deme_block[deme + 1];
    double total = 0.0;
    for (int64_t b = run->partition.deme_block[deme]; b < end; b++) total += run->block_fitness[b];
    return !(total > 0.0);
}

/* Everybody in a deme counts the same. */
static void even_out(hg_run *run, int64_t deme)
{
    const hg_partition *partition = &run->partition;
    double *weight = hg_weights(run), *block_weight = hg_block_weights(run);
    for (int64_t b = partition->deme_block[deme]; b < partition->deme_block[deme + 1]; b++) {
        const int64_t first = hg_block_start(partition, b), end = hg_block_start(partition, b + 1);
        block_weight[b] = (double)(end - first);
        if (b < partition->first_block || b >= partition->end_block) continue;
        for (int64_t i = first; i < end; i++) weight[i - partition->first] = 1.0;
    }
}

hg_status hg_weigh(hg_run *run)
{
    const int64_t demes = run->partition.demes;
    for (int64_t d = 0; d < demes && !run->config.selection.neutral_on_extinction; d++)
        if (is_extinct(run, d)) {
            run->extinct_deme = d;
            return HG_EXTINCT;
        }
    if (by_rank(run)) weigh_by_rank(run);
    for (int64_t d = 0; d < demes; d++) {
        if (!is_extinct(run, d)) continue;
        run->neutral_draws++;
        even_out(run, d);
    }
    return HG_OK;
}
