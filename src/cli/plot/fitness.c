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

/*
 * The band, from the mean and the variance: these turn into its edges. No one is beyond the
 * extremes, so neither is the band. Whether it is cut for that.
 */
static bool find_band(hg_results_values column[COLUMNS])
{
    bool clipped = false;
    for (int64_t i = 0; i < column[MEAN].rows; i++) {
        const double sd = sqrt(fmax(column[VARIANCE].value[i], 0)), middle = column[MEAN].value[i];
        const double low = column[LOW].value[i], high = column[HIGH].value[i];
        clipped |= middle - sd < low || middle + sd > high;
        column[MEAN].value[i] = middle - sd < low ? low : middle - sd;
        column[VARIANCE].value[i] = middle + sd > high ? high : middle + sd;
    }
    return clipped;
}

static hg_status add_blocks(hg_plot *plot, int r, hg_results_values column[COLUMNS],
                            hg_plot_fitness *fitness, bool *clipped)
{
    const hg_plot_run *run = &plot->run[r];
    const double *generation = run->generation.value;
    const bool extremes = plot->runs <= MOST_EXTREMES;
    char name[40];
    for (int c = 0; c < VARIANCE; c++) {
        snprintf(name, sizeof name, "fitness_%s_%d", names[c], r + 1);
        if (c == MEAN || extremes) {
            hg_plot_fitness_take(fitness, column[c].value, run->records);
            HG_TRY(hg_plot_curve(plot, name, generation, column[c].value, run->records));
        }
    }
    hg_plot_fitness_take_middles(fitness, column[MEAN].value, run->records);
    if (plot->runs > MOST_BANDS) return HG_OK;
    *clipped |= find_band(column);
    hg_plot_fitness_take(fitness, column[VARIANCE].value, run->records);
    hg_plot_fitness_take(fitness, column[MEAN].value, run->records);
    snprintf(name, sizeof name, "fitness_band_%d", r + 1);
    return hg_plot_band(plot, name, generation, column[MEAN].value, column[VARIANCE].value,
                        run->records);
}

static hg_status add_run(hg_plot *plot, int r, hg_plot_fitness *fitness, bool *clipped)
{
    hg_results_values column[COLUMNS] = {{0}};
    hg_status status = HG_OK;
    for (int c = 0; c < COLUMNS && status == HG_OK; c++) {
        char path[64];
        snprintf(path, sizeof path, "/statistics/fitness_%s", names[c]);
        status = hg_plot_read_course(&plot->run[r], path, &column[c]);
    }
    if (status == HG_OK) status = add_blocks(plot, r, column, fitness, clipped);
    for (int c = 0; c < COLUMNS; c++) hg_results_values_free(&column[c]);
    return status;
}

/* A block, as far as the axis goes. */
static void say_block(hg_plot *plot, const hg_plot_fitness *fitness, const char *block, int run)
{
    hg_plot_say(plot, "$fitness_%s_%d", block, run);
    if (fitness->edge < fitness->low)
        hg_plot_say(plot, " using 1:($2 < %.15g ? %.15g : $2)", fitness->low, fitness->edge);
}

static void plot_one(hg_plot *plot, const hg_plot_fitness *fitness)
{
    static const char grey[] = "with lines linewidth 0.6 linecolor rgb '#808080'";
    hg_plot_say(plot, "plot ");
    say_block(plot, fitness, "band", 1);
    hg_plot_say(plot, " with filledcurves closed fillcolor rgb '#a9d3ea' title 'mean ± s.d.', "
                "\\\n     ");
    say_block(plot, fitness, "max", 1);
    hg_plot_say(plot, " %s title 'extremes', \\\n     ", grey);
    say_block(plot, fitness, "min", 1);
    hg_plot_say(plot, " %s notitle, \\\n     ", grey);
    say_block(plot, fitness, "mean", 1);
    hg_plot_say(plot, " with lines linewidth 1.4 linecolor %s title 'mean'\n", hg_plot_colour(0));
}

static void plot_several(hg_plot *plot, const hg_plot_fitness *fitness)
{
    static const char *const extremes[] = {"min", "max"};
    const char *separator = "plot ";
    for (int r = 0; r < plot->runs && plot->runs <= MOST_BANDS; r++, separator = ", \\\n     ") {
        hg_plot_say(plot, "%s", separator);
        say_block(plot, fitness, "band", r + 1);
        hg_plot_say(plot, " with filledcurves closed fillcolor %s fillstyle transparent solid 0.18 "
                    "notitle", hg_plot_colour(r));
    }
    for (int i = 0; i < 2 * plot->runs && plot->runs <= MOST_EXTREMES; i++) {
        hg_plot_say(plot, "%s", separator);
        say_block(plot, fitness, extremes[i % 2], i / 2 + 1);
        hg_plot_say(plot, " with lines linewidth 0.5 linecolor %s notitle", hg_plot_colour(i / 2));
    }
    for (int r = 0; r < plot->runs; r++, separator = ", \\\n     ") {
        hg_plot_say(plot, "%s", separator);
        say_block(plot, fitness, "mean", r + 1);
        hg_plot_say(plot, " with lines linewidth 1.4 linecolor %s dashtype %s title ",
                    hg_plot_colour(r), hg_plot_dashes(r));
        hg_plot_say_quoted(plot, plot->run[r].label, HG_PLOT_LABEL);
    }
    hg_plot_say(plot, "\n");
}

static const char *title(const hg_plot *plot, bool clipped)
{
    if (plot->runs == 1) return clipped ? "Fitness (s.d. clipped at the extremes)" : "Fitness";
    if (plot->runs <= MOST_EXTREMES)
        return clipped ? "Fitness: mean ± s.d. (clipped), extremes"
                       : "Fitness: mean ± s.d., extremes";
    if (plot->runs > MOST_BANDS) return "Mean fitness";
    return clipped ? "Fitness: mean ± s.d., clipped at extremes" : "Fitness: mean ± s.d.";
}

static hg_status draw(hg_plot *plot, const hg_plot_run *run, const hg_plot_box *box)
{
    (void)run;
    const int lines = plot->runs > 1 ? hg_plot_legend_lines(plot, box->width)
                                     : hg_plot_key_lines(box->width, 3, 11);
    hg_plot_fitness fitness = HG_PLOT_NO_FITNESS;
    bool clipped = false;
    hg_plot_begin(plot, box, &(hg_plot_margins){HG_PLOT_LEFT, HG_PLOT_RIGHT, HG_PLOT_BOTTOM,
                                                HG_PLOT_TOP + HG_PLOT_LEGEND_LINE * lines});
    for (int r = 0; r < plot->runs; r++) HG_TRY(add_run(plot, r, &fitness, &clipped));
    hg_plot_title(plot, box, title(plot, clipped), NULL);
    hg_plot_say_legend(plot, box, lines);
    hg_plot_say_generations(plot, box->width - 2.4);
    hg_plot_say_fitness_axis(plot, box, &fitness);
    if (plot->runs == 1)
        plot_one(plot, &fitness);
    else
        plot_several(plot, &fitness);
    return HG_OK;
}

const hg_figure hg_figure_fitness = {"fitness", true, false, needs, height, draw};
