/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tables of what is recorded by generation. A table has an axis below that of generations, or two;
 * its columns are all datasets of a group on these axes (io/fields.h). It is read and written piece
 * by piece, so that files larger than memory can be.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "cli/export/export.h"
#include "io/results_check.h"
#include "io/results_stream.h"

#define PIECE_BYTES (4 << 20) /* of one column */

/* What a table is made of. */
typedef struct layout {
    hg_group group;
    hg_axis outer, inner; /* below the generation; HG_AXIS_NONE: none */
    bool repeats;         /* values by outer alone stand on each of its inner rows */
    bool only_last;       /* without --generation: the last one, not all */
    bool start_weight;    /* of edges: what the network had at the start */
} layout;

typedef struct column {
    const hg_dataset *dataset;
    hg_results_stream stream;
    int component;   /* -1, or the fitness component that its values belong to */
    bool by_inner;   /* has the inner axis */
    int64_t alleles; /* values of each row: 2 of a diploid's, else 1 */
    double *piece;   /* [outer entries][inner entries][alleles], owned */
} column;

typedef struct table {
    const hg_export *export;
    const layout *shape;
    column *columns; /* owned */
    int count, room;
    int64_t outer, inner; /* lengths of the axes, 1 where there is none */
    int64_t together;     /* outer entries that are read together */
} table;

/* --- columns -------------------------------------------------------------------------------- */

/* How many of the shape's axes the dataset has; -1 when it has others. The axis of components is
 * none of them: each component has a column of its own. */
static int axes_of(const layout *shape, const hg_dataset *dataset)
{
    const hg_axis axes[] = {HG_AXIS_GENERATION, shape->outer, shape->inner};
    int count = 0;
    if (dataset->group != shape->group || hg_dataset_is_scale(dataset)) return -1;
    for (int i = 0; i < HG_RANK_MOST && dataset->axes[i] != HG_AXIS_NONE; i++) {
        if (dataset->axes[i] == HG_AXIS_ALLELE) break;
        if (dataset->axes[i] == HG_AXIS_COMPONENT) continue;
        if (count == 3 || dataset->axes[i] != axes[count]) return -1;
        count++;
    }
    return count;
}

static int place_of_axis(const hg_dataset *dataset, hg_axis axis)
{
    int place = 0;
    while (dataset->axes[place] != axis) place++;
    return place;
}

static hg_status add_column(table *t, const column *added)
{
    if (t->count == t->room) {
        t->room = 2 * t->room + 16;
        HG_TRY(hg_reallocate(&t->columns, HG_MEMORY_OTHER, (size_t)t->room, sizeof *t->columns));
    }
    t->columns[t->count++] = *added;
    return HG_OK;
}

/* `entry`: which of the components, -1 where there is no such axis. */
static hg_status open_column(table *t, const hg_dataset *dataset, int axes, int64_t entry,
                             int component)
{
    char path[96];
    column opened = {.dataset = dataset, .component = component, .by_inner = axes == 3};
    snprintf(path, sizeof path, "/%s/%s", hg_group_name(dataset->group), dataset->name);
    HG_TRY(add_column(t, &opened));
    column *c = &t->columns[t->count - 1];
    HG_TRY(hg_results_stream_open(&c->stream, t->export->results, path));
    if (entry >= 0)
        hg_results_stream_fix(&c->stream, place_of_axis(dataset, HG_AXIS_COMPONENT), entry);
    c->alleles = c->stream.rank > axes ? c->stream.extent[axes] : 1;
    const bool fits = (c->stream.rank == axes || c->stream.rank == axes + 1) &&
                      (axes < 2 || c->stream.extent[1] == t->outer) &&
                      (axes < 3 || c->stream.extent[2] == t->inner) && c->alleles <= 2;
    return fits ? HG_OK : hg_fail(HG_BAD_INPUT, "%s: has other axes than the run", c->stream.path);
}

/* A column for the dataset, or for each of its components. */
static hg_status open_dataset(table *t, const hg_dataset *dataset, int axes)
{
    char path[96];
    const hg_results *results = t->export->results;
    snprintf(path, sizeof path, "/%s/%s", hg_group_name(dataset->group), dataset->name);
    if (!hg_results_has(results, path) || !hg_results_has_form(results, dataset)) return HG_OK;
    if (!hg_dataset_has_axis(dataset, HG_AXIS_COMPONENT))
        return open_column(t, dataset, axes, -1, -1);
    hg_results_values component;
    snprintf(path, sizeof path, "/%s/component", hg_group_name(dataset->group));
    hg_status status = hg_results_read(results, path, &component);
    for (int64_t k = 0; k < component.rows && status == HG_OK; k++)
        status = open_column(t, dataset, axes, k, (int)component.value[k]);
    hg_results_values_free(&component);
    return status;
}

static int64_t length_of(const hg_export *export, hg_axis axis)
{
    switch (axis) {
    case HG_AXIS_DEME: return export->config.population.demes;
    case HG_AXIS_INDIVIDUAL: return export->config.population.individuals;
    case HG_AXIS_GENE: return export->network.genes;
    case HG_AXIS_EDGE: return export->network.edges;
    default: return 1;
    }
}

static bool wanted(const layout *shape, int axes)
{
    const int all = 1 + (shape->outer != HG_AXIS_NONE) + (shape->inner != HG_AXIS_NONE);
    return axes == all || (shape->repeats && axes == all - 1);
}

static hg_status open_columns(table *t)
{
    t->outer = length_of(t->export, t->shape->outer);
    t->inner = length_of(t->export, t->shape->inner);
    int64_t widest = 1;
    for (int i = 0; i < hg_dataset_count; i++) {
        const int axes = axes_of(t->shape, &hg_datasets[i]);
        if (wanted(t->shape, axes)) HG_TRY(open_dataset(t, &hg_datasets[i], axes));
    }
    for (int i = 0; i < t->count; i++) {
        const column *c = &t->columns[i];
        const int64_t width = (c->by_inner ? t->inner : 1) * c->alleles;
        if (width > widest) widest = width;
    }
    t->together = PIECE_BYTES / (int64_t)sizeof(double) / widest;
    if (t->together < 1) t->together = 1;
    if (t->together > t->outer) t->together = t->outer;
    for (int i = 0; i < t->count; i++) {
        column *c = &t->columns[i];
        const int64_t width = (c->by_inner ? t->inner : 1) * c->alleles;
        HG_TRY(hg_allocate(&c->piece, HG_MEMORY_OUTPUT, (size_t)t->together,
                           (size_t)width * sizeof *c->piece));
    }
    return HG_OK;
}

static void close_columns(table *t)
{
    for (int i = 0; i < t->count; i++) {
        hg_results_stream_close(&t->columns[i].stream);
        hg_release(&t->columns[i].piece);
    }
    hg_release(&t->columns);
}

/* --- rows ----------------------------------------------------------------------------------- */

/* Demes are one after the other, and as equal as can be where no sizes are listed
 * (parallel/partition.h). */
static int64_t deme_of(const hg_config *config, int64_t individual)
{
    const int64_t demes = config->population.demes, *sizes = config->population.deme_sizes;
    int64_t deme = 0, end = 0;
    if (sizes == NULL) return ((individual + 1) * demes - 1) / config->population.individuals;
    while (deme < demes - 1 && individual >= (end += sizes[deme])) deme++;
    return deme;
}

static void put(const hg_export *export, const char *word)
{
    fputc(export->separator, export->file);
    fputs(word, export->file);
}

static void put_index(const hg_export *export, int64_t index)
{
    fprintf(export->file, "%c%" PRId64, export->separator, index);
}

static void put_name(const hg_export *export, int64_t gene)
{
    fputc(export->separator, export->file);
    hg_export_text(export, export->network.name[gene]);
}

static void write_edge_head(const hg_export *export, bool weight)
{
    put(export, "source");
    put(export, "source_name");
    put(export, "target");
    put(export, "target_name");
    if (weight) put(export, "weight");
}

static void write_edge(const hg_export *export, int64_t e, bool weight)
{
    const hg_network *network = &export->network;
    put_index(export, network->source[e]);
    put_name(export, network->source[e]);
    put_index(export, network->target[e]);
    put_name(export, network->target[e]);
    if (!weight) return;
    fputc(export->separator, export->file);
    hg_export_number(export, network->weight[e]);
}

static void write_axis_head(const table *t, hg_axis axis)
{
    const hg_export *export = t->export;
    if (axis == HG_AXIS_NONE) return;
    if (axis == HG_AXIS_INDIVIDUAL) put(export, "deme");
    put(export, hg_axis_name(axis));
    if (axis == HG_AXIS_GENE) put(export, "gene_name");
    if (axis == HG_AXIS_EDGE) write_edge_head(export, t->shape->start_weight);
}

static void write_head(const table *t)
{
    fputs("generation", t->export->file);
    write_axis_head(t, t->shape->outer);
    write_axis_head(t, t->shape->inner);
    for (int i = 0; i < t->count; i++) {
        const column *c = &t->columns[i];
        if (t->shape->outer == HG_AXIS_INDIVIDUAL && strcmp(c->dataset->name, "deme") == 0)
            continue;
        for (int64_t a = 0; a < c->alleles; a++) {
            put(t->export, c->dataset->name);
            if (c->component >= 0) fprintf(t->export->file, "_%d", c->component);
            if (c->alleles > 1) fprintf(t->export->file, "_%" PRId64, a + 1);
        }
    }
    fputc('\n', t->export->file);
}

static void write_axis(const table *t, hg_axis axis, int64_t at)
{
    const hg_export *export = t->export;
    if (axis == HG_AXIS_NONE) return;
    if (axis == HG_AXIS_INDIVIDUAL) put_index(export, deme_of(&export->config, at));
    put_index(export, at);
    if (axis == HG_AXIS_GENE) put_name(export, at);
    if (axis == HG_AXIS_EDGE) write_edge(export, at, t->shape->start_weight);
}

static void write_row(const table *t, int64_t generation, int64_t from, int64_t o, int64_t i)
{
    const hg_export *export = t->export;
    fprintf(export->file, "%" PRId64, generation);
    write_axis(t, t->shape->outer, from + o);
    write_axis(t, t->shape->inner, i);
    for (int k = 0; k < t->count; k++) {
        const column *c = &t->columns[k];
        const int64_t at = (c->by_inner ? o * t->inner + i : o) * c->alleles;
        const bool real = c->dataset->type == HG_TYPE_FLOAT64 || c->dataset->type == HG_TYPE_REAL;
        if (t->shape->outer == HG_AXIS_INDIVIDUAL && strcmp(c->dataset->name, "deme") == 0)
            continue;
        for (int64_t a = 0; a < c->alleles; a++) {
            fputc(export->separator, export->file);
            (real ? hg_export_number : hg_export_integer)(export, c->piece[at + a]);
        }
    }
    fputc('\n', export->file);
}

static hg_status write_record(const table *t, int64_t row, int64_t generation)
{
    for (int64_t from = 0; from < t->outer; from += t->together) {
        const int64_t count = from + t->together < t->outer ? t->together : t->outer - from;
        for (int k = 0; k < t->count; k++)
            HG_TRY(hg_results_stream_read(&t->columns[k].stream, row, from, count,
                                          t->columns[k].piece));
        for (int64_t o = 0; o < count; o++)
            for (int64_t i = 0; i < t->inner; i++) write_row(t, generation, from, o, i);
        if (ferror(t->export->file)) return HG_IO;
    }
    return HG_OK;
}

/* --- tables --------------------------------------------------------------------------------- */

static hg_status write_table(const hg_export *export, const layout *shape)
{
    table t = {.export = export, .shape = shape};
    hg_export_rows rows = {0, 0, {0, 0, NULL}};
    const char *group = shape->group == HG_GROUP_SNAPSHOTS ? "snapshots" : "statistics";
    hg_status status;
    HG_TRY_OUT(hg_export_select(export, group, shape->only_last, &rows));
    HG_TRY_OUT(open_columns(&t));
    write_head(&t);
    for (int64_t row = rows.first; row < rows.end; row++)
        HG_TRY_OUT(write_record(&t, row, (int64_t)rows.generation.value[row]));
out:
    close_columns(&t);
    hg_results_values_free(&rows.generation);
    return status;
}

hg_status hg_export_statistics(const hg_export *export)
{
    static const layout shape = {.group = HG_GROUP_STATISTICS};
    return write_table(export, &shape);
}

static hg_status need_demes(const hg_export *export)
{
    if (export->config.population.demes > 1) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: has one deme, whose statistics are those of all; allowed: "
                   "--table statistics, or a run with population.demes", export->results->path);
}

hg_status hg_export_demes(const hg_export *export)
{
    static const layout shape = {.group = HG_GROUP_DEMES, .outer = HG_AXIS_DEME};
    HG_TRY(need_demes(export));
    return write_table(export, &shape);
}

hg_status hg_export_deme_genes(const hg_export *export)
{
    static const layout shape = {.group = HG_GROUP_DEMES, .outer = HG_AXIS_DEME,
                                .inner = HG_AXIS_GENE};
    HG_TRY(need_demes(export));
    return write_table(export, &shape);
}

hg_status hg_export_genes(const hg_export *export)
{
    static const layout shape = {.group = HG_GROUP_STATISTICS, .outer = HG_AXIS_GENE};
    return write_table(export, &shape);
}

/* A row for each gene of an individual where anything was recorded by gene. */
hg_status hg_export_individuals(const hg_export *export)
{
    static const layout by_gene = {.group = HG_GROUP_SNAPSHOTS, .outer = HG_AXIS_INDIVIDUAL,
                                  .inner = HG_AXIS_GENE, .repeats = true, .only_last = true};
    static const layout alone = {.group = HG_GROUP_SNAPSHOTS, .outer = HG_AXIS_INDIVIDUAL,
                                .only_last = true};
    const hg_results *results = export->results;
    const bool genes = hg_results_has(results, "/snapshots/basal") ||
                       hg_results_has(results, "/snapshots/expression") ||
                       hg_results_has(results, "/snapshots/instability");
    return write_table(export, genes ? &by_gene : &alone);
}

hg_status hg_export_weights(const hg_export *export)
{
    static const layout shape = {.group = HG_GROUP_SNAPSHOTS, .outer = HG_AXIS_INDIVIDUAL,
                                .inner = HG_AXIS_EDGE, .only_last = true};
    if (!hg_results_has(export->results, "/snapshots/weight"))
        return hg_fail(HG_BAD_INPUT, "%s: has no weights of individuals; allowed: a run with "
                       "network.weights heritable and weight among output.snapshots.fields",
                       export->results->path);
    return write_table(export, &shape);
}

static void write_shared_network(const hg_export *export)
{
    fputs("edge", export->file);
    write_edge_head(export, true);
    fputc('\n', export->file);
    for (int64_t e = 0; e < export->network.edges; e++) {
        fprintf(export->file, "%" PRId64, e);
        write_edge(export, e, true);
        fputc('\n', export->file);
    }
}

/* Heritable weights have their statistics in each generation; shared ones are what they are. */
hg_status hg_export_network(const hg_export *export)
{
    static const layout heritable = {.group = HG_GROUP_STATISTICS, .outer = HG_AXIS_EDGE,
                                    .start_weight = true};
    if (hg_results_has(export->results, "/statistics/weight_mean"))
        return write_table(export, &heritable);
    write_shared_network(export);
    return ferror(export->file) ? HG_IO : HG_OK;
}
