/* SPDX-License-Identifier: GPL-3.0-or-later
 * Small pictures made of characters. */
#ifndef HG_CLI_CHART_H
#define HG_CLI_CHART_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/**
 * Whether to draw with Unicode: yes, unless the environment (LC_ALL, LC_CTYPE, LANG: the
 * first that is set) asks for another character set. Batch jobs mostly set nothing, and
 * their logs are read as UTF-8.
 */
bool hg_chart_unicode(void);

/**
 * Adds the course of `count` values, `stride` apart, in at most `width` characters, each the
 * mean of its share; what is not finite leaves a gap. The lowest is the smallest bar.
 */
void hg_chart_line(hg_text *text, const double *values, int64_t count, int64_t stride, int width,
                   bool unicode);

/** Adds a bar of `share` (0 to 1) of `width` characters, padded to that width. */
void hg_chart_bar(hg_text *text, double share, int width, bool unicode);

#endif
