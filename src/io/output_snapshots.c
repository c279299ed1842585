/* SPDX-License-Identifier: GPL-3.0-or-later
 * Snapshots: every individual, by the rank that owns it, a window of individuals at a time. Where
 * their places in the file are known a window goes into a slot of the writer, and the run goes on;
 * else HDF5 writes it before the next one is fetched, and windows begin at multiples of the chunk,
 * so that a chunk is touched by one write unless it lies on the border of two ranks. */
#include "io/output_internal.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/memory.h"
#include "io/h5.h"
#include "parallel/team.h"

#define SLOT_BYTES ((int64_t)1 << 20)
#define ANCESTRY_SLOT ((int64_t)1 << 18)
#define WRITER_BYTES ((int64_t)20 << 20) /* in all slots together */
#define STAGING_BYTES ((int64_t)8 << 20)

static size_t memory_size(hg_type type)
{
    return type == HG_TYPE_INT8 ? 1 : type == HG_TYPE_INT32 ? 4 : 8;
}

static hid_t memory_type(const hg_output_field *field)
{
    switch (field->dataset->type) {
    case HG_TYPE_INT8: return H5T_NATIVE_INT8;
    case HG_TYPE_INT32: return H5T_NATIVE_INT32;
    case HG_TYPE_INT64: return H5T_NATIVE_INT64;
    default: return field->file_size == 4 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
    }
}

/* The individuals of window `round` of this rank; *count is 0 when it has no such window. */
static int64_t window_of(const hg_output *output, const hg_output_field *field, int64_t round,
                         int64_t *count)
{
    const int64_t first = output->plan.first, end = first + output->plan.count;
    const int64_t origin = first / field->window * field->window;
    int64_t from = origin + round * field->window, to = from + field->window;
    if (from < first) from = first;
    if (to > end) to = end;
    *count = to > from ? to - from : 0;
    return from;
}

static int64_t windows(const hg_output *output, const hg_output_field *field)
{
    const int64_t first = output->plan.first, end = first + output->plan.count;
    if (first >= end) return 0;
    return (end - 1) / field->window - first / field->window + 1;
}

static int64_t memory_row(const hg_output_field *field)
{
    return field->width * (int64_t)field->memory_size;
}

/* --- opening ------------------------------------------------------------------------------- */

static hg_status describe(hg_output *output, const hg_dataset *dataset)
{
    if (output->field_count == HG_SNAPSHOT_FIELDS_MOST)
        return hg_fail(HG_BUG, "more snapshot fields than HG_SNAPSHOT_FIELDS_MOST");
    hg_output_field *field = &output->fields[output->field_count++];
    const hg_config *config = output->plan.config;
    *field = (hg_output_field){.dataset = dataset, .handle = -1, .width = 1};
    for (int i = 2; i < hg_dataset_rank(dataset, config->population.ploidy); i++)
        field->width *= hg_output_axis_length(&output->plan, dataset->axes[i]);
    field->memory_size = memory_size(dataset->type);
    field->file_size = dataset->type == HG_TYPE_REAL && config->output.single_precision
                           ? 4 : field->memory_size;
    output->snapshot_bytes += config->population.individuals * field->width *
                              (int64_t)field->file_size;
    return HG_OK;
}

hg_status hg_output_snapshots_describe(hg_output *output)
{
    for (int i = 0; i < hg_dataset_count; i++)
        if (hg_datasets[i].presence == HG_WITH_FIELD &&
            hg_dataset_present(&hg_datasets[i], output->plan.config, output->plan.network))
            HG_TRY(describe(output, &hg_datasets[i]));
    return HG_OK;
}

static hg_status open_dataset(const hg_output *output, const char *name, hid_t *handle)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", hg_group_name(HG_GROUP_SNAPSHOTS), name);
    /* Whole windows are written: a cache would only copy them once more. */
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, 1, 0, H5D_CHUNK_CACHE_W0_DEFAULT);
    *handle = H5Dopen2(output->file, path, access);
    hg_h5_close(&access);
    return *handle < 0 ? hg_h5_fail(HG_IO, path) : HG_OK;
}

hg_status hg_output_snapshots_find(hg_output *output)
{
    for (int i = 0; i < output->field_count; i++) {
        hg_output_field *field = &output->fields[i];
        hid_t handle;
        HG_TRY(open_dataset(output, field->dataset->name, &handle));
        hg_output_place_find(&field->place, handle);
        hg_h5_close(&handle);
        output->together |= field->place.address < 0;
    }
    return HG_OK;
}

/* As many individuals as a slot holds; with HDF5, whole chunks. */
static int64_t window_length(const hg_output *output, const hg_output_field *field)
{
    const int64_t row = memory_row(field);
    if (!output->together) return row < SLOT_BYTES ? SLOT_BYTES / row : 1;
    const int64_t chunk = hg_output_chunk_individuals(output->plan.config->population.individuals,
                                                      field->width * (int64_t)field->file_size);
    const int64_t chunks = STAGING_BYTES / (chunk * row);
    return chunk * (chunks > 1 ? chunks : 1);
}

void hg_output_snapshots_share(hg_output *output)
{
    const MPI_Comm team = output->plan.communicator;
    int64_t rounds[HG_SNAPSHOT_FIELDS_MOST];
    MPI_Bcast(&output->together, 1, MPI_C_BOOL, 0, team);
    for (int i = 0; i < output->field_count; i++) {
        hg_output_field *field = &output->fields[i];
        MPI_Bcast(&field->place, sizeof field->place, MPI_BYTE, 0, team);
        field->window = window_length(output, field);
        rounds[i] = windows(output, field);
    }
    MPI_Allreduce(MPI_IN_PLACE, rounds, output->field_count, MPI_INT64_T, MPI_MAX, team);
    for (int i = 0; i < output->field_count; i++) output->fields[i].rounds = rounds[i];
}

/* The longest window of this rank. */
static int64_t window_bytes(const hg_output *output)
{
    int64_t most = 0;
    for (int i = 0; i < output->field_count; i++) {
        const hg_output_field *field = &output->fields[i];
        const int64_t individuals =
            output->plan.count < field->window ? output->plan.count : field->window;
        const int64_t bytes = individuals * memory_row(field);
        if (bytes > most) most = bytes;
    }
    return most;
}

/* Slots for a whole snapshot, if that is not too much, and for ancestry. */
static hg_status create_writer(hg_output *output, const char *path)
{
    const bool ancestry = output->plan.config->output.ancestry && output->plan.count > 0;
    const int64_t window = window_bytes(output);
    const int64_t bytes = ancestry && window < ANCESTRY_SLOT ? ANCESTRY_SLOT : window;
    int64_t slots = ancestry ? 2 : 0;
    for (int i = 0; i < output->field_count; i++) slots += windows(output, &output->fields[i]);
    if (slots == 0) return HG_OK; /* a rank without individuals */
    if (bytes > 0 && slots > WRITER_BYTES / bytes) slots = WRITER_BYTES / bytes;
    if (slots < 2) slots = 2;
    output->slot_bytes = bytes;
    return hg_writer_create(&output->writer, path, slots, bytes);
}

hg_status hg_output_snapshots_open(hg_output *output, const char *path)
{
    if (output->file >= 0)
        HG_TRY(open_dataset(output, "generation", &output->snapshot_generation));
    if (!output->together) return create_writer(output, path);
    for (int i = 0; i < output->field_count; i++)
        HG_TRY(open_dataset(output, output->fields[i].dataset->name, &output->fields[i].handle));
    return hg_allocate(&output->staging, HG_MEMORY_OUTPUT, (size_t)window_bytes(output), 1);
}

void hg_output_snapshots_close(hg_output *output)
{
    hg_h5_close(&output->snapshot_generation);
    for (int i = 0; i < output->field_count; i++) hg_h5_close(&output->fields[i].handle);
    output->field_count = 0;
    hg_release(&output->staging);
}

/* --- writing --------------------------------------------------------------------------------- */

/* In place, from the front: a float never reaches a double that is still to be read. */
static void to_single(void *values, int64_t count)
{
    char *to = values;
    for (int64_t i = 0; i < count; i++) {
        double wide;
        __builtin_memcpy(&wide, (const char *)values + i * 8, 8);
        const float narrow = (float)wide;
        __builtin_memcpy(to + i * 4, &narrow, 4);
    }
}

static hg_status write_window(hg_output *output, const hg_output_field *field, int64_t from,
                              int64_t count)
{
    const hsize_t start[HG_RANK_MOST] = {(hsize_t)output->snapshots, (hsize_t)from, 0, 0};
    hsize_t block[HG_RANK_MOST], extent[HG_RANK_MOST];
    hid_t file = H5Dget_space(field->handle);
    const int rank = H5Sget_simple_extent_dims(file, extent, NULL);
    for (int i = 0; i < rank; i++) block[i] = extent[i];
    block[0] = 1;
    block[1] = (hsize_t)count;
    /* The same shape in memory: between different shapes HDF5 goes value by value. */
    hid_t memory = H5Screate_simple(rank, block, NULL);
    if (count > 0) {
        H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, block, NULL);
    } else {
        H5Sselect_none(file);
        H5Sselect_none(memory);
    }
    hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
    if (hg_output_by_all(output)) H5Pset_dxpl_mpio(transfer, H5FD_MPIO_COLLECTIVE);
    const herr_t result =
        H5Dwrite(field->handle, memory_type(field), memory, file, transfer, output->staging);
    hg_h5_close(&transfer);
    hg_h5_close(&memory);
    hg_h5_close(&file);
    return result < 0 ? hg_output_broken(output, field->dataset->name) : HG_OK;
}

/* A window of individuals as the file holds them. */
static hg_status fetch(const hg_output_field *field, hg_snapshot_source *source, void *context,
                       int64_t from, int64_t count, void *buffer)
{
    HG_TRY(source(context, field->dataset->field, from, count, buffer));
    if (field->file_size < field->memory_size) to_single(buffer, count * field->width);
    return HG_OK;
}

/* A source that fails leaves its rank in the rounds, with nothing to write. */
static hg_status write_field(hg_output *output, const hg_output_field *field,
                             hg_snapshot_source *source, void *context)
{
    hg_status status = hg_output_lengthen(output, field->handle, field->dataset->name,
                                          output->snapshots + 1);
    for (int64_t round = 0; round < field->rounds; round++) {
        int64_t count;
        const int64_t from = window_of(output, field, round, &count);
        if (status == HG_OK && count > 0)
            status = fetch(field, source, context, from, count, output->staging);
        if (status != HG_OK) count = 0;
        if (count > 0 || hg_output_by_all(output))
            HG_TRY(write_window(output, field, from, count));
    }
    return status;
}

static hg_status put_field(hg_output *output, const hg_output_field *field,
                           hg_snapshot_source *source, void *context)
{
    const hg_output_place *place = &field->place;
    if (output->snapshots >= place->records)
        return hg_fail(HG_BUG, "a snapshot more than the %" PRId64 " that were foreseen",
                       place->records);
    const int64_t start = place->address + output->snapshots * place->record;
    for (int64_t round = 0; round < windows(output, field); round++) {
        int64_t count;
        const int64_t from = window_of(output, field, round, &count);
        void *room = hg_writer_room(output->writer);
        HG_TRY(fetch(field, source, context, from, count, room));
        hg_writer_put(output->writer, start + from * place->row, count * place->row);
    }
    return HG_OK;
}

int64_t hg_output_snapshots_due(const hg_config *config, int64_t generation)
{
    const int64_t every = config->output.snapshots_every, last = config->run.generations;
    int64_t count = every > 0 ? generation / every + 1 : 1;
    if (generation >= last && last > 0 && (every == 0 || last % every != 0)) count++;
    for (int64_t i = 0; i < config->output.snapshots_at_count; i++) { /* rising, distinct */
        const int64_t at = config->output.snapshots_at[i];
        const bool regular = at == 0 || at == last || (every > 0 && at % every == 0);
        if (at <= generation && !regular) count++;
    }
    return count;
}

static hg_status write_generation(hg_output *output, int64_t generation)
{
    if (output->file < 0) return HG_OK;
    HG_TRY(hg_output_lengthen(output, output->snapshot_generation, "snapshots/generation",
                              output->snapshots + 1));
    if (output->rank != 0) return HG_OK;
    const hsize_t start = (hsize_t)output->snapshots, one = 1;
    hid_t file = H5Dget_space(output->snapshot_generation);
    hid_t memory = H5Screate_simple(1, &one, NULL);
    H5Sselect_hyperslab(file, H5S_SELECT_SET, &start, NULL, &one, NULL);
    const herr_t result = H5Dwrite(output->snapshot_generation, H5T_NATIVE_INT64, memory, file,
                                   H5P_DEFAULT, &generation);
    hg_h5_close(&memory);
    hg_h5_close(&file);
    return result < 0 ? hg_output_broken(output, "snapshots/generation") : HG_OK;
}

/* Through HDF5, by all ranks. */
static hg_status write_fields(hg_output *output, hg_snapshot_source *source, void *context)
{
    for (int i = 0; i < output->field_count; i++)
        HG_TRY(hg_team_agree(output->plan.communicator,
                             write_field(output, &output->fields[i], source, context)));
    return HG_OK;
}

/* Into the writer's slots, by each rank for itself. */
static hg_status put_fields(hg_output *output, hg_snapshot_source *source, void *context)
{
    for (int i = 0; i < output->field_count; i++)
        HG_TRY(put_field(output, &output->fields[i], source, context));
    return HG_OK;
}

hg_status hg_output_snapshot(hg_output *output, int64_t generation, hg_snapshot_source *source,
                             void *context)
{
    const MPI_Comm team = output->plan.communicator;
    hg_status status = hg_output_check_room(output, output->snapshot_bytes);
    if (status == HG_OK) status = hg_output_written(output, false);
    HG_TRY(hg_team_agree(team, status));
    status = write_generation(output, generation); /* while the writer has nothing to do */
    HG_TRY(hg_team_agree(team, status));
    status = output->together ? write_fields(output, source, context)
                              : put_fields(output, source, context);
    HG_TRY(hg_team_agree(team, status));
    output->snapshots++;
    output->bytes += output->snapshot_bytes + (int64_t)sizeof generation;
    return HG_OK;
}
