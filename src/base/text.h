/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text: a builder that grows, numbers that survive being written, misspelt words. */
#ifndef HG_BASE_TEXT_H
#define HG_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/status.h"

/**
 * A text under construction. The first failure sticks: what is added afterwards is
 * dropped and hg_text_take() reports it, so that the calls between need no checks.
 */
typedef struct hg_text {
    char *data; /**< NULL while empty, else ended by NUL; hg_release */
    size_t length, room;
    hg_label label;
    hg_status status;
} hg_text;

static inline hg_text hg_text_of(hg_label label)
{
    return (hg_text){NULL, 0, 0, label, HG_OK};
}

/** Adds text as printf would write it. */
void hg_text_add(hg_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Adds `length` bytes. */
void hg_text_add_bytes(hg_text *text, const char *bytes, size_t length);

/** Adds the shortest decimal number that reads back as `value`. */
void hg_text_add_number(hg_text *text, double value);

/** Adds `word` as a YAML scalar: plain where that is unmistakable, else in double quotes. */
void hg_text_add_scalar(hg_text *text, const char *word);

/** Adds words within a line: hidden characters escaped (base/visible.h), line ends and tabs as blanks. */
void hg_text_add_shown(hg_text *text, const char *words);

/** Adds 1234567 as 1,234,567. */
void hg_text_add_count(hg_text *text, int64_t count);

/** Adds "1 gene", "1,200 genes". */
void hg_text_add_counted(hg_text *text, int64_t count, const char *what);

/** Adds `count` in the style of 12.3 MB (powers of 1000). */
void hg_text_add_bytes_count(hg_text *text, double count);

/** Adds `seconds` as a person would say it: 3 ms, 12 s, 4 min, 2.5 h, 3 days. */
void hg_text_add_duration(hg_text *text, double seconds);

/** Hands over the text ("" when nothing was added) or the failure; empties the builder. */
hg_status hg_text_take(hg_text *text, char **taken);

void hg_text_free(hg_text *text);

#define HG_NUMBER_SIZE 32 /* bytes that any double fits in */

/** Writes the shortest of %.15g, %.16g, %.17g that reads back as `value` (2e-05 as 2.0e-05). */
void hg_number_format(char text[HG_NUMBER_SIZE], double value);

/** How a word reads as a number. */
typedef enum hg_number_kind {
    HG_NUMBER_NOT,      /**< no number at all */
    HG_NUMBER_INFINITE, /**< too large, or one of YAML's .inf, .nan */
    HG_NUMBER_FINITE
} hg_number_kind;

/** Reads all of `word` as a decimal number: 5, -0.25, .5, 1e-3. */
hg_number_kind hg_number_parse(const char *word, double *value);

/** Reads all of `word` as an integer, also 1e4 or 2.0; false when it is none or overflows. */
bool hg_integer_parse(const char *word, int64_t *value);

/** The same for 0 .. 2^64-1. */
bool hg_unsigned_parse(const char *word, uint64_t *value);

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
int hg_text_distance(const char *a, const char *b);

/**
 * The `words` entry nearest to `word`, upper and lower case apart, when it is near enough
 * to be a slip of the keyboard; else NULL. Entries may be NULL.
 */
const char *hg_text_nearest(const char *word, const char *const *words, int count);

#endif
