/* SPDX-License-Identifier: GPL-3.0-or-later
 * Networks from files: tables of edges, SBML, GraphML. */
#ifndef HG_IO_NETWORK_FILE_H
#define HG_IO_NETWORK_FILE_H

#include "base/names.h"
#include "base/status.h"
#include "model/config.h"

/** Edges as a file has them. */
typedef struct hg_edge_list {
    hg_names names; /**< of the genes, in their order */
    hg_edge *edges; /**< [count] in the file's order, owned */
    int64_t count;
    char *notes;    /**< what was chosen where the file is silent, a line each; NULL: nothing */
} hg_edge_list;

/**
 * Reads a network: a table of edges, or, by the ending of its name (.xml or .sbml, .graphml), SBML
 * or GraphML. Genes are those of network.genes, in that order, else those of the file in its own
 * order. HG_BAD_INPUT names all mistakes, a line each: "FILE:LINE:COLUMN: ...", or "FILE: ..."
 * where the place is not known. Serial. Free with hg_edge_list_free, also after failure.
 */
hg_status hg_network_file_read(hg_edge_list *list, const char *path, const hg_config *config);

/** Whether a file's ending says that it is a network in a format that is not read. */
bool hg_network_file_is_foreign(const char *path);

/**
 * A table of edges from text; `path` is for messages. A line each, `source target [sign or
 * weight]`, separated by tabs (names may then hold blanks) or by blanks; CRLF, a byte order mark,
 * empty lines and comments from # on are legal. Without a third column the weight is
 * network.default_weight; a word of network.signs is a factor to it; a number is the weight. The
 * order of the genes is that of first appearance, row by row, source first.
 */
hg_status hg_network_text_read(hg_edge_list *list, const char *path, const char *text,
                               const hg_config *config);

/**
 * The same from SBML of any level. Genes are the species, in their order and by their names (ids
 * where they have none); boundary species that regulate nothing are none. A reaction that consumes
 * no gene is the synthesis of its products, and its modifiers regulate these. The weight is
 *   1. the parameter weight_ID of the reaction's kinetic law, ID being the modifier's id, as
 *      `happygene export --table sbml` writes it;
 *   2. else network.default_weight with a sign: what GeneNetWeaver's parameters make of the
 *      regulator (io/network_kinetics.h), or the modifier's SBO term (459 stimulator, 20
 *      inhibitor);
 *   3. else network.default_weight as it is, which list->notes tells.
 */
hg_status hg_network_sbml_read(hg_edge_list *list, const char *path, const char *text,
                               const hg_config *config);

/**
 * The same from GraphML with one directed graph. Names are the nodes' attribute `name`, or
 * `label`, or else their ids: the first of these that any node has, and then each must. Weights
 * are the edges' attribute `weight`, or `sign`: words are those of a table of edges, numbers of
 * `sign` are factors to network.default_weight, which an edge has that has neither.
 */
hg_status hg_network_graphml_read(hg_edge_list *list, const char *path, const char *text,
                                  const hg_config *config);

void hg_edge_list_free(hg_edge_list *list);

#endif
