/* SPDX-License-Identifier: GPL-3.0-or-later
 * YAML as a tree that knows where each of its parts stands. */
#ifndef HG_IO_RUNFILE_TREE_H
#define HG_IO_RUNFILE_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "io/runfile_mistakes.h"

typedef enum hg_node_kind { HG_NODE_SCALAR, HG_NODE_LIST, HG_NODE_MAP } hg_node_kind;

typedef struct hg_node {
    hg_node_kind kind;
    bool plain;            /**< a scalar without quotes */
    hg_place place;
    char *text;            /**< a scalar's, in UTF-8 */
    struct hg_node **child; /**< [count] of a list or map */
    struct hg_node **key;   /**< [count] of a map: scalars, distinct */
    int64_t count, room;
} hg_node;

/** Owns its nodes; they live until hg_tree_free. */
typedef struct hg_tree {
    struct hg_chunk *chunks;
    int64_t nodes;
    bool broken;   /**< a mistake ended the reading early */
    hg_node *root; /**< NULL when there is none */
} hg_tree;

/**
 * Parses one document. What is wrong with it as YAML, and what a run file does not use
 * (tags, several documents), goes to `mistakes`; the tree is then incomplete. Aliases are
 * replaced by what they stand for. `origin`: of the places, NULL for a file. Free with hg_tree_free always.
 */
hg_status hg_tree_parse(hg_tree *tree, const char *text, const char *origin,
                        hg_mistakes *mistakes);

/**
 * Sets the node at `path` ("population.individuals", "fitness.0.strength") to the YAML
 * `value`, making the maps on the way. `origin` outlives the tree.
 */
hg_status hg_tree_set(hg_tree *tree, const char *path, const char *value, const char *origin,
                      hg_mistakes *mistakes);

/** The node at `path`, or the nearest one above it that exists; NULL in an empty tree. */
const hg_node *hg_tree_nearest(const hg_tree *tree, const char *path);

/** The child of a map by its name, or NULL. */
const hg_node *hg_node_get(const hg_node *map, const char *name);

/** True for a plain scalar that says that there is no value: empty, ~, null, Null, NULL. */
bool hg_node_is_empty(const hg_node *node);

/** True for a plain scalar that is true or false in YAML 1.2 (core schema): true, True, TRUE, ... */
bool hg_node_is_flag(const hg_node *node, bool *flag);

/** True for the plain scalar `word`. */
bool hg_node_is_word(const hg_node *node, const char *word);

void hg_tree_free(hg_tree *tree);

#endif
