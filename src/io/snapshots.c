/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/snapshots.h"

#include <inttypes.h>

#include "base/memory.h"
#include "io/h5.h"

#define AXES_MOST 4 /* generation, individual, gene or edge, allele */

static hg_status fail_within(const hg_snapshots *snapshots, hg_status status, const char *path)
{
    return status == HG_OK ? HG_OK
                           : hg_fail_within(status, "%s: %s: ", snapshots->results->path, path);
}

/* Extents and type must be those that a run writes. */
static hg_status check_field(hg_snapshots *snapshots, hg_snapshot_field *field)
{
    hsize_t extent[AXES_MOST] = {0, 0, 1, 1};
    hid_t type = H5Dget_type(field->dataset), space = H5Dget_space(field->dataset);
    const int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    const bool fits = H5Tget_class(type) == H5T_FLOAT && rank >= 2 && rank <= AXES_MOST;
    if (fits) H5Sget_simple_extent_dims(space, extent, NULL);
    hg_h5_close(&space);
    hg_h5_close(&type);
    H5Eclear2(H5E_DEFAULT);
    if (!fits || extent[3] > 2 || extent[3] == 0 || extent[0] < (hsize_t)snapshots->count ||
        extent[1] == 0 || extent[2] > INT32_MAX ||
        (snapshots->individuals > 0 && extent[1] != (hsize_t)snapshots->individuals))
        return hg_fail(HG_BAD_INPUT, "is not what a run writes there");
    snapshots->individuals = (int64_t)extent[1];
    field->loci = (int64_t)extent[2];
    field->alleles = (int)extent[3];
    return hg_results_check_extent(field->dataset);
}

static hg_status open_field(hg_snapshots *snapshots, hg_snapshot_field *field)
{
    if (!hg_results_has(snapshots->results, field->path)) return HG_OK;
    field->dataset = H5Dopen2(snapshots->results->file, field->path, H5P_DEFAULT);
    const hg_status status = field->dataset < 0 ? hg_h5_fail(HG_BAD_INPUT, "cannot be opened")
                                                : check_field(snapshots, field);
    return fail_within(snapshots, status, field->path);
}

static hg_status read_generations(hg_snapshots *snapshots)
{
    hg_results_values generation;
    hg_status status = hg_results_read(snapshots->results, "/snapshots/generation", &generation);
    snapshots->count = generation.rows;
    if (status == HG_OK)
        status = hg_allocate(&snapshots->generation, HG_MEMORY_OTHER, (size_t)generation.rows,
                             sizeof *snapshots->generation);
    for (int64_t s = 0; status == HG_OK && s < generation.rows; s++)
        snapshots->generation[s] = (int64_t)generation.value[s];
    hg_results_values_free(&generation);
    return status;
}

hg_status hg_snapshots_open(hg_snapshots *snapshots, const hg_results *results)
{
    *snapshots = (hg_snapshots){.results = results,
        .basal = {"/snapshots/basal", -1, 0, 1}, .weight = {"/snapshots/weight", -1, 0, 1},
        .fitness = {"/snapshots/fitness", -1, 0, 1}};
    HG_TRY(read_generations(snapshots));
    HG_TRY(open_field(snapshots, &snapshots->basal));
    HG_TRY(open_field(snapshots, &snapshots->weight));
    return open_field(snapshots, &snapshots->fitness);
}

void hg_snapshots_close(hg_snapshots *snapshots)
{
    hg_h5_close(&snapshots->basal.dataset);
    hg_h5_close(&snapshots->weight.dataset);
    hg_h5_close(&snapshots->fitness.dataset);
    hg_release(&snapshots->generation);
}

int64_t hg_snapshots_find(const hg_snapshots *snapshots, int64_t generation)
{
    for (int64_t s = 0; s < snapshots->count; s++)
        if (snapshots->generation[s] == generation) return s;
    return -1;
}

hg_status hg_snapshots_read(const hg_snapshots *snapshots, const hg_snapshot_field *field,
                            int64_t snapshot, int64_t first, int64_t count, double *value)
{
    const hsize_t start[AXES_MOST] = {(hsize_t)snapshot, (hsize_t)first, 0, 0};
    hsize_t block[AXES_MOST];
    hid_t file = H5Dget_space(field->dataset);
    const int rank = H5Sget_simple_extent_dims(file, block, NULL);
    block[0] = 1;
    block[1] = (hsize_t)count;
    hid_t memory = H5Screate_simple(rank, block, NULL);
    H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, block, NULL);
    const herr_t result =
        H5Dread(field->dataset, H5T_NATIVE_DOUBLE, memory, file, H5P_DEFAULT, value);
    hg_h5_close(&memory);
    hg_h5_close(&file);
    const hg_status status = result < 0 ? hg_h5_fail(HG_BAD_INPUT, "cannot be read") : HG_OK;
    return fail_within(snapshots, status, field->path);
}
