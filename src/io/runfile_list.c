/* SPDX-License-Identifier: GPL-3.0-or-later
 * The values of the run file that are lists, rows and maps of their own. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "io/runfile_parts.h"

#define LABEL HG_MEMORY_CONFIGURATION

hg_status hg_value_read_numbers(const hg_slot *slot, const hg_node *node, double **numbers,
                                int64_t *count)
{
    const int64_t length = node->kind == HG_NODE_LIST ? node->count : 1;
    if (node->kind == HG_NODE_MAP || length == 0) {
        hg_value_refuse(slot, node, "%s stands here", length == 0 ? "an empty list" : "a map");
        return HG_OK;
    }
    HG_TRY(hg_allocate(numbers, LABEL, (size_t)length, sizeof **numbers));
    *count = length;
    if (node->kind == HG_NODE_SCALAR) hg_value_number(slot, node, *numbers);
    for (int64_t i = 0; node->kind == HG_NODE_LIST && i < length; i++)
        hg_value_number(slot, node->child[i], &(*numbers)[i]);
    return HG_OK;
}

hg_status hg_value_read_integers(const hg_slot *slot, const hg_node *node, int64_t **integers,
                                 int64_t *count)
{
    if (node->kind != HG_NODE_LIST) {
        hg_value_refuse(slot, node, "no list stands here");
        return HG_OK;
    }
    HG_TRY(hg_allocate(integers, LABEL, (size_t)node->count, sizeof **integers));
    *count = node->count;
    for (int64_t i = 0; i < node->count; i++)
        hg_value_integer(slot, node->child[i], &(*integers)[i]);
    return HG_OK;
}

/* A name of a gene: any text without control characters; numbers are names, too. */
static bool is_name(const hg_slot *slot, const hg_node *node)
{
    if (!hg_value_word(slot, node)) return false;
    bool good = node->text[0] != '\0';
    for (const char *c = node->text; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) good = false;
    if (!good) hg_value_refuse(slot, node, "an empty name, or one with control characters");
    return good;
}

hg_status hg_value_read_names(const hg_slot *slot, const hg_node *node)
{
    char ***words = hg_key_field(slot->key, slot->base);
    int64_t *count = hg_key_count(slot->key, slot->base);
    if (node->kind != HG_NODE_LIST || node->count == 0) {
        hg_value_refuse(slot, node, "%s stands here",
                        node->kind == HG_NODE_LIST ? "an empty list" : "no list");
        return HG_OK;
    }
    hg_names seen = hg_names_of(LABEL);
    hg_status status;
    HG_TRY_OUT(hg_allocate(words, LABEL, (size_t)node->count, sizeof **words));
    *count = node->count;
    for (int64_t i = 0; i < node->count; i++) {
        const hg_node *entry = node->child[i];
        const bool good = is_name(slot, entry);
        int64_t number;
        bool added;
        HG_TRY_OUT(hg_copy_text(&(*words)[i], LABEL, good ? entry->text : "?"));
        if (!good) continue;
        HG_TRY_OUT(hg_names_add(&seen, entry->text, &number, &added));
        if (!added)
            hg_mistakes_add(slot->mistakes, entry->place, "%s: '%.60s' is named twice; allowed: "
                            "distinct names", slot->label, entry->text);
    }
out:
    hg_names_free(&seen);
    return status;
}

/* [name, name, number] into `edge`; doubles are found through `seen`. */
static hg_status read_triple(const hg_slot *slot, const hg_node *node, hg_names *seen,
                             hg_named_edge *edge)
{
    if (node->kind != HG_NODE_LIST || node->count != 3) {
        hg_value_refuse(slot, node, "an entry is not a list of three");
        node = NULL;
    }
    const bool good = node != NULL && is_name(slot, node->child[0]) &&
                      is_name(slot, node->child[1]) &&
                      hg_value_number(slot, node->child[2], &edge->weight);
    HG_TRY(hg_copy_text(&edge->source, LABEL, good ? node->child[0]->text : "?"));
    HG_TRY(hg_copy_text(&edge->target, LABEL, good ? node->child[1]->text : "?"));
    if (!good) return HG_OK;
    hg_text pair = hg_text_of(LABEL);
    hg_text_add(&pair, "%s\n%s", edge->source, edge->target);
    char *name;
    HG_TRY(hg_text_take(&pair, &name));
    int64_t number;
    bool added;
    const hg_status status = hg_names_add(seen, name, &number, &added);
    hg_release(&name);
    HG_TRY(status);
    if (!added)
        hg_mistakes_add(slot->mistakes, node->place, "%s: [%.60s, %.60s] is given twice", slot->label,
                        edge->source, edge->target);
    return HG_OK;
}

hg_status hg_value_read_triples(const hg_slot *slot, const hg_node *node)
{
    hg_named_edge **edges = hg_key_field(slot->key, slot->base);
    int64_t *count = hg_key_count(slot->key, slot->base);
    if (node->kind != HG_NODE_LIST) {
        hg_value_refuse(slot, node, "no list stands here");
        return HG_OK;
    }
    hg_names seen = hg_names_of(LABEL);
    hg_status status;
    HG_TRY_OUT(hg_allocate(edges, LABEL, (size_t)node->count, sizeof **edges));
    *count = node->count;
    for (int64_t i = 0; i < node->count; i++)
        HG_TRY_OUT(read_triple(slot, node->child[i], &seen, &(*edges)[i]));
out:
    hg_names_free(&seen);
    return status;
}

/* Whether `node` is a list of as many rows as each row has numbers. */
static bool is_square(const hg_slot *slot, const hg_node *node)
{
    if (node->kind != HG_NODE_LIST || node->count == 0) {
        hg_value_refuse(slot, node, "no list of rows stands here");
        return false;
    }
    for (int64_t i = 0; i < node->count; i++) {
        const hg_node *row = node->child[i];
        if (row->kind == HG_NODE_LIST && row->count == node->count) continue;
        hg_value_refuse(slot, row, "row %" PRId64 " is not a list of %" PRId64
                        " numbers, as many as there are rows", i + 1, node->count);
        return false;
    }
    return true;
}

hg_status hg_value_read_square(const hg_slot *slot, const hg_node *node)
{
    if (!is_square(slot, node)) return HG_OK;
    double **values = hg_key_field(slot->key, slot->base);
    const int64_t size = node->count;
    HG_TRY(hg_allocate(values, LABEL, (size_t)(size * size), sizeof **values));
    *hg_key_count(slot->key, slot->base) = size * size;
    for (int64_t i = 0; i < size; i++) {
        double sum = 0.0;
        for (int64_t j = 0; j < size; j++) {
            hg_value_number(slot, node->child[i]->child[j], &(*values)[i * size + j]);
            sum += (*values)[i * size + j];
        }
        if (sum < 1.0 - 1e-9 || sum > 1.0 + 1e-9)
            hg_mistakes_add(slot->mistakes, node->child[i]->place, "%s: row %" PRId64
                            " adds up to %.12g; allowed: 1", slot->label, i + 1, sum);
    }
    return HG_OK;
}

/* The entries that are not 0, by index. */
static hg_status store_matrix(hg_fitness_component *component, const double *values, int64_t size)
{
    int64_t count = 0;
    for (int64_t i = 0; i < size * size; i++) count += values[i] != 0.0;
    HG_TRY(hg_allocate(&component->named, LABEL, (size_t)count, sizeof *component->named));
    component->interaction_count = count;
    component->matrix_size = size;
    hg_named_edge *edge = component->named;
    for (int64_t i = 0; i < size * size; i++) {
        char index[24];
        if (values[i] == 0.0) continue;
        snprintf(index, sizeof index, "%" PRId64, i / size);
        HG_TRY(hg_copy_text(&edge->source, LABEL, index));
        snprintf(index, sizeof index, "%" PRId64, i % size);
        HG_TRY(hg_copy_text(&edge->target, LABEL, index));
        edge++->weight = values[i];
    }
    return HG_OK;
}

hg_status hg_value_read_matrix(const hg_slot *slot, const hg_node *node)
{
    if (!is_square(slot, node)) return HG_OK;
    const int64_t size = node->count;
    double *values;
    HG_TRY(hg_allocate(&values, LABEL, (size_t)(size * size), sizeof *values));
    for (int64_t i = 0; i < size * size; i++)
        hg_value_number(slot, node->child[i / size]->child[i % size], &values[i]);
    const hg_status status = store_matrix(slot->base, values, size);
    hg_release(&values);
    return status;
}

hg_status hg_value_read_signs(const hg_slot *slot, const hg_node *node)
{
    hg_sign **signs = hg_key_field(slot->key, slot->base);
    if (node->kind != HG_NODE_MAP) {
        hg_value_refuse(slot, node, "no map stands here");
        return HG_OK;
    }
    HG_TRY(hg_allocate(signs, LABEL, (size_t)node->count, sizeof **signs));
    *hg_key_count(slot->key, slot->base) = node->count;
    for (int64_t i = 0; i < node->count; i++) {
        is_name(slot, node->key[i]);
        HG_TRY(hg_copy_text(&(*signs)[i].token, LABEL, node->key[i]->text));
        hg_value_number(slot, node->child[i], &(*signs)[i].sign);
    }
    return HG_OK;
}

hg_status hg_value_read_fields(const hg_slot *slot, const hg_node *node)
{
    const hg_model_family *family = slot->key->family;
    unsigned *fields = hg_key_field(slot->key, slot->base);
    const char *names[32];
    for (int i = 0; i < family->count; i++) names[i] = family->models[i].name;
    if (node->kind != HG_NODE_LIST) {
        hg_value_refuse(slot, node, "no list stands here");
        return HG_OK;
    }
    *fields = 0;
    for (int64_t i = 0; i < node->count; i++) {
        const hg_node *word = node->child[i];
        if (!hg_value_word(slot, word)) continue;
        int row = 0;
        while (row < family->count && strcmp(names[row], word->text) != 0) row++;
        const char *nearest = hg_text_nearest(word->text, names, family->count);
        if (row == family->count && nearest != NULL)
            hg_value_refuse(slot, word, "unknown word '%.60s' (did you mean '%s'?)", word->text,
                            nearest);
        else if (row == family->count)
            hg_value_refuse(slot, word, "unknown word '%.60s'", word->text);
        else if (*fields & (1u << row))
            hg_value_refuse(slot, word, "'%.60s' is given twice", word->text);
        else
            *fields |= 1u << row;
    }
    return HG_OK;
}
