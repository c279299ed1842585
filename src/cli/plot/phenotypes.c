/* SPDX-License-Identifier: GPL-3.0-or-later
 * Distributions among the individuals at chosen generations: densities, mirrored, with median and
 * quartiles; of few individuals each is a point, of few values each is a bar. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/density.h"
#include "base/memory.h"
#include "cli/plot/plot.h"

#define SHOWN 5           /* generations, unless --generation says which */
#define MOST_SHOWN 12
#define FEW 30            /* individuals that are drawn one by one */
#define FEW_VALUES 24     /* that have a bar each */
#define APART 0.04        /* of the axis: bars as far from each other are thick, points in line */
#define SIDE_BY_SIDE 7    /* points */
#define NARROW 6.5        /* cm; panels side by side are at least as wide */
#define LOW 3.3           /* and panels above each other as high */
#define BLOCK 4000000     /* numbers read at a time */

/* What a panel shows: fitness, mean expression, or the expression of a gene. */
typedef struct quantity {
    enum { FITNESS, MEAN, GENE } kind;
    const char *gene; /* as asked for */
} quantity;

/* How the individuals of a run's snapshot are drawn. */
typedef enum { NOTHING, SHAPE, POINTS, BARS } sample_form;

typedef struct generation_list {
    int count;
    int64_t generation[MOST_SHOWN];
} generation_list;

/* What all runs have, so that like is drawn beside like. */
static const char *common_field(const hg_plot *plot)
{
    static const char *const fields[] = {"/snapshots/expression", "/snapshots/basal"};
    for (int f = 0; f < 2; f++) {
        bool everywhere = true;
        for (int r = 0; r < plot->runs; r++)
            everywhere &= hg_results_has(&plot->run[r].results, fields[f]);
        if (everywhere) return fields[f];
    }
    return NULL;
}

static bool has_fitness(const hg_plot_run *run)
{
    return hg_results_has(&run->results, "/snapshots/fitness");
}

static hg_status needs(const hg_plot *plot, const hg_plot_run *run)
{
    int64_t snapshots = 0;
    if (plot->runs > HG_PLOT_COLOURS)
        return hg_fail(HG_BAD_INPUT, "%d runs; allowed: at most %d, as many as there are colours",
                       plot->runs, HG_PLOT_COLOURS);
    HG_TRY(hg_results_records(&run->results, "snapshots", &snapshots));
    if (snapshots == 0)
        return hg_fail(HG_BAD_INPUT, "%s: no snapshot is recorded yet", run->results.path);
    if (run->results.individuals == 0)
        return hg_fail(HG_BAD_INPUT, "%s: its snapshots have no individuals", run->results.path);
    if (common_field(plot) == NULL && (plot->genes > 0 || !has_fitness(run)))
        return hg_fail(HG_BAD_INPUT, "%s: its snapshots have neither expression nor basal levels%s%s;"
                       " output.snapshots.fields of a run file says what is recorded",
                       run->results.path, plot->genes > 0 ? "" : " nor fitness",
                       plot->runs > 1 ? ", or not the same as those of the other runs" : "");
    return HG_OK;
}

static int list_quantities(const hg_plot *plot, quantity list[])
{
    int count = 0;
    bool fitness = true;
    const bool levels = common_field(plot) != NULL;
    for (int r = 0; r < plot->runs; r++) fitness &= has_fitness(&plot->run[r]);
    for (int g = 0; g < plot->genes && levels; g++)
        list[count++] = (quantity){GENE, plot->gene[g]};
    if (count > 0) return count;
    if (fitness) list[count++] = (quantity){FITNESS, NULL};
    if (levels) list[count++] = (quantity){MEAN, NULL};
    return count;
}

static double height(const hg_plot *plot, const hg_plot_run *run)
{
    (void)run;
    quantity list[HG_PLOT_MOST_GENES + 2];
    const int rows = (list_quantities(plot, list) + 1) / 2;
    return 5.8 * rows + HG_PLOT_LEGEND_LINE * hg_plot_legend_lines(plot, 16);
}

/* --- which generations ----------------------------------------------------------------------- */

static hg_status read_generations(const hg_plot_run *run, hg_results_values *values)
{
    return hg_results_read(&run->results, "/snapshots/generation", values);
}

static int64_t find(const hg_results_values *generation, double wanted)
{
    for (int64_t i = 0; i < generation->rows; i++)
        if (generation->value[i] == wanted) return i;
    return -1;
}

static hg_status refuse_generation(const hg_plot_run *run, const hg_results_values *generation,
                                   const char *word)
{
    hg_text text = hg_text_of(HG_MEMORY_OTHER);
    for (int64_t i = 0; i < generation->rows; i++) {
        if (i == 8 && generation->rows > 10) {
            hg_text_add(&text, ", ...");
            i = generation->rows - 1;
        }
        hg_text_add(&text, "%s%.0f", i > 0 ? ", " : "", generation->value[i]);
    }
    const hg_status status =
        hg_fail(HG_BAD_INPUT, "%s: --generation %s: no snapshot of it; there are those of "
                "generations %s", run->results.path, word, text.data != NULL ? text.data : "");
    hg_text_free(&text);
    return status;
}

static hg_status take_given(const hg_plot *plot, const hg_results_values *generations,
                            generation_list *shown)
{
    for (const char *c = plot->generations; *c != '\0';) {
        char word[32];
        int64_t wanted;
        const size_t length = strcspn(c, ",");
        snprintf(word, sizeof word, "%.*s", (int)length, c);
        if (length >= sizeof word || !hg_integer_parse(word, &wanted) || wanted < 0)
            return hg_fail(HG_USAGE, "plot: --generation %s: '%s' is no generation; allowed: "
                           "numbers from 0, with commas between them", plot->generations, word);
        if (shown->count == MOST_SHOWN)
            return hg_fail(HG_USAGE, "plot: --generation %s: more than %d generations",
                           plot->generations, MOST_SHOWN);
        for (int r = 0; r < plot->runs; r++)
            if (find(&generations[r], (double)wanted) < 0)
                return refuse_generation(&plot->run[r], &generations[r], word);
        shown->generation[shown->count++] = wanted;
        c += length + (c[length] == ',');
    }
    return shown->count > 0 ? HG_OK : hg_fail(HG_USAGE, "plot: --generation is empty");
}

/* The first, the last and some between, of those that all runs have. */
static hg_status choose(hg_plot *plot, hg_results_values *generations, generation_list *shown)
{
    hg_results_values *common = &generations[0];
    const int64_t rows_of_first = common->rows;
    int64_t kept = 0;
    for (int64_t i = 0; i < common->rows; i++) {
        bool everywhere = true;
        for (int r = 1; r < plot->runs; r++)
            everywhere &= find(&generations[r], common->value[i]) >= 0;
        if (everywhere) common->value[kept++] = common->value[i];
    }
    for (int r = 0; r < plot->runs && kept > 0; r++)
        if ((r == 0 ? rows_of_first : generations[r].rows) > kept)
            hg_plot_note(plot, "Of the snapshots those of %" PRId64 " generation%s are drawn, "
                         "which all runs have.", kept, kept == 1 ? "" : "s");
    if (kept == 0)
        return hg_fail(HG_BAD_INPUT, "%s and the other runs have no snapshots of the same "
                       "generation", plot->run[0].results.path);
    shown->count = kept < SHOWN ? (int)kept : SHOWN;
    for (int i = 0; i < shown->count; i++)
        shown->generation[i] =
            (int64_t)common->value[shown->count > 1 ? i * (kept - 1) / (shown->count - 1) : 0];
    return HG_OK;
}

static hg_status find_shown(hg_plot *plot, generation_list *shown)
{
    hg_results_values generations[HG_PLOT_MOST_RUNS] = {{0}};
    hg_status status = HG_OK;
    for (int r = 0; r < plot->runs && status == HG_OK; r++)
        status = read_generations(&plot->run[r], &generations[r]);
    if (status == HG_OK)
        status = plot->generations != NULL ? take_given(plot, generations, shown)
                                           : choose(plot, generations, shown);
    for (int r = 0; r < plot->runs; r++) hg_results_values_free(&generations[r]);
    return status;
}

/* --- the individuals' values ----------------------------------------------------------------- */

/* Means of what each of `count` individuals has, levels and alleles, into `sample`. */
static void average(const hg_results_values *values, int64_t count, double *sample)
{
    const int64_t each = count > 0 ? values->width / count : 0;
    for (int64_t i = 0; i < count; i++) {
        double sum = 0;
        for (int64_t k = 0; k < each; k++) sum += values->value[i * each + k];
        sample[i] = each > 0 ? sum / (double)each : 0;
    }
}

/* Entries from `gene` on, all of them or one, of the individuals of a snapshot. */
static hg_status read_levels(const hg_plot_run *run, const char *path, int64_t snapshot,
                             int64_t gene, double *sample)
{
    hg_results_shape shape;
    HG_TRY(hg_results_shape_of(&run->results, path, &shape));
    if (shape.extent[1] != run->results.individuals || (gene >= 0 && gene >= shape.extent[2]))
        return hg_fail(HG_BAD_INPUT, "%s: %s: of another extent than individuals and genes",
                       run->results.path, path);
    const int64_t genes = gene >= 0 ? 1 : shape.extent[2], each = genes * shape.extent[3];
    const int64_t most = each > 0 && each < BLOCK ? BLOCK / each : 1;
    for (int64_t from = 0; from < shape.extent[1]; from += most) {
        const int64_t count = shape.extent[1] - from < most ? shape.extent[1] - from : most;
        hg_results_values values;
        const hg_status status = hg_results_read_block(
            &run->results, path, (int64_t[]){snapshot, from, gene >= 0 ? gene : 0, 0},
            (int64_t[]){1, count, genes, shape.extent[3]}, &values);
        if (status == HG_OK) average(&values, values.rows > 0 ? count : 0, sample + from);
        hg_results_values_free(&values);
        HG_TRY(status);
    }
    return HG_OK;
}

static hg_status find_gene(const hg_plot_run *run, const char *word, int64_t *gene)
{
    hg_results_texts names;
    hg_status status = hg_results_read_texts(&run->results, "/network/gene_name", &names);
    if (status == HG_OK) status = hg_plot_find_gene(run, &names, word, gene);
    hg_results_texts_free(&names);
    return status;
}

static hg_status read_sample(const hg_plot *plot, const hg_plot_run *run, const quantity *of,
                             int64_t generation, double *sample)
{
    hg_results_values generations;
    int64_t gene = -1, snapshot = -1;
    hg_status status = read_generations(run, &generations);
    if (status == HG_OK) snapshot = find(&generations, (double)generation);
    hg_results_values_free(&generations);
    HG_TRY(status);
    if (of->kind == GENE) HG_TRY(find_gene(run, of->gene, &gene));
    return read_levels(run, of->kind == FITNESS ? "/snapshots/fitness" : common_field(plot),
                       snapshot, of->kind == FITNESS ? -1 : gene, sample);
}

/* --- the script ------------------------------------------------------------------------------ */

static int64_t drop_strays(double *sample, int64_t count) /* that are no numbers */
{
    int64_t kept = 0;
    for (int64_t i = 0; i < count; i++)
        if (fabs(sample[i]) < 1e300) sample[kept++] = sample[i];
    return kept;
}

static void say_outline(hg_plot *plot, const hg_density *shape, double place, double half)
{
    for (int side = -1; side <= 1; side += 2)
        for (int i = 0; i < HG_DENSITY_POINTS; i++) {
            const int p = side < 0 ? i : HG_DENSITY_POINTS - 1 - i;
            hg_plot_say(plot, "%.6g %.10g\n", place + side * half * shape->value[p], shape->at[p]);
        }
}

/* But for rounding: sums of the same levels differ with their order. */
static bool is_same(const double *sorted, int64_t count, int64_t a, int64_t b)
{
    return sorted[b] - sorted[a] <= 1e-12 * fmax(fabs(sorted[0]), fabs(sorted[count - 1]));
}

/* Of a sorted sample; more than FEW_VALUES need not be counted. */
static int count_values(const double *sorted, int64_t count)
{
    int values = 1;
    for (int64_t i = 1; i < count && values <= FEW_VALUES; i++)
        values += !is_same(sorted, count, i - 1, i);
    return values;
}

/* How far a value is from another on the axis, as a share of its length. */
static double distance(const hg_plot_fitness *axis, double low, double high)
{
    if (axis->logarithmic) return log10(high / low) / log10(axis->range.high / axis->edge);
    return (high - low) / (axis->range.high - axis->range.low);
}

/*
 * Lines "left value length thick" of each value, as long as its share: all individuals have the
 * width. Those that lie side by side are thin lines.
 */
static void say_bars(hg_plot *plot, const double *sorted, int64_t count, double place, double half,
                     const hg_plot_fitness *axis)
{
    double below = INFINITY; /* the distance to the value before */
    for (int64_t from = 0, i = 1; i <= count; i++) {
        if (i < count && is_same(sorted, count, i - 1, i)) continue;
        const double above = i < count ? distance(axis, sorted[from], sorted[i]) : INFINITY;
        const double share = (double)(i - from) / (double)count;
        hg_plot_say(plot, "%.6g %.10g %.6g %d\n", place - half * share, sorted[from],
                    2 * half * share, fmin(below, above) > APART);
        below = above;
        from = i;
    }
}

/* Individuals one by one: those that would hide each other side by side. */
static void say_points(hg_plot *plot, const double *sorted, int64_t count, double place,
                       double half, const hg_plot_fitness *axis)
{
    for (int64_t i = 0, k = 0; i < count; i++) {
        const bool alone = i == 0 || distance(axis, sorted[i - 1], sorted[i]) > APART;
        k = alone ? 0 : (k + 1) % SIDE_BY_SIDE;
        const int64_t steps = (k + 1) / 2, aside = k % 2 == 0 ? -steps : steps;
        hg_plot_say(plot, "%.6g %.10g\n", place + 2 * half * (double)aside / SIDE_BY_SIDE,
                    sorted[i]);
    }
}

/* The shape on the axis that it is drawn on. Sorts the sample. */
static void estimate(double *sample, int64_t count, bool logarithmic, hg_density *shape)
{
    double *const ends[] = {&shape->low, &shape->quartile, &shape->median, &shape->upper_quartile,
                            &shape->high};
    for (int64_t i = 0; i < count && logarithmic; i++) sample[i] = log10(sample[i]);
    hg_density_estimate(sample, count, shape);
    if (!logarithmic) return;
    for (int64_t i = 0; i < count; i++) sample[i] = pow(10, sample[i]);
    for (int i = 0; i < 5; i++) *ends[i] = pow(10, *ends[i]);
    for (int i = 0; i < HG_DENSITY_POINTS; i++) shape->at[i] = pow(10, shape->at[i]);
}

/*
 * The blocks of one distribution: bars, points or an outline, and "place quartile median quartile".
 * Between few values there is nothing, which a density would hide.
 */
static sample_form say_blocks(hg_plot *plot, const char *name, double *sample, int64_t count,
                              double place, double half, const hg_plot_fitness *axis)
{
    hg_density shape;
    estimate(sample, count, axis->logarithmic, &shape);
    const sample_form form = count <= FEW ? POINTS
                             : count_values(sample, count) <= FEW_VALUES ? BARS : SHAPE;
    hg_plot_say(plot, "$%s << EOD\n", name);
    if (form == BARS)
        say_bars(plot, sample, count, place, half, axis);
    else if (form == POINTS)
        say_points(plot, sample, count, place, half, axis);
    else
        say_outline(plot, &shape, place, half);
    hg_plot_say(plot, "EOD\n$%s_quartiles << EOD\n%.6g %.10g %.10g %.10g\nEOD\n", name, place,
                shape.quartile, shape.median, shape.upper_quartile);
    return form;
}

/* The numbers of a snapshot: *sample [*count], to be released. */
static hg_status load_sample(const hg_plot *plot, int r, const quantity *of, int64_t generation,
                             double **sample, int64_t *count)
{
    const hg_plot_run *run = &plot->run[r];
    HG_TRY(hg_allocate(sample, HG_MEMORY_OTHER, (size_t)run->results.individuals,
                       sizeof **sample));
    HG_TRY(read_sample(plot, run, of, generation, *sample));
    *count = drop_strays(*sample, run->results.individuals);
    return HG_OK;
}

static hg_status add_sample(hg_plot *plot, int r, const quantity *of, const char *name,
                            int64_t generation, double place, const hg_plot_fitness *axis,
                            sample_form *form)
{
    double *sample = NULL;
    int64_t count = 0;
    const hg_status status = load_sample(plot, r, of, generation, &sample, &count);
    for (int64_t i = 0; i < count; i++) sample[i] = hg_plot_fitness_place(axis, sample[i]);
    *form = NOTHING;
    if (status == HG_OK && count > 0)
        *form = say_blocks(plot, name, sample, count, place, 0.42 / plot->runs, axis);
    hg_release(&sample);
    return status;
}

/* What the axis has to show of a sample. */
static hg_status take_sample(hg_plot *plot, int r, const quantity *of, int64_t generation,
                             hg_plot_fitness *axis)
{
    double *sample = NULL;
    int64_t count = 0;
    const hg_status status = load_sample(plot, r, of, generation, &sample, &count);
    if (status == HG_OK && count > 0) {
        hg_density shape;
        hg_density_estimate(sample, count, &shape);
        hg_plot_fitness_take(axis, sample, count);
        hg_plot_fitness_take_middles(axis, &shape.median, 1);
    }
    hg_release(&sample);
    return status;
}

/* Of the snapshots that are shown, those in which a run has no number. */
static void note_missing(hg_plot *plot, int r, const quantity *of, const generation_list *shown,
                         const sample_form *form)
{
    const char *field = common_field(plot);
    const bool basal = field != NULL && strcmp(field, "/snapshots/basal") == 0;
    hg_text missing = hg_text_of(HG_MEMORY_OTHER);
    for (int i = 0; i < shown->count; i++)
        if (form[i] == NOTHING)
            hg_text_add(&missing, "%s%" PRId64, missing.length > 0 ? ", " : "",
                        shown->generation[i]);
    if (missing.data != NULL)
        hg_plot_note(plot, "%s: no %s is a number in the snapshots of generations %s.",
                     plot->run[r].results.path,
                     of->kind == FITNESS ? "fitness" : basal ? "basal level" : "expression",
                     missing.data);
    hg_text_free(&missing);
}

static void say_axis(hg_plot *plot, const generation_list *shown)
{
    hg_plot_say(plot, "set xrange [-0.6:%d-0.4]\nset xlabel 'generation'\nset xtics scale 0 (",
                shown->count);
    for (int i = 0; i < shown->count; i++)
        hg_plot_say(plot, "%s'%" PRId64 "' %d", i > 0 ? ", " : "", shown->generation[i], i);
    hg_plot_say(plot, ")\nset grid noxtics ytics\n");
}

/* Bars; of values that hardly anyone has, a point is seen. */
static void plot_bars(hg_plot *plot, const char *name, int r)
{
    hg_plot_say(plot, ", \\\n     $%s using 1:($4 > 0 ? NaN : $2):3:(0) with vectors nohead "
                "linewidth 0.7 linecolor %s notitle, \\\n     $%s using ($1+$3/2):2:($4 > 0 ? 0.2 : "
                "0.05) with points pointtype 7 pointsize variable linecolor %s notitle", name,
                hg_plot_colour(r), name, hg_plot_colour(r));
}

/* The median as a stroke, from quartile to quartile a thin line, behind the points. */
static void plot_points(hg_plot *plot, const char *name, int r)
{
    const double half = 0.42 / plot->runs;
    hg_plot_say(plot, ", \\\n     $%s_quartiles using ($1-%.4g):3:(%.4g):(0) with vectors nohead "
                "linewidth 1.6 linecolor rgb '#202020' notitle, \\\n     $%s_quartiles using "
                "1:2:(0):($4-$2) with vectors nohead linewidth 0.8 linecolor rgb '#202020' notitle, "
                "\\\n     $%s with points pointtype 6 pointsize 0.5 linecolor %s notitle", name, half,
                2 * half, name, name, hg_plot_colour(r));
}

static void plot_median(hg_plot *plot, const char *name)
{
    static const char *const dots[] = {"0.5 linecolor rgb '#202020'", "0.22 linecolor rgb '#ffffff'"};
    hg_plot_say(plot, ", \\\n     $%s_quartiles using 1:2:(0):($4-$2) with vectors nohead "
                "linewidth 1.6 linecolor rgb '#202020' notitle", name);
    for (int d = 0; d < 2; d++)
        hg_plot_say(plot, ", \\\n     $%s_quartiles using 1:3 with points pointtype 7 pointsize %s "
                    "notitle", name, dots[d]);
}

/* One run's individuals in one snapshot; `title` says its name in the legend. */
static void say_sample(hg_plot *plot, const char *name, sample_form form, int r, bool title)
{
    static const char *const styles[] = {
        [NOTHING] = "NaN with points pointtype 7 linecolor",
        [SHAPE] = " with filledcurves closed fillstyle solid 0.55 fillcolor",
        [POINTS] = " with points pointtype 6 pointsize 0.5 linecolor",
        [BARS] = " using 1:($4 > 0 ? $2 : NaN):3:(0) with vectors nohead linewidth 3 linecolor"};
    if (form != NOTHING) hg_plot_say(plot, "$%s", name);
    hg_plot_say(plot, "%s %s ", styles[form], hg_plot_colour(r));
    if (title) {
        hg_plot_say(plot, "title ");
        hg_plot_say_quoted(plot, plot->run[r].label, HG_PLOT_LABEL);
    } else {
        hg_plot_say(plot, "notitle");
    }
    if (form == BARS) plot_bars(plot, name, r);
    if (form == POINTS) plot_points(plot, name, r);
    if (form == SHAPE) plot_median(plot, name);
}

static void say_labels(hg_plot *plot, const hg_plot_box *box, const quantity *of)
{
    const char *field = common_field(plot);
    const bool basal = field != NULL && strcmp(field, "/snapshots/basal") == 0;
    static const char *const labels[3][2] = {[MEAN] = {"mean expression", "mean basal level"},
                                             [GENE] = {"expression", "basal level"}};
    if (of->kind != FITNESS) hg_plot_say_ylabel(plot, box, labels[of->kind][basal]);
    if (of->kind != GENE) {
        hg_plot_title(plot, box, of->kind == FITNESS ? "Fitness of individuals"
                      : basal                 ? "Mean basal level of individuals"
                                              : "Mean expression of individuals",
                      NULL);
        return;
    }
    hg_plot_title(plot, box, of->gene, NULL);
}

/* Counts in `drawn` the snapshots in which there is something. */
static hg_status draw_quantity(hg_plot *plot, int number, const quantity *of,
                               const generation_list *shown, const hg_plot_box *box,
                               const hg_plot_box *legend, int *drawn)
{
    const int before = *drawn;
    hg_plot_fitness axis = HG_PLOT_NO_FITNESS; /* or another quantity, on a linear axis */
    sample_form form[HG_PLOT_COLOURS][MOST_SHOWN] = {{NOTHING}};
    char name[64];
    hg_plot_begin(plot, box, &(hg_plot_margins){HG_PLOT_LEFT, HG_PLOT_RIGHT, HG_PLOT_BOTTOM,
                                                HG_PLOT_TOP});
    for (int s = 0; s < plot->runs * shown->count; s++)
        HG_TRY(take_sample(plot, s / shown->count, of, shown->generation[s % shown->count], &axis));
    if (of->kind == FITNESS) hg_plot_say_fitness_axis(plot, box, &axis);
    else hg_plot_say_range(plot, "y", axis.range, 0.04);
    for (int r = 0; r < plot->runs; r++) {
        for (int i = 0; i < shown->count; i++) {
            const double place = i + (r + 0.5) * 0.9 / plot->runs - 0.45;
            snprintf(name, sizeof name, "sample_%d_%d_%d", number, r + 1, i + 1);
            HG_TRY(add_sample(plot, r, of, name, shown->generation[i], place, &axis,
                              &form[r][i]));
            *drawn += form[r][i] != NOTHING;
        }
        note_missing(plot, r, of, shown, form[r]);
    }
    if (*drawn == before)
        hg_plot_say(plot, "set label 3 'no numbers' at graph 0.5,0.5 center font ',8'\n");
    say_labels(plot, box, of);
    say_axis(plot, shown);
    if (legend != NULL) {
        plot->middle = legend->x + (legend->width + HG_PLOT_LEFT - HG_PLOT_RIGHT) / 2;
        hg_plot_say_legend(plot, legend, hg_plot_legend_lines(plot, legend->width));
    }
    for (int s = 0; s < plot->runs * shown->count; s++) {
        const int r = s / shown->count, i = s % shown->count;
        snprintf(name, sizeof name, "sample_%d_%d_%d", number, r + 1, i + 1);
        hg_plot_say(plot, "%s", s == 0 ? "plot " : ", \\\n     ");
        say_sample(plot, name, form[r][i], r, legend != NULL && i == 0 && plot->runs > 1);
    }
    hg_plot_say(plot, "\n");
    return HG_OK;
}

/* What some of the runs have and others have not. */
static void note_choices(hg_plot *plot)
{
    const char *field = common_field(plot);
    bool expression = false, fitness = false, all_fitness = true;
    for (int r = 0; r < plot->runs; r++) {
        expression |= hg_results_has(&plot->run[r].results, "/snapshots/expression");
        fitness |= has_fitness(&plot->run[r]);
        all_fitness &= has_fitness(&plot->run[r]);
    }
    if (expression && field != NULL && strcmp(field, "/snapshots/basal") == 0)
        hg_plot_note(plot, "Basal levels are drawn, as not all runs have expression in their "
                     "snapshots.");
    if (fitness && !all_fitness && plot->genes == 0)
        hg_plot_note(plot, "Fitness is left out, as not all runs have it in their snapshots.");
}

static hg_status draw(hg_plot *plot, const hg_plot_run *run, const hg_plot_box *box)
{
    (void)run;
    generation_list shown = {0, {0}};
    int drawn = 0;
    quantity list[HG_PLOT_MOST_GENES + 2];
    const int count = list_quantities(plot, list);
    const int columns = count > 1 && box->width >= 2 * NARROW ? 2 : 1;
    const int rows = count > 0 ? (count + columns - 1) / columns : 1;
    if (count == 0)
        return hg_fail(HG_BAD_INPUT, "plot: the runs' snapshots have nothing in common to draw");
    HG_TRY(find_shown(plot, &shown));
    note_choices(plot);
    const double width = box->width / columns;
    const double lines = HG_PLOT_LEGEND_LINE * hg_plot_legend_lines(plot, box->width);
    const double each = (box->height - lines) / rows;
    if (each < LOW)
        return hg_fail(HG_USAGE, "plot: phenotypes: --size leaves no room for %d panels; allowed: "
                       "%g cm of width for two side by side, %g of height for each row", count,
                       2 * NARROW, LOW);
    const hg_plot_box above = {box->x, box->y, box->width, box->height + HG_PLOT_TOP - 0.15};
    for (int i = 0; i < count; i++) {
        const int row = rows - 1 - i / columns;
        const hg_plot_box part = {box->x + i % columns * width, box->y + row * each, width, each};
        HG_TRY(draw_quantity(plot, i + 1, &list[i], &shown, &part, i == 0 ? &above : NULL,
                             &drawn));
    }
    if (drawn > 0) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: no value in the snapshots is a number",
                   plot->run[0].results.path);
}

const hg_figure hg_figure_phenotypes = {"phenotypes", true, true, needs, height, draw};
