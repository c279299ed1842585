/* SPDX-License-Identifier: GPL-3.0-or-later
 * A small network as a drawing: genes, and arrows from regulator to regulated. Activation and
 * repression differ in colour and in the arrow's head; strong edges are thick. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/layout.h"
#include "base/memory.h"
#include "cli/plot/plot.h"

#define MOST_GENES 40
#define MOST_LETTERS 10   /* of a name */
#define MOST_EDGES 150    /* the strongest */
#define STRENGTHS 3       /* widths of lines */
#define HEIGHT 0.19       /* half the height of a gene in cm; letters of 6 points */
#define LOOP 0.26         /* radius of a gene's arrow to itself */
#define APART 0.07        /* half the distance of two arrows there and back */
#define ARC_PARTS 12      /* half of its straight parts */
#define MARGIN 0.9
#define MOST_STRETCHED 1.5

typedef struct net_drawing {
    hg_network network; /* its weights are those drawn */
    double *x, *y;      /* [genes], in cm from the corner of the axes */
    double *half;       /* [genes]: half the width of a gene */
    double strongest;   /* absolute weight */
    double generation;  /* of mean weights, or -1: shared ones */
} net_drawing;

static hg_status needs(const hg_plot *plot, const hg_plot_run *run)
{
    (void)plot;
    const hg_results *results = &run->results;
    if (results->edges == 0)
        return hg_fail(HG_BAD_INPUT, "%s: it has no network", results->path);
    if (results->genes > MOST_GENES)
        return hg_fail(HG_BAD_INPUT, "%s: a network of %" PRId64 " genes cannot be drawn legibly "
                       "here: allowed: up to %d. 'happygene export %s --table dot' writes it for "
                       "Graphviz", results->path, results->genes, MOST_GENES, results->path);
    return HG_OK;
}

static double height(const hg_plot *plot, const hg_plot_run *run)
{
    (void)plot;
    return run->results.genes <= 6 ? 6 : run->results.genes <= 15 ? 9 : 13;
}

/* --- what is drawn --------------------------------------------------------------------------- */

/* Heritable weights are drawn as they have become. */
static hg_status take_means(const hg_plot_run *run, net_drawing *drawing)
{
    static const char path[] = "/statistics/weight_mean";
    hg_results_values mean = {0};
    drawing->generation = -1;
    if (!hg_results_has(&run->results, path) || run->records == 0) return HG_OK;
    hg_status status = hg_results_read_block(&run->results, path,
                                             (int64_t[]){run->records - 1, 0, 0, 0},
                                             (int64_t[]){1, drawing->network.edges, 1, 1}, &mean);
    if (status == HG_OK && mean.width != drawing->network.edges)
        status = hg_fail(HG_BAD_INPUT, "%s: %s: of another extent than generations and edges",
                         run->results.path, path);
    for (int64_t e = 0; e < drawing->network.edges && status == HG_OK; e++)
        drawing->network.weight[e] = mean.value[e];
    drawing->generation = run->generation.value[run->records - 1];
    hg_results_values_free(&mean);
    return status;
}

static int compare(const void *a, const void *b) /* the greatest first */
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Of a dense network the weak edges are left out: their weights become 0. */
static hg_status keep_strongest(hg_plot *plot, hg_network *network)
{
    double *strength = NULL;
    if (network->edges <= MOST_EDGES) return HG_OK;
    HG_TRY(hg_allocate(&strength, HG_MEMORY_OTHER, (size_t)network->edges, sizeof *strength));
    for (int64_t e = 0; e < network->edges; e++) strength[e] = fabs(network->weight[e]);
    qsort(strength, (size_t)network->edges, sizeof *strength, compare);
    const double least = strength[MOST_EDGES - 1];
    hg_release(&strength);
    int64_t kept = 0;
    for (int64_t e = 0; e < network->edges; e++)
        if (fabs(network->weight[e]) < least || kept >= MOST_EDGES) network->weight[e] = 0;
        else kept++;
    hg_plot_note(plot, "Of %" PRId64 " edges the %d strongest are drawn.", network->edges,
                 MOST_EDGES);
    return HG_OK;
}

static int letters(const char *name)
{
    int count = 0;
    for (; *name != '\0'; name++) count += ((unsigned char)*name & 0xc0) != 0x80;
    return count < MOST_LETTERS ? count : MOST_LETTERS;
}

/* What the genes' places, which lie about a half, take of 0 .. 1. */
static double extent(const double *place, int64_t genes)
{
    double most = 0;
    for (int64_t g = 0; g < genes; g++) most = fmax(most, 2 * fabs(place[g] - 0.5));
    return fmax(most, 1e-6);
}

/* The places in cm, in the middle of the panel. One direction may be stretched, to use the panel, but
 * not by so much that distances tell nothing. */
static void fit(net_drawing *drawing, double width, double high)
{
    const int64_t genes = drawing->network.genes;
    const double across = (width - 2 * MARGIN) / extent(drawing->x, genes);
    const double up = (high - 2 * MARGIN) / extent(drawing->y, genes);
    for (int64_t g = 0; g < genes; g++) {
        drawing->x[g] = width / 2 + (drawing->x[g] - 0.5) * fmin(across, MOST_STRETCHED * up);
        drawing->y[g] = high / 2 + (drawing->y[g] - 0.5) * fmin(up, MOST_STRETCHED * across);
    }
}

static hg_status load(hg_plot *plot, const hg_plot_run *run, net_drawing *drawing, double width,
                      double high)
{
    HG_TRY(hg_results_network(&run->results, &drawing->network));
    HG_TRY(take_means(run, drawing));
    HG_TRY(keep_strongest(plot, &drawing->network));
    const hg_network *network = &drawing->network;
    const size_t genes = (size_t)network->genes;
    HG_TRY(hg_allocate(&drawing->x, HG_MEMORY_OTHER, genes, sizeof *drawing->x));
    HG_TRY(hg_allocate(&drawing->y, HG_MEMORY_OTHER, genes, sizeof *drawing->y));
    HG_TRY(hg_allocate(&drawing->half, HG_MEMORY_OTHER, genes, sizeof *drawing->half));
    HG_TRY(hg_layout_place(network, drawing->x, drawing->y));
    fit(drawing, width, high);
    for (int64_t g = 0; g < network->genes; g++)
        drawing->half[g] = fmax(0.3, 0.065 * letters(network->name[g]) + 0.14);
    for (int64_t e = 0; e < network->edges; e++)
        if (fabs(network->weight[e]) < 1e300)
            drawing->strongest = fmax(drawing->strongest, fabs(network->weight[e]));
    return HG_OK;
}

static void free_drawing(net_drawing *drawing)
{
    hg_network_free(&drawing->network);
    hg_release(&drawing->x);
    hg_release(&drawing->y);
    hg_release(&drawing->half);
}

/* --- arrows ---------------------------------------------------------------------------------- */

/* 1 .. STRENGTHS for activation, as many more for repression; 0: no arrow. */
static int style_of(const net_drawing *drawing, double weight)
{
    if (!(fabs(weight) > 0) || !(fabs(weight) <= drawing->strongest)) return 0;
    const int strength = (int)ceil(STRENGTHS * fabs(weight) / drawing->strongest);
    return (weight > 0 ? 0 : STRENGTHS) + (strength < STRENGTHS ? strength : STRENGTHS);
}

static bool has_edge(const hg_network *network, int32_t source, int32_t target)
{
    for (int64_t e = network->first[target]; e < network->first[target + 1]; e++)
        if (network->source[e] == source && network->weight[e] != 0) return true;
    return false;
}

/* How far from the middle of a gene its edge is, in a direction of length 1. */
static double reach(double half, double dx, double dy)
{
    return 1 / sqrt(dx * dx / (half * half) + dy * dy / (HEIGHT * HEIGHT));
}

static void say_arrow(hg_plot *plot, const net_drawing *drawing, int64_t edge, int style)
{
    const hg_network *network = &drawing->network;
    const int32_t from = network->source[edge], to = network->target[edge];
    double x = drawing->x[from], y = drawing->y[from];
    double dx = drawing->x[to] - x, dy = drawing->y[to] - y;
    const double length = hypot(dx, dy);
    if (!(length > 0)) return;
    dx /= length;
    dy /= length;
    if (has_edge(network, to, from)) { /* beside each other */
        x -= APART * dy;
        y += APART * dx;
    }
    const double start = reach(drawing->half[from], dx, dy);
    const double end = length - reach(drawing->half[to], dx, dy) - 0.05;
    if (end <= start) return;
    hg_plot_say(plot, "%.4f %.4f %.4f %.4f %d\n", x + start * dx, y + start * dy,
                (end - start) * dx, (end - start) * dy, style);
}

/* The part of a circle that is outside of a gene's edge: `away` less and plus the result. */
static double free_arc(double half, double away, double out)
{
    double angle = 0;
    for (int step = 15; step < 155; step++) {
        angle = 0.02 * step;
        const double x = out * cos(away) + LOOP * cos(away + angle);
        const double y = out * sin(away) + LOOP * sin(away + angle);
        if (hypot(x / (half + 0.04), y / (HEIGHT + 0.04)) < 1) break;
    }
    return angle;
}

/* A gene's arrow to itself is part of a circle, on the side that looks away from the middle. */
static void say_loop(hg_plot *plot, const net_drawing *drawing, int64_t gene, double cx, double cy,
                     int style, bool head)
{
    const double x = drawing->x[gene], y = drawing->y[gene], half = drawing->half[gene];
    const double away = hypot(x - cx, y - cy) > 1e-3 ? atan2(y - cy, x - cx) : 1.57;
    const double out = reach(half, cos(away), sin(away)) + 0.7 * LOOP;
    const double arc = free_arc(half, away, out), step = arc / ARC_PARTS;
    for (int i = -ARC_PARTS; i <= ARC_PARTS; i++) {
        const double angle = away + i * step;
        const double px = x + out * cos(away) + LOOP * cos(angle);
        const double py = y + out * sin(away) + LOOP * sin(angle);
        if (!head)
            hg_plot_say(plot, "%.4f %.4f\n", px, py);
        else if (i == ARC_PARTS - 1)
            hg_plot_say(plot, "%.4f %.4f %.4f %.4f %d\n", px, py,
                        LOOP * (cos(angle + step) - cos(angle)),
                        LOOP * (sin(angle + step) - sin(angle)), style);
    }
    if (!head) hg_plot_say(plot, "\n\n");
}

static void say_loops(hg_plot *plot, const net_drawing *drawing, double cx, double cy, bool heads,
                      int only)
{
    const hg_network *network = &drawing->network;
    for (int64_t e = 0; e < network->edges; e++) {
        const int style = style_of(drawing, network->weight[e]);
        if (network->source[e] == network->target[e] && style > 0 && (heads || style == only))
            say_loop(plot, drawing, network->source[e], cx, cy, style, heads);
    }
}

static double line_width(int style) { return 0.45 + 0.4 * ((style - 1) % STRENGTHS); }

static const char *colour(int style) { return hg_plot_colour(style <= STRENGTHS ? 0 : 1); }

/* --- the script ------------------------------------------------------------------------------ */

static void say_blocks(hg_plot *plot, const net_drawing *drawing, int number, double width,
                       double high)
{
    const hg_network *network = &drawing->network;
    hg_plot_say(plot, "$edges_%d << EOD\n", number);
    for (int64_t e = 0; e < network->edges; e++) {
        const int style = style_of(drawing, network->weight[e]);
        if (network->source[e] != network->target[e] && style > 0)
            say_arrow(plot, drawing, e, style);
    }
    say_loops(plot, drawing, width / 2, high / 2, true, 0);
    hg_plot_say(plot, "EOD\n");
    for (int style = 1; style <= 2 * STRENGTHS; style++) {
        hg_plot_say(plot, "$loops_%d_%d << EOD\n-9 -9\n\n\n", number, style);
        say_loops(plot, drawing, width / 2, high / 2, false, style);
        hg_plot_say(plot, "EOD\n");
    }
    hg_plot_say(plot, "$genes_%d << EOD\n", number);
    for (int64_t g = 0; g < network->genes; g++)
        hg_plot_say(plot, "%.4f %.4f %.4f %.4f 0\n", drawing->x[g], drawing->y[g],
                    2 * drawing->half[g], 2 * HEIGHT);
    hg_plot_say(plot, "EOD\n");
    for (int64_t g = 0; g < network->genes; g++) {
        hg_plot_say(plot, "set label %" PRId64 " ", g + 10);
        hg_plot_say_quoted(plot, network->name[g], MOST_LETTERS);
        hg_plot_say(plot, " at first %.4f,%.4f center front font ',6'\n", drawing->x[g],
                    drawing->y[g]);
    }
}

static void say_plot(hg_plot *plot, int number)
{
    for (int style = 1; style <= 2 * STRENGTHS; style++)
        hg_plot_say(plot, "set style arrow %d head %s linewidth %.2g linecolor %s\n", style,
                    style <= STRENGTHS ? "filled size first 0.2,18 fixed"
                                       : "nofilled size first 0.1,90 fixed",
                    line_width(style), colour(style));
    hg_plot_say(plot, "plot ");
    for (int style = 1; style <= 2 * STRENGTHS; style++)
        hg_plot_say(plot, "$loops_%d_%d with lines linewidth %.2g linecolor %s notitle, \\\n     ",
                    number, style, line_width(style), colour(style));
    hg_plot_say(plot, "$edges_%d using 1:2:3:4:5 with vectors arrowstyle variable notitle, \\\n"
                "     $genes_%d with ellipses units xy fillcolor rgb '#f3f3f3' fillstyle solid "
                "border linecolor rgb '#404040' linewidth 0.7 notitle, \\\n"
                "     keyentry with vectors arrowstyle %d title 'activates', \\\n"
                "     keyentry with vectors arrowstyle %d title 'represses'\n", number, number,
                STRENGTHS, 2 * STRENGTHS);
}

static void say_title(hg_plot *plot, const hg_plot_run *run, const hg_plot_box *box,
                      const net_drawing *drawing)
{
    char title[64] = "Network";
    if (drawing->generation >= 0)
        snprintf(title, sizeof title, "Network, mean weights of generation %.0f",
                 drawing->generation);
    hg_plot_title(plot, box, title, run);
    hg_plot_say_legend(plot, box, 1);
}

static hg_status draw(hg_plot *plot, const hg_plot_run *run, const hg_plot_box *box)
{
    net_drawing drawing = {.generation = -1};
    const int number = (int)(run - plot->run) + 1;
    const hg_plot_margins margins = {0.3, 0.3, 0.2, HG_PLOT_TOP + HG_PLOT_LEGEND_LINE};
    const double width = box->width - 0.6, high = box->height - margins.top - margins.bottom;
    hg_plot_begin(plot, box, &margins);
    const hg_status status = load(plot, run, &drawing, width, high);
    if (status == HG_OK) {
        say_title(plot, run, box, &drawing);
        hg_plot_say(plot, "unset border\nunset tics\nunset grid\nset xrange [0:%.6g]\n"
                    "set yrange [0:%.6g]\n", width, high);
        say_blocks(plot, &drawing, number, width, high);
        say_plot(plot, number);
    }
    free_drawing(&drawing);
    return status;
}

const hg_figure hg_figure_network = {"network", false, false, needs, height, draw};
