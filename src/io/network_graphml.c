/* SPDX-License-Identifier: GPL-3.0-or-later
 * Networks from GraphML (Brandes et al. 2002), read by igraph. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "io/igraph.h"
#include "io/network_parts.h"

#define LABEL HG_NETWORK_LABEL

static const hg_place nowhere = {0, 0, NULL}; /* igraph does not tell where things stand */

/* An attribute of vertices or edges: NULL where there is none. */
typedef struct attribute {
    const char *name;
    bool is_number;
} attribute;

typedef struct graph {
    hg_network_reading *reading;
    const hg_igraph *igraph;
    igraph_t graph;
    bool read; /* `graph` is there */
    igraph_strvector_t vertex_names, edge_names;
    igraph_vector_int_t vertex_types, edge_types;
    int lists; /* of the above that are there */
    int32_t *gene; /* [vertices] */
} graph;

static hg_status check(const graph *g, igraph_error_t error)
{
    return hg_igraph_check(error, HG_BAD_INPUT, g->reading->mistakes->path);
}

/* igraph's messages of what is not XML begin with "Line 7: ". */
static hg_status place_message(const graph *g, hg_status status)
{
    static const char start[] = "Line ";
    const char *path = g->reading->mistakes->path;
    const char *message = hg_error_message() + strlen(path) + 2;
    if (status != HG_BAD_INPUT || strncmp(message, start, sizeof start - 1) != 0) return status;
    char *end, words[400];
    const long long line = strtoll(message + sizeof start - 1, &end, 10);
    if (line < 1 || strncmp(end, ": ", 2) != 0) return status;
    snprintf(words, sizeof words, "%s", end + 2);
    return hg_fail(HG_BAD_INPUT, "%s:%lld:1: %s", path, line, words);
}

static hg_status read_graph(graph *g, char *text)
{
    HG_TRY(hg_igraph_load(&g->igraph));
    const char *path = g->reading->mistakes->path;
    if (text[0] == '\0') return hg_fail(HG_BAD_INPUT, "%s: an empty file; allowed: GraphML", path);
    FILE *file = fmemopen(text, strlen(text), "r");
    if (file == NULL) return hg_fail(HG_NO_MEMORY, "%s: no memory to read it", path);
    const igraph_error_t error = g->igraph->igraph_read_graph_graphml(&g->graph, file, 0);
    fclose(file);
    g->read = error == IGRAPH_SUCCESS;
    const hg_status status = check(g, error);
    if (status == HG_BAD_INPUT && strstr(hg_error_message(), "Graph index was too large") != NULL)
        return hg_fail(HG_BAD_INPUT, "%s: holds no graph; allowed: GraphML", path);
    if (!g->read) return place_message(g, status);
    if (!g->igraph->igraph_is_directed(&g->graph))
        return hg_fail(HG_BAD_INPUT, "%s: an undirected graph does not tell who regulates whom; "
                       "allowed: edgedefault=\"directed\"", path);
    if (g->igraph->igraph_vcount(&g->graph) == 0)
        return hg_fail(HG_BAD_INPUT, "%s: holds no nodes; allowed: a node for each gene", path);
    return HG_OK;
}

/* --- attributes ----------------------------------------------------------------------------- */

static hg_status list_attributes(graph *g)
{
    const hg_igraph *igraph = g->igraph;
    HG_TRY(check(g, igraph->igraph_strvector_init(&g->vertex_names, 0)));
    g->lists = 1;
    HG_TRY(check(g, igraph->igraph_strvector_init(&g->edge_names, 0)));
    g->lists = 2;
    HG_TRY(check(g, igraph->igraph_vector_int_init(&g->vertex_types, 0)));
    g->lists = 3;
    HG_TRY(check(g, igraph->igraph_vector_int_init(&g->edge_types, 0)));
    g->lists = 4;
    return check(g, igraph->igraph_cattribute_list(&g->graph, NULL, NULL, &g->vertex_names,
                                                   &g->vertex_types, &g->edge_names,
                                                   &g->edge_types));
}

static attribute find(const graph *g, const igraph_strvector_t *names,
                      const igraph_vector_int_t *types, const char *name)
{
    const igraph_integer_t count = g->igraph->igraph_strvector_size(names);
    for (igraph_integer_t i = 0; i < count; i++) {
        const igraph_integer_t type = VECTOR(*types)[i];
        const bool is_number = type == IGRAPH_ATTRIBUTE_NUMERIC;
        if (strcmp(g->igraph->igraph_strvector_get(names, i), name) == 0 &&
            (is_number || type == IGRAPH_ATTRIBUTE_STRING))
            return (attribute){name, is_number};
    }
    return (attribute){NULL, false};
}

/* --- vertices ------------------------------------------------------------------------------- */

/* A vertex's name, "" where it has none. */
static const char *name_of(const graph *g, attribute of, igraph_integer_t vertex,
                           char number[HG_NUMBER_SIZE])
{
    if (!of.is_number) return g->igraph->igraph_cattribute_VAS(&g->graph, of.name, vertex);
    const double value = g->igraph->igraph_cattribute_VAN(&g->graph, of.name, vertex);
    if (!isfinite(value)) return "";
    hg_number_format(number, value);
    return number;
}

static bool names_some(const graph *g, attribute of)
{
    char number[HG_NUMBER_SIZE];
    const igraph_integer_t vertices = g->igraph->igraph_vcount(&g->graph);
    for (igraph_integer_t v = 0; of.name != NULL && v < vertices; v++)
        if (name_of(g, of, v, number)[0] != '\0') return true;
    return false;
}

static hg_status name_vertices(graph *g, attribute of)
{
    const igraph_integer_t vertices = g->igraph->igraph_vcount(&g->graph);
    hg_names seen = hg_names_of(LABEL);
    char number[HG_NUMBER_SIZE];
    hg_status status;
    HG_TRY_OUT(hg_allocate(&g->gene, LABEL, (size_t)vertices, sizeof *g->gene));
    for (igraph_integer_t v = 0; v < vertices; v++) {
        const char *name = name_of(g, of, v, number);
        int64_t at;
        bool added;
        if (name[0] == '\0') {
            hg_mistakes_add(g->reading->mistakes, nowhere, "node %lld has no %s, which others "
                            "have; allowed: one for each", (long long)v + 1, of.name);
            continue;
        }
        HG_TRY_OUT(hg_names_add(&seen, name, &at, &added));
        if (!added)
            hg_mistakes_add(g->reading->mistakes, nowhere, "two nodes have the %s '%.60s'; "
                            "allowed: distinct names", of.name, name);
        HG_TRY_OUT(hg_network_reading_gene(g->reading, nowhere, name, &g->gene[v]));
    }
    status = hg_mistakes_report(g->reading->mistakes);
out:
    hg_names_free(&seen);
    return status;
}

static hg_status read_vertices(graph *g)
{
    static const char *const names[] = {"name", "label", "id"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const attribute of = find(g, &g->vertex_names, &g->vertex_types, names[i]);
        if (names_some(g, of)) return name_vertices(g, of);
    }
    return hg_fail(HG_BAD_INPUT, "%s: the nodes have no names; allowed: the attribute name or "
                   "label, or an id of each", g->reading->mistakes->path);
}

/* --- edges ---------------------------------------------------------------------------------- */

/* The attribute of an edge as a weight; *told is left where the edge lacks it. */
static bool weigh(graph *g, attribute of, double unit, igraph_integer_t edge, bool *told,
                  double *weight)
{
    if (of.name == NULL || *told) return true;
    if (of.is_number) {
        const double value = g->igraph->igraph_cattribute_EAN(&g->graph, of.name, edge);
        *told = !isnan(value);
        if (*told) *weight = value * unit;
        if (!*told || isfinite(*weight)) return true;
        hg_mistakes_add(g->reading->mistakes, nowhere, "the %s of an edge is not a finite number",
                        of.name);
        return false;
    }
    const char *word = g->igraph->igraph_cattribute_EAS(&g->graph, of.name, edge);
    *told = word[0] != '\0';
    return !*told || hg_network_reading_weight(g->reading, nowhere, word, weight);
}

static hg_status read_edges(graph *g)
{
    const attribute weight = find(g, &g->edge_names, &g->edge_types, "weight");
    const attribute sign = find(g, &g->edge_names, &g->edge_types, "sign");
    const double unit = g->reading->config->network.default_weight;
    const igraph_integer_t edges = g->igraph->igraph_ecount(&g->graph);
    for (igraph_integer_t e = 0; e < edges; e++) {
        igraph_integer_t source, target;
        hg_edge edge = {.weight = unit};
        bool told = false;
        HG_TRY(check(g, g->igraph->igraph_edge(&g->graph, e, &source, &target)));
        const bool weighed = weigh(g, weight, 1.0, e, &told, &edge.weight) &&
                             weigh(g, sign, unit, e, &told, &edge.weight);
        g->reading->untold += !told;
        edge.source = g->gene[source];
        edge.target = g->gene[target];
        if (weighed) HG_TRY(hg_network_reading_edge(g->reading, nowhere, edge));
    }
    return hg_network_reading_finish(g->reading);
}

static void close_graph(graph *g)
{
    const hg_igraph *igraph = g->igraph;
    if (g->lists > 0) igraph->igraph_strvector_destroy(&g->vertex_names);
    if (g->lists > 1) igraph->igraph_strvector_destroy(&g->edge_names);
    if (g->lists > 2) igraph->igraph_vector_int_destroy(&g->vertex_types);
    if (g->lists > 3) igraph->igraph_vector_int_destroy(&g->edge_types);
    if (g->read) igraph->igraph_destroy(&g->graph);
    hg_release(&g->gene);
}

hg_status hg_network_graphml_read(hg_edge_list *list, const char *path, const char *text,
                                  const hg_config *config)
{
    *list = (hg_edge_list){.names = hg_names_of(LABEL)};
    hg_mistakes mistakes = {.path = path};
    hg_network_reading reading = {.list = list, .config = config, .mistakes = &mistakes};
    graph g = {.reading = &reading};
    char *copy = NULL;
    hg_status status;
    HG_TRY_OUT(hg_network_reading_begin(&reading));
    HG_TRY_OUT(hg_copy_text(&copy, LABEL, text));
    HG_TRY_OUT(read_graph(&g, copy));
    HG_TRY_OUT(hg_network_graphml_check_nodes(&mistakes, text));
    HG_TRY_OUT(list_attributes(&g));
    HG_TRY_OUT(read_vertices(&g));
    HG_TRY_OUT(read_edges(&g));
out:
    close_graph(&g);
    hg_release(&copy);
    hg_network_reading_free(&reading);
    return status;
}
