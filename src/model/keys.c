/* SPDX-License-Identifier: GPL-3.0-or-later
 * What can be said of a key from its row alone. */
#include "model/keys.h"

#include <math.h>
#include <string.h>

#include "model/config.h"

const hg_key *hg_keys_find(const hg_key_table *table, const char *path)
{
    for (int i = 0; i < table->count; i++)
        if (strcmp(table->keys[i].path, path) == 0) return &table->keys[i];
    return NULL;
}

const char *hg_key_leaf(const hg_key *key)
{
    const char *dot = strrchr(key->path, '.');
    return dot == NULL ? key->path : dot + 1;
}

void *hg_key_field(const hg_key *key, const void *base)
{
    union {
        const void *read;
        char *write;
    } address = {.read = base}; /* one accessor for readers and writers */
    return address.write + key->offset;
}

int64_t *hg_key_count(const hg_key *key, const void *base)
{
    union {
        const void *read;
        char *write;
    } address = {.read = base};
    return (int64_t *)(void *)(address.write + key->count_offset);
}

const hg_model *hg_key_model(const hg_key *key, const void *base)
{
    const void *field = hg_key_field(key, base);
    int row = 0;
    if (key->type == HG_KEY_MODEL)
        memcpy(&row, field, sizeof row);
    else if (key->type == HG_KEY_CHOICE)
        row = *(const bool *)field;
    else if (key->type == HG_KEY_COMPRESSION)
        row = *(const int *)field > 0;
    return row >= 0 && row < key->family->count ? &key->family->models[row] : key->family->models;
}

static bool is_word(const char *word, const char *condition, size_t length)
{
    return strlen(word) == length && strncmp(word, condition, length) == 0;
}

/* A condition without "=" names the origin of the network, or asks for more than the default. */
static bool bare_condition_holds(const hg_config *config, const char *condition, size_t length)
{
    static const char *const origins[] = {[HG_NETWORK_NONE] = "network.none",
                                          [HG_NETWORK_FILE] = "network.file",
                                          [HG_NETWORK_RANDOM] = "network.random",
                                          [HG_NETWORK_EDGES] = "network.edges"};
    if (is_word("population.demes", condition, length)) return config->population.demes > 1;
    if (is_word("mutation.edge_gain", condition, length)) return config->mutation.edge_gain > 0.0;
    if (is_word("population.initial.from", condition, length))
        return config->population.initial.from != NULL;
    return is_word(origins[config->network.origin], condition, length);
}

static bool condition_holds(const hg_key_table *table, const void *base, const char *condition,
                            size_t length)
{
    const char *equals = memchr(condition, '=', length);
    if (equals == NULL)
        return table == &hg_run_keys && bare_condition_holds(base, condition, length);
    const size_t path_length = (size_t)(equals - condition);
    for (int i = 0; i < table->count; i++) {
        const hg_key *key = &table->keys[i];
        if (strlen(key->path) != path_length || strncmp(key->path, condition, path_length) != 0)
            continue;
        const char *name = hg_key_model(key, base)->name;
        const size_t name_length = length - path_length - 1;
        return strlen(name) == name_length && strncmp(name, equals + 1, name_length) == 0;
    }
    return false;
}

static bool any_holds(const hg_key_table *table, const char *conditions, const void *base)
{
    for (const char *c = conditions; *c != '\0';) {
        const size_t length = strcspn(c, " ");
        if (condition_holds(table, base, c, length)) return true;
        c += length + strspn(c + length, " ");
    }
    return false;
}

static bool own_condition_holds(const hg_key_table *table, const hg_key *key, const void *base)
{
    return key->used_by == NULL || any_holds(table, key->used_by, base);
}

bool hg_key_is_overruled(const hg_key_table *table, const hg_key *key, const void *base)
{
    if (table != &hg_run_keys || key->beside_from == NULL) return false;
    const hg_config *config = base;
    return config->population.initial.from != NULL && !any_holds(table, key->beside_from, base);
}

bool hg_key_is_used(const hg_key_table *table, const hg_key *key, const void *base)
{
    if (!own_condition_holds(table, key, base) || hg_key_is_overruled(table, key, base))
        return false;
    for (int i = 0; i < table->count; i++) {
        const hg_key *section = &table->keys[i];
        const size_t length = strlen(section->path);
        const bool holds_key = section->type == HG_KEY_SECTION &&
                               strncmp(section->path, key->path, length) == 0 &&
                               key->path[length] == '.';
        if (holds_key && !own_condition_holds(table, section, base)) return false;
    }
    return true;
}

bool hg_key_in_range(const hg_key *key, double value)
{
    const bool above = (key->open & HG_OPEN_LOW) ? value > key->low : value >= key->low;
    const bool below = (key->open & HG_OPEN_HIGH) ? value < key->high : value <= key->high;
    return above && below;
}

bool hg_key_is_required(const hg_key *key)
{
    return key->type != HG_KEY_SECTION && key->fallback == NULL && key->derived == NULL;
}

static void add_bound(hg_text *text, double bound)
{
    if (fabs(bound) < 1e18 && bound == floor(bound))
        hg_text_add(text, "%.0f", bound);
    else
        hg_text_add_number(text, bound);
}

void hg_key_describe_range(hg_text *text, const hg_key *key)
{
    const bool open_low = key->open & HG_OPEN_LOW, open_high = key->open & HG_OPEN_HIGH;
    if (isinf(key->low) && isinf(key->high)) return;
    if (isinf(key->high)) {
        hg_text_add(text, open_low ? " > " : " >= ");
        add_bound(text, key->low);
        return;
    }
    hg_text_add(text, " in %c", open_low ? '(' : '[');
    add_bound(text, key->low);
    hg_text_add(text, ", ");
    if (key->high > 1.8e19)
        hg_text_add(text, "2^64-1");
    else
        add_bound(text, key->high);
    hg_text_add(text, "%c", open_high ? ')' : ']');
}

void hg_key_list_models(hg_text *text, const hg_model_family *family, bool available)
{
    const char *separator = "";
    for (int i = 0; i < family->count; i++) {
        if (available && !family->models[i].available) continue;
        hg_text_add(text, "%s%s", separator, family->models[i].name);
        separator = ", ";
    }
}

/* What is said of a type in front of its range; %s is nothing else. */
static const char *const type_words[] = {
    [HG_KEY_SECTION] = "a map of keys",
    [HG_KEY_TEXT] = "a text",
    [HG_KEY_FLAG] = "true or false",
    [HG_KEY_CHOICE] = "one of ",
    [HG_KEY_MODEL] = "one of ",
    [HG_KEY_INT] = "an integer",
    [HG_KEY_INTEGER] = "an integer",
    [HG_KEY_SEED] = "an integer",
    [HG_KEY_NUMBER] = "a number",
    [HG_KEY_PROFILE] = "a number, a list with one per gene, or a distribution; numbers",
    [HG_KEY_SERIES] = "a number or a series; numbers",
    [HG_KEY_OPTIMUM] = "a number, a list with one per gene, a distribution, or a series; numbers",
    [HG_KEY_DISTRIBUTION] = "a number or a distribution",
    [HG_KEY_INITIAL_WEIGHTS] = "network, or a distribution",
    [HG_KEY_NUMBERS] = "a number or a list of numbers",
    [HG_KEY_INTEGERS] = "a list of integers",
    [HG_KEY_DEMES] = "an integer or a list of integers",
    [HG_KEY_SIGNS] = "a map of words to numbers",
    [HG_KEY_EDGES] = "a list of [source, target, weight]",
    [HG_KEY_NAMES] = "a list of names",
    [HG_KEY_COMPONENTS] = "a list of components, {model: ..., ...} each",
    [HG_KEY_SQUARE] = "a list of rows, each a list of numbers",
    [HG_KEY_MATRIX] = "a list of rows, each a list of numbers",
    [HG_KEY_INTERACTIONS] = "a list of [gene, gene, value]",
    [HG_KEY_FIELDS] = "a list of the words ",
    [HG_KEY_COMPRESSION] = "one of ",
    [HG_KEY_DURATION] = "none, or hours:minutes:seconds as in 23:50:00",
};

static bool has_range(hg_key_type type)
{
    switch (type) {
    case HG_KEY_INT:
    case HG_KEY_INTEGER:
    case HG_KEY_SEED:
    case HG_KEY_NUMBER:
    case HG_KEY_PROFILE:
    case HG_KEY_SERIES:
    case HG_KEY_OPTIMUM:
    case HG_KEY_NUMBERS:
    case HG_KEY_INTEGERS:
    case HG_KEY_DEMES:
    case HG_KEY_SQUARE:
        return true;
    default:
        return false;
    }
}

void hg_key_describe(hg_text *text, const hg_key *key)
{
    const char *words = type_words[key->type];
    const char *numbers = strstr(words, "; numbers");
    const bool unbounded = isinf(key->low) && isinf(key->high);
    if (numbers != NULL && unbounded)
        hg_text_add_bytes(text, words, (size_t)(numbers - words));
    else
        hg_text_add(text, "%s", words);
    if (key->family != NULL) hg_key_list_models(text, key->family, true);
    if (has_range(key->type)) hg_key_describe_range(text, key);
}
