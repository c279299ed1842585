/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/visible.h"

static bool make_room(hg_text *text, size_t more)
{
    if (text->status != HG_OK) return false;
    if (text->length + more + 1 <= text->room) return true;
    const size_t room = (text->length + more + 1) * 2;
    text->status = hg_reallocate(&text->data, text->label, room, 1);
    text->room = text->status == HG_OK ? room : 0;
    return text->status == HG_OK;
}

void hg_text_add_bytes(hg_text *text, const char *bytes, size_t length)
{
    if (!make_room(text, length)) return;
    if (length > 0) memcpy(text->data + text->length, bytes, length);
    text->length += length;
    text->data[text->length] = '\0';
}

void hg_text_add(hg_text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length >= 0 && make_room(text, (size_t)length)) {
        vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

void hg_number_format(char text[HG_NUMBER_SIZE], double value)
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, HG_NUMBER_SIZE, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    /* Older YAML readers take 2e-05 for a word and 2.0e-05 for a number. */
    char *exponent = strchr(text, 'e');
    if (exponent == NULL || strchr(text, '.') != NULL) return;
    memmove(exponent + 2, exponent, strlen(exponent) + 1);
    exponent[0] = '.';
    exponent[1] = '0';
}

void hg_text_add_number(hg_text *text, double value)
{
    char number[HG_NUMBER_SIZE];
    hg_number_format(number, value);
    hg_text_add(text, "%s", number);
}

/* Words that a YAML reader, ours or another, takes for something else than text. */
static bool is_reserved(const char *word)
{
    static const char *const reserved[] = {"true", "false", "yes", "no", "on", "off", "y", "n",
                                           "null", "none"};
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strcasecmp(word, reserved[i]) == 0) return true;
    return false;
}

static bool is_plain(const char *word)
{
    if (!isalpha((unsigned char)word[0]) && word[0] != '_' && word[0] != '/') return false;
    for (const char *c = word; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr("_./-+", *c) == NULL) return false;
    return !is_reserved(word);
}

void hg_text_add_scalar(hg_text *text, const char *word)
{
    if (is_plain(word)) {
        hg_text_add(text, "%s", word);
        return;
    }
    hg_text_add(text, "\"");
    for (const char *c = word, *end = word + strlen(word); c < end;) {
        char escape[HG_ESCAPE_SIZE];
        const hg_character character = hg_character_at(c, (size_t)(end - c));
        const size_t length = character.length > 0 ? character.length : 1;
        hg_character_escape(escape, character);
        if (*c == '"' || *c == '\\')
            hg_text_add(text, "\\%c", *c);
        else if (character.valid && (character.hidden || *c == '\n' || *c == '\t'))
            hg_text_add(text, "%s", escape); /* YAML has the same escapes */
        else
            hg_text_add_bytes(text, c, length);
        c += length;
    }
    hg_text_add(text, "\"");
}

void hg_text_add_shown(hg_text *text, const char *words)
{
    for (const char *c = words, *end = words + strlen(words); c < end;) {
        char escape[HG_ESCAPE_SIZE];
        const hg_character character = hg_character_at(c, (size_t)(end - c));
        const size_t length = character.length > 0 ? character.length : 1;
        hg_character_escape(escape, character);
        if (*c == '\n' || *c == '\t') hg_text_add(text, " ");
        else if (character.hidden) hg_text_add(text, "%s", escape);
        else hg_text_add_bytes(text, c, length);
        c += length;
    }
}

void hg_text_add_count(hg_text *text, int64_t count)
{
    char digits[32];
    const int length = snprintf(digits, sizeof digits, "%" PRId64, count);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-') hg_text_add(text, ",");
        hg_text_add(text, "%c", digits[i]);
    }
}

void hg_text_add_counted(hg_text *text, int64_t count, const char *what)
{
    hg_text_add_count(text, count);
    hg_text_add(text, " %s%s", what, count == 1 ? "" : "s");
}

void hg_text_add_bytes_count(hg_text *text, double count)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    size_t unit = 0;
    while (count >= 999.5 && unit + 1 < sizeof units / sizeof *units) {
        count /= 1000.0;
        unit++;
    }
    hg_text_add(text, "%.3g %s", count, units[unit]);
}

void hg_text_add_duration(hg_text *text, double seconds)
{
    if (seconds < 1.0)
        hg_text_add(text, "%.3g ms", seconds * 1e3);
    else if (seconds < 120.0)
        hg_text_add(text, "%.3g s", seconds);
    else if (seconds < 7200.0)
        hg_text_add(text, "%.3g min", seconds / 60.0);
    else if (seconds < 172800.0)
        hg_text_add(text, "%.3g h", seconds / 3600.0);
    else
        hg_text_add(text, "%.3g days", seconds / 86400.0);
}

hg_status hg_text_take(hg_text *text, char **taken)
{
    hg_text_add_bytes(text, "", 0);
    const hg_status status = text->status;
    *taken = NULL;
    if (status == HG_OK) {
        *taken = text->data;
        text->data = NULL;
    }
    hg_text_free(text);
    return status;
}

void hg_text_free(hg_text *text)
{
    hg_release(&text->data);
    *text = hg_text_of(text->label);
}

/* [-+] digits [. digits] [e [-+] digits], with a digit on one side of the point. strtod alone
 * would let hexadecimal numbers, blanks and "infinity" through. */
static bool looks_decimal(const char *word)
{
    const char *c = word;
    int digits = 0;
    if (*c == '-' || *c == '+') c++;
    for (; isdigit((unsigned char)*c); c++) digits++;
    if (*c == '.') c++;
    for (; isdigit((unsigned char)*c); c++) digits++;
    if (digits == 0) return false;
    if (*c != 'e' && *c != 'E') return *c == '\0';
    c++;
    if (*c == '-' || *c == '+') c++;
    if (!isdigit((unsigned char)*c)) return false;
    while (isdigit((unsigned char)*c)) c++;
    return *c == '\0';
}

static bool looks_infinite(const char *word)
{
    const char *c = word + (*word == '-' || *word == '+');
    if (*c == '.') c++;
    return strcasecmp(c, "inf") == 0 || strcasecmp(c, "infinity") == 0 || strcasecmp(c, "nan") == 0;
}

hg_number_kind hg_number_parse(const char *word, double *value)
{
    if (!looks_decimal(word)) return looks_infinite(word) ? HG_NUMBER_INFINITE : HG_NUMBER_NOT;
    *value = strtod(word, NULL);
    return isfinite(*value) ? HG_NUMBER_FINITE : HG_NUMBER_INFINITE;
}

bool hg_integer_parse(const char *word, int64_t *value)
{
    double number;
    if (hg_number_parse(word, &number) != HG_NUMBER_FINITE) return false;
    char *end;
    errno = 0;
    const long long exact = strtoll(word, &end, 10);
    if (*end == '\0') {
        *value = exact;
        return errno == 0;
    }
    if (number != floor(number) || fabs(number) >= 0x1p63) return false;
    *value = (int64_t)number;
    return true;
}

bool hg_unsigned_parse(const char *word, uint64_t *value)
{
    double number;
    if (hg_number_parse(word, &number) != HG_NUMBER_FINITE || number < 0.0) return false;
    char *end;
    errno = 0;
    const unsigned long long exact = strtoull(word, &end, 10);
    if (*end == '\0') {
        *value = exact;
        return errno == 0;
    }
    if (number != floor(number) || number >= 0x1p64) return false;
    *value = (uint64_t)number;
    return true;
}

#define LONGEST_WORD 64 /* longer words are nobody's slip */

int hg_text_distance(const char *a, const char *b)
{
    const size_t rows = strlen(a), columns = strlen(b);
    if (rows > LONGEST_WORD || columns > LONGEST_WORD) return LONGEST_WORD;
    int before[LONGEST_WORD + 1], last[LONGEST_WORD + 1], row[LONGEST_WORD + 1];
    for (size_t j = 0; j <= columns; j++) last[j] = before[j] = (int)j;
    for (size_t i = 1; i <= rows; i++) {
        row[0] = (int)i;
        for (size_t j = 1; j <= columns; j++) {
            const bool same = a[i - 1] == b[j - 1];
            int best = last[j - 1] + !same;
            if (last[j] + 1 < best) best = last[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && before[j - 2] + 1 < best) best = before[j - 2] + 1;
            row[j] = best;
        }
        memcpy(before, last, sizeof before);
        memcpy(last, row, sizeof last);
    }
    return last[columns];
}

static void lower_case(char lowered[LONGEST_WORD + 2], const char *word)
{
    size_t i = 0;
    for (; i <= LONGEST_WORD && word[i] != '\0'; i++)
        lowered[i] = (char)tolower((unsigned char)word[i]);
    lowered[i] = '\0';
}

const char *hg_text_nearest(const char *word, const char *const *words, int count)
{
    char wanted[LONGEST_WORD + 2] = "", candidate[LONGEST_WORD + 2] = "";
    lower_case(wanted, word);
    const int length = (int)strlen(wanted);
    int least = length < 4 ? 2 : length / 3 + 2; /* one more than may be wrong */
    const char *nearest = NULL;
    for (int i = 0; i < count; i++) {
        if (words[i] == NULL) continue;
        lower_case(candidate, words[i]);
        const int distance = hg_text_distance(wanted, candidate);
        if (distance < least) {
            least = distance;
            nearest = words[i];
        }
    }
    return nearest;
}
