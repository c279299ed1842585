/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analysis/envelope.h"
#include "base/memory.h"
#include "base/shown.h"
#include "cli/plot/plot.h"

#define LETTER 0.17 /* cm, of letters of 9 points */
#define TOO_LARGE 1e300 /* differences of such numbers overflow */

/* --- texts ----------------------------------------------------------------------------------- */

/* Bytes of the UTF-8 character at `c`; 0 where there is none. */
static size_t character(const unsigned char *c)
{
    int32_t point;
    const size_t length = hg_character_read((const char *)c, &point);
    return point < 0 ? 0 : length;
}

/* What may mean something to gnuplot, in or out of quotes, is written by its octal code. */
static void say_character(hg_plot *plot, const char *c, size_t length, bool tic)
{
    int32_t point;
    hg_character_read(c, &point);
    if (*c == '\n' || *c == '\t')
        hg_plot_say(plot, " ");
    else if (point >= 0 && hg_character_is_hidden(point))
        hg_plot_say(plot, "\\134u%04x", (unsigned)point);
    else if (length == 0)
        hg_plot_say(plot, "?");
    else if (length > 1) {
        const char *instead = hg_plot_glyph(plot, c, length);
        hg_text_add_bytes(&plot->script, instead != NULL ? instead : c,
                          instead != NULL ? strlen(instead) : length);
    } else if (isalnum((unsigned char)*c) || strchr(" _-+.,:/()=", *c) != NULL)
        hg_text_add_bytes(&plot->script, c, length);
    else
        hg_plot_say(plot, tic && *c == '%' ? "\\045\\%03o" : "\\%03o", (unsigned)*c);
}

static int count_characters(const char *words)
{
    int count = 0;
    for (const char *c = words; *c != '\0'; count++) {
        const size_t length = character((const unsigned char *)c);
        c += length > 0 ? length : 1;
    }
    return count;
}

static void say_text(hg_plot *plot, const char *words, int most, bool tic)
{
    const int count = count_characters(words);
    int at = 0;
    const int kept = count > most ? most / 2 : count; /* before what is left out */
    hg_plot_say(plot, "\"");
    for (const char *c = words; *c != '\0'; at++) {
        const size_t length = character((const unsigned char *)c);
        if (at == kept) hg_plot_say(plot, "…");
        if (at < kept || at >= count - (most - 1 - kept)) say_character(plot, c, length, tic);
        c += length > 0 ? length : 1;
    }
    hg_plot_say(plot, "\"");
}

void hg_plot_say_quoted(hg_plot *plot, const char *words, int most)
{
    say_text(plot, words, most, false);
}

void hg_plot_say_tic(hg_plot *plot, const char *words, int most)
{
    say_text(plot, words, most, true);
}

void hg_plot_note(hg_plot *plot, const char *format, ...)
{
    char words[512], line[sizeof words + 2];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    for (char *c = words; *c != '\0'; c++)
        if (*c == '\n') *c = ' ';
    snprintf(line, sizeof line, "%s\n", words);
    if (plot->notes.data == NULL || strstr(plot->notes.data, line) == NULL)
        hg_text_add(&plot->notes, "%s", line);
}

/* --- panels ---------------------------------------------------------------------------------- */

/* In the script W and H are the size of the page in cm, F is the foot below all boxes. */
void hg_plot_begin(hg_plot *plot, const hg_plot_box *box, const hg_plot_margins *margins)
{
    plot->middle = box->x + (box->width + margins->left - margins->right) / 2;
    hg_plot_say(plot,
                "\nreset\n"
                "set border 3 back linecolor rgb '#404040' linewidth 0.75\n"
                "set tics out nomirror scale 0.6 font ',8'\n"
                "set xlabel font ',9' offset 0,0.4\n"
                "set errorbars small\n"
                "set format x '%%.10g'\nset format y '%%.6g'\n"
                "set key font ',8' samplen 2 spacing 1.05 width 1 Left reverse\n"
                "set grid back linetype 1 linecolor rgb '#e4e4e4' linewidth 0.5\n"
                "set style fill solid 1 noborder\n"
                "set lmargin at screen %.4g/W\nset rmargin at screen %.4g/W\n"
                "set bmargin at screen (F+%.4g)/H\nset tmargin at screen (F+%.4g)/H\n",
                box->x + margins->left, box->x + box->width - margins->right,
                box->y + margins->bottom, box->y + box->height - margins->top);
}

void hg_plot_title(hg_plot *plot, const hg_plot_box *box, const char *title,
                   const hg_plot_run *run)
{
    hg_text words = hg_text_of(HG_MEMORY_OTHER);
    hg_text_add(&words, "%s", title);
    if (run != NULL && plot->runs > 1) hg_text_add(&words, " – %s", run->label);
    if (words.status != HG_OK) plot->script.status = words.status;
    const double right = box->x + box->width;
    const double letters = words.data != NULL ? count_characters(words.data) : 0;
    const bool fits = LETTER * letters / 2 < right - plot->middle; /* over the middle of the axes */
    hg_plot_say(plot, "set label 1 ");
    hg_plot_say_quoted(plot, words.data != NULL ? words.data : title,
                       (int)((box->width - 0.4) / LETTER));
    hg_plot_say(plot, " at screen %.4g/W,(F+%.4g)/H center font ',9'\n",
                fits ? plot->middle : box->x + box->width / 2, box->y + box->height - 0.42);
    hg_text_free(&words);
}

/* At a place of its own: gnuplot's guess of how wide the numbers are depends on the format. */
void hg_plot_say_ylabel(hg_plot *plot, const hg_plot_box *box, const char *label)
{
    hg_plot_say(plot, "set label 2 ");
    hg_plot_say_quoted(plot, label, 80);
    hg_plot_say(plot, " at screen %.4g/W,graph 0.5 center rotate by 90 font ',9'\n",
                box->x + 0.25);
}

static int longest_label(const hg_plot *plot)
{
    int longest = 10;
    for (int r = 0; r < plot->runs; r++) {
        const int length = count_characters(plot->run[r].label);
        if (length > longest) longest = length;
    }
    return longest < HG_PLOT_LABEL ? longest : HG_PLOT_LABEL;
}

int hg_plot_key_lines(double width, int entries, int longest)
{
    const int columns = (int)((width - HG_PLOT_LEFT) / (1.4 + 0.15 * longest));
    return columns > 1 ? (entries + columns - 1) / columns : entries;
}

int hg_plot_legend_lines(const hg_plot *plot, double width)
{
    return plot->runs == 1 ? 0 : hg_plot_key_lines(width, plot->runs, longest_label(plot));
}

void hg_plot_say_legend(hg_plot *plot, const hg_plot_box *box, int lines)
{
    if (lines > 0)
        hg_plot_say(plot, "set key at screen %.4g/W,(F+%.4g)/H center top vertical maxrows %d\n",
                    plot->middle, box->y + box->height - HG_PLOT_TOP + 0.1, lines);
}

void hg_plot_extend(hg_plot_range *range, const double *value, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        if (!(fabs(value[i]) < TOO_LARGE)) continue;
        if (value[i] < range->low) range->low = value[i];
        if (value[i] > range->high) range->high = value[i];
    }
}

/* Steps of 1, 2 or 5 times a power of ten. */
static double step_of(hg_plot_range range, double count)
{
    const double rough = (range.high - range.low) / fmax(count, 1);
    const double power = pow(10, floor(log10(rough))), digit = rough / power;
    return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
}

void hg_plot_say_power(hg_plot *plot, int exponent)
{
    static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    char plain[16];
    snprintf(plain, sizeof plain, "%d", exponent);
    hg_plot_say(plot, "10");
    for (const char *c = plain; *c != '\0'; c++)
        hg_plot_say(plot, "%s", *c == '-' ? "⁻" : digits[*c - '0']);
}

/* Of very large and very small numbers the power of ten stands above the axis, once. */
static void say_scaled_tics(hg_plot *plot, const char *axis, hg_plot_range range)
{
    enum { TICS = 5 };
    const double size = fmax(fabs(range.low), fabs(range.high));
    const int exponent = size > 0 ? (int)floor(log10(size)) : 0;
    if (exponent > -4 && exponent < 5) {
        hg_plot_say(plot, "set format %s '%%.6g'\n", axis);
        return;
    }
    const double unit = pow(10, exponent), step = step_of(range, TICS);
    const char *separator = "";
    hg_plot_say(plot, "set %stics (", axis);
    for (double k = ceil(range.low / step); k * step <= range.high; k++, separator = ", ")
        hg_plot_say(plot, "%s'%.4g' %.10g", separator, k * step / unit, k * step);
    hg_plot_say(plot, ")\nset label 9 '×");
    hg_plot_say_power(plot, exponent);
    hg_plot_say(plot, "' at graph %s left font ',7'\n",
                strcmp(axis, "cb") == 0 ? "1.02,1.03" : "0,1.03 offset -3.5,0");
}

void hg_plot_say_range(hg_plot *plot, const char *axis, hg_plot_range range, double share)
{
    if (!(range.low <= range.high)) range = (hg_plot_range){0, 1};
    const double size = fmax(fabs(range.low), fabs(range.high));
    const bool positive = range.low >= 0;
    double margin = share * (range.high - range.low);
    if (range.high - range.low <= 1e-9 * size) /* the same, but for rounding */
        margin = size > 0 ? 0.1 * size : 1;
    range.low -= margin;
    range.high += margin;
    if (positive && range.low < 0) range.low = 0;
    hg_plot_say(plot, "set %srange [%.15g:%.15g]\n", axis, range.low, range.high);
    if (axis[0] != 'x') say_scaled_tics(plot, axis, range);
}

static hg_plot_common_axis *find_common(hg_plot *plot, const char *axis)
{
    for (int i = 0; i < plot->commons; i++)
        if (plot->common[i].figure == plot->figure && strcmp(plot->common[i].axis, axis) == 0)
            return &plot->common[i];
    if (plot->commons == HG_PLOT_COMMON) return NULL;
    plot->common[plot->commons] = (hg_plot_common_axis){plot->figure, axis, HG_PLOT_NO_RANGE};
    return &plot->common[plot->commons++];
}

hg_plot_range hg_plot_common_range(hg_plot *plot, const char *axis, hg_plot_range range)
{
    hg_plot_common_axis *common = find_common(plot, axis);
    if (common == NULL) return range;
    const hg_plot_range before = common->range;
    hg_plot_extend(&common->range, &range.low, 1);
    hg_plot_extend(&common->range, &range.high, 1);
    plot->widened |= before.low <= before.high && (common->range.low < before.low ||
                                                   common->range.high > before.high);
    return common->range;
}

void hg_plot_say_common_range(hg_plot *plot, const char *axis, hg_plot_range range, double share)
{
    hg_plot_say_range(plot, axis, hg_plot_common_range(plot, axis, range), share);
}

/* --- data ------------------------------------------------------------------------------------ */

void hg_plot_say_number(hg_plot *plot, double value)
{
    if (fabs(value) < TOO_LARGE)
        hg_plot_say(plot, "%.10g", value);
    else
        hg_plot_say(plot, "NaN");
}

static void say_point(hg_plot *plot, double x, double y)
{
    hg_plot_say_number(plot, x);
    hg_plot_say(plot, " ");
    hg_plot_say_number(plot, y);
    hg_plot_say(plot, "\n");
}

/* The points to draw of `count`: index[*kept], to be released. */
static hg_status thin_out(hg_plot *plot, const double *value, int64_t count, int64_t **index,
                          int64_t *kept)
{
    const int64_t room = count < 2 * HG_PLOT_PIECES + 2 ? count : 2 * HG_PLOT_PIECES + 2;
    HG_TRY(hg_allocate(index, HG_MEMORY_OTHER, (size_t)room, sizeof **index));
    *kept = hg_envelope(value, count, HG_PLOT_PIECES, *index);
    if (*kept < count)
        hg_plot_note(plot,
                     "Of about every %.3g records, the least and the greatest value are drawn.",
                     (double)count / HG_PLOT_PIECES);
    return HG_OK;
}

hg_status hg_plot_curve(hg_plot *plot, const char *name, const double *x, const double *y,
                        int64_t count)
{
    int64_t *index = NULL, kept;
    HG_TRY(thin_out(plot, y, count, &index, &kept));
    hg_plot_say(plot, "$%s << EOD\n", name);
    for (int64_t i = 0; i < kept; i++) say_point(plot, x[index[i]], y[index[i]]);
    hg_plot_say(plot, "EOD\n");
    hg_release(&index);
    return HG_OK;
}

hg_status hg_plot_steps(hg_plot *plot, const char *name, const double *x, const double *y,
                        int64_t count)
{
    int64_t *index = NULL, kept;
    HG_TRY(thin_out(plot, y, count, &index, &kept));
    hg_plot_say(plot, "$%s << EOD\n", name);
    for (int64_t i = 0; i < kept; i++) {
        const bool is_end = i == 0 || i + 1 == kept, jumps = i > 0 && y[index[i]] != y[index[i - 1]];
        if (jumps) say_point(plot, x[index[i]], y[index[i - 1]]);
        if (jumps || is_end) say_point(plot, x[index[i]], y[index[i]]);
    }
    hg_plot_say(plot, "EOD\n");
    hg_release(&index);
    return HG_OK;
}

hg_status hg_plot_band(hg_plot *plot, const char *name, const double *x, const double *low,
                       const double *high, int64_t count)
{
    int64_t *index = NULL, kept;
    HG_TRY(thin_out(plot, low, count, &index, &kept));
    hg_plot_say(plot, "$%s << EOD\n", name);
    for (int64_t i = 0; i < kept; i++) say_point(plot, x[index[i]], low[index[i]]);
    hg_release(&index);
    HG_TRY(thin_out(plot, high, count, &index, &kept));
    for (int64_t i = kept; i-- > 0;) say_point(plot, x[index[i]], high[index[i]]);
    hg_plot_say(plot, "EOD\n");
    hg_release(&index);
    return HG_OK;
}

const char *hg_plot_colour(int n) /* Okabe & Ito 2008; yellow, faint on white, comes last */
{
    static const char *const colours[HG_PLOT_COLOURS] = {
        "rgb '#0072b2'", "rgb '#d55e00'", "rgb '#009e73'", "rgb '#cc79a7'",
        "rgb '#e69f00'", "rgb '#56b4e9'", "rgb '#000000'", "rgb '#b3a500'"};
    return colours[n % HG_PLOT_COLOURS];
}

/* In widths of the line, short, so that they follow a course and are seen in a legend. */
const char *hg_plot_dashes(int n)
{
    static const char *const dashes[] = {"1", "(5,3)", "(12,4)", "(12,3,3,3)", "(2,3)"};
    return dashes[n / HG_PLOT_COLOURS % 5];
}

void hg_plot_say_tics(hg_plot *plot, const char *axis, hg_plot_range range, double count)
{
    const double span = range.high - range.low, size = fmax(fabs(range.low), fabs(range.high));
    if (!(span > 1e-9 * size)) {
        hg_plot_say(plot, "set %stics (%.15g)\nset format %s '%%.6g'\n", axis,
                    isfinite(range.low) ? range.low : 0, axis);
        return;
    }
    const bool whole = axis[0] == 'x' && range.low == floor(range.low) &&
                       range.high == floor(range.high); /* generations */
    const double step = whole ? fmax(step_of(range, count), 1) : step_of(range, count);
    hg_plot_say(plot, "set %stics %.15g,%.15g,%.15g\n", axis, ceil(range.low / step) * step, step,
                range.high);
}

void hg_plot_say_generations(hg_plot *plot, double width)
{
    hg_plot_range range = HG_PLOT_NO_RANGE;
    for (int r = 0; r < plot->runs; r++)
        hg_plot_extend(&range, plot->run[r].generation.value, plot->run[r].records);
    hg_plot_say(plot, "set xlabel 'generation'\n");
    hg_plot_say_range(plot, "x", range, 0);
    hg_plot_say_tics(plot, "x", range, width / 1.7);
}
