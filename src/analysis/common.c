/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The most recent common ancestor through any parents. Whoever is an ancestor of all is one of
 * any few, so descent is followed for a few of the last generation at a time, a bit for each, and
 * the candidates that remain are followed forwards, a bit for each. Where one generation has an
 * ancestor of all so has the one before, whence the search goes backwards from the first
 * generation that has any candidates.
 */
#include "analysis/lineages.h"

#include "base/memory.h"

enum { WORDS = 4, FEW = 64 * WORDS };

typedef struct descent {
    uint64_t bit[WORDS];
} descent;

typedef struct search {
    hg_ancestry *ancestry;
    descent *now, *before;  /* [individuals] */
    bool *candidate;        /* [individuals] */
    int64_t candidates, stride;
} search;

static uint64_t all_of(int64_t members, int word)
{
    const int64_t left = members - 64 * word;
    return left >= 64 ? UINT64_MAX : left <= 0 ? 0 : (UINT64_C(1) << left) - 1;
}

static bool has_all(const descent *who, int64_t members)
{
    for (int w = 0; w < WORDS; w++)
        if (who->bit[w] != all_of(members, w)) return false;
    return true;
}

static void add(descent *to, const descent *from)
{
    for (int w = 0; w < WORDS; w++) to->bit[w] |= from->bit[w];
}

static void exchange(search *in)
{
    descent *other = in->now;
    in->now = in->before;
    in->before = other;
}

static void clear(descent *all, int64_t count)
{
    for (int64_t i = 0; i < count; i++) all[i] = (descent){{0}};
}

/* One bit for each of the `few`-th members of the last generation, spread over all of it. */
static int64_t begin_few(search *in, int64_t few)
{
    const int64_t individuals = in->ancestry->individuals, first = few * FEW;
    const int64_t members = individuals - first < FEW ? individuals - first : FEW;
    clear(in->now, individuals);
    for (int64_t k = 0; k < members; k++) {
        const int64_t who = (int64_t)((__int128)(first + k) * in->stride % individuals);
        in->now[who].bit[k / 64] |= UINT64_C(1) << (k % 64);
    }
    return members;
}

/* From generation t to the one before. */
static hg_status step_back(search *in, int64_t t)
{
    const int32_t *parent, *parent2;
    const int64_t individuals = in->ancestry->individuals;
    HG_TRY(hg_ancestry_parents(in->ancestry, t, &parent, &parent2));
    clear(in->before, individuals);
    for (int64_t i = 0; i < individuals; i++) add(&in->before[parent[i]], &in->now[i]);
    for (int64_t i = 0; parent2 != NULL && i < individuals; i++)
        if (parent2[i] >= 0) add(&in->before[parent2[i]], &in->now[i]);
    exchange(in);
    return HG_OK;
}

/* The youngest generation, from the last but one on, with an ancestor of the first few; or -1. */
static hg_status find_first(search *in, int64_t *generation)
{
    const int64_t members = begin_few(in, 0);
    for (int64_t t = in->ancestry->last; t > 0; t--) {
        HG_TRY(step_back(in, t));
        for (int64_t i = 0; i < in->ancestry->individuals; i++) {
            if (!has_all(&in->now[i], members)) continue;
            *generation = t - 1;
            return HG_OK;
        }
    }
    *generation = -1;
    return HG_OK;
}

/* Those of a generation who are no ancestors of all of the few are no candidates. */
static hg_status rule_out(search *in, int64_t generation, int64_t few)
{
    const int64_t members = begin_few(in, few);
    for (int64_t t = in->ancestry->last; t > generation; t--) HG_TRY(step_back(in, t));
    in->candidates = 0;
    for (int64_t i = 0; i < in->ancestry->individuals; i++) {
        in->candidate[i] = in->candidate[i] && has_all(&in->now[i], members);
        in->candidates += in->candidate[i];
    }
    return HG_OK;
}

static void begin_candidates(search *in)
{
    int64_t k = 0;
    clear(in->now, in->ancestry->individuals);
    for (int64_t i = 0; i < in->ancestry->individuals; i++) {
        if (!in->candidate[i]) continue;
        in->now[i].bit[k / 64] = UINT64_C(1) << (k % 64);
        k++;
    }
}

/* Follows the descendants of at most FEW candidates to the last generation: those whom everybody
 * there descends from remain. */
static hg_status follow(search *in, int64_t generation)
{
    const int64_t individuals = in->ancestry->individuals;
    begin_candidates(in);
    for (int64_t t = generation + 1; t <= in->ancestry->last; t++) {
        const int32_t *parent, *parent2;
        HG_TRY(hg_ancestry_parents(in->ancestry, t, &parent, &parent2));
        for (int64_t i = 0; i < individuals; i++) {
            in->before[i] = in->now[parent[i]];
            if (parent2 != NULL && parent2[i] >= 0) add(&in->before[i], &in->now[parent2[i]]);
        }
        exchange(in);
    }
    descent of_all = in->now[0];
    for (int64_t i = 1; i < individuals; i++)
        for (int w = 0; w < WORDS; w++) of_all.bit[w] &= in->now[i].bit[w];
    int64_t k = 0;
    in->candidates = 0;
    for (int64_t i = 0; i < individuals; i++) {
        if (!in->candidate[i]) continue;
        in->candidate[i] = (of_all.bit[k / 64] >> (k % 64) & 1) != 0;
        in->candidates += in->candidate[i];
        k++;
    }
    return HG_OK;
}

/* Leaves the ancestors of all in a generation as the candidates. */
static hg_status judge(search *in, int64_t generation)
{
    const int64_t individuals = in->ancestry->individuals;
    for (int64_t i = 0; i < individuals; i++) in->candidate[i] = true;
    in->candidates = individuals;
    for (int64_t few = 0; few * FEW < individuals && in->candidates > 0; few++) {
        HG_TRY(rule_out(in, generation, few));
        if ((few + 1) * FEW < individuals && in->candidates > 0 && in->candidates <= FEW)
            return follow(in, generation);
    }
    return HG_OK;
}

static hg_status find(search *in, int64_t *generation, int64_t *individual)
{
    HG_TRY(find_first(in, generation));
    for (; *generation >= 0; (*generation)--) {
        HG_TRY(judge(in, *generation));
        for (int64_t i = 0; in->candidates > 0 && i < in->ancestry->individuals; i++) {
            if (!in->candidate[i]) continue;
            *individual = i;
            return HG_OK;
        }
    }
    return HG_OK;
}

static int64_t common_divisor(int64_t a, int64_t b) { return b == 0 ? a : common_divisor(b, a % b); }

hg_status hg_common_ancestor(hg_ancestry *ancestry, int64_t *generation, int64_t *individual)
{
    const size_t room = (size_t)ancestry->individuals;
    search in = {.ancestry = ancestry, .stride = ancestry->individuals * 5 / 8 + 1};
    while (common_divisor(in.stride, ancestry->individuals) != 1) in.stride++;
    *generation = *individual = -1;
    hg_status status = HG_OK;
    HG_TRY_OUT(hg_allocate(&in.now, HG_MEMORY_OTHER, room, sizeof *in.now));
    HG_TRY_OUT(hg_allocate(&in.before, HG_MEMORY_OTHER, room, sizeof *in.before));
    HG_TRY_OUT(hg_allocate(&in.candidate, HG_MEMORY_OTHER, room, sizeof *in.candidate));
    status = find(&in, generation, individual);
out:
    hg_release(&in.now);
    hg_release(&in.before);
    hg_release(&in.candidate);
    return status;
}
