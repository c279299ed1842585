/* SPDX-License-Identifier: GPL-3.0-or-later
 * Snapshots: every individual, written by the rank that owns it, a window at a time
 * through a staging buffer of bounded size. Windows begin at multiples of the chunk, so
 * that a chunk is touched by one write unless it lies on the border of two ranks. */
#include "io/output_internal.h"

#include "base/memory.h"
#include "io/h5.h"
#include "parallel/team.h"

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

static hg_status open_field(hg_output *output, hid_t group, const hg_dataset *dataset)
{
    if (output->field_count == HG_SNAPSHOT_FIELDS_MOST)
        return hg_fail(HG_BUG, "more snapshot fields than HG_SNAPSHOT_FIELDS_MOST");
    hg_output_field *field = &output->fields[output->field_count++];
    const hg_config *config = output->plan.config;
    *field = (hg_output_field){.dataset = dataset, .width = 1};
    for (int i = 2; i < hg_dataset_rank(dataset, config->population.ploidy); i++)
        field->width *= hg_output_axis_length(&output->plan, dataset->axes[i]);
    field->memory_size = memory_size(dataset->type);
    field->file_size = dataset->type == HG_TYPE_REAL && config->output.single_precision
                           ? 4 : field->memory_size;
    const int64_t row = field->width * (int64_t)field->memory_size;
    const int64_t chunk = hg_output_chunk_individuals(config->population.individuals,
                                                      field->width * (int64_t)field->file_size);
    const int64_t chunks = STAGING_BYTES / (chunk * row);
    field->window = chunk * (chunks > 1 ? chunks : 1);
    output->snapshot_bytes += config->population.individuals * field->width *
                              (int64_t)field->file_size;

    /* Whole windows are written: a cache would only copy them once more. */
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, 1, 0, H5D_CHUNK_CACHE_W0_DEFAULT);
    field->handle = H5Dopen2(group, dataset->name, access);
    hg_h5_close(&access);
    return field->handle < 0 ? hg_h5_fail(HG_IO, dataset->name) : HG_OK;
}

static hg_status open_fields(hg_output *output)
{
    hid_t group = H5Gopen2(output->file, hg_group_name(HG_GROUP_SNAPSHOTS), H5P_DEFAULT);
    if (group < 0) return hg_h5_fail(HG_IO, "snapshots");
    hg_status status = HG_OK;
    output->snapshot_generation = H5Dopen2(group, "generation", H5P_DEFAULT);
    if (output->snapshot_generation < 0) status = hg_h5_fail(HG_IO, "snapshots/generation");
    for (int i = 0; i < hg_dataset_count && status == HG_OK; i++)
        if (hg_datasets[i].presence == HG_WITH_FIELD &&
            hg_dataset_present(&hg_datasets[i], output->plan.config, output->plan.network))
            status = open_field(output, group, &hg_datasets[i]);
    hg_h5_close(&group);
    return status;
}

hg_status hg_output_snapshots_open(hg_output *output)
{
    HG_TRY(open_fields(output));
    int64_t rounds[HG_SNAPSHOT_FIELDS_MOST];
    int64_t staging = 0;
    for (int i = 0; i < output->field_count; i++) {
        const hg_output_field *field = &output->fields[i];
        int64_t individuals = output->plan.count;
        if (individuals > field->window) individuals = field->window;
        const int64_t bytes = individuals * field->width * (int64_t)field->memory_size;
        if (bytes > staging) staging = bytes;
        rounds[i] = windows(output, field);
    }
    MPI_Allreduce(MPI_IN_PLACE, rounds, output->field_count, MPI_INT64_T, MPI_MAX,
                  output->plan.communicator);
    for (int i = 0; i < output->field_count; i++) output->fields[i].rounds = rounds[i];
    return hg_allocate(&output->staging, HG_MEMORY_OUTPUT, (size_t)staging, 1);
}

void hg_output_snapshots_close(hg_output *output)
{
    hg_h5_close(&output->snapshot_generation);
    for (int i = 0; i < output->field_count; i++) hg_h5_close(&output->fields[i].handle);
    output->field_count = 0;
    hg_release(&output->staging);
}

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

/* Filtered chunks can only be written by all ranks together; plain ones are written faster
 * by each rank for itself. */
static bool by_all(const hg_output *output)
{
    return output->ranks > 1 && output->plan.config->output.deflate > 0;
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
    if (by_all(output)) H5Pset_dxpl_mpio(transfer, H5FD_MPIO_COLLECTIVE);
    const herr_t result =
        H5Dwrite(field->handle, memory_type(field), memory, file, transfer, output->staging);
    hg_h5_close(&transfer);
    hg_h5_close(&memory);
    hg_h5_close(&file);
    return result < 0 ? hg_output_broken(output, field->dataset->name) : HG_OK;
}

/* A source that fails leaves its rank in the rounds, with nothing to write. */
static hg_status write_field(hg_output *output, const hg_output_field *field,
                             hg_snapshot_source *source, void *context)
{
    hg_status status = HG_OK;
    for (int64_t round = 0; round < field->rounds; round++) {
        int64_t count;
        const int64_t from = window_of(output, field, round, &count);
        if (status == HG_OK && count > 0)
            status = source(context, field->dataset->field, from, count, output->staging);
        if (status != HG_OK) count = 0;
        if (count > 0 && field->file_size < field->memory_size)
            to_single(output->staging, count * field->width);
        if (count > 0 || by_all(output))
            HG_TRY(write_window(output, field, from, count));
    }
    return status;
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

static hg_status extend(hg_output *output, hid_t handle, const char *name)
{
    return hg_output_lengthen(output, handle, name, output->snapshots + 1);
}

static hg_status write_generation(hg_output *output, int64_t generation)
{
    HG_TRY(extend(output, output->snapshot_generation, "snapshots/generation"));
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

hg_status hg_output_snapshot(hg_output *output, int64_t generation, hg_snapshot_source *source,
                             void *context)
{
    HG_TRY(hg_output_check_room(output, output->snapshot_bytes));
    hg_status status = HG_OK;
    for (int i = 0; i < output->field_count && status == HG_OK; i++) {
        const hg_output_field *field = &output->fields[i];
        HG_TRY(extend(output, field->handle, field->dataset->name));
        status = hg_team_agree(output->plan.communicator,
                               write_field(output, field, source, context));
    }
    HG_TRY(status);
    HG_TRY(write_generation(output, generation));
    output->snapshots++;
    output->bytes += output->snapshot_bytes + (int64_t)sizeof generation;
    return HG_OK;
}
