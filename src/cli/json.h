/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pieces of JSON. */
#ifndef HG_CLI_JSON_H
#define HG_CLI_JSON_H

#include <stdint.h>

#include "base/text.h"

/** Words in quotes; what JSON would stumble over is escaped. */
void hg_json_string(hg_text *text, const char *words);

/** "name": value, in all its digits; null where it is not finite. */
void hg_json_number(hg_text *text, const char *name, double value);

/** "name": value */
void hg_json_integer(hg_text *text, const char *name, int64_t value);

/** "name": [...] */
void hg_json_integers(hg_text *text, const char *name, const int64_t *values, int64_t count);

static inline void hg_json_comma(hg_text *text) { hg_text_add(text, ", "); }

#endif
