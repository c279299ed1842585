/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * happygene plot: what its files share. plot.c has the command and the table of figures, each
 * figure is a file of its own, script.c writes what gnuplot is to do, gnuplot.c has it
 * done.
 */
#ifndef HG_CLI_PLOT_H
#define HG_CLI_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "io/results.h"

#define HG_PLOT_MOST_RUNS 64
#define HG_PLOT_MOST_GENES 12   /* of --gene */
#define HG_PLOT_PIECES 600  /* that long courses are cut into, with two points for each */
#define HG_PLOT_COLOURS 8   /* of lines */
#define HG_PLOT_COMMON 8    /* axes that runs have in common */
#define HG_PLOT_LABEL 32    /* characters of a run's label in a legend */

typedef struct hg_plot_run {
    hg_results results;
    char *label;                  /**< in legends: the title, or the file's name; owned */
    hg_results_values generation; /**< of the records */
    int64_t records;
} hg_plot_run;

typedef enum { HG_ORDER_CLUSTER, HG_ORDER_VARIANCE, HG_ORDER_FILE } hg_plot_order;
typedef enum { HG_SCALE_OF_DATA, HG_SCALE_COMMON, HG_SCALE_GENE } hg_plot_scale;
typedef enum { HG_AXIS_OF_DATA, HG_AXIS_LINEAR, HG_AXIS_LOGARITHMIC } hg_plot_axis;

/** Where values lie; what is not finite does not count. */
typedef struct hg_plot_range {
    double low, high;
} hg_plot_range;

#define HG_PLOT_NO_RANGE ((hg_plot_range){INFINITY, -INFINITY})

/** An axis that the panels of several runs have in common. */
typedef struct hg_plot_common_axis {
    const struct hg_figure *figure;
    const char *axis;
    hg_plot_range range;
} hg_plot_common_axis;

/** The picture that is being made. Lengths are in cm. */
typedef struct hg_plot {
    hg_plot_run *run;         /**< [runs] */
    int runs;
    hg_plot_order order;      /**< of the genes */
    hg_plot_scale scale;      /**< of the map's colours */
    hg_plot_axis axis;        /**< of fitness */
    const char *generations;  /**< --generation as given, or NULL */
    const char **gene;        /**< [genes]: --gene, distinct */
    int genes;
    bool blurred;             /**< viewers blur images: SVG and PDF */
    bool with_fonts;          /**< letters are drawn with the fonts of this machine: PNG and PDF */
    bool asked_fonts;         /**< which are known */
    unsigned char *glyphs;    /**< a bit for each character that they have; NULL: unknown */
    hg_text lacking, packages; /**< characters that they have not, fonts that have them */
    const struct hg_figure *figure; /**< of the panel that is being drawn */
    hg_plot_common_axis common[HG_PLOT_COMMON];
    int commons;
    bool widened;             /**< a common axis: panels drawn before are to be drawn again */
    double middle;            /**< of the axes of the panel, from the left */
    hg_text script, notes;    /**< a note is a line */
} hg_plot;

/** A part of the page: its lower left corner, its size. */
typedef struct hg_plot_box {
    double x, y, width, height;
} hg_plot_box;

/** What is left free around the axes of a panel. */
typedef struct hg_plot_margins {
    double left, right, bottom, top;
} hg_plot_margins;

/** A kind of panel. */
typedef struct hg_figure {
    const char *name; /**< for --what */
    bool overlays;    /**< all runs share one panel; else each has its own */
    bool wide;        /**< wants the width of the page (of several runs beside each other: not) */
    /** HG_OK, or HG_BAD_INPUT saying what the run lacks for it. */
    hg_status (*needs)(const hg_plot *plot, const hg_plot_run *run);
    /** How high a panel should be. */
    double (*height)(const hg_plot *plot, const hg_plot_run *run);
    /** Adds the panel to the script; one that overlays takes all of plot->run. */
    hg_status (*draw)(hg_plot *plot, const hg_plot_run *run, const hg_plot_box *box);
} hg_figure;

extern const hg_figure hg_figure_fitness, hg_figure_expression, hg_figure_phenotypes,
    hg_figure_optimum, hg_figure_environment, hg_figure_ancestry, hg_figure_network,
    hg_figure_performance;

/* --- script.c: the script ------------------------------------------------------------- */

/** Adds to the script as printf would. Texts of users go through hg_plot_say_quoted. */
#define hg_plot_say(plot, ...) hg_text_add(&(plot)->script, __VA_ARGS__)

/**
 * Adds `words` as a string of gnuplot that stands for itself: what is not UTF-8 or would end
 * the line becomes a question mark or a blank; of more than `most` characters the
 * middle is left out.
 */
void hg_plot_say_quoted(hg_plot *plot, const char *words, int most);

/** The same for labels of tics, where gnuplot takes % for a format. */
void hg_plot_say_tic(hg_plot *plot, const char *words, int most);

/** Adds a note to the picture's foot and to standard error, once. */
void hg_plot_note(hg_plot *plot, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Begins a panel: forgets the settings of the last one, places the axes within the box. */
void hg_plot_begin(hg_plot *plot, const hg_plot_box *box, const hg_plot_margins *margins);

/** Adds the title over the box; of a `run` that has its panel beside others, its label too. */
void hg_plot_title(hg_plot *plot, const hg_plot_box *box, const char *title,
                   const hg_plot_run *run);

/** Labels the vertical axis, beside the box's left edge. */
void hg_plot_say_ylabel(hg_plot *plot, const hg_plot_box *box, const char *label);

/** Lines that a legend takes in a panel of this width (cm); `longest`: letters of an entry. */
int hg_plot_key_lines(double width, int entries, int longest);

/** Lines that the legend of all runs takes in a panel of this width; 0 for a single run. */
int hg_plot_legend_lines(const hg_plot *plot, double width);

/** Puts the legend, of `lines` lines, between the title and the axes. */
void hg_plot_say_legend(hg_plot *plot, const hg_plot_box *box, int lines);

#define HG_PLOT_LEFT 1.9    /* usual margins, in cm */
#define HG_PLOT_RIGHT 0.5
#define HG_PLOT_BOTTOM 1.15
#define HG_PLOT_TOP 0.75    /* room for the title; and for each line of a legend: */
#define HG_PLOT_LEGEND_LINE 0.4

void hg_plot_extend(hg_plot_range *range, const double *value, int64_t count);

/**
 * "set AXISrange": the range, wider by `share` of it on either side, and with some width where all
 * values are the same. Where no value is negative the axis does not go below 0.
 */
void hg_plot_say_range(hg_plot *plot, const char *axis, hg_plot_range range, double share);

/** The same of the union with the ranges that the other runs' panels of this figure have on that axis. */
void hg_plot_say_common_range(hg_plot *plot, const char *axis, hg_plot_range range, double share);

/** That union, for what is more than a range. */
hg_plot_range hg_plot_common_range(hg_plot *plot, const char *axis, hg_plot_range range);

/** Adds a power of ten, with superscripts. */
void hg_plot_say_power(hg_plot *plot, int exponent);

/** Tics at round numbers, about `count`; the value alone where the range is none. */
void hg_plot_say_tics(hg_plot *plot, const char *axis, hg_plot_range range, double count);

/** The axis of generations, `width` cm for the longest run. */
void hg_plot_say_generations(hg_plot *plot, double width);

/**
 * A data block "$NAME" of points in lines "x y", thinned out to their envelope where they are too
 * many for a picture, which is noted.
 */
hg_status hg_plot_curve(hg_plot *plot, const char *name, const double *x, const double *y,
                        int64_t count);

/** The same of values that are held until the next one: the corners of the steps. */
hg_status hg_plot_steps(hg_plot *plot, const char *name, const double *x, const double *y,
                        int64_t count);

/** The outline of the band between two curves, to be filled. */
hg_status hg_plot_band(hg_plot *plot, const char *name, const double *x, const double *low,
                       const double *high, int64_t count);

/** Adds a number, or NaN, which gnuplot leaves out. */
void hg_plot_say_number(hg_plot *plot, double value);

/** "rgb '#......'" and dash type of the n-th line; colours that the colour-blind tell apart. */
const char *hg_plot_colour(int n);
const char *hg_plot_dashes(int n);
#define HG_PLOT_DASHED "(10,5)" /* of what is expected or aimed at */

/* --- fitness_axis.c --------------------------------------------------------------------------- */

/** The fitness that a panel has to show, and how its axis does. */
typedef struct hg_plot_fitness {
    hg_plot_range range;   /**< of all */
    hg_plot_range middles; /**< of the means or medians that are above 0 */
    double least;          /**< above 0 */
    bool zeros;            /**< some are 0 */
    bool logarithmic;
    double low, edge; /**< a logarithmic axis shows what is less than `low` at its lower edge */
} hg_plot_fitness;

#define HG_PLOT_NO_FITNESS ((hg_plot_fitness){HG_PLOT_NO_RANGE, HG_PLOT_NO_RANGE, INFINITY, \
                                              false, false, 0, 0})

/** Takes in values that are drawn. */
void hg_plot_fitness_take(hg_plot_fitness *fitness, const double *value, int64_t count);

/** Takes in means or medians: an axis is logarithmic where these span decades, or as --axis says. */
void hg_plot_fitness_take_middles(hg_plot_fitness *fitness, const double *value, int64_t count);

/** The vertical axis; notes what it shows at its edge. */
void hg_plot_say_fitness_axis(hg_plot *plot, const hg_plot_box *box, hg_plot_fitness *fitness);

/** Where the axis shows a value. */
double hg_plot_fitness_place(const hg_plot_fitness *fitness, double value);

/* --- plot.c: what figures ask of runs -------------------------------------------------------- */

/** Needs of what is drawn over generations: `dataset`, and two records. */
hg_status hg_plot_needs_course(const hg_plot_run *run, const char *dataset);

/** Reads a column of /statistics, a value for each record. Free also after failure. */
hg_status hg_plot_read_course(const hg_plot_run *run, const char *dataset,
                              hg_results_values *values);

/** The gene of a name or an index; HG_BAD_INPUT, with the nearest name. */
hg_status hg_plot_find_gene(const hg_plot_run *run, const hg_results_texts *names,
                            const char *word, int64_t *gene);

/* --- glyphs.c ---------------------------------------------------------------------------- */

/** What stands for a character of UTF-8 that no font has; NULL where it can stand for itself. */
const char *hg_plot_glyph(hg_plot *plot, const char *bytes, size_t length);

/** Notes that there were such. */
void hg_plot_note_glyphs(hg_plot *plot);

/** Says on standard error which, and what has them. */
void hg_plot_print_glyphs(const hg_plot *plot);

/* --- gnuplot.c --------------------------------------------------------------------------- */

/**
 * Has gnuplot do the script and puts what it prints into the file `path`, all of it or nothing.
 * `ending` is what the picture must end with ("IEND", "</svg>", "%%EOF"). HG_IO when there is no
 * gnuplot, it fails, or the file cannot be written.
 */
hg_status hg_gnuplot_draw(const char *script, const char *path, const char *ending);

/** Writes `length` bytes into the file `path`, all of them or nothing. */
hg_status hg_plot_save(const char *path, const char *bytes, size_t length);

#endif
