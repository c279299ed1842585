/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/layout.h"

#include <math.h>

#include "io/igraph.h"

static hg_status check(igraph_error_t error) { return hg_igraph_check(error, HG_BUG, "igraph"); }

static hg_status make(const hg_igraph *igraph, const hg_network *network, igraph_t *made)
{
    igraph_vector_int_t ends;
    HG_TRY(check(igraph->igraph_vector_int_init(&ends, 2 * network->edges)));
    for (int64_t e = 0; e < network->edges; e++) {
        VECTOR(ends)[2 * e] = network->source[e];
        VECTOR(ends)[2 * e + 1] = network->target[e];
    }
    const igraph_error_t error = igraph->igraph_create(made, &ends, network->genes, false);
    igraph->igraph_vector_int_destroy(&ends);
    return check(error);
}

static hg_status place(const hg_igraph *igraph, const igraph_t *graph, int64_t genes,
                       igraph_matrix_t *places)
{
    HG_TRY(check(igraph->igraph_layout_circle(graph, places, igraph->igraph_vss_all())));
    if (genes < 2) return HG_OK;
    return check(igraph->igraph_layout_kamada_kawai(graph, places, true, 200 * genes, 0,
                                                    (double)genes, NULL, NULL, NULL, NULL, NULL));
}

/* A column of places, stretched to 0 .. 1; a half where all are the same. */
static void normalize(const igraph_matrix_t *places, int64_t genes, int column, double *value)
{
    double low = INFINITY, high = -INFINITY;
    for (int64_t g = 0; g < genes; g++) {
        value[g] = MATRIX(*places, g, column);
        low = fmin(low, value[g]);
        high = fmax(high, value[g]);
    }
    for (int64_t g = 0; g < genes; g++)
        value[g] = high - low > 1e-6 ? (value[g] - low) / (high - low) : 0.5;
}

hg_status hg_layout_place(const hg_network *network, double *x, double *y)
{
    const hg_igraph *igraph;
    igraph_t graph;
    igraph_matrix_t places;
    HG_TRY(hg_igraph_load(&igraph));
    HG_TRY(make(igraph, network, &graph));
    hg_status status = check(igraph->igraph_matrix_init(&places, 0, 0));
    if (status == HG_OK) {
        status = place(igraph, &graph, network->genes, &places);
        if (status == HG_OK) {
            normalize(&places, network->genes, 0, x);
            normalize(&places, network->genes, 1, y);
        }
        igraph->igraph_matrix_destroy(&places);
    }
    igraph->igraph_destroy(&graph);
    return status;
}
