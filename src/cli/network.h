/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of `happygene network` share; nobody else includes it. */
#ifndef HG_CLI_NETWORK_H
#define HG_CLI_NETWORK_H

#include "analysis/graph.h"
#include "analysis/weight_course.h"
#include "base/text.h"

/** A network with what was measured in it. */
typedef struct hg_network_report {
    const char *path;
    hg_network network;
    hg_graph graph;
    hg_weight_course course; /**< of a run with heritable weights, else empty */
    int64_t generation;       /**< whose mean weights are measured; -1: shared weights, or a file */
} hg_network_report;

#define HG_NETWORK_HUBS 10

/** The genes with the most edges, most first: at most HG_NETWORK_HUBS, none without an edge. */
int hg_network_hubs(const int64_t *degree, int64_t genes, int64_t hubs[HG_NETWORK_HUBS]);

/** How many genes have 0, 1, ... edges: `*count` numbers, to be released. */
hg_status hg_network_distribution(const int64_t *degree, int64_t genes, int64_t **numbers,
                                  int64_t *count);

/** All of it as JSON. */
hg_status hg_network_write(hg_text *text, const hg_network_report *report);

#endif
