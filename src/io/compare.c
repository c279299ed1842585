/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/compare.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "io/h5.h"

#define AXES_MOST 8
#define PIECE_BYTES ((size_t)4 << 20)
#define PATH_SIZE 512

typedef struct job {
    const hg_results *a, *b;
    int shown;
    hg_compare_report *difference, *note;
    void *context;
    hg_comparison *total;
    hg_status status; /* of a walk over the datasets */
    void *piece[2];
} job;

static void say(hg_compare_report *report, void *context, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void say(hg_compare_report *report, void *context, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    report(context, text);
}

/* One side of a dataset: handles and the extent that counts. */
typedef struct side {
    hid_t dataset, type, space;
    int rank;
    bool text;
    hsize_t extent[AXES_MOST];
} side;

static void close_side(side *s)
{
    hg_h5_close(&s->space);
    hg_h5_close(&s->type);
    hg_h5_close(&s->dataset);
}

static hg_status clip(const hg_results *results, const char *path, side *s)
{
    hsize_t most[AXES_MOST];
    H5Sget_simple_extent_dims(s->space, s->extent, most);
    if (s->rank == 0 || most[0] != H5S_UNLIMITED) return HG_OK;
    char group[64];
    snprintf(group, sizeof group, "%.*s", (int)strcspn(path, "/"), path);
    int64_t rows = 0;
    HG_TRY(hg_results_records(results, group, &rows));
    if (s->extent[0] < (hsize_t)rows)
        return hg_fail(HG_BAD_INPUT, "%s: /%s: has %" PRIu64 " of %" PRId64 " records",
                       results->path, path, (uint64_t)s->extent[0], rows);
    s->extent[0] = (hsize_t)rows;
    return HG_OK;
}

static hg_status open_side(const hg_results *results, const char *path, side *s)
{
    *s = (side){-1, -1, -1, 0, false, {0}};
    s->dataset = H5Dopen2(results->file, path, H5P_DEFAULT);
    hid_t stored = s->dataset < 0 ? -1 : H5Dget_type(s->dataset);
    s->space = s->dataset < 0 ? -1 : H5Dget_space(s->dataset);
    s->text = stored >= 0 && H5Tis_variable_str(stored) > 0;
    const H5T_class_t class = H5Tget_class(stored);
    const bool known = s->text || class == H5T_INTEGER || class == H5T_FLOAT;
    if (known) s->type = s->text ? H5Tcopy(stored) : H5Tget_native_type(stored, H5T_DIR_ASCEND);
    hg_h5_close(&stored);
    s->rank = s->space < 0 ? -1 : H5Sget_simple_extent_ndims(s->space);
    if (!known || s->type < 0 || s->rank < 0 || s->rank > AXES_MOST) {
        H5Eclear2(H5E_DEFAULT);
        return hg_fail(HG_BAD_INPUT, "%s: /%s cannot be read", results->path, path);
    }
    const hg_status status = hg_results_check_extent(s->dataset);
    if (status != HG_OK) return hg_fail_within(status, "%s: /%s: ", results->path, path);
    return clip(results, path, s);
}

/* The shape of a piece: as many of the last axes as fit into `values` entirely, some of the
 * one before them, and one of each that comes before that. */
static void shape_piece(const side *s, size_t values, hsize_t *piece)
{
    hsize_t room = values > 0 ? values : 1;
    for (int i = s->rank - 1; i >= 0; i--) {
        piece[i] = s->extent[i] < room ? s->extent[i] : room;
        if (piece[i] < 1) piece[i] = 1;
        room /= piece[i];
        if (piece[i] < s->extent[i]) room = 1;
    }
}

static bool next_piece(const side *s, const hsize_t *piece, hsize_t *start)
{
    for (int i = s->rank - 1; i >= 0; i--) {
        start[i] += piece[i];
        if (start[i] < s->extent[i]) return true;
        start[i] = 0;
    }
    return false;
}

static hg_status read_piece(const hg_results *results, const char *path, const side *s,
                            const hsize_t *start, const hsize_t *count, void *buffer)
{
    hid_t memory = s->rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(s->rank, count, NULL);
    if (s->rank > 0) H5Sselect_hyperslab(s->space, H5S_SELECT_SET, start, NULL, count, NULL);
    const herr_t result = H5Dread(s->dataset, s->type, memory, s->space, H5P_DEFAULT, buffer);
    hg_h5_close(&memory);
    if (result >= 0) return HG_OK;
    hg_h5_fail(HG_BAD_INPUT, "cannot be read");
    return hg_fail_within(HG_BAD_INPUT, "%s: /%s: ", results->path, path);
}

static void print_value(char *text, size_t size, const side *s, const void *value)
{
    if (s->text) {
        const char *word;
        memcpy(&word, value, sizeof word);
        snprintf(text, size, "\"%.60s\"", word != NULL ? word : "");
    } else if (H5Tget_class(s->type) == H5T_FLOAT && H5Tget_size(s->type) == sizeof(float)) {
        float number;
        memcpy(&number, value, sizeof number);
        snprintf(text, size, "%.9g", (double)number);
    } else if (H5Tget_class(s->type) == H5T_FLOAT) {
        double number;
        memcpy(&number, value, sizeof number);
        snprintf(text, size, "%.17g", number);
    } else {
        int64_t number[2] = {0, 0};
        memcpy(number, value, H5Tget_size(s->type));
        H5Tconvert(s->type, H5T_NATIVE_INT64, 1, number, NULL, H5P_DEFAULT);
        snprintf(text, size, "%" PRId64, number[0]);
    }
}

static void print_index(char *text, size_t size, const side *s, const hsize_t *start,
                        const hsize_t *count, hsize_t offset)
{
    hsize_t index[AXES_MOST] = {0};
    for (int i = s->rank - 1; i >= 0; i--) {
        index[i] = start[i] + offset % count[i];
        offset /= count[i];
    }
    size_t length = 0;
    for (int i = 0; i < s->rank && length < size; i++)
        length += (size_t)snprintf(text + length, size - length, "%s%" PRIu64, i > 0 ? ", " : "",
                                   (uint64_t)index[i]);
}

static bool same(const side *s, size_t size, const char *a, const char *b)
{
    if (!s->text) return memcmp(a, b, size) == 0;
    const char *x, *y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return strcmp(x != NULL ? x : "", y != NULL ? y : "") == 0;
}

static void compare_piece(job *work, const char *path, const side *s, const hsize_t *start,
                          const hsize_t *count, int64_t *different)
{
    hsize_t values = 1;
    for (int i = 0; i < s->rank; i++) values *= count[i];
    const size_t size = H5Tget_size(s->type);
    work->total->values += (int64_t)values;
    if (!s->text && memcmp(work->piece[0], work->piece[1], (size_t)values * size) == 0) return;
    for (hsize_t i = 0; i < values; i++) {
        const char *a = (const char *)work->piece[0] + i * size;
        const char *b = (const char *)work->piece[1] + i * size;
        if (same(s, size, a, b)) continue;
        if ((*different)++ >= work->shown) continue;
        char index[160] = "", left[80], right[80];
        print_index(index, sizeof index, s, start, count, i);
        print_value(left, sizeof left, s, a);
        print_value(right, sizeof right, s, b);
        say(work->difference, work->context, "/%s[%s]: %s and %s", path, index, left, right);
    }
}

static void reclaim(const side *s, const hsize_t *count, void *buffer)
{
    if (!s->text) return;
    hid_t memory = s->rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(s->rank, count, NULL);
    H5Dvlen_reclaim(s->type, memory, H5P_DEFAULT, buffer);
    hg_h5_close(&memory);
}

static hg_status compare_pieces(job *work, const char *path, const side *a, const side *b,
                                int64_t *different)
{
    for (int i = 0; i < a->rank; i++)
        if (a->extent[i] == 0) return HG_OK;
    hsize_t piece[AXES_MOST], start[AXES_MOST] = {0}, count[AXES_MOST];
    shape_piece(a, PIECE_BYTES / H5Tget_size(a->type), piece);
    do {
        for (int i = 0; i < a->rank; i++)
            count[i] = start[i] + piece[i] <= a->extent[i] ? piece[i] : a->extent[i] - start[i];
        memset(work->piece[0], 0, a->text ? PIECE_BYTES : 0);
        memset(work->piece[1], 0, a->text ? PIECE_BYTES : 0);
        HG_TRY(read_piece(work->a, path, a, start, count, work->piece[0]));
        const hg_status status = read_piece(work->b, path, b, start, count, work->piece[1]);
        if (status == HG_OK) compare_piece(work, path, a, start, count, different);
        reclaim(a, count, work->piece[0]);
        if (status == HG_OK) reclaim(a, count, work->piece[1]);
        HG_TRY(status);
    } while (next_piece(a, piece, start));
    return HG_OK;
}

static void differ(job *work) { work->total->findings++; }

/* Types and shapes must agree but for the number of records, of which the fewer count. */
static hg_status compare_sides(job *work, const char *path, side *a, side *b)
{
    if (a->text != b->text || a->rank != b->rank ||
        (!a->text && H5Tequal(a->type, b->type) <= 0)) {
        differ(work);
        say(work->difference, work->context, "/%s: another type or number of axes", path);
        return HG_OK;
    }
    bool finding = false;
    for (int i = 0; i < a->rank; i++) {
        if (a->extent[i] == b->extent[i]) continue;
        say(work->difference, work->context, "/%s: length %" PRIu64 " and %" PRIu64
            " along axis %d", path, (uint64_t)a->extent[i], (uint64_t)b->extent[i], i);
        finding = true;
        if (i > 0) break;
        if (a->extent[0] > b->extent[0]) a->extent[0] = b->extent[0];
        b->extent[0] = a->extent[0];
    }
    bool comparable = true;
    for (int i = 0; i < a->rank; i++) comparable = comparable && a->extent[i] == b->extent[i];
    int64_t different = 0;
    const int64_t before = work->total->values;
    work->total->datasets++;
    const hg_status status = comparable ? compare_pieces(work, path, a, b, &different) : HG_OK;
    if (different > 0)
        say(work->difference, work->context, "/%s: %" PRId64 " of %" PRId64 " values differ", path,
            different, work->total->values - before);
    work->total->different += different;
    if (finding || different > 0) differ(work);
    return status;
}

/* The only failure is HG_NO_MEMORY: a name that cannot be read is not that of a bare one. */
static hg_status find_bare_dimension(hid_t object, bool *bare)
{
    char *name = NULL;
    *bare = false;
    if (H5Aexists(object, "NAME") <= 0) return HG_OK;
    const hg_status status = hg_h5_get_text(object, "NAME", &name);
    *bare = status == HG_OK &&
            strncmp(name, HG_H5_BARE_DIMENSION, sizeof HG_H5_BARE_DIMENSION - 1) == 0;
    hg_release(&name);
    return status == HG_NO_MEMORY ? status : HG_OK;
}

/* Sets work->status where it cannot tell. */
static bool is_result(job *work, hid_t file, const char *path, const H5O_info_t *info)
{
    static const char *const others[] = {"provenance", "performance"};
    for (int i = 0; i < 2; i++) {
        const size_t length = strlen(others[i]);
        if (strncmp(path, others[i], length) == 0 && (path[length] == '/' || path[length] == '\0'))
            return false;
    }
    if (info->type != H5O_TYPE_DATASET) return false;
    hid_t object = H5Oopen(file, path, H5P_DEFAULT);
    bool bare = false;
    if (object >= 0) work->status = find_bare_dimension(object, &bare);
    hg_h5_close(&object);
    H5Eclear2(H5E_DEFAULT);
    return !bare && work->status == HG_OK;
}

static hg_status compare_dataset(job *work, const char *path)
{
    side a, b;
    hg_status status = open_side(work->a, path, &a);
    if (status == HG_OK) {
        status = open_side(work->b, path, &b);
        if (status == HG_OK) status = compare_sides(work, path, &a, &b);
        close_side(&b);
    }
    close_side(&a);
    return status;
}

static void report_missing(job *work, const char *path, const hg_results *where)
{
    differ(work);
    say(work->difference, work->context, "/%s: not in %s", path, where->path);
}

static bool there(const hg_results *results, const char *path)
{
    char absolute[PATH_SIZE];
    snprintf(absolute, sizeof absolute, "/%s", path);
    return hg_results_has(results, absolute);
}

static herr_t visit_first(hid_t file, const char *path, const H5O_info_t *info, void *context)
{
    job *work = context;
    if (strlen(path) < PATH_SIZE - 1 && is_result(work, file, path, info)) {
        if (!there(work->b, path))
            report_missing(work, path, work->b);
        else
            work->status = compare_dataset(work, path);
    }
    return work->status == HG_OK ? 0 : 1;
}

static herr_t visit_second(hid_t file, const char *path, const H5O_info_t *info, void *context)
{
    job *work = context;
    if (strlen(path) < PATH_SIZE - 1 && is_result(work, file, path, info) &&
        !there(work->a, path))
        report_missing(work, path, work->a);
    return work->status == HG_OK ? 0 : 1;
}

static void compare_attributes(job *work)
{
    const hg_results *a = work->a, *b = work->b;
    if (a->complete != b->complete) {
        differ(work);
        say(work->difference, work->context, "complete: %d and %d", a->complete, b->complete);
    }
    if (a->generations_done != b->generations_done) {
        differ(work);
        say(work->difference, work->context, "generations_done: %" PRId64 " and %" PRId64,
            a->generations_done, b->generations_done);
    }
    if (strcmp(a->title, b->title) != 0) say(work->note, work->context, "the names differ");
    if (strcmp(a->stop_reason, b->stop_reason) != 0)
        say(work->note, work->context, "the reasons for stopping differ");
    if (strcmp(a->run_file_resolved, b->run_file_resolved) != 0)
        say(work->note, work->context, "the resolved run files differ");
    else if (strcmp(a->run_file, b->run_file) != 0)
        say(work->note, work->context, "the run files differ, but mean the same");
}

static hg_status walk(const hg_results *results, H5O_iterate_t visit, job *work)
{
    const herr_t result = H5Ovisit2(results->file, H5_INDEX_NAME, H5_ITER_INC, visit, work,
                                    H5O_INFO_BASIC);
    if (work->status != HG_OK || result >= 0) return work->status;
    hg_h5_fail(HG_BAD_INPUT, "damaged");
    return hg_fail_within(HG_BAD_INPUT, "%s: ", results->path);
}

hg_status hg_compare_results(const hg_results *a, const hg_results *b, int shown,
                             hg_compare_report *difference, hg_compare_report *note,
                             void *context, hg_comparison *comparison)
{
    job work = {a, b, shown, difference, note, context, comparison, HG_OK, {NULL, NULL}};
    hg_status status = HG_OK;
    *comparison = (hg_comparison){0, 0, 0, 0};
    for (int i = 0; i < 2; i++)
        HG_TRY_OUT(hg_allocate(&work.piece[i], HG_MEMORY_OTHER, PIECE_BYTES, 1));
    compare_attributes(&work);
    HG_TRY_OUT(walk(a, visit_first, &work));
    HG_TRY_OUT(walk(b, visit_second, &work));
out:
    for (int i = 0; i < 2; i++) hg_release(&work.piece[i]);
    return status;
}
