/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/runfile_mistakes.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_MISTAKES 4096  /* a file with more of them is no run file */
#define LONGEST_REPORT 7800 /* bytes; hg_fail and hg_team_share keep a little more than this */

static hg_status append(hg_mistakes *mistakes, hg_place place, char *message)
{
    if (mistakes->count == mistakes->room) {
        const int64_t room = mistakes->room * 2 + 8;
        HG_TRY(hg_reallocate(&mistakes->list, HG_MEMORY_CONFIGURATION, (size_t)room,
                             sizeof *mistakes->list));
        mistakes->room = room;
    }
    mistakes->list[mistakes->count++] = (hg_mistake){place, message};
    return HG_OK;
}

void hg_mistakes_add(hg_mistakes *mistakes, hg_place place, const char *format, ...)
{
    if (mistakes->status != HG_OK || mistakes->count >= MOST_MISTAKES) return;
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    char *message;
    mistakes->status = hg_copy_text(&message, HG_MEMORY_CONFIGURATION, line);
    if (mistakes->status != HG_OK) return;
    mistakes->status = append(mistakes, place, message);
    if (mistakes->status != HG_OK) hg_release(&message);
}

/* The file's mistakes in its order, then those of --set. */
static int compare(const void *a, const void *b)
{
    const hg_mistake *left = a, *right = b;
    const int left_set = left->place.origin != NULL, right_set = right->place.origin != NULL;
    if (left_set != right_set) return left_set - right_set;
    if (left->place.line != right->place.line)
        return left->place.line < right->place.line ? -1 : 1;
    if (left->place.column != right->place.column)
        return left->place.column < right->place.column ? -1 : 1;
    return strcmp(left->message, right->message);
}

static void add_line(hg_text *report, const hg_mistakes *mistakes, const hg_mistake *mistake)
{
    if (report->length > 0) hg_text_add(report, "\n");
    if (mistake->place.origin != NULL)
        hg_text_add(report, "%s: %s", mistake->place.origin, mistake->message);
    else if (mistake->place.line == 0)
        hg_text_add(report, "%s: %s", mistakes->path, mistake->message);
    else
        hg_text_add(report, "%s:%" PRId64 ":%" PRId64 ": %s", mistakes->path, mistake->place.line,
                    mistake->place.column, mistake->message);
}

hg_status hg_mistakes_report(hg_mistakes *mistakes)
{
    if (mistakes->status != HG_OK) return mistakes->status;
    if (mistakes->count == 0) return HG_OK;
    qsort(mistakes->list, (size_t)mistakes->count, sizeof *mistakes->list, compare);
    hg_text report = hg_text_of(HG_MEMORY_CONFIGURATION);
    int64_t told = 0;
    for (; told < mistakes->count; told++) {
        const size_t before = report.length;
        add_line(&report, mistakes, &mistakes->list[told]);
        if (report.length <= LONGEST_REPORT || told == 0) continue;
        report.length = before; /* whole lines only */
        report.data[before] = '\0';
        break;
    }
    if (told < mistakes->count)
        hg_text_add(&report, "\n... and %" PRId64 " more", mistakes->count - told);
    char *text;
    const hg_status status = hg_text_take(&report, &text);
    if (status != HG_OK) return status;
    hg_fail(HG_BAD_INPUT, "%s", text);
    hg_release(&text);
    return HG_BAD_INPUT;
}

void hg_mistakes_free(hg_mistakes *mistakes)
{
    for (int64_t i = 0; i < mistakes->count; i++) hg_release(&mistakes->list[i].message);
    hg_release(&mistakes->list);
    mistakes->count = mistakes->room = 0;
}
