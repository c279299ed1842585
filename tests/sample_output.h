/* SPDX-License-Identifier: GPL-3.0-or-later
 * A small result file with known values, for the tests of its writer and readers. */
#ifndef HG_TESTS_SAMPLE_OUTPUT_H
#define HG_TESTS_SAMPLE_OUTPUT_H

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/output.h"
#include "io/results.h"
#include "population/environment.h"

typedef struct sample {
    int64_t individuals, genes, edges, generations, snapshot_every, flush_every, demes;
    bool heritable, single, replace, abandon;
    bool ancestry;           /* recorded, of two parents each */
    bool own_series;         /* each deme has its own nutrients and optimum; neutral draws count */
    bool two_optima;         /* of components 0 and 2 */
    int ploidy;              /* 0: 1 */
    unsigned fields;         /* of the snapshots, 0: all */
    const char *gene_name;   /* of gene 0, NULL: g0 */
    double spoilt_basal;     /* of individual 7 at gene 2 (first allele), in the last snapshot */
    double spoilt_weight;    /* at edge 3; 0: neither is spoilt */
    int deflate;
    size_t text_length;      /* of the run file */
    int64_t first, count;    /* of this rank; count -1: an even share */
    int64_t changed;         /* generation whose mean fitness is another one, -1: none */
    void (*meanwhile)(void); /* called while the file is open */
    int64_t failing;         /* generation whose source fails on the last rank, -1: none */
} sample;

static inline sample sample_default(void)
{
    return (sample){.individuals = 23, .genes = 5, .edges = 7, .generations = 12,
                    .snapshot_every = 5, .text_length = 200, .count = -1, .changed = -1,
                    .failing = -1};
}

static inline double sample_value(int field, int64_t generation, int64_t individual, int64_t item)
{
    return field * 1000.0 + (double)generation * 10.0 + (double)individual * 0.25 +
           (double)item * 0.001;
}

typedef struct sample_source {
    const sample *what;
    int64_t generation;
    int rank, ranks;
} sample_source;

static inline hg_status sample_fetch(void *context, hg_field field, int64_t first, int64_t count,
                                     void *buffer)
{
    const sample_source *source = context;
    if (source->generation == source->what->failing && source->rank == source->ranks - 1)
        return hg_fail(HG_NO_MEMORY, "the source gave up");
    int64_t width = 1;
    if (field == HG_FIELD_BASAL || field == HG_FIELD_EXPRESSION || field == HG_FIELD_INSTABILITY)
        width = source->what->genes;
    if (field == HG_FIELD_WEIGHT) width = source->what->edges;
    const int ploidy = source->what->ploidy == 2 ? 2 : 1;
    if (field == HG_FIELD_BASAL || field == HG_FIELD_WEIGHT) width *= ploidy;
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j < width; j++) {
            const int64_t at = i * width + j;
            if (field == HG_FIELD_STABLE)
                ((int8_t *)buffer)[at] = (int8_t)((first + i) % 2);
            else if (field == HG_FIELD_DEME)
                ((int32_t *)buffer)[at] = (int32_t)((first + i) % 3);
            else if (field == HG_FIELD_PARENT || field == HG_FIELD_PARENT2)
                ((int64_t *)buffer)[at] = first + i + source->generation;
            else
                ((double *)buffer)[at] =
                    sample_value((int)field, source->generation, first + i, j);
        }
    const double spoilt = field == HG_FIELD_BASAL    ? source->what->spoilt_basal
                          : field == HG_FIELD_WEIGHT ? source->what->spoilt_weight : 0.0;
    const int64_t locus = field == HG_FIELD_BASAL ? 2 : 3;
    if (spoilt != 0.0 && source->generation == source->what->generations && first <= 7 &&
        7 < first + count)
        ((double *)buffer)[(7 - first) * width + locus * ploidy] = spoilt;
    return HG_OK;
}

static inline hg_status sample_record(hg_output *output, const sample *what, int64_t generation,
                                      hg_statistics *statistics)
{
    statistics->generation = generation;
    statistics->fitness_mean = (double)generation + (generation == what->changed ? 0.5 : 0.0);
    statistics->mutations = 2 * generation;
    for (int64_t g = 0; g < what->genes; g++)
        statistics->basal_mean[g] = (double)(generation * 100 + g);
    for (int64_t d = 0; d < statistics->deme.demes; d++) {
        statistics->deme.mutations[d] = generation * 10 + d;
        for (int64_t g = 0; g < what->genes; g++)
            statistics->deme.basal_mean[d * what->genes + g] =
                (double)(generation * 100 + 10 * d + g);
        if (statistics->deme.nutrients != NULL)
            statistics->deme.nutrients[d] = 0.001 * (double)(generation * 10 + d);
        const int64_t width = statistics->optima * what->genes;
        for (int64_t i = 0; statistics->deme.optimum != NULL && i < width; i++)
            statistics->deme.optimum[d * width + i] =
                (double)(generation + 100 * d) + 0.01 * (double)i;
    }
    for (int64_t i = 0; i < statistics->optima * what->genes; i++)
        statistics->optimum[i] = (double)generation + 0.01 * (double)i;
    return hg_output_statistics(output, statistics);
}

static inline int64_t sample_parent(int which, int64_t generation, int64_t individual,
                                    int64_t individuals)
{
    return generation == 0 ? -1 : (individual * (3 + which) + generation) % individuals;
}

static inline hg_status sample_ancestry(hg_output *output, const sample *what, int64_t generation,
                                        int64_t first, int64_t count)
{
    if (!what->ancestry) return HG_OK;
    int64_t *parent = malloc(2 * (size_t)(count + 1) * sizeof *parent);
    for (int which = 0; which < 2; which++)
        for (int64_t i = 0; i < count; i++)
            parent[which * count + i] =
                sample_parent(which, generation, first + i, what->individuals);
    const hg_status status =
        generation == 0 ? hg_output_ancestry(output, NULL, NULL)
                        : hg_output_ancestry(output, parent, parent + count);
    free(parent);
    return status;
}

static inline void sample_share(const sample *what, int64_t *first, int64_t *count);

static inline hg_status sample_generations(hg_output *output, const sample *what,
                                           hg_statistics *statistics)
{
    sample_source source = {.what = what};
    MPI_Comm_rank(MPI_COMM_WORLD, &source.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &source.ranks);
    int64_t first, count;
    sample_share(what, &first, &count);
    for (int64_t t = 0; t <= what->generations; t++) {
        HG_TRY(sample_ancestry(output, what, t, first, count));
        HG_TRY(sample_record(output, what, t, statistics));
        source.generation = t;
        if (t % what->snapshot_every == 0 || t == what->generations)
            HG_TRY(hg_output_snapshot(output, t, sample_fetch, &source));
        if (what->flush_every > 0 && t % what->flush_every == 0)
            HG_TRY(hg_output_flush(output, t));
    }
    if (what->meanwhile != NULL) what->meanwhile();
    return HG_OK;
}

static inline hg_status sample_end(hg_output **output, const sample *what)
{
    static const char *const phases[] = {"evolution", "output"};
    static const char *const categories[] = {"genotypes"};
    static const char *const kinds[] = {"bytes_sent", "messages"};
    double seconds[] = {0.75, 0.25};
    int64_t calls[] = {3, 4}, bytes[] = {1000}, traffic[] = {10, 20}, resident[64] = {5};
    hg_performance performance = {.phases = 2, .phase = phases, .mean = seconds, .min = seconds,
        .max = seconds, .calls = calls, .wall = 1.0, .categories = 1, .category = categories,
        .current = bytes, .peak = bytes, .rss_peak = resident, .kinds = 2, .kind = kinds,
        .traffic = traffic, .imbalance = seconds, .allocations = calls, .samples = 1,
        .sample = calls, .sample_tracked = bytes, .sample_resident = resident,
        .machine = {1e10, 2e10, 3e10, 1 << 25, 1}};
    MPI_Comm_size(MPI_COMM_WORLD, &performance.ranks);
    if (what->abandon) {
        hg_output_abandon(output);
        return HG_OK;
    }
    return hg_output_close(output, what->generations, true, "reached the end", &performance);
}

static inline void sample_share(const sample *what, int64_t *first, int64_t *count)
{
    int rank, ranks;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    *first = what->individuals * rank / ranks;
    *count = what->individuals * (rank + 1) / ranks - *first;
    if (what->count >= 0) {
        *first = what->first;
        *count = what->count;
    }
}

/* Writes the whole file. Collective over MPI_COMM_WORLD. */
static inline hg_status sample_write(const char *path, const sample *what)
{
    hg_edge edges[64];
    for (int64_t e = 0; e < what->edges; e++)
        edges[e] = (hg_edge){(int32_t)(e % what->genes), (int32_t)(e / what->genes), 0.5 * (double)e};
    hg_network network;
    hg_statistics statistics = {0};
    hg_output *output = NULL;
    char name[] = "sample", *text = malloc(what->text_length + 1);
    memset(text, 'x', what->text_length);
    text[what->text_length] = '\0';
    hg_config config = {.text = text};
    config.run.name = name;
    config.run.generations = what->generations;
    config.population.individuals = what->individuals;
    config.population.genes = what->genes;
    config.population.ploidy = what->ploidy == 2 ? 2 : 1;
    config.population.demes = what->demes;
    config.network.heritable = what->heritable;
    config.output.statistics_every = 1;
    config.output.snapshots_every = what->snapshot_every;
    config.output.ancestry = what->ancestry;
    config.mating.system = what->ancestry ? HG_MATING_SEXUAL : HG_MATING_ASEXUAL;
    config.output.fields = what->fields > 0 ? what->fields : 511;
    hg_fitness_component fitness[3] = {
        {.model = HG_FITNESS_GAUSSIAN, .optimum_varies = true, .optimum_series.kind = HG_SERIES_AR1},
        {.model = HG_FITNESS_NEUTRAL}, {.model = HG_FITNESS_GAUSSIAN}};
    if (what->own_series) {
        config.environment.nutrients.kind = HG_SERIES_AR1;
        config.fitness = fitness;
        config.fitness_count = what->two_optima ? 3 : 1;
    }
    config.selection.neutral_on_extinction = what->own_series;
    config.output.single_precision = what->single;
    config.output.deflate = what->deflate;
    hg_status status = hg_network_create(&network, what->genes, &what->gene_name,
                                         what->gene_name != NULL, edges, what->edges);
    hg_output_plan plan = {.communicator = MPI_COMM_WORLD, .path = path, .replace = what->replace,
        .config = &config, .run_file_resolved = text, .network = &network,
        .command_line = "sample", .threads = 1, .kernels = "baseline"};
    sample_share(what, &plan.first, &plan.count);
    if (status == HG_OK)
        status = hg_statistics_create(&statistics, what->genes, what->edges, what->heritable,
                                      hg_optima_recorded(&config));
    if (status == HG_OK && what->demes > 1)
        status = hg_statistics_create_demes(&statistics, what->demes, what->heritable,
                                            hg_deme_series_of(&config));
    if (status == HG_OK) status = hg_output_create(&output, &plan);
    if (status == HG_OK) {
        status = sample_generations(output, what, &statistics);
        if (status == HG_OK)
            status = sample_end(&output, what);
        else
            hg_output_abandon(&output);
    }
    hg_statistics_free(&statistics);
    hg_network_free(&network);
    free(text);
    return status;
}

#endif
