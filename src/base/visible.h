/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Texts as they are shown. Names, attributes and paths come from files and may hold what a terminal
 * obeys instead of showing (control characters, also those of U+0080 to U+009F), what changes the
 * order of the text around it (bidirectional overrides) or what nobody sees (zero-width characters).
 * Such characters, and bytes that are no UTF-8, are shown as \u202e or \x9b. Line ends and tabs stay.
 */
#ifndef HG_BASE_VISIBLE_H
#define HG_BASE_VISIBLE_H

#include <stdbool.h>
#include <stddef.h>

/** One character of a text. */
typedef struct hg_character {
    size_t length;  /**< in bytes, at least 1; 0: the text ends within it */
    unsigned value; /**< its code point, or the byte where this is no UTF-8 */
    bool valid;     /**< is UTF-8 */
    bool hidden;    /**< must be escaped to be seen */
} hg_character;

/** The first character of `length` >= 1 bytes. Pure. */
hg_character hg_character_at(const char *text, size_t length);

enum { HG_ESCAPE_SIZE = 16 };

/** Writes the escape of a hidden character. */
void hg_character_escape(char escape[HG_ESCAPE_SIZE], hg_character character);

/** Copies a text, hidden characters escaped; what does not fit into `room` bytes is left out. */
void hg_visible_copy(char *to, size_t room, const char *from);

/** Prints a message of at most 8 kB on standard error, hidden characters escaped. */
void hg_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
