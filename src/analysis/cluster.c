/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/cluster.h"

#include <math.h>
#include <stdbool.h>

#include "base/memory.h"

/* A cluster is a list of rows, linked from its first to its last; it goes by the number of one of
 * its rows, which no other cluster has. */
typedef struct clusters {
    int64_t rows, alive;
    float *distance; /* [rows*(rows-1)/2] of living clusters */
    int64_t *size;   /* [rows], 0: merged into another */
    double *mean;    /* [rows] */
    int64_t *first, *last, *next;
    int64_t *chain; /* each the nearest neighbour of the one before */
    int64_t links;
} clusters;

static float *between(clusters *all, int64_t a, int64_t b)
{
    const int64_t low = a < b ? a : b, high = a < b ? b : a;
    return &all->distance[high * (high - 1) / 2 + low];
}

static void measure(clusters *all, const double *value, int64_t width)
{
    for (int64_t a = 0; a < all->rows; a++) {
        const double *own = value + a * width;
        double sum = 0;
        for (int64_t k = 0; k < width; k++) sum += own[k];
        all->mean[a] = width > 0 ? sum / (double)width : 0;
        all->size[a] = 1;
        all->first[a] = all->last[a] = a;
        all->next[a] = -1;
        for (int64_t b = 0; b < a; b++) {
            const double *other = value + b * width;
            double squares = 0;
            for (int64_t k = 0; k < width; k++)
                squares += (own[k] - other[k]) * (own[k] - other[k]);
            *between(all, a, b) = (float)sqrt(squares);
        }
    }
}

/* The nearest living cluster; of several as near `preferred`, else the first. */
static int64_t nearest(clusters *all, int64_t a, int64_t preferred)
{
    int64_t found = preferred;
    float least = preferred >= 0 ? *between(all, a, preferred) : INFINITY;
    for (int64_t b = 0; b < all->rows; b++) {
        if (b == a || all->size[b] == 0) continue;
        const float distance = *between(all, a, b);
        if (found >= 0 && !(distance < least)) continue;
        least = distance;
        found = b;
    }
    return found;
}

/* `b` goes into `a`. */
static void merge(clusters *all, int64_t a, int64_t b)
{
    const double in_a = (double)all->size[a], in_b = (double)all->size[b], sum = in_a + in_b;
    for (int64_t c = 0; c < all->rows; c++) {
        if (c == a || c == b || all->size[c] == 0) continue;
        *between(all, a, c) =
            (float)((in_a * *between(all, a, c) + in_b * *between(all, b, c)) / sum);
    }
    const bool b_first = all->mean[b] < all->mean[a];
    const int64_t low = b_first ? b : a, high = b_first ? a : b, first = all->first[low];
    all->next[all->last[low]] = all->first[high];
    all->last[a] = all->last[high];
    all->first[a] = first;
    all->mean[a] = (in_a * all->mean[a] + in_b * all->mean[b]) / sum;
    all->size[a] += all->size[b];
    all->size[b] = 0;
    all->alive--;
}

/* Goes from neighbour to nearer neighbour until two are each other's nearest, which are merged. */
static void merge_next(clusters *all)
{
    if (all->links == 0)
        for (int64_t c = 0; all->links == 0; c++)
            if (all->size[c] > 0) all->chain[all->links++] = c;
    for (;;) {
        const int64_t tip = all->chain[all->links - 1];
        const int64_t before = all->links > 1 ? all->chain[all->links - 2] : -1;
        const int64_t next = nearest(all, tip, before);
        if (next == before) break;
        all->chain[all->links++] = next;
    }
    all->links -= 2;
    merge(all, all->chain[all->links], all->chain[all->links + 1]);
}

static hg_status reserve(clusters *all)
{
    const size_t rows = (size_t)all->rows;
    HG_TRY(hg_allocate(&all->distance, HG_MEMORY_OTHER, rows * (rows - 1) / 2,
                       sizeof *all->distance));
    HG_TRY(hg_allocate(&all->size, HG_MEMORY_OTHER, rows, sizeof *all->size));
    HG_TRY(hg_allocate(&all->mean, HG_MEMORY_OTHER, rows, sizeof *all->mean));
    HG_TRY(hg_allocate(&all->first, HG_MEMORY_OTHER, rows, sizeof *all->first));
    HG_TRY(hg_allocate(&all->last, HG_MEMORY_OTHER, rows, sizeof *all->last));
    HG_TRY(hg_allocate(&all->next, HG_MEMORY_OTHER, rows, sizeof *all->next));
    return hg_allocate(&all->chain, HG_MEMORY_OTHER, rows, sizeof *all->chain);
}

hg_status hg_cluster_order(const double *value, int64_t rows, int64_t width, int64_t *order)
{
    clusters all = {.rows = rows, .alive = rows};
    if (rows == 0) return HG_OK;
    const hg_status status = reserve(&all);
    if (status == HG_OK) {
        measure(&all, value, width);
        while (all.alive > 1) merge_next(&all);
        int64_t root = 0;
        while (all.size[root] == 0) root++;
        for (int64_t i = 0, row = all.first[root]; i < rows; i++, row = all.next[row])
            order[i] = row;
    }
    hg_release(&all.distance);
    hg_release(&all.size);
    hg_release(&all.mean);
    hg_release(&all.first);
    hg_release(&all.last);
    hg_release(&all.next);
    hg_release(&all.chain);
    return status;
}
