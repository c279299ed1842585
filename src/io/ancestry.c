/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/ancestry.h"

#include <inttypes.h>

#include "base/memory.h"
#include "io/h5.h"

#define BLOCK_BYTES ((int64_t)4 << 20)
#define FEW_INDIVIDUALS 16384 /* of which a whole generation is read as soon as one of them */

static const char *const paths[2] = {"/ancestry/parent", "/ancestry/parent2"};

static hg_status fail_within(const hg_ancestry *ancestry, hg_status status, const char *path)
{
    return status == HG_OK ? HG_OK
                           : hg_fail_within(status, "%s: %s: ", ancestry->results->path, path);
}

bool hg_ancestry_recorded(const hg_results *results) { return hg_results_has(results, paths[0]); }

/* Every generation has its record, from 0 on. */
static hg_status check_generations(hg_ancestry *ancestry)
{
    hg_results_values generation;
    hg_status status = hg_results_read(ancestry->results, "/ancestry/generation", &generation);
    for (int64_t r = 0; status == HG_OK && r < generation.rows; r++)
        if (generation.value[r] != (double)r)
            status = hg_fail(HG_BAD_INPUT, "%s: /ancestry/generation: generation %" PRId64
                             " is missing", ancestry->results->path, r);
    ancestry->last = generation.rows - 1;
    hg_results_values_free(&generation);
    return status;
}

static hg_status check_shape(hg_ancestry *ancestry, int which)
{
    hsize_t extent[2] = {0, 0};
    hid_t type = H5Dget_type(ancestry->dataset[which]);
    hid_t space = H5Dget_space(ancestry->dataset[which]);
    const bool fits = H5Tget_class(type) == H5T_INTEGER && space >= 0 &&
                      H5Sget_simple_extent_ndims(space) == 2;
    if (fits) H5Sget_simple_extent_dims(space, extent, NULL);
    hg_h5_close(&space);
    hg_h5_close(&type);
    H5Eclear2(H5E_DEFAULT);
    if (!fits) return hg_fail(HG_BAD_INPUT, "not a table of numbers by generation and individual");
    if (which == 0) ancestry->individuals = (int64_t)extent[1];
    if ((int64_t)extent[1] != ancestry->individuals || extent[1] == 0 || extent[1] > INT32_MAX)
        return hg_fail(HG_BAD_INPUT, "has %" PRIu64 " individuals", (uint64_t)extent[1]);
    if ((int64_t)extent[0] <= ancestry->last)
        return hg_fail(HG_BAD_INPUT, "has %" PRIu64 " of %" PRId64 " generations",
                       (uint64_t)extent[0], ancestry->last + 1);
    return hg_results_check_extent(ancestry->dataset[which]);
}

static hg_status open_parents(hg_ancestry *ancestry, int which)
{
    ancestry->dataset[which] = H5Dopen2(ancestry->results->file, paths[which], H5P_DEFAULT);
    if (ancestry->dataset[which] < 0) return hg_h5_fail(HG_BAD_INPUT, "cannot be opened");
    return check_shape(ancestry, which);
}

static hg_status open_all(hg_ancestry *ancestry)
{
    HG_TRY(check_generations(ancestry));
    ancestry->sexual = hg_results_has(ancestry->results, paths[1]);
    for (int which = 0; which <= (int)ancestry->sexual; which++)
        HG_TRY(fail_within(ancestry, open_parents(ancestry, which), paths[which]));
    ancestry->rows = BLOCK_BYTES / (ancestry->individuals * (int64_t)sizeof(int32_t));
    if (ancestry->rows > ancestry->last + 1) ancestry->rows = ancestry->last + 1;
    if (ancestry->rows < 1) ancestry->rows = 1;
    for (int which = 0; which <= (int)ancestry->sexual; which++)
        HG_TRY(hg_allocate(&ancestry->block[which], HG_MEMORY_OTHER,
                           (size_t)(ancestry->rows * ancestry->individuals), sizeof(int32_t)));
    return HG_OK;
}

hg_status hg_ancestry_open(hg_ancestry *ancestry, const hg_results *results)
{
    *ancestry = (hg_ancestry){.results = results, .last = -1, .dataset = {-1, -1}};
    if (!hg_ancestry_recorded(results))
        return hg_fail(HG_BAD_INPUT, "%s: the run did not record its ancestry; output.ancestry: true "
                       "in the run file does", results->path);
    return open_all(ancestry);
}

void hg_ancestry_close(hg_ancestry *ancestry)
{
    for (int which = 0; which < 2; which++) {
        hg_h5_close(&ancestry->dataset[which]);
        hg_release(&ancestry->block[which]);
    }
}

/* Reads individuals `from` .. `from`+`count`-1 of some generations, and checks their parents. */
static hg_status read(const hg_ancestry *ancestry, int which, int64_t generation,
                      int64_t generations, int64_t from, int64_t count, int32_t *parent)
{
    const hsize_t start[2] = {(hsize_t)generation, (hsize_t)from};
    const hsize_t block[2] = {(hsize_t)generations, (hsize_t)count};
    hid_t file = H5Dget_space(ancestry->dataset[which]);
    hid_t memory = H5Screate_simple(2, block, NULL);
    H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, block, NULL);
    const herr_t result = H5Dread(ancestry->dataset[which], H5T_NATIVE_INT32, memory, file,
                                  H5P_DEFAULT, parent);
    hg_h5_close(&memory);
    hg_h5_close(&file);
    if (result < 0) return hg_h5_fail(HG_BAD_INPUT, "cannot be read");
    const int32_t least = which == 0 ? 0 : -1;
    for (int64_t k = generation == 0 ? count : 0; k < generations * count; k++)
        if (parent[k] < least || parent[k] >= ancestry->individuals)
            return hg_fail(HG_BAD_INPUT, "individual %" PRId64 " of generation %" PRId64
                           " has parent %" PRId32 " of %" PRId64, from + k % count,
                           generation + k / count, parent[k], ancestry->individuals);
    return HG_OK;
}

static bool is_loaded(const hg_ancestry *ancestry, int64_t generation)
{
    return generation >= ancestry->first && generation < ancestry->first + ancestry->count;
}

static hg_status load(hg_ancestry *ancestry, int64_t generation)
{
    if (is_loaded(ancestry, generation)) return HG_OK;
    ancestry->first = generation / ancestry->rows * ancestry->rows;
    ancestry->count = ancestry->last + 1 - ancestry->first;
    if (ancestry->count > ancestry->rows) ancestry->count = ancestry->rows;
    const int64_t count = ancestry->count;
    for (int which = 0; which <= (int)ancestry->sexual; which++) {
        ancestry->count = 0; /* nothing is loaded after a failure */
        HG_TRY(fail_within(ancestry, read(ancestry, which, ancestry->first, count, 0,
                                          ancestry->individuals, ancestry->block[which]),
                           paths[which]));
    }
    ancestry->count = count;
    return HG_OK;
}

hg_status hg_ancestry_parents(hg_ancestry *ancestry, int64_t generation, const int32_t **parent,
                              const int32_t **parent2)
{
    HG_TRY(load(ancestry, generation));
    const int64_t at = (generation - ancestry->first) * ancestry->individuals;
    *parent = ancestry->block[0] + at;
    *parent2 = ancestry->sexual ? ancestry->block[1] + at : NULL;
    return HG_OK;
}

hg_status hg_ancestry_parents_of(hg_ancestry *ancestry, int64_t generation, int64_t individual,
                                 int64_t *parent, int64_t *parent2)
{
    int32_t found[2] = {-1, -1};
    const bool alone =
        ancestry->individuals > FEW_INDIVIDUALS && !is_loaded(ancestry, generation);
    if (!alone) HG_TRY(load(ancestry, generation));
    for (int which = 0; which <= (int)ancestry->sexual; which++) {
        if (alone)
            HG_TRY(fail_within(ancestry, read(ancestry, which, generation, 1, individual, 1,
                                              &found[which]), paths[which]));
        else
            found[which] = ancestry->block[which][(generation - ancestry->first) *
                                                      ancestry->individuals + individual];
    }
    *parent = found[0];
    *parent2 = found[1];
    return HG_OK;
}
