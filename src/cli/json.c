/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/json.h"

#include <inttypes.h>
#include <math.h>

#include "base/shown.h"

void hg_json_string(hg_text *text, const char *words)
{
    hg_text_add(text, "\"");
    size_t length;
    for (const char *c = words; *c != '\0'; c += length) {
        int32_t point;
        length = hg_character_read(c, &point);
        if (*c == '"' || *c == '\\') hg_text_add(text, "\\%c", *c);
        else if (point < 0) hg_text_add(text, "\\ufffd"); /* JSON is UTF-8 */
        else if (!hg_character_is_hidden(point)) hg_text_add_bytes(text, c, length);
        else if (point < 0x10000) hg_text_add(text, "\\u%04" PRIx32, (uint32_t)point);
        else /* a surrogate pair, as JSON wants it */
            hg_text_add(text, "\\u%04" PRIx32 "\\u%04" PRIx32,
                        0xd7c0 + (uint32_t)(point >> 10), 0xdc00 + (uint32_t)(point & 0x3ff));
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
