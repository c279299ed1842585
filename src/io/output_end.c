/* SPDX-License-Identifier: GPL-3.0-or-later
 * The end of a result file: performance, the time, why it ended and whether it is whole. */
#include "io/output_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/checkpoint.h"
#include "io/h5.h"

/* How many entries each axis of /performance has. */
typedef struct tables {
    hid_t group;
    const hg_config *config;
    int64_t length[HG_AXES];
} tables;

static hg_status put(const tables *to, const char *name, hid_t type, const void *values)
{
    const hg_dataset *dataset = hg_dataset_find(HG_GROUP_PERFORMANCE, name);
    if (dataset == NULL) return hg_fail(HG_BUG, "/performance/%s is not in the table", name);
    if (values == NULL) return HG_OK;
    const int rank = hg_dataset_rank(dataset, 1);
    const hsize_t length = (hsize_t)to->length[dataset->axes[0]];
    if (rank == 1 && length == 0) return HG_OK; /* nothing of this kind was measured */
    hid_t handle = -1;
    if (H5Lexists(to->group, name, H5P_DEFAULT) > 0) /* of the time before the run went on */
        H5Ldelete(to->group, name, H5P_DEFAULT);
    HG_TRY(hg_output_create_dataset(to->group, dataset, rank, &length, to->config, &handle));
    hg_status status = HG_OK;
    if (H5Dwrite(handle, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        status = hg_h5_fail(HG_IO, name);
    const hg_status closed = hg_h5_close_dataset(&handle, name);
    if (status == HG_OK) status = closed;
    if (status == HG_OK) status = hg_output_attach_scales(to->group, dataset, rank);
    return status;
}

static hg_status put_phases(const tables *to, const hg_performance *performance)
{
    double *share;
    HG_TRY(hg_allocate(&share, HG_MEMORY_OUTPUT, (size_t)performance->phases, sizeof *share));
    for (int i = 0; i < performance->phases; i++)
        share[i] = performance->wall > 0 ? performance->mean[i] / performance->wall : 0;
    hid_t text = hg_h5_text_type();
    hg_status status = HG_OK;
    HG_TRY_OUT(put(to, "phase", text, performance->phase));
    HG_TRY_OUT(put(to, "seconds_mean", H5T_NATIVE_DOUBLE, performance->mean));
    HG_TRY_OUT(put(to, "seconds_min", H5T_NATIVE_DOUBLE, performance->min));
    HG_TRY_OUT(put(to, "seconds_max", H5T_NATIVE_DOUBLE, performance->max));
    HG_TRY_OUT(put(to, "thread_imbalance", H5T_NATIVE_DOUBLE, performance->imbalance));
    HG_TRY_OUT(put(to, "calls", H5T_NATIVE_INT64, performance->calls));
    HG_TRY_OUT(put(to, "share", H5T_NATIVE_DOUBLE, share));
    HG_TRY_OUT(put(to, "wall", H5T_NATIVE_DOUBLE, &performance->wall));
    HG_TRY_OUT(put(to, "loop", H5T_NATIVE_DOUBLE, &performance->loop));
out:
    hg_h5_close(&text);
    hg_release(&share);
    return status;
}

static hg_status put_memory(const tables *to, const hg_performance *performance)
{
    int32_t *index;
    HG_TRY(hg_allocate(&index, HG_MEMORY_OUTPUT, (size_t)performance->ranks, sizeof *index));
    for (int i = 0; i < performance->ranks; i++) index[i] = i;
    hid_t text = hg_h5_text_type();
    hg_status status = HG_OK;
    HG_TRY_OUT(put(to, "category", text, performance->category));
    HG_TRY_OUT(put(to, "memory_current", H5T_NATIVE_INT64, performance->current));
    HG_TRY_OUT(put(to, "memory_peak", H5T_NATIVE_INT64, performance->peak));
    HG_TRY_OUT(put(to, "memory_allocations", H5T_NATIVE_INT64, performance->allocations));
    HG_TRY_OUT(put(to, "rank", H5T_NATIVE_INT32, index));
    HG_TRY_OUT(put(to, "rss_peak", H5T_NATIVE_INT64, performance->rss_peak));
    HG_TRY_OUT(put(to, "bytes_per_gene", H5T_NATIVE_DOUBLE, &performance->bytes_per_gene));
    HG_TRY_OUT(put(to, "loop_allocations", H5T_NATIVE_INT64, &performance->loop_allocations));
out:
    hg_h5_close(&text);
    hg_release(&index);
    return status;
}

static hg_status put_traffic(const tables *to, const hg_performance *performance)
{
    hid_t text = hg_h5_text_type();
    hg_status status = put(to, "kind", text, performance->kind);
    hg_h5_close(&text);
    if (status == HG_OK) status = put(to, "traffic", H5T_NATIVE_INT64, performance->traffic);
    return status;
}

static hg_status put_work(const tables *to, const hg_performance *performance)
{
    HG_TRY(put(to, "developed", H5T_NATIVE_INT64, &performance->developed));
    HG_TRY(put(to, "new_genotypes", H5T_NATIVE_INT64, &performance->new_genotypes));
    HG_TRY(put(to, "bytes_copied", H5T_NATIVE_INT64, &performance->bytes_copied));
    HG_TRY(put(to, "bytes_copied_least", H5T_NATIVE_INT64, &performance->bytes_copied_least));
    HG_TRY(put(to, "bytes_needed", H5T_NATIVE_DOUBLE, &performance->bytes_needed));
    HG_TRY(put(to, "operations", H5T_NATIVE_DOUBLE, &performance->operations));
    HG_TRY(put(to, "sample", H5T_NATIVE_INT64, performance->sample));
    HG_TRY(put(to, "sample_tracked", H5T_NATIVE_INT64, performance->sample_tracked));
    return put(to, "sample_resident", H5T_NATIVE_INT64, performance->sample_resident);
}

static hg_status put_machine(const tables *to, const hg_machine *machine)
{
    if (machine->multiply_add == 0.0) return HG_OK; /* it was not measured */
    HG_TRY(put(to, "machine_copy_memory", H5T_NATIVE_DOUBLE, &machine->copy_memory));
    HG_TRY(put(to, "machine_copy_cache", H5T_NATIVE_DOUBLE, &machine->copy_cache));
    return put(to, "machine_multiply_add", H5T_NATIVE_DOUBLE, &machine->multiply_add);
}

static hg_status put_performance(hid_t file, const hg_config *config,
                                 const hg_performance *performance)
{
    tables to = {.config = config};
    to.length[HG_AXIS_PHASE] = performance->phases;
    to.length[HG_AXIS_CATEGORY] = performance->categories;
    to.length[HG_AXIS_RANK] = performance->ranks;
    to.length[HG_AXIS_KIND] = performance->kinds;
    to.length[HG_AXIS_SAMPLE] = performance->samples;
    to.group = H5Gopen2(file, hg_group_name(HG_GROUP_PERFORMANCE), H5P_DEFAULT);
    if (to.group < 0) return hg_h5_fail(HG_IO, "performance");
    hg_status status = put_phases(&to, performance);
    if (status == HG_OK) status = put_memory(&to, performance);
    if (status == HG_OK) status = put_work(&to, performance);
    if (status == HG_OK) status = put_machine(&to, &performance->machine);
    if (status == HG_OK) status = put_traffic(&to, performance);
    hg_h5_close(&to.group);
    return status;
}

/* The lengths of what grows are cut to what has been recorded. */
static hg_status cut(hid_t file, hg_group which, const hg_dataset *dataset, int64_t records)
{
    char path[64];
    hsize_t extent[HG_RANK_MOST] = {0};
    snprintf(path, sizeof path, "%s/%s", hg_group_name(which), dataset->name);
    hid_t handle = H5Dopen2(file, path, H5P_DEFAULT);
    hid_t space = handle < 0 ? -1 : H5Dget_space(handle);
    herr_t result = space < 0 ? -1 : H5Sget_simple_extent_dims(space, extent, NULL);
    if (result >= 0 && extent[0] > (hsize_t)records) {
        extent[0] = (hsize_t)records;
        result = H5Dset_extent(handle, extent);
    }
    const hg_status status = result < 0 ? hg_h5_fail(HG_IO, path) : HG_OK;
    hg_h5_close(&space);
    hg_h5_close(&handle);
    return status;
}

static hg_status cut_all(hid_t file, const hg_output *output)
{
    for (int i = 0; i < hg_dataset_count; i++) {
        const hg_dataset *dataset = &hg_datasets[i];
        if (!hg_output_grows(output, dataset)) continue;
        HG_TRY(cut(file, dataset->group, dataset, hg_output_recorded(output, dataset->group)));
    }
    return HG_OK;
}

static hg_status put_times(hid_t file, const char *resumed_from)
{
    char now[HG_TIME_SIZE];
    hg_provenance_now(now);
    hid_t group = H5Gopen2(file, "provenance", H5P_DEFAULT);
    if (group < 0) return hg_h5_fail(HG_IO, "provenance");
    hg_status status = hg_h5_put_text(group, "end", now);
    if (status == HG_OK && resumed_from[0] != '\0')
        status = hg_h5_put_text(group, "resumed_from", resumed_from);
    hg_h5_close(&group);
    return status;
}

static hg_status put_all(hid_t file, const hg_output *output, int64_t generation, bool complete,
                         const char *stop_reason, const hg_performance *performance)
{
    HG_TRY(cut_all(file, output));
    if (performance != NULL) HG_TRY(put_performance(file, output->plan.config, performance));
    HG_TRY(put_times(file, output->resumed_from));
    HG_TRY(hg_h5_put_text(file, "stop_reason", stop_reason != NULL ? stop_reason : ""));
    HG_TRY(hg_h5_put_int64(file, "generations_done", generation));
    if (H5Fflush(file, H5F_SCOPE_GLOBAL) < 0) return hg_h5_fail(HG_IO, "cannot be written");
    /* What makes checkpoints superfluous is on the disk before it says so. */
    if (complete && hg_checkpoint_any(output->plan.path) && fsync(output->held) != 0)
        return hg_fail(HG_IO, "going to the disk: %s", strerror(errno));
    return hg_h5_put_int32(file, "complete", complete); /* the last word */
}

hg_status hg_output_end(const hg_output *output, int64_t generation, bool complete,
                        const char *stop_reason, const hg_performance *performance)
{
    const hg_output_plan *plan = &output->plan;
    HG_TRY(hg_output_check_same(output));
    hid_t file = hg_h5_open(plan->path, true);
    hg_status status = file < 0 ? hg_h5_fail(HG_IO, "cannot be opened again")
                                : put_all(file, output, generation, complete, stop_reason,
                                          performance);
    if (file >= 0 && !hg_h5_close_file(file) && status == HG_OK)
        status = hg_h5_fail(HG_IO, "cannot be closed");
    return status == HG_OK ? HG_OK : hg_fail_within(status, "%s: ", plan->path);
}
