/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "engine/cost.h"
#include "engine/needs.h"
#include "io/earlier.h"
#include "io/output.h"
#include "io/runfile.h"
#include "population/environment.h"
#include "population/statistics.h"

#define MOST_OVERRIDES 64
#define FILE_BYTES 65536.0  /* of a result file without results */

/* Statistics have a column by gene of the basal level and of expression, and by heritable edge. */
static double columns_of(const hg_config *config, const hg_network *network)
{
    return 2.0 * (double)config->population.genes +
           (config->network.heritable ? (double)network->edges : 0.0);
}

static double snapshot_bytes(const hg_config *config, const hg_network *network)
{
    const double genes = (double)config->population.genes, edges = (double)network->edges;
    const double width = config->output.single_precision ? 4.0 : 8.0;
    const double ploidy = config->population.ploidy;
    const struct {
        hg_field field;
        double bytes;
    } sizes[] = {{HG_FIELD_BASAL, genes * ploidy * width}, {HG_FIELD_WEIGHT, edges * ploidy * width},
                 {HG_FIELD_EXPRESSION, genes * width},     {HG_FIELD_INSTABILITY, genes * width},
                 {HG_FIELD_FITNESS, 8.0},                  {HG_FIELD_STABLE, 1.0},
                 {HG_FIELD_PARENT, 8.0},                   {HG_FIELD_PARENT2, 8.0},
                 {HG_FIELD_DEME, 4.0}};
    double bytes = 0.0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (config->output.fields & (unsigned)sizes[i].field) bytes += sizes[i].bytes;
    return bytes * (double)config->population.individuals;
}

/* A mean and a variance by column, and what is one number; the same by deme. */
static double record_bytes(const hg_config *config, const hg_network *network)
{
    const double columns = 2.0 * columns_of(config, network), genes = (double)network->genes;
    const unsigned series = hg_deme_series_of(config);
    const double demes = config->population.demes > 1 ? (double)config->population.demes : 0.0;
    const double optima = genes * (double)hg_optima_recorded(config);
    double own = 7.0 + columns + (series & HG_DEME_OPTIMUM ? optima : 0.0);
    for (unsigned s = HG_DEME_TF_CONCENTRATION; s <= HG_DEME_NUTRIENTS; s *= 2)
        if (series & s) own += 1.0;
    return 8.0 * (12.0 + columns + optima + demes * own);
}

static double output_bytes(const hg_config *config, const hg_network *network)
{
    const int64_t generations = config->run.generations;
    const double genes = (double)config->population.genes, edges = (double)network->edges;
    const double records = (double)hg_output_records_due(config, generations);
    const double snapshots = (double)hg_output_snapshots_due(config, generations);
    return FILE_BYTES + genes * 16.0 + edges * 16.0 +
           records * record_bytes(config, network) +
           snapshots * snapshot_bytes(config, network) +
           (config->output.ancestry
                ? ((double)generations + 1.0) * (double)hg_output_ancestry_bytes(config) : 0.0);
}

/* As comments, so that what is printed remains a run file. */
static hg_status print_estimates(const hg_config *config, const hg_network *network)
{
    hg_text text = hg_text_of(HG_MEMORY_OTHER);
    const double seconds = ((double)config->run.generations + 1.0) * hg_cost_of_generation(config, network);
    const double shared = hg_needs_of_rank(config, network, 1);
    hg_text_add(&text, "\n# Estimates\n#   network   %lld gene%s, %lld edge%s\n",
                (long long)network->genes, network->genes == 1 ? "" : "s",
                (long long)network->edges, network->edges == 1 ? "" : "s");
    if (config->population.demes > 1) {
        hg_text_add(&text, "#   demes     ");
        hg_text_add_count(&text, config->population.demes);
        hg_config_add_deme_sizes(&text, config);
        hg_text_add(&text, "\n");
    }
    hg_text_add(&text, "#   memory    ");
    hg_text_add_bytes_count(&text, hg_needs_of_population(config, network, 1) + shared);
    hg_text_add(&text, " on one rank of one thread; on P ranks, the part above ");
    hg_text_add_bytes_count(&text, shared);
    hg_text_add(&text, " divided by P\n#   output    ");
    hg_text_add_bytes_count(&text, output_bytes(config, network));
    hg_text_add(&text, "%s\n#   time      %.2g core-seconds: ", config->output.deflate > 0 ?
                " before compression" : "", seconds);
    hg_text_add_duration(&text, seconds);
    hg_text_add(&text, " on one core; on P ranks of C cores each, "
                "divided by P*C (rough)\n");
    char *printed;
    HG_TRY(hg_text_take(&text, &printed));
    fputs(printed, stdout);
    hg_release(&printed);
    return HG_OK;
}

static hg_status check_earlier(const hg_config *config, const hg_network *network)
{
    hg_earlier *earlier;
    if (config->population.initial.from == NULL) return HG_OK;
    HG_TRY(hg_earlier_open(&earlier, config->population.initial.from, config, network));
    hg_earlier_close(&earlier);
    return HG_OK;
}

/* The folder that the result goes into, seen from here as `run` would see it. */
static hg_status check_folder(const hg_config *config)
{
    char folder[PATH_MAX];
    struct stat found;
    hg_path_folder(config->output.file, folder);
    if (stat(folder, &found) != 0)
        return hg_fail(HG_BAD_INPUT, "%s: output.file: the folder '%s' cannot be used: %s",
                       config->path, folder, strerror(errno));
    if (S_ISDIR(found.st_mode)) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: output.file: '%s' is not a folder", config->path, folder);
}

static hg_status validate(const char *path, const char *const *overrides, int count, int quiet)
{
    hg_config config = {0};
    hg_network network = {0};
    char *text = NULL, *resolved = NULL;
    hg_status status;
    HG_TRY_OUT(hg_runfile_load(path, &text));
    HG_TRY_OUT(hg_runfile_parse(&config, path, text, overrides, count));
    HG_TRY_OUT(check_folder(&config));
    HG_TRY_OUT(hg_runfile_check_earlier(&config));
    HG_TRY_OUT(hg_earlier_adopt(&config));
    HG_TRY_OUT(hg_runfile_resolve(&config, &network));
    if (config.notes != NULL) hg_progress_tell(config.notes);
    HG_TRY_OUT(check_earlier(&config, &network));
    HG_TRY_OUT(hg_runfile_print(&config, &resolved));
    if (!quiet) {
        fputs(resolved, stdout);
        HG_TRY_OUT(print_estimates(&config, &network));
    }
out:
    hg_network_free(&network);
    hg_config_free(&config);
    hg_release(&text);
    hg_release(&resolved);
    return status;
}

static hg_status run(int count, char **words)
{
    const char *overrides[MOST_OVERRIDES], *file[1];
    int override_count = 0, operands, quiet = 0, verbose = 0;
    const hg_option options[] = {
        {.name = "--set", .argument = "KEY=VALUE", .values = overrides, .count = &override_count,
         .room = MOST_OVERRIDES},
        {.name = "--quiet,-q", .count = &quiet},
        {.name = "--verbose,-v", .count = &verbose}};
    HG_TRY(hg_options_parse(&hg_command_validate, count, words, options, 3, file, 1, 1, &operands));
    return validate(file[0], overrides, override_count, quiet);
}

const hg_command hg_command_validate = {
    "validate", "validate FILE [--set KEY=VALUE]... [--quiet]",
    "check a run file and print it with every default filled in",
    "Checks a run file and the files that it names, without running anything, and\n"
    "prints the resolved run file: every default filled in, the seed drawn, numbers given as\n"
    "distributions over the genes replaced by those drawn. What is printed is itself a run\n"
    "file, for the same folder. Comments at its end estimate the memory per rank, the size of\n"
    "the output and the time. The folder of the result must exist.\n\n"
    "All mistakes are told in one go, as FILE:LINE:COLUMN: what is wrong, what is allowed;\n"
    "the exit code is then 65.\n\n"
    "Options:\n"
    "  --set KEY=VALUE   overrides a key, as in --set population.individuals=500\n"
    "  --quiet           checks only, and prints nothing when all is well\n\n"
    "Example:\n"
    "  happygene validate my.yaml --set run.seed=7 > resolved.yaml\n",
    .run = run};
