/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text from files as a terminal may see it. A name can hold what a terminal obeys (control
 * characters, also U+0080 to U+009F) or what hides or reorders text (bidirectional overrides,
 * characters of no width): these are written as \u009b, bytes that are not UTF-8 as \xff.
 */
#ifndef HG_BASE_SHOWN_H
#define HG_BASE_SHOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

/** Reads a character of a text that ends with NUL: its bytes, at least 1; *point is -1 where they
 * are not UTF-8. */
size_t hg_character_read(const char *text, int32_t *point);

/** Whether a character must be escaped: a control character, or an invisible one. */
bool hg_character_is_hidden(int32_t point);

/** Adds `words`, a name or a value in a line: tabs and ends of lines are escaped, too. */
void hg_text_add_shown(hg_text *text, const char *words);

/** Prints what may have lines, such as a message: tabs and ends of lines stay. */
void hg_print_shown(FILE *stream, const char *words);

/** printf to standard error, escaped like hg_print_shown. */
void hg_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** A stream whose text reaches `to` as hg_print_shown prints it; close it. NULL: no memory. */
FILE *hg_shown_stream(FILE *to);

#endif
