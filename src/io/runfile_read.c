/* SPDX-License-Identifier: GPL-3.0-or-later
 * Maps into structures, by the tables of model/keys. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "io/runfile_parts.h"

/* One map and the table that describes it. */
typedef struct walk {
    hg_mistakes *mistakes;
    const hg_key_table *table;
    void *base;
    const char *label; /* of the map: "fitness.0", "" for the run file */
    const hg_node **given;
} walk;

static hg_status read_map(const walk *w, const hg_node *map, const char *section);

static void join(char joined[HG_LABEL_SIZE], const char *label, const char *path)
{
    snprintf(joined, HG_LABEL_SIZE, "%s%s%s", label, label[0] == '\0' ? "" : ".", path);
}

/* The names that stand directly below `section`. */
static int names_below(const hg_key_table *table, const char *section, const char **names)
{
    const size_t length = strlen(section);
    int count = 0;
    for (int i = 0; i < table->count; i++) {
        const char *path = table->keys[i].path;
        if (length > 0 && (strncmp(path, section, length) != 0 || path[length] != '.')) continue;
        const char *rest = length > 0 ? path + length + 1 : path;
        if (strchr(rest, '.') == NULL) names[count++] = rest;
    }
    return count;
}

/* What other programs call a key, in its section. */
static const char *find_synonym(const char *section, const char *word)
{
    static const struct {
        const char *section, *word, *name;
    } synonyms[] = {
        {"population", "size", "individuals"},  {"population", "n", "individuals"},
        {"population", "number", "individuals"}, {"population", "loci", "genes"},
        {"population", "islands", "demes"},     {"population", "subpopulations", "demes"},
        {"run", "steps", "generations"},        {"run", "length", "generations"},
        {"run", "time", "generations"},         {"run", "random_seed", "seed"},
        {"run", "title", "name"},               {"selection", "model", "scheme"},
        {"selection", "type", "scheme"},        {"migration", "model", "scheme"},
        {"mating", "model", "system"},          {"mating", "type", "system"}};
    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++)
        if (strcmp(synonyms[i].section, section) == 0 && strcasecmp(synonyms[i].word, word) == 0)
            return synonyms[i].name;
    return NULL;
}

static void refuse_unknown(const walk *w, const hg_node *key, const char *section)
{
    const char *names[HG_KEYS_MAXIMUM];
    const int count = names_below(w->table, section, names);
    char place[HG_LABEL_SIZE];
    join(place, w->label, section);
    const char *where = place[0] == '\0' ? "the run file" : place;
    const char *nearest = find_synonym(place, key->text);
    if (nearest == NULL) nearest = hg_text_nearest(key->text, names, count);
    if (nearest != NULL) {
        hg_mistakes_add(w->mistakes, key->place, "unknown key '%.60s' in %s (did you mean '%s'?)",
                        key->text, where, nearest);
        return;
    }
    for (int i = 0; i < w->table->count; i++)
        if (strcmp(hg_key_leaf(&w->table->keys[i]), key->text) == 0) {
            hg_mistakes_add(w->mistakes, key->place,
                            "unknown key '%.60s' in %s (did you mean '%s'?)", key->text, where,
                            w->table->keys[i].path);
            return;
        }
    hg_text allowed = hg_text_of(HG_MEMORY_CONFIGURATION);
    for (int i = 0; i < count; i++) hg_text_add(&allowed, "%s%s", i > 0 ? ", " : "", names[i]);
    hg_mistakes_add(w->mistakes, key->place, "unknown key '%.60s' in %s; allowed: %s", key->text,
                    where, allowed.data == NULL ? "" : allowed.data);
    hg_text_free(&allowed);
}

static hg_status read_section(const walk *w, const hg_key *key, const hg_node *node)
{
    if (node->kind == HG_NODE_MAP) return read_map(w, node, key->path);
    if (strcmp(key->path, "network") == 0 && hg_node_is_word(node, "none")) return HG_OK;
    hg_mistakes_add(w->mistakes, node->place, "%s: %s stands here; allowed: a map of its keys",
                    key->path, hg_node_is_empty(node) ? "no value" :
                    node->kind == HG_NODE_LIST ? "a list" : "a text");
    return HG_OK;
}

static hg_status read_entry(const walk *w, const hg_node *key_node, const hg_node *node,
                            const char *section)
{
    char path[HG_LABEL_SIZE], label[HG_LABEL_SIZE];
    const hg_key *key = NULL;
    if (strlen(key_node->text) < 64 && strchr(key_node->text, '.') == NULL) {
        join(path, section, key_node->text);
        key = hg_keys_find(w->table, path);
    }
    if (key == NULL) {
        refuse_unknown(w, key_node, section);
        return HG_OK;
    }
    const ptrdiff_t row = key - w->table->keys;
    if (w->given[row] != NULL) return HG_OK; /* doubled: the tree has said so */
    w->given[row] = node;
    if (key->type == HG_KEY_SECTION) return read_section(w, key, node);
    join(label, w->label, key->path);
    const hg_slot slot = {w->mistakes, key, w->base, label};
    return hg_value_read(&slot, node);
}

static hg_status read_map(const walk *w, const hg_node *map, const char *section)
{
    for (int64_t i = 0; i < map->count; i++)
        HG_TRY(read_entry(w, map->key[i], map->child[i], section));
    return HG_OK;
}

static hg_status read_default(const walk *w, const hg_key *key)
{
    char label[HG_LABEL_SIZE];
    join(label, w->label, key->path);
    hg_tree tree;
    hg_status status;
    HG_TRY_OUT(hg_tree_parse(&tree, key->fallback, "default", w->mistakes));
    const hg_slot slot = {w->mistakes, key, w->base, label};
    HG_TRY_OUT(hg_value_read(&slot, tree.root));
out:
    hg_tree_free(&tree);
    return status;
}

static void refuse_missing(const walk *w, const hg_key *key, hg_place place)
{
    char label[HG_LABEL_SIZE];
    join(label, w->label, key->path);
    hg_text allowed = hg_text_of(HG_MEMORY_CONFIGURATION);
    hg_key_describe(&allowed, key);
    hg_mistakes_add(w->mistakes, place, "%s is missing; allowed: %s", label,
                    allowed.data == NULL ? "" : allowed.data);
    hg_text_free(&allowed);
}

/* A model's key at another model: "threshold belongs to the model threshold, not gaussian". */
static void refuse_foreign(const walk *w, const hg_key *key, const hg_node *node)
{
    char label[HG_LABEL_SIZE], models[HG_LABEL_SIZE] = "";
    join(label, w->label, key->path);
    for (const char *c = key->used_by; *c != '\0';) {
        const size_t length = strcspn(c, " "), skip = strcspn(c, "=") + 1;
        const size_t used = strlen(models);
        snprintf(models + used, sizeof models - used, "%s%.*s", used > 0 ? " or " : "",
                 (int)(length - skip), c + skip);
        c += length + strspn(c + length, " ");
    }
    hg_mistakes_add(w->mistakes, node->place, "%s belongs to the model %s, not to %s", label,
                    models, hg_key_model(&w->table->keys[0], w->base)->name);
}

hg_status hg_table_read(hg_mistakes *mistakes, const hg_key_table *table, const hg_node *map,
                        void *base, const char *label, const hg_node **given)
{
    const walk w = {mistakes, table, base, label, given};
    if (map->kind != HG_NODE_MAP) {
        hg_mistakes_add(mistakes, map->place, "%s: no map stands here; allowed: {%s: ..., ...}",
                        label, table->keys[0].path);
        return HG_OK;
    }
    const int64_t before = mistakes->count;
    HG_TRY(read_map(&w, map, ""));
    if (given[0] == NULL) refuse_missing(&w, &table->keys[0], map->place);
    /* Which of the others belong is only known with a sound model. */
    const bool sound = given[0] != NULL && mistakes->count == before;
    bool model_known = given[0] != NULL;
    for (int64_t i = before; i < mistakes->count && given[0] != NULL; i++)
        if (mistakes->list[i].place.line == given[0]->place.line &&
            mistakes->list[i].place.column == given[0]->place.column)
            model_known = false;
    for (int i = 1; i < table->count; i++) {
        const hg_key *key = &table->keys[i];
        const bool used = hg_key_is_used(table, key, base);
        if (given[i] != NULL && !used && sound) refuse_foreign(&w, key, given[i]);
        if (given[i] != NULL || !used) continue;
        if (hg_key_is_required(key) && model_known) refuse_missing(&w, key, map->place);
        const bool alias = key->type == HG_KEY_PROFILE || key->type == HG_KEY_INTERACTIONS;
        const bool given_otherwise = alias && ((hg_node_get(map, "width") != NULL &&
            strcmp(key->path, "strength") == 0) || hg_node_get(map, "matrix") != NULL);
        if (key->fallback != NULL && !given_otherwise) HG_TRY(read_default(&w, key));
    }
    return HG_OK;
}

bool hg_is_misspelt(const hg_node *root, const char *path)
{
    const char *whole = path;
    char section[HG_LABEL_SIZE] = "";
    const hg_node *node = root;
    while (node != NULL && node->kind == HG_NODE_MAP && *path != '\0') {
        char name[HG_LABEL_SIZE];
        const char *names[HG_KEYS_MAXIMUM];
        const size_t length = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)length, path);
        const hg_node *child = hg_node_get(node, name);
        const int count = names_below(&hg_run_keys, section, names);
        for (int64_t i = 0; child == NULL && i < node->count; i++) {
            bool known = false;
            for (int k = 0; k < count; k++) known |= strcmp(names[k], node->key[i]->text) == 0;
            const char *nearest =
                known ? NULL : hg_text_nearest(node->key[i]->text, names, count);
            if (nearest != NULL && strcmp(nearest, name) == 0) return true;
        }
        snprintf(section, sizeof section, "%.*s", (int)(path + length - whole), whole);
        node = child;
        path += length + (path[length] == '.');
    }
    return false;
}

static hg_status fill_defaults(const walk *w)
{
    for (int i = 0; i < w->table->count; i++)
        if (w->given[i] == NULL && w->table->keys[i].fallback != NULL)
            HG_TRY(read_default(w, &w->table->keys[i]));
    return HG_OK;
}

hg_status hg_runfile_read(hg_mistakes *mistakes, const hg_node *root, hg_config *config,
                      const hg_node **given)
{
    const walk w = {mistakes, &hg_run_keys, config, "", given};
    HG_TRY(read_map(&w, root, ""));
    for (int i = 0; i < hg_run_keys.count; i++)
        if (given[i] == NULL && hg_key_is_required(&hg_run_keys.keys[i]) &&
            !hg_is_misspelt(root, hg_run_keys.keys[i].path)) {
            const char *dot = strrchr(hg_run_keys.keys[i].path, '.');
            char section[HG_LABEL_SIZE];
            snprintf(section, sizeof section, "%.*s", (int)(dot - hg_run_keys.keys[i].path),
                     hg_run_keys.keys[i].path);
            const hg_node *node = hg_node_get(root, section);
            refuse_missing(&w, &hg_run_keys.keys[i], node == NULL ? root->place : node->place);
        }
    return fill_defaults(&w);
}

hg_status hg_runfile_defaults(hg_mistakes *mistakes, hg_config *config)
{
    const hg_node *given[HG_KEYS_MAXIMUM] = {NULL};
    const walk w = {mistakes, &hg_run_keys, config, "", given};
    return fill_defaults(&w);
}
