/* SPDX-License-Identifier: GPL-3.0-or-later
 * The network as SBML, GraphML and DOT; heritable weights as their means in a generation. */
#include <stdio.h>

#include "base/memory.h"
#include "cli/export/export.h"
#include "io/network_write.h"
#include "io/results_stream.h"

typedef struct means {
    int64_t row;
    double *weight, *basal; /* owned */
    double environment[3];
} means;

static hg_status read_row(const hg_export *export, const char *dataset, int64_t row, int64_t count,
                          double *values)
{
    hg_results_stream stream;
    hg_status status = hg_results_stream_open(&stream, export->results, dataset);
    if (status == HG_OK && stream.rank == 2 && stream.extent[1] != count)
        status = hg_fail(HG_BAD_INPUT, "%s: has %lld values by generation, not %lld", stream.path,
                         (long long)stream.extent[1], (long long)count);
    if (status == HG_OK) status = hg_results_stream_read(&stream, row, 0, count, values);
    hg_results_stream_close(&stream);
    return status;
}

static hg_status read_column(const hg_export *export, const char *dataset, int64_t row,
                             int64_t count, double **values)
{
    HG_TRY(hg_allocate(values, HG_MEMORY_OUTPUT, (size_t)count, sizeof **values));
    return read_row(export, dataset, row, count, *values);
}

/* The generation that --generation asks for, by default the last. */
static hg_status select_row(const hg_export *export, int64_t *row)
{
    hg_export_rows rows = {0, 0, {0, 0, NULL}};
    if (export->all)
        return hg_fail(HG_USAGE, "export: --generation all: a network is that of one generation");
    const hg_status status = hg_export_select(export, "statistics", true, &rows);
    *row = rows.first;
    hg_results_values_free(&rows.generation);
    return status;
}

/* The network with the weights of that generation. */
static hg_status read_network(const hg_export *export, means *m, hg_network *network)
{
    *network = export->network;
    HG_TRY(select_row(export, &m->row));
    if (!hg_results_has(export->results, "/statistics/weight_mean")) return HG_OK;
    HG_TRY(read_column(export, "/statistics/weight_mean", m->row, network->edges, &m->weight));
    network->weight = m->weight;
    return HG_OK;
}

static void free_means(means *m)
{
    hg_release(&m->weight);
    hg_release(&m->basal);
}

static hg_status write_graph(const hg_export *export,
                             void (*write)(FILE *, const hg_network *, const char *))
{
    means m = {0};
    hg_network network;
    const hg_status status = read_network(export, &m, &network);
    if (status == HG_OK) write(export->file, &network, export->results->title);
    free_means(&m);
    return status == HG_OK && ferror(export->file) ? HG_IO : status;
}

hg_status hg_export_graphml(const hg_export *export)
{
    return write_graph(export, hg_network_write_graphml);
}

hg_status hg_export_dot(const hg_export *export)
{
    return write_graph(export, hg_network_write_dot);
}

hg_status hg_export_sbml(const hg_export *export)
{
    static const char *const series[] = {"/statistics/tf_concentration",
                                         "/statistics/temperature", "/statistics/nutrients"};
    const int64_t genes = export->network.genes;
    means m = {0};
    hg_network network;
    hg_status status;
    HG_TRY_OUT(read_network(export, &m, &network));
    HG_TRY_OUT(read_column(export, "/statistics/basal_mean", m.row, genes, &m.basal));
    for (int i = 0; i < 3; i++)
        HG_TRY_OUT(read_row(export, series[i], m.row, 1, &m.environment[i]));
    const hg_network_state state = {&export->config, m.basal, m.environment[0], m.environment[1],
                                    m.environment[2]};
    HG_TRY_OUT(hg_network_write_sbml(export->file, &network, export->results->title, &state));
    if (ferror(export->file)) status = HG_IO;
out:
    free_means(&m);
    return status;
}
