/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Standard output as a stream of the program's own, the one place where texts leave for a terminal.
 * Commands print names of genes, files and runs by printf, wherever these come from.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* fopencookie */
#endif
#include "cli/terminal.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/visible.h"

enum { MOST_PENDING = 4 };

/* The beginning of a character whose end has not been printed yet. */
static char pending[MOST_PENDING];
static size_t pending_length;

static bool write_all(const char *bytes, size_t length)
{
    while (length > 0) {
        const ssize_t written = write(STDOUT_FILENO, bytes, length);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

/* Collects what is written, so that a line is one write. */
typedef struct buffer {
    char bytes[4096];
    size_t length;
    bool failed;
} buffer;

static void put(buffer *to, const char *bytes, size_t length)
{
    if (to->length + length > sizeof to->bytes) {
        to->failed |= !write_all(to->bytes, to->length);
        to->length = 0;
    }
    memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
}

static void put_character(buffer *to, const char *bytes, hg_character character)
{
    char escape[HG_ESCAPE_SIZE];
    if (!character.hidden) {
        put(to, bytes, character.length);
        return;
    }
    hg_character_escape(escape, character);
    put(to, escape, strlen(escape));
}

/* All characters of a text; returns the bytes of the one that it ends within. */
static size_t put_text(buffer *to, const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        const hg_character character = hg_character_at(text + i, length - i);
        if (character.length == 0) return length - i;
        put_character(to, text + i, character);
        i += character.length;
    }
    return 0;
}

static ssize_t write_visible(void *cookie, const char *text, size_t length)
{
    buffer to = {.length = 0};
    size_t from = 0;
    (void)cookie;
    while (pending_length > 0 && from < length) { /* at most three times */
        pending[pending_length++] = text[from++];
        const hg_character character = hg_character_at(pending, pending_length);
        if (character.length == 0) continue;
        put_character(&to, pending, character);
        pending_length -= character.length;
        memmove(pending, pending + character.length, pending_length);
    }
    const size_t left = put_text(&to, text + from, length - from);
    if (left > 0) memcpy(pending, text + length - left, left);
    if (left > 0) pending_length = left;
    to.failed |= !write_all(to.bytes, to.length);
    return to.failed ? 0 : (ssize_t)length;
}

void hg_guard_output(void)
{
    fflush(stdout);
    FILE *guarded = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_visible});
    if (guarded == NULL) return;
    setvbuf(guarded, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, BUFSIZ);
    stdout = guarded;
}
