/* SPDX-License-Identifier: GPL-3.0-or-later
 * Networks from files: tables of edges. */
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
} hg_edge_list;

/**
 * Reads a table of edges: a line each, `source target [sign or weight]`, separated by tabs
 * (names may then hold blanks) or by blanks; CRLF, a byte order mark, empty lines and
 * comments from # on are legal. Without a third column the weight is
 * network.default_weight; a word of network.signs is a factor to it; a number is the weight.
 * Genes are those of network.genes, else in the order of first appearance, row by row,
 * source first. HG_BAD_INPUT names all mistakes, "FILE:LINE:COLUMN: ...", a line each.
 * Serial. Free with hg_edge_list_free, also after failure.
 */
hg_status hg_network_file_read(hg_edge_list *list, const char *path, const hg_config *config);

/** The same from text; `path` is for messages. */
hg_status hg_network_text_read(hg_edge_list *list, const char *path, const char *text,
                               const hg_config *config);

void hg_edge_list_free(hg_edge_list *list);

#endif
