/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/network.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static hg_status name_genes(hg_network *network, const char *const *names, int64_t name_count)
{
    HG_TRY(hg_allocate(&network->name, HG_MEMORY_NETWORK, (size_t)network->genes,
                       sizeof *network->name));
    for (int64_t g = 0; g < network->genes; g++) {
        char made_up[24];
        snprintf(made_up, sizeof made_up, "g%" PRId64, g);
        const char *name = g < name_count ? names[g] : made_up;
        HG_TRY(hg_copy_text(&network->name[g], HG_MEMORY_NETWORK, name));
    }
    return HG_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static hg_status check_names(const hg_network *network)
{
    char **sorted;
    HG_TRY(hg_allocate(&sorted, HG_MEMORY_NETWORK, (size_t)network->genes, sizeof *sorted));
    memcpy(sorted, network->name, (size_t)network->genes * sizeof *sorted);
    qsort(sorted, (size_t)network->genes, sizeof *sorted, compare_names);
    hg_status status = HG_OK;
    for (int64_t g = 1; g < network->genes && status == HG_OK; g++)
        if (strcmp(sorted[g - 1], sorted[g]) == 0)
            status = hg_fail(HG_BAD_INPUT, "two genes are named '%s'; names must be distinct",
                             sorted[g]);
    hg_release(&sorted);
    return status;
}

static int compare_edges(const void *a, const void *b)
{
    const hg_edge *left = a, *right = b;
    if (left->target != right->target) return left->target < right->target ? -1 : 1;
    if (left->source != right->source) return left->source < right->source ? -1 : 1;
    return 0;
}

static hg_status check_edges(const hg_network *network, const hg_edge *edges, int64_t count)
{
    for (int64_t e = 0; e < count; e++) {
        const hg_edge *edge = &edges[e];
        if (edge->source < 0 || edge->source >= network->genes || edge->target < 0 ||
            edge->target >= network->genes)
            return hg_fail(HG_BAD_INPUT, "edge %" PRId64 " (%" PRId32 " -> %" PRId32
                           ") names a gene outside 0..%" PRId64, e, edge->source, edge->target,
                           network->genes - 1);
        const char *source = network->name[edge->source], *target = network->name[edge->target];
        if (!isfinite(edge->weight))
            return hg_fail(HG_BAD_INPUT, "the weight of edge %s -> %s is not a finite number",
                           source, target);
        if (e > 0 && compare_edges(&edges[e - 1], edge) == 0)
            return hg_fail(HG_BAD_INPUT, "the edge %s -> %s is given twice", source, target);
    }
    return HG_OK;
}

static hg_status fill_rows(hg_network *network, const hg_edge *edges, int64_t count)
{
    const size_t room = (size_t)count;
    network->edges = count;
    HG_TRY(hg_allocate(&network->source, HG_MEMORY_NETWORK, room, sizeof *network->source));
    HG_TRY(hg_allocate(&network->target, HG_MEMORY_NETWORK, room, sizeof *network->target));
    HG_TRY(hg_allocate(&network->weight, HG_MEMORY_NETWORK, room, sizeof *network->weight));
    HG_TRY(hg_allocate(&network->first, HG_MEMORY_NETWORK, (size_t)network->genes + 1,
                       sizeof *network->first));
    for (int64_t e = 0; e < count; e++) {
        network->source[e] = edges[e].source;
        network->target[e] = edges[e].target;
        network->weight[e] = edges[e].weight;
        network->first[edges[e].target + 1]++;
    }
    for (int64_t g = 0; g < network->genes; g++) network->first[g + 1] += network->first[g];
    return HG_OK;
}

hg_status hg_network_create(hg_network *network, int64_t genes, const char *const *names,
                            int64_t name_count, const hg_edge *edges, int64_t edge_count)
{
    *network = (hg_network){.genes = genes};
    hg_edge *sorted = NULL;
    hg_status status = HG_OK;
    if (genes < 1 || genes > INT32_MAX)
        return hg_fail(HG_BAD_INPUT, "a network of %" PRId64 " genes; allowed: 1..%d", genes,
                       INT32_MAX);
    HG_TRY_OUT(name_genes(network, names, name_count));
    if (name_count > 0) HG_TRY_OUT(check_names(network)); /* g<index> are distinct */
    HG_TRY_OUT(hg_allocate(&sorted, HG_MEMORY_NETWORK, (size_t)edge_count, sizeof *sorted));
    if (edge_count > 0) memcpy(sorted, edges, (size_t)edge_count * sizeof *sorted);
    if (edge_count > 0) qsort(sorted, (size_t)edge_count, sizeof *sorted, compare_edges);
    HG_TRY_OUT(check_edges(network, sorted, edge_count));
    HG_TRY_OUT(fill_rows(network, sorted, edge_count));
out:
    hg_release(&sorted);
    return status;
}

/* Visits the edges of a random network in a fixed order: geometric skips over all ordered
 * pairs, so that the work follows the edges and not the pairs. Counts when `edges` is NULL. */
static int64_t draw_edges(hg_edge *edges, int64_t genes, double density, bool self,
                          const hg_distribution *weight, uint64_t seed)
{
    const hg_stream where = hg_stream_of(seed, HG_PURPOSE_NETWORK_EDGE, 0, 0);
    const int64_t row = self ? genes : genes - 1, pairs = genes * row;
    const double inverse_log = density < 1.0 ? hg_geometric_inverse_log(density) : 0.0;
    int64_t count = 0;
    for (int64_t pair = -1; density > 0.0;) {
        pair += 1;
        if (density < 1.0)
            pair += hg_geometric_skip(hg_stream_uniform(&where, (uint32_t)count), inverse_log);
        if (pair >= pairs) break;
        if (edges != NULL) {
            const int64_t target = pair / row, column = pair % row;
            const int64_t source = column + (!self && column >= target);
            const hg_stream size = hg_stream_of(seed, HG_PURPOSE_NETWORK_WEIGHT, 0, pair);
            edges[count] = (hg_edge){(int32_t)source, (int32_t)target,
                                     hg_distribution_draw(weight, &size, 0)};
        }
        count++;
    }
    return count;
}

hg_status hg_network_create_random(hg_network *network, int64_t genes, const char *const *names,
                                   int64_t name_count, double density,
                                   const hg_distribution *weight, bool self, uint64_t seed)
{
    *network = (hg_network){.genes = genes};
    const int64_t count = draw_edges(NULL, genes, density, self, weight, seed);
    hg_edge *edges;
    HG_TRY(hg_allocate(&edges, HG_MEMORY_NETWORK, (size_t)count, sizeof *edges));
    draw_edges(edges, genes, density, self, weight, seed);
    const hg_status status = hg_network_create(network, genes, names, name_count, edges, count);
    hg_release(&edges);
    return status;
}

void hg_network_free(hg_network *network)
{
    for (int64_t g = 0; network->name != NULL && g < network->genes; g++)
        hg_release(&network->name[g]);
    hg_release(&network->name);
    hg_release(&network->source);
    hg_release(&network->target);
    hg_release(&network->first);
    hg_release(&network->weight);
    network->genes = network->edges = 0;
}
