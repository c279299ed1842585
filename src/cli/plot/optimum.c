/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mean expression against the optimum: over time where the optimum varies, else over the genes. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/plot/plot.h"
#include "population/environment.h"

#define MEAN "/statistics/expression_mean"
#define VARIANCE "/statistics/expression_variance"
#define VARYING "/statistics/optimum"
#define COMPONENTS "/statistics/component"
#define MOST_COURSES 6  /* genes over time */
#define MOST_BANDS 3    /* of these with their standard deviation */
#define MOST_OPTIMA 4   /* components over time */
#define MOST_ON_AXIS 40 /* genes with a place each; more are a cloud of points */

/* A Gaussian component of the fitness. */
typedef struct goal {
    const hg_fitness_component *component;
    int index;     /* among all components */
    int64_t entry; /* along the dataset's axis of components; -1: it has none */
} goal;

/* What the run file says; a resolved one has lists where values differ from gene to gene. */
typedef struct aim {
    hg_config config;
    hg_network network;
    goal goal[MOST_OPTIMA]; /* whose optimum varies, or one that does not */
    int goals, left_out;
    bool named;   /* there are other components */
    bool clipped; /* a standard deviation ends where the model's levels do */
} aim;

static void free_target(aim *target)
{
    hg_config_free(&target->config);
    hg_network_free(&target->network);
}

static void add_goal(aim *target, int64_t k, int64_t entry)
{
    const int64_t i = hg_optimum_component(&target->config, k);
    if (target->goals == MOST_OPTIMA) target->left_out++;
    else target->goal[target->goals++] = (goal){&target->config.fitness[i], (int)i, entry};
}

/* Of a file that has no axis of components: the one whose optimum earlier versions recorded. */
static void add_recorded(aim *target, int64_t optima)
{
    for (int ar1 = 1; ar1 >= 0; ar1--)
        for (int64_t k = 0; k < optima && target->goals == 0; k++) {
            const int64_t i = hg_optimum_component(&target->config, k);
            const hg_fitness_component *component = &target->config.fitness[i];
            if (component->optimum_varies &&
                (!ar1 || component->optimum_series.kind == HG_SERIES_AR1))
                add_goal(target, k, -1);
        }
}

static void find_goals(const hg_results *results, aim *target)
{
    const int64_t optima = hg_results_has(results, VARYING) ? hg_optima_recorded(&target->config) : 0;
    const bool by_component = hg_results_has(results, COMPONENTS);
    int64_t k = 0;
    if (!by_component) add_recorded(target, optima);
    for (; k < optima && by_component; k++) {
        const int64_t i = hg_optimum_component(&target->config, k);
        if (target->config.fitness[i].optimum_varies) add_goal(target, k, k);
    }
    for (k = 0; target->goals == 0 && hg_optimum_component(&target->config, k) >= 0; k++)
        if (!target->config.fitness[hg_optimum_component(&target->config, k)].optimum_varies)
            add_goal(target, k, -1);
    target->named = hg_optimum_component(&target->config, 1) >= 0;
}

static hg_status load(const hg_plot_run *run, aim *target)
{
    const hg_results *results = &run->results;
    *target = (struct aim){0};
    HG_TRY(hg_results_parse(&target->config, results->path, results->run_file_resolved, NULL, 0));
    HG_TRY(hg_results_network(results, &target->network));
    find_goals(results, target);
    if (target->goals > 0) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: its fitness has no optimum (model gaussian)", results->path);
}

static double at(const hg_profile *profile, int64_t gene)
{
    if (profile->kind == HG_PROFILE_SCALAR) return profile->scalar;
    return gene < profile->count ? profile->list[gene] : NAN;
}

static bool is_selected(const aim *target, int64_t gene)
{
    for (int i = 0; i < target->goals; i++)
        if (at(&target->goal[i].component->strength, gene) > 0) return true;
    return false;
}

static bool varies(const aim *target) { return target->goal[0].component->optimum_varies; }

static int64_t count_selected(const aim *target)
{
    int64_t count = 0;
    for (int64_t g = 0; g < target->network.genes; g++) count += is_selected(target, g);
    return count;
}

/* Mean and standard deviation turn into the mean less and plus it, as far as levels can be. */
static void find_edges(aim *target, double *mean, double *sd)
{
    const hg_regulation_model model = target->config.regulation.model;
    const bool of_signs = model == HG_REGULATION_SIEGAL_BERGMAN || model == HG_REGULATION_WAGNER;
    const bool bounded = (of_signs || model == HG_REGULATION_SIGMOID) &&
                         target->config.development.noise_sd <= 0;
    const double least = !of_signs ? 0 : bounded ? -1 : -INFINITY, most = bounded ? 1 : INFINITY;
    double low = *mean - *sd, high = *mean + *sd;
    if (low < least && *mean >= least) {
        target->clipped = true;
        low = least;
    }
    if (high > most && *mean <= most) {
        target->clipped = true;
        high = most;
    }
    *mean = low;
    *sd = high;
}

static hg_status needs(const hg_plot *plot, const hg_plot_run *run)
{
    (void)plot;
    aim target;
    hg_status status = load(run, &target);
    if (status == HG_OK && count_selected(&target) == 0)
        status = hg_fail(HG_BAD_INPUT, "%s: no gene is selected for its optimum (strength 0)",
                         run->results.path);
    else if (status == HG_OK && varies(&target))
        status = hg_plot_needs_course(run, VARYING);
    if (status == HG_OK && run->records == 0)
        status = hg_fail(HG_BAD_INPUT, "%s: nothing is recorded yet", run->results.path);
    free_target(&target);
    return status;
}

static double height(const hg_plot *plot, const hg_plot_run *run)
{
    (void)plot;
    (void)run;
    return 7;
}

static int longest_name(const aim *target)
{
    size_t longest = 0;
    for (int64_t g = 0; g < target->network.genes; g++) {
        const size_t length = strlen(target->network.name[g]);
        if (length > longest) longest = length;
    }
    return longest < 24 ? (int)longest : 24;
}

/* Begins a panel whose legend has so many entries. */
static void begin(hg_plot *plot, const hg_plot_box *box, int entries, int longest)
{
    const int lines = hg_plot_key_lines(box->width, entries, longest);
    hg_plot_begin(plot, box,
                  &(hg_plot_margins){HG_PLOT_LEFT, HG_PLOT_RIGHT, HG_PLOT_BOTTOM,
                                     HG_PLOT_TOP + HG_PLOT_LEGEND_LINE * lines});
    hg_plot_say_legend(plot, box, lines);
}

static const char *title(const aim *target)
{
    return target->clipped ? "Expression (± s.d., clipped), optimum"
                           : "Expression (mean ± s.d.) and optimum";
}

/* --- over time ------------------------------------------------------------------------------- */

static hg_status choose_genes(hg_plot *plot, const hg_plot_run *run, const aim *target,
                              int64_t gene[MOST_COURSES], int *count)
{
    const int64_t selected = count_selected(target);
    *count = 0;
    if (plot->genes > 0) {
        const hg_results_texts names = {target->network.genes, target->network.name};
        for (int i = 0; i < plot->genes && i < MOST_COURSES; i++)
            HG_TRY(hg_plot_find_gene(run, &names, plot->gene[i], &gene[(*count)++]));
        return HG_OK;
    }
    for (int64_t g = 0; g < target->network.genes && *count < MOST_COURSES; g++)
        if (is_selected(target, g)) gene[(*count)++] = g;
    if (selected > *count)
        hg_plot_note(plot, "Of %" PRId64 " genes with an optimum the first %d are drawn; --gene "
                     "chooses others.", selected, *count);
    return HG_OK;
}

static hg_status read_gene(const hg_plot_run *run, const char *dataset, int64_t gene,
                           hg_results_values *values)
{
    HG_TRY(hg_results_read_block(&run->results, dataset, (int64_t[]){0, gene, 0, 0},
                                 (int64_t[]){run->records, 1, 1, 1}, values));
    if (values->rows == run->records && values->width == 1) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: %s: of another extent than generations and genes",
                   run->results.path, dataset);
}

/* A gene's blocks: mean and band. */
static hg_status say_gene(hg_plot *plot, const hg_plot_run *run, aim *target, int i, int64_t gene,
                          hg_plot_range *range)
{
    hg_results_values mean = {0}, variance = {0};
    char name[64];
    const int number = (int)(run - plot->run) + 1;
    const double *generation = run->generation.value;
    hg_status status = HG_OK;
    HG_TRY_OUT(read_gene(run, MEAN, gene, &mean));
    HG_TRY_OUT(read_gene(run, VARIANCE, gene, &variance));
    snprintf(name, sizeof name, "level_%d_%d", number, i);
    HG_TRY_OUT(hg_plot_curve(plot, name, generation, mean.value, run->records));
    hg_plot_extend(range, mean.value, run->records);
    for (int64_t k = 0; k < run->records; k++) {
        variance.value[k] = sqrt(fmax(variance.value[k], 0));
        find_edges(target, &mean.value[k], &variance.value[k]);
    }
    snprintf(name, sizeof name, "spread_%d_%d", number, i);
    HG_TRY_OUT(hg_plot_band(plot, name, generation, mean.value, variance.value, run->records));
    hg_plot_extend(range, mean.value, run->records);
    hg_plot_extend(range, variance.value, run->records);
out:
    hg_results_values_free(&mean);
    hg_results_values_free(&variance);
    return status;
}

/* The series of a component's optimum is one for all genes. */
static hg_status say_optimum(hg_plot *plot, const hg_plot_run *run, const aim *target, int i,
                             hg_plot_range *range)
{
    const goal *of = &target->goal[i];
    hg_results_values optimum = {0};
    char name[64];
    hg_status status = hg_results_read_block(
        &run->results, VARYING, (int64_t[]){0, of->entry < 0 ? 0 : of->entry, 0, 0},
        (int64_t[]){run->records, 1, 1, 1}, &optimum);
    if (status == HG_OK && (optimum.rows != run->records || optimum.width != 1))
        status = hg_fail(HG_BAD_INPUT, "%s: %s: of another extent than generations, components and "
                         "genes", run->results.path, VARYING);
    snprintf(name, sizeof name, "optimum_%d_%d", (int)(run - plot->run) + 1, i);
    const bool jumps = hg_series_jumps(&of->component->optimum_series);
    if (status == HG_OK)
        status = (jumps ? hg_plot_steps : hg_plot_curve)(plot, name, run->generation.value,
                                                         optimum.value, run->records);
    if (status == HG_OK) hg_plot_extend(range, optimum.value, run->records);
    hg_results_values_free(&optimum);
    return status;
}

static void plot_courses(hg_plot *plot, const aim *target, int number, const int64_t *gene,
                         int count)
{
    static const char *const dashes[MOST_OPTIMA] = {HG_PLOT_DASHED, "(3,3)", "(12,3,3,3)", "(1,3)"};
    hg_plot_say(plot, "plot ");
    for (int i = 0; i < count && count <= MOST_BANDS; i++)
        hg_plot_say(plot, "$spread_%d_%d with filledcurves closed fillstyle transparent solid 0.25 "
                    "fillcolor %s notitle, \\\n     ", number, i, hg_plot_colour(i));
    for (int i = 0; i < count; i++) {
        hg_plot_say(plot, "$level_%d_%d with lines linewidth 1.3 linecolor %s title ", number, i,
                    hg_plot_colour(i));
        hg_plot_say_quoted(plot, target->network.name[gene[i]], 24);
        hg_plot_say(plot, ", \\\n     ");
    }
    for (int i = 0; i < target->goals; i++) {
        hg_plot_say(plot, "%s$optimum_%d_%d with lines linewidth 1 dashtype %s linecolor rgb "
                    "'#000000' title 'optimum", i > 0 ? ", \\\n     " : "", number, i, dashes[i]);
        if (target->named) hg_plot_say(plot, " (component %d)", target->goal[i].index);
        hg_plot_say(plot, "'");
    }
    hg_plot_say(plot, "\n");
}

static hg_status draw_courses(hg_plot *plot, const hg_plot_run *run, aim *target,
                              const hg_plot_box *box)
{
    const int number = (int)(run - plot->run) + 1;
    int64_t gene[MOST_COURSES] = {0};
    int count;
    hg_plot_range range = HG_PLOT_NO_RANGE;
    HG_TRY(choose_genes(plot, run, target, gene, &count));
    const int longest = longest_name(target), of_optimum = target->named ? 21 : 7;
    begin(plot, box, count + target->goals, longest > of_optimum ? longest : of_optimum);
    for (int i = 0; i < count; i++) HG_TRY(say_gene(plot, run, target, i, gene[i], &range));
    for (int i = 0; i < target->goals; i++) HG_TRY(say_optimum(plot, run, target, i, &range));
    if (target->left_out > 0)
        hg_plot_note(plot, "Of the optima that vary the first %d are drawn.", MOST_OPTIMA);
    hg_plot_title(plot, box, count <= MOST_BANDS ? title(target) : "Mean expression and optimum",
                  run);
    hg_plot_say_ylabel(plot, box, "expression");
    hg_plot_say_generations(plot, box->width - 2.4);
    hg_plot_say_common_range(plot, "y", range, 0.04);
    plot_courses(plot, target, number, gene, count);
    return HG_OK;
}

/* --- over the genes -------------------------------------------------------------------------- */

static hg_status read_record(const hg_plot_run *run, const char *dataset, int64_t record,
                             int64_t genes, hg_results_values *values)
{
    HG_TRY(hg_results_read_block(&run->results, dataset, (int64_t[]){record, 0, 0, 0},
                                 (int64_t[]){1, genes, 1, 1}, values));
    if (values->width == genes) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: %s: of another extent than generations and genes",
                   run->results.path, dataset);
}

/* Lines "place optimum mean low high" of one record, for the genes under selection. */
static hg_status say_record(hg_plot *plot, const hg_plot_run *run, aim *target,
                            int64_t record, const char *name, hg_plot_range *range)
{
    const int64_t genes = target->network.genes;
    hg_results_values mean = {0}, variance = {0};
    hg_status status = HG_OK;
    HG_TRY_OUT(read_record(run, MEAN, record, genes, &mean));
    HG_TRY_OUT(read_record(run, VARIANCE, record, genes, &variance));
    hg_plot_say(plot, "$%s << EOD\n", name);
    for (int64_t g = 0, place = 0; g < genes; g++) {
        if (!is_selected(target, g)) continue;
        double low = mean.value[g], high = sqrt(fmax(variance.value[g], 0));
        find_edges(target, &low, &high);
        const double values[] = {at(&target->goal[0].component->optimum, g), mean.value[g], low, high};
        hg_plot_say(plot, "%" PRId64, place++);
        for (int v = 0; v < 4; v++) {
            hg_plot_say(plot, " ");
            hg_plot_say_number(plot, values[v]);
        }
        hg_plot_say(plot, "\n");
        hg_plot_extend(range, values, 4);
    }
    hg_plot_say(plot, "EOD\n");
out:
    hg_results_values_free(&mean);
    hg_results_values_free(&variance);
    return status;
}

static void say_gene_axis(hg_plot *plot, const aim *target, const hg_plot_box *box)
{
    const int64_t selected = count_selected(target);
    const bool upright =
        (longest_name(target) + 1.5) * 0.15 * (double)selected > box->width - 2.4;
    hg_plot_say(plot, "set xlabel ''\nset xrange [-0.7:%" PRId64 ".7]\n"
                "set xtics scale 0 font ',%.3g'%s (",
                selected - 1, fmin(7, 26 * (box->width - 2.4) / (double)selected),
                upright ? " rotate by 90 right" : "");
    for (int64_t g = 0, place = 0; g < target->network.genes; g++) {
        if (!is_selected(target, g)) continue;
        if (place > 0) hg_plot_say(plot, ", ");
        hg_plot_say_tic(plot, target->network.name[g], 8);
        hg_plot_say(plot, " %" PRId64, place++);
    }
    hg_plot_say(plot, ")\nset grid noxtics ytics\n");
    hg_plot_say_ylabel(plot, box, "expression");
}

static void plot_on_axis(hg_plot *plot, const hg_plot_run *run, int number)
{
    const double *generation = run->generation.value;
    hg_plot_say(plot, "plot $optimum_end_%d using ($1-0.34):2:(0.68):(0) with vectors nohead "
                "linewidth 1.6 linecolor rgb '#000000' title 'optimum'", number);
    if (run->records > 1)
        hg_plot_say(plot, ", \\\n     $optimum_start_%d using ($1-0.13):3:4:5 with yerrorbars "
                    "pointtype 6 pointsize 0.6 linewidth 0.9 linecolor %s title 'generation %.0f'",
                    number, hg_plot_colour(4), generation[0]);
    hg_plot_say(plot, ", \\\n     $optimum_end_%d using ($1+0.13):3:4:5 with yerrorbars pointtype 7 "
                "pointsize 0.6 linewidth 0.9 linecolor %s title 'generation %.0f'\n", number,
                hg_plot_colour(0), generation[run->records - 1]);
}

static int compare_numbers(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

/* Lines "rank mean" of one record, for the genes under selection. */
static hg_status say_ranked(hg_plot *plot, const hg_plot_run *run, const aim *target,
                            int64_t record, const char *name, hg_plot_range *range)
{
    hg_results_values mean = {0};
    int64_t kept = 0;
    hg_status status = read_record(run, MEAN, record, target->network.genes, &mean);
    for (int64_t g = 0; g < target->network.genes && status == HG_OK; g++)
        if (is_selected(target, g)) mean.value[kept++] = mean.value[g];
    if (kept > 0) qsort(mean.value, (size_t)kept, sizeof *mean.value, compare_numbers);
    hg_plot_say(plot, "$%s << EOD\n", name);
    for (int64_t k = 0; k < kept; k++) {
        hg_plot_say(plot, "%" PRId64 " ", k + 1);
        hg_plot_say_number(plot, mean.value[k]);
        hg_plot_say(plot, "\n");
    }
    hg_plot_say(plot, "EOD\n");
    hg_plot_extend(range, mean.value, kept);
    hg_results_values_free(&mean);
    return status;
}

/* Many genes with one optimum: from the least expressed to the most. */
static hg_status draw_ranks(hg_plot *plot, const hg_plot_run *run, const aim *target,
                            const hg_plot_box *box, double optimum)
{
    const int number = (int)(run - plot->run) + 1;
    const double *generation = run->generation.value;
    hg_plot_range range = {optimum, optimum};
    char name[40];
    begin(plot, box, run->records > 1 ? 3 : 2, 14);
    snprintf(name, sizeof name, "optimum_start_%d", number);
    if (run->records > 1) HG_TRY(say_ranked(plot, run, target, 0, name, &range));
    snprintf(name, sizeof name, "optimum_end_%d", number);
    HG_TRY(say_ranked(plot, run, target, run->records - 1, name, &range));
    hg_plot_title(plot, box, "Mean expression of each gene", run);
    hg_plot_say(plot, "set xlabel 'genes by mean expression'\n"
                "set xrange [0:%" PRId64 "]\n", count_selected(target) + 1);
    hg_plot_say_ylabel(plot, box, "mean expression");
    hg_plot_say_common_range(plot, "y", range, 0.05);
    hg_plot_say(plot, "plot %.10g with lines linewidth 1 dashtype " HG_PLOT_DASHED " linecolor rgb '#000000' title "
                "'optimum'", optimum);
    if (run->records > 1)
        hg_plot_say(plot, ", \\\n     $optimum_start_%d with points pointtype 6 pointsize 0.35 "
                    "linewidth 0.7 linecolor %s title 'generation %.0f'", number, hg_plot_colour(4),
                    generation[0]);
    hg_plot_say(plot, ", \\\n     $optimum_end_%d with points pointtype 7 pointsize 0.3 linecolor "
                "%s title 'generation %.0f'\n", number, hg_plot_colour(0),
                generation[run->records - 1]);
    return HG_OK;
}

static void plot_cloud(hg_plot *plot, const hg_plot_run *run, int number)
{
    const double *generation = run->generation.value;
    hg_plot_say(plot, "plot x with lines linewidth 0.7 linecolor rgb '#000000' title 'mean at the "
                "optimum'");
    if (run->records > 1)
        hg_plot_say(plot, ", \\\n     $optimum_start_%d using 2:3 with points pointtype 6 "
                    "pointsize 0.35 linewidth 0.7 linecolor %s title 'generation %.0f'", number,
                    hg_plot_colour(4), generation[0]);
    hg_plot_say(plot, ", \\\n     $optimum_end_%d using 2:3 with points pointtype 7 pointsize 0.3 "
                "linecolor %s title 'generation %.0f'\n", number, hg_plot_colour(0),
                generation[run->records - 1]);
}

static hg_status draw_genes(hg_plot *plot, const hg_plot_run *run, aim *target,
                            const hg_plot_box *box)
{
    const int number = (int)(run - plot->run) + 1;
    const bool on_axis = count_selected(target) <= MOST_ON_AXIS;
    hg_plot_range range = HG_PLOT_NO_RANGE, optima = HG_PLOT_NO_RANGE;
    char name[40];
    for (int64_t g = 0; g < target->network.genes; g++) {
        const double optimum = at(&target->goal[0].component->optimum, g);
        if (is_selected(target, g)) hg_plot_extend(&optima, &optimum, 1);
    }
    if (target->named)
        hg_plot_note(plot, "The optimum is that of fitness component %d; there are others.",
                     target->goal[0].index);
    if (!on_axis && optima.low == optima.high)
        return draw_ranks(plot, run, target, box, optima.low);
    begin(plot, box, run->records > 1 ? 3 : 2, on_axis ? 14 : 19);
    snprintf(name, sizeof name, "optimum_start_%d", number);
    if (run->records > 1) HG_TRY(say_record(plot, run, target, 0, name, &range));
    snprintf(name, sizeof name, "optimum_end_%d", number);
    HG_TRY(say_record(plot, run, target, run->records - 1, name, &range));
    hg_plot_title(plot, box, on_axis ? title(target) : "Mean expression of each gene", run);
    hg_plot_say_common_range(plot, "y", range, 0.05);
    if (on_axis) {
        say_gene_axis(plot, target, box);
        plot_on_axis(plot, run, number);
        return HG_OK;
    }
    hg_plot_say(plot, "set xlabel 'optimum'\n");
    hg_plot_say_ylabel(plot, box, "mean expression");
    hg_plot_say_common_range(plot, "x", optima, 0.05);
    plot_cloud(plot, run, number);
    return HG_OK;
}

static hg_status draw(hg_plot *plot, const hg_plot_run *run, const hg_plot_box *box)
{
    aim target;
    hg_status status = load(run, &target);
    if (status == HG_OK)
        status = varies(&target) ? draw_courses(plot, run, &target, box)
                                 : draw_genes(plot, run, &target, box);
    free_target(&target);
    return status;
}

const hg_figure hg_figure_optimum = {"optimum", false, false, needs, height, draw};
