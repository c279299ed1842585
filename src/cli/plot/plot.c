/* SPDX-License-Identifier: GPL-3.0-or-later
 * happygene plot: what is asked for, the table of figures, and the page that they are put on. */
#include "cli/plot/plot.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/path.h"
#include "base/shown.h"
#include "cli/cli.h"

static const hg_figure *const figures[] = {
    &hg_figure_fitness,     &hg_figure_expression, &hg_figure_phenotypes, &hg_figure_optimum,
    &hg_figure_environment, &hg_figure_ancestry,   &hg_figure_network,    &hg_figure_performance,
    NULL};

#define MOST_FIGURES 30 /* more than the table has */

#define COURSE "/statistics/fitness_mean" /* that every run has, and none like another */
#define MOST_PANELS 128
#define PAGE_WIDTH 16.0  /* cm; of two columns: */
#define WIDE_PAGE 18.0
#define MOST_IN_COLUMN 3 /* panels; more are put in two columns */
#define HEAD 0.75        /* for the title of the page */
#define NOTE_LINE 0.32
#define MOST_NOTE_LINES 32
#define SMALLEST 4.0     /* of --size */
#define LARGEST 200.0
#define NARROWEST 6.5    /* panel that can be read */
#define LOWEST 3.8

/* What the command line asks for. */
typedef struct request {
    const char *output, *what, *order, *scale, *axis, *size;
    const char *genes[HG_PLOT_MOST_GENES];
    double width, height; /* of --size; 0: as the figures like it */
    int quiet;
} request;

typedef struct plot_panel {
    const hg_figure *figure;
    const hg_plot_run *run;
    bool named; /* by --what or its default; else one of all that suit */
    hg_plot_box box;
} plot_panel;

typedef struct plot_page {
    plot_panel panel[MOST_PANELS];
    int panels;
    double width, height; /* without the foot: */
    double foot;          /* the height of the notes, which the script calls F */
} plot_page;

/* --- formats --------------------------------------------------------------------------------- */

/* Lengths of gnuplot are scaled so that a line width of 1 is a point. */
typedef struct picture_format {
    const char *extension, *ending;
    const char *terminal;  /* with size (width, height), as in printf */
    double per_cm;         /* units of size */
    bool blurred;          /* viewers blur images */
    bool with_fonts;       /* of this machine */
} picture_format;

#define DOTS_PER_INCH 300
static const picture_format formats[] = {
    {"png", "IEND", "pngcairo noenhanced size %.0f,%.0f font 'sans,9' fontscale 3.125 "
     "pointscale 3.2 linewidth 4.1667 background '#ffffff'", DOTS_PER_INCH / 2.54, false,
     true},
    {"svg", "</svg>", "svg noenhanced size %.0f,%.0f font 'sans-serif,9' fontscale 1.3333 "
     "linewidth 1.3333 background '#ffffff'", 96 / 2.54, true, false},
    {"pdf", "%%EOF", "pdfcairo noenhanced size %.6gcm,%.6gcm font 'sans,9' fontscale 0.75 "
     "pointscale 0.75 linewidth 2 background '#ffffff'", 1, true, true},
    {"gp", NULL, NULL, 0, false, false}};
#define FORMATS ((int)(sizeof formats / sizeof *formats))

static hg_status find_format(const char *path, const picture_format **found)
{
    const char *dot = strrchr(hg_path_name(path), '.');
    for (int i = 0; i < FORMATS && dot != NULL; i++)
        if (strcasecmp(dot + 1, formats[i].extension) == 0) {
            *found = &formats[i];
            return HG_OK;
        }
    return hg_fail(HG_USAGE, "plot: -o %s: allowed: a name that ends in .png, .svg, .pdf, or .gp "
                   "for the script of gnuplot", path);
}

/* --- runs ------------------------------------------------------------------------------------ */

hg_status hg_plot_read_course(const hg_plot_run *run, const char *dataset,
                              hg_results_values *values)
{
    HG_TRY(hg_results_read(&run->results, dataset, values));
    if (values->width == 1 && values->rows == run->records) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: %s: has not one value for each record", run->results.path,
                   dataset);
}

hg_status hg_plot_needs_course(const hg_plot_run *run, const char *dataset)
{
    const char *path = run->results.path;
    if (run->records == 0)
        return hg_fail(HG_BAD_INPUT, "%s: nothing is recorded yet", path);
    if (run->records == 1)
        return hg_fail(HG_BAD_INPUT, "%s: only generation %.0f is recorded: there is no course to "
                       "draw", path, run->generation.value[0]);
    if (!hg_results_has(&run->results, dataset))
        return hg_fail(HG_BAD_INPUT, "%s: it has no %s", path, dataset);
    return HG_OK;
}

hg_status hg_plot_find_gene(const hg_plot_run *run, const hg_results_texts *names,
                            const char *word, int64_t *gene)
{
    for (int64_t g = 0; g < names->count; g++)
        if (strcmp(names->text[g], word) == 0) {
            *gene = g;
            return HG_OK;
        }
    const int count = names->count < 100000 ? (int)names->count : 100000;
    const char *nearest = hg_text_nearest(word, (const char *const *)names->text, count);
    if (nearest != NULL)
        return hg_fail(HG_BAD_INPUT, "%s: --gene %s: no gene has this name (did you mean '%s'?)",
                       run->results.path, word, nearest);
    return hg_fail(HG_BAD_INPUT, "%s: --gene %s: no gene of %" PRId64 " has this name",
                   run->results.path, word, names->count);
}

static hg_status open_run(hg_plot_run *run, const char *path)
{
    HG_TRY(hg_results_open(&run->results, path));
    HG_TRY(hg_results_records(&run->results, "statistics", &run->records));
    HG_TRY(hg_results_read(&run->results, "/statistics/generation", &run->generation));
    if (run->generation.rows != run->records || (run->records > 0 && run->generation.width != 1))
        return hg_fail(HG_BAD_INPUT, "%s: /statistics/generation: not a list", path);
    return HG_OK;
}

static void close_run(hg_plot_run *run)
{
    hg_results_values_free(&run->generation);
    hg_results_close(&run->results);
    hg_release(&run->label);
}

/* RUN of "folder/RUN.h5". */
static hg_status name_by_file(hg_plot_run *run)
{
    const char *slash = strrchr(run->results.path, '/');
    const char *name = slash != NULL ? slash + 1 : run->results.path;
    hg_release(&run->label);
    HG_TRY(hg_copy_text(&run->label, HG_MEMORY_OTHER, name));
    char *dot = strrchr(run->label, '.');
    if (dot != NULL && strcmp(dot, ".h5") == 0) *dot = '\0';
    return HG_OK;
}

static bool are_distinct(const hg_plot *plot)
{
    for (int a = 0; a < plot->runs; a++)
        for (int b = 0; b <= a; b++)
            if (plot->run[a].label[0] == '\0' ||
                (a != b && strcmp(plot->run[a].label, plot->run[b].label) == 0))
                return false;
    return true;
}

/* "a.h5 (2)" of a path that is given for the second time. */
static hg_status number_path(const hg_plot *plot, int r)
{
    hg_text label = hg_text_of(HG_MEMORY_OTHER);
    const char *path = plot->run[r].results.path;
    int before = 0;
    for (int i = 0; i < r; i++) before += strcmp(plot->run[i].results.path, path) == 0;
    hg_text_add(&label, "%s", path);
    if (before > 0) hg_text_add(&label, " (%d)", before + 1);
    hg_release(&plot->run[r].label);
    return hg_text_take(&label, &plot->run[r].label);
}

/* Titles where they tell the runs apart, else names of files, else their paths. */
static hg_status label_runs(hg_plot *plot)
{
    for (int r = 0; r < plot->runs; r++)
        HG_TRY(hg_copy_text(&plot->run[r].label, HG_MEMORY_OTHER, plot->run[r].results.title));
    if (are_distinct(plot)) return HG_OK;
    for (int r = 0; r < plot->runs; r++) HG_TRY(name_by_file(&plot->run[r]));
    if (are_distinct(plot)) return HG_OK;
    for (int r = 0; r < plot->runs; r++) HG_TRY(number_path(plot, r));
    return HG_OK;
}

/* Whether they hold the same values: what the run file and what became of it are the same. */
static bool are_the_same(const hg_plot_run *a, const hg_plot_run *b, hg_status *status)
{
    hg_results_values left = {0}, right = {0};
    bool same = a->records == b->records && a->records > 0 &&
                strcmp(a->results.run_file_resolved, b->results.run_file_resolved) == 0 &&
                hg_results_has(&a->results, COURSE) && hg_results_has(&b->results, COURSE);
    if (!same) return false;
    *status = hg_plot_read_course(a, COURSE, &left);
    if (*status == HG_OK) *status = hg_plot_read_course(b, COURSE, &right);
    same = *status == HG_OK &&
           memcmp(left.value, right.value, (size_t)a->records * sizeof(double)) == 0;
    hg_results_values_free(&left);
    hg_results_values_free(&right);
    return same;
}

/* Each is compared with those before it, to the first that it is like. */
static hg_status note_doubled(hg_plot *plot)
{
    hg_status status = HG_OK;
    for (int b = 1; b < plot->runs; b++)
        for (int a = 0; a < b; a++) {
            const bool same = are_the_same(&plot->run[a], &plot->run[b], &status);
            HG_TRY(status);
            if (!same) continue;
            hg_plot_note(plot, "%s and %s hold the same run: their lines coincide.",
                         plot->run[a].results.path, plot->run[b].results.path);
            break;
        }
    return HG_OK;
}

static void note_unfinished(hg_plot *plot)
{
    for (int r = 0; r < plot->runs; r++)
        if (!plot->run[r].results.complete)
            hg_plot_note(plot, "%s: unfinished, drawn up to generation %" PRId64 ".",
                         plot->run[r].label, plot->run[r].results.generations_done);
}

/* --- which panels ---------------------------------------------------------------------------- */

static hg_status add_figure(const hg_plot *plot, plot_page *page, const hg_figure *figure,
                            bool named)
{
    const int count = figure->overlays ? 1 : plot->runs;
    for (int r = 0; r < plot->runs; r++) {
        const hg_status status = figure->needs(plot, &plot->run[r]);
        if (status != HG_OK)
            return hg_fail_within(status, "plot: %s: ", figure->name);
    }
    for (int r = 0; r < count; r++) {
        if (page->panels == MOST_PANELS)
            return hg_fail(HG_USAGE, "plot: more than %d panels", MOST_PANELS);
        page->panel[page->panels++] = (plot_panel){figure, &plot->run[r], named, {0, 0, 0, 0}};
    }
    return HG_OK;
}

/* Those of the list, ended by NULL, that suit; the reason why when none does. */
static hg_status add_suitable(const hg_plot *plot, plot_page *page, const hg_figure *const *list,
                              bool named)
{
    hg_status first = HG_OK;
    char *reason = NULL;
    for (int i = 0; list[i] != NULL; i++) {
        const hg_status status = add_figure(plot, page, list[i], named);
        if (status == HG_OK) continue;
        if (status != HG_BAD_INPUT) {
            hg_release(&reason);
            return status;
        }
        if (first == HG_OK) HG_TRY(hg_copy_text(&reason, HG_MEMORY_OTHER, hg_error_message()));
        first = status;
    }
    if (page->panels == 0 && first != HG_OK) hg_fail_as(first, reason);
    hg_release(&reason);
    return page->panels > 0 ? HG_OK : first;
}

static hg_status refuse_figure(const char *word)
{
    const char *names[MOST_FIGURES + 1];
    int count = 0;
    hg_text list = hg_text_of(HG_MEMORY_OTHER);
    for (; figures[count] != NULL; count++) {
        names[count] = figures[count]->name;
        hg_text_add(&list, "%s, ", names[count]);
    }
    names[count++] = "all";
    const char *nearest = hg_text_nearest(word, names, count);
    hg_status status;
    if (nearest != NULL)
        status = hg_fail(HG_USAGE, "plot: --what %s: no figure of this name (did you mean '%s'?)",
                         word, nearest);
    else
        status = hg_fail(HG_USAGE, "plot: --what %s: allowed: %sall", word,
                         list.data != NULL ? list.data : "");
    hg_text_free(&list);
    return status;
}

static hg_status add_named(const hg_plot *plot, plot_page *page, const char *word)
{
    if (strcmp(word, "all") == 0) return add_suitable(plot, page, figures, false);
    for (int i = 0; figures[i] != NULL; i++)
        if (strcmp(figures[i]->name, word) == 0) return add_figure(plot, page, figures[i], true);
    return refuse_figure(word);
}

static hg_status choose_panels(const hg_plot *plot, plot_page *page, const char *what)
{
    static const hg_figure *const usual[] = {&hg_figure_fitness, &hg_figure_expression, NULL};
    if (what == NULL && add_suitable(plot, page, usual, true) == HG_OK) return HG_OK;
    if (what == NULL) return add_suitable(plot, page, figures, false);
    for (const char *c = what;;) {
        char word[32];
        const size_t length = strcspn(c, ",");
        snprintf(word, sizeof word, "%.*s", (int)length, c);
        HG_TRY(add_named(plot, page, word));
        if (c[length] == '\0') return HG_OK;
        c += length + 1;
    }
}

/* --- the page -------------------------------------------------------------------------------- */

typedef struct plot_row {
    plot_panel *panel[2];
    int panels;
    double height;
} plot_row;

static void add_to_row(plot_row *row, plot_panel *panel, double height)
{
    row->panel[row->panels++] = panel;
    row->height = fmax(row->height, height);
}

/* In the order of the page; where there are many panels, two that are narrow share a row, unless
 * they are so low that they consist of words. */
static int make_rows(const hg_plot *plot, plot_page *page, plot_row *rows)
{
    const bool pairs = page->panels > MOST_IN_COLUMN;
    int count = 0;
    plot_row *waiting = NULL;
    for (int i = 0; i < page->panels; i++) {
        plot_panel *panel = &page->panel[i];
        const bool alone = plot->runs == 1 || panel->figure->overlays;
        const double height = panel->figure->height(plot, panel->run);
        const bool narrow = pairs && height >= LOWEST && !(panel->figure->wide && alone);
        if (narrow && waiting != NULL) {
            add_to_row(waiting, panel, height);
            waiting = NULL;
            continue;
        }
        rows[count] = (plot_row){{NULL}, 0, 0};
        add_to_row(&rows[count], panel, height);
        if (narrow) waiting = &rows[count];
        count++;
    }
    return count;
}

/* Whether panels of the size asked for can be read. */
static hg_status check_size(const request *asked, const plot_row *rows, int count, double head,
                            double sum, double foot)
{
    double least = LARGEST;
    int most = 1;
    for (int i = 0; i < count; i++) {
        if (rows[i].height >= LOWEST) least = fmin(least, rows[i].height);
        if (rows[i].panels > most) most = rows[i].panels;
    }
    if (least == LARGEST) least = LOWEST; /* nothing but words */
    const double width = NARROWEST * most;
    const double room = fmax(foot, 2 * NOTE_LINE); /* for notes that are not known yet */
    const double height = ceil(10 * (sum * fmin(LOWEST / least, 1) + head + room)) / 10;
    if (asked->width == 0 || (asked->width >= width && asked->height >= height)) return HG_OK;
    return hg_fail(HG_USAGE, "plot: --size %s: too small for these panels; allowed: from %g,%g on",
                   asked->size, width, height);
}

/* Rows of panels under the title; --size stretches them. */
static hg_status lay_out(const hg_plot *plot, plot_page *page, const request *asked)
{
    plot_row rows[MOST_PANELS];
    const int count = make_rows(plot, page, rows);
    const double head = plot->runs == 1 ? HEAD : 0.15;
    double sum = 0, stretch = 1;
    for (int i = 0; i < count; i++) sum += rows[i].height;
    HG_TRY(check_size(asked, rows, count, head, sum, page->foot));
    page->width = asked->width > 0 ? asked->width
                  : page->panels > MOST_IN_COLUMN ? WIDE_PAGE : PAGE_WIDTH;
    if (asked->height > 0) stretch = (asked->height - head - page->foot) / sum;
    page->height = stretch * sum + head;
    double top = page->height - head;
    for (int i = 0; i < count; i++) {
        const plot_panel *first = rows[i].panel[0];
        const bool odd = rows[i].panels == 1 && plot->runs > 1 && page->panels > MOST_IN_COLUMN &&
                         !first->figure->overlays; /* as wide as those of the other runs */
        const double width = page->width / (odd ? 2 : rows[i].panels);
        const double height = stretch * rows[i].height;
        top -= height;
        for (int k = 0; k < rows[i].panels; k++)
            rows[i].panel[k]->box = (hg_plot_box){k * width, top, width, height};
    }
    return HG_OK;
}

/* Cuts the notes into lines of letters of 6 points; a line's end becomes NUL. Returns how many. */
static int break_notes(char *notes, double width, char *lines[MOST_NOTE_LINES])
{
    const int most = (int)((width - 0.8) / 0.118);
    int count = 0;
    for (char *c = notes; c != NULL && *c != '\0' && count < MOST_NOTE_LINES;) {
        int length = (int)strcspn(c, "\n");
        if (length > most) { /* breaks at a blank */
            length = most;
            while (length > 1 && c[length] != ' ') length--;
            if (length == 1) length = most;
        }
        lines[count++] = c;
        c += length;
        if (*c != '\0') *c++ = '\0';
    }
    return count;
}

/* Adds the notes at the foot, from below, and finds its height. */
static hg_status say_foot(hg_plot *plot, double width, double *height)
{
    char *notes = NULL, *lines[MOST_NOTE_LINES];
    HG_TRY(plot->notes.status);
    if (plot->notes.data != NULL) HG_TRY(hg_copy_text(&notes, HG_MEMORY_OTHER, plot->notes.data));
    const int count = break_notes(notes, width, lines);
    for (int i = 0; i < count; i++) {
        hg_plot_say(plot, "set label %d ", i + 2);
        hg_plot_say_quoted(plot, lines[i], 400);
        hg_plot_say(plot, " at screen 0.4/W,%.4g/H font ',6' textcolor rgb '#505050'\n",
                    0.2 + NOTE_LINE * (count - 1 - i) + 0.1);
    }
    hg_release(&notes);
    *height = count > 0 ? 0.15 + NOTE_LINE * count : 0;
    return HG_OK;
}

/* The title, on a panel of its own without axes, to which the notes come. */
static void say_head(hg_plot *plot, const plot_page *page)
{
    hg_plot_say(plot, "\nreset\nunset border\nunset tics\nunset key\n"
                "set lmargin at screen 0\nset rmargin at screen 1\n"
                "set bmargin at screen 0\nset tmargin at screen 1\n");
    if (plot->runs == 1) {
        hg_plot_say(plot, "set label 1 ");
        hg_plot_say_quoted(plot, plot->run[0].label, (int)(page->width / 0.22));
        hg_plot_say(plot, " at screen 0.5,1-0.42/H center font ',11'\n");
    }
}

static void say_terminal(hg_text *text, const picture_format *format, double width, double height)
{
    hg_text_add(text, "set terminal ");
    hg_text_add(text, format->terminal, width * format->per_cm, height * format->per_cm);
    hg_text_add(text, "\n");
}

/* The whole script, from its panels; of a script to be kept, one terminal of three is chosen. */
static hg_status finish(hg_plot *plot, const plot_page *page, const picture_format *format,
                        char **script)
{
    hg_text whole = hg_text_of(HG_MEMORY_OTHER);
    char *panels = NULL;
    hg_status status = hg_text_take(&plot->script, &panels);
    const double height = page->height + page->foot;
    if (format->terminal != NULL) {
        say_terminal(&whole, format, page->width, height);
    } else {
        hg_text_add(&whole, "# Made by happygene plot for gnuplot 5.4 or later: gnuplot THIS.gp > "
                            "PICTURE.svg\n# Another kind of picture is another of these lines.\n");
        say_terminal(&whole, &formats[1], page->width, height);
        hg_text_add(&whole, "# ");
        say_terminal(&whole, &formats[0], page->width, height);
        hg_text_add(&whole, "# ");
        say_terminal(&whole, &formats[2], page->width, height);
    }
    hg_text_add(&whole, "set encoding utf8\nW = %.4f # width, height and foot of the page in cm\n"
                "H = %.4f\nF = %.4f\nset multiplot\n%sunset multiplot\n", page->width, height, page->foot,
                panels != NULL ? panels : "");
    hg_release(&panels);
    if (status == HG_OK) status = hg_text_take(&whole, script);
    hg_text_free(&whole);
    return status;
}

/* --- the command ----------------------------------------------------------------------------- */

/* The panels, the title and the notes that there are so far, whose height is found. */
static hg_status say_page(hg_plot *plot, const plot_page *page, double *foot, int *refused)
{
    for (*refused = 0; *refused < page->panels; (*refused)++) {
        const plot_panel *panel = &page->panel[*refused];
        plot->figure = panel->figure;
        HG_TRY(panel->figure->draw(plot, panel->run, &panel->box));
    }
    say_head(plot, page);
    hg_plot_note_glyphs(plot);
    HG_TRY(say_foot(plot, page->width, foot));
    hg_plot_say(plot, "plot [0:1] [0:1] 2 notitle\n");
    return plot->script.status;
}

/* Of `all`, what turns out not to be drawn leaves its place to the others, and a note. */
static void leave_out(hg_plot *plot, plot_page *page, int number)
{
    hg_plot_note(plot, "%s is left out: %s", page->panel[number].figure->name, hg_error_message());
    page->panels--;
    for (int i = number; i < page->panels; i++) page->panel[i] = page->panel[i + 1];
}

/* What is drawn brings notes, which in a picture of a given height take from the panels, and values
 * for which an axis in common becomes wider. */
static hg_status say_panels(hg_plot *plot, plot_page *page, const request *asked)
{
    for (bool fits = false; !fits;) {
        double foot = 0;
        int at;
        hg_text_free(&plot->script);
        plot->widened = false;
        HG_TRY(lay_out(plot, page, asked));
        const hg_status status = say_page(plot, page, &foot, &at);
        const bool optional = at < page->panels && !page->panel[at].named && page->panels > 1;
        if (status == HG_BAD_INPUT && optional) {
            leave_out(plot, page, at);
            continue;
        }
        HG_TRY(status);
        fits = !plot->widened && (asked->height == 0 || foot <= page->foot);
        page->foot = foot;
    }
    return HG_OK;
}

static void print_notes(const hg_plot *plot)
{
    for (const char *c = plot->notes.data; c != NULL && *c != '\0'; c++) {
        const size_t length = strcspn(c, "\n");
        hg_tell("happygene: note: %.*s\n", (int)length, c);
        c += length;
    }
    hg_plot_print_glyphs(plot);
}

static hg_status draw(hg_plot *plot, const request *asked, const picture_format *format,
                      const char *output)
{
    plot_page page = {.panels = 0};
    char *script = NULL;
    plot->blurred = format->blurred;
    plot->with_fonts = format->with_fonts;
    HG_TRY(choose_panels(plot, &page, asked->what));
    note_unfinished(plot);
    HG_TRY(note_doubled(plot));
    HG_TRY(say_panels(plot, &page, asked));
    if (!asked->quiet) print_notes(plot);
    HG_TRY(finish(plot, &page, format, &script));
    const hg_status status = format->terminal != NULL
                                 ? hg_gnuplot_draw(script, output, format->ending)
                                 : hg_plot_save(output, script, strlen(script));
    hg_release(&script);
    if (status == HG_OK && !asked->quiet) printf("%s\n", output);
    return status;
}

/* RUN.png for RUN.h5, in the folder of the run. */
static hg_status default_output(const char *path, char **output)
{
    hg_text text = hg_text_of(HG_MEMORY_OTHER);
    const size_t length = strlen(path);
    const bool usual = length > 3 && strcmp(path + length - 3, ".h5") == 0;
    hg_text_add(&text, "%.*s.png", (int)(usual ? length - 3 : length), path);
    return hg_text_take(&text, output);
}

static hg_status read_order(const char *word, hg_plot_order *order)
{
    static const char *const names[] = {"cluster", "variance", "file"};
    *order = HG_ORDER_CLUSTER;
    for (int i = 0; i < 3 && word != NULL; i++)
        if (strcmp(names[i], word) == 0) {
            *order = (hg_plot_order)i;
            return HG_OK;
        }
    if (word == NULL) return HG_OK;
    return hg_fail(HG_USAGE, "plot: --order %s: allowed: cluster, variance, file", word);
}

static hg_status read_scale(const char *word, hg_plot_scale *scale)
{
    *scale = word == NULL ? HG_SCALE_OF_DATA
             : strcmp(word, "gene") == 0 ? HG_SCALE_GENE : HG_SCALE_COMMON;
    if (*scale != HG_SCALE_COMMON || strcmp(word, "common") == 0) return HG_OK;
    return hg_fail(HG_USAGE, "plot: --scale %s: allowed: common, gene", word);
}

static hg_status read_axis(const char *word, hg_plot_axis *axis)
{
    *axis = word == NULL ? HG_AXIS_OF_DATA
            : strcmp(word, "linear") == 0 ? HG_AXIS_LINEAR : HG_AXIS_LOGARITHMIC;
    if (*axis != HG_AXIS_LOGARITHMIC || strcmp(word, "log") == 0) return HG_OK;
    return hg_fail(HG_USAGE, "plot: --axis %s: allowed: linear, log", word);
}

static hg_status read_size(request *asked)
{
    char first[HG_NUMBER_SIZE];
    if (asked->size == NULL) return HG_OK;
    const size_t length = strcspn(asked->size, ",");
    snprintf(first, sizeof first, "%.*s", (int)length, asked->size);
    if (length < sizeof first && asked->size[length] == ',' &&
        hg_number_parse(first, &asked->width) == HG_NUMBER_FINITE &&
        hg_number_parse(asked->size + length + 1, &asked->height) == HG_NUMBER_FINITE &&
        fmin(asked->width, asked->height) >= SMALLEST &&
        fmax(asked->width, asked->height) <= LARGEST)
        return HG_OK;
    return hg_fail(HG_USAGE, "plot: --size %s: allowed: WIDTH,HEIGHT in cm, each from %g to %g",
                   asked->size, SMALLEST, LARGEST);
}

static hg_status draw_runs(hg_plot *plot, const request *asked, const char *const *paths)
{
    const picture_format *format = &formats[0];
    char *output = NULL;
    if (asked->output != NULL) HG_TRY(find_format(asked->output, &format));
    for (; plot->runs < HG_PLOT_MOST_RUNS && paths[plot->runs] != NULL; plot->runs++) {
        plot->run[plot->runs].results.file = -1;
        const hg_status status = open_run(&plot->run[plot->runs], paths[plot->runs]);
        if (status == HG_OK) continue;
        close_run(&plot->run[plot->runs]);
        return status;
    }
    HG_TRY(label_runs(plot));
    if (asked->output != NULL) return draw(plot, asked, format, asked->output);
    HG_TRY(default_output(paths[0], &output));
    hg_status status = find_format(output, &format);
    if (status == HG_OK) status = draw(plot, asked, format, output);
    hg_release(&output);
    return status;
}

static hg_status run(int count, char **words)
{
    const char *paths[HG_PLOT_MOST_RUNS + 1] = {NULL};
    request asked = {0};
    hg_plot plot = {.script = hg_text_of(HG_MEMORY_OTHER), .notes = hg_text_of(HG_MEMORY_OTHER),
                    .lacking = hg_text_of(HG_MEMORY_OTHER),
                    .packages = hg_text_of(HG_MEMORY_OTHER), .gene = asked.genes};
    int given, verbose = 0;
    const hg_option options[] = {
        {.name = "--output,-o", .argument = "FILE", .value = &asked.output},
        {.name = "--what", .argument = "NAMES", .value = &asked.what},
        {.name = "--order", .argument = "cluster|variance|file", .value = &asked.order},
        {.name = "--scale", .argument = "common|gene", .value = &asked.scale},
        {.name = "--axis", .argument = "linear|log", .value = &asked.axis},
        {.name = "--generation", .argument = "GENERATIONS", .value = &plot.generations},
        {.name = "--gene", .argument = "NAME", .values = asked.genes, .count = &plot.genes,
         .room = HG_PLOT_MOST_GENES},
        {.name = "--size", .argument = "WIDTH,HEIGHT", .value = &asked.size},
        {.name = "--quiet,-q", .count = &asked.quiet},
        {.name = "--verbose,-v", .count = &verbose}};
    HG_TRY(hg_options_parse(&hg_command_plot, count, words, options,
                            sizeof options / sizeof *options, paths, 1, HG_PLOT_MOST_RUNS, &given));
    HG_TRY(read_order(asked.order, &plot.order));
    HG_TRY(read_scale(asked.scale, &plot.scale));
    HG_TRY(read_axis(asked.axis, &plot.axis));
    HG_TRY(read_size(&asked));
    HG_TRY(hg_allocate(&plot.run, HG_MEMORY_OTHER, (size_t)given, sizeof *plot.run));
    paths[given] = NULL;
    const hg_status status = draw_runs(&plot, &asked, paths);
    for (int r = 0; r < plot.runs; r++) close_run(&plot.run[r]);
    hg_release(&plot.run);
    hg_text_free(&plot.script);
    hg_text_free(&plot.notes);
    hg_text_free(&plot.lacking);
    hg_text_free(&plot.packages);
    hg_release(&plot.glyphs);
    return status;
}

const hg_command hg_command_plot = {
    .name = "plot",
    .synopsis = "plot RUN.h5 [MORE.h5 ...] [-o FILE.png|svg|pdf|gp] [--what NAME[,NAME]...]",
    .summary = "draw results: fitness, expression, phenotypes, networks, time",
    .text =
        "Draws results, of finished runs and of others as far as they got. The picture is written\n"
        "as the name of FILE ends: PNG at 300 dots an inch, SVG or PDF; .gp is the script of\n"
        "gnuplot with the data in it, to be changed by hand (gnuplot FILE.gp > FILE.svg). Several\n"
        "runs share a panel, or have one each, on the same axes, where they cannot. Needs\n"
        "gnuplot.\n"
        "\n"
        "  -o, --output FILE    the picture; default: RUN.png beside RUN.h5\n"
        "  --what NAME[,NAME]   figures to draw; default: fitness,expression\n"
        "  --order cluster|variance|file\n"
        "                       of the genes in the map: by average linkage of their courses (the\n"
        "                       default), the most variable first, or as in the file\n"
        "  --scale common|gene  of the map's colours: common to all genes, or of each gene from its\n"
        "                       least mean expression to its greatest; default: common, but gene\n"
        "                       where most genes would look alike\n"
        "  --axis linear|log    of fitness; default: log where its mean spans three decades\n"
        "  --generation T[,T]   snapshots that phenotypes are drawn of; default: up to five\n"
        "  --gene NAME          a gene for phenotypes and for a varying optimum; may be repeated\n"
        "  --size WIDTH,HEIGHT  of the picture in cm; default: what the figures need, 16 wide\n"
        "  -q, --quiet          no notes, and not the picture's name\n"
        "\n"
        "Figures:\n"
        "  fitness      mean, standard deviation and extremes over the generations\n"
        "  expression   a map of mean expression, genes by generations\n"
        "  phenotypes   fitness and mean expression of the individuals of some snapshots, or the\n"
        "               expression of the genes of --gene\n"
        "  optimum      mean expression and the optimum, over time where it varies, else over the\n"
        "               genes that are selected for it\n"
        "  environment  transcription factor, temperature and nutrients in force\n"
        "  ancestry     how many individuals of each generation the last one descends from\n"
        "  network      who activates and who represses whom, of up to 40 genes\n"
        "  performance  the time that each phase of the program took\n"
        "  all          whatever of these the runs have\n"
        "\n"
        "Exit code 65: a result cannot be read or has not what is to be drawn; 74: gnuplot is\n"
        "missing or failed, or the picture cannot be written.\n"
        "\n"
        "Examples:\n"
        "  happygene plot quickstart.h5\n"
        "  happygene plot a.h5 b.h5 --what fitness -o compared.pdf\n"
        "  happygene plot quickstart.h5 --what phenotypes --generation 0,1000 --gene g3\n",
    .run = run,
};
