/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/runfile_compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "io/runfile_tree.h"

enum { PATH_SIZE = 512, SHOWN = 60, LISTED = 16 };

static bool may_change(const char *path)
{
    static const char *const keys[] = {"output.file", "checkpoint", "limits"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(path, keys[i]) == 0) return true;
    return false;
}

static bool is_same(const hg_node *a, const hg_node *b)
{
    if (a == NULL || b == NULL || a->kind != b->kind) return a == b;
    if (a->kind == HG_NODE_SCALAR) return strcmp(a->text, b->text) == 0;
    if (a->count != b->count) return false;
    for (int64_t i = 0; i < a->count; i++) {
        if (a->kind == HG_NODE_MAP && strcmp(a->key[i]->text, b->key[i]->text) != 0) return false;
        if (!is_same(a->child[i], b->child[i])) return false;
    }
    return true;
}

/* Written in another way: through a link, or from another folder. */
static bool is_same_file(const char *path, const hg_node *a, const hg_node *b)
{
    struct stat x, y;
    return strcmp(path, "population.initial.from") == 0 && a != NULL && b != NULL &&
           a->kind == HG_NODE_SCALAR && b->kind == HG_NODE_SCALAR && stat(a->text, &x) == 0 &&
           stat(b->text, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static void show(hg_text *to, const hg_node *node)
{
    if (node == NULL) hg_text_add(to, "absent");
    else if (node->kind == HG_NODE_SCALAR) hg_text_add(to, "%.*s", SHOWN, node->text);
    else hg_text_add(to, node->kind == HG_NODE_LIST ? "a list" : "a section");
}

static void compare(const hg_node *a, const hg_node *b, const char *path, hg_text *to);

static void compare_child(const hg_node *a, const hg_node *b, const char *name, const char *path,
                          hg_text *to)
{
    char below[PATH_SIZE];
    snprintf(below, sizeof below, "%s%s%.80s", path, path[0] != '\0' ? "." : "", name);
    compare(a, b, below, to);
}

static void compare(const hg_node *a, const hg_node *b, const char *path, hg_text *to)
{
    if (is_same(a, b) || may_change(path) || is_same_file(path, a, b)) return;
    if (a != NULL && b != NULL && a->kind == HG_NODE_MAP && b->kind == HG_NODE_MAP) {
        for (int64_t i = 0; i < a->count; i++)
            compare_child(a->child[i], hg_node_get(b, a->key[i]->text), a->key[i]->text, path, to);
        for (int64_t i = 0; i < b->count; i++)
            if (hg_node_get(a, b->key[i]->text) == NULL)
                compare_child(NULL, b->child[i], b->key[i]->text, path, to);
        return;
    }
    if (a != NULL && b != NULL && a->kind == HG_NODE_LIST && b->kind == HG_NODE_LIST &&
        a->count == b->count && a->count <= LISTED) {
        char number[24];
        for (int64_t i = 0; i < a->count; i++) {
            snprintf(number, sizeof number, "%" PRId64, i);
            compare_child(a->child[i], b->child[i], number, path, to);
        }
        return;
    }
    hg_text_add(to, "  %s: was ", path);
    show(to, a);
    hg_text_add(to, ", is ");
    show(to, b);
    const bool lists = a != NULL && b != NULL && a->kind != HG_NODE_SCALAR && a->kind == b->kind;
    hg_text_add(to, lists ? " that differs\n" : "\n");
}

static hg_status read_tree(hg_tree *tree, const char *text)
{
    hg_mistakes mistakes = {.path = "run_file_resolved"};
    hg_status status = hg_tree_parse(tree, text, NULL, &mistakes);
    if (status == HG_OK) status = hg_mistakes_report(&mistakes);
    hg_mistakes_free(&mistakes);
    return status;
}

hg_status hg_runfile_compare(const char *then, const char *now, hg_text *differences)
{
    hg_tree before = {0}, after = {0};
    hg_status status = read_tree(&before, then);
    if (status == HG_OK) status = read_tree(&after, now);
    if (status == HG_OK) compare(before.root, after.root, "", differences);
    hg_tree_free(&before);
    hg_tree_free(&after);
    return status;
}
