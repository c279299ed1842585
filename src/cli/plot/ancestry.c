/* SPDX-License-Identifier: GPL-3.0-or-later
 * How many individuals of each generation the last one descends from, and where all lines meet. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "analysis/inheritance.h"
#include "analysis/lineages.h"
#include "base/memory.h"
#include "cli/plot/plot.h"

/* What is drawn of a run. */
typedef struct course {
    hg_lineages lineages;
    bool sexual, neutral;
    double *generation, *count, *expected; /* [last + 1] */
} course;

static hg_status needs(const hg_plot *plot, const hg_plot_run *run)
{
    (void)plot;
    HG_TRY(hg_plot_needs_course(run, "/statistics/generation"));
    if (hg_ancestry_recorded(&run->results)) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: its ancestry was not recorded (output.ancestry: true)",
                   run->results.path);
}

static double height(const hg_plot *plot, const hg_plot_run *run)
{
    (void)run;
    const int lines = plot->runs > 1 ? hg_plot_legend_lines(plot, 16) : 1;
    return 6.2 + HG_PLOT_LEGEND_LINE * lines;
}

static void free_course(course *of)
{
    hg_lineages_free(&of->lineages);
    hg_release(&of->generation);
    hg_release(&of->count);
    hg_release(&of->expected);
}

static hg_status trace(const hg_plot_run *run, course *of, int64_t *individuals)
{
    hg_ancestry ancestry = {.dataset = {-1, -1}};
    hg_inheritance inheritance = {0};
    hg_status status = hg_ancestry_open(&ancestry, &run->results);
    if (status == HG_OK) status = hg_inheritance_open(&inheritance, &ancestry);
    if (status == HG_OK) {
        of->sexual = ancestry.sexual;
        of->neutral = hg_lineages_are_neutral(&inheritance.config);
        *individuals = ancestry.individuals;
        status = hg_lineages_trace(&of->lineages, &ancestry);
    }
    if (status == HG_OK && of->lineages.last < 1)
        status = hg_fail(HG_BAD_INPUT, "%s: /ancestry: of fewer than two generations",
                         run->results.path);
    hg_inheritance_close(&inheritance);
    hg_ancestry_close(&ancestry);
    return status;
}

static hg_status find_course(const hg_plot_run *run, course *of)
{
    int64_t individuals = 0;
    HG_TRY(trace(run, of, &individuals));
    const int64_t last = of->lineages.last;
    const size_t length = (size_t)last + 1;
    HG_TRY(hg_allocate(&of->generation, HG_MEMORY_OTHER, length, sizeof(double)));
    HG_TRY(hg_allocate(&of->count, HG_MEMORY_OTHER, length, sizeof(double)));
    HG_TRY(hg_allocate(&of->expected, HG_MEMORY_OTHER, length, sizeof(double)));
    hg_lineages_expected_counts(individuals, last, of->count); /* by generations back in time */
    for (int64_t t = 0; t <= last; t++) of->expected[t] = of->count[last - t];
    for (int64_t t = 0; t <= last; t++) {
        of->generation[t] = (double)t;
        of->count[t] = (double)of->lineages.count[t];
    }
    return HG_OK;
}

/* What the panel has, besides its lines. */
typedef struct panel {
    hg_plot_range range;
    bool sexual, neutral;
    int64_t common[HG_PLOT_MOST_RUNS]; /* generation where all lines meet, -1: before the first */
} panel;

static hg_status add_run(hg_plot *plot, int r, panel *all)
{
    course of = {.generation = NULL};
    char name[40];
    hg_status status = find_course(&plot->run[r], &of);
    const int64_t length = of.lineages.last + 1;
    if (status == HG_OK) {
        all->sexual |= of.sexual;
        all->neutral |= of.neutral && plot->runs == 1;
        all->common[r] = of.lineages.common;
        hg_plot_extend(&all->range, of.count, length);
        snprintf(name, sizeof name, "lineages_%d", r + 1);
        status = hg_plot_curve(plot, name, of.generation, of.count, length);
    }
    if (status == HG_OK && of.neutral && plot->runs == 1)
        status = hg_plot_curve(plot, "lineages_expected", of.generation, of.expected, length);
    free_course(&of);
    return status;
}

static void mark_common(hg_plot *plot, int r, int64_t generation)
{
    if (generation >= 0)
        hg_plot_say(plot, "set arrow from first %" PRId64 ", graph 0 to first %" PRId64
                    ", graph 1 nohead back linecolor %s linewidth 0.8 dashtype 3\n", generation,
                    generation, hg_plot_colour(r));
}

static void plot_one(hg_plot *plot, const panel *all)
{
    hg_plot_say(plot, "plot $lineages_1 with lines linewidth 1.4 linecolor %s title '%s'",
                hg_plot_colour(0), all->sexual ? "ancestors" : "lineages");
    if (all->neutral)
        hg_plot_say(plot, ", \\\n     $lineages_expected with lines linewidth 1 linecolor "
                    "rgb '#606060' dashtype " HG_PLOT_DASHED " title 'neutral expectation'");
    if (all->common[0] >= 0)
        hg_plot_say(plot, ", \\\n     NaN with lines linewidth 0.8 linecolor %s dashtype 3 "
                    "title 'common ancestor'", hg_plot_colour(0));
    hg_plot_say(plot, "\n");
}

static void plot_several(hg_plot *plot)
{
    for (int r = 0; r < plot->runs; r++) {
        hg_plot_say(plot, "%s$lineages_%d with lines linewidth 1.4 linecolor %s dashtype %s title ",
                    r > 0 ? ", \\\n     " : "plot ", r + 1, hg_plot_colour(r), hg_plot_dashes(r));
        hg_plot_say_quoted(plot, plot->run[r].label, HG_PLOT_LABEL);
    }
    hg_plot_say(plot, "\n");
}

/* Logarithmic: most lines meet within the last few generations. */
static hg_status draw(hg_plot *plot, const hg_plot_run *run, const hg_plot_box *box)
{
    (void)run;
    panel all = {.range = {1, 2}};
    for (int r = 0; r < plot->runs; r++) HG_TRY(add_run(plot, r, &all));
    const int entries = 1 + all.neutral + (all.common[0] >= 0);
    const int lines = plot->runs > 1 ? hg_plot_legend_lines(plot, box->width)
                                     : hg_plot_key_lines(box->width, entries,
                                                         all.neutral ? 19 : 15);
    hg_plot_begin(plot, box, &(hg_plot_margins){HG_PLOT_LEFT, HG_PLOT_RIGHT, HG_PLOT_BOTTOM,
                                                HG_PLOT_TOP + HG_PLOT_LEGEND_LINE * lines});
    for (int r = 0; r < plot->runs; r++) mark_common(plot, r, all.common[r]);
    bool any = false;
    for (int r = 0; r < plot->runs && plot->runs > 1; r++) any |= all.common[r] >= 0;
    hg_plot_title(plot, box, any ? "Ancestors (dotted: in common)"
                            : "Ancestors of the last generation", NULL);
    hg_plot_say_legend(plot, box, lines);
    hg_plot_say_generations(plot, box->width - 2.4);
    hg_plot_say_ylabel(plot, box, "individuals");
    hg_plot_say(plot, "set logscale y\nset ytics autofreq\nset yrange [0.9:%.15g]\n",
                1.2 * all.range.high);
    if (plot->runs == 1) plot_one(plot, &all);
    else plot_several(plot);
    hg_plot_say(plot, "unset arrow\nunset logscale y\n");
    return HG_OK;
}

const hg_figure hg_figure_ancestry = {"ancestry", true, false, needs, height, draw};
