/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/network_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define MOST_GENES 10000000 /* as population.genes */
#define LABEL HG_NETWORK_LABEL

hg_status hg_network_reading_begin(hg_network_reading *reading)
{
    const hg_config *config = reading->config;
    for (int64_t g = 0; g < config->network.gene_count; g++) {
        int64_t number;
        HG_TRY(hg_names_add(&reading->list->names, config->network.genes[g], &number, NULL));
    }
    return HG_OK;
}

/* Well-formed UTF-8 without control characters: names become texts of the result file. */
static bool is_text(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    while (*c != '\0') {
        const int more = *c < 0x80 ? 0 : (*c & 0xe0) == 0xc0 ? 1 : (*c & 0xf0) == 0xe0 ? 2 :
                         (*c & 0xf8) == 0xf0 ? 3 : -1;
        if (more < 0 || *c < 0x20 || *c == 0x7f || *c == 0xc0 || *c == 0xc1 || *c > 0xf4)
            return false;
        for (int i = 1; i <= more; i++)
            if ((c[i] & 0xc0) != 0x80) return false;
        c += more + 1;
    }
    return true;
}

hg_status hg_network_reading_gene(hg_network_reading *reading, hg_place place, const char *name,
                                  int32_t *gene)
{
    hg_names *names = &reading->list->names;
    *gene = -1;
    if (name[0] == '\0' || !is_text(name)) {
        hg_mistakes_add(reading->mistakes, place, "%s; allowed: the name of a gene",
                        name[0] == '\0' ? "an empty field" : "not UTF-8 text");
        return HG_OK;
    }
    int64_t number = hg_names_find(names, name);
    if (number < 0 && reading->config->network.gene_count > 0) {
        hg_mistakes_add(reading->mistakes, place, "there is no gene '%.60s' in network.genes; "
                        "allowed: the names listed there, or no list", name);
        return HG_OK;
    }
    if (number < 0) HG_TRY(hg_names_add(names, name, &number, NULL));
    if (number >= MOST_GENES)
        return hg_fail(HG_BAD_INPUT, "%s: too many genes; allowed: at most %d",
                       reading->mistakes->path, MOST_GENES);
    *gene = (int32_t)number;
    return HG_OK;
}

bool hg_network_reading_weight(hg_network_reading *reading, hg_place place, const char *word,
                               double *weight)
{
    const hg_config *config = reading->config;
    for (int64_t i = 0; i < config->network.sign_count; i++)
        if (strcmp(config->network.signs[i].token, word) == 0) {
            *weight = config->network.signs[i].sign * config->network.default_weight;
            return true;
        }
    if (hg_number_parse(word, weight) == HG_NUMBER_FINITE) return true;
    hg_text allowed = hg_text_of(LABEL);
    for (int64_t i = 0; i < config->network.sign_count; i++)
        hg_text_add(&allowed, "%s%s", i > 0 ? ", " : "", config->network.signs[i].token);
    hg_mistakes_add(reading->mistakes, place, "'%.60s' is neither a sign nor a number; allowed: "
                    "%s%sa finite number", word, allowed.data == NULL ? "" : allowed.data,
                    allowed.data == NULL ? "" : " or ");
    hg_text_free(&allowed);
    return false;
}

hg_status hg_network_reading_edge(hg_network_reading *reading, hg_place place, hg_edge edge)
{
    if (reading->count == reading->room) {
        const int64_t room = reading->room * 2 + 256;
        HG_TRY(hg_reallocate(&reading->edges, LABEL, (size_t)room, sizeof *reading->edges));
        reading->room = room;
    }
    reading->edges[reading->count++] = (hg_placed_edge){edge, place};
    return HG_OK;
}

static int compare_edges(const void *a, const void *b)
{
    const hg_placed_edge *left = a, *right = b;
    if (left->edge.source != right->edge.source)
        return left->edge.source < right->edge.source ? -1 : 1;
    if (left->edge.target != right->edge.target)
        return left->edge.target < right->edge.target ? -1 : 1;
    return left->place.line < right->place.line ? -1 : left->place.line > right->place.line;
}

static void note_doubled(const hg_network_reading *reading, const hg_placed_edge *first,
                         const hg_placed_edge *second)
{
    char where[48] = "";
    const hg_names *names = &reading->list->names;
    if (first->place.line > 0)
        snprintf(where, sizeof where, ", first on line %" PRId64, first->place.line);
    hg_mistakes_add(reading->mistakes, second->place, "the edge %.60s -> %.60s is given twice%s",
                    names->name[first->edge.source], names->name[first->edge.target], where);
}

/* What was chosen where the file is silent. */
static hg_status tell_choices(const hg_network_reading *reading)
{
    hg_text notes = hg_text_of(LABEL);
    if (reading->untold == 0) return HG_OK;
    hg_text_add(&notes, "%s: %" PRId64 " of %" PRId64 " edges have neither a weight nor a sign; "
                "their weight is network.default_weight, %g\n", reading->mistakes->path,
                reading->untold, reading->count, reading->config->network.default_weight);
    return hg_text_take(&notes, &reading->list->notes);
}

hg_status hg_network_reading_finish(hg_network_reading *reading)
{
    hg_edge_list *list = reading->list;
    HG_TRY(hg_allocate(&list->edges, LABEL, (size_t)reading->count, sizeof *list->edges));
    list->count = reading->count;
    for (int64_t e = 0; e < reading->count; e++) list->edges[e] = reading->edges[e].edge;
    if (reading->count > 1)
        qsort(reading->edges, (size_t)reading->count, sizeof *reading->edges, compare_edges);
    for (int64_t e = 1; e < reading->count; e++) {
        const hg_placed_edge *first = &reading->edges[e - 1], *second = &reading->edges[e];
        if (first->edge.source == second->edge.source && first->edge.target == second->edge.target)
            note_doubled(reading, first, second);
    }
    HG_TRY(hg_mistakes_report(reading->mistakes));
    return tell_choices(reading);
}

void hg_network_reading_free(hg_network_reading *reading)
{
    hg_release(&reading->edges);
    hg_mistakes_free(reading->mistakes);
}
