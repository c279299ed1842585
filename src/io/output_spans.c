/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The image of an output whose snapshots are compressed. Its datasets grow, and so does what
 * describes them, between the values and behind them. Values of snapshots stay where they were put,
 * so that an image has everything else: what was laid out before generation 0, but for the values
 * that have fixed places, and of what has been added since whatever is no value. It is taken anew
 * for each checkpoint. As 64-bit words: how many spans there are, where values end, where the fixed
 * places begin and end; the spans' first bytes and lengths; then their bytes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "io/h5.h"
#include "io/output_internal.h"
#include "parallel/team.h"

enum { SPANS, VALUES_END, FIXED_FROM, FIXED_TO, WORDS };

typedef hg_output_span span;
typedef hg_output_spans spans;

static hg_status add(spans *list, int64_t from, int64_t length)
{
    if (list->count == list->room) {
        list->room = 2 * list->room + 64;
        HG_TRY(hg_reallocate(&list->span, HG_MEMORY_OUTPUT, (size_t)list->room, sizeof(span)));
    }
    list->span[list->count++] = (span){from, length};
    return HG_OK;
}

/* --- where values are ------------------------------------------------------------------------- */

static hg_status add_chunk(hid_t dataset, const hsize_t *at, const char *name, spans *list)
{
    unsigned filtered = 0;
    haddr_t address = HADDR_UNDEF;
    hsize_t size = 0;
    if (H5Dget_chunk_info_by_coord(dataset, at, &filtered, &address, &size) < 0)
        return hg_h5_fail(HG_IO, name);
    return address == HADDR_UNDEF ? HG_OK : add(list, (int64_t)address, (int64_t)size);
}

/* To the first element of the next chunk; false behind the last one. */
static bool step(hsize_t *at, int rank, const hsize_t *extent, const hsize_t *chunk)
{
    for (int a = rank - 1; a >= 0; a--) {
        at[a] += chunk[a];
        if (at[a] < extent[a]) return true;
        at[a] = 0;
    }
    return false;
}

/* Of the snapshots from `first` on. */
static hg_status add_chunks(const hg_output_field *field, int64_t first, spans *list)
{
    hsize_t extent[HG_RANK_MOST], chunk[HG_RANK_MOST], at[HG_RANK_MOST] = {(hsize_t)first};
    hid_t space = H5Dget_space(field->handle), properties = H5Dget_create_plist(field->handle);
    const int rank = H5Sget_simple_extent_dims(space, extent, NULL);
    const bool known = rank > 0 && H5Pget_chunk(properties, HG_RANK_MOST, chunk) == rank;
    hg_status status = known ? HG_OK : hg_h5_fail(HG_IO, field->dataset->name);
    bool more = known && extent[0] > at[0];
    while (more && status == HG_OK) {
        status = add_chunk(field->handle, at, field->dataset->name, list);
        more = step(at, rank, extent, chunk);
    }
    hg_h5_close(&properties);
    hg_h5_close(&space);
    return status;
}

static int compare(const void *a, const void *b)
{
    const int64_t x = ((const span *)a)->from, y = ((const span *)b)->from;
    return (x > y) - (x < y);
}

/* --- taking it -------------------------------------------------------------------------------- */

/* What lies between values, from `from` to `end`. */
static hg_status add_gaps(const spans *values, int64_t from, int64_t end, spans *gaps)
{
    for (int64_t i = 0; i < values->count; i++) {
        if (values->span[i].from > from)
            HG_TRY(add(gaps, from, values->span[i].from - from));
        const int64_t behind = values->span[i].from + values->span[i].length;
        if (behind > from) from = behind;
    }
    return end > from ? add(gaps, from, end - from) : HG_OK;
}

static hg_status read_spans(int descriptor, const spans *list, int64_t words[WORDS],
                            hg_output_image *image)
{
    int64_t size = (WORDS + 2 * list->count) * (int64_t)sizeof(int64_t);
    for (int64_t i = 0; i < list->count; i++) size += list->span[i].length;
    hg_release(&image->bytes);
    image->size = 0;
    HG_TRY(hg_allocate(&image->bytes, HG_MEMORY_OUTPUT, (size_t)size, 1));
    words[SPANS] = list->count;
    char *to = image->bytes;
    memcpy(to, words, WORDS * sizeof *words);
    to += WORDS * sizeof *words;
    memcpy(to, list->span, (size_t)list->count * sizeof(span));
    to += (size_t)list->count * sizeof(span);
    for (int64_t i = 0; i < list->count; to += list->span[i++].length)
        HG_TRY(hg_output_transfer(descriptor, to, list->span[i].length, list->span[i].from, false));
    image->size = size;
    return HG_OK;
}

static hg_status find_new_values(hg_output *output)
{
    spans *values = &output->values;
    for (int i = 0; i < output->field_count; i++)
        HG_TRY(add_chunks(&output->fields[i], output->placed, values));
    if (values->count > 0) qsort(values->span, (size_t)values->count, sizeof(span), compare);
    output->placed = output->snapshots;
    return HG_OK;
}

static int64_t end_of(const spans *list, int64_t otherwise)
{
    if (list->count == 0) return otherwise;
    return list->span[list->count - 1].from + list->span[list->count - 1].length;
}

static hg_status take(hg_output *output, spans *rest)
{
    hg_output_image *image = &output->image;
    struct stat what; /* HDF5 gives the file its length as it flushes it */
    int64_t words[WORDS] = {[FIXED_FROM] = hg_output_image_room(&output->plan),
                            [FIXED_TO] = output->fixed_end};
    if (words[FIXED_FROM] > words[FIXED_TO]) words[FIXED_FROM] = words[FIXED_TO];
    HG_TRY(find_new_values(output));
    if (fstat(output->held, &what) != 0) return hg_fail(HG_IO, "%s", strerror(errno));
    image->file_size = (int64_t)what.st_size;
    words[VALUES_END] = end_of(&output->values, words[FIXED_TO]);
    HG_TRY(add(rest, 0, words[FIXED_FROM]));
    HG_TRY(add_gaps(&output->values, words[FIXED_TO], image->file_size, rest));
    return read_spans(output->held, rest, words, image);
}

hg_status hg_output_image_renew(hg_output *output)
{
    hg_status status = HG_OK;
    if (output->plan.config->output.deflate == 0) return HG_OK;
    if (output->rank == 0) {
        spans rest = {.span = NULL};
        status = take(output, &rest);
        if (status != HG_OK) hg_fail_within(status, "%s: ", output->plan.path);
        hg_release(&rest.span);
    }
    return hg_team_share(output->plan.communicator, 0, status);
}

/* --- putting it back -------------------------------------------------------------------------- */

/* The words and spans of an image; HG_BAD_INPUT where they do not go with its size. */
static hg_status parse(const hg_output_image *image, int64_t words[WORDS], span **list)
{
    const int64_t head = WORDS * (int64_t)sizeof *words;
    *list = NULL;
    if (image->size >= head) memcpy(words, image->bytes, (size_t)head);
    int64_t left = image->size - head;
    bool sound = left >= 0 && words[SPANS] >= 0 && words[SPANS] <= left / (int64_t)sizeof(span) &&
                 words[FIXED_TO] >= 0 && words[FIXED_TO] <= image->file_size;
    if (sound) HG_TRY(hg_allocate(list, HG_MEMORY_OUTPUT, (size_t)words[SPANS], sizeof(span)));
    if (sound && words[SPANS] > 0)
        memcpy(*list, image->bytes + head, (size_t)words[SPANS] * sizeof(span));
    if (sound) left -= words[SPANS] * (int64_t)sizeof(span);
    for (int64_t i = 0; sound && i < words[SPANS]; i++) {
        const span s = (*list)[i];
        sound = s.from >= 0 && s.length >= 0 && s.length <= left && s.from <= image->file_size &&
                s.length <= image->file_size - s.from;
        left -= s.length;
    }
    if (sound && left == 0) return HG_OK;
    hg_release(list);
    return hg_fail(HG_BAD_INPUT, "the image of the output is none");
}

hg_status hg_output_spans_restore(const hg_output_image *image, int descriptor)
{
    int64_t words[WORDS] = {0};
    span *list;
    HG_TRY(parse(image, words, &list));
    char *from = image->bytes + WORDS * sizeof *words + (size_t)words[SPANS] * sizeof(span);
    hg_status status = HG_OK;
    for (int64_t i = 0; i < words[SPANS] && status == HG_OK; from += list[i++].length)
        status = hg_output_transfer(descriptor, from, list[i].length, list[i].from, true);
    hg_release(&list);
    return status;
}

hg_status hg_output_spans_end(const hg_output_image *image, int64_t *end)
{
    int64_t words[WORDS] = {0};
    span *list;
    HG_TRY(parse(image, words, &list));
    hg_release(&list);
    *end = words[VALUES_END];
    return HG_OK;
}

/* Values are what the image leaves out behind the fixed places. */
hg_status hg_output_spans_adopt(hg_output *output)
{
    const hg_output_image *image = &output->image;
    int64_t words[WORDS] = {0};
    spans rest = {.span = NULL};
    HG_TRY(parse(image, words, &rest.span));
    rest.count = words[SPANS];
    output->fixed_end = words[FIXED_TO];
    output->placed = output->snapshots;
    const hg_status status =
        add_gaps(&rest, words[FIXED_TO], image->file_size, &output->values);
    hg_release(&rest.span);
    return status;
}
