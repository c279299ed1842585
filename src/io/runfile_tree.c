/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/runfile_tree.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/memory.h"

#define DEEPEST 32              /* nested lists and maps; a run file needs 6 */
#define MOST_NODES (8 << 20)    /* values in a file */
#define CHUNK_BYTES (128 << 10) /* nodes are handed out of blocks of this size */
#define MOST_ANCHORS 1000
#define MOST_COPIES (1 << 16)   /* values that all aliases stand for: a bomb has billions */

typedef struct hg_chunk {
    struct hg_chunk *next;
    size_t used, size;
} hg_chunk;

/* `size` zeroed bytes that live as long as the tree. */
static hg_status take(hg_tree *tree, void *pointer, size_t size)
{
    const size_t rounded = (size + 15) & ~(size_t)15, head = (sizeof(hg_chunk) + 15) & ~(size_t)15;
    if (tree->chunks == NULL || tree->chunks->used + rounded > tree->chunks->size) {
        const size_t bytes = head + (rounded > CHUNK_BYTES ? rounded : CHUNK_BYTES);
        hg_chunk *chunk;
        HG_TRY(hg_allocate(&chunk, HG_MEMORY_CONFIGURATION, bytes, 1));
        *chunk = (hg_chunk){tree->chunks, head, bytes};
        tree->chunks = chunk;
    }
    void *block = (char *)tree->chunks + tree->chunks->used;
    tree->chunks->used += rounded;
    memcpy(pointer, &block, sizeof block);
    return HG_OK;
}

void hg_tree_free(hg_tree *tree)
{
    while (tree->chunks != NULL) {
        hg_chunk *chunk = tree->chunks;
        tree->chunks = chunk->next;
        hg_release(&chunk);
    }
    tree->root = NULL;
}

/* A node that aliases can stand for. */
typedef struct anchor {
    const char *name;
    const hg_node *node;
    bool complete; /* else the alias stands within the node itself */
    struct anchor *before;
} anchor;

/* One parse: libyaml's parser and where to put what it finds. */
typedef struct parse {
    yaml_parser_t parser;
    hg_tree *tree;
    hg_mistakes *mistakes;
    const char *text, *origin;
    anchor *anchors; /* the last one first */
    int anchor_count;
    int64_t copies;
    bool broken; /* a mistake after which no more can be read */
} parse;

static hg_place place_of(const parse *p, yaml_mark_t mark)
{
    return (hg_place){(int64_t)mark.line + 1, (int64_t)mark.column + 1, p->origin};
}

/* The line and column of a byte: the reader gives an offset where the parser gives a mark. */
static hg_place place_of_offset(const parse *p, size_t offset)
{
    hg_place place = {1, 1, p->origin};
    for (size_t i = 0; i < offset && p->text[i] != '\0'; i++) {
        if (p->text[i] == '\n') {
            place.line++;
            place.column = 1;
        } else if (((unsigned char)p->text[i] & 0xc0) != 0x80) {
            place.column++;
        }
    }
    return place;
}

static void report_syntax(parse *p)
{
    const yaml_parser_t *parser = &p->parser;
    const char *problem = parser->problem != NULL ? parser->problem : "cannot be read as YAML";
    p->broken = true;
    if (parser->error == YAML_READER_ERROR) {
        const hg_place place = place_of_offset(p, parser->problem_offset);
        const bool encoding = strstr(problem, "UTF-8") != NULL;
        hg_mistakes_add(p->mistakes, place, encoding ? "the file is not UTF-8 text: %s"
                                                     : "a character that text cannot hold: %s",
                        problem);
        return;
    }
    const yaml_mark_t mark = parser->problem_mark;
    const hg_place place = place_of(p, mark);
    if (mark.index < strlen(p->text) && p->text[mark.index] == '\t')
        hg_mistakes_add(p->mistakes, place, "a tab: indent with spaces, tabs are not allowed here");
    else if (parser->context != NULL)
        hg_mistakes_add(p->mistakes, place, "not YAML: %s %s (which starts on line %zu)", problem,
                        parser->context, parser->context_mark.line + 1);
    else
        hg_mistakes_add(p->mistakes, place, "not YAML: %s", problem);
}

static bool next_event(parse *p, yaml_event_t *event)
{
    if (p->broken) return false;
    if (yaml_parser_parse(&p->parser, event)) return true;
    report_syntax(p);
    return false;
}

static hg_status new_node(parse *p, const yaml_event_t *event, hg_node **node)
{
    if (++p->tree->nodes > MOST_NODES) {
        hg_mistakes_add(p->mistakes, place_of(p, event->start_mark),
                        "the file has more than %d values", MOST_NODES);
        p->broken = true;
    }
    HG_TRY(take(p->tree, node, sizeof **node));
    (*node)->place = place_of(p, event->start_mark);
    return HG_OK;
}

static hg_status add_child(hg_tree *tree, hg_node *parent, hg_node *key, hg_node *child)
{
    if (parent->count == parent->room) {
        const int64_t room = parent->room * 2 + 4;
        const size_t old = (size_t)parent->count * sizeof(hg_node *);
        hg_node **grown;
        HG_TRY(take(tree, &grown, (size_t)room * sizeof *grown));
        if (old > 0) memcpy(grown, parent->child, old);
        parent->child = grown;
        if (parent->kind == HG_NODE_MAP) {
            HG_TRY(take(tree, &grown, (size_t)room * sizeof *grown));
            if (old > 0) memcpy(grown, parent->key, old);
            parent->key = grown;
        }
        parent->room = room;
    }
    if (parent->kind == HG_NODE_MAP) parent->key[parent->count] = key;
    parent->child[parent->count++] = child;
    return HG_OK;
}

static hg_status keep_anchor(parse *p, const hg_node *node, const unsigned char *name)
{
    if (name == NULL) return HG_OK;
    const size_t length = strlen((const char *)name);
    anchor *added;
    char *copy;
    if (++p->anchor_count > MOST_ANCHORS) {
        hg_mistakes_add(p->mistakes, node->place, "the file has more than %d anchors", MOST_ANCHORS);
        p->broken = true;
        return HG_OK;
    }
    HG_TRY(take(p->tree, &added, sizeof *added));
    HG_TRY(take(p->tree, &copy, length + 1));
    memcpy(copy, name, length);
    *added = (anchor){copy, node, node->kind == HG_NODE_SCALAR, p->anchors};
    p->anchors = added;
    return HG_OK;
}

/* The list or map has ended: from here on aliases may stand for it. */
static void complete_anchor(parse *p, const hg_node *node)
{
    for (anchor *a = p->anchors; a != NULL; a = a->before) a->complete |= a->node == node;
}

static hg_status copy_node(parse *p, const hg_node *node, hg_place place, int depth,
                           hg_node **copy)
{
    if (++p->copies > MOST_COPIES || depth > DEEPEST) p->broken = true;
    if (p->broken) return HG_OK;
    HG_TRY(take(p->tree, copy, sizeof **copy));
    **copy = (hg_node){.kind = node->kind, .plain = node->plain, .place = place, .text = node->text};
    for (int64_t i = 0; i < node->count && !p->broken; i++) {
        hg_node *key = NULL, *child = NULL;
        if (node->kind == HG_NODE_MAP) HG_TRY(copy_node(p, node->key[i], place, depth + 1, &key));
        HG_TRY(copy_node(p, node->child[i], place, depth + 1, &child));
        if (!p->broken) HG_TRY(add_child(p->tree, *copy, key, child));
    }
    return HG_OK;
}

/* What an alias stands for, placed where the alias stands: what is wrong with it is wrong there.
 * `*node` stays NULL after a mistake. */
static hg_status read_alias(parse *p, const yaml_event_t *event, int depth, hg_node **node)
{
    const hg_place place = place_of(p, event->start_mark);
    const char *name = (const char *)event->data.alias.anchor;
    const anchor *of = p->anchors;
    while (of != NULL && strcmp(of->name, name) != 0) of = of->before;
    if (of == NULL || !of->complete) {
        hg_mistakes_add(p->mistakes, place, of == NULL ? "the alias *%.60s has no anchor &%.60s before "
                        "it" : "the alias *%.60s stands within its own anchor &%.60s", name, name);
        return HG_OK;
    }
    HG_TRY(copy_node(p, of->node, place, depth, node));
    if (!p->broken) return HG_OK;
    *node = NULL;
    if (p->copies > MOST_COPIES)
        hg_mistakes_add(p->mistakes, place, "with the alias *%.60s aliases stand for more than %d "
                        "values", name, MOST_COPIES);
    else
        hg_mistakes_add(p->mistakes, place, "with the alias *%.60s lists and maps are nested deeper "
                        "than %d", name, DEEPEST);
    return HG_OK;
}

static void refuse_tag(parse *p, const hg_node *node, const unsigned char *tag)
{
    if (tag != NULL)
        hg_mistakes_add(p->mistakes, node->place, "tags (%s) are not used in run files", tag);
}

static hg_status read_scalar(parse *p, const yaml_event_t *event, hg_node *node)
{
    const size_t length = event->data.scalar.length;
    node->kind = HG_NODE_SCALAR;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    refuse_tag(p, node, event->data.scalar.tag);
    HG_TRY(take(p->tree, &node->text, length + 1));
    memcpy(node->text, event->data.scalar.value, length);
    HG_TRY(keep_anchor(p, node, event->data.scalar.anchor));
    if (strlen(node->text) != length) /* an escape in double quotes can make a NUL */
        hg_mistakes_add(p->mistakes, node->place, "a text cannot hold a NUL character");
    return HG_OK;
}

typedef struct entry {
    const hg_node *key;
} entry;

static int compare_entries(const void *a, const void *b)
{
    const hg_node *left = ((const entry *)a)->key, *right = ((const entry *)b)->key;
    const int order = strcmp(left->text, right->text);
    if (order != 0) return order;
    if (left->place.line != right->place.line)
        return left->place.line < right->place.line ? -1 : 1;
    return left->place.column < right->place.column ? -1 : left->place.column > right->place.column;
}

static hg_status refuse_doubles(parse *p, const hg_node *map)
{
    entry *sorted;
    HG_TRY(hg_allocate(&sorted, HG_MEMORY_CONFIGURATION, (size_t)map->count, sizeof *sorted));
    for (int64_t i = 0; i < map->count; i++) sorted[i].key = map->key[i];
    if (map->count > 1) qsort(sorted, (size_t)map->count, sizeof *sorted, compare_entries);
    for (int64_t i = 1; i < map->count; i++) {
        const hg_node *first = sorted[i - 1].key, *second = sorted[i].key;
        if (strcmp(first->text, second->text) == 0)
            hg_mistakes_add(p->mistakes, second->place,
                            "the key '%.60s' is given twice, first on line %lld", second->text,
                            (long long)first->place.line);
    }
    hg_release(&sorted);
    return HG_OK;
}

static hg_status read_node(parse *p, yaml_event_t *event, int depth, hg_node **node);

static hg_status read_list(parse *p, hg_node *list, int depth)
{
    hg_status status = HG_OK;
    yaml_event_t event;
    while (status == HG_OK && next_event(p, &event)) {
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            break;
        }
        hg_node *child;
        status = read_node(p, &event, depth + 1, &child);
        yaml_event_delete(&event);
        if (status == HG_OK && child != NULL) status = add_child(p->tree, list, NULL, child);
    }
    return status;
}

static hg_status read_map(parse *p, hg_node *map, int depth)
{
    hg_status status = HG_OK;
    hg_node *key = NULL, *child;
    yaml_event_t event;
    for (bool at_key = true; status == HG_OK && next_event(p, &event); at_key = !at_key) {
        if (event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            break;
        }
        status = read_node(p, &event, depth + 1, at_key ? &key : &child);
        yaml_event_delete(&event);
        if (status != HG_OK) break;
        if (at_key && key != NULL && key->kind != HG_NODE_SCALAR) {
            hg_mistakes_add(p->mistakes, key->place, "a key must be a word");
            key = NULL;
        }
        if (!at_key && key != NULL && child != NULL)
            status = add_child(p->tree, map, key, child);
    }
    if (status == HG_OK) status = refuse_doubles(p, map);
    return status;
}

/* `*node` stays NULL for what has been refused. */
static hg_status read_node(parse *p, yaml_event_t *event, int depth, hg_node **node)
{
    *node = NULL;
    if (event->type == YAML_ALIAS_EVENT) return read_alias(p, event, depth, node);
    if (depth > DEEPEST) {
        hg_mistakes_add(p->mistakes, place_of(p, event->start_mark),
                        "lists and maps are nested deeper than %d", DEEPEST);
        p->broken = true;
        return HG_OK;
    }
    HG_TRY(new_node(p, event, node));
    if (event->type == YAML_SCALAR_EVENT) return read_scalar(p, event, *node);
    const bool list = event->type == YAML_SEQUENCE_START_EVENT;
    (*node)->kind = list ? HG_NODE_LIST : HG_NODE_MAP;
    refuse_tag(p, *node, list ? event->data.sequence_start.tag : event->data.mapping_start.tag);
    HG_TRY(keep_anchor(p, *node, list ? event->data.sequence_start.anchor
                                      : event->data.mapping_start.anchor));
    HG_TRY(list ? read_list(p, *node, depth) : read_map(p, *node, depth));
    complete_anchor(p, *node);
    return HG_OK;
}

static hg_status read_stream(parse *p)
{
    hg_status status = HG_OK;
    yaml_event_t event;
    int documents = 0;
    while (status == HG_OK && next_event(p, &event)) {
        const yaml_event_type_t type = event.type;
        if (type == YAML_DOCUMENT_START_EVENT && ++documents == 2) {
            hg_mistakes_add(p->mistakes, place_of(p, event.start_mark),
                            "a second YAML document starts here; a run file is one document");
            p->broken = true;
        } else if (type == YAML_SCALAR_EVENT || type == YAML_SEQUENCE_START_EVENT ||
                   type == YAML_MAPPING_START_EVENT || type == YAML_ALIAS_EVENT) {
            status = read_node(p, &event, 1, &p->tree->root);
        }
        yaml_event_delete(&event);
        if (type == YAML_STREAM_END_EVENT) break;
    }
    return status;
}

hg_status hg_tree_parse(hg_tree *tree, const char *text, const char *origin,
                        hg_mistakes *mistakes)
{
    *tree = (hg_tree){0};
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0) text += 3; /* a byte order mark */
    parse p = {.tree = tree, .mistakes = mistakes, .text = text, .origin = origin};
    if (!yaml_parser_initialize(&p.parser))
        return hg_fail(HG_NO_MEMORY, "no memory for the YAML reader");
    yaml_parser_set_encoding(&p.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p.parser, (const unsigned char *)text, strlen(text));
    const hg_status status = read_stream(&p);
    yaml_parser_delete(&p.parser);
    tree->broken = p.broken;
    return status;
}

/* --- paths ------------------------------------------------------------------------------ */

static int64_t index_of(const hg_node *node, const char *name, size_t length)
{
    if (node->kind == HG_NODE_LIST) {
        char *end;
        const long long index = strtoll(name, &end, 10);
        const bool whole = length > 0 && end == name + length;
        return whole && index >= 0 && index < node->count ? index : -1;
    }
    for (int64_t i = 0; node->kind == HG_NODE_MAP && i < node->count; i++)
        if (strncmp(node->key[i]->text, name, length) == 0 && node->key[i]->text[length] == '\0')
            return i;
    return -1;
}

const hg_node *hg_node_get(const hg_node *map, const char *name)
{
    const int64_t i = map->kind == HG_NODE_MAP ? index_of(map, name, strlen(name)) : -1;
    return i < 0 ? NULL : map->child[i];
}

const hg_node *hg_tree_nearest(const hg_tree *tree, const char *path)
{
    const hg_node *node = tree->root;
    while (node != NULL && *path != '\0') {
        const size_t length = strcspn(path, ".");
        const int64_t i = index_of(node, path, length);
        if (i < 0) return node;
        node = node->child[i];
        path += length + (path[length] == '.');
    }
    return node;
}

bool hg_node_is_empty(const hg_node *node)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (hg_node_is_word(node, words[i])) return true;
    return false;
}

bool hg_node_is_flag(const hg_node *node, bool *flag)
{
    static const char *const words[] = {"true", "True", "TRUE", "false", "False", "FALSE"};
    for (int i = 0; i < 6; i++)
        if (hg_node_is_word(node, words[i])) {
            *flag = i < 3;
            return true;
        }
    return false;
}

bool hg_node_is_word(const hg_node *node, const char *word)
{
    return node->kind == HG_NODE_SCALAR && node->plain && strcmp(node->text, word) == 0;
}

/* The slot of the child called `name`, made when it is missing; NULL when it cannot be. */
static hg_status slot_for(hg_tree *tree, hg_node *node, const char *name, size_t length,
                          hg_place place, hg_node ***slot)
{
    *slot = NULL;
    int64_t i = index_of(node, name, length);
    if (i < 0 && node->kind == HG_NODE_LIST) return HG_OK;
    if (i < 0) {
        hg_node *key, *child;
        HG_TRY(take(tree, &key, sizeof *key));
        HG_TRY(take(tree, &child, sizeof *child));
        HG_TRY(take(tree, &key->text, length + 1));
        memcpy(key->text, name, length);
        key->place = child->place = place;
        child->kind = HG_NODE_MAP;
        HG_TRY(add_child(tree, node, key, child));
        i = node->count - 1;
    }
    *slot = &node->child[i];
    return HG_OK;
}

/* Moves the nodes of `other` into `tree`. */
static void adopt(hg_tree *tree, hg_tree *other)
{
    hg_chunk **last = &tree->chunks;
    while (*last != NULL) last = &(*last)->next;
    *last = other->chunks;
    tree->nodes += other->nodes;
    tree->broken |= other->broken;
    *other = (hg_tree){0};
}

hg_status hg_tree_set(hg_tree *tree, const char *path, const char *value, const char *origin,
                      hg_mistakes *mistakes)
{
    const hg_place place = {0, 0, origin};
    hg_tree parsed;
    const hg_status status = hg_tree_parse(&parsed, value, origin, mistakes);
    hg_node *replacement = parsed.root;
    adopt(tree, &parsed);
    HG_TRY(status);
    if (replacement == NULL) {
        HG_TRY(take(tree, &replacement, sizeof *replacement));
        *replacement = (hg_node){.plain = true, .place = place};
        HG_TRY(take(tree, &replacement->text, 1));
    }
    hg_node **slot = &tree->root;
    while (*path != '\0') {
        if (*slot == NULL || (*slot)->kind == HG_NODE_SCALAR) {
            HG_TRY(take(tree, slot, sizeof **slot));
            **slot = (hg_node){.kind = HG_NODE_MAP, .place = place};
        }
        const size_t length = strcspn(path, ".");
        HG_TRY(slot_for(tree, *slot, path, length, place, &slot));
        if (slot == NULL) {
            hg_mistakes_add(mistakes, place, "there is no entry '%.*s' in that list", (int)length,
                            path);
            return HG_OK;
        }
        path += length + (path[length] == '.');
    }
    *slot = replacement;
    return HG_OK;
}
