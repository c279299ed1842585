/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/json.h"

#include <inttypes.h>
#include <math.h>

void hg_json_string(hg_text *text, const char *words)
{
    hg_text_add(text, "\"");
    for (const char *c = words; *c != '\0'; c++) {
        const unsigned char byte = (unsigned char)*c;
        if (byte == '"' || byte == '\\') hg_text_add(text, "\\%c", byte);
        else if (byte < ' ') hg_text_add(text, "\\u%04x", byte);
        else hg_text_add_bytes(text, c, 1);
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
