/* SPDX-License-Identifier: GPL-3.0-or-later
 * happygene info: a result file told to a person. Every part stands for itself: what a
 * damaged file cannot tell is said, and the rest is told nevertheless. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/path.h"
#include "base/text.h"
#include "cli/chart.h"
#include "cli/cli.h"
#include "cli/info.h"
#include "io/ancestry.h"
#include "io/checkpoint.h"
#include "io/results.h"
#include "io/runfile.h"
#include "model/models.h"

#define LINE_WIDTH 48 /* of the course of a quantity */
#define BAR_WIDTH 24

typedef struct told {
    const hg_results *results;
    hg_text text;
    bool unicode, all;
    int troubles; /* parts that could not be read */
    bool starved; /* for want of memory: the file is not to blame */
} told;

/* What is left out in silence, too, may be for want of memory. */
static hg_status noted(told *to, hg_status status)
{
    to->starved |= status == HG_NO_MEMORY;
    return status;
}

static void label(told *to, const char *name) { hg_text_add(&to->text, "  %-13s", name); }

static void add_line(told *to, const char *name, const char *words)
{
    if (*words == '\0') return;
    label(to, name);
    hg_text_add_shown(&to->text, words);
    hg_text_add(&to->text, "\n");
}

static void trouble(told *to)
{
    hg_text_add(&to->text, "  (unreadable) ");
    hg_text_add_shown(&to->text, hg_error_message());
    hg_text_add(&to->text, "\n");
    to->troubles++;
}

static const char *model_name(const hg_model_family *family, int model)
{
    return model >= 0 && model < family->count ? family->models[model].name : "?";
}

static void tell_state(told *to, const hg_config *config)
{
    const hg_results *results = to->results;
    label(to, "state");
    if (results->complete)
        hg_text_add(&to->text, "complete: ");
    else
        hg_text_add(&to->text, "UNFINISHED: ");
    if (results->generations_done < 0)
        hg_text_add(&to->text, "nothing recorded yet");
    else
        hg_text_add(&to->text, "recorded up to generation %" PRId64, results->generations_done);
    if (config != NULL) hg_text_add(&to->text, " of %" PRId64, config->run.generations);
    if (results->stop_reason[0] != '\0') {
        hg_text_add(&to->text, "; ");
        hg_text_add_shown(&to->text, results->stop_reason);
    }
    hg_text_add(&to->text, "\n");
}

/* Of an unfinished run: whether and from where it can go on. */
static void tell_checkpoints(told *to, const char *output)
{
    for (int64_t k = hg_checkpoint_next(output, 0); k >= 0; k = hg_checkpoint_next(output, k + 1)) {
        hg_checkpoint_file file;
        char *path = NULL;
        if (hg_checkpoint_path(output, k, &path) != HG_OK) continue;
        const bool sound = hg_checkpoint_open(&file, path) == HG_OK;
        label(to, k == 0 ? "checkpoint" : "");
        hg_text_add_shown(&to->text, path);
        if (sound) hg_text_add(&to->text, ", of generation %" PRId64, file.content.generation);
        hg_text_add(&to->text, sound ? "; --resume goes on\n" : ", damaged\n");
        hg_checkpoint_close(&file, path);
        hg_release(&path);
    }
}

/* They lie where a symbolic link leads. */
static void tell_checkpoint(told *to)
{
    char *output = NULL;
    if (to->results->complete) return;
    if (hg_copy_text(&output, HG_MEMORY_OTHER, to->results->path) == HG_OK &&
        hg_path_follow(&output) == HG_OK)
        tell_checkpoints(to, output);
    hg_release(&output);
}

static void tell_fitness_models(told *to, const hg_config *config)
{
    label(to, "fitness");
    for (int64_t i = 0; i < config->fitness_count; i++)
        hg_text_add(&to->text, "%s%s", i > 0 ? " x " : "",
                    model_name(&hg_fitness_family, (int)config->fitness[i].model));
    hg_text_add(&to->text, "\n");
}

static void tell_development(told *to, const hg_config *config)
{
    label(to, "expression");
    const int regulation = (int)config->regulation.model;
    hg_text_add(&to->text, "%s", model_name(&hg_expression_family, (int)config->expression.model));
    if (regulation == HG_REGULATION_NONE)
        hg_text_add(&to->text, ", no regulation\n");
    else
        hg_text_add(&to->text, ", regulation %s, %" PRId64 " step%s of development\n",
                    model_name(&hg_regulation_family, regulation), config->development.steps,
                    config->development.steps == 1 ? "" : "s");
}

static void add_law(told *to, const char *what, const hg_mutation_law *law)
{
    hg_text_add(&to->text, "%s %s, rate %g", what,
                model_name(&hg_mutation_family, (int)law->model), law->rate);
    if (law->model != HG_MUTATION_REPLACE) hg_text_add(&to->text, ", sd %g", law->sd);
}

static void add_rate(told *to, const char *what, double rate)
{
    if (rate > 0.0) hg_text_add(&to->text, "; %s %g", what, rate);
}

static void tell_mutation(told *to, const hg_config *config)
{
    label(to, "mutation");
    add_law(to, "basal levels", &config->mutation.basal);
    if (config->network.heritable) add_law(to, "; weights", &config->mutation.weights);
    add_rate(to, "edge loss", config->mutation.edge_loss);
    add_rate(to, "edge gain", config->mutation.edge_gain);
    add_rate(to, "duplication", config->mutation.duplication);
    add_rate(to, "deletion", config->mutation.deletion);
    hg_text_add(&to->text, "\n");
}

static void tell_life(told *to, const hg_config *config)
{
    label(to, "selection");
    hg_text_add(&to->text, "%s, %s",
                model_name(&hg_selection_family, (int)config->selection.scheme),
                model_name(&hg_mating_family, (int)config->mating.system));
    if (config->mating.system == HG_MATING_SEXUAL)
        hg_text_add(&to->text, ", recombination %s",
                    model_name(&hg_recombination_family, (int)config->mating.recombination));
    if (config->selection.overlap > 0.0)
        hg_text_add(&to->text, ", overlap %g", config->selection.overlap);
    hg_text_add(&to->text, "\n");
    tell_mutation(to, config);
}

static void tell_demes(told *to, const hg_config *config)
{
    label(to, "demes");
    hg_text_add_count(&to->text, config->population.demes);
    hg_config_add_deme_sizes(&to->text, config);
    hg_text_add(&to->text, ", migration %s",
                model_name(&hg_migration_family, (int)config->migration.scheme));
    if (config->migration.scheme != HG_MIGRATION_MATRIX)
        hg_text_add(&to->text, ", rate %g", config->migration.rate);
    hg_text_add(&to->text, "\n");
}

static void tell_run(told *to, const hg_config *config)
{
    const hg_results *results = to->results;
    label(to, "size");
    if (results->individuals > 0 || config != NULL) {
        hg_text_add_counted(&to->text, results->individuals > 0 ? results->individuals
                                                 : config->population.individuals, "individual");
        hg_text_add(&to->text, " x ");
    }
    hg_text_add_counted(&to->text, results->genes, "gene");
    if (config != NULL) {
        hg_text_add(&to->text, " x ");
        hg_text_add_counted(&to->text, config->run.generations, "generation");
    }
    hg_text_add(&to->text, "%s\n", config != NULL && config->population.ploidy == 2 ?
                ", diploid" : "");
    if (config != NULL && config->population.initial.from != NULL) {
        label(to, "founders");
        hg_text_add(&to->text, "the last snapshot of %s", config->population.initial.from);
        if (config->population.initial.generation >= 0)
            hg_text_add(&to->text, ", generation %" PRId64 " of its lineage",
                        config->population.initial.generation);
        hg_text_add(&to->text, "\n");
    }
    if (config != NULL && config->population.demes > 1) tell_demes(to, config);
    label(to, "network");
    if (results->edges == 0) {
        hg_text_add(&to->text, "none\n");
    } else {
        hg_text_add_counted(&to->text, results->edges, "edge");
        const double pairs = (double)results->genes * (double)results->genes;
        if (pairs > 0)
            hg_text_add(&to->text, " (%.3g %% of all pairs)",
                        100 * (double)results->edges / pairs);
        if (config != NULL)
            hg_text_add(&to->text, ", %s weights", config->network.heritable ? "heritable"
                                                                             : "shared");
        hg_text_add(&to->text, "\n");
    }
    if (config == NULL) return;
    tell_development(to, config);
    tell_fitness_models(to, config);
    tell_life(to, config);
    label(to, "seed");
    hg_text_add(&to->text, "%" PRIu64 "\n", config->run.seed);
}

static double column_mean(const hg_results_values *values, int64_t row)
{
    double sum = 0;
    for (int64_t i = 0; i < values->width; i++) sum += values->value[row * values->width + i];
    return values->width > 0 ? sum / (double)values->width : 0;
}

static void add_course(told *to, const char *name, const hg_results_values *values)
{
    label(to, name);
    hg_text_add(&to->text, "%10.5g  ", values->value[0]);
    hg_chart_line(&to->text, values->value, values->rows, 1, LINE_WIDTH, to->unicode);
    hg_text_add(&to->text, "  %.5g\n", values->value[values->rows - 1]);
}

/* The course of a column, or of the mean over genes of a table. */
static void tell_course(told *to, const char *name, const char *dataset)
{
    hg_results_values values = {0, 0, NULL};
    if (hg_results_has(to->results, dataset)) {
        if (noted(to, hg_results_read(to->results, dataset, &values)) != HG_OK) {
            trouble(to);
        } else if (values.rows > 0 && values.width > 0) {
            for (int64_t row = 0; row < values.rows; row++)
                values.value[row] = column_mean(&values, row);
            values.width = 1;
            add_course(to, name, &values);
        }
    }
    hg_results_values_free(&values);
}

static void tell_range(told *to)
{
    hg_results_values low, high, mutations = {0, 0, NULL};
    hg_status status = noted(to, hg_results_read(to->results, "/statistics/fitness_min", &low));
    const hg_status other =
        noted(to, hg_results_read(to->results, "/statistics/fitness_max", &high));
    if (status == HG_OK && other == HG_OK && low.rows > 0 && high.rows > 0) {
        label(to, "at the end");
        hg_text_add(&to->text, "fitness from %.5g to %.5g\n", low.value[low.rows - 1],
                    high.value[high.rows - 1]);
    }
    status = noted(to, hg_results_read(to->results, "/statistics/mutations", &mutations));
    if (status == HG_OK && mutations.rows > 0) {
        double sum = 0;
        for (int64_t i = 0; i < mutations.rows; i++) sum += mutations.value[i];
        label(to, "mutations");
        hg_text_add(&to->text, "%.0f in %" PRId64 " recorded generations\n", sum, mutations.rows);
    }
    hg_results_values_free(&low);
    hg_results_values_free(&high);
    hg_results_values_free(&mutations);
}

static void tell_results(told *to)
{
    int64_t records = 0, snapshots = 0;
    hg_text_add(&to->text, "\nResults\n");
    if (noted(to, hg_results_records(to->results, "statistics", &records)) != HG_OK) {
        trouble(to);
        return;
    }
    label(to, "records");
    hg_text_add(&to->text, "%" PRId64, records);
    if (noted(to, hg_results_records(to->results, "snapshots", &snapshots)) == HG_OK)
        hg_text_add(&to->text, ", and %" PRId64 " snapshot%s of every individual", snapshots,
                    snapshots == 1 ? "" : "s");
    hg_text_add(&to->text, "\n");
    if (records == 0) return;
    tell_course(to, "mean fitness", "/statistics/fitness_mean");
    tell_course(to, "expression", "/statistics/expression_mean");
    tell_course(to, "basal level", "/statistics/basal_mean");
    tell_course(to, "stable", "/statistics/stable_fraction");
    tell_course(to, "neutral draws", "/statistics/neutral_draws");
    tell_range(to);
}

static void tell_ancestry(told *to, const hg_config *config)
{
    if (!hg_ancestry_recorded(to->results)) return;
    if (noted(to, hg_info_ancestry(&to->text, to->results, config, to->unicode, to->all)) != HG_OK)
        trouble(to);
}

static void tell_phases(told *to)
{
    hg_results_texts phases;
    hg_results_values seconds, share = {0, 0, NULL};
    hg_status status = noted(to, hg_results_read_texts(to->results, "/performance/phase", &phases));
    seconds = (hg_results_values){0, 0, NULL};
    if (status == HG_OK)
        status = noted(to, hg_results_read(to->results, "/performance/seconds_mean", &seconds));
    if (status == HG_OK)
        status = noted(to, hg_results_read(to->results, "/performance/share", &share));
    if (status != HG_OK) trouble(to);
    for (int64_t i = 0; status == HG_OK && i < phases.count; i++) {
        if (i >= seconds.rows || i >= share.rows) break;
        label(to, "");
        hg_chart_bar(&to->text, share.value[i], BAR_WIDTH, to->unicode);
        hg_text_add(&to->text, " %5.1f %%  %9.3g s  ", 100 * share.value[i], seconds.value[i]);
        hg_text_add_shown(&to->text, phases.text[i]);
        hg_text_add(&to->text, "\n");
    }
    hg_results_texts_free(&phases);
    hg_results_values_free(&seconds);
    hg_results_values_free(&share);
}

static void tell_time(told *to)
{
    hg_results_values wall;
    if (noted(to, hg_results_read(to->results, "/performance/wall", &wall)) == HG_OK &&
        wall.value != NULL && wall.value[0] > 0) {
        const double updates = (double)to->results->individuals * (double)to->results->genes *
                               (double)to->results->generations_done;
        label(to, "time");
        hg_text_add_duration(&to->text, wall.value[0]);
        if (updates > 0)
            hg_text_add(&to->text, ", %.3g million gene updates per second",
                        updates / wall.value[0] / 1e6);
        hg_text_add(&to->text, "\n");
    }
    hg_results_values_free(&wall);
}

/* Sum of a column of bytes, or -1. */
static double total_of(told *to, const char *dataset, double *largest)
{
    hg_results_values values;
    double sum = -1;
    *largest = 0;
    if (noted(to, hg_results_read(to->results, dataset, &values)) == HG_OK) {
        sum = 0;
        for (int64_t i = 0; i < values.rows * values.width; i++) {
            sum += values.value[i];
            if (values.value[i] > *largest) *largest = values.value[i];
        }
    }
    hg_results_values_free(&values);
    return sum;
}

static void tell_memory(told *to)
{
    double largest;
    const double resident = total_of(to, "/performance/rss_peak", &largest);
    if (resident > 0) {
        label(to, "memory");
        hg_text_add_bytes_count(&to->text, resident);
        hg_text_add(&to->text, " at the peak of all ranks, the largest ");
        hg_text_add_bytes_count(&to->text, largest);
        hg_text_add(&to->text, "\n");
    }
    hg_results_texts kinds;
    hg_results_values traffic = {0, 0, NULL};
    if (noted(to, hg_results_read_texts(to->results, "/performance/kind", &kinds)) == HG_OK &&
        noted(to, hg_results_read(to->results, "/performance/traffic", &traffic)) == HG_OK &&
        traffic.rows == kinds.count && kinds.count > 0) {
        label(to, "traffic");
        for (int64_t i = 0; i < kinds.count; i++) {
            hg_text_add(&to->text, "%s", i > 0 ? ", " : "");
            for (char *c = kinds.text[i]; *c != '\0'; c++)
                if (*c == '_') *c = ' ';
            hg_text_add_shown(&to->text, kinds.text[i]);
            hg_text_add(&to->text, " ");
            if (strstr(kinds.text[i], "bytes") != NULL)
                hg_text_add_bytes_count(&to->text, traffic.value[i]);
            else
                hg_text_add_count(&to->text, fabs(traffic.value[i]) < 0x1p62 ? (int64_t)traffic.value[i]
                                                                          : INT64_MAX);
        }
        hg_text_add(&to->text, "\n");
    }
    hg_results_texts_free(&kinds);
    hg_results_values_free(&traffic);
}

static void tell_performance(told *to)
{
    if (!hg_results_has(to->results, "/performance/phase")) return;
    hg_text_add(&to->text, "\nTime and memory\n");
    tell_time(to);
    tell_phases(to);
    tell_memory(to);
}

static void tell_attribute(told *to, const char *name, const char *attribute)
{
    char *value = NULL;
    if (noted(to, hg_results_provenance_text(to->results, attribute, &value)) == HG_OK)
        add_line(to, name, value);
    hg_release(&value);
}

static void tell_revision(told *to)
{
    char *revision = NULL;
    int64_t dirty = 0;
    if (noted(to, hg_results_provenance_text(to->results, "git_revision", &revision)) == HG_OK &&
        noted(to, hg_results_provenance_integer(to->results, "git_dirty", &dirty)) == HG_OK &&
        revision[0] != '\0') {
        label(to, "revision");
        hg_text_add_shown(&to->text, revision);
        hg_text_add(&to->text, "%s\n", dirty != 0 ? ", changed since" : "");
    }
    hg_release(&revision);
}

static void tell_provenance(told *to)
{
    int64_t ranks = 0, threads = 0;
    hg_text_add(&to->text, "\nWhere it comes from\n");
    add_line(to, "program", to->results->source);
    tell_revision(to);
    tell_attribute(to, "machines", "hosts");
    tell_attribute(to, "processor", "cpu");
    if (noted(to, hg_results_provenance_integer(to->results, "ranks", &ranks)) == HG_OK &&
        noted(to, hg_results_provenance_integer(to->results, "threads", &threads)) == HG_OK) {
        label(to, "layout");
        hg_text_add_counted(&to->text, ranks, "rank");
        hg_text_add(&to->text, " x ");
        hg_text_add_counted(&to->text, threads, "thread");
        hg_text_add(&to->text, "\n");
    }
    tell_attribute(to, "start", "start");
    tell_attribute(to, "end", "end");
    tell_attribute(to, "command", "command_line");
    label(to, "again");
    hg_text_add(&to->text, "happygene run ");
    hg_text_add_shown(&to->text, to->results->path);
    hg_text_add(&to->text, " -o AGAIN.h5\n");
}

static void tell(told *to)
{
    hg_config config = {0};
    const hg_config *known = NULL;
    if (noted(to, hg_results_parse(&config, to->results->path, to->results->run_file_resolved, NULL,
                                   0)) == HG_OK)
        known = &config;
    hg_text_add_shown(&to->text, to->results->title);
    hg_text_add(&to->text, "\n");
    tell_state(to, known);
    tell_checkpoint(to);
    tell_run(to, known);
    if (known == NULL) {
        hg_text_add(&to->text, "  (the run file in it cannot be read by this program)\n");
        to->troubles++;
    }
    tell_results(to);
    tell_ancestry(to, known);
    tell_performance(to);
    tell_provenance(to);
    hg_config_free(&config);
}

/* Of a result that cannot be opened: what a crash left is no loss where there are checkpoints. */
static hg_status mention_checkpoint(const char *path)
{
    char reason[4096], *output = NULL;
    const size_t length = strlen(path);
    snprintf(reason, sizeof reason, "%s", hg_error_message());
    const bool any = length > 3 && strcmp(path + length - 3, ".h5") == 0 &&
                     hg_copy_text(&output, HG_MEMORY_OTHER, path) == HG_OK &&
                     hg_path_follow(&output) == HG_OK && hg_checkpoint_any(output);
    hg_release(&output);
    return hg_fail(HG_BAD_INPUT, "%s%s", reason,
                   any ? "; a checkpoint lies beside it: happygene run with --resume goes on" : "");
}

static hg_status run(int count, char **words)
{
    const char *path;
    int given, ascii = 0, verbose = 0;
    const hg_option options[] = {{.name = "--ascii", .count = &ascii},
                                 {.name = "--verbose,-v", .count = &verbose}};
    HG_TRY(hg_options_parse(&hg_command_info, count, words, options, 2, &path, 1, 1, &given));
    hg_results results;
    hg_status status = hg_results_open(&results, path);
    if (status == HG_OK) {
        told to = {.results = &results, .text = hg_text_of(HG_MEMORY_OTHER),
                   .unicode = ascii == 0 && hg_chart_unicode(), .all = verbose > 0};
        char *text = NULL;
        tell(&to);
        status = hg_text_take(&to.text, &text);
        if (status == HG_OK && to.starved)
            status = hg_fail(HG_NO_MEMORY, "no memory to read all of %s", path);
        if (status == HG_OK) fputs(text, stdout);
        if (status == HG_OK && to.troubles > 0)
            status = hg_fail(HG_BAD_INPUT, "%s: parts of it cannot be read", path);
        hg_release(&text);
    }
    hg_results_close(&results);
    return status == HG_BAD_INPUT ? mention_checkpoint(path) : status;
}

const hg_command hg_command_info = {
    .name = "info",
    .synopsis = "info RUN.h5 [--ascii] [--verbose]",
    .summary = "what was run, how it went, where time and memory were spent",
    .text =
        "Tells what a result file holds: what was run and how far it got, how fitness and\n"
        "expression went from the first generation to the last, where time and memory were\n"
        "spent, and how to repeat it. Files of runs that have not ended, or that a crash left,\n"
        "are told as far as they go. Of a run with `output.ancestry: true` it counts the ancestors\n"
        "of the last generation back in time, names the most recent one that all of it has in\n"
        "common, and follows the line of descent of the fittest from snapshot to snapshot.\n"
        "\n"
        "  --ascii    draw with plain characters; by default the pictures are in UTF-8 unless\n"
        "             LC_ALL, LC_CTYPE or LANG names another character set\n"
        "  --verbose  the line of descent in full, with each allele that changed\n"
        "\n"
        "Exit code 65: the file, or a part of it, cannot be read.\n"
        "\n"
        "Example:\n"
        "  happygene info quickstart.h5\n",
    .run = run,
};
