/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is known before generation 0: groups, datasets, dimension scales, the network,
 * the run file, provenance. */
#include "io/output_internal.h"

#include <hdf5_hl.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "io/h5.h"
#include "population/environment.h"

#define CHUNK_BYTES ((int64_t)1 << 20)
#define RECORD_CHUNK_BYTES ((int64_t)64 << 10) /* of the statistics: a generation is read, */
#define RECORD_CHUNK ((int64_t)64)             /* or a gene's course through all of them */
#define COLUMN_CHUNK ((int64_t)1024)           /* of one value a generation */
#define IMAGE_ROOM ((int64_t)64 << 10)
#define DATASET_ROOM ((int64_t)8 << 10)
#define CHUNK_INDEX_BYTES 128                  /* of a chunk in the index of its dataset */

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

int64_t hg_output_axis_length(const hg_output_plan *plan, hg_axis axis)
{
    switch (axis) {
    case HG_AXIS_INDIVIDUAL: return plan->config->population.individuals;
    case HG_AXIS_DEME: return plan->config->population.demes;
    case HG_AXIS_GENE: return plan->network->genes;
    case HG_AXIS_EDGE: return plan->network->edges;
    case HG_AXIS_ALLELE: return 2;
    case HG_AXIS_COMPONENT: return hg_optima_recorded(plan->config);
    default: return (int64_t)H5S_UNLIMITED;
    }
}

/* Chunks as equal as can be: what the last one has beyond the individuals is in the file, too. */
int64_t hg_output_chunk_individuals(int64_t individuals, int64_t row)
{
    const int64_t longest = most(1, CHUNK_BYTES / most(row, 1));
    const int64_t chunks = most(1, (individuals + longest - 1) / longest);
    return most(1, (individuals + chunks - 1) / chunks);
}

static size_t size_of(const hg_dataset *dataset, const hg_config *config)
{
    switch (dataset->type) {
    case HG_TYPE_INT8: return 1;
    case HG_TYPE_INT32: return 4;
    case HG_TYPE_REAL: return config->output.single_precision ? 4 : 8;
    default: return 8;
    }
}

static hid_t file_type(const hg_dataset *dataset, const hg_config *config)
{
    switch (dataset->type) {
    case HG_TYPE_INT8: return H5Tcopy(H5T_STD_I8LE);
    case HG_TYPE_INT32: return H5Tcopy(H5T_STD_I32LE);
    case HG_TYPE_INT64: return H5Tcopy(H5T_STD_I64LE);
    case HG_TYPE_STRING: return hg_h5_text_type();
    case HG_TYPE_REAL:
        if (config->output.single_precision) return H5Tcopy(H5T_IEEE_F32LE);
        break;
    case HG_TYPE_FLOAT64: break;
    }
    return H5Tcopy(H5T_IEEE_F64LE);
}

int64_t hg_output_due(const hg_config *config, hg_group group, int64_t generation)
{
    if (group == HG_GROUP_ANCESTRY) return generation + 1;
    return group == HG_GROUP_SNAPSHOTS ? hg_output_snapshots_due(config, generation)
                                       : hg_output_records_due(config, generation);
}

int64_t hg_output_recorded(const hg_output *output, hg_group group)
{
    if (group == HG_GROUP_ANCESTRY) return output->ancestry.records;
    return group == HG_GROUP_SNAPSHOTS ? output->snapshots : output->records;
}

/* Records that a group will have, as far as is known when the file is made. */
static int64_t records_of(const hg_dataset *dataset, const hg_config *config)
{
    return hg_output_due(config, dataset->group, config->run.generations);
}

/* Records, of `width` bytes each, that share a chunk, snapshots apart. */
static int64_t records_together(const hg_dataset *dataset, int rank, int64_t width)
{
    const int64_t most_of_them = rank == 1 || dataset->group == HG_GROUP_ANCESTRY ? COLUMN_CHUNK
                                                                                 : RECORD_CHUNK;
    return most(1, least(most_of_them, RECORD_CHUNK_BYTES / width));
}

/* Everything has its place from the beginning, so that nothing but values is written while the
 * run goes on, and no crash can spoil the file. Compressed values have no place before they are
 * known: those datasets grow. */
static bool has_full_length(const hg_dataset *dataset, const hg_config *config)
{
    return dataset->group != HG_GROUP_SNAPSHOTS || config->output.deflate == 0;
}

/* A snapshot's chunks never span generations; those of the statistics do. */
static void set_chunks(hid_t properties, const hg_dataset *dataset, int rank,
                       const hsize_t *lengths, const hg_config *config)
{
    const int64_t size = (int64_t)size_of(dataset, config);
    hsize_t chunk[HG_RANK_MOST];
    int64_t row = size; /* bytes of the axes after the first two */
    for (int i = 2; i < rank; i++) {
        chunk[i] = (hsize_t)least((int64_t)lengths[i], most(1, CHUNK_BYTES / row));
        row *= (int64_t)chunk[i];
    }
    if (dataset->group == HG_GROUP_SNAPSHOTS && rank >= 2) {
        chunk[0] = 1;
        chunk[1] = (hsize_t)hg_output_chunk_individuals((int64_t)lengths[1], row);
    } else {
        const int64_t width = rank >= 2 ? (int64_t)lengths[1] : 1;
        if (rank >= 2) chunk[1] = (hsize_t)most(1, least(width, CHUNK_BYTES / row));
        const int64_t together = records_together(dataset, rank, width * row);
        chunk[0] = (hsize_t)most(1, least(records_of(dataset, config), together));
    }
    H5Pset_chunk(properties, rank, chunk);
    H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER);
    if (hg_dataset_is_scale(dataset)) { /* tells what has not been recorded yet */
        const int64_t none = -1;
        H5Pset_fill_value(properties, H5T_NATIVE_INT64, &none);
        H5Pset_fill_time(properties, H5D_FILL_TIME_ALLOC);
    }
    /* Ranks that write by themselves must find the chunks made by all of them together. */
    H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY);
    if (dataset->group == HG_GROUP_SNAPSHOTS && rank >= 2 && config->output.deflate > 0) {
        H5Pset_shuffle(properties);
        H5Pset_deflate(properties, (unsigned)config->output.deflate);
    }
}

static hg_status describe(hid_t handle, const hg_dataset *dataset)
{
    if (hg_dataset_is_scale(dataset) && H5DSset_scale(handle, dataset->name) < 0)
        return hg_h5_fail(HG_IO, dataset->name);
    HG_TRY(hg_h5_put_text(handle, "long_name", dataset->long_name));
    HG_TRY(hg_h5_put_text(handle, "units", dataset->units));
    if (dataset->doc[0] != '\0') HG_TRY(hg_h5_put_text(handle, "comment", dataset->doc));
    return HG_OK;
}

hg_status hg_output_create_dataset(hid_t group, const hg_dataset *dataset, int rank,
                                   const hsize_t *lengths, const hg_config *config,
                                   hid_t *handle)
{
    hsize_t present[HG_RANK_MOST];
    bool grows = false;
    for (int i = 0; i < rank; i++) {
        present[i] = lengths[i];
        if (lengths[i] != H5S_UNLIMITED) continue;
        present[i] = has_full_length(dataset, config) ? (hsize_t)records_of(dataset, config) : 0;
        grows = true;
    }
    hid_t space = rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, present, lengths);
    hid_t type = file_type(dataset, config);
    hid_t properties = hg_h5_properties(H5P_DATASET_CREATE);
    if (grows) set_chunks(properties, dataset, rank, lengths, config);
    *handle = H5Dcreate2(group, dataset->name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    hg_h5_close(&properties);
    hg_h5_close(&type);
    hg_h5_close(&space);
    if (*handle < 0) return hg_h5_fail(HG_IO, dataset->name);
    const hg_status status = describe(*handle, dataset);
    if (status != HG_OK) hg_h5_close(handle);
    return status;
}

hg_status hg_output_attach_scales(hid_t group, const hg_dataset *dataset, int rank)
{
    if (hg_dataset_is_scale(dataset)) return HG_OK;
    hid_t handle = H5Dopen2(group, dataset->name, H5P_DEFAULT);
    herr_t result = handle < 0 ? -1 : 0;
    for (int i = 0; i < rank && result >= 0; i++) {
        hid_t scale = H5Dopen2(group, hg_axis_name(dataset->axes[i]), H5P_DEFAULT);
        result = scale < 0 ? -1 : H5DSattach_scale(handle, scale, (unsigned)i);
        hg_h5_close(&scale);
    }
    const hg_status status = result < 0 ? hg_h5_fail(HG_IO, dataset->name) : HG_OK;
    hg_h5_close(&handle);
    return status;
}

/* A dimension without values: a dataset that takes no room, named as netCDF expects it. */
static hg_status create_bare_dimension(hid_t group, hg_axis axis, int64_t length)
{
    char name[96];
    snprintf(name, sizeof name, "%s%10d", HG_H5_BARE_DIMENSION, (int)length);
    const hsize_t extent = (hsize_t)length;
    hid_t space = H5Screate_simple(1, &extent, NULL);
    hid_t properties = hg_h5_properties(H5P_DATASET_CREATE);
    hid_t handle = H5Dcreate2(group, hg_axis_name(axis), H5T_IEEE_F32BE, space, H5P_DEFAULT,
                              properties, H5P_DEFAULT);
    hg_status status = HG_OK;
    if (handle < 0 || H5DSset_scale(handle, name) < 0)
        status = hg_h5_fail(HG_IO, hg_axis_name(axis));
    if (status == HG_OK) status = hg_h5_put_text(handle, "comment", hg_axis_title(axis));
    hg_h5_close(&handle);
    hg_h5_close(&properties);
    hg_h5_close(&space);
    return status;
}

static hg_status create_datasets(hid_t group, hg_group which, const hg_output_plan *plan)
{
    const int ploidy = plan->config->population.ploidy;
    bool used[HG_AXES] = {false};
    for (int i = 0; i < hg_dataset_count; i++) {
        const hg_dataset *dataset = &hg_datasets[i];
        if (dataset->group != which || !hg_dataset_present(dataset, plan->config, plan->network))
            continue;
        const int rank = hg_dataset_rank(dataset, ploidy);
        hsize_t lengths[HG_RANK_MOST];
        for (int a = 0; a < rank; a++) {
            lengths[a] = (hsize_t)hg_output_axis_length(plan, dataset->axes[a]);
            used[dataset->axes[a]] = true;
        }
        hid_t handle = -1;
        HG_TRY(hg_output_create_dataset(group, dataset, rank, lengths, plan->config, &handle));
        hg_h5_close(&handle);
    }
    for (hg_axis axis = HG_AXIS_NONE; axis < HG_AXES; axis++)
        if (used[axis] && hg_dataset_find(which, hg_axis_name(axis)) == NULL)
            HG_TRY(create_bare_dimension(group, axis, hg_output_axis_length(plan, axis)));
    for (int i = 0; i < hg_dataset_count; i++)
        if (hg_datasets[i].group == which &&
            hg_dataset_present(&hg_datasets[i], plan->config, plan->network))
            HG_TRY(hg_output_attach_scales(group, &hg_datasets[i],
                                           hg_dataset_rank(&hg_datasets[i], ploidy)));
    return HG_OK;
}

static hg_status fill(hid_t group, const char *name, hid_t type, const void *values)
{
    hid_t handle = H5Dopen2(group, name, H5P_DEFAULT);
    hg_status status = HG_OK;
    if (handle < 0 || H5Dwrite(handle, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
        status = hg_h5_fail(HG_IO, name);
    hg_h5_close(&handle);
    return status;
}

static hg_status fill_indices(hid_t group, const char *name, int64_t count)
{
    int32_t *indices;
    HG_TRY(hg_allocate(&indices, HG_MEMORY_OUTPUT, (size_t)count, sizeof *indices));
    for (int64_t i = 0; i < count; i++) indices[i] = (int32_t)i;
    const hg_status status = fill(group, name, H5T_NATIVE_INT32, indices);
    hg_release(&indices);
    return status;
}

/* Which component each of the optima belongs to, where there are several. */
static hg_status fill_components(hid_t group, const hg_config *config)
{
    const int64_t optima = hg_optima_recorded(config);
    int32_t *components;
    HG_TRY(hg_allocate(&components, HG_MEMORY_OUTPUT, (size_t)optima, sizeof *components));
    for (int64_t k = 0; k < optima; k++) components[k] = (int32_t)hg_optimum_component(config, k);
    const hg_status status = fill(group, "component", H5T_NATIVE_INT32, components);
    hg_release(&components);
    return status;
}

static hg_status fill_network(hid_t group, const hg_network *network)
{
    hid_t text = hg_h5_text_type();
    const hg_status status = fill(group, "gene_name", text, network->name);
    hg_h5_close(&text);
    HG_TRY(status);
    if (network->edges == 0) return HG_OK;
    HG_TRY(fill(group, "edge_source", H5T_NATIVE_INT32, network->source));
    HG_TRY(fill(group, "edge_target", H5T_NATIVE_INT32, network->target));
    return fill(group, "edge_weight", H5T_NATIVE_DOUBLE, network->weight);
}

static hid_t create_group(hid_t file, const char *name)
{
    hid_t properties = hg_h5_properties(H5P_GROUP_CREATE);
    H5Pset_link_creation_order(properties, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    const hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, properties, H5P_DEFAULT);
    hg_h5_close(&properties);
    return group;
}

static hg_status write_group(hid_t file, hg_group which, const hg_output_plan *plan)
{
    hid_t group = create_group(file, hg_group_name(which));
    if (group < 0) return hg_h5_fail(HG_IO, hg_group_name(which));
    hg_status status = hg_h5_put_text(group, "title", hg_group_title(which));
    if (status == HG_OK) status = create_datasets(group, which, plan);
    if (status == HG_OK && which != HG_GROUP_ANCESTRY)
        status = fill_indices(group, "gene", plan->network->genes);
    if (status == HG_OK && which == HG_GROUP_DEMES)
        status = fill_indices(group, "deme", plan->config->population.demes);
    const hg_dataset *component = hg_dataset_find(which, hg_axis_name(HG_AXIS_COMPONENT));
    if (status == HG_OK && component != NULL &&
        hg_dataset_present(component, plan->config, plan->network))
        status = fill_components(group, plan->config);
    if (status == HG_OK && which == HG_GROUP_NETWORK) status = fill_network(group, plan->network);
    hg_h5_close(&group);
    return status;
}

static bool has_group(hg_group group, const hg_config *config)
{
    if (group == HG_GROUP_DEMES) return config->population.demes > 1;
    return group != HG_GROUP_ANCESTRY || config->output.ancestry;
}

static hg_status write_attributes(hid_t file, const hg_output_plan *plan)
{
    char source[64];
    snprintf(source, sizeof source, "happygene %s", hg_provenance_version());
    HG_TRY(hg_h5_put_text(file, "title", plan->config->run.name));
    HG_TRY(hg_h5_put_text(file, "source", source));
    HG_TRY(hg_h5_put_fixed_text(file, "Conventions", "happygene-1")); /* found in a torn file */
    HG_TRY(hg_h5_put_int32(file, "format_version", 1));
    HG_TRY(hg_h5_put_text(file, "run_file", plan->config->text != NULL ? plan->config->text : ""));
    HG_TRY(hg_h5_put_text(file, "run_file_resolved", plan->run_file_resolved));
    HG_TRY(hg_h5_put_int32(file, "complete", 0));
    HG_TRY(hg_h5_put_int64(file, "generations_done", -1));
    return hg_h5_put_text(file, "stop_reason", "");
}

/* Bytes of values of a dataset that has its full length from the beginning; 0 for others. */
static double planned_bytes(const hg_output_plan *plan, const hg_dataset *dataset)
{
    const hg_config *config = plan->config;
    if (dataset->axes[0] != HG_AXIS_GENERATION || !has_full_length(dataset, config) ||
        !hg_dataset_present(dataset, config, plan->network))
        return 0.0;
    double bytes = (double)records_of(dataset, config) * (double)size_of(dataset, config);
    for (int a = 1; a < hg_dataset_rank(dataset, config->population.ploidy); a++)
        bytes *= (double)hg_output_axis_length(plan, dataset->axes[a]);
    return bytes;
}

double hg_output_planned_bytes(const hg_output_plan *plan)
{
    double bytes = 0.0;
    for (int i = 0; i < hg_dataset_count; i++) bytes += planned_bytes(plan, &hg_datasets[i]);
    return bytes;
}

/* Room for all that describes the data: a few kilobytes for each dataset, and an index of its
 * chunks. It is the beginning of the file (output_image.c) and takes no room on the disk where
 * it is not used. */
int64_t hg_output_image_room(const hg_output_plan *plan)
{
    const hg_config *config = plan->config;
    double room = (double)IMAGE_ROOM;
    for (int i = 0; i < hg_dataset_count; i++) {
        const hg_dataset *dataset = &hg_datasets[i];
        const double bytes = planned_bytes(plan, dataset);
        room += (double)DATASET_ROOM;
        if (bytes == 0.0) continue;
        const double records = (double)records_of(dataset, config);
        const int64_t together =
            dataset->group == HG_GROUP_SNAPSHOTS
                ? 1 : records_together(dataset, hg_dataset_rank(dataset, config->population.ploidy),
                                       most(1, (int64_t)(bytes / records)));
        const double chunks = records / (double)together + bytes / (double)RECORD_CHUNK_BYTES;
        room += chunks * CHUNK_INDEX_BYTES;
    }
    return (int64_t)room;
}

static hid_t create_file(const char *path, const hg_output_plan *plan)
{
    hg_h5_quiet();
    hid_t creation = hg_h5_properties(H5P_FILE_CREATE);
    H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_file_locking(access, false, true);
    /* Not the newest format: its files refuse to open after a crash. */
    H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18);
    H5Pset_meta_block_size(access, (hsize_t)hg_output_image_room(plan));
    const hid_t file =
        hg_h5_has_room() ? H5Fcreate(path, H5F_ACC_TRUNC, creation, access) : -1;
    hg_h5_close(&access);
    hg_h5_close(&creation);
    return file;
}

hg_status hg_output_skeleton(const char *path, const hg_output_plan *plan,
                             const hg_provenance *provenance, const char *run_id)
{
    hid_t file = create_file(path, plan);
    if (file < 0) return hg_h5_fail(HG_IO, "cannot create the file");
    hg_status status = write_attributes(file, plan);
    for (hg_group group = HG_GROUP_NETWORK; group <= HG_GROUP_ANCESTRY; group++)
        if (status == HG_OK && has_group(group, plan->config))
            status = write_group(file, group, plan);
    if (status == HG_OK) {
        hid_t group = create_group(file, "provenance");
        status = group < 0 ? hg_h5_fail(HG_IO, "provenance")
                           : hg_provenance_write(group, provenance, plan->command_line,
                                                 plan->kernels);
        if (status == HG_OK) status = hg_h5_put_fixed_text(group, "run_id", run_id);
        hg_h5_close(&group);
    }
    if (status == HG_OK) { /* its datasets come with the end */
        hid_t group = create_group(file, hg_group_name(HG_GROUP_PERFORMANCE));
        status = group < 0 ? hg_h5_fail(HG_IO, "performance")
                           : hg_h5_put_text(group, "title",
                                            hg_group_title(HG_GROUP_PERFORMANCE));
        hg_h5_close(&group);
    }
    if (!hg_h5_close_file(file) && status == HG_OK) status = hg_h5_fail(HG_IO, "cannot be closed");
    return status;
}
