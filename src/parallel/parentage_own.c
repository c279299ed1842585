/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parents that own offspring have on this rank. Targets and the bounds of the parents'
 * intervals both ascend, and are held against each other piece by piece.
 */
#include <math.h>

#include "parallel/parentage_internal.h"
#include "parallel/team.h"

enum { PIECE = 512, PART = 8 }; /* offspring; blocks */

/* Some parents side by side, and some offspring that wait for theirs. */
typedef struct walk {
    hg_parentage *parentage;
    const double *weight;
    hg_stretch here;         /* the deme's parents on this rank */
    double unit;
    int64_t block, next;     /* of the parents: local index of those not yet bounded */
    double sum;              /* weights of the block before `next` */
    int64_t first;           /* local index of parent 0 here */
    int64_t count, at;       /* of parents; the present one */
    double bound[PIECE + 1 + HG_BOUNDS_PADDING]; /* parent i has bound[i] .. bound[i+1] of the
                                cumulated weights */
    int32_t children[PIECE];
    int64_t settled;         /* children of parents before are noted */
    bool shared;             /* the parent `settled` may have children in another thread's part */
    int64_t waiting;
    double target[PIECE];
    int32_t own[PIECE], which[PIECE]; /* local index of the offspring; its parent's number here */
} walk;

static _Noreturn void find_nobody(const walk *w)
{
    hg_fail(HG_BUG, "no parent in deme %lld holds the point %.17g among the cumulated weights",
            (long long)w->here.deme, w->target[0]);
    hg_team_abort(w->parentage->partition->communicator, HG_BUG);
}

/* The next parents of the block, or the first of the next block. */
static void bound_parents(walk *w)
{
    const hg_partition *partition = w->parentage->partition;
    int64_t end = hg_block_start(partition, w->block + 1) - partition->first;
    if (w->next == end) {
        if (++w->block == w->here.blocks.end) find_nobody(w);
        w->sum = 0.0;
        end = hg_block_start(partition, w->block + 1) - partition->first;
    }
    const double start = w->parentage->weights.start[w->block];
    w->first = w->next;
    w->count = end - w->next < PIECE ? end - w->next : PIECE;
    w->at = w->settled = 0;
    w->bound[0] = start + w->sum;
    for (int64_t i = 0; i < w->count; i++) {
        w->sum += w->weight[w->next + i] * w->unit;
        w->bound[i + 1] = start + w->sum;
        w->children[i] = 0;
    }
    for (int64_t i = 0; i < HG_BOUNDS_PADDING; i++) w->bound[w->count + 1 + i] = INFINITY;
    w->next += w->count;
}

/* Notes the children of the parents before `end`. */
static void note_children(walk *w, int64_t end)
{
    int32_t *children = w->parentage->children + w->first;
    if (w->shared && w->settled < end) {
        __atomic_add_fetch(&children[w->settled], w->children[w->settled], __ATOMIC_RELAXED);
        w->settled++;
        w->shared = false;
    }
    for (; w->settled < end; w->settled++) children[w->settled] = w->children[w->settled];
}

/* Parents of offspring `from` .. `end` - 1. */
static void note_parents(walk *w, int64_t from, int64_t end)
{
    hg_parentage *parentage = w->parentage;
    const int64_t first = parentage->partition->first + w->first;
    for (int64_t j = from; j < end; j++) {
        const int32_t i = w->which[j];
        w->children[i]++;
        parentage->parent[w->own[j]] = first + i;
        if (parentage->low == NULL) continue;
        parentage->low[w->own[j]] = w->bound[i];
        parentage->high[w->own[j]] = w->bound[i + 1];
    }
    if (end > from) w->at = w->which[end - 1];
}

static void match_waiting(walk *w)
{
    for (int64_t j = 0;;) {
        const int64_t end = j + w->parentage->kernels->locate(w->bound + 1, w->count, w->target + j,
                                                              w->waiting - j, w->which + j);
        note_parents(w, j, end);
        j = end;
        if (j == w->waiting) break;
        note_children(w, w->count);
        bound_parents(w);
    }
    w->waiting = 0;
}

/* Goes to the parent of the first offspring: those before are not this part's. */
static void begin(walk *w, double target)
{
    const hg_partition *partition = w->parentage->partition;
    const hg_cumulated *weights = &w->parentage->weights;
    hg_cursor at = hg_cursor_at(weights, w->weight, hg_cumulated_block(weights, w->here.deme, target));
    hg_cursor_advance(&at, target);
    w->block = at.block;
    w->next = hg_block_start(partition, at.block) - partition->first;
    w->sum = 0.0;
    do bound_parents(w);
    while (w->next <= at.i);
    w->at = w->settled = at.i - w->first;
    w->shared = true;
}

/* The offspring of a block join those who wait, but for those whose parent is elsewhere. */
static void call_block(walk *w, int64_t block, const hg_aim *towards, bool *begun)
{
    hg_parentage *parentage = w->parentage;
    const hg_partition *partition = parentage->partition;
    const double start = parentage->spacing_start[block];
    const int64_t end = hg_block_start(partition, block + 1) - partition->first;
    double sum = 0.0;
    for (int64_t own = hg_block_start(partition, block) - partition->first; own < end; own++) {
        parentage->parent[own] = -1;
        if (parentage->spacing[own] == 0.0) continue; /* does not take part */
        sum += parentage->spacing[own];
        const double target = hg_target_at(towards, start + sum);
        if (target < w->here.low || target >= w->here.high) continue; /* a parent on another rank */
        if (!*begun) begin(w, target);
        *begun = true;
        w->target[w->waiting] = target;
        w->own[w->waiting++] = (int32_t)own;
        if (w->waiting == PIECE) match_waiting(w);
    }
}

/* The offspring of some own blocks of one deme. */
static void match_blocks(hg_parentage *parentage, const double *weight, int64_t first, int64_t end)
{
    const int64_t deme = parentage->partition->block_deme[first];
    const hg_aim towards = hg_aim_of(parentage, deme);
    walk w;
    bool begun = false;
    w.parentage = parentage;
    w.weight = weight;
    w.here = hg_stretch_of(parentage, deme);
    w.unit = parentage->weights.unit[deme];
    w.waiting = 0;
    for (int64_t b = first; b < end; b++) call_block(&w, b, &towards, &begun);
    if (!begun) return;
    match_waiting(&w);
    note_children(&w, w.at);
    w.shared = true;
    note_children(&w, w.at + 1);
}

/* Each deme draws for itself. */
static void match_part(hg_parentage *parentage, const double *weight, int64_t first, int64_t end)
{
    const hg_partition *partition = parentage->partition;
    while (first < end) {
        const int64_t of_deme = partition->deme_block[partition->block_deme[first] + 1];
        const int64_t until = of_deme < end ? of_deme : end;
        match_blocks(parentage, weight, first, until);
        first = until;
    }
}

void hg_parentage_match_own(hg_parentage *parentage, const double *weight)
{
    const hg_partition *partition = parentage->partition;
#pragma omp parallel for schedule(static)
    for (int64_t b = partition->first_block; b < partition->end_block; b += PART)
        match_part(parentage, weight, b,
                   b + PART < partition->end_block ? b + PART : partition->end_block);
}
