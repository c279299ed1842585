/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading a checkpoint. Nothing in it is believed before its digest has been seen to be right. */
#include <inttypes.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "io/checkpoint_internal.h"
#include "io/h5.h"
#include "parallel/team.h"

#define LONGEST_PART ((int64_t)1 << 36) /* bytes; an absurd size is damage */

const char *hg_checkpoint_name(int number)
{
    static const char *const names[HG_CHECKPOINT_PARTS] = {
        [HG_CHECKPOINT_GENOME] = "genome",       [HG_CHECKPOINT_PARENT] = "parent",
        [HG_CHECKPOINT_PARENT2] = "parent2",     [HG_CHECKPOINT_OFFSPRING] = "has_offspring",
        [HG_CHECKPOINT_RESOLVED] = "run_file",   [HG_CHECKPOINT_IMAGE] = "output_image",
        [HG_CHECKPOINT_COUNTERS] = "counters",   [HG_CHECKPOINT_GRIDS] = "grids",
        [HG_CHECKPOINT_RESTS] = "rests"};
    return names[number];
}

hid_t hg_checkpoint_type(int number)
{
    switch (number) {
    case HG_CHECKPOINT_GENOME:
    case HG_CHECKPOINT_GRIDS: return H5T_NATIVE_DOUBLE;
    case HG_CHECKPOINT_PARENT:
    case HG_CHECKPOINT_PARENT2:
    case HG_CHECKPOINT_COUNTERS: return H5T_NATIVE_INT64;
    case HG_CHECKPOINT_OFFSPRING: return H5T_NATIVE_INT8;
    default: return H5T_NATIVE_UINT8;
    }
}

size_t hg_checkpoint_width(const hg_checkpoint *checkpoint, hg_checkpoint_field field)
{
    if (field == HG_CHECKPOINT_GENOME) return (size_t)checkpoint->alleles * sizeof(double);
    return field == HG_CHECKPOINT_OFFSPRING ? 1 : sizeof(int64_t);
}

int64_t hg_checkpoint_piece(const hg_checkpoint *checkpoint, hg_checkpoint_field field)
{
    const int64_t width = (int64_t)hg_checkpoint_width(checkpoint, field);
    return width < HG_CHECKPOINT_PIECE ? HG_CHECKPOINT_PIECE / width : 1;
}

void *hg_checkpoint_part_of(const hg_checkpoint *checkpoint, int number, int64_t *count,
                            size_t *size)
{
    *size = 1;
    switch (number) {
    case HG_CHECKPOINT_RESOLVED:
        *count = (int64_t)strlen(checkpoint->resolved) + 1;
        return checkpoint->resolved;
    case HG_CHECKPOINT_IMAGE: *count = checkpoint->image.size; return checkpoint->image.bytes;
    case HG_CHECKPOINT_COUNTERS:
        *size = sizeof(int64_t);
        *count = checkpoint->counter_count;
        return checkpoint->counters;
    case HG_CHECKPOINT_GRIDS:
        *size = sizeof(double);
        *count = checkpoint->grid_count;
        return checkpoint->grids;
    default: *count = checkpoint->rest_count; return checkpoint->rests;
    }
}

/* --- opening ------------------------------------------------------------------------------ */

/* A dataset of `rank` axes (lengths in `extent`) of a type that this machine reads. */
static hg_status open_dataset(hid_t file, int number, int rank, hsize_t extent[2], hid_t *handle)
{
    const char *name = hg_checkpoint_name(number);
    *handle = H5Lexists(file, name, H5P_DEFAULT) > 0 ? H5Dopen2(file, name, H5P_DEFAULT) : -1;
    if (*handle < 0) return hg_h5_fail(HG_BAD_INPUT, name);
    hid_t space = H5Dget_space(*handle), type = H5Dget_type(*handle);
    const hid_t wanted = hg_checkpoint_type(number);
    const bool right = type >= 0 && H5Tget_class(type) == H5Tget_class(wanted) &&
                       H5Tget_size(type) == H5Tget_size(wanted);
    const int found = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    if (found == rank) H5Sget_simple_extent_dims(space, extent, NULL);
    hg_h5_close(&type);
    hg_h5_close(&space);
    if (right && found == rank) return HG_OK;
    hg_h5_close(handle);
    return hg_fail(HG_BAD_INPUT, "%s is not what a run writes there", name);
}

static hg_status read_digest(hid_t dataset, int number, uint64_t *digest)
{
    int64_t value = 0;
    const hg_status status = hg_h5_get_int64(dataset, "digest", &value);
    if (status != HG_OK) return hg_fail_within(status, "%s: ", hg_checkpoint_name(number));
    *digest = (uint64_t)value;
    return HG_OK;
}

/* The seal has told that the values are all there: it is the disk that does not give them. */
static hg_status unread(int number) { return hg_h5_fail(HG_IO, hg_checkpoint_name(number)); }

static hg_status read_values(hid_t handle, int number, int64_t count, size_t size, void *values)
{
    uint64_t noted = 0;
    HG_TRY(read_digest(handle, number, &noted));
    if (count > 0 && H5Dread(handle, hg_checkpoint_type(number), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                             values) < 0)
        return unread(number);
    if (hg_digest((uint64_t)number, 0, values, (size_t)count * size) == noted) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s is damaged (its digest differs)", hg_checkpoint_name(number));
}

/* `pointer` as of hg_allocate. */
static hg_status read_part(hid_t file, int number, size_t size, void *pointer, int64_t *count)
{
    hid_t handle;
    hsize_t extent[2] = {0, 0};
    HG_TRY(open_dataset(file, number, 1, extent, &handle));
    hg_status status = HG_OK;
    if (extent[0] > (hsize_t)(LONGEST_PART / (int64_t)size) ||
        (extent[0] > 0 && H5Dget_storage_size(handle) != extent[0] * size))
        status = hg_fail(HG_BAD_INPUT, "%s is not all there", hg_checkpoint_name(number));
    *count = (int64_t)extent[0];
    void *values = NULL;
    if (status == HG_OK) status = hg_allocate(pointer, HG_MEMORY_OUTPUT, (size_t)*count, size);
    memcpy(&values, pointer, sizeof values);
    if (status == HG_OK) status = read_values(handle, number, *count, size, values);
    hg_h5_close(&handle);
    return status;
}

static hg_status read_header(hid_t file, hg_checkpoint *to)
{
    int64_t header[HG_HEADER_LENGTH];
    hid_t attribute = H5Aexists(file, "header") > 0 ? H5Aopen(file, "header", H5P_DEFAULT) : -1;
    hid_t space = attribute < 0 ? -1 : H5Aget_space(attribute);
    const hssize_t points = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    herr_t result = -1;
    if (points == HG_HEADER_LENGTH) result = H5Aread(attribute, H5T_NATIVE_INT64, header);
    hg_h5_close(&space);
    hg_h5_close(&attribute);
    if (result < 0) return hg_h5_fail(HG_BAD_INPUT, "header");
    int64_t noted = 0;
    HG_TRY(hg_h5_get_int64(file, "digest", &noted));
    if (hg_digest(HG_CHECKPOINT_PARTS, 0, header, sizeof header) != (uint64_t)noted)
        return hg_fail(HG_BAD_INPUT, "the header is damaged (its digest differs)");
    to->generation = header[HG_HEADER_GENERATION];
    to->individuals = header[HG_HEADER_INDIVIDUALS];
    to->alleles = header[HG_HEADER_ALLELES];
    if (to->individuals < 1 || to->alleles < 1)
        return hg_fail(HG_BAD_INPUT, "the header is damaged: %" PRId64 " individuals of %" PRId64
                       " alleles", to->individuals, to->alleles);
    to->network = (uint64_t)header[HG_HEADER_NETWORK];
    to->image.room = header[HG_HEADER_ROOM];
    to->image.file_size = header[HG_HEADER_FILE_SIZE];
    memcpy(to->image.run_id, header + HG_HEADER_RUN_ID, HG_RUN_ID_SIZE - 1);
    return HG_OK;
}

/* What belongs together has the lengths that go together. */
static hg_status check_fields(hg_checkpoint_file *open)
{
    const hg_checkpoint *content = &open->content;
    for (int f = 0; f < HG_CHECKPOINT_FIELDS; f++) {
        hid_t handle;
        hsize_t extent[2] = {0, 0};
        const int rank = f == HG_CHECKPOINT_GENOME ? 2 : 1;
        HG_TRY(open_dataset(open->file, f, rank, extent, &handle));
        hg_status status = read_digest(handle, f, &open->digest[f]);
        const hsize_t bytes = (hsize_t)content->individuals *
                              hg_checkpoint_width(content, (hg_checkpoint_field)f);
        if (status == HG_OK &&
            (extent[0] != (hsize_t)content->individuals || H5Dget_storage_size(handle) != bytes ||
             (rank == 2 && extent[1] != (hsize_t)content->alleles)))
            status = hg_fail(HG_BAD_INPUT, "%s is not all there", hg_checkpoint_name(f));
        hg_h5_close(&handle);
        HG_TRY(status);
    }
    return HG_OK;
}

static hg_status open_all(hg_checkpoint_file *open, const char *path)
{
    hg_checkpoint *to = &open->content;
    int64_t length = 0;
    HG_TRY(hg_checkpoint_check_seal(path, &open->newer));
    open->file = hg_h5_open(path, false);
    if (open->file < 0) return hg_h5_fail(HG_BAD_INPUT, "is damaged or cut short");
    HG_TRY(read_header(open->file, to));
    HG_TRY(read_part(open->file, HG_CHECKPOINT_RESOLVED, 1, &to->resolved, &length));
    if (length == 0 || to->resolved[length - 1] != '\0')
        return hg_fail(HG_BAD_INPUT, "the run file in it has no end");
    HG_TRY(read_part(open->file, HG_CHECKPOINT_IMAGE, 1, &to->image.bytes,
                     &to->image.size));
    HG_TRY(read_part(open->file, HG_CHECKPOINT_COUNTERS, sizeof(int64_t), &to->counters,
                     &to->counter_count));
    HG_TRY(read_part(open->file, HG_CHECKPOINT_GRIDS, sizeof(double), &to->grids,
                     &to->grid_count));
    HG_TRY(read_part(open->file, HG_CHECKPOINT_RESTS, 1, &to->rests, &to->rest_count));
    return check_fields(open);
}

hg_status hg_checkpoint_open(hg_checkpoint_file *open, const char *path)
{
    hg_h5_quiet();
    *open = (hg_checkpoint_file){.file = -1};
    const hg_status status = open_all(open, path);
    H5Eclear2(H5E_DEFAULT);
    return status == HG_OK ? HG_OK : hg_fail_within(status, "%s: ", path);
}

hg_status hg_checkpoint_close(hg_checkpoint_file *open, const char *path)
{
    const int64_t unclosed = hg_h5_unclosed();
    hg_h5_close(&open->file);
    hg_release(&open->content.resolved);
    hg_output_image_free(&open->content.image);
    hg_release(&open->content.counters);
    hg_release(&open->content.grids);
    hg_release(&open->content.rests);
    if (hg_h5_unclosed() == unclosed) return HG_OK;
    return hg_fail(HG_IO, "%s: cannot be closed", path);
}

/* --- the individuals ------------------------------------------------------------------------ */

/* Some individuals' values into `buffer`. */
static hg_status read_piece(hid_t handle, int number, int64_t first, int64_t count, int64_t alleles,
                            void *buffer)
{
    const hsize_t start[2] = {(hsize_t)first, 0}, block[2] = {(hsize_t)count, (hsize_t)alleles};
    hid_t space = H5Dget_space(handle);
    const int rank = H5Sget_simple_extent_ndims(space);
    hid_t memory = H5Screate_simple(rank, block, NULL);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, block, NULL);
    const herr_t result =
        H5Dread(handle, hg_checkpoint_type(number), memory, space, H5P_DEFAULT, buffer);
    hg_h5_close(&memory);
    hg_h5_close(&space);
    return result < 0 ? unread(number) : HG_OK;
}

static hg_status read_field(const hg_checkpoint_file *open, hg_checkpoint_field field,
                            int64_t first, int64_t count, hg_checkpoint_source *sink,
                            void *context, uint64_t *digest)
{
    const size_t width = hg_checkpoint_width(&open->content, field);
    const int64_t most = hg_checkpoint_piece(&open->content, field);
    const int64_t piece = count < most ? count : most;
    char *buffer = NULL;
    hid_t handle = H5Dopen2(open->file, hg_checkpoint_name(field), H5P_DEFAULT);
    if (handle < 0) return hg_h5_fail(HG_BAD_INPUT, hg_checkpoint_name(field));
    hg_status status = hg_allocate(&buffer, HG_MEMORY_OUTPUT, (size_t)piece, width);
    for (int64_t at = 0; at < count && status == HG_OK; at += piece) {
        const int64_t some = count - at < piece ? count - at : piece;
        status = read_piece(handle, field, first + at, some, open->content.alleles, buffer);
        for (int64_t i = 0; i < some && status == HG_OK; i++)
            *digest += hg_digest(field, (uint64_t)(first + at + i), buffer + (size_t)i * width,
                                 width);
        if (status == HG_OK && sink != NULL) sink(context, field, first + at, some, buffer);
    }
    hg_release(&buffer);
    hg_h5_close(&handle);
    return status;
}

hg_status hg_checkpoint_read(const hg_checkpoint_file *open, MPI_Comm communicator,
                             int64_t first, int64_t count, hg_checkpoint_source *sink,
                             void *context)
{
    uint64_t digest[HG_CHECKPOINT_FIELDS] = {0};
    hg_status status = HG_OK;
    for (int f = 0; f < HG_CHECKPOINT_FIELDS && status == HG_OK; f++)
        status = read_field(open, (hg_checkpoint_field)f, first, count, sink, context, &digest[f]);
    HG_TRY(hg_team_agree(communicator, status));
    MPI_Allreduce(MPI_IN_PLACE, digest, HG_CHECKPOINT_FIELDS, MPI_UINT64_T, MPI_SUM, communicator);
    for (int f = 0; f < HG_CHECKPOINT_FIELDS; f++)
        if (digest[f] != open->digest[f])
            return hg_fail(HG_BAD_INPUT, "%s is damaged (its digest differs)",
                           hg_checkpoint_name(f));
    return HG_OK;
}
