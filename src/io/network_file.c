/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/network_file.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "io/runfile_parts.h"

#define MOST_GENES 10000000 /* as population.genes */
#define LABEL HG_MEMORY_NETWORK
#define LARGEST_FILE ((size_t)1 << 30)
#define MOST_COLUMNS 3

/* An edge and where it stands. */
typedef struct row {
    hg_edge edge;
    int64_t line;
} row;

typedef struct table {
    hg_edge_list *list;
    const hg_config *config;
    hg_mistakes *mistakes;
    row *rows;
    int64_t count, room, line;
} table;

typedef struct word {
    char *text;
    int64_t column; /* from 1, in characters */
} word;

bool hg_network_file_is_foreign(const char *path)
{
    static const char *const endings[] = {".xml", ".sbml", ".graphml", ".gml", ".dot", ".json",
                                          ".csv", ".h5"};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot != NULL && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot, endings[i]) == 0) return true;
    return false;
}

static int64_t column_of(const char *line, const char *at)
{
    int64_t column = 1;
    for (; line < at; line++) column += ((unsigned char)*line & 0xc0) != 0x80;
    return column;
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

/* Cuts a line (changed in place) into words; MOST_COLUMNS + 1 when there are more. */
static int cut(char *line, word *words)
{
    const bool tabs = strchr(line, '\t') != NULL;
    const char *separators = tabs ? "\t" : " ";
    char *c = line;
    int count = 0;
    while (*c != '\0') {
        c += strspn(c, " ");
        if (*c == '\0') break;
        if (count == MOST_COLUMNS) return tabs && strspn(c, " \t") == strlen(c) ? count : count + 1;
        char *end = c + strcspn(c, separators);
        char *after = end + (*end != '\0');
        words[count++] = (word){c, column_of(line, c)};
        *end = '\0';
        while (end > c && end[-1] == ' ') *--end = '\0';
        c = after;
    }
    while (count > 0 && words[count - 1].text[0] == '\0') count--; /* tabs at the end */
    return count;
}

static hg_place place_of(const table *t, int64_t column)
{
    return (hg_place){t->line, column, NULL};
}

static hg_status read_gene(table *t, const word *name, int32_t *gene)
{
    *gene = -1;
    if (name->text[0] == '\0' || !is_text(name->text)) {
        hg_mistakes_add(t->mistakes, place_of(t, name->column), "%s; allowed: the name of a gene",
                        name->text[0] == '\0' ? "an empty field" : "not UTF-8 text");
        return HG_OK;
    }
    int64_t number = hg_names_find(&t->list->names, name->text);
    if (number < 0 && t->config->network.gene_count > 0) {
        hg_mistakes_add(t->mistakes, place_of(t, name->column), "there is no gene '%.60s' in "
                        "network.genes; allowed: the names listed there, or no list", name->text);
        return HG_OK;
    }
    if (number < 0) HG_TRY(hg_names_add(&t->list->names, name->text, &number, NULL));
    if (number >= MOST_GENES)
        return hg_fail(HG_BAD_INPUT, "%s: too many genes; allowed: at most %d", t->mistakes->path,
                       MOST_GENES);
    *gene = (int32_t)number;
    return HG_OK;
}

static bool read_weight(const table *t, const word *column, double *weight)
{
    const hg_config *config = t->config;
    for (int64_t i = 0; i < config->network.sign_count; i++)
        if (strcmp(config->network.signs[i].token, column->text) == 0) {
            *weight = config->network.signs[i].sign * config->network.default_weight;
            return true;
        }
    if (hg_number_parse(column->text, weight) == HG_NUMBER_FINITE) return true;
    hg_text allowed = hg_text_of(LABEL);
    for (int64_t i = 0; i < config->network.sign_count; i++)
        hg_text_add(&allowed, "%s%s", i > 0 ? ", " : "", config->network.signs[i].token);
    hg_mistakes_add(t->mistakes, place_of(t, column->column), "'%.60s' is neither a sign nor a "
                    "number; allowed: %s%sa finite number", column->text,
                    allowed.data == NULL ? "" : allowed.data, allowed.data == NULL ? "" : " or ");
    hg_text_free(&allowed);
    return false;
}

static hg_status add_row(table *t, hg_edge edge)
{
    if (t->count == t->room) {
        const int64_t room = t->room * 2 + 256;
        HG_TRY(hg_reallocate(&t->rows, LABEL, (size_t)room, sizeof *t->rows));
        t->room = room;
    }
    t->rows[t->count++] = (row){edge, t->line};
    return HG_OK;
}

static void drop_comment(char *line)
{
    for (char *c = line; *c != '\0'; c++)
        if (*c == '#' && (c == line || c[-1] == ' ' || c[-1] == '\t')) {
            *c = '\0';
            return;
        }
}

static hg_status read_line(table *t, char *line)
{
    drop_comment(line);
    size_t length = strlen(line);
    while (length > 0 && strchr(" \t\r", line[length - 1]) != NULL) line[--length] = '\0';
    word words[MOST_COLUMNS];
    const int count = cut(line, words);
    if (count == 0) return HG_OK;
    if (count == 1 || count > MOST_COLUMNS) {
        hg_mistakes_add(t->mistakes, place_of(t, words[0].column), "%s; allowed: source and target, "
                        "and a sign or a weight", count == 1 ? "a single word" :
                        "more than three columns");
        return HG_OK;
    }
    hg_edge edge = {.weight = t->config->network.default_weight};
    HG_TRY(read_gene(t, &words[0], &edge.source));
    HG_TRY(read_gene(t, &words[1], &edge.target));
    const bool weighed = count == 2 || read_weight(t, &words[2], &edge.weight);
    if (edge.source < 0 || edge.target < 0 || !weighed) return HG_OK;
    return add_row(t, edge);
}

static hg_status read_lines(table *t, char *text)
{
    char *line = text;
    if (strncmp(line, "\xef\xbb\xbf", 3) == 0) line += 3; /* a byte order mark */
    while (*line != '\0') {
        char *end = line + strcspn(line, "\n");
        char *next = end + (*end != '\0');
        *end = '\0';
        t->line++;
        HG_TRY(read_line(t, line));
        line = next;
    }
    return HG_OK;
}

static int compare_rows(const void *a, const void *b)
{
    const row *left = a, *right = b;
    if (left->edge.source != right->edge.source)
        return left->edge.source < right->edge.source ? -1 : 1;
    if (left->edge.target != right->edge.target)
        return left->edge.target < right->edge.target ? -1 : 1;
    return left->line < right->line ? -1 : left->line > right->line;
}

static hg_status finish(table *t)
{
    hg_edge_list *list = t->list;
    HG_TRY(hg_allocate(&list->edges, LABEL, (size_t)t->count, sizeof *list->edges));
    list->count = t->count;
    for (int64_t e = 0; e < t->count; e++) list->edges[e] = t->rows[e].edge;
    if (t->count > 1) qsort(t->rows, (size_t)t->count, sizeof *t->rows, compare_rows);
    for (int64_t e = 1; e < t->count; e++) {
        const row *first = &t->rows[e - 1], *second = &t->rows[e];
        if (first->edge.source == second->edge.source && first->edge.target == second->edge.target)
            hg_mistakes_add(t->mistakes, (hg_place){second->line, 1, NULL}, "the edge %.60s -> "
                            "%.60s is given twice, first on line %" PRId64,
                            list->names.name[first->edge.source],
                            list->names.name[first->edge.target], first->line);
    }
    if (t->count == 0 && t->mistakes->count == 0)
        return hg_fail(HG_BAD_INPUT, "%s: holds no edges; allowed: lines of source, target and "
                       "optionally a sign or a weight", t->mistakes->path);
    return hg_mistakes_report(t->mistakes);
}

hg_status hg_network_text_read(hg_edge_list *list, const char *path, const char *text,
                               const hg_config *config)
{
    *list = (hg_edge_list){.names = hg_names_of(LABEL)};
    hg_mistakes mistakes = {.path = path};
    table t = {.list = list, .config = config, .mistakes = &mistakes};
    char *copy = NULL;
    hg_status status;
    HG_TRY_OUT(hg_copy_text(&copy, LABEL, text));
    for (int64_t g = 0; g < config->network.gene_count; g++) {
        int64_t number;
        HG_TRY_OUT(hg_names_add(&list->names, config->network.genes[g], &number, NULL));
    }
    HG_TRY_OUT(read_lines(&t, copy));
    HG_TRY_OUT(finish(&t));
out:
    hg_release(&copy);
    hg_release(&t.rows);
    hg_mistakes_free(&mistakes);
    return status;
}

hg_status hg_network_file_read(hg_edge_list *list, const char *path, const hg_config *config)
{
    char *text;
    *list = (hg_edge_list){.names = hg_names_of(LABEL)};
    HG_TRY(hg_file_load(path, LARGEST_FILE, "a table of edges", &text));
    const hg_status status = hg_network_text_read(list, path, text, config);
    hg_release(&text);
    return status;
}

void hg_edge_list_free(hg_edge_list *list)
{
    hg_names_free(&list->names);
    hg_release(&list->edges);
    list->count = 0;
}
