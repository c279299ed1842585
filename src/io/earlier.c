/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/earlier.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/text.h"
#include "io/h5.h"
#include "io/results.h"

#define AXES_MOST 4 /* generation, individual, gene or edge, allele */

struct hg_earlier {
    hg_results results;
    const hg_network *network; /* of the new run */
    int64_t individuals, row;  /* which snapshot */
    int64_t generation, lineage; /* of the snapshot: in its run, and in its lineage */
    hg_config source;          /* the earlier run's, as it was resolved */
    int ploidy;
    hid_t basal, weight;       /* weight: -1 where the network's are taken */
};

/* --- opening ------------------------------------------------------------------------------ */

static hg_status find_snapshot(hg_earlier *earlier)
{
    int64_t rows = 0;
    hg_results_values generation;
    HG_TRY(hg_results_records(&earlier->results, "snapshots", &rows));
    if (rows == 0)
        return hg_fail(HG_BAD_INPUT, "%s: has no snapshot yet; allowed: a result with at least one",
                       earlier->results.path);
    hg_status status = hg_results_read(&earlier->results, "/snapshots/generation", &generation);
    if (status == HG_OK) earlier->generation = (int64_t)generation.value[rows - 1];
    hg_results_values_free(&generation);
    earlier->row = rows - 1;
    return status;
}

/* Opens numbers by generation, individual, locus and, in diploids, allele. */
static hg_status open_field(const hg_earlier *earlier, const char *name, hid_t *dataset,
                            hsize_t extent[AXES_MOST], int *ploidy)
{
    const char *path = earlier->results.path;
    *dataset = H5Dopen2(earlier->results.file, name, H5P_DEFAULT);
    if (*dataset < 0) {
        hg_h5_fail(HG_BAD_INPUT, "cannot be opened");
        return hg_fail_within(HG_BAD_INPUT, "%s: %s: ", path, name);
    }
    hid_t type = H5Dget_type(*dataset), space = H5Dget_space(*dataset);
    const bool numbers = H5Tget_class(type) == H5T_FLOAT;
    const int rank = space < 0 ? -1 : H5Sget_simple_extent_ndims(space);
    extent[3] = 1;
    if (rank == 3 || rank == AXES_MOST) H5Sget_simple_extent_dims(space, extent, NULL);
    hg_h5_close(&space);
    hg_h5_close(&type);
    if (!numbers || (rank != 3 && rank != AXES_MOST) || (rank == AXES_MOST && extent[3] != 2) ||
        extent[0] <= (hsize_t)earlier->row)
        return hg_fail(HG_BAD_INPUT, "%s: %s: is not what a run writes there", path, name);
    *ploidy = rank == AXES_MOST ? 2 : 1;
    const hg_status status = hg_results_check_extent(*dataset);
    return status == HG_OK ? HG_OK : hg_fail_within(status, "%s: %s: ", path, name);
}

static hg_status check_names(const hg_earlier *earlier)
{
    const char *path = earlier->results.path;
    const hg_network *network = earlier->network;
    hg_results_texts names;
    hg_status status = hg_results_read_texts(&earlier->results, "/network/gene_name", &names);
    if (status == HG_OK && names.count != network->genes)
        status = hg_fail(HG_BAD_INPUT, "%s: names %" PRId64 " genes, but this run has %" PRId64,
                         path, names.count, network->genes);
    for (int64_t g = 0; status == HG_OK && g < network->genes; g++)
        if (strcmp(names.text[g], network->name[g]) != 0)
            status = hg_fail(HG_BAD_INPUT, "%s: gene %" PRId64 " is '%.60s' there, but '%.60s' in "
                             "this run; allowed: the same genes in the same order", path, g,
                             names.text[g], network->name[g]);
    hg_results_texts_free(&names);
    return status;
}

static hg_status open_basal(hg_earlier *earlier, const hg_config *config)
{
    static const char name[] = "/snapshots/basal";
    const char *path = earlier->results.path;
    hsize_t extent[AXES_MOST] = {0};
    int ploidy = 0;
    if (!hg_results_has(&earlier->results, name))
        return hg_fail(HG_BAD_INPUT, "%s: its snapshots hold no basal levels; allowed: a run with "
                       "basal among its output.snapshots.fields", path);
    HG_TRY(open_field(earlier, name, &earlier->basal, extent, &ploidy));
    if (extent[1] != (hsize_t)config->population.individuals)
        return hg_fail(HG_BAD_INPUT, "%s: has %" PRIu64 " individuals, but population.individuals "
                       "is %" PRId64 "; allowed: as many", path, (uint64_t)extent[1],
                       config->population.individuals);
    if (ploidy != config->population.ploidy)
        return hg_fail(HG_BAD_INPUT, "%s: its ploidy is %d, but population.ploidy is %d; allowed: "
                       "the same", path, ploidy, config->population.ploidy);
    if (extent[2] != (hsize_t)earlier->network->genes)
        return hg_fail(HG_BAD_INPUT, "%s: has %" PRIu64 " genes, but this run has %" PRId64
                       "; allowed: the same genes", path, (uint64_t)extent[2],
                       earlier->network->genes);
    earlier->individuals = config->population.individuals;
    earlier->ploidy = ploidy;
    return check_names(earlier);
}

static hg_status compare_edges(const hg_earlier *earlier, const hg_results_values *source,
                               const hg_results_values *target, const char *advice)
{
    const hg_network *network = earlier->network;
    const char *path = earlier->results.path;
    if (source->rows != network->edges || target->rows != network->edges)
        return hg_fail(HG_BAD_INPUT, "%s: its network has %" PRId64 " edges, but this run's has %"
                       PRId64 "; allowed for heritable weights: the same edges%s", path,
                       source->rows, network->edges, advice);
    for (int64_t e = 0; e < network->edges; e++)
        if (source->value[e] != network->source[e] || target->value[e] != network->target[e])
            return hg_fail(HG_BAD_INPUT, "%s: edge %" PRId64 " leads from gene %.0f to gene %.0f "
                           "there, but from %" PRId32 " to %" PRId32 " in this run; allowed for "
                           "heritable weights: the same edges%s", path, e, source->value[e],
                           target->value[e], network->source[e], network->target[e], advice);
    return HG_OK;
}

static hg_status check_edges(const hg_earlier *earlier, const hg_config *config)
{
    const bool drawn = config->network.origin == HG_NETWORK_RANDOM;
    const char *advice = drawn ? ", as with its network.random.seed, density and self" : "";
    hg_results_values source = {0}, target = {0};
    hg_status status = hg_results_read(&earlier->results, "/network/edge_source", &source);
    if (status == HG_OK)
        status = hg_results_read(&earlier->results, "/network/edge_target", &target);
    if (status == HG_OK) status = compare_edges(earlier, &source, &target, advice);
    hg_results_values_free(&source);
    hg_results_values_free(&target);
    return status;
}

/* Only runs with heritable weights have statistics of them. */
static hg_status open_weight(hg_earlier *earlier, const hg_config *config)
{
    static const char name[] = "/snapshots/weight";
    const char *path = earlier->results.path;
    hsize_t extent[AXES_MOST] = {0};
    int ploidy = 0;
    if (!config->network.heritable || earlier->network->edges == 0 ||
        !hg_results_has(&earlier->results, "/statistics/weight_mean"))
        return HG_OK;
    HG_TRY(check_edges(earlier, config));
    if (!hg_results_has(&earlier->results, name))
        return hg_fail(HG_BAD_INPUT, "%s: its weights are heritable, but not in its snapshots; "
                       "allowed: a run with weight among its output.snapshots.fields", path);
    HG_TRY(open_field(earlier, name, &earlier->weight, extent, &ploidy));
    if (extent[1] == (hsize_t)earlier->individuals && ploidy == earlier->ploidy &&
        extent[2] == (hsize_t)earlier->network->edges)
        return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: %s: does not go with /snapshots/basal", path, name);
}

/* The new result would take the place of the earlier one, and no one could repeat the run. */
static hg_status refuse_own_output(const char *path, const hg_config *config)
{
    struct stat earlier, own;
    if (config->output.file == NULL || stat(path, &earlier) != 0 ||
        stat(config->output.file, &own) != 0 || earlier.st_dev != own.st_dev ||
        earlier.st_ino != own.st_ino)
        return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: is also output.file; allowed: another file", path);
}

/* The result with its last snapshot, whatever is in that. */
static hg_status open_result(hg_earlier *earlier, const char *path, const hg_config *config)
{
    HG_TRY(hg_results_open(&earlier->results, path));
    HG_TRY(refuse_own_output(path, config));
    return find_snapshot(earlier);
}

static hg_status find_lineage(hg_earlier *earlier)
{
    HG_TRY(hg_results_parse(&earlier->source, earlier->results.path,
                            earlier->results.run_file_resolved, NULL, 0));
    earlier->lineage = hg_lineage_generation(&earlier->source, earlier->generation);
    return HG_OK;
}

/* Results of versions that did not count lineages name no generation: theirs began at 0. */
static hg_status check_lineage(hg_earlier *earlier, const hg_config *config)
{
    const int64_t generation = config->population.initial.generation;
    const char *path = earlier->results.path;
    if (generation < 0) return HG_OK;
    HG_TRY(find_lineage(earlier));
    if (generation != earlier->lineage)
        return hg_fail(HG_BAD_INPUT, "%s: its last snapshot is of generation %" PRId64 " of its "
                       "lineage, but population.initial.generation is %" PRId64 "; allowed: %"
                       PRId64, path, earlier->lineage, generation, earlier->lineage);
    if (hg_lineage_generation(config, config->run.generations) <= HG_GENERATIONS_MOST) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: has reached generation %" PRId64 " of its lineage, and "
                   "run.generations is %" PRId64 "; allowed: %" PRId64 " together, as random "
                   "numbers count no further", path, earlier->lineage, config->run.generations,
                   HG_GENERATIONS_MOST);
}

static hg_status open_all(hg_earlier *earlier, const char *path, const hg_config *config)
{
    HG_TRY(open_result(earlier, path, config));
    HG_TRY(check_lineage(earlier, config));
    HG_TRY(open_basal(earlier, config));
    return open_weight(earlier, config);
}

static hg_status fail_with_place(hg_status status, const hg_config *config)
{
    return hg_fail_within(status, "%s: population.initial.from: ",
                          config->path != NULL ? config->path : "");
}

hg_status hg_earlier_open(hg_earlier **earlier, const char *path, const hg_config *config,
                          const hg_network *network)
{
    *earlier = NULL;
    HG_TRY(hg_allocate(earlier, HG_MEMORY_OTHER, 1, sizeof **earlier));
    **earlier = (hg_earlier){.results.file = -1, .network = network, .basal = -1, .weight = -1};
    const hg_status status = open_all(*earlier, path, config);
    if (status == HG_OK) return HG_OK;
    hg_earlier_close(earlier);
    return fail_with_place(status, config);
}

static int64_t deme_size(const hg_config *config, int64_t deme)
{
    const int64_t individuals = config->population.individuals, demes = config->population.demes;
    if (config->population.deme_sizes != NULL) return config->population.deme_sizes[deme];
    return individuals * (deme + 1) / demes - individuals * deme / demes;
}

hg_status hg_earlier_compare_demes(const hg_earlier *earlier, const hg_config *config, bool *same)
{
    hg_config source = {0};
    const hg_results *results = &earlier->results;
    const hg_status status =
        hg_results_parse(&source, results->path, results->run_file_resolved, NULL, 0);
    *same = status == HG_OK && source.population.demes == config->population.demes &&
            source.population.individuals == config->population.individuals;
    for (int64_t d = 0; *same && d < config->population.demes; d++)
        *same = deme_size(&source, d) == deme_size(config, d);
    hg_config_free(&source);
    return status;
}

int64_t hg_earlier_generation(const hg_earlier *earlier) { return earlier->generation; }

void hg_earlier_close(hg_earlier **earlier)
{
    if (*earlier == NULL) return;
    hg_h5_close(&(*earlier)->basal);
    hg_h5_close(&(*earlier)->weight);
    hg_results_close(&(*earlier)->results);
    hg_config_free(&(*earlier)->source);
    hg_release(earlier);
}

/* --- what a run takes over besides genotypes ------------------------------------------------- */

void hg_earlier_keep(hg_config *config, const hg_config *then)
{
    if (config->population.initial.from == NULL) return;
    if (config->population.initial.generation < 0)
        config->population.initial.generation = then->population.initial.generation;
    if (config->network.origin != HG_NETWORK_RANDOM || config->network.random.seed_given ||
        then->network.origin != HG_NETWORK_RANDOM)
        return;
    config->network.random.seed = then->network.random.seed;
    config->network.random.seed_given = true;
}

/* Where random numbers may come a second time in a lineage. */
static hg_status note_repeats(const hg_earlier *earlier, hg_config *config)
{
    hg_text notes = hg_text_of(HG_MEMORY_CONFIGURATION);
    const hg_config *source = &earlier->source;
    const char *path = earlier->results.path;
    const int64_t done = earlier->results.generations_done;
    if (source->population.initial.from != NULL && source->population.initial.generation < 0)
        hg_text_add(&notes, "%s: began from an earlier run without recording the generation of its "
                    "lineage, which is counted from its own start: with the run.seed of a run "
                    "before it, random numbers may come again\n", path);
    if (source->run.seed == config->run.seed && done > earlier->generation)
        hg_text_add(&notes, "%s: has the same run.seed and went on from its last snapshot, of "
                    "generation %" PRId64 ", to generation %" PRId64 ": up to there this run draws "
                    "the same random numbers\n", path, earlier->generation, done);
    const hg_status status =
        notes.status == HG_OK ? hg_config_note(config, notes.data) : notes.status;
    hg_text_free(&notes);
    return status;
}

hg_status hg_earlier_adopt(hg_config *config)
{
    const char *from = config->population.initial.from;
    hg_earlier earlier = {.results.file = -1};
    if (from == NULL) return HG_OK;
    hg_status status = open_result(&earlier, from, config);
    if (status == HG_OK) status = find_lineage(&earlier);
    if (status == HG_OK) {
        status = note_repeats(&earlier, config);
        earlier.source.population.initial.generation = earlier.lineage;
        hg_earlier_keep(config, &earlier.source);
    }
    hg_results_close(&earlier.results);
    hg_config_free(&earlier.source);
    return status == HG_OK ? HG_OK : fail_with_place(status, config);
}

/* --- reading ------------------------------------------------------------------------------ */

/* [count][loci][ploidy] of the snapshot. */
static hg_status read_field(const hg_earlier *earlier, hid_t dataset, int64_t loci, int64_t first,
                            int64_t count, double *values)
{
    const int rank = earlier->ploidy == 2 ? AXES_MOST : AXES_MOST - 1;
    const hsize_t start[AXES_MOST] = {(hsize_t)earlier->row, (hsize_t)first, 0, 0};
    const hsize_t block[AXES_MOST] = {1, (hsize_t)count, (hsize_t)loci, 2};
    hid_t file = H5Dget_space(dataset), memory = H5Screate_simple(rank, block, NULL);
    H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, block, NULL);
    const herr_t result = H5Dread(dataset, H5T_NATIVE_DOUBLE, memory, file, H5P_DEFAULT, values);
    hg_h5_close(&memory);
    hg_h5_close(&file);
    if (result >= 0) return HG_OK;
    hg_h5_fail(HG_BAD_INPUT, "cannot be read");
    return hg_fail_within(HG_BAD_INPUT, "%s: ", earlier->results.path);
}

static hg_status check_basal(const hg_earlier *earlier, int64_t first, int64_t count,
                             const double *basal)
{
    const int64_t width = earlier->network->genes * earlier->ploidy;
    for (int64_t i = 0; i < count * width; i++)
        if (!(basal[i] >= 0.0 && basal[i] < INFINITY))
            return hg_fail(HG_BAD_INPUT, "%s: /snapshots/basal: individual %" PRId64 " has %g at "
                           "gene '%.60s'; allowed: finite numbers >= 0", earlier->results.path,
                           first + i / width, basal[i],
                           earlier->network->name[i % width / earlier->ploidy]);
    return HG_OK;
}

static hg_status check_weight(const hg_earlier *earlier, int64_t first, int64_t count,
                              const double *weight)
{
    const hg_network *network = earlier->network;
    const int64_t width = network->edges * earlier->ploidy;
    for (int64_t i = 0; i < count * width; i++) {
        const int64_t edge = i % width / earlier->ploidy;
        if (!isfinite(weight[i]))
            return hg_fail(HG_BAD_INPUT, "%s: /snapshots/weight: individual %" PRId64 " has %g at "
                           "the edge from '%.60s' to '%.60s'; allowed: finite numbers",
                           earlier->results.path, first + i / width, weight[i],
                           network->name[network->source[edge]],
                           network->name[network->target[edge]]);
    }
    return HG_OK;
}

static void copy_weights(const hg_earlier *earlier, int64_t count, double *weight)
{
    const hg_network *network = earlier->network;
    for (int64_t i = 0; i < count; i++)
        for (int64_t e = 0; e < network->edges; e++)
            for (int a = 0; a < earlier->ploidy; a++) *weight++ = network->weight[e];
}

hg_status hg_earlier_read(hg_earlier *earlier, int64_t first, int64_t count, double *basal,
                          double *weight)
{
    const hg_network *network = earlier->network;
    if (first < 0 || count < 0 || first + count > earlier->individuals)
        return hg_fail(HG_BUG, "individuals beyond those of the earlier run");
    if (count == 0) return HG_OK;
    HG_TRY(read_field(earlier, earlier->basal, network->genes, first, count, basal));
    HG_TRY(check_basal(earlier, first, count, basal));
    if (weight == NULL || network->edges == 0) return HG_OK;
    if (earlier->weight < 0) {
        copy_weights(earlier, count, weight);
        return HG_OK;
    }
    HG_TRY(read_field(earlier, earlier->weight, network->edges, first, count, weight));
    return check_weight(earlier, first, count, weight);
}
