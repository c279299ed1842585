/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/visible.h"

void hg_json_string(hg_text *text, const char *words)
{
    hg_text_add(text, "\"");
    for (const char *c = words, *end = words + strlen(words); c < end;) {
        const hg_character character = hg_character_at(c, (size_t)(end - c));
        const size_t length = character.length > 0 ? character.length : 1;
        const unsigned value = character.value;
        if (*c == '"' || *c == '\\') hg_text_add(text, "\\%c", *c);
        else if (value > 0xffff && character.hidden) /* a pair of surrogates */
            hg_text_add(text, "\\u%04x\\u%04x", 0xd7c0 + (value >> 10), 0xdc00 + (value & 0x3ff));
        else if (value < ' ' || character.hidden) hg_text_add(text, "\\u%04x", value);
        else hg_text_add_bytes(text, c, length);
        c += length;
    }
    hg_text_add(text, "\"");
}

void hg_json_number(hg_text *text, const char *name, double value)
{
    hg_text_add(text, "\"%s\": ", name);
    if (isfinite(value)) hg_text_add_number(text, value);
    else hg_text_add(text, "null");
}

void hg_json_integer(hg_text *text, const char *name, int64_t value)
{
    hg_text_add(text, "\"%s\": %" PRId64, name, value);
}

void hg_json_integers(hg_text *text, const char *name, const int64_t *values, int64_t count)
{
    hg_text_add(text, "\"%s\": [", name);
    for (int64_t i = 0; i < count; i++)
        hg_text_add(text, "%s%" PRId64, i > 0 ? ", " : "", values[i]);
    hg_text_add(text, "]");
}
