/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tables of edges: a line each. */
#include <string.h>

#include "base/text.h"
#include "io/network_parts.h"

#define LABEL HG_NETWORK_LABEL
#define MOST_COLUMNS 3

typedef struct table {
    hg_network_reading *reading;
    int64_t line;
} table;

typedef struct word {
    char *text;
    int64_t column; /* from 1, in characters */
} word;

static int64_t column_of(const char *line, const char *at)
{
    int64_t column = 1;
    for (; line < at; line++) column += ((unsigned char)*line & 0xc0) != 0x80;
    return column;
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
        hg_mistakes_add(t->reading->mistakes, place_of(t, words[0].column), "%s; allowed: source "
                        "and target, and a sign or a weight", count == 1 ? "a single word" :
                        "more than three columns");
        return HG_OK;
    }
    hg_edge edge = {.weight = t->reading->config->network.default_weight};
    HG_TRY(hg_network_reading_gene(t->reading, place_of(t, words[0].column), words[0].text,
                                   &edge.source));
    HG_TRY(hg_network_reading_gene(t->reading, place_of(t, words[1].column), words[1].text,
                                   &edge.target));
    const bool weighed = count == 2 ||
        hg_network_reading_weight(t->reading, place_of(t, words[2].column), words[2].text,
                                  &edge.weight);
    t->reading->untold += count == 2;
    if (edge.source < 0 || edge.target < 0 || !weighed) return HG_OK;
    return hg_network_reading_edge(t->reading, place_of(t, 1), edge);
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
    if (t->reading->count == 0 && t->reading->mistakes->count == 0)
        return hg_fail(HG_BAD_INPUT, "%s: holds no edges; allowed: lines of source, target and "
                       "optionally a sign or a weight", t->reading->mistakes->path);
    return HG_OK;
}

hg_status hg_network_text_read(hg_edge_list *list, const char *path, const char *text,
                               const hg_config *config)
{
    *list = (hg_edge_list){.names = hg_names_of(LABEL)};
    hg_mistakes mistakes = {.path = path};
    hg_network_reading reading = {.list = list, .config = config, .mistakes = &mistakes};
    table t = {.reading = &reading};
    char *copy = NULL;
    hg_status status;
    HG_TRY_OUT(hg_copy_text(&copy, LABEL, text));
    HG_TRY_OUT(hg_network_reading_begin(&reading));
    HG_TRY_OUT(read_lines(&t, copy));
    HG_TRY_OUT(hg_network_reading_finish(&reading));
out:
    hg_release(&copy);
    hg_network_reading_free(&reading);
    return status;
}
