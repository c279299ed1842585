/* SPDX-License-Identifier: GPL-3.0-or-later
 * The axis of fitness: linear, or logarithmic where a linear one would show the largest only. */
#include <math.h>

#include "cli/plot/plot.h"

#define MOST_LINEAR 1000 /* ratio of means that a linear axis is drawn for */
#define DECADES_BELOW 3  /* the lowest mean that single individuals are drawn for */
#define LEAST_DRAWN 1e-300
#define MOST_TICS 6

void hg_plot_fitness_take(hg_plot_fitness *fitness, const double *value, int64_t count)
{
    hg_plot_extend(&fitness->range, value, count);
    for (int64_t i = 0; i < count; i++) {
        fitness->zeros |= value[i] <= 0;
        if (value[i] > 0 && value[i] < fitness->least) fitness->least = value[i];
    }
}

void hg_plot_fitness_take_middles(hg_plot_fitness *fitness, const double *value, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        if (value[i] > 0) hg_plot_extend(&fitness->middles, &value[i], 1);
}

static bool is_logarithmic(hg_plot *plot, const hg_plot_range *middles)
{
    const bool possible = middles->low <= middles->high;
    if (plot->axis == HG_AXIS_OF_DATA) return middles->high > MOST_LINEAR * middles->low;
    if (plot->axis == HG_AXIS_LOGARITHMIC && !possible)
        hg_plot_note(plot, "No mean fitness is above 0: its axis is linear.");
    return plot->axis == HG_AXIS_LOGARITHMIC && possible;
}

/* A power of ten as a label; before it stands `sign`. */
static void say_decade(hg_plot *plot, const char *sign, int exponent, bool plain)
{
    hg_plot_say(plot, "'%s", sign);
    if (exponent == 0 || plain) hg_plot_say(plot, "%.6g", pow(10, exponent));
    else hg_plot_say_power(plot, exponent);
    hg_plot_say(plot, "'");
}

/* Small tics within a decade; where there are few decades some have labels. */
static void say_between(hg_plot *plot, double decade, bool labelled)
{
    for (int digit = 2; digit < 10; digit++)
        if (labelled && (digit == 2 || digit == 5))
            hg_plot_say(plot, ", '%.6g' %.15g", digit * decade, digit * decade);
        else
            hg_plot_say(plot, ", '' %.15g 1", digit * decade);
}

/* The means and medians all have their places; single individuals, and zeros, may be held. */
static void say_decades(hg_plot *plot, hg_plot_fitness *fitness)
{
    const double high = fitness->range.high;
    const double reach = floor(log10(fitness->middles.low)) - DECADES_BELOW;
    int first = (int)fmax(fmax(floor(log10(fitness->least)), reach), log10(LEAST_DRAWN));
    if (pow(10, first) >= high) first--; /* all are the same power of ten */
    const int decades = (int)fmax(ceil(log10(high) - first), 1);
    const int step = (decades + MOST_TICS - 1) / MOST_TICS;
    fitness->low = pow(10, first);
    const bool lost = fitness->least < fitness->low, held = lost || fitness->zeros;
    fitness->edge = held ? pow(10, first - step) : fitness->low;
    hg_plot_say(plot, "set logscale y\nset yrange [%.15g:%.15g]\nset ytics (", fitness->edge,
                high * pow(high / fitness->edge, 0.04));
    if (lost) say_decade(plot, "<", first, false);
    if (held) hg_plot_say(plot, "%s %.15g, ", lost ? "" : "'0'", fitness->edge);
    for (int i = 0; i <= decades; i += step) {
        hg_plot_say(plot, "%s", i > 0 ? ", " : "");
        say_decade(plot, "", first + i, decades == 1);
        hg_plot_say(plot, " %.15g", pow(10, first + i));
        if (step == 1) say_between(plot, pow(10, first + i), decades == 1);
    }
    hg_plot_say(plot, ")\n");
    if (lost)
        hg_plot_note(plot, "Fitness below %.0e%s is drawn on the lower edge of its logarithmic "
                     "axis.", fitness->low, fitness->zeros ? ", also that of 0," : "");
    else if (held)
        hg_plot_note(plot, "Fitness of 0 is drawn on the lower edge of its logarithmic axis.");
}

void hg_plot_say_fitness_axis(hg_plot *plot, const hg_plot_box *box, hg_plot_fitness *fitness)
{
    fitness->logarithmic = is_logarithmic(plot, &fitness->middles);
    hg_plot_say_ylabel(plot, box, fitness->logarithmic ? "fitness (logarithmic)" : "fitness");
    if (fitness->logarithmic) say_decades(plot, fitness);
    else hg_plot_say_range(plot, "y", fitness->range, 0.04);
}

double hg_plot_fitness_place(const hg_plot_fitness *fitness, double value)
{
    return fitness->logarithmic && value < fitness->low ? fitness->edge : value;
}
