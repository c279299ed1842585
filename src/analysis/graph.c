/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/graph.h"

#include "base/memory.h"
#include "io/igraph.h"

#define LABEL HG_MEMORY_OTHER

/* --- what igraph counts --------------------------------------------------------------------- */

static hg_status check(igraph_error_t error) { return hg_igraph_check(error, HG_BUG, "igraph"); }

static hg_status make(const hg_igraph *igraph, const hg_network *network, igraph_t *made)
{
    igraph_vector_int_t ends;
    HG_TRY(check(igraph->igraph_vector_int_init(&ends, 2 * network->edges)));
    for (int64_t e = 0; e < network->edges; e++) {
        VECTOR(ends)[2 * e] = network->source[e];
        VECTOR(ends)[2 * e + 1] = network->target[e];
    }
    const igraph_error_t error = igraph->igraph_create(made, &ends, network->genes, true);
    igraph->igraph_vector_int_destroy(&ends);
    return check(error);
}

static hg_status copy(const igraph_vector_int_t *from, int64_t count, int64_t **to)
{
    HG_TRY(hg_allocate(to, LABEL, (size_t)count, sizeof **to));
    for (int64_t i = 0; i < count; i++) (*to)[i] = VECTOR(*from)[i];
    return HG_OK;
}

static hg_status count_degrees(hg_graph *graph, const hg_igraph *igraph, const igraph_t *made)
{
    igraph_vector_int_t degrees;
    HG_TRY(check(igraph->igraph_vector_int_init(&degrees, 0)));
    hg_status status;
    HG_TRY_OUT(check(igraph->igraph_degree(made, &degrees, igraph->igraph_vss_all(), IGRAPH_IN,
                                           true)));
    HG_TRY_OUT(copy(&degrees, graph->genes, &graph->in));
    HG_TRY_OUT(check(igraph->igraph_degree(made, &degrees, igraph->igraph_vss_all(), IGRAPH_OUT,
                                           true)));
    HG_TRY_OUT(copy(&degrees, graph->genes, &graph->out));
    for (int64_t g = 0; g < graph->genes; g++)
        graph->unconnected += graph->in[g] == 0 && graph->out[g] == 0;
out:
    igraph->igraph_vector_int_destroy(&degrees);
    return status;
}

static hg_status find_components(hg_graph *graph, const hg_igraph *igraph, const igraph_t *made)
{
    igraph_vector_int_t membership, sizes;
    igraph_integer_t count = 0;
    HG_TRY(check(igraph->igraph_vector_int_init(&membership, 0)));
    hg_status status = check(igraph->igraph_vector_int_init(&sizes, 0));
    if (status != HG_OK) {
        igraph->igraph_vector_int_destroy(&membership);
        return status;
    }
    HG_TRY_OUT(check(igraph->igraph_connected_components(made, &membership, &sizes, &count,
                                                         IGRAPH_STRONG)));
    graph->components = count;
    HG_TRY_OUT(copy(&membership, graph->genes, &graph->component));
    HG_TRY_OUT(copy(&sizes, count, &graph->size));
    for (int64_t c = 0; c < count; c++) graph->loops += graph->size[c] > 1;
out:
    igraph->igraph_vector_int_destroy(&membership);
    igraph->igraph_vector_int_destroy(&sizes);
    return status;
}

static hg_status ask_igraph(hg_graph *graph, const hg_network *network)
{
    const hg_igraph *igraph;
    igraph_t made;
    igraph_bool_t acyclic = false;
    HG_TRY(hg_igraph_load(&igraph));
    HG_TRY(make(igraph, network, &made));
    hg_status status;
    HG_TRY_OUT(check(igraph->igraph_density(&made, &graph->density, true)));
    HG_TRY_OUT(check(igraph->igraph_is_dag(&made, &acyclic)));
    graph->acyclic = acyclic;
    HG_TRY_OUT(count_degrees(graph, igraph, &made));
    HG_TRY_OUT(find_components(graph, igraph, &made));
out:
    igraph->igraph_destroy(&made);
    return status;
}

/* --- signs and motifs ----------------------------------------------------------------------- */

static void count_signs(hg_graph *graph, const hg_network *network)
{
    for (int64_t e = 0; e < network->edges; e++) {
        const hg_graph_sign sign = hg_graph_sign_of(network->weight[e]);
        graph->signs[sign]++;
        if (network->source[e] == network->target[e]) graph->self[sign]++;
    }
}

static void count_pair(hg_graph *graph, hg_graph_sign one, hg_graph_sign other)
{
    const bool told = one != HG_NEITHER && other != HG_NEITHER;
    graph->pairs[!told ? HG_PAIR_UNTOLD : one != other ? HG_PAIR_MIXED
                 : one == HG_ACTIVATES ? HG_PAIR_ACTIVATE : HG_PAIR_REPRESS]++;
}

static void count_triple(hg_graph *graph, hg_graph_sign xy, hg_graph_sign yz, hg_graph_sign xz)
{
    /* by x -> y, y -> z, x -> z, each 0 where it activates */
    static const int type[8] = {0, 2, 0, 2, 3, 1, 3, 1};
    if (xy == HG_NEITHER || yz == HG_NEITHER || xz == HG_NEITHER) {
        graph->untold++;
        return;
    }
    const int xy_represses = xy == HG_REPRESSES, yz_represses = yz == HG_REPRESSES,
              xz_represses = xz == HG_REPRESSES;
    const int t = type[4 * xy_represses + 2 * yz_represses + xz_represses];
    if ((xy_represses ^ yz_represses) == xz_represses) graph->coherent[t]++;
    else graph->incoherent[t]++;
}

/* The loops whose last gene is z; sign_to[x] is that of x -> z, HG_GRAPH_SIGNS: no edge. */
static void count_motifs_of(hg_graph *graph, const hg_network *network, int64_t z,
                            const uint8_t *sign_to)
{
    for (int64_t e = network->first[z]; e < network->first[z + 1]; e++) {
        const int64_t y = network->source[e];
        if (y == z) continue;
        for (int64_t f = network->first[y]; f < network->first[y + 1]; f++) {
            const int64_t x = network->source[f];
            const hg_graph_sign xy = hg_graph_sign_of(network->weight[f]);
            const hg_graph_sign yz = (hg_graph_sign)sign_to[y];
            if (x == z && y < z) count_pair(graph, xy, yz);
            if (x == z || x == y || sign_to[x] == HG_GRAPH_SIGNS) continue;
            count_triple(graph, xy, yz, (hg_graph_sign)sign_to[x]);
        }
    }
}

static hg_status count_motifs(hg_graph *graph, const hg_network *network)
{
    uint8_t *sign_to;
    HG_TRY(hg_allocate(&sign_to, LABEL, (size_t)network->genes, sizeof *sign_to));
    for (int64_t g = 0; g < network->genes; g++) sign_to[g] = HG_GRAPH_SIGNS;
    for (int64_t z = 0; z < network->genes; z++) {
        for (int64_t e = network->first[z]; e < network->first[z + 1]; e++)
            sign_to[network->source[e]] = (uint8_t)hg_graph_sign_of(network->weight[e]);
        count_motifs_of(graph, network, z, sign_to);
        for (int64_t e = network->first[z]; e < network->first[z + 1]; e++)
            sign_to[network->source[e]] = HG_GRAPH_SIGNS;
    }
    hg_release(&sign_to);
    return HG_OK;
}

hg_status hg_graph_measure(hg_graph *graph, const hg_network *network)
{
    *graph = (hg_graph){.genes = network->genes, .edges = network->edges};
    HG_TRY(ask_igraph(graph, network));
    count_signs(graph, network);
    return count_motifs(graph, network);
}

void hg_graph_free(hg_graph *graph)
{
    hg_release(&graph->in);
    hg_release(&graph->out);
    hg_release(&graph->component);
    hg_release(&graph->size);
}
