/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/visible.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct range {
    unsigned first, last;
} range;

/* Control and format characters, fillers, and what is no character at all (Unicode 15). */
static const range hidden[] = {
    {0x00, 0x08},     {0x0b, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},
    {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x200b, 0x200f}, {0x2028, 0x202e},
    {0x2060, 0x206f}, {0x3164, 0x3164}, {0xfdd0, 0xfdef}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff},
    {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, 0xe0fff}};

static bool is_hidden(unsigned value)
{
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (value >= hidden[i].first && value <= hidden[i].last) return true;
    return false;
}

/* Bytes of a character that begins so; 0: none does. */
static size_t length_after(unsigned char first)
{
    return first < 0x80 ? 1 : first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 && first < 0xf0 ? 3
           : first >= 0xc2 && first < 0xe0 ? 2 : 0;
}

hg_character hg_character_at(const char *text, size_t length)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *c = (const unsigned char *)text;
    const hg_character broken = {1, c[0], false, true};
    const size_t bytes = length_after(c[0]);
    if (bytes == 0) return broken;
    unsigned value = bytes == 1 ? c[0] : c[0] & (0xffu >> (bytes + 1));
    for (size_t i = 1; i < bytes; i++) {
        if (i == length) return (hg_character){0, c[0], false, true};
        if ((c[i] & 0xc0) != 0x80) return broken;
        value = value << 6 | (c[i] & 0x3fu);
    }
    if (value < least[bytes] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return broken;
    return (hg_character){bytes, value, true, is_hidden(value)};
}

void hg_character_escape(char escape[HG_ESCAPE_SIZE], hg_character character)
{
    const char *format = character.value <= 0xff && (!character.valid || character.value < 0x80)
                             ? "\\x%02x" : character.value <= 0xffff ? "\\u%04x" : "\\U%08x";
    snprintf(escape, HG_ESCAPE_SIZE, format, character.value);
}

void hg_visible_copy(char *to, size_t room, const char *from)
{
    const char *end = from + strlen(from);
    size_t used = 0;
    while (from < end) {
        char escape[HG_ESCAPE_SIZE];
        hg_character character = hg_character_at(from, (size_t)(end - from));
        if (character.length == 0) character.length = 1;
        const char *shown = from;
        size_t length = character.length;
        if (character.hidden) {
            hg_character_escape(escape, character);
            shown = escape;
            length = strlen(escape);
        }
        if (used + length >= room) break;
        memcpy(to + used, shown, length);
        used += length;
        from += character.length;
    }
    if (room > 0) to[used] = '\0';
}

void hg_tell(const char *format, ...)
{
    enum { LONGEST = 8448 }; /* hg_fail() keeps less; a stack may be small */
    char text[LONGEST], shown[LONGEST];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    hg_visible_copy(shown, sizeof shown, text);
    fputs(shown, stderr);
}
