/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fitness over the generations: mean, standard deviation, extremes. */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "cli/plot/plot.h"

#define MOST_EXTREMES 2 /* runs of which these are drawn: of more they hide each other */
#define MOST_BANDS 8

enum { MEAN, LOW, HIGH, VARIANCE, COLUMNS };

static const char *const names[COLUMNS] = {"mean", "min", "max", "variance"};

static hg_status needs(const hg_plot *plot, const hg_plot_run *run)
{
    (void)plot;
    return hg_plot_needs_course(run, "/statistics/fitness_mean");
}

static double height(const hg_plot *plot, const hg_plot_run *run)
{
    (void)run;
    return 6.2 + HG_PLOT_LEGEND_LINE * hg_plot_legend_lines(plot, 16);
}

/* The band, from the mean and the variance: these turn into its edges. */
static void find_band(hg_results_values *mean, hg_results_values *variance)
{
    for (int64_t i = 0; i < mean->rows; i++) {
        const double sd = sqrt(fmax(variance->value[i], 0)), middle = mean->value[i];
        variance->value[i] = middle + sd;
        mean->value[i] = middle - sd;
    }
}

static hg_status add_blocks(hg_plot *plot, int r, hg_results_values column[COLUMNS],
                            hg_plot_range *range)
{
    const hg_plot_run *run = &plot->run[r];
    const double *generation = run->generation.value;
    const bool extremes = plot->runs <= MOST_EXTREMES;
    char name[40];
    for (int c = 0; c < VARIANCE; c++) {
        snprintf(name, sizeof name, "fitness_%s_%d", names[c], r + 1);
        if (c == MEAN || extremes) {
            hg_plot_extend(range, column[c].value, run->records);
            HG_TRY(hg_plot_curve(plot, name, generation, column[c].value, run->records));
        }
    }
    const double floor = range->low; /* where no one is below 0, the axis does not go there */
    if (plot->runs > MOST_BANDS) return HG_OK;
    find_band(&column[MEAN], &column[VARIANCE]);
    hg_plot_extend(range, column[VARIANCE].value, run->records);
    hg_plot_extend(range, column[MEAN].value, run->records);
    if (floor >= 0 && range->low < 0) range->low = 0;
    snprintf(name, sizeof name, "fitness_band_%d", r + 1);
    return hg_plot_band(plot, name, generation, column[MEAN].value, column[VARIANCE].value,
                        run->records);
}

static hg_status add_run(hg_plot *plot, int r, hg_plot_range *range)
{
    hg_results_values column[COLUMNS] = {{0}};
    hg_status status = HG_OK;
    for (int c = 0; c < COLUMNS && status == HG_OK; c++) {
        char path[64];
        snprintf(path, sizeof path, "/statistics/fitness_%s", names[c]);
        status = hg_plot_read_course(&plot->run[r], path, &column[c]);
    }
    if (status == HG_OK) status = add_blocks(plot, r, column, range);
    for (int c = 0; c < COLUMNS; c++) hg_results_values_free(&column[c]);
    return status;
}

static void plot_one(hg_plot *plot)
{
    hg_plot_say(plot,
                "plot $fitness_band_1 with filledcurves closed fillcolor rgb '#a9d3ea' "
                "title 'mean ± s.d.', \\\n"
                "     $fitness_max_1 with lines linewidth 0.6 linecolor rgb '#808080' "
                "title 'extremes', \\\n"
                "     $fitness_min_1 with lines linewidth 0.6 linecolor rgb '#808080' notitle, \\\n"
                "     $fitness_mean_1 with lines linewidth 1.4 linecolor %s title 'mean'\n",
                hg_plot_colour(0));
}

static void plot_several(hg_plot *plot)
{
    hg_plot_say(plot, "plot ");
    for (int r = 0; r < plot->runs && plot->runs <= MOST_BANDS; r++)
        hg_plot_say(plot, "$fitness_band_%d with filledcurves closed fillcolor %s "
                    "fillstyle transparent solid 0.18 notitle, \\\n     ", r + 1,
                    hg_plot_colour(r));
    for (int r = 0; r < plot->runs && plot->runs <= MOST_EXTREMES; r++)
        hg_plot_say(plot, "$fitness_min_%d with lines linewidth 0.5 linecolor %s notitle, \\\n     "
                    "$fitness_max_%d with lines linewidth 0.5 linecolor %s notitle, \\\n     ",
                    r + 1, hg_plot_colour(r), r + 1, hg_plot_colour(r));
    for (int r = 0; r < plot->runs; r++) {
        hg_plot_say(plot, "%s$fitness_mean_%d with lines linewidth 1.4 linecolor %s dashtype %d "
                    "title ", r > 0 ? ", \\\n     " : "", r + 1, hg_plot_colour(r),
                    hg_plot_dashes(r));
        hg_plot_say_quoted(plot, plot->run[r].label, HG_PLOT_LABEL);
    }
    hg_plot_say(plot, "\n");
}

static const char *title(const hg_plot *plot)
{
    if (plot->runs == 1) return "Fitness";
    if (plot->runs <= MOST_EXTREMES) return "Fitness: mean ± s.d., extremes";
    return plot->runs <= MOST_BANDS ? "Fitness: mean ± s.d." : "Mean fitness";
}

static hg_status draw(hg_plot *plot, const hg_plot_run *run, const hg_plot_box *box)
{
    (void)run;
    const int lines = plot->runs > 1 ? hg_plot_legend_lines(plot, box->width)
                                     : hg_plot_key_lines(box->width, 3, 11);
    hg_plot_range range = HG_PLOT_NO_RANGE;
    hg_plot_begin(plot, box, &(hg_plot_margins){HG_PLOT_LEFT, HG_PLOT_RIGHT, HG_PLOT_BOTTOM,
                                                HG_PLOT_TOP + HG_PLOT_LEGEND_LINE * lines});
    for (int r = 0; r < plot->runs; r++) HG_TRY(add_run(plot, r, &range));
    hg_plot_title(plot, box, title(plot), NULL);
    hg_plot_say_legend(plot, box, lines);
    hg_plot_say_generations(plot, box->width - 2.4);
    hg_plot_say_ylabel(plot, box, "fitness");
    hg_plot_say_range(plot, "y", range, 0.04);
    if (plot->runs == 1)
        plot_one(plot);
    else
        plot_several(plot);
    return HG_OK;
}

const hg_figure hg_figure_fitness = {"fitness", true, false, needs, height, draw};
