/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* fopencookie */
#include "base/shown.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

size_t hg_character_read(const char *text, int32_t *point)
{
    static const int32_t least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char *c = (const unsigned char *)text;
    const int more = c[0] < 0x80 ? 0 : (c[0] & 0xe0) == 0xc0 ? 1 : (c[0] & 0xf0) == 0xe0 ? 2 :
                     (c[0] & 0xf8) == 0xf0 ? 3 : -1;
    *point = -1;
    if (more < 0) return 1;
    int32_t value = more == 0 ? c[0] : c[0] & (0x3f >> more);
    for (int i = 1; i <= more; i++) {
        if ((c[i] & 0xc0) != 0x80) return 1;
        value = value << 6 | (c[i] & 0x3f);
    }
    if (value < least[more] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return 1;
    *point = value;
    return (size_t)more + 1;
}

/* Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt), controls, separators of lines
 * and annotations. */
bool hg_character_is_hidden(int32_t point)
{
    static const int32_t ranges[][2] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x34f, 0x34f},   {0x61c, 0x61c},
        {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200f}, {0x2028, 0x202e},
        {0x2060, 0x206f}, {0x3164, 0x3164}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0},
        {0xfff0, 0xfffb}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (point >= ranges[i][0] && point <= ranges[i][1]) return true;
    return false;
}

enum { ESCAPE_SIZE = 16 };

/* The escape of the character at `words`, or "" where it is shown as it is; its bytes. */
static size_t escape(const char *words, char escaped[ESCAPE_SIZE])
{
    int32_t point;
    const size_t length = hg_character_read(words, &point);
    escaped[0] = '\0';
    if (point < 0)
        snprintf(escaped, ESCAPE_SIZE, "\\x%02x", (unsigned)(unsigned char)*words);
    else if (hg_character_is_hidden(point))
        snprintf(escaped, ESCAPE_SIZE, point > 0xffff ? "\\U%08" PRIx32 : "\\u%04" PRIx32,
                 (uint32_t)point);
    return length;
}

void hg_text_add_shown(hg_text *text, const char *words)
{
    char escaped[ESCAPE_SIZE];
    for (size_t length; *words != '\0'; words += length) {
        length = escape(words, escaped);
        if (escaped[0] != '\0') hg_text_add(text, "%s", escaped);
        else hg_text_add_bytes(text, words, length);
    }
}

void hg_print_shown(FILE *stream, const char *words)
{
    char escaped[ESCAPE_SIZE];
    for (size_t length; *words != '\0'; words += length) {
        length = escape(words, escaped);
        if (escaped[0] != '\0' && *words != '\n' && *words != '\t') fputs(escaped, stream);
        else fwrite(words, 1, length, stream);
    }
}

void hg_tell(const char *format, ...)
{
    char words[8192];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    hg_print_shown(stderr, words);
}

/* The start of a character can come with one write and the rest with the next. */
typedef struct shown_stream {
    FILE *to;
    char kept[4];
    size_t length;
} shown_stream;

/* The bytes at the end of `words` that begin a character which is not whole. */
static size_t unfinished(const char *words, size_t length)
{
    for (size_t back = 1; back <= 3 && back <= length; back++) {
        const unsigned char c = (unsigned char)words[length - back];
        if ((c & 0xc0) == 0x80) continue;
        const size_t wanted = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
        return wanted > back ? back : 0;
    }
    return 0;
}

static ssize_t write_shown(void *cookie, const char *bytes, size_t count)
{
    shown_stream *stream = cookie;
    char *words = malloc(stream->length + count + 1);
    if (words == NULL) return 0;
    memcpy(words, stream->kept, stream->length);
    memcpy(words + stream->length, bytes, count);
    size_t length = stream->length + count;
    stream->length = unfinished(words, length);
    length -= stream->length;
    memcpy(stream->kept, words + length, stream->length);
    words[length] = '\0';
    for (size_t i = 0; i < length; i += strlen(words + i) + 1) {
        hg_print_shown(stream->to, words + i);
        if (i + strlen(words + i) < length) fputs("\\u0000", stream->to);
    }
    free(words);
    return ferror(stream->to) ? 0 : (ssize_t)count;
}

static int close_shown(void *cookie)
{
    shown_stream *stream = cookie;
    stream->kept[stream->length] = '\0'; /* three bytes at most */
    hg_print_shown(stream->to, stream->kept);
    free(stream);
    return 0;
}

FILE *hg_shown_stream(FILE *to)
{
    shown_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL) return NULL;
    stream->to = to;
    const cookie_io_functions_t functions = {.write = write_shown, .close = close_shown};
    FILE *opened = fopencookie(stream, "w", functions);
    if (opened == NULL) free(stream);
    return opened;
}
