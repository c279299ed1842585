/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which characters the installed fonts have. Where none has one, cairo draws a box of digits that,
 * at a picture's size, may cover the whole of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/visible.h"
#include "cli/plot/plot.h"

#define CHARACTERS 0x110000u
#define STAND_IN 0x25a1u /* a small box */
#define MOST_NAMED 80    /* bytes of what a note lists */

/* Characters from `first` to `last`, and the package of Debian that has them. */
typedef struct script_range {
    uint32_t first, last;
    const char *package;
} script_range;

static const char others[] = "fonts-noto-core";
static const script_range scripts[] = {
    {0x1100, 0x11ff, "fonts-noto-cjk"},   {0x2e80, 0xa4cf, "fonts-noto-cjk"},
    {0xa960, 0xa97f, "fonts-noto-cjk"},   {0xac00, 0xd7ff, "fonts-noto-cjk"},
    {0xf900, 0xfaff, "fonts-noto-cjk"},   {0xfe30, 0xfe4f, "fonts-noto-cjk"},
    {0xff00, 0xffef, "fonts-noto-cjk"},   {0x20000, 0x3ffff, "fonts-noto-cjk"},
    {0x1f000, 0x1faff, "fonts-noto-color-emoji"}};

static const char *package_of(uint32_t character)
{
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (character >= scripts[i].first && character <= scripts[i].last)
            return scripts[i].package;
    return others;
}

/* Takes in "20-7e a0 ...", what a font has. */
static void take_font(unsigned char *has, char *ranges)
{
    for (char *c = ranges, *end; *c != '\0'; c = end) {
        const unsigned long first = strtoul(c, &end, 16);
        if (end == c) return;
        const unsigned long last = *end == '-' ? strtoul(end + 1, &end, 16) : first;
        for (unsigned long i = first; i <= last && i < CHARACTERS; i++)
            has[i / 8] |= (unsigned char)(1u << i % 8);
    }
}

/* Pango draws with outlines only, in fonts of these two kinds. */
static const char question[] =
    "{ fc-list :fontformat=TrueType charset; fc-list :fontformat=CFF charset; } 2>/dev/null";

/* Asks fontconfig, on which cairo's letters depend; where it does not answer, nothing is known. */
static hg_status load(hg_plot *plot)
{
    char *line = NULL;
    size_t room = 0;
    FILE *answer = popen(question, "r");
    plot->asked_fonts = true;
    if (answer == NULL) return HG_OK;
    hg_status status = hg_allocate(&plot->glyphs, HG_MEMORY_OTHER, CHARACTERS / 8, 1);
    bool any = false;
    while (status == HG_OK && getline(&line, &room, answer) > 0) {
        char *ranges = strstr(line, "charset=");
        if (ranges == NULL) continue;
        any = true;
        take_font(plot->glyphs, ranges + strlen("charset="));
    }
    free(line);
    pclose(answer);
    if (!any) hg_release(&plot->glyphs);
    return status;
}

static bool has(const hg_plot *plot, uint32_t character)
{
    return plot->glyphs == NULL || (plot->glyphs[character / 8] >> character % 8 & 1) != 0;
}

static uint32_t decode(const char *bytes, size_t length)
{
    const unsigned char *c = (const unsigned char *)bytes;
    uint32_t character = length == 2 ? c[0] & 0x1f : length == 3 ? c[0] & 0x0f : c[0] & 0x07;
    for (size_t i = 1; i < length; i++) character = character << 6 | (c[i] & 0x3f);
    return character;
}

/* Adds it to a list unless it is there; what is too much is an ellipsis. */
static void list(hg_text *text, const char *words, size_t length, const char *separator)
{
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)length, words);
    const char *before = text->data != NULL ? text->data : "";
    if (strstr(before, word) != NULL || strstr(before, "...") != NULL) return;
    hg_text_add(text, "%s%s", before[0] != '\0' ? separator : "",
                text->length < MOST_NAMED ? word : "...");
}

const char *hg_plot_glyph(hg_plot *plot, const char *bytes, size_t length)
{
    static const char box[] = "\u25a1", mark[] = "?";
    if (!plot->with_fonts) return NULL;
    if (!plot->asked_fonts && load(plot) != HG_OK) plot->script.status = HG_NO_MEMORY;
    const uint32_t character = decode(bytes, length);
    if (has(plot, character)) return NULL;
    const char *package = package_of(character);
    list(&plot->lacking, bytes, length, "");
    list(&plot->packages, package, strlen(package), " ");
    return has(plot, STAND_IN) ? box : mark;
}

void hg_plot_note_glyphs(hg_plot *plot)
{
    if (plot->lacking.data != NULL)
        hg_plot_note(plot, "For characters that no installed font has, a box is drawn.");
}

void hg_plot_print_glyphs(const hg_plot *plot)
{
    if (plot->lacking.data != NULL && plot->packages.data != NULL)
        hg_tell("happygene: note: no installed font has %s; on Debian: apt-get install %s; "
                "or draw an SVG, whose letters the viewer's fonts have\n", plot->lacking.data,
                plot->packages.data);
}
