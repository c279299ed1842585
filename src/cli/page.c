/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/page.h"

#include <string.h>

#define HEADING_MOST 60

hg_status hg_page_text(const hg_command *command, char **text)
{
    hg_text built = hg_text_of(HG_MEMORY_OTHER);
    hg_text_add(&built, "%s", command->text);
    if (command->add_more != NULL) command->add_more(&built);
    return hg_text_take(&built, text);
}

/* --- words ------------------------------------------------------------------------------- */

bool hg_words_are(hg_words words, const char *text)
{
    return words.length == strlen(text) && strncmp(words.start, text, words.length) == 0;
}

hg_words hg_words_trimmed(hg_words words)
{
    while (words.length > 0 && *words.start == ' ') {
        words.start++;
        words.length--;
    }
    while (words.length > 0 && words.start[words.length - 1] == ' ') words.length--;
    return words;
}

bool hg_page_line(hg_words *lines, hg_words *line)
{
    if (lines->length == 0) return false;
    const char *end = memchr(lines->start, '\n', lines->length);
    line->start = lines->start;
    line->length = end == NULL ? lines->length : (size_t)(end - lines->start);
    const size_t taken = line->length + (end != NULL);
    lines->start += taken;
    lines->length -= taken;
    return true;
}

/* --- parts ------------------------------------------------------------------------------- */

static size_t line_size(const char *line) /* its end included */
{
    const size_t length = strcspn(line, "\n");
    return length + (line[length] == '\n');
}

/* The lines from `line` on that are indented, or not, as the first one is. */
static hg_words take_block(const char *line)
{
    const bool indented = *line == ' ';
    hg_words block = {line, 0};
    for (; *line != '\0' && *line != '\n' && (*line == ' ') == indented; line += line_size(line))
        block.length += line_size(line);
    return block;
}

static bool is_heading(hg_words block)
{
    const char *end = block.start + block.length;
    return block.length >= 2 && block.length <= HEADING_MOST && *end == ' ' && end[-2] == ':' &&
           memchr(block.start, '\n', block.length) == end - 1;
}

/* The column, or 0 where more than one gap makes the line a drawing. */
static size_t said_from(hg_words line, size_t column)
{
    for (size_t i = column; i + 1 < line.length; i++)
        if (line.start[i] == ' ' && line.start[i + 1] == ' ') return 0;
    return column;
}

/* Where what is said begins, by the first row that has it beside its words; 0: it is no list. */
static size_t find_column(hg_words block)
{
    hg_words line;
    while (hg_page_line(&block, &line)) {
        const size_t indent = strspn(line.start, " ");
        for (size_t i = indent; i + 2 < line.length; i++)
            if (line.start[i] == ' ' && line.start[i + 1] == ' ')
                return said_from(line, i + strspn(line.start + i, " "));
        if (line.start[indent] != '-') return 0; /* options alone may be too long for their row */
    }
    return 0;
}

bool hg_page_next(const char **at, hg_part *part)
{
    *at += strspn(*at, "\n");
    if (**at == '\0') return false;
    part->lines = take_block(*at);
    if (is_heading(part->lines)) {
        part->heading = (hg_words){*at, part->lines.length - 2};
        *at += part->lines.length;
        part->lines = take_block(*at);
    } else if (**at != ' ') {
        part->heading = (hg_words){*at, 0};
    }
    part->kind = HG_PART_PARAGRAPH;
    if (**at == ' ') {
        const bool shown = hg_words_are(part->heading, "Example") ||
                           hg_words_are(part->heading, "Examples");
        part->column = shown ? 0 : find_column(part->lines);
        part->kind = part->column > 0 ? HG_PART_LIST : HG_PART_SHOWN;
    }
    *at += part->lines.length;
    return true;
}

/* --- rows of lists ------------------------------------------------------------------------ */

/* The words of a row end at the column, or where they are longer, at the first two blanks. */
static size_t term_end(hg_words line, size_t column)
{
    if (line.length <= column) return line.length;
    if (line.start[column - 1] == ' ') return column;
    for (size_t i = column; i + 1 < line.length; i++)
        if (line.start[i] == ' ' && line.start[i + 1] == ' ') return i;
    return line.length;
}

bool hg_page_item(hg_words *lines, size_t column, hg_item *item)
{
    hg_words line;
    if (!hg_page_line(lines, &line)) return false;
    const size_t end = term_end(line, column);
    item->term = hg_words_trimmed((hg_words){line.start, end});
    item->lines = (hg_words){line.start + end, line.length - end};
    while (lines->length > 0 && strspn(lines->start, " ") >= column) {
        hg_page_line(lines, &line);
        item->lines.length = (size_t)(line.start + line.length - item->lines.start);
    }
    return true;
}
