/* SPDX-License-Identifier: GPL-3.0-or-later
 * A network as a graph: what can be counted in it. */
#ifndef HG_ANALYSIS_GRAPH_H
#define HG_ANALYSIS_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "population/network.h"

/** Signs of weights. */
typedef enum hg_graph_sign { HG_ACTIVATES, HG_REPRESSES, HG_NEITHER, HG_GRAPH_SIGNS } hg_graph_sign;

/** Pairs of genes that regulate one another. */
typedef enum hg_graph_pair { HG_PAIR_ACTIVATE, HG_PAIR_REPRESS, HG_PAIR_MIXED, HG_PAIR_UNTOLD,
                             HG_GRAPH_PAIRS } hg_graph_pair;

typedef struct hg_graph {
    int64_t genes, edges;
    int64_t signs[HG_GRAPH_SIGNS]; /**< edges by the sign of their weight */
    double density;                /**< edges among all ordered pairs, self-edges included */
    int64_t self[HG_GRAPH_SIGNS];  /**< autoregulation: self-edges by their sign */
    bool acyclic;                  /**< no loop at all, of one gene neither */
    int64_t unconnected;           /**< genes without any edge */
    int64_t *in, *out;             /**< [genes] edges into and out of a gene, owned */
    int64_t *component;            /**< [genes] strongly connected component of a gene, owned */
    int64_t components;            /**< their number; most are single genes */
    int64_t *size;                 /**< [components] genes, owned */
    int64_t loops;                 /**< components of two genes and more: feedback */
    int64_t pairs[HG_GRAPH_PAIRS]; /**< of genes that regulate one another */
    int64_t coherent[4];           /**< feed-forward loops of the types C1 to C4, */
    int64_t incoherent[4];         /**< I1 to I4, and */
    int64_t untold;                /**< those with an edge of weight 0 */
} hg_graph;

/**
 * Measures `network`: density, degrees, strongly connected components and acyclicity by igraph.
 * A feed-forward loop is three genes with the edges x -> y, y -> z and x -> z, whatever other
 * edges there are among them; it is coherent when the sign of x -> z is the product of the other
 * two. Types as in Mangan & Alon 2003 (PNAS 100:11980), signs of x -> y, y -> z, x -> z:
 * C1 +++, C2 -+-, C3 +--, C4 --+, I1 +-+, I2 ---, I3 ++-, I4 -++. HG_IO where igraph is missing,
 * HG_NO_MEMORY. Free always.
 */
hg_status hg_graph_measure(hg_graph *graph, const hg_network *network);

void hg_graph_free(hg_graph *graph);

static inline hg_graph_sign hg_graph_sign_of(double weight)
{
    return weight > 0.0 ? HG_ACTIVATES : weight < 0.0 ? HG_REPRESSES : HG_NEITHER;
}

#endif
