/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the readers of networks share; nobody else includes it. */
#ifndef HG_IO_NETWORK_PARTS_H
#define HG_IO_NETWORK_PARTS_H

#include "io/network_file.h"
#include "io/runfile_mistakes.h"

#define HG_NETWORK_LABEL HG_MEMORY_NETWORK

/** An edge and where it stands. */
typedef struct hg_placed_edge {
    hg_edge edge;
    hg_place place;
} hg_placed_edge;

/** A network on its way into a list of edges. */
typedef struct hg_network_reading {
    hg_edge_list *list;
    const hg_config *config;
    hg_mistakes *mistakes;
    hg_placed_edge *edges; /**< [count], owned */
    int64_t count, room;
    int64_t untold; /**< edges that have neither a weight nor a sign */
} hg_network_reading;

/** Begins: the list holds network.genes, if there are any, and nothing else. */
hg_status hg_network_reading_begin(hg_network_reading *reading);

/**
 * The number of the gene of this name, which is added when it is new. -1, and a mistake at
 * `place`, when it is no text or not among network.genes.
 */
hg_status hg_network_reading_gene(hg_network_reading *reading, hg_place place, const char *name,
                                  int32_t *gene);

/** A sign of network.signs or a number; false, and a mistake at `place`, when it is neither. */
bool hg_network_reading_weight(hg_network_reading *reading, hg_place place, const char *word,
                               double *weight);

hg_status hg_network_reading_edge(hg_network_reading *reading, hg_place place, hg_edge edge);

/**
 * Ends: doubled edges are mistakes, all mistakes are reported, the edges are in the list, and its
 * notes tell of edges whose weight had to be chosen.
 */
hg_status hg_network_reading_finish(hg_network_reading *reading);

/** Refuses GraphML in which an edge names a node that is not declared, or one is declared twice. */
hg_status hg_network_graphml_check_nodes(hg_mistakes *mistakes, const char *text);

void hg_network_reading_free(hg_network_reading *reading);

#endif
