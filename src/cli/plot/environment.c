/* SPDX-License-Identifier: GPL-3.0-or-later
 * The environment in force: a panel for each of its quantities that varies, or differs between
 * the runs; those that are constant are said. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/plot/plot.h"
#include "population/environment.h"

#define LABEL_LENGTH 2.1 /* cm, with letters of 9 points, of the longest label */
#define PANEL_HEIGHT 1.9
#define LINE 0.42 /* of the constant quantities */
#define MOST_DEMES 100 /* lines of demes, each with a series of its own */

typedef struct quantity {
    const char *name, *label, *format; /* of the value where it is constant */
} quantity;

static const quantity quantities[] = {
    {"tf_concentration", "TF conc.", "TF conc. %.6g"},
    {"temperature", "temp. / °C", "temp. %.6g °C"},
    {"nutrients", "nutrients", "nutrients %.6g"}};
#define QUANTITIES ((int)(sizeof quantities / sizeof *quantities))

/* What the courses of a run are like. */
typedef struct courses {
    bool jumps[QUANTITIES];
    int64_t demes; /* of the quantity that is drawn */
    int style;     /* of its lines: the first run with the same environment */
} courses;

/* What the figure has to show. */
typedef struct survey {
    hg_plot_range range[QUANTITIES]; /* in all runs, and all their demes */
    courses of_run[HG_PLOT_MOST_RUNS];
    int panels, styles;
    bool by_deme; /* some quantity is */
} survey;

/* Or, of a damaged file, no number. */
static bool is_constant(const survey *all, int q)
{
    return all->range[q].low == all->range[q].high;
}

/* Which quantities are held and then jump, as the run file has it. */
static hg_status find_jumps(const hg_plot_run *run, bool jumps[QUANTITIES])
{
    hg_config config = {0};
    const hg_status status = hg_results_parse(&config, run->results.path,
                                              run->results.run_file_resolved, NULL, 0);
    const hg_series *series[QUANTITIES] = {&config.environment.tf_concentration,
                                           &config.environment.temperature,
                                           &config.environment.nutrients};
    for (int q = 0; q < QUANTITIES; q++) jumps[q] = status == HG_OK && hg_series_jumps(series[q]);
    hg_config_free(&config);
    return status;
}

static hg_status needs(const hg_plot *plot, const hg_plot_run *run)
{
    (void)plot;
    bool jumps[QUANTITIES];
    HG_TRY(hg_plot_needs_course(run, "/statistics/tf_concentration"));
    return find_jumps(run, jumps);
}

/* --- what there is to show ------------------------------------------------------------------- */

static void path_of(char path[64], const char *group, int q)
{
    snprintf(path, 64, "/statistics/%s%s", group, quantities[q].name);
}

/* Whether two runs have the same course, as far as both go. */
static hg_status compare(const hg_plot_run *a, const hg_plot_run *b, int q, bool *same)
{
    char path[64];
    hg_results_values left = {0}, right = {0};
    const int64_t records = a->records < b->records ? a->records : b->records;
    const size_t size = (size_t)records * sizeof(double);
    path_of(path, "", q);
    hg_status status = hg_plot_read_course(a, path, &left);
    if (status == HG_OK) status = hg_plot_read_course(b, path, &right);
    *same = status == HG_OK && memcmp(left.value, right.value, size) == 0 &&
            memcmp(a->generation.value, b->generation.value, size) == 0;
    hg_results_values_free(&left);
    hg_results_values_free(&right);
    return status;
}

static hg_status choose_style(const hg_plot *plot, int r, survey *all)
{
    for (int before = 0; before < r; before++) {
        bool same = true;
        for (int q = 0; q < QUANTITIES && same; q++)
            HG_TRY(compare(&plot->run[before], &plot->run[r], q, &same));
        if (!same) continue;
        all->of_run[r].style = all->of_run[before].style;
        return HG_OK;
    }
    all->of_run[r].style = r;
    all->styles++;
    return HG_OK;
}

static hg_status find_range(const hg_plot_run *run, const char *path, hg_plot_range *range)
{
    hg_results_values values;
    const hg_status status = hg_results_read(&run->results, path, &values);
    if (status == HG_OK) hg_plot_extend(range, values.value, values.rows * values.width);
    hg_results_values_free(&values);
    return status;
}

static hg_status find_ranges(const hg_plot_run *run, survey *all)
{
    for (int q = 0; q < QUANTITIES; q++) {
        char path[64];
        path_of(path, "", q);
        HG_TRY(find_range(run, path, &all->range[q]));
        path_of(path, "demes/", q);
        if (!hg_results_has(&run->results, path)) continue;
        all->by_deme = true;
        HG_TRY(find_range(run, path, &all->range[q]));
    }
    return HG_OK;
}

static hg_status look(const hg_plot *plot, survey *all)
{
    *all = (survey){.range = {HG_PLOT_NO_RANGE, HG_PLOT_NO_RANGE, HG_PLOT_NO_RANGE}};
    for (int r = 0; r < plot->runs; r++) {
        HG_TRY(find_jumps(&plot->run[r], all->of_run[r].jumps));
        HG_TRY(find_ranges(&plot->run[r], all));
        HG_TRY(choose_style(plot, r, all));
    }
    for (int q = 0; q < QUANTITIES; q++) all->panels += !is_constant(all, q);
    return HG_OK;
}

/* The legend's lines. */
static int count_lines(const hg_plot *plot, const survey *all, double width)
{
    return all->styles > 1 ? hg_plot_legend_lines(plot, width) : all->by_deme ? 1 : 0;
}

static double height(const hg_plot *plot, const hg_plot_run *run)
{
    (void)run;
    survey all;
    if (look(plot, &all) != HG_OK) return 7.6; /* drawing will fail */
    const double bottom = all.panels > 0 ? HG_PLOT_BOTTOM + all.panels * PANEL_HEIGHT : 0.2;
    return HG_PLOT_TOP + (all.panels < QUANTITIES ? LINE : 0) + bottom +
           HG_PLOT_LEGEND_LINE * count_lines(plot, &all, 16);
}

/* --- the script ------------------------------------------------------------------------------ */

static hg_status add_demes(hg_plot *plot, int r, const quantity *of, int64_t *demes)
{
    char path[64], name[64];
    hg_results_values values;
    *demes = 0;
    path_of(path, "demes/", (int)(of - quantities));
    if (!hg_results_has(&plot->run[r].results, path)) return HG_OK;
    hg_status status = hg_results_read(&plot->run[r].results, path, &values);
    if (status == HG_OK && values.rows >= plot->run[r].records)
        *demes = values.width < MOST_DEMES ? values.width : MOST_DEMES;
    if (*demes < values.width)
        hg_plot_note(plot, "Of the demes the first %d are drawn.", MOST_DEMES);
    double *column = NULL;
    const int64_t records = plot->run[r].records;
    if (status == HG_OK)
        status = hg_allocate(&column, HG_MEMORY_OTHER, (size_t)records, sizeof *column);
    for (int64_t d = 0; d < *demes && status == HG_OK; d++) {
        for (int64_t i = 0; i < records; i++) column[i] = values.value[i * values.width + d];
        snprintf(name, sizeof name, "%s_%d_deme_%d", of->name, r + 1, (int)d);
        status = hg_plot_curve(plot, name, plot->run[r].generation.value, column, records);
    }
    hg_release(&column);
    hg_results_values_free(&values);
    return status;
}

static hg_status add_blocks(hg_plot *plot, int r, int q, courses *of_run)
{
    const quantity *of = &quantities[q];
    char path[64], name[64];
    hg_results_values values;
    path_of(path, "", q);
    snprintf(name, sizeof name, "%s_%d", of->name, r + 1);
    hg_status status = hg_plot_read_course(&plot->run[r], path, &values);
    if (status == HG_OK)
        status = (of_run->jumps[q] ? hg_plot_steps : hg_plot_curve)(
            plot, name, plot->run[r].generation.value, values.value, plot->run[r].records);
    hg_results_values_free(&values);
    return status == HG_OK ? add_demes(plot, r, of, &of_run->demes) : status;
}

/* The legend is that of all quantities, of which some may have courses of demes. */
static void plot_lines(hg_plot *plot, const quantity *of, const survey *all, bool legend)
{
    const char *separator = "plot ";
    for (int r = 0; r < plot->runs; r++)
        for (int64_t d = 0; d < all->of_run[r].demes; d++, separator = ", \\\n     ")
            hg_plot_say(plot, "%s$%s_%d_deme_%d with lines linewidth 0.4 linecolor %s notitle",
                        separator, of->name, r + 1, (int)d,
                        all->styles > 1 ? hg_plot_colour(all->of_run[r].style)
                                        : "rgb '#a0a0a0'");
    for (int r = 0; r < plot->runs; r++, separator = ", \\\n     ") {
        const int style = all->of_run[r].style;
        hg_plot_say(plot, "%s$%s_%d with lines linewidth 1.2 linecolor %s dashtype %s ", separator,
                    of->name, r + 1, hg_plot_colour(style), hg_plot_dashes(style));
        if (legend && all->styles > 1) {
            hg_plot_say(plot, "title ");
            hg_plot_say_quoted(plot, plot->run[r].label, HG_PLOT_LABEL);
        } else if (legend && r == 0) {
            hg_plot_say(plot, "title 'mean of the demes (grey)'");
        } else {
            hg_plot_say(plot, "notitle");
        }
    }
    hg_plot_say(plot, "\n");
}

/* The axes of quantity `q`, `low` cm above the others' bottom, and its lines. */
static hg_status draw_quantity(hg_plot *plot, int q, survey *all, const hg_plot_box *box,
                               double low, double each)
{
    const quantity *of = &quantities[q];
    const bool last = low == 0;
    const double bottom = HG_PLOT_BOTTOM + low;
    hg_plot_begin(plot, box,
                  &(hg_plot_margins){HG_PLOT_LEFT, HG_PLOT_RIGHT, bottom + (last ? 0 : 0.15),
                                     box->height - bottom - each});
    for (int r = 0; r < plot->runs; r++) HG_TRY(add_blocks(plot, r, q, &all->of_run[r]));
    hg_plot_say_generations(plot, box->width - 2.4);
    if (!last) hg_plot_say(plot, "set format x ''\nunset xlabel\n");
    hg_plot_say(plot, "set ytics font ',7'\n");
    hg_plot_say_ylabel(plot, box, of->label);
    if (each < LABEL_LENGTH)
        hg_plot_say(plot, "set label 2 font ',%.3g'\n", fmax(9 * each / LABEL_LENGTH, 5));
    hg_plot_say_tics(plot, "y", all->range[q], 2.5);
    hg_plot_say_range(plot, "y", all->range[q], 0.12);
    return HG_OK;
}

/* The title, and below it what is constant. */
static void say_constants(hg_plot *plot, const survey *all, const hg_plot_box *box)
{
    const char *separator = all->panels > 0 ? "constant: " : "";
    hg_plot_title(plot, box, all->panels == 0 ? "Constant environment"
                  : all->styles == 1 && plot->runs > 1 ? "Environment, the same in all runs"
                                                       : "Environment", NULL);
    if (all->panels == QUANTITIES) return;
    hg_plot_say(plot, "set label 3 \"");
    for (int q = 0; q < QUANTITIES; q++) {
        if (!is_constant(all, q)) continue;
        hg_plot_say(plot, "%s", separator);
        hg_plot_say(plot, quantities[q].format, all->range[q].low);
        separator = ", ";
    }
    hg_plot_say(plot, "\" at screen %.4g/W,(F+%.4g)/H center font ',8'\n", plot->middle,
                box->y + box->height - 0.42 - LINE);
}

/* Where nothing varies there are words alone, on axes that are not drawn. */
static void draw_words(hg_plot *plot, const survey *all, const hg_plot_box *box)
{
    hg_plot_begin(plot, box, &(hg_plot_margins){HG_PLOT_LEFT, HG_PLOT_RIGHT, 0, HG_PLOT_TOP});
    say_constants(plot, all, box);
    hg_plot_say(plot, "unset border\nunset tics\nunset grid\nunset key\n"
                "plot [0:1] [0:1] 2 notitle\n");
}

static hg_status draw(hg_plot *plot, const hg_plot_run *run, const hg_plot_box *box)
{
    (void)run;
    survey all;
    HG_TRY(look(plot, &all));
    if (all.panels == 0) {
        draw_words(plot, &all, box);
        return HG_OK;
    }
    const int lines = count_lines(plot, &all, box->width);
    const double words = all.panels < QUANTITIES ? LINE : 0;
    const double top = HG_PLOT_TOP + words + HG_PLOT_LEGEND_LINE * lines;
    const double each = (box->height - top - HG_PLOT_BOTTOM) / all.panels;
    hg_plot_box below = *box;
    below.height -= words;
    for (int q = 0, place = all.panels; q < QUANTITIES; q++) {
        if (is_constant(&all, q)) continue;
        const bool first = place == all.panels;
        HG_TRY(draw_quantity(plot, q, &all, box, --place * each, each));
        if (first) say_constants(plot, &all, box);
        if (first) hg_plot_say_legend(plot, &below, lines);
        plot_lines(plot, &quantities[q], &all, first && lines > 0);
    }
    return HG_OK;
}

const hg_figure hg_figure_environment = {"environment", true, false, needs, height, draw};
