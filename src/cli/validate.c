/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "base/text.h"
#include "cli/cli.h"
#include "io/runfile.h"

#define MOST_OVERRIDES 64
#define UPDATES_PER_SECOND 4e8 /* gene updates of one core: a rough figure, measured with W */
#define PROCESS_BYTES 40e6     /* what MPI, HDF5 and the program itself take */
#define FILE_BYTES 65536.0     /* of a result file without results */

/* Numbers in memory per individual, in copies of the genotype. */
static double memory_bytes(const hg_config *config, const hg_network *network)
{
    const double individuals = (double)config->population.individuals;
    const double alleles = (double)config->population.genes +
                           (config->network.heritable ? (double)network->edges : 0.0);
    const double copies = config->mating.system == HG_MATING_SEXUAL ? 3.0 : 2.0;
    return copies * individuals * alleles * 8.0 + PROCESS_BYTES;
}

/* How many generations are recorded `every` so many, the first and the last always. */
static double records(int64_t generations, int64_t every)
{
    if (generations == 0) return 1.0;
    if (every == 0) return 2.0;
    return (double)(generations / every) + 1.0 + (generations % every != 0);
}

static double snapshot_bytes(const hg_config *config, const hg_network *network)
{
    const double genes = (double)config->population.genes, edges = (double)network->edges;
    const double width = config->output.single_precision ? 4.0 : 8.0;
    const struct {
        hg_field field;
        double bytes;
    } sizes[] = {{HG_FIELD_BASAL, genes * width},       {HG_FIELD_WEIGHT, edges * width},
                 {HG_FIELD_EXPRESSION, genes * width},  {HG_FIELD_INSTABILITY, genes * width},
                 {HG_FIELD_FITNESS, 8.0},               {HG_FIELD_STABLE, 1.0},
                 {HG_FIELD_PARENT, 8.0},                {HG_FIELD_PARENT2, 8.0},
                 {HG_FIELD_DEME, 4.0}};
    double bytes = 0.0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (config->output.fields & (unsigned)sizes[i].field) bytes += sizes[i].bytes;
    return bytes * (double)config->population.individuals;
}

static double output_bytes(const hg_config *config, const hg_network *network)
{
    const int64_t generations = config->run.generations;
    const double genes = (double)config->population.genes, edges = (double)network->edges;
    const double record = 12.0 * 8.0 + 4.0 * genes * 8.0 +
                          (config->network.heritable ? 2.0 * edges * 8.0 : 0.0);
    const double snapshots = records(generations, config->output.snapshots_every) +
                             (double)config->output.snapshots_at_count;
    return FILE_BYTES + genes * 16.0 + edges * 16.0 +
           records(generations, config->output.statistics_every) * record +
           snapshots * snapshot_bytes(config, network);
}

static double compute_seconds(const hg_config *config)
{
    return (double)config->population.individuals * (double)config->population.genes *
           ((double)config->run.generations + 1.0) * (double)config->development.steps /
           UPDATES_PER_SECOND;
}

/* As comments, so that what is printed remains a run file. */
static hg_status print_estimates(const hg_config *config, const hg_network *network)
{
    hg_text text = hg_text_of(HG_MEMORY_OTHER);
    hg_text_add(&text, "\n# Estimates\n#   network   %lld genes, %lld edges\n#   memory    ",
                (long long)network->genes, (long long)network->edges);
    hg_text_add_bytes_count(&text, memory_bytes(config, network));
    hg_text_add(&text, " on one rank; on P ranks, the part above 40 MB divided by P\n"
                       "#   output    ");
    hg_text_add_bytes_count(&text, output_bytes(config, network));
    hg_text_add(&text, "%s\n#   time      ", config->output.deflate > 0 ?
                " before compression" : "");
    hg_text_add_duration(&text, compute_seconds(config));
    hg_text_add(&text, " on one core at %.0e gene updates a second (rough)\n",
                UPDATES_PER_SECOND);
    char *printed;
    HG_TRY(hg_text_take(&text, &printed));
    fputs(printed, stdout);
    hg_release(&printed);
    return HG_OK;
}

static hg_status validate(const char *path, const char *const *overrides, int count, int quiet)
{
    hg_config config = {0};
    hg_network network = {0};
    char *text = NULL, *resolved = NULL;
    hg_status status;
    HG_TRY_OUT(hg_runfile_load(path, &text));
    HG_TRY_OUT(hg_runfile_parse(&config, path, text, overrides, count));
    HG_TRY_OUT(hg_runfile_resolve(&config, &network));
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
    "Checks a run file and the network file that it names, without running anything, and\n"
    "prints the resolved run file: every default filled in, the seed drawn, numbers given as\n"
    "distributions over the genes replaced by those drawn. What is printed is itself a run\n"
    "file, for the same folder. Comments at its end estimate the memory per rank, the size of\n"
    "the output and the time.\n\n"
    "All mistakes are told in one go, as FILE:LINE:COLUMN: what is wrong, what is allowed;\n"
    "the exit code is then 65.\n\n"
    "Options:\n"
    "  --set KEY=VALUE   overrides a key, as in --set population.individuals=500\n"
    "  --quiet           checks only, and prints nothing when all is well\n\n"
    "Example:\n"
    "  happygene validate my.yaml --set run.seed=7 > resolved.yaml\n",
    run};
