/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/weight_course.h"

#include <math.h>

#include "base/memory.h"
#include "io/results_stream.h"

#define LABEL HG_MEMORY_OTHER
#define PIECE_VALUES (1 << 19)

typedef struct reader {
    const hg_results *results;
    hg_weight_course *course;
    int64_t edges;
    double *start; /* [edges] means of the first record */
    double *row, *variance; /* [edges] */
} reader;

/* --- means, by edge ------------------------------------------------------------------------- */

static void note_means(const reader *r, hg_weight_record *record)
{
    double magnitude = 0.0, spread = 0.0;
    for (int64_t e = 0; e < r->edges; e++) {
        magnitude += fabs(r->row[e]);
        spread += sqrt(r->variance[e]);
        record->lost += r->row[e] == 0.0;
        record->flipped += r->row[e] * r->start[e] < 0.0;
    }
    record->magnitude = magnitude / (double)r->edges;
    record->spread = spread / (double)r->edges;
}

static hg_status read_means(reader *r)
{
    hg_results_values generation;
    hg_results_stream mean = {.dataset = -1, .space = -1}, variance = mean;
    hg_status status;
    HG_TRY_OUT(hg_results_read(r->results, "/statistics/generation", &generation));
    HG_TRY_OUT(hg_results_stream_open(&mean, r->results, "/statistics/weight_mean"));
    HG_TRY_OUT(hg_results_stream_open(&variance, r->results, "/statistics/weight_variance"));
    r->course->count = generation.rows;
    if (mean.rank != 2 || mean.extent[1] != r->edges || variance.rank != 2 ||
        variance.extent[1] != r->edges) {
        status = hg_fail(HG_BAD_INPUT, "%s: has other axes than the network", mean.path);
        goto out;
    }
    HG_TRY_OUT(hg_allocate(&r->course->record, LABEL, (size_t)generation.rows,
                           sizeof *r->course->record));
    for (int64_t i = 0; i < generation.rows; i++) {
        HG_TRY_OUT(hg_results_stream_read(&mean, i, 0, r->edges, r->row));
        HG_TRY_OUT(hg_results_stream_read(&variance, i, 0, r->edges, r->variance));
        for (int64_t e = 0; i == 0 && e < r->edges; e++) r->start[e] = r->row[e];
        r->course->record[i].generation = (int64_t)generation.value[i];
        note_means(r, &r->course->record[i]);
    }
out:
    hg_results_stream_close(&mean);
    hg_results_stream_close(&variance);
    hg_results_values_free(&generation);
    return status;
}

/* --- snapshots, by individual --------------------------------------------------------------- */

static hg_weight_record *record_of(const hg_weight_course *course, double generation)
{
    for (int64_t i = 0; i < course->count; i++)
        if ((double)course->record[i].generation == generation) return &course->record[i];
    return NULL;
}

static hg_status sample(const reader *r, const hg_results_stream *stream, int64_t row,
                        hg_weight_record *record, double *piece, int64_t together)
{
    const int64_t alleles = stream->extent[3], individuals = stream->extent[1];
    const double total = (double)individuals * (double)r->edges * (double)alleles;
    double magnitude = 0.0, lost = 0.0, flipped = 0.0;
    for (int64_t from = 0; from < individuals; from += together) {
        const int64_t count = from + together < individuals ? together : individuals - from;
        HG_TRY(hg_results_stream_read(stream, row, from, count, piece));
        for (int64_t v = 0; v < count * r->edges * alleles; v++) {
            magnitude += fabs(piece[v]);
            lost += piece[v] == 0.0;
            flipped += piece[v] * r->start[v / alleles % r->edges] < 0.0;
        }
    }
    record->sampled = total > 0.0;
    if (!record->sampled) return HG_OK;
    record->own_magnitude = magnitude / total;
    record->own_lost = lost / total;
    record->own_flipped = flipped / total;
    return HG_OK;
}

static hg_status read_snapshots(const reader *r)
{
    hg_results_values generation;
    hg_results_stream stream = {.dataset = -1, .space = -1};
    double *piece = NULL;
    hg_status status;
    HG_TRY_OUT(hg_results_read(r->results, "/snapshots/generation", &generation));
    HG_TRY_OUT(hg_results_stream_open(&stream, r->results, "/snapshots/weight"));
    if (stream.rank < 3 || stream.extent[2] != r->edges) {
        status = hg_fail(HG_BAD_INPUT, "%s: has other axes than the network", stream.path);
        goto out;
    }
    const int64_t width = r->edges * stream.extent[3];
    const int64_t together = width < PIECE_VALUES ? PIECE_VALUES / width : 1;
    HG_TRY_OUT(hg_allocate(&piece, LABEL, (size_t)together, (size_t)width * sizeof *piece));
    for (int64_t i = 0; i < generation.rows; i++) {
        hg_weight_record *record = record_of(r->course, generation.value[i]);
        if (record != NULL) HG_TRY_OUT(sample(r, &stream, i, record, piece, together));
    }
out:
    hg_release(&piece);
    hg_results_stream_close(&stream);
    hg_results_values_free(&generation);
    return status;
}

hg_status hg_weight_course_read(hg_weight_course *course, const hg_results *results)
{
    reader r = {.results = results, .course = course, .edges = results->edges};
    const size_t edges = (size_t)r.edges;
    hg_status status;
    *course = (hg_weight_course){0, NULL};
    if (!hg_results_has(results, "/statistics/weight_mean") || r.edges == 0) return HG_OK;
    HG_TRY_OUT(hg_allocate(&r.start, LABEL, edges, sizeof *r.start));
    HG_TRY_OUT(hg_allocate(&r.row, LABEL, edges, sizeof *r.row));
    HG_TRY_OUT(hg_allocate(&r.variance, LABEL, edges, sizeof *r.variance));
    HG_TRY_OUT(read_means(&r));
    if (hg_results_has(results, "/snapshots/weight")) HG_TRY_OUT(read_snapshots(&r));
out:
    hg_release(&r.start);
    hg_release(&r.row);
    hg_release(&r.variance);
    return status;
}

void hg_weight_course_free(hg_weight_course *course)
{
    hg_release(&course->record);
    course->count = 0;
}
