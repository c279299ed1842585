/* SPDX-License-Identifier: GPL-3.0-or-later
 * Going on: which checkpoint, whether it is of this run, and the population as it was. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/path.h"
#include "engine/engine.h"
#include "io/results.h"
#include "io/runfile.h"
#include "io/runfile_compare.h"
#include "parallel/team.h"

/* --- before anything is built: one process --------------------------------------------------- */

static bool parse_then(const char *resolved, const char *path, hg_config *then)
{
    if (hg_runfile_parse(then, path, resolved, NULL, 0) == HG_OK) return true;
    hg_config_free(then);
    return false;
}

/* Whether a checkpoint's output is another file than the one that lies there. */
static hg_status check_owner(const hg_checkpoint *content, const char *output)
{
    struct stat what;
    const bool there = stat(output, &what) == 0 && S_ISREG(what.st_mode);
    return there ? hg_output_image_check(&content->image, output) : HG_OK;
}

static bool read_checkpoint(const char *output, int64_t number, const char *path, hg_config *then)
{
    hg_checkpoint_file file = {.file = -1};
    char *name = NULL;
    const bool found = hg_checkpoint_path(output, number, &name) == HG_OK &&
                       hg_checkpoint_open(&file, name) == HG_OK &&
                       check_owner(&file.content, output) == HG_OK &&
                       parse_then(file.content.resolved, path, then);
    hg_checkpoint_close(&file, name);
    hg_release(&name);
    return found;
}

bool hg_resume_config(const char *output, const char *path, hg_config *then)
{
    hg_results results;
    *then = (hg_config){0};
    bool found = hg_results_open(&results, output) == HG_OK &&
                 parse_then(results.run_file_resolved, path, then);
    hg_results_close(&results);
    for (int64_t k = hg_checkpoint_next(output, 0); k >= 0 && !found;
         k = hg_checkpoint_next(output, k + 1))
        found = read_checkpoint(output, k, path, then);
    return found;
}

/* HG_BAD_INPUT, with all keys that differ. */
static hg_status compare_run_files(const hg_run *run, const char *what, const char *then)
{
    hg_text differences = hg_text_of(HG_MEMORY_OTHER);
    char *lines = NULL;
    hg_status status = hg_runfile_compare(then, run->resolved, &differences);
    if (status == HG_OK) status = hg_text_take(&differences, &lines);
    hg_text_free(&differences);
    if (status == HG_BAD_INPUT) hg_fail_within(status, "%s: ", what);
    if (status == HG_OK && lines[0] != '\0') {
        lines[strlen(lines) - 1] = '\0'; /* the last line's end */
        status = hg_fail(HG_BAD_INPUT, "%s is of another run file and cannot be gone on with:\n%s\n"
                         "allowed to change: output.file, checkpoint, limits; -o names another "
                         "output, --force starts again", what, lines);
    }
    hg_release(&lines);
    return status;
}

static hg_status refuse_network(const char *what)
{
    return hg_fail(HG_BAD_INPUT, "%s is of another network than the run file names now: its file has "
                   "changed", what);
}

/* What is damaged will be seen to; here it only matters whether it is of this run. */
static hg_status compare_network(const hg_run *run, const hg_results *results)
{
    hg_network then = {.genes = 0};
    const hg_status status = hg_results_network(results, &then);
    const bool same = status != HG_OK || hg_network_digest(&then) == hg_network_digest(&run->network);
    hg_network_free(&then);
    if (status != HG_OK && status != HG_BAD_INPUT) return status;
    return same ? HG_OK : refuse_network(results->path);
}

/* Whether a sound checkpoint beside the output belongs to another file: then none is removed. */
static bool is_foreign(const char *output, int64_t number)
{
    hg_checkpoint_file file = {.file = -1};
    char *path = NULL;
    const bool foreign = hg_checkpoint_path(output, number, &path) == HG_OK &&
                         hg_checkpoint_open(&file, path) == HG_OK &&
                         hg_output_image_check(&file.content.image, output) != HG_OK;
    hg_checkpoint_close(&file, path);
    hg_release(&path);
    return foreign;
}

/* A run that was killed when its output was complete could not remove its checkpoints. */
static hg_status retire(const char *output)
{
    for (int64_t k = hg_checkpoint_next(output, 0); k >= 0; k = hg_checkpoint_next(output, k + 1))
        if (is_foreign(output, k)) return HG_OK;
    return hg_checkpoint_retire(output);
}

hg_status hg_resume_check(const hg_run *run, bool *complete)
{
    hg_results results;
    *complete = false;
    hg_status status = hg_results_open(&results, run->output_path);
    if (status == HG_OK) {
        status = compare_run_files(run, run->output_path, results.run_file_resolved);
        if (status == HG_OK) status = compare_network(run, &results);
        *complete = status == HG_OK && results.complete;
    } else if (status == HG_BAD_INPUT) {
        status = HG_OK; /* damaged: a checkpoint may know more. What cannot be read may be sound */
    }
    hg_results_close(&results);
    return *complete ? retire(run->output_path) : status;
}

/* --- a checkpoint: all ranks --------------------------------------------------------------------- */

static hg_status check_content(const hg_run *run, const char *path, const hg_checkpoint *content)
{
    HG_TRY(compare_run_files(run, path, content->resolved));
    if (content->network != run->checkpoint.network)
        return refuse_network(path);
    if (content->individuals == run->checkpoint.individuals &&
        content->alleles == run->checkpoint.alleles &&
        content->counter_count == run->checkpoint.counter_count &&
        content->grid_count == run->checkpoint.grid_count &&
        content->rest_count == run->checkpoint.rest_count && content->generation >= 0 &&
        content->generation < run->config.run.generations)
        return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s does not go with its own run file", path);
}

static void take(void *context, hg_checkpoint_field field, int64_t first, int64_t count,
                 void *buffer)
{
    hg_run *run = context;
    const hg_genotypes *genotypes = &run->genotypes;
    const int64_t own = first - run->partition.first, alleles = run->checkpoint.alleles;
    const size_t levels = (size_t)(genotypes->genes * genotypes->ploidy);
    const size_t weights = (size_t)(genotypes->edges * genotypes->ploidy);
    for (int64_t i = 0; i < count; i++) {
        const int64_t j = own + i;
        if (field == HG_CHECKPOINT_GENOME) {
            const double *packed = (const double *)buffer + i * alleles;
            double *genome = hg_genome(genotypes, j);
            memcpy(genome, packed, levels * sizeof *genome);
            memcpy(genome + genotypes->weight_offset, packed + levels,
                   weights * sizeof *genome);
            if (genotypes->clonal) *hg_origin(genotypes, j) = packed[levels + weights];
        } else if (field == HG_CHECKPOINT_PARENT) {
            run->parentage.parent[j] = ((const int64_t *)buffer)[i];
        } else if (field == HG_CHECKPOINT_PARENT2) {
            if (run->mates.parent != NULL) run->mates.parent[j] = ((const int64_t *)buffer)[i];
        } else {
            run->parentage.children[j] = ((const int8_t *)buffer)[i] != 0;
        }
    }
}

static void note(hg_run *run, const char *format, const char *text)
{
    if (run->partition.rank == 0) hg_text_add(&run->notes, format, text);
}

/* One candidate. With `*refused`: nothing else will do either. */
static hg_status try_one(hg_run *run, const hg_output_plan *plan, const char *path,
                         hg_checkpoint_file *file, bool *refused)
{
    const MPI_Comm team = run->partition.communicator;
    hg_status status = hg_team_agree(team, hg_checkpoint_open(file, path));
    *refused = file->newer; /* not damaged: another program goes on with it */
    HG_TRY(status);
    if (run->partition.rank == 0) status = check_owner(&file->content, run->output_path);
    HG_TRY(hg_team_share(team, 0, status));
    status = hg_team_agree(team, check_content(run, path, &file->content));
    *refused = status != HG_OK;
    HG_TRY(status);
    status = hg_checkpoint_read(file, team, run->partition.first, run->partition.count, take, run);
    if (status != HG_OK) hg_fail_within(status, "%s: ", path);
    HG_TRY(status);
    char from[sizeof run->resumed_name + 64];
    snprintf(run->resumed_name, sizeof run->resumed_name, "%s", hg_path_name(path));
    snprintf(from, sizeof from, "generation %" PRId64 " (%s)", file->content.generation,
             run->resumed_name);
    status = hg_output_resume(&run->output, plan, &file->content.image, file->content.generation,
                              from);
    *refused = status != HG_BAD_INPUT; /* the others have the same output */
    return status;
}

/* --- the population ---------------------------------------------------------------------------- */

static bool same_genotype(const hg_run *run, int64_t a, int64_t b)
{
    const hg_genotypes *genotypes = &run->genotypes;
    const int64_t first = run->partition.first;
    return hg_partition_deme(&run->partition, first + a) ==
               hg_partition_deme(&run->partition, first + b) &&
           *hg_origin(genotypes, a) == *hg_origin(genotypes, b) &&
           memcmp(hg_genome(genotypes, a), hg_genome(genotypes, b),
                  (size_t)genotypes->stride * sizeof(double)) == 0;
}

/* Clones of one deme share a row again: each finds the first of its kind in a table of digests. */
static hg_status find_clones(hg_run *run)
{
    const hg_genotypes *genotypes = &run->genotypes;
    const int64_t count = run->partition.count;
    uint64_t slots = 16;
    int32_t *table; /* one more than an individual, or 0 */
    while (slots < 2 * (uint64_t)count) slots *= 2;
    HG_TRY(hg_allocate(&table, HG_MEMORY_OTHER, slots, sizeof *table));
    for (int64_t i = 0; i < count; i++) {
        uint64_t at = hg_digest(0, 0, hg_genome(genotypes, i),
                                (size_t)genotypes->stride * sizeof(double)) % slots;
        while (table[at] != 0 && !same_genotype(run, table[at] - 1, i)) at = (at + 1) % slots;
        if (table[at] == 0) table[at] = (int32_t)i + 1;
        run->row[i] = table[at] - 1;
    }
    hg_release(&table);
    return HG_OK;
}

static hg_status settle(hg_run *run)
{
    hg_genotypes *genotypes = &run->genotypes;
    for (int64_t i = 0; i < run->partition.count; i++) run->row[i] = (int32_t)i;
    if (genotypes->clonal) HG_TRY(find_clones(run));
    hg_clear(genotypes->copies, genotypes->rows, sizeof *genotypes->copies);
    for (int64_t i = 0; i < run->partition.count; i++) genotypes->copies[run->row[i]]++;
    for (int64_t i = 0; i < genotypes->rows && genotypes->clonal; i++)
        genotypes->shared[i] = true; /* which are, no checkpoint tells */
    hg_demes_note_rows(run, 0, run->partition.count);
    return HG_OK;
}

/* Takes away what is newer than checkpoint `number`, and of no use, so that it does not count. */
static void clear_newer(hg_run *run, int64_t number)
{
    char *name = NULL;
    for (int64_t k = 0; k < number && run->partition.rank == 0; k++) {
        if (!hg_checkpoint_clear(run->output_path, k)) continue;
        if (hg_checkpoint_path(run->output_path, k, &name) == HG_OK)
            note(run, "%s" HG_CHECKPOINT_ASIDE " is now the name of what lay in a checkpoint's "
                 "place\n", name);
        hg_release(&name);
    }
}

enum { LONGEST_REASON = 4096 };

/* What keeps a checkpoint from use is told, and kept where it may be sound. */
static hg_status pass_over(hg_run *run, hg_status status, char unread[LONGEST_REASON])
{
    if (status == HG_IO && unread[0] == '\0')
        snprintf(unread, LONGEST_REASON, "%s", hg_error_message());
    char told[LONGEST_REASON + 64];
    snprintf(told, sizeof told, "cannot go on from a checkpoint: %s\n", hg_error_message());
    /* of an output that is gone, each checkpoint says the same */
    if (run->notes.data == NULL || strstr(run->notes.data, told) == NULL) note(run, "%s", told);
    return HG_OK;
}

static hg_status try_number(hg_run *run, const hg_output_plan *plan, int64_t number,
                            char unread[LONGEST_REASON], bool *resumed)
{
    hg_checkpoint_file file = {.file = -1};
    char *path = NULL;
    bool refused = false;
    hg_status status = hg_team_agree(run->partition.communicator,
                                     hg_checkpoint_path(run->output_path, number, &path));
    if (status == HG_OK) status = try_one(run, plan, path, &file, &refused);
    if (status == HG_OK) {
        run->generation = run->resumed_from = file.content.generation;
        clear_newer(run, number);
        status = hg_team_agree(run->partition.communicator, settle(run));
        if (status == HG_OK) status = hg_checkpoint_adopt(run, &file.content);
        *resumed = status == HG_OK;
    } else if ((status == HG_BAD_INPUT || status == HG_IO) && !refused) {
        status = pass_over(run, status, unread);
    }
    const hg_status closed = hg_checkpoint_close(&file, path);
    if (status == HG_OK) status = hg_team_agree(run->partition.communicator, closed);
    hg_release(&path);
    return status;
}

/* The next number, from `number` on, of a checkpoint that is there; -1: none. Collective. */
static int64_t next_number(const hg_run *run, int64_t number)
{
    int64_t found = -1;
    if (run->partition.rank == 0) found = hg_checkpoint_next(run->output_path, number);
    MPI_Bcast(&found, 1, MPI_INT64_T, 0, run->partition.communicator);
    return found;
}

static hg_status try_all(hg_run *run, const hg_output_plan *plan, bool *resumed)
{
    char unread[LONGEST_REASON] = "";
    for (int64_t k = next_number(run, 0); k >= 0; k = next_number(run, k + 1)) {
        HG_TRY(try_number(run, plan, k, unread, resumed));
        if (*resumed) return HG_OK;
    }
    if (unread[0] == '\0') return HG_OK;
    return hg_fail(HG_IO, "%s; it may be sound, and there is no other checkpoint to go on from: "
                   "--force starts from generation 0", unread);
}

/* Another run that writes there may come to its end in the meantime. */
hg_status hg_resume_await(hg_run *run)
{
    hg_status status = HG_OK;
    bool complete = false, waited = false;
    struct stat what;
    if (run->partition.rank == 0) {
        status = hg_output_await(run->output_path, &waited);
        if (status == HG_OK && waited && stat(run->output_path, &what) == 0)
            status = hg_resume_check(run, &complete);
    }
    HG_TRY(hg_team_share(run->partition.communicator, 0, status));
    MPI_Bcast(&complete, 1, MPI_C_BOOL, 0, run->partition.communicator);
    run->complete = complete;
    return HG_OK;
}

hg_status hg_resume(hg_run *run, const hg_output_plan *plan, bool *resumed)
{
    hg_status status = HG_OK;
    *resumed = false;
    HG_TRY(try_all(run, plan, resumed));
    if (run->partition.rank == 0)
        status = hg_checkpoint_check_places(run->output_path, run->config.checkpoint.keep);
    return hg_team_share(run->partition.communicator, 0, status);
}
