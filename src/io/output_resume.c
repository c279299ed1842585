/* SPDX-License-Identifier: GPL-3.0-or-later
 * Going on with the output of an interrupted run: it is brought to the generation of the
 * checkpoint, whatever state the end of the run before left it in. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/h5.h"
#include "io/output_internal.h"
#include "parallel/team.h"

/* One dataset that grows with the run, of as many records as it should have. */
typedef struct column {
    hid_t handle;
    const hg_dataset *dataset;
    int64_t records, full;
} column;

/* Compressed snapshots: each of their chunks is read, which checks it. */
static hg_status read_through(const column *c)
{
    hid_t space = H5Dget_space(c->handle), type = H5Dget_type(c->handle);
    hsize_t block[HG_RANK_MOST] = {0}, start[HG_RANK_MOST] = {0};
    const int rank = H5Sget_simple_extent_dims(space, block, NULL);
    size_t size = H5Tget_size(type);
    for (int a = 2; a < rank; a++) size *= (size_t)block[a];
    const hsize_t individuals = block[1], piece = size < 1 << 20 ? (1 << 20) / size : 1;
    char *room = NULL;
    hg_status status = hg_allocate(&room, HG_MEMORY_OUTPUT, (size_t)piece, size);
    block[0] = 1;
    for (int64_t r = 0; r < c->records && status == HG_OK; r++)
        for (hsize_t i = 0; i < individuals && status == HG_OK; i += piece) {
            start[0] = (hsize_t)r;
            start[1] = i;
            block[1] = individuals - i < piece ? individuals - i : piece;
            hid_t memory = H5Screate_simple(rank, block, NULL);
            H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, block, NULL);
            if (H5Dread(c->handle, type, memory, space, H5P_DEFAULT, room) < 0)
                status = hg_h5_fail(HG_BAD_INPUT, c->dataset->name);
            hg_h5_close(&memory);
        }
    hg_release(&room);
    hg_h5_close(&type);
    hg_h5_close(&space);
    return status;
}

/* The list of generations must have what the run had recorded: rising, from 0 on. */
static hg_status check_generations(const column *c, int64_t generation)
{
    const hsize_t start = 0, count = (hsize_t)c->records;
    int64_t *recorded, before = -1;
    HG_TRY(hg_allocate(&recorded, HG_MEMORY_OUTPUT, (size_t)c->records, sizeof *recorded));
    hid_t space = H5Dget_space(c->handle), memory = H5Screate_simple(1, &count, NULL);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &count, NULL);
    hg_status status = HG_OK;
    if (H5Dread(c->handle, H5T_NATIVE_INT64, memory, space, H5P_DEFAULT, recorded) < 0)
        status = hg_h5_fail(HG_BAD_INPUT, c->dataset->name);
    for (int64_t r = 0; r < c->records && status == HG_OK; before = recorded[r++])
        if (recorded[r] <= before || recorded[r] > generation || (r == 0 && recorded[r] != 0))
            status = hg_fail(HG_BAD_INPUT, "record %" PRId64 " is missing", r);
    hg_h5_close(&memory);
    hg_h5_close(&space);
    hg_release(&recorded);
    return status;
}

static hg_status open_column(hid_t file, column *c)
{
    char path[64];
    hsize_t extent[HG_RANK_MOST] = {0};
    snprintf(path, sizeof path, "%s/%s", hg_group_name(c->dataset->group), c->dataset->name);
    c->handle = H5Dopen2(file, path, H5P_DEFAULT);
    hid_t space = c->handle < 0 ? -1 : H5Dget_space(c->handle);
    const int rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, extent, NULL);
    hg_h5_close(&space);
    if (rank < 1) return hg_h5_fail(HG_BAD_INPUT, path);
    if (extent[0] < (hsize_t)c->records)
        return hg_fail(HG_BAD_INPUT, "%s has %" PRIu64 " of %" PRId64 " records", path,
                       (uint64_t)extent[0], c->records);
    if (extent[0] == (hsize_t)c->full) return HG_OK;
    extent[0] = (hsize_t)c->full;
    return H5Dset_extent(c->handle, extent) < 0 ? hg_h5_fail(HG_BAD_INPUT, path) : HG_OK;
}

static hg_status prepare_columns(hid_t file, const hg_output *output, int64_t generation)
{
    const hg_config *config = output->plan.config;
    const bool compressed = config->output.deflate > 0;
    for (int i = 0; i < hg_dataset_count; i++) {
        column c = {.handle = -1, .dataset = &hg_datasets[i]};
        const bool snapshots = c.dataset->group == HG_GROUP_SNAPSHOTS;
        if (!hg_output_grows(output, c.dataset)) continue;
        c.records = hg_output_recorded(output, c.dataset->group);
        c.full = snapshots && compressed
                     ? c.records
                     : hg_output_due(config, c.dataset->group, config->run.generations);
        hg_status status = open_column(file, &c);
        if (status == HG_OK && hg_dataset_is_scale(c.dataset))
            status = check_generations(&c, generation);
        else if (status == HG_OK && snapshots && compressed)
            status = read_through(&c);
        hg_h5_close(&c.handle);
        HG_TRY(status);
    }
    return HG_OK;
}

/* With an image there is no stop_reason yet: its text has no place among what is fixed. */
static hg_status prepare_attributes(hid_t file, const hg_output *output, int64_t generation)
{
    if (output->image.room == 0) HG_TRY(hg_h5_put_text(file, "stop_reason", ""));
    if (output->image.room == 0) HG_TRY(hg_h5_put_int32(file, "complete", 0));
    return hg_h5_put_int64(file, "generations_done", generation);
}

/* Texts lie elsewhere than what describes them. */
static hg_status check_texts(hid_t file)
{
    static const char *const names[] = {"title", "source", "run_file", "run_file_resolved"};
    hg_status status = HG_OK;
    for (size_t i = 0; i < sizeof names / sizeof *names && status == HG_OK; i++) {
        char *text = NULL;
        status = hg_h5_get_text(file, names[i], &text);
        hg_release(&text);
    }
    return status;
}

static hg_status prepare_file(const hg_output *output, int64_t generation)
{
    hid_t file = hg_h5_open(output->plan.path, true);
    if (file < 0) return hg_h5_fail(HG_BAD_INPUT, "damaged or cut short");
    hg_status status = check_texts(file);
    if (status == HG_OK) status = prepare_attributes(file, output, generation);
    if (status == HG_OK) status = prepare_columns(file, output, generation);
    if (!hg_h5_close_file(file) && status == HG_OK) status = hg_h5_fail(HG_BAD_INPUT, "damaged");
    return status;
}

/* --- whether all that the checkpoint vouches for is there -------------------------------------- */

/* Where the values of the first records of a dataset end. Its chunks lie one after the other. */
static int64_t end_of(const column *c)
{
    hsize_t extent[HG_RANK_MOST] = {0}, size = 0;
    haddr_t address = HADDR_UNDEF;
    unsigned filtered = 0;
    hid_t space = H5Dget_space(c->handle);
    const int rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, extent, NULL);
    hg_h5_close(&space);
    if (c->records == 0 || rank < 1) return 0;
    extent[0] = (hsize_t)c->records;
    for (int a = 0; a < rank; a++) extent[a] -= extent[a] > 0; /* of the last value */
    H5Dget_chunk_info_by_coord(c->handle, extent, &filtered, &address, &size);
    H5Eclear2(H5E_DEFAULT);
    return address == HADDR_UNDEF ? 0 : (int64_t)(address + size);
}

/* Of a file that is as the output was when it was begun, but for the values. */
static int64_t end_of_records(hid_t file, const hg_output *output)
{
    const hg_config *config = output->plan.config;
    int64_t end = 0;
    for (int i = 0; i < hg_dataset_count; i++) {
        column c = {.handle = -1, .dataset = &hg_datasets[i]};
        if (!hg_output_grows(output, c.dataset)) continue;
        c.records = hg_output_recorded(output, c.dataset->group);
        c.full = hg_output_due(config, c.dataset->group, config->run.generations);
        const int64_t own = open_column(file, &c) == HG_OK ? end_of(&c) : 0;
        if (own > end) end = own;
        hg_h5_close(&c.handle);
    }
    return end;
}

/* The places are those of a file that consists of the image, and of nothing where values are. */
static hg_status find_end(const hg_output *output, const hg_output_image *image, int64_t *end)
{
    char suffix[HG_SUFFIX_SIZE] = "", *beside = NULL;
    int descriptor = -1;
    HG_TRY(hg_output_hold_new(output->plan.path, suffix, &descriptor));
    hg_status status = hg_output_name_beside(output->plan.path, suffix, &beside);
    if (status == HG_OK) status = hg_output_image_restore(image, beside);
    hid_t file = status == HG_OK ? hg_h5_open(beside, false) : -1;
    if (status == HG_OK && file < 0) status = hg_h5_fail(HG_BAD_INPUT, "its image");
    if (file >= 0) *end = end_of_records(file, output);
    if (file >= 0) hg_h5_close_file(file);
    hg_output_unlink_beside(output->plan.path, suffix);
    close(descriptor);
    hg_release(&beside);
    return status;
}

/* Outputs have their full length while they are written, and are shorter once the program has
 * closed them before their end, or was killed as it did so: what HDF5 does not open then may have
 * been cut by others as well. */
static hg_status check_whole(const hg_output *output, const hg_output_image *image)
{
    const char *path = output->plan.path;
    struct stat what;
    int64_t end = 0;
    /* before anything is touched: an image that is none is put nowhere */
    if (image->room == 0) HG_TRY(hg_output_spans_end(image, &end));
    if (stat(path, &what) != 0) return hg_fail(HG_IO, "%s: %s", path, strerror(errno));
    if (what.st_size >= image->file_size) return HG_OK;
    const hid_t file = hg_h5_open(path, false);
    H5Eclear2(H5E_DEFAULT);
    if (file >= 0) hg_h5_close_file(file);
    if (file >= 0) return HG_OK;
    if (image->room > 0) HG_TRY(find_end(output, image, &end));
    if (what.st_size >= end) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: has been cut short: it has %" PRId64 " of the %" PRId64
                   " bytes that the checkpoint counts on", path, (int64_t)what.st_size, end);
}

/* Root: the file as it was at `generation`. */
static hg_status prepare(hg_output *output, const hg_output_image *image, int64_t generation)
{
    const char *path = output->plan.path;
    struct stat what;
    if (stat(path, &what) != 0 || !S_ISREG(what.st_mode))
        return hg_fail(HG_BAD_INPUT, "%s: is missing", path);
    HG_TRY(hg_output_lock_earlier(path, &output->held));
    if (output->held < 0)
        return hg_fail(HG_IO, "%s: cannot be opened for writing: %s", path, strerror(errno));
    HG_TRY(hg_output_image_check(image, path));
    HG_TRY(check_whole(output, image));
    HG_TRY(hg_output_check_planned(output));
    HG_TRY(hg_output_image_restore(image, path));
    const hg_status status = prepare_file(output, generation);
    return status == HG_OK ? HG_OK : hg_fail_within(status, "%s: ", path);
}

static hg_status copy_image(hg_output_image *to, const hg_output_image *from)
{
    *to = *from;
    to->bytes = NULL;
    if (from->size == 0) return HG_OK;
    HG_TRY(hg_allocate(&to->bytes, HG_MEMORY_OUTPUT, (size_t)from->size, 1));
    memcpy(to->bytes, from->bytes, (size_t)from->size);
    return HG_OK;
}

hg_status hg_output_resume(hg_output **output, const hg_output_plan *plan,
                           const hg_output_image *image, int64_t generation,
                           const char *resumed_from)
{
    HG_TRY(hg_output_allocate(output, plan));
    hg_output *open = *output;
    hg_status status = HG_OK;
    open->records = hg_output_records_due(plan->config, generation);
    open->snapshots = hg_output_snapshots_due(plan->config, generation);
    open->ancestry.records = hg_output_due(plan->config, HG_GROUP_ANCESTRY, generation);
    snprintf(open->resumed_from, sizeof open->resumed_from, "%s", resumed_from);
    if (open->rank == 0) status = copy_image(&open->image, image);
    if (open->rank == 0 && status == HG_OK && image->room == 0) status = hg_output_spans_adopt(open);
    if (open->rank == 0 && status == HG_OK) status = prepare(open, image, generation);
    status = hg_team_agree(plan->communicator, status);
    if (status == HG_OK) status = hg_output_open(open, plan->path);
    if (status != HG_OK) hg_output_abandon(output);
    return status;
}
