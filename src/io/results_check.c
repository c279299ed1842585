/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/results_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "io/h5.h"
#include "io/runfile.h"

#define LONGEST_PATH 80

/* A dataset's axes; rank -1: there is none. */
typedef struct shape {
    int rank;
    hsize_t extent[H5S_MAX_RANK];
} shape;

static shape shape_in(const hg_results *results, const char *path)
{
    shape found = {.rank = -1};
    hid_t dataset = hg_results_has(results, path) ? H5Dopen2(results->file, path, H5P_DEFAULT) : -1;
    hid_t space = dataset < 0 ? -1 : H5Dget_space(dataset);
    if (space >= 0) found.rank = H5Sget_simple_extent_dims(space, found.extent, NULL);
    hg_h5_close(&space);
    hg_h5_close(&dataset);
    H5Eclear2(H5E_DEFAULT);
    return found;
}

static void path_of(char path[LONGEST_PATH], hg_group group, const char *name)
{
    snprintf(path, LONGEST_PATH, "/%s/%s", hg_group_name(group), name);
}

/* How long the axis is, -1 where nothing tells. */
static int64_t length_of(const hg_results *results, hg_group group, hg_axis axis)
{
    char path[LONGEST_PATH];
    if (axis == HG_AXIS_GENE) return results->genes;
    if (axis == HG_AXIS_EDGE) return results->edges;
    if (axis == HG_AXIS_ALLELE) return 2;
    path_of(path, group, hg_axis_name(axis));
    const shape scale = shape_in(results, path);
    return scale.rank == 1 ? (int64_t)scale.extent[0] : -1;
}

/* Of the axis of generations there may be more than is recorded. */
static hg_status check_axes(const hg_results *results, const hg_dataset *dataset, const char *path,
                            const shape *found, int64_t records)
{
    for (int i = 0; i < found->rank; i++) {
        const hg_axis axis = dataset->axes[i];
        const int64_t extent = (int64_t)found->extent[i];
        if (axis == HG_AXIS_GENERATION && extent < records)
            return hg_fail(HG_BAD_INPUT, "%s: has %" PRId64 " of %" PRId64 " records", path, extent,
                           records);
        const int64_t length = axis == HG_AXIS_GENERATION
                                   ? extent : length_of(results, dataset->group, axis);
        if (length >= 0 && extent != length)
            return hg_fail(HG_BAD_INPUT, "%s: has %" PRId64 " entries along its axis %s; allowed: %"
                           PRId64, path, extent, hg_axis_name(axis), length);
    }
    return HG_OK;
}

static bool is_needed(const hg_dataset *dataset)
{
    if (dataset->presence != HG_ALWAYS) return false;
    return dataset->group == HG_GROUP_NETWORK || dataset->group == HG_GROUP_STATISTICS ||
           (dataset->group == HG_GROUP_SNAPSHOTS && dataset->axes[0] == HG_AXIS_GENERATION);
}

bool hg_results_has_form(const hg_results *results, const hg_dataset *dataset)
{
    char path[LONGEST_PATH];
    if (hg_dataset_other_form(dataset) == NULL) return true;
    path_of(path, dataset->group, hg_axis_name(HG_AXIS_COMPONENT));
    return hg_results_has(results, path) == hg_dataset_has_axis(dataset, HG_AXIS_COMPONENT);
}

static hg_status check_dataset(const hg_results *results, const hg_dataset *dataset,
                               int64_t records)
{
    char path[LONGEST_PATH];
    if (!hg_results_has_form(results, dataset)) return HG_OK;
    path_of(path, dataset->group, dataset->name);
    if (!is_needed(dataset) && !hg_results_has(results, path)) return HG_OK;
    const shape found = shape_in(results, path);
    const int haploid = hg_dataset_rank(dataset, 1), diploid = hg_dataset_rank(dataset, 2);
    if (found.rank < 0) return hg_fail(HG_BAD_INPUT, "%s: missing", path);
    if (found.rank != haploid && found.rank != diploid)
        return hg_fail(HG_BAD_INPUT, "%s: has %d axes; allowed: %d", path, found.rank, haploid);
    return check_axes(results, dataset, path, &found, records);
}

static hg_status count_records(const hg_results *results, hg_group group, int64_t *records)
{
    char path[LONGEST_PATH];
    *records = 0;
    path_of(path, group, hg_axis_name(HG_AXIS_GENERATION));
    if (!hg_results_has(results, path)) return HG_OK;
    return hg_results_records(results, hg_group_name(group), records);
}

/* A run file that cannot be read is told to those who need it. */
static hg_status check_end(const hg_results *results)
{
    hg_config config = {0};
    const hg_status status =
        hg_results_parse(&config, results->path, results->run_file_resolved, NULL, 0);
    const int64_t last = config.run.generations;
    hg_config_free(&config);
    if (status != HG_OK) return status == HG_NO_MEMORY ? status : HG_OK;
    if (results->generations_done <= last) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: generations_done is %" PRId64 ", but the run has %" PRId64
                   " generations (run.generations)", results->path, results->generations_done, last);
}

hg_status hg_results_check(const hg_results *results)
{
    int64_t records[HG_GROUPS] = {0};
    if (results->generations_done < 0) return HG_OK;
    HG_TRY(check_end(results));
    for (int g = HG_GROUP_STATISTICS; g < HG_GROUP_PERFORMANCE; g++)
        HG_TRY(count_records(results, (hg_group)g, &records[g]));
    for (int i = 0; i < hg_dataset_count; i++) {
        const hg_dataset *dataset = &hg_datasets[i];
        if (dataset->group == HG_GROUP_PERFORMANCE) continue;
        const hg_status status = check_dataset(results, dataset, records[dataset->group]);
        if (status != HG_OK) return hg_fail_within(status, "%s: ", results->path);
    }
    return HG_OK;
}
