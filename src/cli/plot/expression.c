/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mean expression as a map, genes by generations. What is more than a page can show is averaged:
 * records that share a column, genes that share a row. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cluster.h"
#include "base/memory.h"
#include "cli/plot/plot.h"

#define GAP 1e300 /* in the script, where something is no number: drawn grey */
#define DATASET "/statistics/expression_mean"
#define MOST_COLUMNS 600
#define MOST_ROWS 400
#define MOST_CLUSTERED 8000        /* genes: their distances take 128 MB */
#define MOST_NAMES 60              /* genes that a page has room to name */
#define NAME_HEIGHT 0.25           /* cm; of letters of 6 points */
#define BLOCK 4000000              /* numbers read at a time */
#define NARROW 0.05                /* share of the colours that is one colour to the eye */
#define SHARP 600                  /* pixels at least, each way, where viewers blur them */

typedef struct heat_map {
    int64_t genes, columns, rows;
    int64_t share;   /* records in a column */
    double first, step; /* generation in the middle of the first column, from column to column */
    double *value;   /* [genes][columns] */
    bool *gap;          /* [genes][columns]: something there is no number; it counts as 0 */
    double *of_row;  /* [rows][columns] */
    int64_t *order;  /* [genes] */
    hg_plot_range range;
    bool by_gene;    /* colours are of each gene's own range */
} heat_map;

static hg_status needs(const hg_plot *plot, const hg_plot_run *run)
{
    (void)plot;
    return hg_plot_needs_course(run, DATASET);
}

static bool is_named(const hg_plot_run *run, double inner)
{
    return run->results.genes <= MOST_NAMES &&
           inner / (double)run->results.genes >= NAME_HEIGHT;
}

static double height(const hg_plot *plot, const hg_plot_run *run)
{
    (void)plot;
    if (run->results.genes > MOST_NAMES) return 8.5;
    return fmax(5.5, 2.1 + 1.05 * NAME_HEIGHT * (double)run->results.genes);
}

/* --- what is drawn --------------------------------------------------------------------------- */

static int64_t column_of(const heat_map *map, const hg_plot_run *run, int64_t record)
{
    const double *generation = run->generation.value;
    /* a column begins half a distance of records before its first */
    const double into = (generation[record] - generation[0]) / map->step;
    const int64_t column = (int64_t)floor(into + 0.5 / (double)map->share);
    return column < map->columns ? column : map->columns - 1;
}

static void add_record(heat_map *map, const double *level, int64_t column)
{
    for (int64_t g = 0; g < map->genes; g++) {
        const int64_t cell = g * map->columns + column;
        if (fabs(level[g]) < GAP) map->value[cell] += level[g];
        else map->gap[cell] = true;
    }
}

/* Sums become means; a column without a record, where these are not evenly spaced, is as before. */
static void finish(heat_map *map, const int64_t *records)
{
    for (int64_t c = 0; c < map->columns; c++)
        for (int64_t g = 0; g < map->genes; g++) {
            double *cell = &map->value[g * map->columns + c];
            if (records[c] > 0) *cell /= (double)records[c];
            else *cell = cell[-1]; /* the first column has the first record */
        }
}

static hg_status read_map(const hg_plot_run *run, heat_map *map, int64_t *records)
{
    const int64_t most = map->genes > 0 && map->genes < BLOCK ? BLOCK / map->genes : 1;
    for (int64_t from = 0; from < run->records; from += most) {
        const int64_t count = run->records - from < most ? run->records - from : most;
        hg_results_values values;
        hg_status status =
            hg_results_read_block(&run->results, DATASET, (int64_t[]){from, 0, 0, 0},
                                  (int64_t[]){count, map->genes, 1, 1}, &values);
        for (int64_t i = 0; i < values.rows && status == HG_OK; i++) {
            const int64_t column = column_of(map, run, from + i);
            add_record(map, values.value + i * values.width, column);
            records[column]++;
        }
        hg_results_values_free(&values);
        HG_TRY(status);
    }
    finish(map, records);
    return HG_OK;
}

static hg_status load(const hg_plot_run *run, heat_map *map)
{
    hg_results_shape shape;
    HG_TRY(hg_results_shape_of(&run->results, DATASET, &shape));
    map->genes = shape.extent[1];
    if (shape.axes != 2 || shape.extent[0] != run->records || map->genes != run->results.genes)
        return hg_fail(HG_BAD_INPUT, "%s: %s: of another extent than generations and genes",
                       run->results.path, DATASET);
    const double *generation = run->generation.value;
    const double distance = (generation[run->records - 1] - generation[0]) /
                            (double)(run->records - 1);
    map->share = (run->records + MOST_COLUMNS - 1) / MOST_COLUMNS;
    map->columns = (run->records + map->share - 1) / map->share;
    map->step = (double)map->share * distance;
    map->first = generation[0] + 0.5 * (double)(map->share - 1) * distance;
    int64_t *records = NULL;
    HG_TRY(hg_allocate(&map->value, HG_MEMORY_OTHER, (size_t)map->genes,
                       (size_t)map->columns * sizeof *map->value));
    HG_TRY(hg_allocate(&map->gap, HG_MEMORY_OTHER, (size_t)map->genes,
                       (size_t)map->columns * sizeof *map->gap));
    HG_TRY(hg_allocate(&records, HG_MEMORY_OTHER, (size_t)map->columns, sizeof *records));
    const hg_status status = read_map(run, map, records);
    hg_release(&records);
    return status;
}

/* Of a gene's course, over what is a number. */
static hg_plot_range range_of(const heat_map *map, int64_t gene)
{
    hg_plot_range range = HG_PLOT_NO_RANGE;
    for (int64_t cell = gene * map->columns; cell < (gene + 1) * map->columns; cell++)
        if (!map->gap[cell]) hg_plot_extend(&range, &map->value[cell], 1);
    return range;
}

/* Each gene's course from its least, 0, to its greatest, 1; where it stays the same, a half. */
static void rescale(heat_map *map)
{
    for (int64_t g = 0; g < map->genes; g++) {
        double *course = map->value + g * map->columns;
        const hg_plot_range range = range_of(map, g);
        const double span = range.high - range.low;
        for (int64_t c = 0; c < map->columns; c++)
            course[c] = span > 0 ? (course[c] - range.low) / span : 0.5;
    }
}

/*
 * Whether few genes would take up common colours, and the others, although they change, look all
 * alike. Levels of both signs have common colours, which tell the sign.
 */
static bool is_narrow(const heat_map *map)
{
    hg_plot_range all = HG_PLOT_NO_RANGE;
    int64_t low = 0, high = 0, changing = 0;
    for (int64_t g = 0; g < map->genes; g++) {
        const hg_plot_range own = range_of(map, g);
        hg_plot_extend(&all, &own.low, 1);
        hg_plot_extend(&all, &own.high, 1);
        changing += own.high > own.low;
    }
    const double edge = NARROW * (all.high - all.low);
    for (int64_t g = 0; g < map->genes; g++) {
        const hg_plot_range own = range_of(map, g);
        low += own.high - all.low < edge;
        high += all.high - own.low < edge;
    }
    const int64_t alike = low > high ? low : high;
    return all.low >= 0 && 10 * alike >= 9 * map->genes && 2 * changing >= map->genes;
}

static void choose_scale(hg_plot *plot, heat_map *map)
{
    map->by_gene = plot->scale == HG_SCALE_GENE;
    if (plot->scale == HG_SCALE_OF_DATA && is_narrow(map)) {
        map->by_gene = true;
        hg_plot_note(plot, "On a common scale most genes would look alike: the map has each gene from "
                     "its least to its greatest mean (--scale).");
    }
    if (map->by_gene) rescale(map);
}

/* --- the order of the genes ------------------------------------------------------------------ */

typedef struct ranked {
    double variance;
    int64_t gene;
} ranked;

static int compare(const void *a, const void *b) /* the most variable first */
{
    const ranked *x = a, *y = b;
    if (x->variance != y->variance) return x->variance < y->variance ? 1 : -1;
    return (x->gene > y->gene) - (x->gene < y->gene);
}

static double variance(const double *course, int64_t columns)
{
    double sum = 0, squares = 0;
    for (int64_t c = 0; c < columns; c++) sum += course[c];
    const double mean = sum / (double)columns;
    for (int64_t c = 0; c < columns; c++) squares += (course[c] - mean) * (course[c] - mean);
    return squares;
}

static hg_status order_by_variance(const heat_map *map)
{
    ranked *ranks = NULL;
    HG_TRY(hg_allocate(&ranks, HG_MEMORY_OTHER, (size_t)map->genes, sizeof *ranks));
    for (int64_t g = 0; g < map->genes; g++)
        ranks[g] = (ranked){variance(map->value + g * map->columns, map->columns), g};
    if (map->genes > 0) qsort(ranks, (size_t)map->genes, sizeof *ranks, compare);
    for (int64_t g = 0; g < map->genes; g++) map->order[g] = ranks[g].gene;
    hg_release(&ranks);
    return HG_OK;
}

static hg_status arrange(hg_plot *plot, heat_map *map, hg_plot_order *order)
{
    HG_TRY(hg_allocate(&map->order, HG_MEMORY_OTHER, (size_t)map->genes, sizeof *map->order));
    if (*order == HG_ORDER_CLUSTER && map->genes > MOST_CLUSTERED) {
        hg_plot_note(plot, "More than %d genes are not clustered but ordered by variance.",
                     MOST_CLUSTERED);
        *order = HG_ORDER_VARIANCE;
    }
    if (*order == HG_ORDER_CLUSTER)
        return hg_cluster_order(map->value, map->genes, map->columns, map->order);
    if (*order == HG_ORDER_VARIANCE) return order_by_variance(map);
    for (int64_t g = 0; g < map->genes; g++) map->order[g] = g;
    return HG_OK;
}

/* Several genes that follow each other share a row where there are too many. */
static hg_status make_rows(hg_plot *plot, heat_map *map)
{
    map->rows = map->genes < MOST_ROWS ? map->genes : MOST_ROWS;
    HG_TRY(hg_allocate(&map->of_row, HG_MEMORY_OTHER, (size_t)map->rows,
                       (size_t)map->columns * sizeof *map->of_row));
    for (int64_t r = 0; r < map->rows; r++) {
        const int64_t from = map->genes * r / map->rows, to = map->genes * (r + 1) / map->rows;
        double *row = map->of_row + r * map->columns;
        for (int64_t i = from; i < to; i++)
            for (int64_t c = 0; c < map->columns; c++)
                row[c] += map->value[map->order[i] * map->columns + c] / (double)(to - from);
        for (int64_t i = from; i < to; i++)
            for (int64_t c = 0; c < map->columns; c++)
                if (map->gap[map->order[i] * map->columns + c]) row[c] = GAP;
    }
    map->range = HG_PLOT_NO_RANGE;
    hg_plot_extend(&map->range, map->of_row, map->rows * map->columns);
    if (map->rows < map->genes)
        hg_plot_note(plot, "Each row of the map is the mean of about %.2g genes side by side.",
                     (double)map->genes / (double)map->rows);
    return HG_OK;
}

/* --- the script ------------------------------------------------------------------------------ */

/* Viewers of SVG and PDF blur from pixel to pixel: there a cell is many of them. */
static int64_t pixels(const hg_plot *plot, int64_t cells)
{
    const int64_t least = cells == 1 ? 2 : 1; /* gnuplot draws no image of a single line */
    return plot->blurred && cells < SHARP ? (SHARP + cells - 1) / cells : least;
}

static void say_block(hg_plot *plot, const heat_map *map, int number)
{
    const int64_t across = pixels(plot, map->columns), down = pixels(plot, map->rows);
    hg_plot_say(plot, "$expression_%d << EOD\n", number);
    for (int64_t r = 0; r < down * map->rows; r++) {
        const double *row = map->of_row + r / down * map->columns;
        for (int64_t c = 0; c < across * map->columns; c++)
            hg_plot_say(plot, "%s%.6g", c > 0 ? " " : "", row[c / across]);
        hg_plot_say(plot, "\n");
    }
    hg_plot_say(plot, "EOD\n");
}

static hg_status say_names(hg_plot *plot, const hg_plot_run *run, const heat_map *map)
{
    hg_results_texts names;
    hg_status status = hg_results_read_texts(&run->results, "/network/gene_name", &names);
    if (status == HG_OK && names.count != map->genes)
        status = hg_fail(HG_BAD_INPUT, "%s: /network/gene_name: %" PRId64 " names of %" PRId64
                         " genes", run->results.path, names.count, map->genes);
    hg_plot_say(plot, "set ytics scale 0 font ',6' offset 0.4,0 (");
    for (int64_t r = 0; r < map->rows && status == HG_OK; r++) {
        if (r > 0) hg_plot_say(plot, ", ");
        hg_plot_say_tic(plot, names.text[map->order[r]], 12);
        hg_plot_say(plot, " %" PRId64, r);
    }
    hg_plot_say(plot, ")\n");
    hg_results_texts_free(&names);
    return status;
}

static void say_label(hg_plot *plot, const hg_plot_box *box, const heat_map *map,
                      hg_plot_order order)
{
    static const char *const words[] = {"clustered", "by falling variance", "as in the file"};
    char label[80];
    snprintf(label, sizeof label, "%" PRId64 " genes, %s", map->genes, words[order]);
    hg_plot_say_ylabel(plot, box, label);
    hg_plot_say(plot, "unset ytics\n");
}

/* Levels of both signs: white is 0. */
static void say_palette(hg_plot *plot, const heat_map *map)
{
    const hg_plot_range range =
        map->by_gene ? map->range : hg_plot_common_range(plot, "cb", map->range);
    if (range.low < 0) {
        const double most = fmax(-range.low, fabs(range.high));
        hg_plot_say(plot, "set palette defined (0 '#053061', 1 '#2166ac', 2 '#4393c3', "
                    "3 '#92c5de', 4 '#d1e5f0', 5 '#f7f7f7', 6 '#fddbc7', 7 '#f4a582', "
                    "8 '#d6604d', 9 '#b2182b', 10 '#67001f')\nset cbrange [%.10g:%.10g]\n", -most,
                    most);
        return;
    }
    hg_plot_say(plot, "set palette defined (0 '#440154', 1 '#482878', 2 '#3e4a89', 3 '#31688e', "
                "4 '#26828e', 5 '#1f9e89', 6 '#35b779', 7 '#6dcd59', 8 '#b4de2c', 9 '#fde725')\n");
    hg_plot_say_range(plot, "cb", range, 0);
    if (map->by_gene) hg_plot_say(plot, "set cbrange [0:1]\nset cbtics ('min' 0, 'max' 1)\n");
}

static hg_status say_map(hg_plot *plot, const hg_plot_run *run, const heat_map *map,
                         hg_plot_order order, bool named, const hg_plot_box *box)
{
    const int number = (int)(run - plot->run) + 1;
    const double *generation = run->generation.value;
    say_block(plot, map, number);
    hg_plot_title(plot, box, map->by_gene ? "Mean expression, scaled by gene" : "Mean expression",
                  run);
    hg_plot_say(plot, "set xlabel 'generation'\nset xrange [%.15g:%.15g]\nset yrange [%" PRId64
                ".5:-0.5]\nunset key\nunset grid\nset colorbox user origin graph 1.025,0 size "
                "graph 0.028,1 noborder\nset cbtics font ',7' scale 0.5 offset -0.6,0\n",
                map->first - map->step / 2,
                map->first + ((double)map->columns - 0.5) * map->step,
                map->rows - 1);
    if (map->rows == 1) hg_plot_say(plot, "set yrange [0.5:-0.5]\n");
    hg_plot_say_tics(plot, "x", (hg_plot_range){generation[0], generation[run->records - 1]},
                     (box->width - 3.7) / 1.7);
    if (named) HG_TRY(say_names(plot, run, map));
    else say_label(plot, box, map, order);
    say_palette(plot, map);
    const double across = (double)pixels(plot, map->columns);
    const double down = (double)pixels(plot, map->rows);
    hg_plot_say(plot, "set object 1 rectangle from graph 0,0 to graph 1,1 behind fillcolor "
                "rgb '#c0c0c0' fillstyle solid noborder\n");
    hg_plot_say(plot, "plot $expression_%d matrix using (%.15g+($1+0.5)*%.15g):(($2+0.5)/%.15g-0.5)"
                ":($3 < 1e300 ? $3 : NaN) with image\n", number, map->first - map->step / 2, map->step / across, down);
    return HG_OK;
}

static hg_status draw(hg_plot *plot, const hg_plot_run *run, const hg_plot_box *box)
{
    heat_map map = {0};
    hg_plot_order order = plot->order;
    const hg_plot_margins margins = {HG_PLOT_LEFT, 1.75, HG_PLOT_BOTTOM, HG_PLOT_TOP};
    const bool named = is_named(run, box->height - margins.bottom - margins.top);
    hg_plot_begin(plot, box, &margins);
    hg_status status = load(run, &map);
    if (status == HG_OK) choose_scale(plot, &map);
    if (status == HG_OK) status = arrange(plot, &map, &order);
    if (status == HG_OK) status = make_rows(plot, &map);
    if (status == HG_OK && map.columns < run->records)
        hg_plot_note(plot, "Each column of the map is the mean of %" PRId64 " records.", map.share);
    if (status == HG_OK) status = say_map(plot, run, &map, order, named, box);
    hg_release(&map.value);
    hg_release(&map.gap);
    hg_release(&map.of_row);
    hg_release(&map.order);
    return status;
}

const hg_figure hg_figure_expression = {"expression", false, true, needs, height, draw};
