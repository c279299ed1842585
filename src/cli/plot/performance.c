/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where the time went: a bar for each phase, side by side for several runs. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "cli/plot/plot.h"

#define MOST_PHASES 40
#define LABEL_HEIGHT 0.24 /* cm; of letters of 7 points */
#define LEAST_SHARE 0.001 /* of the run: less is not seen */

/* The phases of one run. */
typedef struct phase_times {
    hg_results_texts phase;
    hg_results_values mean, low, high;
} phase_times;

static void free_times(phase_times *times)
{
    hg_results_texts_free(&times->phase);
    hg_results_values_free(&times->mean);
    hg_results_values_free(&times->low);
    hg_results_values_free(&times->high);
}

static hg_status load(const hg_plot_run *run, phase_times *times)
{
    *times = (struct phase_times){0};
    HG_TRY(hg_results_read_texts(&run->results, "/performance/phase", &times->phase));
    HG_TRY(hg_results_read(&run->results, "/performance/seconds_mean", &times->mean));
    HG_TRY(hg_results_read(&run->results, "/performance/seconds_min", &times->low));
    HG_TRY(hg_results_read(&run->results, "/performance/seconds_max", &times->high));
    const int64_t count = times->phase.count;
    if (times->mean.rows != count || times->low.rows != count || times->high.rows != count)
        return hg_fail(HG_BAD_INPUT, "%s: /performance: phases and their times differ in "
                       "number", run->results.path);
    return HG_OK;
}

static double total(const phase_times *times)
{
    double sum = 0;
    for (int64_t i = 0; i < times->mean.rows; i++)
        if (times->mean.value[i] > 0) sum += times->mean.value[i];
    return sum;
}

static hg_status needs(const hg_plot *plot, const hg_plot_run *run)
{
    (void)plot;
    phase_times times = {0};
    if (!hg_results_has(&run->results, "/performance/phase"))
        return hg_fail(HG_BAD_INPUT, "%s: it has no /performance%s", run->results.path,
                       run->results.complete ? "" : ", which is written when a run ends");
    hg_status status = load(run, &times);
    if (status == HG_OK && !(total(&times) > 0))
        status = hg_fail(HG_BAD_INPUT, "%s: no times are recorded in /performance",
                         run->results.path);
    free_times(&times);
    return status;
}

/* The phases that take some time in one of the runs, the longest of the first run last: it is
 * drawn on top. */
typedef struct phase_list {
    const char *name[MOST_PHASES]; /* of the runs' texts */
    int count;
} phase_list;

static int64_t find(const phase_times *times, const char *name)
{
    for (int64_t i = 0; i < times->phase.count; i++)
        if (strcmp(times->phase.text[i], name) == 0) return i;
    return -1;
}

static void collect(const phase_times *times, phase_list *rows)
{
    const double least = LEAST_SHARE * total(times);
    for (int64_t i = 0; i < times->phase.count && rows->count < MOST_PHASES; i++) {
        bool known = !(times->mean.value[i] > least);
        for (int k = 0; k < rows->count; k++)
            known |= strcmp(rows->name[k], times->phase.text[i]) == 0;
        if (!known) rows->name[rows->count++] = times->phase.text[i];
    }
}

static double seconds(const phase_times *times, const char *name)
{
    const int64_t i = find(times, name);
    return i < 0 ? 0 : times->mean.value[i];
}

static void sort(phase_list *rows, const phase_times *times)
{
    for (int i = 1; i < rows->count; i++) {
        const char *name = rows->name[i];
        int j = i;
        for (; j > 0 && seconds(times, rows->name[j - 1]) > seconds(times, name); j--)
            rows->name[j] = rows->name[j - 1];
        rows->name[j] = name;
    }
}

static double height(const hg_plot *plot, const hg_plot_run *run)
{
    (void)run;
    const double bar = plot->runs > 1 ? fmin(0.26 * plot->runs, 1.6) + 0.15 : 0.45;
    return 2.1 + 9 * bar + HG_PLOT_LEGEND_LINE * hg_plot_legend_lines(plot, 16);
}

/* Lines "seconds, place, half the bar's width, least, most, share". */
static void say_block(hg_plot *plot, const phase_times *times, const phase_list *rows, int r,
                      hg_plot_range *range)
{
    const double width = 0.8 / plot->runs, sum = total(times);
    hg_plot_say(plot, "$time_%d << EOD\n", r + 1);
    for (int k = 0; k < rows->count; k++) {
        const int64_t i = find(times, rows->name[k]);
        if (i < 0) continue;
        const double values[] = {times->mean.value[i], k + 0.4 - (r + 0.5) * width, width / 2,
                                 times->low.value[i], times->high.value[i],
                                 100 * times->mean.value[i] / sum};
        for (int v = 0; v < 6; v++) {
            hg_plot_say_number(plot, values[v]);
            hg_plot_say(plot, v < 5 ? " " : "\n");
        }
        hg_plot_extend(range, &times->mean.value[i], 1);
        hg_plot_extend(range, &times->high.value[i], 1);
    }
    hg_plot_say(plot, "EOD\n");
}

static void say_bars(hg_plot *plot, bool ranks, bool labels)
{
    for (int r = 0; r < plot->runs; r++) {
        hg_plot_say(plot, "%s$time_%d using ($1/2):2:($1/2):3 with boxxyerror fillcolor %s ",
                    r > 0 ? ", \\\n     " : "plot ", r + 1, hg_plot_colour(r));
        hg_plot_say(plot, plot->runs > 1 ? "title " : "notitle");
        if (plot->runs > 1) hg_plot_say_quoted(plot, plot->run[r].label, HG_PLOT_LABEL);
        if (ranks)
            hg_plot_say(plot, ", \\\n     $time_%d using 1:2:4:5 with xerrorbars pointtype 0 "
                        "linewidth 0.7 linecolor rgb '#000000' notitle", r + 1);
        if (labels)
            hg_plot_say(plot, ", \\\n     $time_%d using 5:2:(sprintf('%%.1f %%%%', $6)) with "
                        "labels left offset 0.4,0 font ',7' notitle", r + 1);
    }
    hg_plot_say(plot, "\n");
}

static void say_panel(hg_plot *plot, const hg_plot_box *box, const phase_times *all,
                      const phase_list *rows)
{
    hg_plot_range range = {0, 0};
    bool ranks = false;
    for (int r = 0; r < plot->runs; r++) {
        say_block(plot, &all[r], rows, r, &range);
        for (int64_t i = 0; i < all[r].mean.rows; i++)
            ranks |= all[r].high.value[i] > all[r].low.value[i];
    }
    range.high *= 1.15; /* for the labels */
    hg_plot_title(plot, box, "Time of each phase", NULL);
    hg_plot_say_legend(plot, box, hg_plot_legend_lines(plot, box->width));
    hg_plot_say(plot, "set xlabel 'time / s%s'\n",
                ranks ? " (mean over ranks; whiskers: least and most)" : "");
    hg_plot_say_range(plot, "x", range, 0);
    hg_plot_say_tics(plot, "x", range, (box->width - 3.6) / 2.5);
    hg_plot_say(plot, "set yrange [-0.6:%d-0.4]\nset ytics scale 0 font ',8' (", rows->count);
    for (int k = 0; k < rows->count; k++) {
        hg_plot_say(plot, k > 0 ? ", " : "");
        hg_plot_say_tic(plot, rows->name[k], 24);
        hg_plot_say(plot, " %d", k);
    }
    hg_plot_say(plot, ")\nset grid noytics xtics\n");
    const double inner = box->height - HG_PLOT_BOTTOM - HG_PLOT_TOP;
    const double bar = 0.8 * inner / rows->count / plot->runs;
    say_bars(plot, ranks, bar >= LABEL_HEIGHT);
}

static hg_status draw(hg_plot *plot, const hg_plot_run *run, const hg_plot_box *box)
{
    (void)run;
    phase_times all[HG_PLOT_MOST_RUNS];
    memset(all, 0, sizeof all);
    phase_list rows = {{0}, 0};
    const double legend = HG_PLOT_LEGEND_LINE * hg_plot_legend_lines(plot, box->width);
    hg_plot_begin(plot, box, &(hg_plot_margins){2.9, 0.7, HG_PLOT_BOTTOM, HG_PLOT_TOP + legend});
    hg_status status = HG_OK;
    for (int r = 0; r < plot->runs && status == HG_OK; r++) {
        status = load(&plot->run[r], &all[r]);
        if (status == HG_OK) collect(&all[r], &rows);
    }
    if (status == HG_OK) {
        sort(&rows, &all[0]);
        say_panel(plot, box, all, &rows);
    }
    for (int r = 0; r < plot->runs; r++) free_times(&all[r]);
    return status;
}

const hg_figure hg_figure_performance = {"performance", true, false, needs, height, draw};
