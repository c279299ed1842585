/* SPDX-License-Identifier: GPL-3.0-or-later
 * happygene network: a network, of a file or of a run, told to a person. */
#include "cli/network.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/visible.h"
#include "cli/chart.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "io/earlier.h"
#include "io/network_file.h"
#include "io/results_stream.h"
#include "io/runfile.h"

#define BAR_WIDTH 24
#define MOST_ROWS 16    /* of the course of the weights */
#define LONGEST_LINE 76 /* of gene names */
#define MOST_NAMED 20   /* genes of a component, and components, that are named */
#define NAMED_OF_MORE 10

/* --- where it comes from -------------------------------------------------------------------- */

static bool ends_in(const char *path, const char *ending)
{
    const size_t length = strlen(path), size = strlen(ending);
    return length > size && strcmp(path + length - size, ending) == 0;
}

/* Heritable weights: the means of the last generation recorded. */
static hg_status take_last_means(hg_network_report *report, const hg_results *results)
{
    hg_results_stream stream;
    const int64_t last = report->course.count - 1;
    if (last < 0) return HG_OK;
    report->generation = report->course.record[last].generation;
    hg_status status = hg_results_stream_open(&stream, results, "/statistics/weight_mean");
    if (status == HG_OK)
        status = hg_results_stream_read(&stream, last, 0, report->network.edges,
                                        report->network.weight);
    hg_results_stream_close(&stream);
    return status;
}

static hg_status read_result(hg_network_report *report)
{
    hg_results results;
    hg_status status = hg_results_open(&results, report->path);
    if (status == HG_OK) status = hg_results_network(&results, &report->network);
    if (status == HG_OK) status = hg_weight_course_read(&report->course, &results);
    if (status == HG_OK) status = take_last_means(report, &results);
    if (status == HG_OK && !results.complete)
        hg_tell("happygene: %s is unfinished: recorded up to generation %" PRId64 "\n",
                results.path, results.generations_done);
    hg_results_close(&results);
    return status;
}

static hg_status read_run_file(hg_network_report *report)
{
    hg_config config = {0};
    char *text = NULL;
    hg_status status;
    HG_TRY_OUT(hg_runfile_load(report->path, &text));
    HG_TRY_OUT(hg_runfile_parse(&config, report->path, text, NULL, 0));
    HG_TRY_OUT(hg_runfile_check_earlier(&config));
    HG_TRY_OUT(hg_earlier_adopt(&config));
    HG_TRY_OUT(hg_runfile_resolve(&config, &report->network));
    if (config.notes != NULL) hg_progress_tell(config.notes);
out:
    hg_config_free(&config);
    hg_release(&text);
    return status;
}

/* Signs mean what they do where a run file says nothing of them. */
static hg_status read_file(hg_network_report *report)
{
    static const char plain[] = "run: {generations: 0}\npopulation: {individuals: 1, genes: 1}\n";
    hg_config config = {0};
    hg_edge_list list = {0};
    hg_status status;
    if (hg_network_file_is_foreign(report->path))
        return hg_fail(HG_BAD_INPUT, "%s: the format is not known; allowed: tables of edges "
                       "(.tsv), SBML (.xml), GraphML (.graphml), run files (.yaml), results (.h5)",
                       report->path);
    HG_TRY_OUT(hg_runfile_parse(&config, report->path, plain, NULL, 0));
    HG_TRY_OUT(hg_network_file_read(&list, report->path, &config));
    if (list.notes != NULL) hg_progress_tell(list.notes);
    HG_TRY_OUT(hg_network_create(&report->network, list.names.count,
                                 (const char *const *)list.names.name, list.names.count,
                                 list.edges, list.count));
out:
    hg_config_free(&config);
    hg_edge_list_free(&list);
    return status;
}

static hg_status read_any(hg_network_report *report)
{
    if (ends_in(report->path, ".h5")) return read_result(report);
    if (ends_in(report->path, ".yaml") || ends_in(report->path, ".yml"))
        return read_run_file(report);
    return hg_results_recognize(report->path) == HG_OK ? read_result(report) : read_file(report);
}

/* --- degrees -------------------------------------------------------------------------------- */

int hg_network_hubs(const int64_t *degree, int64_t genes, int64_t hubs[HG_NETWORK_HUBS])
{
    int count = 0;
    for (int64_t g = 0; g < genes; g++) {
        int at = count;
        while (at > 0 && degree[hubs[at - 1]] < degree[g]) at--;
        if (degree[g] == 0 || at == HG_NETWORK_HUBS) continue;
        if (count < HG_NETWORK_HUBS) count++;
        for (int i = count - 1; i > at; i--) hubs[i] = hubs[i - 1];
        hubs[at] = g;
    }
    return count;
}

hg_status hg_network_distribution(const int64_t *degree, int64_t genes, int64_t **numbers,
                                  int64_t *count)
{
    *count = 1;
    for (int64_t g = 0; g < genes; g++)
        if (degree[g] >= *count) *count = degree[g] + 1;
    HG_TRY(hg_allocate(numbers, HG_MEMORY_OTHER, (size_t)*count, sizeof **numbers));
    for (int64_t g = 0; g < genes; g++) (*numbers)[degree[g]]++;
    return HG_OK;
}

/* --- telling -------------------------------------------------------------------------------- */

typedef struct told {
    const hg_network_report *report;
    hg_text text;
    bool unicode;
} told;

static void label(told *to, const char *name) { hg_text_add(&to->text, "  %-13s", name); }

static void add_name(told *to, int64_t gene)
{
    hg_text_add_shown(&to->text, to->report->network.name[gene]);
}

static void add_signs(told *to, const int64_t *signs)
{
    hg_text_add_count(&to->text, signs[HG_ACTIVATES]);
    hg_text_add(&to->text, " activating, ");
    hg_text_add_count(&to->text, signs[HG_REPRESSES]);
    hg_text_add(&to->text, " repressing");
    if (signs[HG_NEITHER] == 0) return;
    hg_text_add(&to->text, ", ");
    hg_text_add_count(&to->text, signs[HG_NEITHER]);
    hg_text_add(&to->text, " of weight 0");
}

static void tell_size(told *to)
{
    const hg_graph *graph = &to->report->graph;
    label(to, "genes");
    hg_text_add_count(&to->text, graph->genes);
    if (graph->unconnected > 0) {
        hg_text_add(&to->text, ", ");
        hg_text_add_count(&to->text, graph->unconnected);
        hg_text_add(&to->text, " of them without edges");
    }
    hg_text_add(&to->text, "\n");
    label(to, "edges");
    hg_text_add_count(&to->text, graph->edges);
    hg_text_add(&to->text, ": ");
    add_signs(to, graph->signs);
    hg_text_add(&to->text, "\n");
    label(to, "density");
    hg_text_add(&to->text, "%.4g of all pairs, %.4g edges by gene\n", graph->density,
                (double)graph->edges / (double)graph->genes);
    label(to, "on itself");
    add_signs(to, graph->self);
    hg_text_add(&to->text, " (autoregulation)\n");
}

/* Degrees in classes that double: 0, 1, 2-3, 4-7, ... */
static hg_status tell_distribution(told *to, const char *name, const int64_t *degree)
{
    const int64_t genes = to->report->graph.genes;
    int64_t *numbers, count;
    HG_TRY(hg_network_distribution(degree, genes, &numbers, &count));
    hg_text_add(&to->text, "\n%s\n", name);
    for (int64_t low = 0; low < count; low = low == 0 ? 1 : 2 * low) {
        const int64_t high = low == 0 ? 0 : 2 * low - 1;
        int64_t number = 0;
        char range[48];
        for (int64_t d = low; d <= high && d < count; d++) number += numbers[d];
        snprintf(range, sizeof range, low == high ? "%" PRId64 : "%" PRId64 "-%" PRId64, low,
                 high);
        label(to, range);
        hg_chart_bar(&to->text, (double)number / (double)genes, BAR_WIDTH, to->unicode);
        hg_text_add(&to->text, " %8" PRId64 " gene%s\n", number, number == 1 ? "" : "s");
    }
    hg_release(&numbers);
    int64_t hubs[HG_NETWORK_HUBS];
    const int most = hg_network_hubs(degree, genes, hubs);
    label(to, "most");
    for (int i = 0; i < most; i++) {
        hg_text_add(&to->text, "%s", i > 0 ? ", " : "");
        add_name(to, hubs[i]);
        hg_text_add(&to->text, " %" PRId64, degree[hubs[i]]);
    }
    hg_text_add(&to->text, "%s\n", most == 0 ? "none" : "");
    return HG_OK;
}

static void tell_members(told *to, int64_t component)
{
    const hg_graph *graph = &to->report->graph;
    char size[32];
    size_t line = to->text.length;
    snprintf(size, sizeof size, "%" PRId64 " genes", graph->size[component]);
    label(to, size);
    const int64_t members = graph->size[component];
    const int64_t named = members <= MOST_NAMED ? members : NAMED_OF_MORE;
    for (int64_t g = 0, listed = 0; g < graph->genes && listed < named; g++) {
        if (graph->component[g] != component) continue;
        if (to->text.length - line > LONGEST_LINE) {
            hg_text_add(&to->text, "\n");
            line = to->text.length;
            label(to, "");
        }
        hg_text_add(&to->text, "%s", listed++ > 0 ? " " : "");
        add_name(to, g);
    }
    if (named < members)
        hg_text_add(&to->text, " and %" PRId64 " more (--json names all)", members - named);
    hg_text_add(&to->text, "\n");
}

/* The components of two genes or more. */
static void tell_components(told *to)
{
    const hg_graph *graph = &to->report->graph;
    int64_t listed = 0;
    for (int64_t c = 0; c < graph->components && listed < MOST_NAMED; c++)
        if (graph->size[c] > 1) {
            tell_members(to, c);
            listed++;
        }
    if (listed == graph->loops) return;
    label(to, "");
    hg_text_add(&to->text, "and %" PRId64 " more components (--json has all)\n",
                graph->loops - listed);
}

static void tell_loops(told *to)
{
    const hg_graph *graph = &to->report->graph;
    const int64_t *pairs = graph->pairs;
    const int64_t alone = graph->self[0] + graph->self[1] + graph->self[2];
    hg_text_add(&to->text, "\nFeedback\n");
    label(to, "acyclic");
    if (graph->acyclic) hg_text_add(&to->text, "yes\n");
    else if (graph->loops == 0 && alone > 0)
        hg_text_add(&to->text, "no, but only for genes that regulate themselves\n");
    else hg_text_add(&to->text, "no\n");
    label(to, "loops");
    hg_text_add_counted(&to->text, graph->loops, "strongly connected component");
    hg_text_add(&to->text, " of two genes or more\n");
    label(to, "pairs");
    hg_text_add(&to->text, "%" PRId64 " activate each other, %" PRId64 " repress each other, %"
                PRId64 " do both", pairs[HG_PAIR_ACTIVATE], pairs[HG_PAIR_REPRESS],
                pairs[HG_PAIR_MIXED]);
    if (pairs[HG_PAIR_UNTOLD] > 0)
        hg_text_add(&to->text, ", %" PRId64 " with a weight of 0", pairs[HG_PAIR_UNTOLD]);
    hg_text_add(&to->text, "\n");
    tell_components(to);
}

static void tell_types(told *to, const char *name, char letter, const int64_t *types)
{
    label(to, name);
    hg_text_add(&to->text, "%-8" PRId64, types[0] + types[1] + types[2] + types[3]);
    for (int i = 0; i < 4; i++)
        hg_text_add(&to->text, "%s%c%d %" PRId64, i > 0 ? ", " : "", letter, i + 1, types[i]);
    hg_text_add(&to->text, "\n");
}

static void tell_motifs(told *to)
{
    const hg_graph *graph = &to->report->graph;
    hg_text_add(&to->text, "\nFeed-forward loops\n");
    tell_types(to, "coherent", 'C', graph->coherent);
    tell_types(to, "incoherent", 'I', graph->incoherent);
    if (graph->untold == 0) return;
    label(to, "undetermined");
    hg_text_add(&to->text, "%" PRId64 ", with a weight of 0\n", graph->untold);
}

static void tell_record(told *to, const hg_weight_record *record)
{
    hg_text_add(&to->text, "  %-13" PRId64 "%-12.5g%-12.5g%-9" PRId64 "%-9" PRId64,
                record->generation, record->magnitude, record->spread, record->lost,
                record->flipped);
    if (record->sampled)
        hg_text_add(&to->text, "%-12.5g%-9.3g%.3g", record->own_magnitude, record->own_lost,
                    record->own_flipped);
    hg_text_add(&to->text, "\n");
}

/* MOST_ROWS records, evenly spaced, the first and the last among them, and those with snapshots,
 * unless these are many. */
static void tell_course(told *to)
{
    const hg_weight_course *course = &to->report->course;
    const int64_t rows = course->count < MOST_ROWS ? course->count : MOST_ROWS;
    int64_t samples = 0, row = 0;
    if (course->count == 0) return;
    hg_text_add(&to->text, "\nHeritable weights: the population's means by edge; in snapshots, "
                "individuals'\n  %-13s%-12s%-12s%-9s%-9s%-12s%-9s%s\n", "generation", "|mean|",
                "sd", "lost", "flipped", "|weight|", "lost", "flipped");
    for (int64_t i = 0; i < course->count; i++) samples += course->record[i].sampled;
    for (int64_t i = 0; i < course->count; i++) {
        const bool is_due = rows == 1 || i == row * (course->count - 1) / (rows - 1);
        row += is_due;
        if (is_due || (course->record[i].sampled && samples <= MOST_ROWS))
            tell_record(to, &course->record[i]);
    }
}

static hg_status tell(told *to)
{
    const hg_network_report *report = to->report;
    hg_text_add(&to->text, "%s", report->path);
    if (report->generation >= 0)
        hg_text_add(&to->text, ": mean weights of generation %" PRId64, report->generation);
    hg_text_add(&to->text, "\n");
    tell_size(to);
    HG_TRY(tell_distribution(to, "Edges out of a gene", report->graph.out));
    HG_TRY(tell_distribution(to, "Edges into a gene", report->graph.in));
    tell_loops(to);
    tell_motifs(to);
    tell_course(to);
    return HG_OK;
}

static hg_status print(const hg_network_report *report, bool json, bool ascii)
{
    told to = {.report = report, .text = hg_text_of(HG_MEMORY_OTHER),
               .unicode = !ascii && hg_chart_unicode()};
    char *text = NULL;
    hg_status status;
    HG_TRY_OUT(json ? hg_network_write(&to.text, report) : tell(&to));
    HG_TRY_OUT(hg_text_take(&to.text, &text));
    fputs(text, stdout);
out:
    hg_text_free(&to.text);
    hg_release(&text);
    return status;
}

static hg_status run(int count, char **words)
{
    hg_network_report report = {.generation = -1};
    int given, ascii = 0, json = 0, quiet = 0, verbose = 0;
    const hg_option options[] = {{.name = "--json", .count = &json},
                                 {.name = "--ascii", .count = &ascii},
                                 {.name = "--quiet,-q", .count = &quiet},
                                 {.name = "--verbose,-v", .count = &verbose}};
    HG_TRY(hg_options_parse(&hg_command_network, count, words, options, 4, &report.path, 1, 1,
                            &given));
    hg_status status;
    HG_TRY_OUT(read_any(&report));
    HG_TRY_OUT(hg_graph_measure(&report.graph, &report.network));
    status = print(&report, json > 0, ascii > 0);
out:
    hg_graph_free(&report.graph);
    hg_weight_course_free(&report.course);
    hg_network_free(&report.network);
    return status;
}

const hg_command hg_command_network = {
    .name = "network",
    .synopsis = "network FILE|RUN.h5 [--json] [--ascii]",
    .summary = "what a network is like: degrees, feedback, feed-forward loops",
    .text =
        "Measures the network of a file (a table of edges, SBML, GraphML, by its ending), of a\n"
        "run file (.yaml) or of a result (.h5): genes, edges and their signs, density, edges into and\n"
        "out of genes and the genes with most of them, whether it is acyclic, feedback loops\n"
        "(strongly connected components), pairs that regulate one another, and feed-forward loops\n"
        "by type.\n"
        "\n"
        "A feed-forward loop is x -> y, y -> z and x -> z. It is coherent when x acts on z by\n"
        "both ways alike. Types by the signs of x -> y, y -> z, x -> z (Mangan & Alon 2003):\n"
        "  C1 +++   C2 -+-   C3 +--   C4 --+     I1 +-+   I2 ---   I3 ++-   I4 -++\n"
        "\n"
        "Of a result with heritable weights, the signs are those of the mean weights of the last\n"
        "generation, and a table tells how weights changed: their mean magnitude and standard\n"
        "deviation, edges lost (weight 0), and flipped (the other sign than at the start); where\n"
        "snapshots hold the weights of individuals, also the mean magnitude of these, and which\n"
        "shares of them are lost and flipped.\n"
        "\n"
        "      --json    JSON, with all numbers and names, instead of tables\n"
        "      --ascii   draw with plain characters\n"
        "\n"
        "Examples:\n"
        "  happygene example networks/ecoli-regulondb-6.7.tsv > ecoli.tsv\n"
        "  happygene network ecoli.tsv\n"
        "  happygene network ecoli.tsv --json | python3 -m json.tool\n",
    .run = run,
};
