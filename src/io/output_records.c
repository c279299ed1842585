/* SPDX-License-Identifier: GPL-3.0-or-later
 * The records of /statistics and of /statistics/demes: a record is small, so they are
 * gathered and written by the hundred. Root writes; the datasets have their full length from
 * the beginning. */
#include "io/output_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "io/h5.h"
#include "parallel/team.h"

#define RECORDS_MOST 256
#define BUFFER_BYTES ((int64_t)4 << 20)
#define VALUE_SIZE 8 /* all columns are of doubles or 64-bit integers */

static bool is_column(const hg_dataset *dataset)
{
    return (dataset->group == HG_GROUP_STATISTICS || dataset->group == HG_GROUP_DEMES) &&
           dataset->axes[0] == HG_AXIS_GENERATION;
}

static hg_status open_column(hg_output *output, const hg_dataset *dataset)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", hg_group_name(dataset->group), dataset->name);
    if (output->column_count == HG_COLUMNS_MOST)
        return hg_fail(HG_BUG, "more columns of statistics than HG_COLUMNS_MOST");
    hg_output_column *column = &output->columns[output->column_count++];
    *column = (hg_output_column){.dataset = dataset, .width = 1};
    for (int a = 1; a < hg_dataset_rank(dataset, 1); a++)
        column->width *= hg_output_axis_length(&output->plan, dataset->axes[a]);
    output->record_bytes += column->width * VALUE_SIZE;
    column->handle = -1;
    if (output->file < 0) return HG_OK;
    column->handle = H5Dopen2(output->file, path, H5P_DEFAULT);
    return column->handle < 0 ? hg_h5_fail(HG_IO, dataset->name) : HG_OK;
}

int64_t hg_output_records_due(const hg_config *config, int64_t generation)
{
    const int64_t every = config->output.statistics_every, last = config->run.generations;
    const int64_t regular = every > 0 ? generation / every + 1 : 1;
    const bool at_end = generation >= last && last > 0 && (every == 0 || last % every != 0);
    return regular + at_end;
}

hg_status hg_output_lengthen(const hg_output *output, hid_t handle, const char *name,
                             int64_t records)
{
    hid_t space = H5Dget_space(handle);
    hsize_t extent[HG_RANK_MOST];
    H5Sget_simple_extent_dims(space, extent, NULL);
    hg_h5_close(&space);
    if (extent[0] >= (hsize_t)records) return HG_OK;
    extent[0] = (hsize_t)records;
    return H5Dset_extent(handle, extent) < 0 ? hg_output_broken(output, name) : HG_OK;
}

hg_status hg_output_records_open(hg_output *output)
{
    for (int i = 0; i < hg_dataset_count; i++)
        if (is_column(&hg_datasets[i]) &&
            hg_dataset_present(&hg_datasets[i], output->plan.config, output->plan.network))
            HG_TRY(open_column(output, &hg_datasets[i]));

    output->capacity = BUFFER_BYTES / output->record_bytes;
    if (output->capacity > RECORDS_MOST) output->capacity = RECORDS_MOST;
    if (output->capacity < 1) output->capacity = 1;
    if (output->rank != 0) return HG_OK;
    HG_TRY(hg_allocate(&output->buffers, HG_MEMORY_OUTPUT, (size_t)output->capacity,
                       (size_t)output->record_bytes));
    char *next = output->buffers;
    for (int i = 0; i < output->column_count; i++) {
        output->columns[i].buffer = next;
        next += output->capacity * output->columns[i].width * VALUE_SIZE;
    }
    return HG_OK;
}

void hg_output_records_close(hg_output *output)
{
    for (int i = 0; i < output->column_count; i++) hg_h5_close(&output->columns[i].handle);
    output->column_count = 0;
    hg_release(&output->buffers);
}

/* Where a column's values lie in a record: in it, or in an array that it points to. */
static const void *values_of(const hg_output_column *column, const hg_statistics *statistics)
{
    const char *member = (const char *)statistics + column->dataset->offset;
    if (hg_dataset_rank(column->dataset, 1) == 1) return member;
    const void *array;
    memcpy(&array, member, sizeof array);
    return array;
}

static hg_status buffer_record(hg_output *output, const hg_statistics *statistics)
{
    for (int i = 0; i < output->column_count; i++) {
        const hg_output_column *column = &output->columns[i];
        const size_t bytes = (size_t)column->width * VALUE_SIZE;
        const void *values = values_of(column, statistics);
        if (values == NULL) return hg_fail(HG_BUG, "a record without %s", column->dataset->name);
        memcpy(column->buffer + (size_t)output->buffered * bytes, values, bytes);
    }
    output->newest = statistics->generation;
    return HG_OK;
}

/* A full buffer is written and counted, lest a crash cost more than what is buffered. That
 * waits for the next record: the snapshot that belongs to the last one is then written, too. */
static hg_status flush_full(hg_output *output)
{
    int64_t generation = output->newest; /* root's: only that has seen the records */
    MPI_Bcast(&generation, 1, MPI_INT64_T, 0, output->plan.communicator);
    return hg_output_flush(output, generation);
}

hg_status hg_output_statistics(hg_output *output, const hg_statistics *statistics)
{
    if (output->buffered == output->capacity) HG_TRY(flush_full(output));
    if (output->rank == 0) HG_TRY(buffer_record(output, statistics));
    output->buffered++;
    return HG_OK;
}

static hg_status write_column(hg_output *output, const hg_output_column *column)
{
    const hsize_t count = (hsize_t)output->buffered;
    const int rank = hg_dataset_rank(column->dataset, 1);
    hsize_t start[HG_RANK_MOST] = {(hsize_t)output->records}, block[HG_RANK_MOST] = {count};
    for (int a = 1; a < rank; a++)
        block[a] = (hsize_t)hg_output_axis_length(&output->plan, column->dataset->axes[a]);
    HG_TRY(hg_output_lengthen(output, column->handle, column->dataset->name,
                              output->records + output->buffered));
    if (output->rank != 0) return HG_OK;

    hid_t memory = H5Screate_simple(rank, block, NULL);
    hid_t file = H5Dget_space(column->handle);
    H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, block, NULL);
    const hid_t type =
        column->dataset->type == HG_TYPE_INT64 ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE;
    const herr_t result =
        H5Dwrite(column->handle, type, memory, file, H5P_DEFAULT, column->buffer);
    hg_h5_close(&file);
    hg_h5_close(&memory);
    return result < 0 ? hg_output_broken(output, column->dataset->name) : HG_OK;
}

static hg_status write_columns(hg_output *output)
{
    for (int i = 0; i < output->column_count && output->file >= 0; i++)
        HG_TRY(write_column(output, &output->columns[i]));
    return HG_OK;
}

hg_status hg_output_records_write(hg_output *output)
{
    if (output->buffered == 0) return HG_OK;
    const int64_t bytes = output->buffered * output->record_bytes;
    const MPI_Comm team = output->plan.communicator;
    HG_TRY(hg_team_agree(team, hg_output_check_room(output, bytes)));
    HG_TRY(hg_team_agree(team, write_columns(output)));
    output->records += output->buffered;
    output->buffered = 0;
    output->bytes += bytes;
    return HG_OK;
}
