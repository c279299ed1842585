/* SPDX-License-Identifier: GPL-3.0-or-later
 * happygene export: a result as tables, and its network, for other programs. */
#include "cli/export/export.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/visible.h"
#include "cli/cli.h"
#include "io/runfile.h"

const hg_export_table hg_export_tables[] = {
    {"statistics", "a row by generation: fitness, parents, mutations, environment", true,
     hg_export_statistics, NULL},
    {"demes", "a row by generation and deme", true, hg_export_demes, NULL},
    {"genes", "a row by generation and gene: means and variances", true, hg_export_genes, NULL},
    {"deme_genes", "a row by generation, deme and gene", true, hg_export_deme_genes, NULL},
    {"individuals", "a row by individual and gene: what the snapshots hold", true,
     hg_export_individuals, NULL},
    {"weights", "a row by individual and edge: heritable weights in the snapshots", true,
     hg_export_weights, NULL},
    {"network", "a row by edge; with heritable weights by generation and edge", true,
     hg_export_network, NULL},
    {"performance", "a row by quantity: time, memory, traffic", true, hg_export_performance, NULL},
    {"sbml", "the network with its kinetic laws, SBML Level 3", false, hg_export_sbml, NULL},
    {"graphml", "the network for igraph, Cytoscape, Gephi, NetworkX", false, hg_export_graphml, NULL},
    {"dot", "the network for Graphviz", false, hg_export_dot, NULL},
    {"tskit", "nodes, edges, individuals for tskit: who descends from whom", false, NULL,
     hg_export_tskit},
    {.name = NULL}};

/* --- values --------------------------------------------------------------------------------- */

void hg_export_text(const hg_export *export, const char *words)
{
    const char special[] = {export->separator, '"', '\n', '\r', '\0'};
    if (strpbrk(words, special) == NULL) {
        fputs(words, export->file);
        return;
    }
    fputc('"', export->file);
    for (const char *c = words; *c != '\0'; c++) {
        if (*c == '"') fputc('"', export->file);
        fputc(*c, export->file);
    }
    fputc('"', export->file);
}

void hg_export_number(const hg_export *export, double value)
{
    if (isnan(value)) fputs("NaN", export->file);
    else if (isinf(value)) fputs(value > 0.0 ? "Inf" : "-Inf", export->file);
    else fprintf(export->file, "%.17g", value);
}

void hg_export_integer(const hg_export *export, double value)
{
    fprintf(export->file, "%.0f", value);
}

/* --- generations ---------------------------------------------------------------------------- */

static hg_status refuse_generation(const hg_export *export, const char *group,
                                   const hg_results_values *recorded)
{
    hg_text list = hg_text_of(HG_MEMORY_OTHER);
    char *words;
    for (int64_t i = 0; i < recorded->rows; i++) {
        if (recorded->rows > 12 && i == 5) {
            hg_text_add(&list, ", ...");
            i = recorded->rows - 3;
        }
        hg_text_add(&list, "%s%.0f", i > 0 ? ", " : "", recorded->value[i]);
    }
    HG_TRY(hg_text_take(&list, &words));
    hg_fail(HG_BAD_INPUT, "%s: generation %" PRId64 " is not recorded in /%s; recorded: %s",
            export->results->path, export->generation, group, words);
    hg_release(&words);
    return HG_BAD_INPUT;
}

hg_status hg_export_select(const hg_export *export, const char *group, bool only_last,
                           hg_export_rows *rows)
{
    char path[64];
    *rows = (hg_export_rows){0, 0, {0, 0, NULL}};
    snprintf(path, sizeof path, "/%s/generation", group);
    HG_TRY(hg_results_read(export->results, path, &rows->generation));
    rows->end = rows->generation.rows;
    if (rows->end == 0)
        return hg_fail(HG_BAD_INPUT, "%s: nothing is recorded yet", export->results->path);
    if (export->generation < 0) {
        if (only_last && !export->all) rows->first = rows->end - 1;
        return HG_OK;
    }
    for (int64_t i = 0; i < rows->generation.rows; i++)
        if (rows->generation.value[i] == (double)export->generation) {
            rows->first = i;
            rows->end = i + 1;
            return HG_OK;
        }
    return refuse_generation(export, group, &rows->generation);
}

/* --- what is asked for ---------------------------------------------------------------------- */

typedef struct request {
    const char *path, *table, *generation, *format, *output;
    int quiet, verbose;
    const hg_export_table *row;
} request;

static hg_status find_table(request *asked)
{
    enum { MOST_TABLES = 32 };
    const char *names[MOST_TABLES];
    int count = 0;
    hg_text list = hg_text_of(HG_MEMORY_OTHER);
    for (const hg_export_table *table = hg_export_tables; table->name != NULL; table++) {
        if (asked->table != NULL && strcmp(table->name, asked->table) == 0) asked->row = table;
        hg_text_add(&list, "%s%s", count > 0 ? ", " : "", table->name);
        if (count < MOST_TABLES) names[count++] = table->name;
    }
    char *words;
    HG_TRY(hg_text_take(&list, &words));
    hg_status status = HG_OK;
    const char *nearest = asked->table == NULL ? NULL
                                               : hg_text_nearest(asked->table, names, count);
    if (asked->table == NULL)
        status = hg_fail(HG_USAGE, "export: --table is missing; allowed: %s", words);
    else if (asked->row == NULL && nearest != NULL)
        status = hg_fail(HG_USAGE, "export: there is no table '%s' (did you mean '%s'?)",
                         asked->table, nearest);
    else if (asked->row == NULL)
        status = hg_fail(HG_USAGE, "export: there is no table '%s'; allowed: %s", asked->table,
                         words);
    hg_release(&words);
    return status;
}

static hg_status read_choices(const request *asked, hg_export *export)
{
    export->separator = ',';
    export->generation = -1;
    if (asked->format != NULL && !asked->row->is_separated)
        return hg_fail(HG_USAGE, "export: --format %s: the table %s has a format of its own",
                       asked->format, asked->row->name);
    if (asked->format != NULL && strcmp(asked->format, "tsv") == 0) export->separator = '\t';
    else if (asked->format != NULL && strcmp(asked->format, "csv") != 0)
        return hg_fail(HG_USAGE, "export: --format %s: allowed: csv, tsv", asked->format);
    if (asked->generation == NULL) return HG_OK;
    if (asked->row->write == hg_export_performance)
        return hg_fail(HG_USAGE, "export: --generation %s: the table performance is of the whole run",
                       asked->generation);
    export->all = strcmp(asked->generation, "all") == 0;
    if (!export->all && (!hg_integer_parse(asked->generation, &export->generation) ||
                         export->generation < 0))
        return hg_fail(HG_USAGE, "export: --generation %s: allowed: a generation, or all",
                       asked->generation);
    return HG_OK;
}

/* --- where it goes -------------------------------------------------------------------------- */

/* The table must not take the place of the result that it is made from. */
static hg_status check_output(const request *asked)
{
    struct stat result, output;
    if (asked->row->write_files != NULL) return HG_OK; /* it is but how their names begin */
    if (asked->output == NULL || stat(asked->output, &output) != 0) return HG_OK;
    if (S_ISDIR(output.st_mode))
        return hg_fail(HG_USAGE, "export: -o %s: a folder", asked->output);
    if (stat(asked->path, &result) == 0 && result.st_dev == output.st_dev &&
        result.st_ino == output.st_ino)
        return hg_fail(HG_USAGE, "export: -o %s: that is the result itself", asked->output);
    return HG_OK;
}

/* A file that is whole or not there: written beside, then given its name. Anything else that is
 * there already (/dev/stdout, a pipe) is written to as it is. */
static hg_status write_file(const request *asked, hg_export *export)
{
    struct stat there;
    const bool beside = stat(asked->output, &there) != 0 || S_ISREG(there.st_mode);
    hg_text name = hg_text_of(HG_MEMORY_OTHER);
    char *path;
    hg_text_add(&name, "%s", asked->output);
    if (beside) hg_text_add(&name, ".%ld.part", (long)getpid());
    HG_TRY(hg_text_take(&name, &path));
    hg_status status = HG_OK;
    export->file = fopen(path, "w");
    if (export->file == NULL) {
        status = hg_fail(HG_IO, "%s: cannot be written: %s", asked->output, strerror(errno));
        hg_release(&path);
        return status;
    }
    status = asked->row->write(export);
    errno = 0;
    const bool failed = fflush(export->file) != 0 || ferror(export->file) != 0 ||
                        (beside && fsync(fileno(export->file)) != 0);
    const int reason = errno;
    if (fclose(export->file) != 0 || failed)
        status = hg_fail(HG_IO, "%s: cannot be written: %s", asked->output,
                         reason != 0 ? strerror(reason) : "the disk refuses");
    if (beside && status == HG_OK && rename(path, asked->output) != 0)
        status = hg_fail(HG_IO, "%s: cannot be written: %s", asked->output, strerror(errno));
    if (beside && status != HG_OK) remove(path);
    hg_release(&path);
    return status;
}

static hg_status write_out(const request *asked, hg_export *export)
{
    if (asked->row->write_files != NULL) return asked->row->write_files(export, asked->output);
    if (asked->output != NULL && strcmp(asked->output, "-") != 0) return write_file(asked, export);
    export->file = stdout;
    const hg_status status = asked->row->write(export);
    return ferror(stdout) ? HG_OK : status; /* main() tells what standard output does not take */
}

static hg_status read_run(const request *asked, const hg_results *results, hg_export *export)
{
    HG_TRY(hg_results_network(results, &export->network));
    HG_TRY(hg_results_parse(&export->config, asked->path, results->run_file_resolved, NULL, 0));
    HG_TRY(hg_runfile_resolve_with(&export->config, &export->network));
    if (!results->complete && !asked->quiet)
        hg_tell("happygene: %s is unfinished: recorded up to generation %" PRId64 "\n",
                results->path, results->generations_done);
    return HG_OK;
}

static hg_status export_all(const request *asked)
{
    hg_results results = {.file = -1};
    hg_export export = {.results = &results};
    hg_status status;
    HG_TRY_OUT(read_choices(asked, &export));
    HG_TRY_OUT(check_output(asked));
    HG_TRY_OUT(hg_results_open(&results, asked->path));
    HG_TRY_OUT(read_run(asked, &results, &export));
    status = write_out(asked, &export);
out:
    hg_network_free(&export.network);
    hg_config_free(&export.config);
    hg_results_close(&results);
    return status;
}

static hg_status run(int count, char **words)
{
    request asked = {.path = NULL};
    int operands;
    const hg_option options[] = {
        {.name = "--table,-t", .argument = "NAME", .value = &asked.table},
        {.name = "--generation,-g", .argument = "T", .value = &asked.generation},
        {.name = "--format,-f", .argument = "csv|tsv", .value = &asked.format},
        {.name = "--output,-o", .argument = "FILE", .value = &asked.output},
        {.name = "--quiet,-q", .count = &asked.quiet},
        {.name = "--verbose,-v", .count = &asked.verbose},
    };
    HG_TRY(hg_options_parse(&hg_command_export, count, words, options,
                            sizeof options / sizeof *options, &asked.path, 1, 1, &operands));
    HG_TRY(find_table(&asked));
    return export_all(&asked);
}

static void add_tables(hg_text *text)
{
    hg_text_add(text, "\nTables:\n");
    for (const hg_export_table *table = hg_export_tables; table->name != NULL; table++)
        hg_text_add(text, "  %-12s %s\n", table->name, table->doc);
}

const hg_command hg_command_export = {
    .name = "export",
    .data = true,
    .synopsis = "export RUN.h5 --table NAME [--generation T|all] [--format csv|tsv]\n"
                "                [-o FILE]",
    .summary = "a result as tables (CSV, TSV), its network as SBML, GraphML, DOT",
    .text =
        "Prints one table of a result file: a line of names, then a line for each observation,\n"
        "with commas between (--format tsv: tabs) and numbers in full precision. Generations,\n"
        "demes, individuals, genes and edges have their numbers, from 0, genes their names too;\n"
        "the two alleles of a diploid are basal_1 and basal_2, or weight_1 and weight_2.\n"
        "Networks have the mean weights of a generation where weights are heritable.\n"
        "SBML and GraphML can be the network.file of a run file; weights come back to the bit.\n"
        "\n"
        "The table tskit is three files, PREFIX.nodes.txt, PREFIX.edges.txt and\n"
        "PREFIX.individuals.txt, of a run with output.ancestry: true; the call of\n"
        "tskit.load_text() that reads them is printed. Samples are the genomes of the last\n"
        "generation, or of --generation T; time counts generations back, and gene g lies from g\n"
        "to g+1. Nodes are the ancestors in which lines of descent meet, and the founders; with\n"
        "--generation all every genome of every generation.\n"
        "\n"
        "  -t, --table NAME    one of those below\n"
        "  -g, --generation T  only this generation, or all; by default individuals, weights and\n"
        "                      the networks are of the last, the rest is of all\n"
        "  -f, --format csv|tsv\n"
        "  -o, --output FILE   write to FILE, which is replaced once all is written; of tskit how\n"
        "                      the names of the files begin\n"
        "  -q, --quiet         do not tell that the run is unfinished\n"
        "\n"
        "Exit code 65: the file is damaged, or has no such table or generation.\n"
        "\n"
        "Examples:\n"
        "  happygene export quickstart.h5 --table statistics -o statistics.csv\n"
        "  happygene export quickstart.h5 --table individuals --generation 0 --format tsv\n"
        "  happygene export quickstart.h5 --table sbml -o network.xml\n"
        "  happygene export family.h5 --table tskit -o family\n",
    .run = run,
    .add_more = add_tables,
};
