/* SPDX-License-Identifier: GPL-3.0-or-later
 * Manual pages, for man(1): the texts of cli/page.h in the language of troff. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/page.h"
#include "hg_build.h"

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_=./-"

/* What is being written: lines are filled up to here, and broken at the next blank. */
#define LINE_LEAST 60
static int column;
static bool fresh; /* right below the title of a section: no paragraph need be begun */

static void end_line(void)
{
    if (column > 0) putchar('\n');
    column = 0;
}

static void print_request(const char *request)
{
    end_line();
    printf("%s\n", request);
}

static void print_text(const char *text)
{
    column += printf("%s", text);
}

/* What troff would take for a sign of its own. */
static void print_byte(char byte)
{
    static const char signs[] = "\\-'`^~";
    static const char *const names[] = {"\\e", "\\-", "\\(aq", "\\(ga", "\\(ha", "\\(ti"};
    const char *sign = strchr(signs, byte);
    if (byte == '.' && column == 0) print_text("\\&");
    if (sign != NULL && byte != '\0') {
        print_text(names[sign - signs]);
    } else {
        putchar(byte);
        column++;
    }
}

static void print_plain(hg_words words)
{
    for (size_t i = 0; i < words.length; i++) print_byte(words.start[i]);
}

/* Blanks are where lines may be broken. */
static void print_filled(hg_words words)
{
    words = hg_words_trimmed(words);
    if (column > 0 && words.length > 0) print_text(" ");
    for (size_t i = 0; i < words.length; i++)
        if (words.start[i] == ' ' && column >= LINE_LEAST)
            end_line();
        else
            print_byte(words.start[i]);
}

/* What stands to be typed is bold, what stands for something else, in capitals, italic. */
static void print_marked(hg_words words, bool filled)
{
    for (size_t i = 0; i < words.length;) {
        hg_words word = {words.start + i, 0};
        while (i + word.length < words.length && strchr(WORD, word.start[word.length]) != NULL)
            word.length++;
        if (word.length == 0 && words.start[i] == ' ' && filled && column >= LINE_LEAST) {
            end_line();
        } else if (word.length == 0) {
            print_byte(words.start[i]);
        } else if (hg_words_are(word, "...")) {
            print_plain(word);
        } else {
            print_text(isupper((unsigned char)*word.start) ? "\\fI" : "\\fB");
            print_plain(word);
            print_text("\\fR");
        }
        i += word.length + (word.length == 0);
    }
}

static void begin_paragraph(void)
{
    if (!fresh) print_request(".PP");
    fresh = false;
}

static void print_lines(hg_words lines)
{
    hg_words line;
    while (hg_page_line(&lines, &line)) print_filled(line);
    end_line();
}

static void print_shown(hg_words lines)
{
    const size_t indent = strspn(lines.start, " ");
    hg_words line;
    begin_paragraph();
    print_request(".RS 4\n.nf");
    while (hg_page_line(&lines, &line)) {
        const size_t skipped = indent < line.length ? indent : 0;
        print_plain((hg_words){line.start + skipped, line.length - skipped});
        end_line();
    }
    print_request(".fi\n.RE");
}

static void print_list(const hg_part *part)
{
    hg_words lines = part->lines;
    hg_item item;
    fresh = false;
    while (hg_page_item(&lines, part->column, &item)) {
        print_request(".TP");
        print_marked(item.term, false);
        end_line();
        print_lines(item.lines);
    }
}

static void print_part(const hg_part *part)
{
    switch (part->kind) {
    case HG_PART_PARAGRAPH:
        begin_paragraph();
        print_lines(part->lines);
        break;
    case HG_PART_LIST: print_list(part); break;
    case HG_PART_SHOWN: print_shown(part->lines); break;
    }
}

/* --- sections ----------------------------------------------------------------------------- */

static bool lists_options(const hg_part *part)
{
    return part->kind == HG_PART_LIST && part->lines.start[strspn(part->lines.start, " ")] == '-';
}

static void begin_section(hg_words heading)
{
    end_line();
    printf(".SH ");
    for (size_t i = 0; i < heading.length; i++) putchar(toupper((unsigned char)heading.start[i]));
    putchar('\n');
    fresh = true;
}

static void begin_named(const char *heading)
{
    begin_section((hg_words){heading, strlen(heading)});
}

/* Paragraphs, and blocks without a heading, are the description. */
static void print_description(const char *text)
{
    hg_part part = {0};
    begin_named("description");
    while (hg_page_next(&text, &part))
        if (part.heading.length == 0 && !lists_options(&part)) print_part(&part);
}

static void print_options(const char *text)
{
    hg_part part = {0};
    bool first = true;
    while (hg_page_next(&text, &part)) {
        if (!lists_options(&part)) continue;
        if (first) begin_named("options");
        first = false;
        print_part(&part);
    }
}

static bool has_examples(const hg_part *part)
{
    return hg_words_are(part->heading, "Example") || hg_words_are(part->heading, "Examples");
}

static void print_headed(const char *text, bool examples)
{
    hg_part part = {0};
    const char *heading = NULL;
    while (hg_page_next(&text, &part)) {
        if (part.heading.length == 0 || lists_options(&part) || has_examples(&part) != examples)
            continue;
        if (part.heading.start != heading) begin_section(part.heading);
        heading = part.heading.start;
        print_part(&part);
    }
}

static void print_synopsis(const hg_command *command)
{
    hg_words line, lines = {command->synopsis, strlen(command->synopsis)};
    begin_named("synopsis");
    print_text("\\fBhappygene\\fR");
    while (hg_page_line(&lines, &line)) {
        if (column >= LINE_LEAST)
            end_line();
        else
            print_text(" ");
        print_marked(hg_words_trimmed(line), true);
    }
    end_line();
}

static void print_commands(void)
{
    begin_named("commands");
    for (int i = 0; hg_commands[i] != NULL; i++) {
        printf(".TP\n\\fBhappygene\\-%s\\fR(1)\n", hg_commands[i]->name);
        print_lines((hg_words){hg_commands[i]->summary, strlen(hg_commands[i]->summary)});
    }
}

static void print_title(const hg_command *command)
{
    const bool whole = command == &hg_command_program;
    printf(".\\\" SPDX-License-Identifier: GPL-3.0-or-later\n.\\\" Made by happygene help --man.\n"
           ".TH HAPPYGENE");
    if (!whole) {
        printf("\\-");
        for (const char *c = command->name; *c != '\0'; c++) putchar(toupper((unsigned char)*c));
    }
    printf(" 1 %s \"happygene %s\" \"User Commands\"\n", HG_BUILD_DATE, HG_BUILD_VERSION);
    begin_named("name");
    print_text("happygene");
    if (!whole) print_text("\\-");
    if (!whole) print_text(command->name);
    print_text(" \\-");
    print_lines((hg_words){command->summary, strlen(command->summary)});
}

hg_status hg_page_print_man(const hg_command *command)
{
    char *text = NULL;
    HG_TRY(hg_page_text(command, &text));
    print_title(command);
    print_synopsis(command);
    print_description(text);
    if (command == &hg_command_program) print_commands();
    print_options(text);
    print_headed(text, false);
    print_headed(text, true); /* last */
    begin_named("see also");
    print_request(command != &hg_command_program
                      ? ".BR happygene (1)"
                      : ".BR mpirun (1),\n.BR h5dump (1),\n.BR ncdump (1)");
    hg_release(&text);
    return HG_OK;
}
