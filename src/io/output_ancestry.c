/* SPDX-License-Identifier: GPL-3.0-or-later
 * The parents of every generation. A generation is small beside its genomes, and is often made
 * sooner than a write takes: generations are gathered on each rank and written together, each
 * rank its own individuals. The datasets have their full length from the beginning. */
#include "io/output_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "io/h5.h"
#include "parallel/team.h"

#define BUFFER_BYTES ((int64_t)2 << 20) /* of a rank, or a generation where that is larger */
#define ROWS_MOST 1024

static hg_status open_dataset(hg_output *output, const char *name, hid_t *handle)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", hg_group_name(HG_GROUP_ANCESTRY), name);
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, 1, 0, H5D_CHUNK_CACHE_W0_DEFAULT); /* whole rows are written */
    *handle = H5Dopen2(output->file, path, access);
    hg_h5_close(&access);
    return *handle < 0 ? hg_h5_fail(HG_IO, path) : HG_OK;
}

static const char *const names[2] = {"parent", "parent2"};

static int kinds(const hg_output *output)
{
    if (!output->plan.config->output.ancestry) return 0;
    return output->plan.config->mating.system == HG_MATING_SEXUAL ? 2 : 1;
}

hg_status hg_output_ancestry_find(hg_output *output)
{
    for (int k = 0; k < kinds(output); k++) {
        hid_t handle;
        HG_TRY(open_dataset(output, names[k], &handle));
        hg_output_place_find(&output->ancestry.parents[k].place, handle);
        hg_h5_close(&handle);
        output->together |= output->ancestry.parents[k].place.address < 0;
    }
    return HG_OK;
}

void hg_output_ancestry_share(hg_output *output)
{
    hg_output_ancestry_buffers *ancestry = &output->ancestry;
    const MPI_Comm team = output->plan.communicator;
    if (kinds(output) == 0) return;
    for (int k = 0; k < kinds(output); k++)
        MPI_Bcast(&ancestry->parents[k].place, sizeof(hg_output_place), MPI_BYTE, 0, team);
    /* the same on all ranks, which write together */
    ancestry->capacity =
        BUFFER_BYTES * output->ranks / hg_output_ancestry_bytes(output->plan.config);
    if (ancestry->capacity > ROWS_MOST) ancestry->capacity = ROWS_MOST;
    if (ancestry->capacity < 1) ancestry->capacity = 1;
}

hg_status hg_output_ancestry_open(hg_output *output)
{
    hg_output_ancestry_buffers *ancestry = &output->ancestry;
    if (kinds(output) > 0 && output->file >= 0)
        HG_TRY(open_dataset(output, "generation", &ancestry->generation));
    for (int k = 0; k < kinds(output); k++) {
        hg_output_parents *parents = &ancestry->parents[k];
        parents->name = names[k];
        if (output->together) HG_TRY(open_dataset(output, names[k], &parents->handle));
        HG_TRY(hg_allocate(&parents->buffer, HG_MEMORY_OUTPUT,
                           (size_t)(ancestry->capacity * output->plan.count),
                           sizeof *parents->buffer));
    }
    return HG_OK;
}

void hg_output_ancestry_close(hg_output *output)
{
    hg_h5_close(&output->ancestry.generation);
    for (int k = 0; k < 2; k++) {
        hg_h5_close(&output->ancestry.parents[k].handle);
        hg_release(&output->ancestry.parents[k].buffer);
    }
}

/* This rank's individuals of all generations in the buffer. */
static hg_status write_parents(hg_output *output, const hg_output_parents *parents)
{
    const hg_output_ancestry_buffers *ancestry = &output->ancestry;
    const hsize_t start[2] = {(hsize_t)ancestry->records, (hsize_t)output->plan.first};
    const hsize_t block[2] = {(hsize_t)ancestry->buffered, (hsize_t)output->plan.count};
    if (block[1] == 0) return HG_OK;
    hid_t memory = H5Screate_simple(2, block, NULL);
    hid_t file = H5Dget_space(parents->handle);
    H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, block, NULL);
    const herr_t result =
        H5Dwrite(parents->handle, H5T_NATIVE_INT32, memory, file, H5P_DEFAULT, parents->buffer);
    hg_h5_close(&file);
    hg_h5_close(&memory);
    return result < 0 ? hg_output_broken(output, parents->name) : HG_OK;
}

/* The same into the writer's slots. */
static hg_status put_parents(hg_output *output, const hg_output_parents *parents)
{
    const hg_output_ancestry_buffers *ancestry = &output->ancestry;
    const hg_output_place *place = &parents->place;
    const int64_t count = output->plan.count, most = output->slot_bytes / place->row;
    if (ancestry->records + ancestry->buffered > place->records)
        return hg_fail(HG_BUG, "a generation more than the %" PRId64 " that were foreseen",
                       place->records);
    for (int64_t r = 0; r < ancestry->buffered; r++)
        for (int64_t i = 0; i < count; i += most) {
            const int64_t here = count - i < most ? count - i : most;
            memcpy(hg_writer_room(output->writer), parents->buffer + r * count + i,
                   (size_t)(here * place->row));
            hg_writer_put(output->writer,
                          place->address + (ancestry->records + r) * place->record +
                              (output->plan.first + i) * place->row, here * place->row);
        }
    return HG_OK;
}

/* Root: every generation is recorded, so that record r is generation r. */
static hg_status write_generations(hg_output *output)
{
    const hg_output_ancestry_buffers *ancestry = &output->ancestry;
    const hsize_t start = (hsize_t)ancestry->records, count = (hsize_t)ancestry->buffered;
    int64_t generation[ROWS_MOST];
    for (int64_t i = 0; i < ancestry->buffered; i++) generation[i] = ancestry->records + i;
    hid_t memory = H5Screate_simple(1, &count, NULL);
    hid_t file = H5Dget_space(ancestry->generation);
    H5Sselect_hyperslab(file, H5S_SELECT_SET, &start, NULL, &count, NULL);
    const herr_t result =
        H5Dwrite(ancestry->generation, H5T_NATIVE_INT64, memory, file, H5P_DEFAULT, generation);
    hg_h5_close(&file);
    hg_h5_close(&memory);
    return result < 0 ? hg_output_broken(output, "ancestry/generation") : HG_OK;
}

static hg_status write_all(hg_output *output)
{
    for (int k = 0; k < kinds(output); k++)
        HG_TRY(output->together ? write_parents(output, &output->ancestry.parents[k])
                                : put_parents(output, &output->ancestry.parents[k]));
    return output->rank == 0 ? write_generations(output) : HG_OK;
}

hg_status hg_output_ancestry_write(hg_output *output)
{
    hg_output_ancestry_buffers *ancestry = &output->ancestry;
    const MPI_Comm team = output->plan.communicator;
    if (ancestry->buffered == 0) return HG_OK;
    const int64_t bytes = ancestry->buffered * hg_output_ancestry_bytes(output->plan.config);
    hg_status status = hg_output_check_room(output, bytes);
    if (status == HG_OK) status = hg_output_written(output, false);
    HG_TRY(hg_team_agree(team, status));
    HG_TRY(hg_team_agree(team, write_all(output)));
    ancestry->records += ancestry->buffered;
    ancestry->buffered = 0;
    output->bytes += bytes;
    return HG_OK;
}

int64_t hg_output_ancestry_bytes(const hg_config *config)
{
    const int64_t parents = config->mating.system == HG_MATING_SEXUAL ? 2 : 1;
    return config->population.individuals * parents * (int64_t)sizeof(int32_t) +
           (int64_t)sizeof(int64_t);
}

static void keep(hg_output *output, hg_output_parents *parents, const int64_t *parent)
{
    const int64_t count = output->plan.count;
    int32_t *row = parents->buffer + output->ancestry.buffered * count;
    for (int64_t i = 0; i < count; i++) row[i] = parent != NULL ? (int32_t)parent[i] : -1;
}

hg_status hg_output_ancestry(hg_output *output, const int64_t *parent, const int64_t *parent2)
{
    hg_output_ancestry_buffers *ancestry = &output->ancestry;
    if (ancestry->buffered == ancestry->capacity) HG_TRY(hg_output_ancestry_write(output));
    keep(output, &ancestry->parents[0], parent);
    if (kinds(output) > 1)
        keep(output, &ancestry->parents[1], parent2);
    ancestry->buffered++;
    return HG_OK;
}
