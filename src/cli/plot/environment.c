/* SPDX-License-Identifier: GPL-3.0-or-later
 * The environment in force: a panel for each of its quantities. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/plot/plot.h"
#include "io/runfile.h"
#include "population/environment.h"

#define LABEL_LENGTH 2.1 /* cm, with letters of 9 points, of the longest label */
#define MOST_DEMES 100 /* lines of demes, each with a series of its own */

typedef struct quantity {
    const char *name, *label;
} quantity;

static const quantity quantities[] = {{"tf_concentration", "TF conc."},
                                      {"temperature", "temp. / °C"},
                                      {"nutrients", "nutrients"}};
#define QUANTITIES ((int)(sizeof quantities / sizeof *quantities))

/* What the courses of a run are like. */
typedef struct courses {
    bool jumps[QUANTITIES];
    int64_t demes; /* of the quantity that is drawn */
} courses;

/* Which quantities are held and then jump, as the run file has it. */
static hg_status find_jumps(const hg_plot_run *run, bool jumps[QUANTITIES])
{
    hg_config config = {0};
    const hg_status status = hg_runfile_parse(&config, run->results.path,
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

static double height(const hg_plot *plot, const hg_plot_run *run)
{
    (void)run;
    return 7.6 + HG_PLOT_LEGEND_LINE * hg_plot_legend_lines(plot, 16);
}

static hg_status add_demes(hg_plot *plot, int r, const quantity *of, hg_plot_range *range,
                           int64_t *demes)
{
    char path[64], name[64];
    hg_results_values values;
    *demes = 0;
    snprintf(path, sizeof path, "/statistics/demes/%s", of->name);
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
        hg_plot_extend(range, column, records);
        snprintf(name, sizeof name, "%s_%d_deme_%d", of->name, r + 1, (int)d);
        status = hg_plot_curve(plot, name, plot->run[r].generation.value, column, records);
    }
    hg_release(&column);
    hg_results_values_free(&values);
    return status;
}

static hg_status add_blocks(hg_plot *plot, int r, int q, hg_plot_range *range, courses *of_run)
{
    const quantity *of = &quantities[q];
    char path[64], name[64];
    hg_results_values values;
    snprintf(path, sizeof path, "/statistics/%s", of->name);
    snprintf(name, sizeof name, "%s_%d", of->name, r + 1);
    hg_status status = hg_plot_read_course(&plot->run[r], path, &values);
    if (status == HG_OK) {
        hg_plot_extend(range, values.value, values.rows);
        status = (of_run->jumps[q] ? hg_plot_steps : hg_plot_curve)(
            plot, name, plot->run[r].generation.value, values.value, plot->run[r].records);
    }
    hg_results_values_free(&values);
    return status == HG_OK ? add_demes(plot, r, of, range, &of_run->demes) : status;
}

/* The legend is that of all quantities, of which some may have courses of demes. */
static void plot_lines(hg_plot *plot, const quantity *of, const courses *of_run, bool legend)
{
    const char *separator = "plot ";
    for (int r = 0; r < plot->runs; r++)
        for (int64_t d = 0; d < of_run[r].demes; d++, separator = ", \\\n     ")
            hg_plot_say(plot, "%s$%s_%d_deme_%d with lines linewidth 0.4 linecolor %s notitle",
                        separator, of->name, r + 1, (int)d,
                        plot->runs > 1 ? hg_plot_colour(r) : "rgb '#a0a0a0'");
    for (int r = 0; r < plot->runs; r++, separator = ", \\\n     ") {
        hg_plot_say(plot, "%s$%s_%d with lines linewidth 1.2 linecolor %s dashtype %d ", separator,
                    of->name, r + 1, hg_plot_colour(r), hg_plot_dashes(r));
        if (legend && plot->runs > 1) {
            hg_plot_say(plot, "title ");
            hg_plot_say_quoted(plot, plot->run[r].label, HG_PLOT_LABEL);
        } else if (legend) {
            hg_plot_say(plot, "title 'mean of the demes (grey)'");
        } else {
            hg_plot_say(plot, "notitle");
        }
    }
    hg_plot_say(plot, "\n");
}

static hg_status draw_quantity(hg_plot *plot, int q, courses *of_run, const hg_plot_box *box,
                               int lines)
{
    const quantity *of = &quantities[q];
    const bool first = q == 0, last = q + 1 == QUANTITIES;
    const double top = HG_PLOT_TOP + HG_PLOT_LEGEND_LINE * lines;
    const double each = (box->height - top - HG_PLOT_BOTTOM) / QUANTITIES;
    const double bottom = HG_PLOT_BOTTOM + (QUANTITIES - 1 - q) * each;
    hg_plot_range range = HG_PLOT_NO_RANGE;
    hg_plot_begin(plot, box,
                  &(hg_plot_margins){HG_PLOT_LEFT, HG_PLOT_RIGHT, bottom + (last ? 0 : 0.15),
                                     box->height - bottom - each});
    for (int r = 0; r < plot->runs; r++)
        HG_TRY(add_blocks(plot, r, q, &range, &of_run[r]));
    hg_plot_say_generations(plot, box->width - 2.4);
    if (!last) hg_plot_say(plot, "set format x ''\nunset xlabel\n");
    if (first) {
        hg_plot_title(plot, box, "Environment", NULL);
        hg_plot_say_legend(plot, box, lines);
    }
    hg_plot_say(plot, "set ytics font ',7'\n");
    hg_plot_say_ylabel(plot, box, of->label);
    if (each < LABEL_LENGTH)
        hg_plot_say(plot, "set label 2 font ',%.3g'\n", fmax(9 * each / LABEL_LENGTH, 5));
    hg_plot_say_tics(plot, "y", range, 2.5);
    hg_plot_say_range(plot, "y", range, 0.12);
    plot_lines(plot, of, of_run, first && lines > 0);
    return HG_OK;
}

static hg_status draw(hg_plot *plot, const hg_plot_run *run, const hg_plot_box *box)
{
    bool by_deme = false;
    courses of_run[HG_PLOT_MOST_RUNS] = {{{false}, 0}};
    for (int r = 0; r < plot->runs; r++) HG_TRY(find_jumps(&plot->run[r], of_run[r].jumps));
    for (int q = 0; q < QUANTITIES; q++) {
        char path[64];
        snprintf(path, sizeof path, "/statistics/demes/%s", quantities[q].name);
        by_deme |= hg_results_has(&run->results, path);
    }
    const int lines = plot->runs > 1 ? hg_plot_legend_lines(plot, box->width) : by_deme ? 1 : 0;
    for (int q = 0; q < QUANTITIES; q++) HG_TRY(draw_quantity(plot, q, of_run, box, lines));
    return HG_OK;
}

const hg_figure hg_figure_environment = {"environment", true, false, needs, height, draw};
