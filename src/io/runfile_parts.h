/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of the run-file reader share; nobody else includes it.
 *
 * text -> tree (runfile_tree) -> values in an hg_config (runfile_read, runfile_value,
 * runfile_list) -> contradictions (runfile_check) -> network and genes (runfile_resolve).
 */
#ifndef HG_IO_RUNFILE_PARTS_H
#define HG_IO_RUNFILE_PARTS_H

#include "base/names.h"
#include "base/text.h"
#include "io/runfile.h"
#include "io/runfile_mistakes.h"
#include "io/runfile_tree.h"
#include "model/config.h"
#include "model/keys.h"

#define HG_LABEL_SIZE 160 /* bytes of a key's full name in messages */

/** One value on its way into a field. */
typedef struct hg_slot {
    hg_mistakes *mistakes;
    const hg_key *key;
    void *base;        /**< the structure that the key's table describes */
    const char *label; /**< the key as messages call it: "fitness.0.strength" */
} hg_slot;

/** Reads a file of at most `limit` bytes; `what` it is for messages. */
hg_status hg_file_load(const char *path, size_t limit, const char *what, char **text);

/** Reads `node` into the slot's field; mistakes are collected. */
hg_status hg_value_read(const hg_slot *slot, const hg_node *node);

/* The compound types of hg_value_read (runfile_list.c). */
hg_status hg_value_read_numbers(const hg_slot *slot, const hg_node *node, double **numbers,
                                int64_t *count);
hg_status hg_value_read_integers(const hg_slot *slot, const hg_node *node, int64_t **integers,
                                 int64_t *count);
hg_status hg_value_read_names(const hg_slot *slot, const hg_node *node);
hg_status hg_value_read_triples(const hg_slot *slot, const hg_node *node);
hg_status hg_value_read_matrix(const hg_slot *slot, const hg_node *node);
hg_status hg_value_read_square(const hg_slot *slot, const hg_node *node);
hg_status hg_value_read_signs(const hg_slot *slot, const hg_node *node);
hg_status hg_value_read_fields(const hg_slot *slot, const hg_node *node);

/* Single values; false after a mistake. */
bool hg_value_number(const hg_slot *slot, const hg_node *node, double *number);
bool hg_value_integer(const hg_slot *slot, const hg_node *node, int64_t *integer);
bool hg_value_word(const hg_slot *slot, const hg_node *node);

/** "LABEL: problem; allowed: what the key takes". */
void hg_value_refuse(const hg_slot *slot, const hg_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * Reads a whole map by a table: unknown keys, values, keys of other models, missing keys,
 * defaults. given[row] becomes the node of each key that is there. `base` starts zeroed.
 */
hg_status hg_table_read(hg_mistakes *mistakes, const hg_key_table *table, const hg_node *map,
                        void *base, const char *label, const hg_node **given);

/** The same for the run file itself, whose sections are maps within maps. */
hg_status hg_runfile_read(hg_mistakes *mistakes, const hg_node *root, hg_config *config,
                      const hg_node **given);

/**
 * True when the key or section at `path` is missing, but a slip of the keyboard stands in its
 * place, or in that of a section around it: what is missing then goes without saying.
 */
bool hg_is_misspelt(const hg_node *root, const char *path);

/** The default of every key (those that have one); `config` starts zeroed. */
hg_status hg_runfile_defaults(hg_mistakes *mistakes, hg_config *config);

/** Settings that contradict one another, and what this version does not have. */
hg_status hg_run_check(hg_mistakes *mistakes, const hg_config *config, const hg_config *defaults,
                       const hg_node *root, const hg_node *const *given);

/**
 * Checks what depends on the number of genes and their names, and turns names into indices.
 * `names`: gene names in their order, the rest being g<index>.
 */
hg_status hg_run_check_genes(hg_mistakes *mistakes, hg_config *config, int64_t genes,
                             const char *const *names, int64_t name_count);

/**
 * The names of the genes as far as the run file knows them: `network.genes`, else those of
 * `network.edges` in the order of first appearance.
 */
hg_status hg_run_names(const hg_config *config, hg_names *names);

/** Finds where a key was set, for mistakes that show later; opened by the first question. */
typedef struct hg_places {
    const hg_config *config;
    bool open;
    hg_tree tree;
    hg_text origins[64]; /**< the --set words that config->text ends with */
    int count;
} hg_places;

/** Of the key at `path` ("fitness.0.optimum"), or the nearest above it. */
hg_place hg_places_find(hg_places *places, const char *path);
void hg_places_close(hg_places *places);

/** True when the run file itself, or --set, gives the key at exactly this path. */
bool hg_places_is_given(hg_places *places, const char *path);

/** Adds the value of `key` as YAML; `indent`: column that long lists go on at. */
void hg_value_print(hg_text *text, const hg_key *key, const void *base, int indent);

#endif
