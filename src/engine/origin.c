/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where a run comes from: rank 0 reads, all ranks get the same configuration. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/path.h"
#include "engine/engine.h"
#include "io/checkpoint.h"
#include "io/earlier.h"
#include "io/results.h"
#include "io/runfile.h"
#include "parallel/team.h"

/* Checkpoints and readers go by the ending. */
static bool is_result_file(const char *path)
{
    const size_t length = strlen(path);
    return length > 3 && strcmp(path + length - 3, ".h5") == 0;
}

/* A result that is gone on with by its own name is the output. */
static const char *output_of(const hg_run *run, const char *path, const char *text,
                             const hg_run_options *options)
{
    if (options->output != NULL) return options->output;
    const bool itself = options->resume && text == NULL && is_result_file(path);
    return itself ? path : run->config.output.file;
}

static hg_status name_output(hg_run *run, const char *path, const char *text,
                             const hg_run_options *options)
{
    if (options->no_output) return HG_OK;
    const char *output = output_of(run, path, text, options);
    if (!is_result_file(output))
        return hg_fail(HG_USAGE, "the output '%s' needs a name that ends in .h5", output);
    HG_TRY(hg_copy_text(&run->output_path, HG_MEMORY_CONFIGURATION, output));
    HG_TRY(hg_path_follow(&run->output_path));
    if (is_result_file(run->output_path)) return HG_OK;
    return hg_fail(HG_USAGE, "the output '%s' is a symbolic link to %s, which needs a name that ends in "
                   ".h5", output, run->output_path);
}

static hg_status keep_seed(hg_run *run, const char *path, const char *text,
                           const hg_run_options *options, uint64_t seed)
{
    if (!run->config.run.seed_drawn) return HG_OK;
    const char **words;
    char word[48];
    const size_t count = (size_t)options->set_count;
    HG_TRY(hg_allocate(&words, HG_MEMORY_OTHER, count + 1, sizeof *words));
    if (count > 0) memcpy(words, options->set, count * sizeof *words);
    snprintf(word, sizeof word, "run.seed=%" PRIu64, seed);
    words[count] = word;
    hg_config_free(&run->config);
    const hg_status status = hg_runfile_parse(&run->config, path, text, words, (int)count + 1);
    hg_release(&words);
    return status;
}

/* What was drawn, or found in an earlier run, when the run began, is not drawn or looked for a
 * second time when it is resumed. */
static hg_status keep_origin(hg_run *run, const char *path, const char *text,
                             const hg_run_options *options, bool *kept)
{
    hg_config then;
    *kept = false;
    const bool asked = run->config.run.seed_drawn || run->config.population.initial.from != NULL;
    if (!asked || !options->resume || options->no_output) return HG_OK;
    hg_status status = HG_OK;
    if (hg_resume_config(run->output_path, path, &then)) {
        status = keep_seed(run, path, text, options, then.run.seed);
        *kept = then.population.initial.from != NULL;
    }
    if (status == HG_OK && *kept) hg_earlier_keep(&run->config, &then);
    hg_config_free(&then);
    return status;
}

/* A result holds all that followed from the earlier run when it began, unless --set names another
 * one now. */
static hg_status is_resolved(const hg_config *config, const char *path, const char *text,
                             bool *resolved)
{
    hg_config then;
    const hg_status status = hg_results_parse(&then, path, text, NULL, 0);
    const char *from = config->population.initial.from, *before = then.population.initial.from;
    *resolved = status == HG_OK && from != NULL && before != NULL && strcmp(from, before) == 0;
    hg_config_free(&then);
    return status;
}

static hg_status find_lineage(hg_run *run, const char *path, const char *text, bool repeated,
                              const hg_run_options *options)
{
    bool known = false;
    HG_TRY(keep_origin(run, path, text, options, &known));
    if (!options->resume || run->output_path == NULL || !hg_checkpoint_any(run->output_path))
        HG_TRY(hg_runfile_check_earlier(&run->config));
    if (!known && repeated) HG_TRY(is_resolved(&run->config, path, text, &known));
    return known ? HG_OK : hg_earlier_adopt(&run->config);
}

/* Rank 0: the configuration and the network from a run file, a text or a result file. */
static hg_status read_origin(hg_run *run, const char *path, const char *text,
                             const hg_run_options *options)
{
    char *loaded = NULL;
    hg_status status = HG_OK;
    const bool repeated = text == NULL && is_result_file(path);
    if (repeated) HG_TRY_OUT(hg_results_origin(path, &loaded, &run->network));
    else if (text == NULL) HG_TRY_OUT(hg_runfile_load(path, &loaded));
    HG_TRY_OUT((repeated ? hg_results_parse : hg_runfile_parse)(
        &run->config, path, text != NULL ? text : loaded, options->set, options->set_count));
    HG_TRY_OUT(name_output(run, path, text, options));
    HG_TRY_OUT(find_lineage(run, path, text != NULL ? text : loaded, repeated, options));
    if (!repeated) HG_TRY_OUT(hg_runfile_check_memory(&run->config));
    if (!repeated) HG_TRY_OUT(hg_foresee_memory(run));
    HG_TRY_OUT(repeated ? hg_runfile_resolve_with(&run->config, &run->network)
                        : hg_runfile_resolve(&run->config, &run->network));
    if (run->config.notes != NULL) hg_text_add(&run->notes, "%s", run->config.notes);
    status = hg_runfile_print(&run->config, &run->resolved);
out:
    hg_release(&loaded);
    return status;
}

/* All gene names in one block of text, a line each. */
static hg_status join_names(const hg_network *network, char **names)
{
    size_t size = 1;
    for (int64_t g = 0; g < network->genes; g++) size += strlen(network->name[g]) + 1;
    HG_TRY(hg_allocate(names, HG_MEMORY_CONFIGURATION, size, 1));
    char *to = *names;
    for (int64_t g = 0; g < network->genes; g++) to += sprintf(to, "%s\n", network->name[g]);
    return HG_OK;
}

static hg_status rebuild_network(hg_network *network, int64_t genes, char *names,
                                 const hg_edge *edges, int64_t edge_count)
{
    const char **name;
    HG_TRY(hg_allocate(&name, HG_MEMORY_CONFIGURATION, (size_t)genes, sizeof *name));
    for (int64_t g = 0; g < genes; g++) {
        name[g] = names;
        names = strchr(names, '\n');
        *names++ = '\0';
    }
    const hg_status status = hg_network_create(network, genes, name, genes, edges, edge_count);
    hg_release(&name);
    return status;
}

/* Collective: rank 0's network to all. */
static hg_status share_network(hg_network *network, MPI_Comm communicator, int rank)
{
    int64_t sizes[2] = {network->genes, network->edges};
    char *names = NULL;
    hg_edge *edges = NULL;
    hg_status status = rank == 0 ? join_names(network, &names) : HG_OK;
    HG_TRY_OUT(hg_team_agree(communicator, status));
    MPI_Bcast(sizes, 2, MPI_INT64_T, 0, communicator);
    status = hg_allocate(&edges, HG_MEMORY_NETWORK, (size_t)sizes[1], sizeof *edges);
    HG_TRY_OUT(hg_team_agree(communicator, status));
    for (int64_t e = 0; rank == 0 && e < sizes[1]; e++)
        edges[e] = (hg_edge){network->source[e], network->target[e], network->weight[e]};
    hg_team_share_bytes(communicator, 0, edges, (size_t)sizes[1] * sizeof *edges);
    HG_TRY_OUT(hg_team_share_text(communicator, 0, &names));
    if (rank != 0) status = rebuild_network(network, sizes[0], names, edges, sizes[1]);
    status = hg_team_agree(communicator, status);
out:
    hg_release(&names);
    hg_release(&edges);
    return status;
}

hg_status hg_run_configure(hg_run *run, const char *path, const char *text,
                           const hg_run_options *options)
{
    int rank;
    MPI_Comm_rank(run->communicator, &rank);
    hg_status status = rank == 0 ? read_origin(run, path, text, options) : HG_OK;
    HG_TRY(hg_team_share(run->communicator, 0, status));
    HG_TRY(share_network(&run->network, run->communicator, rank));
    HG_TRY(hg_team_share_text(run->communicator, 0, &run->resolved));
    if (!options->no_output) HG_TRY(hg_team_share_text(run->communicator, 0, &run->output_path));
    if (rank != 0) {
        status = hg_runfile_parse(&run->config, path, run->resolved, NULL, 0);
        if (status == HG_OK) status = hg_runfile_resolve_with(&run->config, &run->network);
    }
    return hg_team_agree(run->communicator, status);
}
