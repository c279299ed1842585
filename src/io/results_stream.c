/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/results_stream.h"

#include <inttypes.h>

#include "base/memory.h"
#include "base/text.h"
#include "io/h5.h"

#define CACHE_BYTES ((size_t)32 << 20) /* of chunks, which pieces share */

static hid_t open_dataset(hid_t file, const char *path)
{
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, 1009, CACHE_BYTES, 1.0);
    const hid_t dataset = H5Dopen2(file, path, access);
    hg_h5_close(&access);
    return dataset;
}

static hg_status open_stream(hg_results_stream *stream, const hg_results *results,
                             const char *dataset)
{
    if (!hg_results_has(results, dataset)) return hg_fail(HG_BAD_INPUT, "missing");
    stream->dataset = open_dataset(results->file, dataset);
    if (stream->dataset < 0) return hg_h5_fail(HG_BAD_INPUT, "cannot be opened");
    hid_t type = H5Dget_type(stream->dataset);
    const H5T_class_t class = H5Tget_class(type);
    hg_h5_close(&type);
    if (class != H5T_INTEGER && class != H5T_FLOAT)
        return hg_fail(HG_BAD_INPUT, "not of numbers");
    stream->space = H5Dget_space(stream->dataset);
    stream->rank = stream->space < 0 ? -1 : H5Sget_simple_extent_ndims(stream->space);
    if (stream->rank < 1 || stream->rank > HG_STREAM_AXES)
        return hg_fail(HG_BAD_INPUT, "has %d axes", stream->rank);
    hsize_t extent[HG_STREAM_AXES];
    H5Sget_simple_extent_dims(stream->space, extent, NULL);
    for (int i = 0; i < stream->rank; i++) stream->extent[i] = (int64_t)extent[i];
    return hg_results_check_extent(stream->dataset);
}

hg_status hg_results_stream_open(hg_results_stream *stream, const hg_results *results,
                                 const char *dataset)
{
    *stream = (hg_results_stream){.dataset = -1, .space = -1, .extent = {1, 1, 1, 1}};
    hg_text name = hg_text_of(HG_MEMORY_OTHER);
    hg_text_add(&name, "%s: %s", results->path, dataset);
    HG_TRY(hg_text_take(&name, &stream->path));
    const hg_status status = open_stream(stream, results, dataset);
    return status == HG_OK ? HG_OK : hg_fail_within(status, "%s: ", stream->path);
}

void hg_results_stream_fix(hg_results_stream *stream, int axis, int64_t at)
{
    stream->fixed = axis;
    stream->at = at;
    stream->rank--;
    for (int i = axis; i < HG_STREAM_AXES; i++)
        stream->extent[i] = i + 1 < HG_STREAM_AXES ? stream->extent[i + 1] : 1;
}

/* Puts an axis of one entry back where one was fixed; returns the dataset's own rank. */
static int unfix(const hg_results_stream *stream, hsize_t start[HG_STREAM_AXES],
                 hsize_t size[HG_STREAM_AXES])
{
    const int axis = stream->fixed;
    if (axis == 0) return stream->rank;
    for (int i = HG_STREAM_AXES - 1; i > axis; i--) {
        start[i] = start[i - 1];
        size[i] = size[i - 1];
    }
    start[axis] = (hsize_t)stream->at;
    size[axis] = 1;
    return stream->rank + 1;
}

hg_status hg_results_stream_read(const hg_results_stream *stream, int64_t row, int64_t from,
                                 int64_t count, double *values)
{
    const bool column = stream->rank == 1;
    const int64_t last = column ? row + count : from + count;
    if (row < 0 || from < 0 || count < 0 || row >= stream->extent[0] ||
        last > stream->extent[column ? 0 : 1])
        return hg_fail(HG_BAD_INPUT, "%s: has no record %" PRId64, stream->path, row);
    if (count == 0) return HG_OK;
    hsize_t start[HG_STREAM_AXES] = {(hsize_t)row, (hsize_t)from, 0, 0};
    hsize_t size[HG_STREAM_AXES] = {column ? (hsize_t)count : 1, (hsize_t)count,
                                    (hsize_t)stream->extent[2], (hsize_t)stream->extent[3]};
    hid_t memory = H5Screate_simple(unfix(stream, start, size), size, NULL);
    H5Sselect_hyperslab(stream->space, H5S_SELECT_SET, start, NULL, size, NULL);
    const herr_t result = H5Dread(stream->dataset, H5T_NATIVE_DOUBLE, memory, stream->space,
                                  H5P_DEFAULT, values);
    hg_h5_close(&memory);
    return result < 0 ? hg_fail_within(hg_h5_fail(HG_BAD_INPUT, "cannot be read"), "%s: ",
                                       stream->path) : HG_OK;
}

void hg_results_stream_close(hg_results_stream *stream)
{
    hg_h5_close(&stream->space);
    hg_h5_close(&stream->dataset);
    hg_release(&stream->path);
}
