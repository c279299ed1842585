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

static void find_range(const igraph_matrix_t *places, int64_t genes, int column, double range[2])
{
    range[0] = INFINITY, range[1] = -INFINITY;
    for (int64_t g = 0; g < genes; g++) {
        range[0] = fmin(range[0], MATRIX(*places, g, column));
        range[1] = fmax(range[1], MATRIX(*places, g, column));
    }
}

/* The longer side becomes 0 .. 1, the shorter one lies about a half: distances keep their ratios. */
static void normalize(const igraph_matrix_t *places, int64_t genes, double *x, double *y)
{
    double across[2], up[2];
    find_range(places, genes, 0, across);
    find_range(places, genes, 1, up);
    const double longer = fmax(across[1] - across[0], up[1] - up[0]);
    const double scale = longer > 1e-6 ? 1 / longer : 0;
    for (int64_t g = 0; g < genes; g++) {
        const double from_middle_x = MATRIX(*places, g, 0) - (across[0] + across[1]) / 2;
        const double from_middle_y = MATRIX(*places, g, 1) - (up[0] + up[1]) / 2;
        x[g] = fmin(1, fmax(0, 0.5 + scale * from_middle_x)); /* 1 as it may come out of rounding */
        y[g] = fmin(1, fmax(0, 0.5 + scale * from_middle_y));
    }
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
        if (status == HG_OK) normalize(&places, network->genes, x, y);
        igraph->igraph_matrix_destroy(&places);
    }
    igraph->igraph_destroy(&graph);
    return status;
}
