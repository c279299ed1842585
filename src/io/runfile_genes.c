/* SPDX-License-Identifier: GPL-3.0-or-later
 * What depends on how many genes there are and what they are called. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/runfile_parts.h"

#define SET_COMMENT "# --set "

/* The comment lines at the very end that hg_runfile_parse appended. */
static const char *first_override(const hg_config *config)
{
    const char *line = config->text + strlen(config->text);
    for (int i = 0; i < config->set_count; i++) {
        if (line > config->text) line--;
        while (line > config->text && line[-1] != '\n') line--;
    }
    return line;
}

static void apply_overrides(hg_places *places, hg_mistakes *ignored)
{
    const char *line = first_override(places->config);
    while (*line != '\0' && places->count < 64) {
        const size_t length = strcspn(line, "\n");
        hg_text *origin = &places->origins[places->count++];
        *origin = hg_text_of(HG_MEMORY_CONFIGURATION);
        hg_text_add_bytes(origin, line + 2, length - 2);
        char path[HG_LABEL_SIZE];
        const char *word = line + strlen(SET_COMMENT);
        const size_t path_length = strcspn(word, "=\n");
        snprintf(path, sizeof path, "%.*s", (int)path_length, word);
        if (word[path_length] == '=' && origin->data != NULL)
            hg_tree_set(&places->tree, path, origin->data + strlen(SET_COMMENT) - 2 + path_length + 1,
                        origin->data, ignored);
        line += length + (line[length] == '\n');
    }
}

static void open_places(hg_places *places)
{
    if (places->open || places->config->text == NULL) return;
    hg_mistakes ignored = {.path = ""};
    hg_tree_parse(&places->tree, places->config->text, NULL, &ignored);
    apply_overrides(places, &ignored);
    hg_mistakes_free(&ignored);
    places->open = true;
}

bool hg_places_is_given(hg_places *places, const char *path)
{
    open_places(places);
    const hg_node *node = places->tree.root;
    while (node != NULL && *path != '\0') {
        char name[HG_LABEL_SIZE];
        const size_t length = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)length, path);
        node = hg_node_get(node, name);
        path += length + (path[length] == '.');
    }
    return node != NULL;
}

hg_place hg_places_find(hg_places *places, const char *path)
{
    open_places(places);
    const hg_node *node = hg_tree_nearest(&places->tree, path);
    return node == NULL ? (hg_place){0, 0, NULL} : node->place;
}

void hg_places_close(hg_places *places)
{
    if (places->open) hg_tree_free(&places->tree);
    for (int i = 0; i < places->count; i++) hg_text_free(&places->origins[i]);
    places->count = 0;
    places->open = false;
}

hg_status hg_run_names(const hg_config *config, hg_names *names)
{
    int64_t number;
    for (int64_t g = 0; g < config->network.gene_count; g++)
        HG_TRY(hg_names_add(names, config->network.genes[g], &number, NULL));
    if (config->network.gene_count > 0) return HG_OK;
    for (int64_t e = 0; e < config->network.edge_count; e++) {
        HG_TRY(hg_names_add(names, config->network.edges[e].source, &number, NULL));
        HG_TRY(hg_names_add(names, config->network.edges[e].target, &number, NULL));
    }
    return HG_OK;
}

/* One round of checks. */
typedef struct round {
    hg_mistakes *mistakes;
    hg_places places;
    int64_t genes;
    hg_names names;
} round;

static void check_length(round *r, const char *label, const hg_profile *profile)
{
    if (profile->kind == HG_PROFILE_LIST && profile->count > 0 && profile->count != r->genes)
        hg_mistakes_add(r->mistakes, hg_places_find(&r->places, label), "%s: a list of %" PRId64
                        " number%s for %" PRId64 " gene%s; allowed: one per gene", label,
                        profile->count, profile->count == 1 ? "" : "s", r->genes,
                        r->genes == 1 ? "" : "s");
}

static void check_table(round *r, const hg_key_table *table, const void *base, const char *label)
{
    for (int i = 0; i < table->count; i++) {
        const hg_key *key = &table->keys[i];
        char path[HG_LABEL_SIZE];
        if ((key->type != HG_KEY_PROFILE && key->type != HG_KEY_OPTIMUM) || key->input_only)
            continue;
        snprintf(path, sizeof path, "%s%s", label, key->path);
        check_length(r, path, hg_key_field(key, base));
    }
}

/* Between chromosomes genes assort freely: only the intervals within them have rates. */
static void check_recombination(round *r, const hg_config *config)
{
    const bool map = config->mating.recombination == HG_RECOMBINATION_MAP;
    const int64_t listed = config->mating.chromosome_count;
    double sum = 0.0;
    if (config->mating.system != HG_MATING_SEXUAL || !map) return;
    for (int64_t i = 0; i < listed; i++) sum += (double)config->mating.chromosomes[i];
    if (listed > 0 && sum != (double)r->genes) {
        hg_mistakes_add(r->mistakes,
                        hg_places_find(&r->places, "mating.recombination.chromosomes"),
                        "mating.recombination.chromosomes: the sizes add up to %.0f, but "
                        "there are %" PRId64 " genes", sum, r->genes);
        return;
    }
    const int64_t rates = config->mating.rate_count, chromosomes = listed > 0 ? listed : 1;
    if (rates > 1 && rates != r->genes - chromosomes)
        hg_mistakes_add(r->mistakes, hg_places_find(&r->places, "mating.recombination.rate"),
                        "mating.recombination.rate: %" PRId64 " rates for %" PRId64 " gene%s on %"
                        PRId64 " chromosome%s; allowed: one, or one per interval between "
                        "neighbours on a chromosome, which are %" PRId64, rates, r->genes,
                        r->genes == 1 ? "" : "s", chromosomes, chromosomes == 1 ? "" : "s",
                        r->genes - chromosomes);
}

static void check_duplication(round *r, const hg_config *config)
{
    if (config->mutation.duplication > 0.0 && r->genes < 2)
        hg_mistakes_add(r->mistakes, hg_places_find(&r->places, "mutation.duplication"),
                        "mutation.duplication: %g, but there is one gene, and none that it could "
                        "be copied over; allowed: 0, or at least 2 genes",
                        config->mutation.duplication);
}

/* A gene by its name or, where no gene is called so, its index; -1 after a mistake. */
static int64_t gene_of(round *r, const char *word, const char *label)
{
    if (r->mistakes->count > 0 && strcmp(word, "?") == 0) return -1; /* refused before */
    int64_t gene = hg_names_find(&r->names, word);
    if (gene >= 0) return gene;
    if (hg_integer_parse(word, &gene) && gene >= 0 && gene < r->genes) return gene;
    hg_mistakes_add(r->mistakes, hg_places_find(&r->places, label), "%s: there is no gene '%.60s'; "
                    "allowed: names of genes, or indices from 0 to %" PRId64, label, word,
                    r->genes - 1);
    return -1;
}

static hg_status rename_gene(char **word, const hg_names *names, int64_t gene)
{
    if (gene >= names->count || strcmp(*word, names->name[gene]) == 0) return HG_OK;
    hg_release(word);
    return hg_copy_text(word, HG_MEMORY_CONFIGURATION, names->name[gene]);
}

static hg_status check_interactions(round *r, hg_fitness_component *component, int64_t index)
{
    char label[HG_LABEL_SIZE];
    const int64_t count = component->interaction_count;
    snprintf(label, sizeof label, "fitness.%" PRId64 ".matrix", index);
    if (component->matrix_size > 0 && component->matrix_size != r->genes) {
        hg_mistakes_add(r->mistakes, hg_places_find(&r->places, label), "%s: %" PRId64
                        " rows for %" PRId64 " genes; allowed: a row and a column per gene", label,
                        component->matrix_size, r->genes);
        return HG_OK;
    }
    hg_release(&component->interactions);
    HG_TRY(hg_allocate(&component->interactions, HG_MEMORY_CONFIGURATION, (size_t)count,
                       sizeof *component->interactions));
    for (int64_t i = 0; i < count; i++) {
        hg_named_edge *named = &component->named[i];
        snprintf(label, sizeof label, "fitness.%" PRId64 ".interactions.%" PRId64, index, i);
        int64_t row, column;
        if (component->matrix_size > 0) { /* indices, whatever the genes are called */
            hg_integer_parse(named->source, &row);
            hg_integer_parse(named->target, &column);
        } else {
            row = gene_of(r, named->source, label);
            column = gene_of(r, named->target, label);
        }
        if (row < 0 || column < 0) continue;
        component->interactions[i] = (hg_edge){(int32_t)row, (int32_t)column, named->weight};
        HG_TRY(rename_gene(&named->source, &r->names, row));
        HG_TRY(rename_gene(&named->target, &r->names, column));
    }
    component->matrix_size = 0; /* from here on they are triples by name */
    return HG_OK;
}

static hg_status check_component_genes(round *r, hg_fitness_component *component, int64_t index)
{
    char label[HG_LABEL_SIZE];
    snprintf(label, sizeof label, "fitness.%" PRId64 ".genes", index);
    hg_release(&component->genes);
    HG_TRY(hg_allocate(&component->genes, HG_MEMORY_CONFIGURATION, (size_t)component->gene_count,
                       sizeof *component->genes));
    for (int64_t i = 0; i < component->gene_count; i++) {
        const int64_t gene = gene_of(r, component->gene_names[i], label);
        component->genes[i] = (int32_t)gene;
        if (gene < 0) continue;
        for (int64_t j = 0; j < i; j++) /* by name and by index */
            if (component->genes[j] == gene)
                hg_mistakes_add(r->mistakes, hg_places_find(&r->places, label), "%s: gene %"
                                PRId64 " is named twice; allowed: each gene once", label, gene);
        HG_TRY(rename_gene(&component->gene_names[i], &r->names, gene));
    }
    return HG_OK;
}

static int compare_interactions(const void *a, const void *b)
{
    const hg_edge *left = a, *right = b;
    if (left->source != right->source) return left->source < right->source ? -1 : 1;
    return left->target < right->target ? -1 : left->target > right->target;
}

/* [a, b] and [0, 1] may be the same pair; names alone do not show it. */
static hg_status refuse_double_interactions(round *r, const hg_fitness_component *component,
                                            int64_t index)
{
    const size_t count = (size_t)component->interaction_count;
    hg_edge *sorted;
    char label[HG_LABEL_SIZE];
    snprintf(label, sizeof label, "fitness.%" PRId64 ".interactions", index);
    HG_TRY(hg_allocate(&sorted, HG_MEMORY_CONFIGURATION, count, sizeof *sorted));
    if (count > 0) memcpy(sorted, component->interactions, count * sizeof *sorted);
    if (count > 1) qsort(sorted, count, sizeof *sorted, compare_interactions);
    for (size_t i = 1; i < count; i++)
        if (compare_interactions(&sorted[i - 1], &sorted[i]) == 0)
            hg_mistakes_add(r->mistakes, hg_places_find(&r->places, label), "%s: the pair %" PRId32
                            ", %" PRId32 " is given twice", label, sorted[i].source,
                            sorted[i].target);
    hg_release(&sorted);
    return HG_OK;
}

static hg_status check_components(round *r, hg_config *config)
{
    for (int64_t i = 0; i < config->fitness_count; i++) {
        hg_fitness_component *component = &config->fitness[i];
        char label[HG_LABEL_SIZE];
        snprintf(label, sizeof label, "fitness.%" PRId64 ".", i);
        check_table(r, &hg_component_keys, component, label);
        const int64_t before = r->mistakes->count;
        HG_TRY(check_interactions(r, component, i));
        if (r->mistakes->count == before) HG_TRY(refuse_double_interactions(r, component, i));
        HG_TRY(check_component_genes(r, component, i));
    }
    return HG_OK;
}

/* The table of names is only needed where fitness speaks of genes. */
static hg_status gather_names(round *r, const hg_config *config, const char *const *names,
                              int64_t name_count)
{
    int64_t wanted = 0, number;
    for (int64_t i = 0; i < config->fitness_count; i++)
        wanted += config->fitness[i].interaction_count + config->fitness[i].gene_count;
    if (wanted > 0) HG_TRY(hg_runfile_check_memory(config));
    for (int64_t g = 0; wanted > 0 && g < r->genes; g++) {
        char made_up[24];
        snprintf(made_up, sizeof made_up, "g%" PRId64, g);
        HG_TRY(hg_names_add(&r->names, g < name_count ? names[g] : made_up, &number, NULL));
        if (number != g) break; /* a doubled name: building the network says so */
    }
    return HG_OK;
}

hg_status hg_run_check_genes(hg_mistakes *mistakes, hg_config *config, int64_t genes,
                             const char *const *names, int64_t name_count)
{
    round r = {mistakes, {.config = config}, genes, hg_names_of(HG_MEMORY_CONFIGURATION)};
    hg_status status = HG_OK;
    if (name_count > genes) {
        hg_mistakes_add(mistakes, hg_places_find(&r.places, "population.genes"),
                        "population.genes: %" PRId64 " gene%s, but the network names %" PRId64
                        "; allowed: at least as many", genes, genes == 1 ? "" : "s", name_count);
        goto out;
    }
    HG_TRY_OUT(gather_names(&r, config, names, name_count));
    check_table(&r, &hg_run_keys, config, "");
    check_recombination(&r, config);
    check_duplication(&r, config);
    HG_TRY_OUT(check_components(&r, config));
out:
    if (mistakes->count > 0 && status == HG_OK) status = hg_mistakes_report(mistakes);
    hg_places_close(&r.places);
    hg_names_free(&r.names);
    return status;
}
