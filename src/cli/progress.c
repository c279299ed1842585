/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/visible.h"

enum { BAR_WIDTH = 32 };
static const double bar_interval = 0.1, line_interval = 30.0; /* seconds */

hg_progress hg_progress_start(int64_t total, bool silent)
{
    const double now = hg_clock();
    return (hg_progress){.total = total, .started = now, .shown = now,
                         .terminal = isatty(STDERR_FILENO) != 0, .silent = silent};
}

bool hg_progress_due(const hg_progress *progress)
{
    const double interval = progress->terminal ? bar_interval : line_interval;
    return !progress->silent && hg_clock() - progress->shown >= interval;
}

static void print_duration(double seconds)
{
    const int64_t whole = (int64_t)(seconds + 0.5);
    if (whole < 60) fprintf(stderr, "%" PRId64 " s", whole);
    else if (whole < 3600) fprintf(stderr, "%" PRId64 " min %02" PRId64 " s", whole / 60, whole % 60);
    else fprintf(stderr, "%" PRId64 " h %02" PRId64 " min", whole / 3600, whole / 60 % 60);
}

static void print_bar(double share)
{
    const int full = (int)(share * BAR_WIDTH);
    fputs("\r\033[K[", stderr);
    for (int i = 0; i < BAR_WIDTH; i++) fputc(i < full ? '#' : '.', stderr);
    fputs("] ", stderr);
}

void hg_progress_show(hg_progress *progress, int64_t done, double fitness)
{
    if (!hg_progress_due(progress)) return;
    const double now = hg_clock(), elapsed = now - progress->started;
    const double rate = (double)done / elapsed;
    if (progress->terminal) print_bar((double)done / (double)progress->total);
    else fputs("happygene: ", stderr);
    fprintf(stderr, "generation %" PRId64 " of %" PRId64 ", mean fitness %.4g, %.3g/s, ", done,
            progress->total, fitness, rate);
    if (rate > 0.0) print_duration((double)(progress->total - done) / rate);
    fputs(progress->terminal ? " left" : " left\n", stderr);
    fflush(stderr);
    progress->shown = now;
}

void hg_progress_end(hg_progress *progress)
{
    if (progress->terminal && !progress->silent) fputs("\r\033[K", stderr);
}

void hg_progress_tell(const char *notes)
{
    while (*notes != '\0') {
        const int length = (int)strcspn(notes, "\n");
        hg_tell("happygene: %.*s\n", length, notes);
        notes += length + (notes[length] == '\n');
    }
}
