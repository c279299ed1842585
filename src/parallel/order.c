/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel/order.h"

#include <string.h>

/* A level of merging is cut into about this many pieces, so that all threads have work even
 * when only two runs are left. */
enum { PIECES = 64 };

static void sort_run(hg_entry *entry, int64_t count)
{
    for (int64_t i = 1; i < count; i++) {
        const hg_entry moving = entry[i];
        int64_t to = i;
        for (; to > 0 && hg_entry_before(&moving, &entry[to - 1]); to--) entry[to] = entry[to - 1];
        entry[to] = moving;
    }
}

int64_t hg_order_runs(hg_entry *entries, int64_t count, int64_t *start)
{
    const int64_t runs = (count + HG_ORDER_RUN - 1) / HG_ORDER_RUN;
#pragma omp parallel for schedule(static)
    for (int64_t r = 0; r < runs; r++) {
        const int64_t first = r * HG_ORDER_RUN, left = count - first;
        start[r] = first;
        sort_run(entries + first, left < HG_ORDER_RUN ? left : HG_ORDER_RUN);
    }
    start[runs] = count;
    return runs;
}

/* Two neighbouring runs, left[0..lefts-1] and right[0..rights-1]. */
typedef struct pair {
    const hg_entry *left, *right;
    int64_t lefts, rights;
} pair;

/* How many of the first `k` merged entries come from the left. */
static int64_t taken_left(const pair *p, int64_t k)
{
    int64_t low = k > p->rights ? k - p->rights : 0, high = k < p->lefts ? k : p->lefts;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (hg_entry_before(&p->right[k - middle - 1], &p->left[middle])) high = middle;
        else low = middle + 1;
    }
    return low;
}

static void copy(hg_entry *to, const hg_entry *from, int64_t count)
{
    if (count > 0) memcpy(to, from, (size_t)count * sizeof *to);
}

/* The merged entries from `first` up to `end`. */
static void merge_piece(const pair *p, hg_entry *to, int64_t first, int64_t end)
{
    int64_t i = taken_left(p, first), j = first - i, k = first;
    const int64_t last_left = taken_left(p, end), last_right = end - last_left;
    if (i < last_left && j < last_right &&
        !hg_entry_before(&p->right[j], &p->left[last_left - 1])) { /* in order as they are */
        copy(to + k, p->left + i, last_left - i);
        copy(to + k + last_left - i, p->right + j, last_right - j);
        return;
    }
    while (i < last_left && j < last_right) {
        const bool right = hg_entry_before(&p->right[j], &p->left[i]);
        to[k++] = *(right ? &p->right[j] : &p->left[i]);
        j += right;
        i += !right;
    }
    copy(to + k, p->left + i, last_left - i);
    copy(to + k + last_left - i, p->right + j, last_right - j);
}

static void merge_level(const hg_entry *from, hg_entry *to, const int64_t *start, int64_t runs)
{
    const int64_t pairs = (runs + 1) / 2, pieces = (PIECES + pairs - 1) / pairs;
#pragma omp parallel for schedule(static)
    for (int64_t t = 0; t < pairs * pieces; t++) {
        const int64_t run = t / pieces * 2, piece = t % pieces;
        const int64_t first = start[run], middle = start[run + 1];
        const int64_t end = run + 2 <= runs ? start[run + 2] : middle;
        const pair p = {from + first, from + middle, middle - first, end - middle};
        merge_piece(&p, to + first, (end - first) * piece / pieces,
                    (end - first) * (piece + 1) / pieces);
    }
}

hg_entry *hg_order_merge(hg_entry *entries, hg_entry *spare, int64_t *start, int64_t runs)
{
    while (runs > 1) {
        hg_entry *const merged = spare;
        merge_level(entries, merged, start, runs);
        spare = entries;
        entries = merged;
        const int64_t count = start[runs], pairs = (runs + 1) / 2;
        for (int64_t r = 1; r < pairs; r++) start[r] = start[2 * r];
        start[pairs] = count;
        runs = pairs;
    }
    return entries;
}
