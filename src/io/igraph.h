/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * igraph (Csardi & Nepusz 2006), loaded when it is needed, and made to report errors instead of
 * ending the process or printing.
 */
#ifndef HG_IO_IGRAPH_H
#define HG_IO_IGRAPH_H

#include <igraph/igraph.h>

#include "base/status.h"

/* What is used of it. */
#define HG_IGRAPH_SYMBOLS(USE)                                                                     \
    USE(igraph_set_error_handler) USE(igraph_set_warning_handler)                                  \
    USE(igraph_set_attribute_table) USE(igraph_cattribute_table) USE(IGRAPH_FINALLY_FREE)          \
    USE(igraph_strerror)                                                                           \
    USE(igraph_read_graph_graphml) USE(igraph_create) USE(igraph_destroy)                          \
    USE(igraph_vcount) USE(igraph_ecount) USE(igraph_is_directed) USE(igraph_edge)                 \
    USE(igraph_cattribute_list) USE(igraph_cattribute_VAS) USE(igraph_cattribute_VAN)              \
    USE(igraph_cattribute_EAS) USE(igraph_cattribute_EAN)                                          \
    USE(igraph_strvector_init) USE(igraph_strvector_destroy) USE(igraph_strvector_size)            \
    USE(igraph_strvector_get)                                                                      \
    USE(igraph_vector_int_init) USE(igraph_vector_int_destroy)                                     \
    USE(igraph_density) USE(igraph_is_dag) USE(igraph_connected_components)                        \
    USE(igraph_matrix_init) USE(igraph_matrix_destroy)                                             \
    USE(igraph_layout_circle) USE(igraph_layout_kamada_kawai)                                      \
    USE(igraph_degree) USE(igraph_vss_all)

/** Its functions by their own names: `igraph->igraph_vcount(&graph)`. */
typedef struct hg_igraph {
#define HG_MEMBER(name) __typeof__(&(name)) (name);
    HG_IGRAPH_SYMBOLS(HG_MEMBER)
#undef HG_MEMBER
} hg_igraph;

/** Loads igraph; HG_IO where that cannot be. */
hg_status hg_igraph_load(const hg_igraph **igraph);

/**
 * What a call of igraph came to: HG_OK, HG_NO_MEMORY, or `status` with what igraph said first
 * since the last failure, after `what` ("FILE").
 */
hg_status hg_igraph_check(igraph_error_t error, hg_status status, const char *what);

#endif
