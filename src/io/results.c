/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/results.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/guard.h"
#include "base/memory.h"
#include "base/text.h"
#include "io/checkpoint.h"
#include "io/h5.h"
#include "io/results_check.h"
#include "io/runfile.h"

#define FORMAT_VERSION 1
#define BEST_COMPRESSION 1200 /* deflate's limit is 1032 to 1 */

static bool has(hid_t file, const char *path)
{
    char part[256];
    const size_t length = strlen(path);
    if (length >= sizeof part) return false;
    for (size_t i = 1; i <= length; i++) { /* each group on the way must be there */
        if (path[i] != '/' && path[i] != '\0') continue;
        memcpy(part, path, i);
        part[i] = '\0';
        const bool there = H5Lexists(file, part, H5P_DEFAULT) > 0;
        H5Eclear2(H5E_DEFAULT);
        if (!there) return false;
    }
    return true;
}

bool hg_results_has(const hg_results *results, const char *dataset)
{
    return has(results->file, dataset);
}

static hg_status check_file(const char *path)
{
    struct stat what;
    if (stat(path, &what) != 0)
        return hg_fail(errno == ENOENT || errno == ENOTDIR ? HG_BAD_INPUT : HG_IO, "%s",
                       strerror(errno));
    if (S_ISDIR(what.st_mode)) return hg_fail(HG_BAD_INPUT, "a folder, not a result file");
    if (!S_ISREG(what.st_mode)) return hg_fail(HG_BAD_INPUT, "not an ordinary file");
    FILE *file = fopen(path, "rb");
    if (file == NULL) return hg_fail(HG_IO, "%s", strerror(errno));
    char mark[8] = "";
    const size_t count = fread(mark, 1, sizeof mark, file);
    fclose(file);
    if (count == 0) return hg_fail(HG_BAD_INPUT, "an empty file");
    if (count < sizeof mark || memcmp(mark, "\211HDF\r\n\032\n", sizeof mark) != 0)
        return hg_fail(HG_BAD_INPUT, "not a result file of happygene (not an HDF5 file)");
    return HG_OK;
}

/* Ours; *checkpoint: it is no result. */
static hg_status check_conventions(hid_t file, bool *checkpoint)
{
    char *conventions = NULL;
    hg_status status = hg_h5_get_text(file, "Conventions", &conventions);
    if (status == HG_NO_MEMORY) return status;
    *checkpoint = status == HG_OK && strcmp(conventions, HG_CHECKPOINT_CONVENTIONS) == 0;
    if (status != HG_OK || strncmp(conventions, "happygene-", 10) != 0)
        status = hg_fail(HG_BAD_INPUT, "an HDF5 file, but not a result file of happygene");
    hg_release(&conventions);
    return status;
}

/* HDF5 refuses a file that a killed run left. The attributes' texts lie near its beginning. */
static hg_status recognize_damaged(const char *path)
{
    static const char mark[] = "happygene-";
    static char start[64 << 10];
    FILE *file = fopen(path, "rb");
    const size_t count = file == NULL ? 0 : fread(start, 1, sizeof start, file);
    if (file != NULL) fclose(file);
    for (size_t i = 0; i + sizeof mark <= count; i++)
        if (memcmp(start + i, mark, sizeof mark - 1) == 0) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "a damaged HDF5 file, not known to be a result of happygene");
}

/* Empty or nothing but zeros, as a machine that fails may leave what was being written. */
static bool is_blank(const char *path)
{
    static char piece[64 << 10];
    struct stat what;
    if (stat(path, &what) != 0 || !S_ISREG(what.st_mode)) return false;
    FILE *file = what.st_size > 0 ? fopen(path, "rb") : NULL;
    bool blank = what.st_size == 0 || file != NULL;
    for (size_t count; file != NULL && blank && (count = fread(piece, 1, sizeof piece, file)) > 0;)
        blank = piece[0] == 0 && memcmp(piece, piece + 1, count - 1) == 0;
    if (file != NULL) blank &= ferror(file) == 0;
    if (file != NULL) fclose(file);
    return blank;
}

hg_status hg_results_recognize(const char *path)
{
    if (is_blank(path)) return HG_OK;
    HG_TRY(check_file(path));
    bool checkpoint;
    hid_t file = hg_h5_open(path, false);
    const hg_status status = file < 0 ? recognize_damaged(path)
                                      : check_conventions(file, &checkpoint);
    hg_h5_close(&file);
    H5Eclear2(H5E_DEFAULT);
    return status;
}

static hg_status check_format(hid_t file)
{
    int64_t version = 0;
    bool checkpoint;
    HG_TRY(check_conventions(file, &checkpoint));
    if (checkpoint)
        return hg_fail(HG_BAD_INPUT, "a checkpoint, not a result file; 'happygene run RUN.yaml "
                       "--resume' goes on from it");
    HG_TRY(hg_h5_get_int64(file, "format_version", &version));
    if (version < 1 || version > FORMAT_VERSION)
        return hg_fail(HG_BAD_INPUT, "format version %" PRId64 "; this program reads up to %d",
                       version, FORMAT_VERSION);
    return HG_OK;
}

/* Length of the scale of an axis; 0 where the file has none. */
static int64_t axis_length(hid_t file, const char *path)
{
    if (!has(file, path)) return 0;
    hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
    hid_t space = dataset < 0 ? -1 : H5Dget_space(dataset);
    const hssize_t points = space < 0 ? 0 : H5Sget_simple_extent_npoints(space);
    hg_h5_close(&space);
    hg_h5_close(&dataset);
    H5Eclear2(H5E_DEFAULT);
    return points > 0 ? (int64_t)points : 0;
}

static hg_status read_attributes(hg_results *results)
{
    int64_t complete = 0;
    HG_TRY(hg_h5_get_text(results->file, "title", &results->title));
    HG_TRY(hg_h5_get_text(results->file, "source", &results->source));
    HG_TRY(hg_h5_get_text(results->file, "run_file", &results->run_file));
    HG_TRY(hg_h5_get_text(results->file, "run_file_resolved", &results->run_file_resolved));
    HG_TRY(hg_h5_get_text(results->file, "stop_reason", &results->stop_reason));
    HG_TRY(hg_h5_get_int64(results->file, "complete", &complete));
    HG_TRY(hg_h5_get_int64(results->file, "generations_done", &results->generations_done));
    if (results->generations_done < -1)
        return hg_fail(HG_BAD_INPUT, "generations_done is %" PRId64, results->generations_done);
    results->complete = complete == 1;
    results->individuals = axis_length(results->file, "/snapshots/individual");
    results->genes = axis_length(results->file, "/network/gene");
    results->edges = axis_length(results->file, "/network/edge");
    return HG_OK;
}

static hg_status open_file(hg_results *results, const char *path)
{
    HG_TRY(hg_copy_text(&results->path, HG_MEMORY_OTHER, path));
    HG_TRY(check_file(path));
    results->file = hg_h5_open(path, false);
    if (results->file < 0) return hg_h5_fail(HG_BAD_INPUT, "damaged or cut short");
    HG_TRY(check_format(results->file));
    return read_attributes(results);
}

hg_status hg_results_open(hg_results *results, const char *path)
{
    *results = (hg_results){.file = -1, .guarded = true, .generations_done = -1};
    hg_guard_enter(path);
    const hg_status status = open_file(results, path);
    return status == HG_OK ? hg_results_check(results) : hg_fail_within(status, "%s: ", path);
}

void hg_results_close(hg_results *results)
{
    hg_h5_close(&results->file);
    if (results->guarded) hg_guard_leave();
    results->guarded = false;
    hg_release(&results->path);
    hg_release(&results->title);
    hg_release(&results->source);
    hg_release(&results->stop_reason);
    hg_release(&results->run_file);
    hg_release(&results->run_file_resolved);
}

/* -1 where there is no space. HDF5's own count overflows where a damaged extent is absurd. */
static double points_of(hid_t space)
{
    hsize_t extent[H5S_MAX_RANK];
    const int rank = space < 0 ? -1 : H5Sget_simple_extent_dims(space, extent, NULL);
    if (rank <= 0) return rank < 0 ? -1.0 : (double)H5Sget_simple_extent_npoints(space);
    double points = 1.0;
    for (int i = 0; i < rank; i++) points *= (double)extent[i];
    return points;
}

hg_status hg_results_check_extent(hid_t dataset)
{
    hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    hid_t properties = H5Dget_create_plist(dataset);
    const double points = points_of(space);
    const size_t size = type < 0 ? 0 : H5Tget_size(type);
    const double most = properties >= 0 && H5Pget_nfilters(properties) > 0 ? BEST_COMPRESSION : 1;
    const double stored = (double)H5Dget_storage_size(dataset);
    hg_h5_close(&properties);
    hg_h5_close(&type);
    hg_h5_close(&space);
    H5Eclear2(H5E_DEFAULT);
    if (points < 0 || size == 0 || points * (double)size > stored * most)
        return hg_fail(HG_BAD_INPUT, "its values are not all there");
    return HG_OK;
}

/* An open dataset with its extent, checked against what it is asked for. */
typedef struct opened {
    hid_t dataset, space;
    int rank;
    hsize_t extent[HG_RANK_MOST];
} opened;

static void close_opened(opened *open)
{
    hg_h5_close(&open->space);
    hg_h5_close(&open->dataset);
}

static hg_status open_dataset(const hg_results *results, const char *path, bool texts, int most,
                              opened *open)
{
    *open = (opened){-1, -1, 0, {1, 1, 1, 1}};
    if (!has(results->file, path)) return hg_fail(HG_BAD_INPUT, "missing");
    open->dataset = H5Dopen2(results->file, path, H5P_DEFAULT);
    if (open->dataset < 0) return hg_h5_fail(HG_BAD_INPUT, "cannot be opened");
    hid_t type = H5Dget_type(open->dataset);
    const H5T_class_t class = H5Tget_class(type);
    const bool variable = class == H5T_STRING && H5Tis_variable_str(type) > 0;
    hg_h5_close(&type);
    if (texts ? !variable : class != H5T_INTEGER && class != H5T_FLOAT)
        return hg_fail(HG_BAD_INPUT, "not of %s", texts ? "texts" : "numbers");
    open->space = H5Dget_space(open->dataset);
    open->rank = open->space < 0 ? -1 : H5Sget_simple_extent_ndims(open->space);
    if (open->rank < 0 || open->rank > most)
        return hg_fail(HG_BAD_INPUT, "has %d axes", open->rank);
    if (open->rank > 0) H5Sget_simple_extent_dims(open->space, open->extent, NULL);
    return hg_results_check_extent(open->dataset);
}

static hg_status read_block(const opened *open, const hsize_t *start, const hsize_t *count,
                            hg_results_values *values)
{
    const hsize_t rows = count[0], width = count[1] * count[2] * count[3];
    values->rows = width > 0 ? (int64_t)rows : 0; /* rows of nothing are none: nobody looks there */
    values->width = (int64_t)width;
    if (rows == 0 || width == 0) return HG_OK;
    HG_TRY(hg_allocate(&values->value, HG_MEMORY_OTHER, (size_t)rows,
                       (size_t)width * sizeof *values->value));
    hid_t memory = open->rank == 0 ? H5Screate(H5S_SCALAR)
                                   : H5Screate_simple(open->rank, count, NULL);
    if (open->rank > 0)
        H5Sselect_hyperslab(open->space, H5S_SELECT_SET, start, NULL, count, NULL);
    const herr_t result = H5Dread(open->dataset, H5T_NATIVE_DOUBLE, memory, open->space,
                                  H5P_DEFAULT, values->value);
    hg_h5_close(&memory);
    return result < 0 ? hg_h5_fail(HG_BAD_INPUT, "cannot be read") : HG_OK;
}

/* Reads the first `rows` rows. */
static hg_status read_rows(const opened *open, hsize_t rows, hg_results_values *values)
{
    const hsize_t start[HG_RANK_MOST] = {0};
    const hsize_t count[HG_RANK_MOST] = {rows, open->extent[1], open->extent[2], open->extent[3]};
    return read_block(open, start, count, values);
}

static hg_status count_records(const hg_results *results, const hg_results_values *generation,
                               int64_t *rows)
{
    *rows = 0;
    while (*rows < generation->rows && generation->value[*rows] != -1.0 && /* not yet recorded */
           generation->value[*rows] <= (double)results->generations_done) {
        if (generation->value[*rows] < 0 ||
            (*rows > 0 && !(generation->value[*rows] > generation->value[*rows - 1])))
            return hg_fail(HG_BAD_INPUT, "generations out of order at record %" PRId64, *rows);
        (*rows)++;
    }
    return HG_OK;
}

static hg_status find_records(const hg_results *results, const char *path, int64_t *rows)
{
    hg_results_values generation = {0, 0, NULL};
    opened open;
    hg_status status = open_dataset(results, path, false, 1, &open);
    if (status == HG_OK && open.rank != 1) status = hg_fail(HG_BAD_INPUT, "not a list");
    if (status == HG_OK) status = read_rows(&open, open.extent[0], &generation);
    if (status == HG_OK) status = count_records(results, &generation, rows);
    close_opened(&open);
    hg_results_values_free(&generation);
    return status;
}

hg_status hg_results_records(const hg_results *results, const char *group, int64_t *rows)
{
    char path[64];
    snprintf(path, sizeof path, "/%s/generation", group);
    const hg_status status = find_records(results, path, rows);
    return status == HG_OK ? HG_OK : hg_fail_within(status, "%s: %s: ", results->path, path);
}

/* Only what is recorded by generation grows with the run. */
static bool grows(const opened *open)
{
    hsize_t most[HG_RANK_MOST] = {0};
    if (open->rank > 0) H5Sget_simple_extent_dims(open->space, NULL, most);
    return open->rank > 0 && most[0] == H5S_UNLIMITED;
}

static hg_status rows_of(const hg_results *results, const char *path, const opened *open,
                         hsize_t *rows)
{
    *rows = open->extent[0];
    if (!grows(open)) return HG_OK;
    int64_t recorded = 0;
    char generation[64]; /* of the first part of the path */
    snprintf(generation, sizeof generation, "%.*s/generation", (int)strcspn(path + 1, "/") + 1, path);
    const hg_status status = find_records(results, generation, &recorded);
    if (status != HG_OK)
        return strcmp(path, generation) == 0 ? status : hg_fail_within(status, "%s: ", generation);
    if (*rows < (hsize_t)recorded)
        return hg_fail(HG_BAD_INPUT, "has %" PRIu64 " of %" PRId64 " records", (uint64_t)*rows,
                       recorded);
    *rows = (hsize_t)recorded;
    return HG_OK;
}

hg_status hg_results_read(const hg_results *results, const char *dataset,
                          hg_results_values *values)
{
    *values = (hg_results_values){0, 0, NULL};
    opened open;
    hsize_t rows = 1;
    /* individuals by genes are too many for one go */
    const int most = strncmp(dataset, "/statistics/", 12) == 0 ? HG_RANK_MOST : 2;
    hg_status status = open_dataset(results, dataset, false, most, &open);
    if (status == HG_OK) status = rows_of(results, dataset, &open, &rows);
    if (status == HG_OK) status = read_rows(&open, rows, values);
    close_opened(&open);
    return status == HG_OK ? HG_OK : hg_fail_within(status, "%s: %s: ", results->path, dataset);
}

static hg_status shape_of(const hg_results *results, const char *dataset, const opened *open,
                          hg_results_shape *shape)
{
    hsize_t rows = 1;
    HG_TRY(rows_of(results, dataset, open, &rows));
    shape->axes = open->rank;
    for (int i = 0; i < HG_RANK_MOST; i++)
        shape->extent[i] = (int64_t)(i == 0 ? rows : open->extent[i]);
    return HG_OK;
}

hg_status hg_results_shape_of(const hg_results *results, const char *dataset,
                              hg_results_shape *shape)
{
    opened open;
    *shape = (hg_results_shape){0, {1, 1, 1, 1}};
    hg_status status = open_dataset(results, dataset, false, HG_RANK_MOST, &open);
    if (status == HG_OK) status = shape_of(results, dataset, &open, shape);
    close_opened(&open);
    return status == HG_OK ? HG_OK : hg_fail_within(status, "%s: %s: ", results->path, dataset);
}

static hg_status read_part(const hg_results *results, const char *dataset, const opened *open,
                           const int64_t *start, const int64_t *count, hg_results_values *values)
{
    hg_results_shape shape;
    hsize_t from[HG_RANK_MOST] = {0}, size[HG_RANK_MOST] = {1, 1, 1, 1};
    HG_TRY(shape_of(results, dataset, open, &shape));
    for (int i = 0; i < shape.axes; i++) {
        if (start[i] < 0 || count[i] < 0 || count[i] > shape.extent[i] - start[i])
            return hg_fail(HG_BAD_INPUT, "%" PRId64 " entries from %" PRId64 " on, of %" PRId64
                           " along axis %d", count[i], start[i], shape.extent[i], i);
        from[i] = (hsize_t)start[i];
        size[i] = (hsize_t)count[i];
    }
    return read_block(open, from, size, values);
}

hg_status hg_results_read_block(const hg_results *results, const char *dataset,
                                const int64_t *start, const int64_t *count,
                                hg_results_values *values)
{
    opened open;
    *values = (hg_results_values){0, 0, NULL};
    hg_status status = open_dataset(results, dataset, false, HG_RANK_MOST, &open);
    if (status == HG_OK) status = read_part(results, dataset, &open, start, count, values);
    close_opened(&open);
    return status == HG_OK ? HG_OK : hg_fail_within(status, "%s: %s: ", results->path, dataset);
}

void hg_results_values_free(hg_results_values *values) { hg_release(&values->value); }

static hg_status copy_texts(char *const *read, hg_results_texts *texts)
{
    for (int64_t i = 0; i < texts->count; i++)
        HG_TRY(hg_copy_text(&texts->text[i], HG_MEMORY_OTHER, read[i] != NULL ? read[i] : ""));
    return HG_OK;
}

static hg_status read_texts(const opened *open, hg_results_texts *texts)
{
    if (open->rank != 1) return hg_fail(HG_BAD_INPUT, "not a list");
    const size_t count = (size_t)open->extent[0];
    char **read = NULL;
    hid_t type = H5Dget_type(open->dataset); /* its own character set: nothing to convert */
    hg_status status = HG_OK;
    HG_TRY_OUT(hg_allocate(&read, HG_MEMORY_OTHER, count, sizeof *read));
    HG_TRY_OUT(hg_allocate(&texts->text, HG_MEMORY_OTHER, count, sizeof *texts->text));
    texts->count = (int64_t)count;
    if (count > 0 &&
        H5Dread(open->dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, read) < 0)
        status = hg_h5_fail(HG_BAD_INPUT, "cannot be read");
    if (status == HG_OK) status = copy_texts(read, texts);
    for (size_t i = 0; i < count; i++)
        if (read[i] != NULL) H5free_memory(read[i]);
out:
    hg_h5_close(&type);
    hg_release(&read);
    return status;
}

hg_status hg_results_read_texts(const hg_results *results, const char *dataset,
                                hg_results_texts *texts)
{
    *texts = (hg_results_texts){0, NULL};
    opened open;
    hg_status status = open_dataset(results, dataset, true, 1, &open);
    if (status == HG_OK) status = read_texts(&open, texts);
    close_opened(&open);
    return status == HG_OK ? HG_OK : hg_fail_within(status, "%s: %s: ", results->path, dataset);
}

void hg_results_texts_free(hg_results_texts *texts)
{
    for (int64_t i = 0; i < texts->count; i++) hg_release(&texts->text[i]);
    hg_release(&texts->text);
    texts->count = 0;
}

static hg_status open_provenance(const hg_results *results, hid_t *group)
{
    *group = has(results->file, "/provenance")
                 ? H5Gopen2(results->file, "/provenance", H5P_DEFAULT) : -1;
    H5Eclear2(H5E_DEFAULT);
    return *group < 0 ? hg_fail(HG_BAD_INPUT, "%s: /provenance: missing", results->path) : HG_OK;
}

hg_status hg_results_provenance_text(const hg_results *results, const char *name, char **text)
{
    hid_t group;
    *text = NULL;
    HG_TRY(open_provenance(results, &group));
    const hg_status status = hg_h5_get_text(group, name, text);
    hg_h5_close(&group);
    return status == HG_OK ? HG_OK : hg_fail_within(status, "%s: /provenance: ", results->path);
}

hg_status hg_results_provenance_integer(const hg_results *results, const char *name,
                                        int64_t *value)
{
    hid_t group;
    HG_TRY(open_provenance(results, &group));
    const hg_status status = hg_h5_get_int64(group, name, value);
    hg_h5_close(&group);
    return status == HG_OK ? HG_OK : hg_fail_within(status, "%s: /provenance: ", results->path);
}

static hg_status as_index(const hg_results *results, const char *dataset, double value,
                          int32_t *index)
{
    if (!(value >= 0 && value < (double)results->genes))
        return hg_fail(HG_BAD_INPUT, "%s: %s: gene %g of %" PRId64 "; allowed: 0 to %" PRId64,
                       results->path, dataset, value, results->genes, results->genes - 1);
    *index = (int32_t)value;
    return HG_OK;
}

static hg_status read_edges(const hg_results *results, hg_edge **edges, int64_t *count)
{
    hg_results_values source = {0}, target = {0}, weight = {0};
    hg_status status = HG_OK;
    HG_TRY_OUT(hg_results_read(results, "/network/edge_source", &source));
    HG_TRY_OUT(hg_results_read(results, "/network/edge_target", &target));
    HG_TRY_OUT(hg_results_read(results, "/network/edge_weight", &weight));
    *count = source.rows * source.width;
    if (target.rows * target.width != *count || weight.rows * weight.width != *count) {
        status = hg_fail(HG_BAD_INPUT, "%s: /network: the edges' sources, targets and weights "
                         "differ in number", results->path);
        goto out;
    }
    HG_TRY_OUT(hg_allocate(edges, HG_MEMORY_NETWORK, (size_t)*count, sizeof **edges));
    for (int64_t i = 0; i < *count; i++) {
        HG_TRY_OUT(as_index(results, "/network/edge_source", source.value[i],
                            &(*edges)[i].source));
        HG_TRY_OUT(as_index(results, "/network/edge_target", target.value[i],
                            &(*edges)[i].target));
        (*edges)[i].weight = weight.value[i];
    }
out:
    hg_results_values_free(&source);
    hg_results_values_free(&target);
    hg_results_values_free(&weight);
    return status;
}

hg_status hg_results_network(const hg_results *results, hg_network *network)
{
    hg_results_texts names;
    hg_edge *edges = NULL;
    int64_t count = 0;
    *network = (hg_network){0};
    hg_status status = hg_results_read_texts(results, "/network/gene_name", &names);
    if (status == HG_OK && names.count != results->genes)
        status = hg_fail(HG_BAD_INPUT, "%s: /network: names and genes differ in number",
                         results->path);
    if (status == HG_OK && hg_results_has(results, "/network/edge_source"))
        status = read_edges(results, &edges, &count);
    if (status == HG_OK) {
        status = hg_network_create(network, results->genes, (const char *const *)names.text,
                                   names.count, edges, count);
        if (status != HG_OK) hg_fail_within(status, "%s: /network: ", results->path);
    }
    hg_release(&edges);
    hg_results_texts_free(&names);
    return status;
}

hg_status hg_results_parse(hg_config *config, const char *path, const char *resolved,
                           const char *const *overrides, int count)
{
    hg_text name = hg_text_of(HG_MEMORY_CONFIGURATION);
    char *place = NULL;
    *config = (hg_config){.path = NULL}; /* to be freed also where there is no memory for the name */
    hg_text_add(&name, "%s: run_file_resolved", path);
    hg_status status = hg_text_take(&name, &place);
    hg_text_free(&name);
    if (status == HG_OK) status = hg_runfile_parse(config, place, resolved, overrides, count);
    hg_release(&place);
    return status;
}

hg_status hg_results_origin(const char *path, char **text, hg_network *network)
{
    hg_results results;
    *text = NULL;
    *network = (hg_network){0};
    hg_status status = hg_results_open(&results, path);
    if (status == HG_OK)
        status = hg_copy_text(text, HG_MEMORY_CONFIGURATION, results.run_file_resolved);
    if (status == HG_OK) status = hg_results_network(&results, network);
    hg_results_close(&results);
    return status;
}
