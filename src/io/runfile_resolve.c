/* SPDX-License-Identifier: GPL-3.0-or-later
 * The network that a run file names, and what needs to know its genes. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/network_file.h"
#include "io/runfile_parts.h"

#define LABEL HG_MEMORY_CONFIGURATION
#define DERIVED_SEED ((int64_t)1 << 40) /* "individual" of the random network's seed */
#define COMPONENT_STREAMS 8             /* per fitness component; append only */

static hg_status build_from_file(hg_config *config, hg_network *network)
{
    hg_text path = hg_text_of(LABEL);
    if (config->network.file[0] != '/' && strcmp(config->directory, ".") != 0)
        hg_text_add(&path, "%s/", config->directory);
    hg_text_add(&path, "%s", config->network.file);
    char *name = NULL;
    hg_edge_list list = {0};
    hg_status status;
    HG_TRY_OUT(hg_text_take(&path, &name));
    HG_TRY_OUT(hg_network_file_read(&list, name, config));
    const int64_t genes = config->population.genes > 0 ? config->population.genes
                                                       : list.names.count;
    if (genes < list.names.count) {
        status = hg_fail(HG_BAD_INPUT, "%s: %" PRId64 " gene%s, but population.genes is %" PRId64
                         "; allowed: at least as many", name, list.names.count,
                         list.names.count == 1 ? "" : "s", genes);
        goto out;
    }
    HG_TRY_OUT(hg_network_create(network, genes, (const char *const *)list.names.name,
                                 list.names.count, list.edges, list.count));
    status = hg_config_note(config, list.notes);
out:
    hg_release(&name);
    hg_edge_list_free(&list);
    return status;
}

static hg_status build_from_edges(const hg_config *config, hg_network *network)
{
    hg_names names = hg_names_of(LABEL);
    hg_edge *edges = NULL;
    const int64_t count = config->network.edge_count;
    hg_status status;
    HG_TRY_OUT(hg_run_names(config, &names));
    HG_TRY_OUT(hg_allocate(&edges, LABEL, (size_t)count, sizeof *edges));
    for (int64_t e = 0; e < count; e++) {
        const hg_named_edge *named = &config->network.edges[e];
        const int64_t source = hg_names_find(&names, named->source);
        const int64_t target = hg_names_find(&names, named->target);
        if (source < 0 || target < 0) {
            hg_mistakes mistakes = {.path = config->path};
            hg_places places = {.config = config};
            char label[HG_LABEL_SIZE];
            snprintf(label, sizeof label, "network.edges.%" PRId64, e);
            hg_mistakes_add(&mistakes, hg_places_find(&places, label), "%s: there is no gene "
                            "'%.60s' in network.genes", label,
                            source < 0 ? named->source : named->target);
            status = hg_mistakes_report(&mistakes);
            hg_mistakes_free(&mistakes);
            hg_places_close(&places);
            goto out;
        }
        edges[e] = (hg_edge){(int32_t)source, (int32_t)target, named->weight};
    }
    HG_TRY_OUT(hg_network_create(network, config->population.genes,
                                 (const char *const *)names.name, names.count, edges, count));
out:
    hg_names_free(&names);
    hg_release(&edges);
    return status;
}

static void derive_seed(hg_config *config)
{
    if (config->network.origin != HG_NETWORK_RANDOM || config->network.random.seed_given) return;
    const hg_stream stream =
        hg_stream_of(config->run.seed, HG_PURPOSE_PARAMETER, 0, DERIVED_SEED);
    config->network.random.seed = hg_stream_block(&stream, 0).word[0] >> 11;
    config->network.random.seed_given = true;
}

#define BYTES_PER_GENE 450.0 /* its name, and lists of names while they are checked */
#define BYTES_PER_EDGE 56.0  /* in the network, and in the two lists that it is made of */

hg_status hg_runfile_check_memory(const hg_config *config)
{
    const double genes = (double)config->population.genes;
    const double edges = config->network.origin == HG_NETWORK_RANDOM
                             ? config->network.random.density * genes * genes
                             : (double)config->network.edge_count;
    const double needed = genes * BYTES_PER_GENE + edges * BYTES_PER_EDGE;
    const double present = hg_memory_allowed();
    if (needed <= present) return HG_OK;
    hg_text text = hg_text_of(LABEL);
    char *words;
    hg_text_add_bytes_count(&text, needed);
    hg_text_add(&text, ", but there are ");
    hg_text_add_bytes_count(&text, present);
    HG_TRY(hg_text_take(&text, &words));
    hg_fail(HG_BAD_INPUT, "%s: a network of %.0f genes and about %.3g edges takes %s; allowed: "
            "fewer population.genes%s", config->path, genes, edges, words,
            config->network.origin == HG_NETWORK_RANDOM ? ", or a smaller network.random.density" : "");
    hg_release(&words);
    return HG_BAD_INPUT;
}

static hg_status build(hg_config *config, hg_network *network)
{
    const char *const *names = (const char *const *)config->network.genes;
    const int64_t name_count = config->network.gene_count;
    switch (config->network.origin) {
    case HG_NETWORK_FILE: return build_from_file(config, network);
    case HG_NETWORK_EDGES: return build_from_edges(config, network);
    case HG_NETWORK_RANDOM:
        return hg_network_create_random(network, config->population.genes, names, name_count,
                                        config->network.random.density,
                                        &config->network.random.weight,
                                        config->network.random.self, config->network.random.seed);
    case HG_NETWORK_NONE: break;
    }
    return hg_network_create(network, config->population.genes, names, name_count, NULL, 0);
}

/* A list of equal numbers means the same as the number alone, and is written so: the resolved
 * files of runs that are alike are alike. */
static void settle_profile(hg_profile *profile)
{
    if (profile->kind != HG_PROFILE_LIST || !hg_are_equal(profile->list, profile->count)) return;
    const double value = profile->list[0];
    hg_release(&profile->list);
    *profile = (hg_profile){.kind = HG_PROFILE_SCALAR, .scalar = value};
}

/* One profile's distribution into a list, every number of it in range. */
static hg_status draw_profile(const hg_config *config, const hg_key *key, hg_profile *profile,
                              const char *label, int64_t stream_number)
{
    if (profile->kind != HG_PROFILE_DISTRIBUTION) return HG_OK;
    const int64_t genes = config->population.genes;
    const hg_stream stream =
        hg_stream_of(config->run.seed, HG_PURPOSE_PARAMETER, 0, stream_number);
    hg_release(&profile->list);
    HG_TRY(hg_allocate(&profile->list, LABEL, (size_t)genes, sizeof *profile->list));
    profile->count = genes;
    for (int64_t g = 0; g < genes; g++) {
        const double value = hg_distribution_draw(&profile->distribution, &stream, (uint32_t)g);
        profile->list[g] = value;
        if (hg_key_in_range(key, value) && value - value == 0.0) continue;
        hg_mistakes mistakes = {.path = config->path};
        hg_places places = {.config = config};
        hg_text allowed = hg_text_of(LABEL);
        hg_key_describe_range(&allowed, key);
        hg_mistakes_add(&mistakes, hg_places_find(&places, label), "%s: the distribution gave %g "
                        "for gene %" PRId64 "; allowed: numbers%s", label, value, g,
                        allowed.data == NULL ? " that are finite" : allowed.data);
        hg_text_free(&allowed);
        const hg_status status = hg_mistakes_report(&mistakes);
        hg_mistakes_free(&mistakes);
        hg_places_close(&places);
        return status;
    }
    profile->kind = HG_PROFILE_LIST;
    return HG_OK;
}

static hg_status draw_component(const hg_config *config, hg_fitness_component *component,
                                int64_t index)
{
    for (int i = 0; i < hg_component_keys.count; i++) {
        const hg_key *key = &hg_component_keys.keys[i];
        char label[HG_LABEL_SIZE];
        const bool is_profile = key->type == HG_KEY_PROFILE || key->type == HG_KEY_OPTIMUM;
        const bool is_width = strcmp(key->path, "width") == 0;
        if (!is_profile || is_width != (component->strength_is_width && key->offset ==
                                        offsetof(hg_fitness_component, strength)))
            continue;
        snprintf(label, sizeof label, "fitness.%" PRId64 ".%s", index, key->path);
        HG_TRY(draw_profile(config, key, hg_key_field(key, component), label,
                            COMPONENT_STREAMS * (index + 2) + key->stream));
        settle_profile(hg_key_field(key, component));
    }
    return HG_OK;
}

static hg_status draw_profiles(hg_config *config)
{
    for (int i = 0; i < hg_run_keys.count; i++) {
        const hg_key *key = &hg_run_keys.keys[i];
        if (key->type != HG_KEY_PROFILE) continue;
        if (key->stream > 0)
            HG_TRY(draw_profile(config, key, hg_key_field(key, config), key->path, key->stream));
        settle_profile(hg_key_field(key, config));
    }
    for (int64_t i = 0; i < config->fitness_count; i++)
        HG_TRY(draw_component(config, &config->fitness[i], i));
    return HG_OK;
}

/* Equal rates are one rate, and sizes that are the demes' anyhow go without saying. */
static void settle_lists(hg_config *config)
{
    const int64_t demes = config->population.demes, *sizes = config->population.deme_sizes;
    if (hg_are_equal(config->mating.rates, config->mating.rate_count)) config->mating.rate_count = 1;
    int64_t end = 0;
    for (int64_t d = 0; sizes != NULL && d < demes; d++) {
        end += sizes[d];
        if (end != config->population.individuals * (d + 1) / demes) return;
    }
    hg_release(&config->population.deme_sizes);
}

/* width -> 1/(2 width^2), which must be a number. */
static hg_status turn_width(const hg_config *config, int64_t component, double *value)
{
    const double width = *value;
    *value = 1.0 / (2.0 * width * width);
    if (isfinite(*value)) return HG_OK;
    hg_mistakes mistakes = {.path = config->path};
    hg_places places = {.config = config};
    char label[HG_LABEL_SIZE];
    snprintf(label, sizeof label, "fitness.%" PRId64 ".width", component);
    hg_mistakes_add(&mistakes, hg_places_find(&places, label), "%s: %g is so narrow that the strength "
                    "1/(2 width^2) is infinite; allowed: numbers from 5.3e-155 on", label, width);
    const hg_status status = hg_mistakes_report(&mistakes);
    hg_mistakes_free(&mistakes);
    hg_places_close(&places);
    return status;
}

static hg_status turn_widths(hg_config *config)
{
    for (int64_t i = 0; i < config->fitness_count; i++) {
        hg_fitness_component *component = &config->fitness[i];
        hg_profile *profile = &component->strength;
        if (!component->strength_is_width) continue;
        if (profile->kind == HG_PROFILE_SCALAR) HG_TRY(turn_width(config, i, &profile->scalar));
        for (int64_t g = 0; g < profile->count; g++)
            HG_TRY(turn_width(config, i, &profile->list[g]));
        component->strength_is_width = false;
    }
    return HG_OK;
}

/* A rate of a haploid genome becomes that of each of its loci. */
static void share_rate(hg_mistakes *mistakes, const hg_config *config, hg_mutation_law *law,
                       int64_t loci, const char *path)
{
    if (law->per_genome && loci > 0 && law->rate > (double)loci) {
        hg_places places = {.config = config};
        hg_mistakes_add(mistakes, hg_places_find(&places, path), "%s: %g mutations per haploid "
                        "genome, but it has %" PRId64 " loci; allowed: at most one for each", path,
                        law->rate, loci);
        hg_places_close(&places);
        return;
    }
    if (law->per_genome && loci > 0) law->rate /= (double)loci;
    law->per_genome = false;
}

static hg_status share_rates(hg_mistakes *mistakes, hg_config *config, const hg_network *network)
{
    share_rate(mistakes, config, &config->mutation.basal, network->genes, "mutation.basal.rate");
    share_rate(mistakes, config, &config->mutation.weights, network->edges,
               "mutation.weights.rate");
    return hg_mistakes_report(mistakes);
}

/* Spelt-out edges: their order of appearance becomes explicit. */
static hg_status keep_names(hg_config *config, const hg_network *network)
{
    if (config->network.origin != HG_NETWORK_EDGES || config->network.gene_count > 0) return HG_OK;
    HG_TRY(hg_allocate(&config->network.genes, LABEL, (size_t)network->genes,
                       sizeof *config->network.genes));
    config->network.gene_count = network->genes;
    for (int64_t g = 0; g < network->genes; g++)
        HG_TRY(hg_copy_text(&config->network.genes[g], LABEL, network->name[g]));
    return HG_OK;
}

/* The resolved file may be read from anywhere, also out of a result. */
static hg_status make_absolute(char **path, const char *directory)
{
    char *here, *absolute = NULL;
    if (*path == NULL || (*path)[0] == '/') return HG_OK;
    hg_text text = hg_text_of(LABEL);
    if (directory[0] != '/') {
        here = getcwd(NULL, 0);
        if (here == NULL)
            return hg_fail(HG_IO, "the working folder cannot be told: %s", strerror(errno));
        hg_text_add(&text, "%s/", here);
        free(here);
    }
    if (strcmp(directory, ".") != 0) hg_text_add(&text, "%s/", directory);
    hg_text_add(&text, "%s", *path);
    HG_TRY(hg_text_take(&text, &absolute));
    hg_release(path);
    *path = absolute;
    return HG_OK;
}

/* A Pareto component that lists no genes compares all of them. */
static hg_status list_all_genes(hg_config *config, const hg_network *network)
{
    for (int64_t i = 0; i < config->fitness_count; i++) {
        hg_fitness_component *component = &config->fitness[i];
        if (component->model != HG_FITNESS_PARETO || component->gene_count > 0) continue;
        HG_TRY(hg_allocate(&component->gene_names, LABEL, (size_t)network->genes,
                           sizeof *component->gene_names));
        component->gene_count = network->genes;
        for (int64_t g = 0; g < network->genes; g++)
            HG_TRY(hg_copy_text(&component->gene_names[g], LABEL, network->name[g]));
    }
    return HG_OK;
}

hg_status hg_runfile_resolve_with(hg_config *config, const hg_network *network)
{
    derive_seed(config);
    HG_TRY(make_absolute(&config->population.initial.from, config->directory));
    if (config->population.genes == 0) config->population.genes = network->genes;
    if (config->population.genes != network->genes)
        return hg_fail(HG_BAD_INPUT, "%s: population.genes is %" PRId64 ", but the network has %"
                       PRId64 " genes", config->path, config->population.genes, network->genes);
    hg_mistakes mistakes = {.path = config->path};
    hg_status status;
    HG_TRY_OUT(list_all_genes(config, network));
    HG_TRY_OUT(hg_run_check_genes(&mistakes, config, network->genes,
                                  (const char *const *)network->name, network->genes));
    HG_TRY_OUT(draw_profiles(config));
    HG_TRY_OUT(turn_widths(config));
    HG_TRY_OUT(share_rates(&mistakes, config, network));
    settle_lists(config);
    HG_TRY_OUT(keep_names(config, network));
out:
    hg_mistakes_free(&mistakes);
    return status;
}

hg_status hg_runfile_check_earlier(hg_config *config)
{
    HG_TRY(make_absolute(&config->population.initial.from, config->directory));
    const char *from = config->population.initial.from;
    if (from == NULL || access(from, R_OK) == 0) return HG_OK;
    const char *why = strerror(errno);
    hg_mistakes mistakes = {.path = config->path};
    hg_places places = {.config = config};
    hg_mistakes_add(&mistakes, hg_places_find(&places, "population.initial.from"),
                    "population.initial.from: %.400s cannot be opened: %s; allowed: the result "
                    "file of an earlier run", from, why);
    const hg_status status = hg_mistakes_report(&mistakes);
    hg_mistakes_free(&mistakes);
    hg_places_close(&places);
    return status;
}

hg_status hg_runfile_resolve(hg_config *config, hg_network *network)
{
    *network = (hg_network){0};
    derive_seed(config);
    HG_TRY(hg_runfile_check_memory(config));
    const hg_status status = build(config, network);
    if (status == HG_BAD_INPUT && config->network.origin != HG_NETWORK_FILE &&
        strncmp(hg_error_message(), config->path, strlen(config->path)) != 0)
        return hg_fail_within(status, "%s: ", config->path);
    HG_TRY(status);
    return hg_runfile_resolve_with(config, network);
}
