/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where HDF5 has put the values of a dataset that has its full length from the beginning. Its
 * chunks were taken from the end of the file one after the other, so that the first and the last
 * tell where the others are. */
#include "io/h5.h"
#include "io/output_internal.h"

/* The address of the chunk with the element `at`, or -1. */
static int64_t chunk_address(hid_t dataset, const hsize_t *at, int64_t bytes)
{
    unsigned filtered = 0;
    haddr_t address = HADDR_UNDEF;
    hsize_t size = 0;
    if (H5Dget_chunk_info_by_coord(dataset, at, &filtered, &address, &size) < 0) return -1;
    return address == HADDR_UNDEF || (int64_t)size != bytes ? -1 : (int64_t)address;
}

static bool is_as_in_memory(hid_t dataset, size_t *size)
{
    hid_t type = H5Dget_type(dataset), native = H5Tget_native_type(type, H5T_DIR_ASCEND);
    const bool same = native >= 0 && H5Tequal(type, native) > 0;
    *size = type >= 0 ? H5Tget_size(type) : 0;
    hg_h5_close(&native);
    hg_h5_close(&type);
    return same;
}

/* Lengths of a dataset and of its chunks; the rank, or -1 where it has none or they are filtered. */
static int shape_of(hid_t dataset, hsize_t extent[HG_RANK_MOST], hsize_t chunk[HG_RANK_MOST])
{
    hid_t space = H5Dget_space(dataset), properties = H5Dget_create_plist(dataset);
    const int rank = H5Sget_simple_extent_dims(space, extent, NULL);
    const bool plain = H5Pget_layout(properties) == H5D_CHUNKED &&
                       H5Pget_nfilters(properties) == 0 &&
                       H5Pget_chunk(properties, HG_RANK_MOST, chunk) == rank;
    hg_h5_close(&properties);
    hg_h5_close(&space);
    return plain && rank >= 2 && extent[0] > 0 ? rank : -1;
}

void hg_output_place_find(hg_output_place *place, hid_t dataset)
{
    hsize_t extent[HG_RANK_MOST], chunk[HG_RANK_MOST], at[HG_RANK_MOST] = {0};
    size_t size;
    *place = (hg_output_place){.address = -1};
    const int rank = shape_of(dataset, extent, chunk);
    if (rank < 0 || !is_as_in_memory(dataset, &size)) return;
    place->row = (int64_t)size;
    for (int a = 2; a < rank; a++) {
        if (chunk[a] != extent[a]) return; /* individuals lie in pieces */
        place->row *= (int64_t)extent[a];
    }
    if (chunk[0] > 1 && chunk[1] != extent[1]) return; /* records do */
    const hsize_t across = (extent[1] - 1) / chunk[1] + 1, along = (extent[0] - 1) / chunk[0] + 1;
    const int64_t bytes = (int64_t)(chunk[0] * chunk[1]) * place->row;
    place->records = (int64_t)extent[0];
    place->record = (int64_t)(across * chunk[1]) * place->row;
    const int64_t first = chunk_address(dataset, at, bytes);
    at[0] = (along - 1) * chunk[0];
    at[1] = (across - 1) * chunk[1];
    const int64_t last = chunk_address(dataset, at, bytes);
    if (first >= 0 && last == first + (int64_t)(along * across - 1) * bytes)
        place->address = first;
}
