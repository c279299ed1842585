/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/config.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

bool hg_are_equal(const double *numbers, int64_t count)
{
    for (int64_t i = 1; i < count; i++)
        if (numbers[i] != numbers[0]) return false;
    return count > 0;
}

static void free_words(char ***words, int64_t count)
{
    for (int64_t i = 0; *words != NULL && i < count; i++) hg_release(&(*words)[i]);
    hg_release(words);
}

static void free_edges(hg_named_edge **edges, int64_t count)
{
    for (int64_t i = 0; *edges != NULL && i < count; i++) {
        hg_release(&(*edges)[i].source);
        hg_release(&(*edges)[i].target);
    }
    hg_release(edges);
}

static void free_series(hg_series *series)
{
    hg_release(&series->at);
    hg_release(&series->values);
}

static void free_component(hg_fitness_component *component)
{
    hg_release(&component->weights.list);
    hg_release(&component->optimum.list);
    hg_release(&component->strength.list);
    free_series(&component->optimum_series);
    hg_release(&component->interactions);
    free_edges(&component->named, component->interaction_count);
    hg_release(&component->genes);
    free_words(&component->gene_names, component->gene_count);
}

static void free_network(hg_config *config)
{
    hg_release(&config->network.file);
    for (int64_t i = 0; config->network.signs != NULL && i < config->network.sign_count; i++)
        hg_release(&config->network.signs[i].token);
    hg_release(&config->network.signs);
    free_edges(&config->network.edges, config->network.edge_count);
    free_words(&config->network.genes, config->network.gene_count);
}

void hg_config_free(hg_config *config)
{
    hg_release(&config->path);
    hg_release(&config->directory);
    hg_release(&config->text);
    hg_release(&config->notes);
    hg_release(&config->run.name);
    hg_release(&config->population.deme_sizes);
    hg_release(&config->population.initial.basal.list);
    hg_release(&config->population.initial.from);
    free_network(config);
    free_series(&config->environment.tf_concentration);
    free_series(&config->environment.temperature);
    free_series(&config->environment.nutrients);
    hg_release(&config->expression.slope.list);
    hg_release(&config->expression.k.list);
    hg_release(&config->expression.n.list);
    hg_release(&config->regulation.initial_state.list);
    for (int64_t i = 0; config->fitness != NULL && i < config->fitness_count; i++)
        free_component(&config->fitness[i]);
    hg_release(&config->fitness);
    hg_release(&config->mating.rates);
    hg_release(&config->mating.chromosomes);
    hg_release(&config->migration.matrix);
    hg_release(&config->output.file);
    hg_release(&config->output.snapshots_at);
    memset(config, 0, sizeof *config);
}

hg_status hg_config_note(hg_config *config, const char *lines)
{
    if (lines == NULL) return HG_OK;
    hg_text notes = hg_text_of(HG_MEMORY_CONFIGURATION);
    if (config->notes != NULL) hg_text_add(&notes, "%s", config->notes);
    hg_text_add(&notes, "%s", lines);
    char *joined;
    HG_TRY(hg_text_take(&notes, &joined));
    hg_release(&config->notes);
    config->notes = joined;
    return HG_OK;
}

/* Where no sizes are listed, demes are as equal as can be (parallel/partition.h). */
static int64_t deme_size(const hg_config *config, int64_t deme)
{
    const int64_t demes = config->population.demes, *sizes = config->population.deme_sizes;
    const __int128 individuals = config->population.individuals;
    if (sizes != NULL) return sizes[deme];
    return (int64_t)((deme + 1) * individuals / demes - deme * individuals / demes);
}

void hg_config_add_deme_sizes(hg_text *text, const hg_config *config)
{
    enum { MOST_LISTED = 12 };
    const int64_t demes = config->population.demes;
    int64_t least = deme_size(config, 0), most = least;
    for (int64_t d = 1; d < demes; d++) {
        const int64_t size = deme_size(config, d);
        least = size < least ? size : least;
        most = size > most ? size : most;
    }
    hg_text_add(text, ", of ");
    if (least < most && demes <= MOST_LISTED)
        for (int64_t d = 0; d < demes; d++) {
            if (d > 0) hg_text_add(text, ", ");
            hg_text_add_count(text, deme_size(config, d));
        }
    else {
        hg_text_add_count(text, least);
        if (least < most) hg_text_add(text, " to ");
        if (least < most) hg_text_add_count(text, most);
    }
    hg_text_add(text, " individual%s%s", most == 1 ? "" : "s", least == most ? " each" : "");
}
