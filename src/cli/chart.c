/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LEVELS 8

bool hg_chart_unicode(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (int i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (value == NULL || *value == '\0') continue;
        const char *set = strchr(value, '.');
        return set != NULL && (strncasecmp(set, ".UTF-8", 6) == 0 ||
                               strncasecmp(set, ".UTF8", 5) == 0);
    }
    return true;
}

/* The mean of the finite values of cell `cell` of `cells`. */
static double cell_mean(const double *values, int64_t count, int64_t stride, int cell, int cells)
{
    const int64_t from = count * cell / cells, to = count * (cell + 1) / cells;
    double sum = 0;
    int64_t finite = 0;
    for (int64_t i = from; i < to; i++) {
        if (!isfinite(values[i * stride])) continue;
        sum += values[i * stride];
        finite++;
    }
    return finite > 0 ? sum / (double)finite : NAN;
}

void hg_chart_line(hg_text *text, const double *values, int64_t count, int64_t stride, int width,
                   bool unicode)
{
    static const char *const bars[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char plain[LEVELS + 1] = "_.-~=+*#";
    const int cells = count < width ? (int)count : width;
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < cells; i++) {
        const double mean = cell_mean(values, count, stride, i, cells);
        if (mean < low) low = mean;
        if (mean > high) high = mean;
    }
    for (int i = 0; i < cells; i++) {
        const double mean = cell_mean(values, count, stride, i, cells);
        int level = high > low ? (int)((mean - low) / (high - low) * LEVELS) : LEVELS / 2;
        if (level >= LEVELS) level = LEVELS - 1;
        if (isnan(mean))
            hg_text_add(text, " ");
        else if (unicode)
            hg_text_add(text, "%s", bars[level]);
        else
            hg_text_add(text, "%c", plain[level]);
    }
}

void hg_chart_bar(hg_text *text, double share, int width, bool unicode)
{
    static const char *const parts[8] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    if (!(share > 0)) share = 0;
    if (share > 1) share = 1;
    const int eighths = (int)lround(share * width * 8);
    int filled = unicode ? eighths / 8 : (eighths + 4) / 8;
    for (int i = 0; i < filled; i++) hg_text_add(text, "%s", unicode ? "█" : "#");
    if (unicode && eighths % 8 > 0) {
        hg_text_add(text, "%s", parts[eighths % 8]);
        filled++;
    }
    for (int i = filled; i < width; i++) hg_text_add(text, " ");
}
