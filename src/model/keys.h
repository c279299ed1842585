/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The schema of the run file: one row per key. Reading, range checks, the resolved
 * file, `happygene help` and the manual all come from these tables; a new key is a
 * field of hg_config and a row here.
 */
#ifndef HG_MODEL_KEYS_H
#define HG_MODEL_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "model/models.h"

/** What a key takes, and in brackets the field that it fills. */
typedef enum hg_key_type {
    HG_KEY_SECTION,         /**< a map of keys */
    HG_KEY_TEXT,            /**< [char *], NULL: none */
    HG_KEY_FLAG,            /**< [bool] */
    HG_KEY_CHOICE,          /**< [bool] one of two words: the first is false */
    HG_KEY_MODEL,           /**< [int, an enum] one of a family of models */
    HG_KEY_INT,             /**< [int] */
    HG_KEY_INTEGER,         /**< [int64_t] */
    HG_KEY_SEED,            /**< [uint64_t] */
    HG_KEY_NUMBER,          /**< [double] */
    HG_KEY_PROFILE,         /**< [hg_profile] a number, a list, or a distribution */
    HG_KEY_SERIES,          /**< [hg_series] a number or a series */
    HG_KEY_OPTIMUM,         /**< [hg_profile] a number, list, distribution or series */
    HG_KEY_DISTRIBUTION,    /**< [hg_distribution] a number or a distribution */
    HG_KEY_INITIAL_WEIGHTS, /**< `network`, or a distribution */
    HG_KEY_NUMBERS,         /**< [double *] a number or a list */
    HG_KEY_INTEGERS,        /**< [int64_t *] a list */
    HG_KEY_DEMES,           /**< a number of demes or a list of their sizes */
    HG_KEY_SIGNS,           /**< a map of tokens to numbers */
    HG_KEY_EDGES,           /**< a list of [source, target, weight] */
    HG_KEY_NAMES,           /**< [char **] a list of words */
    HG_KEY_COMPONENTS,      /**< the list of fitness components */
    HG_KEY_SQUARE,          /**< [double *] a list of rows */
    HG_KEY_MATRIX,          /**< epistatic: a list of rows */
    HG_KEY_INTERACTIONS,    /**< epistatic: a list of [gene, gene, value] */
    HG_KEY_FIELDS,          /**< [unsigned] a list of words, a bit each */
    HG_KEY_COMPRESSION,     /**< [int] none or deflate */
    HG_KEY_DURATION         /**< [double] none or hours:minutes:seconds */
} hg_key_type;

enum { HG_OPEN_LOW = 1, HG_OPEN_HIGH = 2 };

typedef struct hg_key {
    const char *path;    /**< "expression.k" */
    hg_key_type type;
    size_t offset;       /**< of the field in the table's structure */
    size_t count_offset; /**< lists: of the int64_t that counts */
    double low, high;    /**< what a number, or each of several, may be */
    int open;            /**< HG_OPEN_LOW | HG_OPEN_HIGH: the bound itself is not allowed */
    const hg_model_family *family; /**< the words of a model, choice or list of fields */
    const char *fallback;          /**< the default, in YAML; NULL: derived or required */
    const char *derived;           /**< where the default comes from otherwise */
    /** "regulation.model=hill expression.model=hill": the settings that use the key, any of
     *  them; "network.file" alone: networks from a file, "population.demes" alone: several
     *  demes, "mutation.edge_gain" alone: above 0, "population.initial.from" alone: given.
     *  NULL: always used. */
    const char *used_by;
    /** What draws from the key besides generation 0, as in `used_by`: with
     *  population.initial.from these alone use it. NULL: not about generation 0. */
    const char *beside_from;
    const char *unit;     /**< "1": none */
    bool unavailable;     /**< refused in this version unless it has its default value */
    bool input_only;      /**< another way to say what a printed key says */
    int stream;           /**< profiles: which random numbers draw its values; append only */
    const char *doc;
} hg_key;

typedef struct hg_key_table {
    const char *title;
    const char *prefix; /**< in front of the paths, "" for the run file itself */
    const hg_key *keys;
    int count;
} hg_key_table;

extern const hg_key_table hg_run_keys;          /**< fields of hg_config */
extern const hg_key_table hg_component_keys;    /**< of hg_fitness_component */
extern const hg_key_table hg_distribution_keys; /**< of hg_distribution */
extern const hg_key_table hg_series_keys;       /**< of hg_series */

/** The tables above, ended by NULL, in the order of the manual. */
extern const hg_key_table *const hg_key_tables[];

#define HG_KEYS_MAXIMUM 128 /* rows of the longest table */

/** The row of `path`, or NULL. */
const hg_key *hg_keys_find(const hg_key_table *table, const char *path);

/** The last part of a path: "k" of "expression.k". */
const char *hg_key_leaf(const hg_key *key);

/** The field of `key` in the structure that starts at `base`. */
void *hg_key_field(const hg_key *key, const void *base);
int64_t *hg_key_count(const hg_key *key, const void *base);

/** Whether the settings in `base` use the key (its own `used_by` and its sections'). */
bool hg_key_is_used(const hg_key_table *table, const hg_key *key, const void *base);

/** Whether an earlier run's snapshot takes the place of what the key says (`beside_from`). */
bool hg_key_is_overruled(const hg_key_table *table, const hg_key *key, const void *base);

/** The chosen model of a MODEL or CHOICE key. */
const hg_model *hg_key_model(const hg_key *key, const void *base);

bool hg_key_in_range(const hg_key *key, double value);

/** True when the key has no default at all. */
bool hg_key_is_required(const hg_key *key);

/** "a number > 0", "one of none, additive, ...": what the key takes. */
void hg_key_describe(hg_text *text, const hg_key *key);

/** " > 0", " in [0, 1)", "" where anything goes. */
void hg_key_describe_range(hg_text *text, const hg_key *key);

/** The names of a family, the available ones or all of them: "none, additive". */
void hg_key_list_models(hg_text *text, const hg_model_family *family, bool available);

#endif
