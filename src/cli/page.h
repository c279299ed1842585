/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What `happygene help COMMAND` prints is all that the manual pages and the completion of command
 * lines are made of. For that, the texts of commands keep to a few habits:
 *
 * - paragraphs are not indented, and empty lines part them;
 * - a short line that ends in a colon, with an indented block right below it, is a heading;
 * - an indented block is a list when two blanks at least part the words of its first row from
 *   what is said about them; rows whose words are too long have them alone on a line. What is
 *   said begins in one column throughout, with "      --scaling threads of ranks" as it may;
 * - other blocks, and those below "Example:" or "Examples:", are shown as they are.
 */
#ifndef HG_CLI_PAGE_H
#define HG_CLI_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/cli.h"
#include "model/keys.h"

typedef enum hg_part_kind { HG_PART_PARAGRAPH, HG_PART_LIST, HG_PART_SHOWN } hg_part_kind;

/** A piece of a text; all of it lies in the text itself. */
typedef struct hg_words {
    const char *start;
    size_t length;
} hg_words;

/** A paragraph or a block of a command's text. */
typedef struct hg_part {
    hg_part_kind kind;
    hg_words heading; /**< the one that it stands under, without its colon; empty: none */
    hg_words lines;   /**< whole lines, ends of lines included */
    size_t column;    /**< lists: where what is said about the words begins */
} hg_part;

/** A row of a list. */
typedef struct hg_item {
    hg_words term;  /**< "-o, --output OUT.h5" */
    hg_words lines; /**< what is said, from `column` of each line on; the first may begin earlier */
} hg_item;

/** Reads the next part and moves `*at` behind it; false at the end. `part` starts as {0}. */
bool hg_page_next(const char **at, hg_part *part);

/** Takes the first row off a list's `lines`; false when there is none. */
bool hg_page_item(hg_words *lines, size_t column, hg_item *item);

/** Takes the first line off, without its end; false when there is none. */
bool hg_page_line(hg_words *lines, hg_words *line);

bool hg_words_are(hg_words words, const char *text);

/** Without the blanks around them. */
hg_words hg_words_trimmed(hg_words words);

/** The whole text of a command, or why there is none; hg_release. */
hg_status hg_page_text(const hg_command *command, char **text);

/** The program itself as if it were a command: what is said of all commands. */
extern const hg_command hg_command_program;

/** Prints the manual page of a command, for man(1). */
hg_status hg_page_print_man(const hg_command *command);

/** Prints the completion of command lines for bash. */
hg_status hg_page_print_completion(void);

#define HG_PATH_SIZE 128

/** The default of a key, or where it comes from. */
const char *hg_page_default(const hg_key *key);
/** What a key takes, in words that live as long as `text`: hg_text_free. */
const char *hg_page_describe(hg_text *text, const hg_key *key);
/** The whole path of a row. */
void hg_page_key_path(char path[HG_PATH_SIZE], const hg_key_table *table, const hg_key *key);

/** Prints all keys and models as Markdown: docs/run-file.md has it. */
void hg_page_print_key_reference(void);

/** Prints all attributes and datasets as Markdown: docs/output.md has it. */
void hg_page_print_dataset_reference(void);

#endif
