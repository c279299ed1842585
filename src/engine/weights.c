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
    if (run->config.selection.scheme == HG_SELECTION_TRUNCATION)
        HG_TRY(hg_cut_create(&run->cut, &run->partition, run->ranking.shared_before != NULL));
    HG_TRY(hg_allocate(&run->standing, HG_MEMORY_INDIVIDUALS, count, sizeof *run->standing));
    HG_TRY(hg_allocate(&run->rank_weight, HG_MEMORY_INDIVIDUALS, count,
                       sizeof *run->rank_weight));
    return hg_allocate(&run->block_weight, HG_MEMORY_EXCHANGE, blocks, sizeof *run->block_weight);
}

void hg_weights_free(hg_run *run)
{
    hg_ranking_free(&run->ranking);
    hg_cut_free(&run->cut);
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

/* Who reproduces for certain, who does not, and for whom it is open: those tied at the cut. */
static void cut_some(const hg_run *run, int64_t best, int64_t deme, int64_t first, int count)
{
    double *weight = run->rank_weight + first;
    const hg_standing *standing = run->standing + first;
    for (int i = 0; i < count; i++) {
        const bool open = standing[i].ahead < best && standing[i].ahead + standing[i].tied > best;
        weight[i] = open ? HG_CUT_OPEN : standing[i].ahead < best;
        if (open) __atomic_store_n(&run->cut.wanted[deme], best - standing[i].ahead, __ATOMIC_RELAXED);
    }
}

/* Chances to win a tournament: relative ones. */
static void weigh_some(const hg_run *run, double n, int64_t first, int count)
{
    double tied[HG_BROOD], *weight = run->rank_weight + first;
    const hg_standing *standing = run->standing + first;
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
    const int64_t best = reproducers(run->config.selection.fraction, n);
    const bool cuts = run->config.selection.scheme == HG_SELECTION_TRUNCATION;
    for (int64_t i = hg_block_start(partition, block) - partition->first; i < end; i += HG_BROOD) {
        const int count = end - i < HG_BROOD ? (int)(end - i) : HG_BROOD;
        if (cuts) cut_some(run, best, deme, i, count);
        else weigh_some(run, n, i, count);
    }
}

/* Numbers that decide between the equals at a cut. */
static void draw_ties(hg_run *run)
{
    const hg_partition *partition = &run->partition;
#pragma omp parallel for schedule(static) num_threads(run->threads)
    for (int64_t b = partition->first_block; b < partition->end_block; b++) {
        double uniform[HG_BROOD];
        const int64_t end = hg_block_start(partition, b + 1);
        if (run->cut.wanted[partition->block_deme[b]] == 0) continue;
        for (int64_t i = hg_block_start(partition, b); i < end; i += HG_BROOD) {
            const int64_t count = end - i < HG_BROOD ? end - i : HG_BROOD;
            run->kernels->uniforms(run->config.run.seed, HG_PURPOSE_TIE, run->lineage, i, count, 0,
                                   uniform);
            for (int64_t k = 0; k < count; k++)
                run->cut.number[i - partition->first + k] = (int64_t)(uniform[k] * 0x1p60);
        }
    }
}

static void weigh_by_rank(hg_run *run)
{
    const hg_partition *partition = &run->partition;
    const bool cuts = run->config.selection.scheme == HG_SELECTION_TRUNCATION;
    hg_ranking_find(&run->ranking, run->fitness, NULL, false, run->standing);
    if (cuts) hg_clear(run->cut.wanted, partition->demes, sizeof *run->cut.wanted);
#pragma omp parallel for schedule(static) num_threads(run->threads)
    for (int64_t b = partition->first_block; b < partition->end_block; b++) weigh_block(run, b);
    if (cuts && hg_cut_is_open(&run->cut)) {
        draw_ties(run);
        hg_cut_close(&run->cut, run->rank_weight);
    }
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
