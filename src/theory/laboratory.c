/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/laboratory.h"

#include <inttypes.h>
#include <mpi.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "parallel/team.h"

enum { FEW_INDIVIDUALS = 5000, MOST_TEXT = 16384 };

static hg_status share_ranges(hg_lab *lab)
{
    const int64_t ranks = hg_ranks();
    int64_t first, count;
    int own[2];
    int *both = NULL;
    HG_TRY(hg_lab_array(lab, &both, 2 * ranks, sizeof *both));
    HG_TRY(hg_lab_array(lab, &lab->rank_count, ranks, sizeof *lab->rank_count));
    HG_TRY(hg_lab_array(lab, &lab->rank_first, ranks, sizeof *lab->rank_first));
    hg_run_local(lab->run, &first, &count);
    own[0] = (int)first;
    own[1] = (int)count;
    MPI_Allgather(own, 2, MPI_INT, both, 2, MPI_INT, MPI_COMM_WORLD);
    for (int64_t r = 0; r < ranks; r++) {
        lab->rank_first[r] = both[2 * r]; /* NOLINT(clang-analyzer-core.NullDereference): there is a rank */
        lab->rank_count[r] = both[2 * r + 1];
    }
    return HG_OK;
}

static hg_status begin(hg_lab *lab, const hg_lab_size *size, const char *text)
{
    char setting[4][64];
    const char *set[5] = {"output.statistics.every=0"};
    for (int i = 0; i < 4; i++) set[i + 1] = setting[i];
    hg_theory *theory = lab->theory;
    lab->demes = size->demes;
    lab->size = size->size;
    lab->individuals = size->demes * size->size;
    snprintf(setting[0], sizeof *setting, "population.individuals=%" PRId64, lab->individuals);
    snprintf(setting[1], sizeof *setting, "population.demes=%" PRId64, lab->demes);
    snprintf(setting[2], sizeof *setting, "run.generations=%" PRId64, size->generations);
    snprintf(setting[3], sizeof *setting, "run.seed=%" PRIu64,
             theory->seed * 100000 + theory->runs++);
    const hg_run_options options = {
        .no_output = true, .set = set, .set_count = 5,
        .threads = lab->individuals < FEW_INDIVIDUALS ? 1 : theory->threads};
    HG_TRY(hg_run_create_from_text(&lab->run, "verify", text, &options));
    lab->genes = hg_run_genes(lab->run);
    lab->edges = hg_run_edges(lab->run);
    return hg_team_agree(MPI_COMM_WORLD, share_ranges(lab));
}

hg_status hg_lab_conduct(hg_theory *theory, hg_lab_size size, hg_observation *observe,
                         void *context, const char *format, ...)
{
    char text[MOST_TEXT];
    hg_lab lab = {.theory = theory};
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0 || length >= MOST_TEXT) return hg_fail(HG_BUG, "a run file is too long");
    hg_status status = begin(&lab, &size, text);
    if (status == HG_OK) status = observe(&lab, context);
    for (int i = 0; i < lab.arrays; i++) hg_release(&lab.array[i]);
    hg_run_destroy(&lab.run);
    return status;
}

hg_status hg_lab_array(hg_lab *lab, void *pointer, int64_t count, size_t size)
{
    if (lab->arrays == HG_LAB_ARRAYS) return hg_fail(HG_BUG, "more arrays than there is room for");
    HG_TRY(hg_allocate(&lab->array[lab->arrays], HG_MEMORY_OTHER, (size_t)count, size));
    memcpy(pointer, &lab->array[lab->arrays++], sizeof(void *));
    return HG_OK;
}

hg_status hg_lab_advance(hg_lab *lab, int64_t generations)
{
    return hg_run_advance(lab->run, generations);
}

/* Every rank's part, at its place in `values`, becomes everybody's. */
static void share(const hg_lab *lab, void *values, int64_t width, MPI_Datatype number)
{
    MPI_Datatype row;
    MPI_Type_contiguous((int)width, number, &row);
    MPI_Type_commit(&row);
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, values, lab->rank_count, lab->rank_first,
                   row, MPI_COMM_WORLD);
    MPI_Type_free(&row);
}

hg_status hg_lab_read(hg_lab *lab, hg_quantity quantity, int64_t width, double *values)
{
    int64_t first, count;
    hg_run_local(lab->run, &first, &count);
    const hg_status status =
        hg_run_read(lab->run, quantity, first, count, values + first * width);
    HG_TRY(hg_team_agree(MPI_COMM_WORLD, status));
    share(lab, values, width, MPI_DOUBLE);
    return HG_OK;
}

hg_status hg_lab_parents(hg_lab *lab, int64_t *first_parent, int64_t *second_parent)
{
    int64_t first, count;
    hg_run_local(lab->run, &first, &count);
    const hg_status status = hg_run_read_parents(
        lab->run, first, count, first_parent == NULL ? NULL : first_parent + first,
        second_parent == NULL ? NULL : second_parent + first);
    HG_TRY(hg_team_agree(MPI_COMM_WORLD, status));
    if (first_parent != NULL) share(lab, first_parent, 1, MPI_INT64_T);
    if (second_parent != NULL) share(lab, second_parent, 1, MPI_INT64_T);
    return HG_OK;
}
