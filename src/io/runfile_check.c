/* SPDX-License-Identifier: GPL-3.0-or-later
 * Settings that contradict one another, and what this version does not have. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "io/network_file.h"
#include "io/runfile_parts.h"

/* What the checks look at. */
typedef struct check {
    hg_mistakes *mistakes;
    const hg_config *config, *defaults;
    const hg_node *root;
    const hg_node *const *given;
} check;

static const hg_node *given(const check *c, const char *path)
{
    return c->given[hg_keys_find(&hg_run_keys, path) - hg_run_keys.keys];
}

/* Where a key stands, or else its section, or else the whole. */
static hg_place place_of(const check *c, const char *path)
{
    char section[HG_LABEL_SIZE];
    snprintf(section, sizeof section, "%s", path);
    for (;;) {
        const hg_node *node = given(c, section);
        if (node != NULL) return node->place;
        char *dot = strrchr(section, '.');
        if (dot == NULL) return c->root->place;
        *dot = '\0';
    }
}

static bool has_mistake_at(const check *c, hg_place place)
{
    for (int64_t i = 0; i < c->mistakes->count; i++) {
        const hg_place other = c->mistakes->list[i].place;
        if (other.line == place.line && other.column == place.column &&
            other.origin == place.origin)
            return true;
    }
    return false;
}

static void print_both(const check *c, const hg_key *key, hg_text *value, hg_text *fallback)
{
    *value = hg_text_of(HG_MEMORY_CONFIGURATION);
    *fallback = hg_text_of(HG_MEMORY_CONFIGURATION);
    hg_value_print(value, key, c->config, 0);
    hg_value_print(fallback, key, c->defaults, 0);
    hg_text_add(value, "%s", "");
    hg_text_add(fallback, "%s", "");
}

/* A list of the default is the default, too. */
static bool is_list_of_default(const check *c, const hg_key *key)
{
    if (key->type != HG_KEY_PROFILE) return false;
    const hg_profile *given = hg_key_field(key, c->config), *other = hg_key_field(key, c->defaults);
    return given->kind == HG_PROFILE_LIST && other->kind == HG_PROFILE_SCALAR &&
           hg_are_equal(given->list, given->count) && given->list[0] == other->scalar;
}

static bool is_default(const check *c, const hg_key *key)
{
    hg_text value, fallback;
    if (is_list_of_default(c, key)) return true;
    print_both(c, key, &value, &fallback);
    const bool same = value.data != NULL && fallback.data != NULL &&
                      strcmp(value.data, fallback.data) == 0;
    hg_text_free(&value);
    hg_text_free(&fallback);
    return same;
}

static void refuse_unavailable(const check *c, const hg_key *key, const hg_node *node)
{
    hg_text value, fallback;
    print_both(c, key, &value, &fallback);
    if (value.data != NULL && fallback.data != NULL && strcmp(value.data, fallback.data) != 0)
        hg_mistakes_add(c->mistakes, node->place,
                        "%s: %.60s is not available in this version; allowed: %s", key->path,
                        value.data, fallback.data);
    hg_text_free(&value);
    hg_text_free(&fallback);
}

/* The condition of the key or of a section around it that keeps it from being used. */
static const char *failing_condition(const check *c, const hg_key *key)
{
    char path[HG_LABEL_SIZE];
    snprintf(path, sizeof path, "%s", key->path);
    const char *condition = NULL;
    for (char *dot; (dot = strrchr(path, '.')) != NULL;) {
        *dot = '\0';
        const hg_key *section = hg_keys_find(&hg_run_keys, path);
        if (section->used_by != NULL && !hg_key_is_used(&hg_run_keys, section, c->config))
            condition = section->used_by;
    }
    return condition != NULL ? condition : key->used_by;
}

/* One of the settings that would use a key, switched off by --set. */
static bool is_switched_off(const check *c, const char *path)
{
    static const char *const off[] = {"none", "constant", "asexual", "shared"};
    const hg_node *node = given(c, path);
    if (node == NULL || node->place.origin == NULL) return false;
    const hg_key *key = hg_keys_find(&hg_run_keys, path);
    if (key->type == HG_KEY_DEMES) return c->config->population.demes <= 1;
    if (key->type == HG_KEY_TEXT) return hg_node_is_word(node, "none");
    const char *model = hg_key_model(key, c->config)->name;
    for (size_t i = 0; i < sizeof off / sizeof *off; i++)
        if (strcmp(model, off[i]) == 0) return true;
    return false;
}

/* The keys of a part lie idle in the file where --set switched the part off: so that this
 * takes no more than one --set. What is printed says so (runfile_print.c). */
static bool may_lie_idle(const check *c, const char *condition, const hg_node *node)
{
    if (node->place.origin != NULL) return false;
    while (*condition != '\0') {
        char path[HG_LABEL_SIZE];
        snprintf(path, sizeof path, "%.*s", (int)strcspn(condition, "= "), condition);
        if (strncmp(path, "network.", 8) != 0 || strcmp(path, "network.weights") == 0)
            if (is_switched_off(c, path)) return true;
        const size_t length = strcspn(condition, " ");
        condition += length + strspn(condition + length, " ");
    }
    return false;
}

/* A setting of generation 0 beside an earlier run that generation 0 comes from. */
static void refuse_overruled(const check *c, const hg_key *key, const hg_node *node)
{
    const bool by_set = given(c, "population.initial.from")->place.origin != NULL;
    if ((by_set && node->place.origin == NULL) || is_default(c, key)) return;
    hg_text allowed = hg_text_of(HG_MEMORY_CONFIGURATION);
    for (const char *at = key->beside_from; *at != '\0';) {
        const size_t length = strcspn(at, " "), name = strcspn(at, "= ");
        hg_text_add(&allowed, "%s%.*s", at == key->beside_from ? "; allowed with " : " or ",
                    (int)name, at);
        if (name < length)
            hg_text_add(&allowed, ": %.*s", (int)(length - name - 1), at + name + 1);
        else
            hg_text_add(&allowed, " above 0");
        at += length + strspn(at + length, " ");
    }
    hg_mistakes_add(c->mistakes, node->place, "%s: generation 0 comes from population.initial.from"
                    ", and nothing else draws from it%s", key->path,
                    allowed.data == NULL ? "; allowed: one of the two" : allowed.data);
    hg_text_free(&allowed);
}

static void refuse_unused(const check *c, const hg_key *key, const hg_node *node)
{
    if (hg_key_is_overruled(&hg_run_keys, key, c->config)) {
        refuse_overruled(c, key, node);
        return;
    }
    const char *condition = failing_condition(c, key);
    if (condition == NULL || may_lie_idle(c, condition, node) || is_default(c, key)) return;
    if (strcmp(condition, "network.random") == 0 || strcmp(condition, "network.edges") == 0) return;
    const size_t path_length = strcspn(condition, "=");
    if (strcmp(condition, "population.demes") == 0) {
        hg_mistakes_add(c->mistakes, node->place, "%s belongs to several population.demes, but "
                        "there is one", key->path);
        return;
    }
    if (strcmp(condition, "population.initial.from") == 0) {
        hg_mistakes_add(c->mistakes, node->place, "%s belongs to population.initial.from, which is "
                        "not given", key->path);
        return;
    }
    if (condition[path_length] == '\0') {
        hg_mistakes_add(c->mistakes, node->place, "%s is for networks of %s, which is not given",
                        key->path, condition);
        return;
    }
    char path[HG_LABEL_SIZE];
    snprintf(path, sizeof path, "%.*s", (int)path_length, condition);
    hg_text allowed = hg_text_of(HG_MEMORY_CONFIGURATION);
    for (const char *at = condition; *at != '\0';) {
        const size_t length = strcspn(at, " "), skip = strcspn(at, "=");
        hg_text_add(&allowed, "%s%.*s: %.*s", at == condition ? "" : " or ", (int)skip, at,
                    (int)(length - skip - 1), at + skip + 1);
        at += length + strspn(at + length, " ");
    }
    hg_mistakes_add(c->mistakes, node->place, "%s belongs to %s, but %s is %s", key->path,
                    allowed.data == NULL ? condition : allowed.data, path,
                    hg_key_model(hg_keys_find(&hg_run_keys, path), c->config)->name);
    hg_text_free(&allowed);
}

static void check_keys(const check *c)
{
    for (int i = 0; i < hg_run_keys.count; i++) {
        const hg_key *key = &hg_run_keys.keys[i];
        const hg_node *node = c->given[i];
        const bool special = strcmp(key->path, "output.snapshots.level") == 0;
        if (node == NULL || key->type == HG_KEY_SECTION || has_mistake_at(c, node->place)) continue;
        if (key->unavailable) refuse_unavailable(c, key, node);
        if (!special && !hg_key_is_used(&hg_run_keys, key, c->config)) refuse_unused(c, key, node);
    }
}

static void check_origin(const check *c)
{
    static const char *const ways[] = {"network.file", "network.random", "network.edges"};
    const char *first = NULL;
    for (int i = 0; i < 3; i++) {
        const hg_node *node = given(c, ways[i]);
        if (node == NULL || hg_node_is_word(node, "none")) continue;
        if (first != NULL)
            hg_mistakes_add(c->mistakes, node->place, "%s contradicts %s; allowed: one of file, "
                            "random, edges", ways[i], first);
        else
            first = ways[i];
    }
    const hg_node *network = given(c, "network");
    if (first == NULL && network != NULL && network->kind == HG_NODE_MAP &&
        c->config->network.gene_count == 0)
        hg_mistakes_add(c->mistakes, network->place,
                        "network: none of file, random, edges is given; allowed: one of them, or "
                        "network: none");
    const hg_node *file = given(c, "network.file");
    if (file != NULL && c->config->network.file != NULL &&
        hg_network_file_is_foreign(c->config->network.file))
        hg_mistakes_add(c->mistakes, file->place, "network.file: the format of '%.200s' is not "
                        "known; allowed: tables of edges (.tsv), SBML (.xml), GraphML (.graphml)",
                        c->config->network.file);
}

static void check_network(const check *c)
{
    const hg_config *config = c->config;
    check_origin(c);
    if (config->network.origin == HG_NETWORK_NONE) {
        const hg_place regulation = place_of(c, "regulation.model");
        if (config->regulation.model != HG_REGULATION_NONE && !has_mistake_at(c, regulation) &&
            !hg_is_misspelt(c->root, "network"))
            hg_mistakes_add(c->mistakes, regulation,
                            "regulation.model: %s needs a network; allowed: none, or a network "
                            "section with file, random or edges",
                            hg_regulation_family.models[config->regulation.model].name);
        if (config->network.heritable && !hg_is_misspelt(c->root, "network"))
            hg_mistakes_add(c->mistakes, place_of(c, "network.weights"), "network.weights: "
                            "heritable weights need a network; allowed: file, random or edges");
    }
    const hg_node *rate = given(c, "mutation.weights.rate");
    if (!config->network.heritable && rate != NULL && config->mutation.weights.rate > 0.0 &&
        !has_mistake_at(c, rate->place))
        hg_mistakes_add(c->mistakes, rate->place, "mutation.weights.rate: shared weights do not "
                        "mutate; allowed: 0, or network.weights: heritable");
    const bool names_genes = config->network.origin == HG_NETWORK_FILE ||
                             config->network.origin == HG_NETWORK_EDGES ||
                             config->network.gene_count > 0;
    if (given(c, "population.genes") == NULL && !names_genes &&
        !hg_is_misspelt(c->root, "population.genes") && !hg_is_misspelt(c->root, "network"))
        hg_mistakes_add(c->mistakes, place_of(c, "population.genes"),
                        "population.genes is missing; allowed: an integer in [1, 10000000]");
}

static void check_demes(const check *c)
{
    const hg_config *config = c->config;
    const int64_t demes = config->population.demes, *sizes = config->population.deme_sizes;
    const hg_node *node = given(c, "population.demes");
    if (demes > 1 && config->migration.scheme == HG_MIGRATION_MATRIX &&
        given(c, "migration.matrix") == NULL)
        hg_mistakes_add(c->mistakes, place_of(c, "migration.scheme"), "migration.scheme: matrix "
                        "needs migration.matrix, a row and a column per deme");
    if (node == NULL || has_mistake_at(c, node->place)) return;
    double sum = 0.0;
    for (int64_t d = 0; sizes != NULL && d < demes; d++) sum += (double)sizes[d];
    if (sizes != NULL && sum != (double)config->population.individuals)
        hg_mistakes_add(c->mistakes, node->place, "population.demes: the sizes add up to %.0f, but "
                        "population.individuals is %" PRId64, sum, config->population.individuals);
    else if (sizes == NULL && demes > config->population.individuals)
        hg_mistakes_add(c->mistakes, node->place, "population.demes: %" PRId64 " demes for %" PRId64
                        " individuals; allowed: at most one deme per individual", demes,
                        config->population.individuals);
    const int64_t matrix = config->migration.matrix_count;
    if (matrix > 0 && demes > 1 && matrix != demes * demes)
        hg_mistakes_add(c->mistakes, place_of(c, "migration.matrix"), "migration.matrix: %" PRId64
                        " numbers for %" PRId64 " demes; allowed: a row and a column per deme",
                        matrix, demes);
}

static void check_name(const check *c)
{
    const char *name = c->config->run.name;
    const hg_node *node = given(c, "run.name");
    if (node == NULL || name == NULL || has_mistake_at(c, node->place)) return;
    if (strchr(name, '/') != NULL)
        hg_mistakes_add(c->mistakes, node->place, "run.name: '%.60s' holds a slash; allowed: a "
                        "name without folders (output.file says where the result goes)", name);
}

static void check_life(const check *c)
{
    const hg_config *config = c->config;
    if (config->development.inviable && config->development.tolerance == 0.0)
        hg_mistakes_add(c->mistakes, place_of(c, "development.unstable"),
                        "development.unstable: inviable needs development.tolerance above 0, which "
                        "tells who is stable");
    if (config->development.steps > 0 && config->development.window > config->development.steps)
        hg_mistakes_add(c->mistakes, place_of(c, "development.window"),
                        "development.window: %" PRId64 " is more than development.steps, which is %"
                        PRId64 "; allowed: 1 to `steps`", config->development.window,
                        config->development.steps);
    if (config->selection.scheme == HG_SELECTION_NONE &&
        config->mating.system == HG_MATING_SEXUAL)
        hg_mistakes_add(c->mistakes, place_of(c, "selection.scheme"), "selection.scheme: with none "
                        "everyone is its own only child, which contradicts mating.system: sexual");
    if (config->selection.scheme == HG_SELECTION_NONE && config->population.demes > 1 &&
        (config->migration.rate > 0.0 || config->migration.matrix_count > 0))
        hg_mistakes_add(c->mistakes, place_of(c, "selection.scheme"), "selection.scheme: with none "
                        "everyone is its own only child, and nobody migrates; allowed: a "
                        "migration.rate of 0, or another scheme");
    const bool uniform = config->mating.recombination == HG_RECOMBINATION_UNIFORM;
    const hg_place rate = place_of(c, "mating.recombination.rate");
    if (uniform && config->mating.rate_count > 1)
        hg_mistakes_add(c->mistakes, rate, "mating.recombination.rate: %" PRId64 " rates; allowed "
                        "for uniform recombination: one", config->mating.rate_count);
    const hg_node *node = given(c, "mating.recombination.rate");
    for (int64_t i = 0; !uniform && i < config->mating.rate_count; i++) {
        const bool listed = node != NULL && node->kind == HG_NODE_LIST && i < node->count;
        const hg_place place = listed ? node->child[i]->place : rate;
        if (config->mating.rates[i] > 0.5 && !has_mistake_at(c, place))
            hg_mistakes_add(c->mistakes, place, "mating.recombination.rate: %g is out of range; "
                            "allowed for map recombination: numbers in [0, 0.5]",
                            config->mating.rates[i]);
    }
}

static void check_field(const check *c, hg_field field, bool exists, const char *word,
                        const char *why)
{
    const hg_node *list = given(c, "output.snapshots.fields");
    if (exists || !(c->config->output.fields & (unsigned)field) || list == NULL) return;
    hg_place place = list->place;
    for (int64_t i = 0; i < list->count; i++)
        if (list->child[i]->kind == HG_NODE_SCALAR && strcmp(list->child[i]->text, word) == 0)
            place = list->child[i]->place;
    hg_mistakes_add(c->mistakes, place, "output.snapshots.fields: there is no %s: %s", word, why);
}

static void check_output(const check *c)
{
    const hg_config *config = c->config;
    check_field(c, HG_FIELD_WEIGHT, config->network.heritable, "weight",
                "the weights are shared; allowed with network.weights: heritable");
    check_field(c, HG_FIELD_PARENT2, config->mating.system == HG_MATING_SEXUAL, "parent2",
                "mating is asexual; allowed with mating.system: sexual");
    check_field(c, HG_FIELD_DEME, config->population.demes > 1, "deme",
                "there is one deme; allowed with several population.demes");
    check_field(c, HG_FIELD_INSTABILITY, config->development.window > 1, "instability",
                "it is a variance over a window; allowed with development.window > 1");
    const hg_node *ancestry = given(c, "output.ancestry");
    if (config->output.ancestry && ancestry != NULL && config->population.individuals > INT32_MAX)
        hg_mistakes_add(c->mistakes, ancestry->place, "output.ancestry: parents are numbered with "
                        "32 bits; allowed with at most %d population.individuals", INT32_MAX);
    const char *file = config->output.file; /* NULL: after run.name */
    if (file != NULL && (strlen(file) <= 3 || strcmp(file + strlen(file) - 3, ".h5") != 0))
        hg_mistakes_add(c->mistakes, place_of(c, "output.file"), "output.file: '%.200s' needs a name "
                        "that ends in .h5", file);
    const hg_node *at = given(c, "output.snapshots.at");
    for (int64_t i = 0; i < config->output.snapshots_at_count && at != NULL; i++)
        if (config->output.snapshots_at[i] > config->run.generations &&
            given(c, "run.generations") != NULL &&
            !has_mistake_at(c, given(c, "run.generations")->place))
            hg_mistakes_add(c->mistakes, at->child[i]->place, "output.snapshots.at: generation %"
                            PRId64 " comes after the last one; allowed: 0 to %" PRId64,
                            config->output.snapshots_at[i], config->run.generations);
    const hg_node *level = given(c, "output.snapshots.level");
    const hg_node *compression = given(c, "output.snapshots.compression");
    if (level != NULL && (compression == NULL || hg_node_is_word(compression, "none")))
        hg_mistakes_add(c->mistakes, level->place, "output.snapshots.level belongs to "
                        "output.snapshots.compression: deflate, but compression is none");
}

/* Of a locus it is a probability; of a genome it may be up to one for each of its loci. */
static void check_rates(const check *c)
{
    const hg_mutation_law *laws[] = {&c->config->mutation.basal, &c->config->mutation.weights};
    static const char *const paths[] = {"mutation.basal.rate", "mutation.weights.rate"};
    for (int i = 0; i < 2; i++)
        if (!laws[i]->per_genome && laws[i]->rate > 1.0 && !has_mistake_at(c, place_of(c, paths[i])))
            hg_mistakes_add(c->mistakes, place_of(c, paths[i]), "%s: %g is more than 1; allowed: "
                            "a number in [0, 1], or `per: genome`", paths[i], laws[i]->rate);
}

static void check_states(const check *c)
{
    const hg_profile *state = &c->config->regulation.initial_state;
    if (c->config->regulation.model != HG_REGULATION_WAGNER) return;
    const hg_place place = place_of(c, "regulation.initial_state");
    static const char allowed[] = "the wagner model knows on and off only; allowed: -1 or 1, or a "
                                  "list of them";
    if (state->kind == HG_PROFILE_SCALAR && fabs(state->scalar) != 1.0)
        hg_mistakes_add(c->mistakes, place, "regulation.initial_state: %.17g: %s", state->scalar,
                        allowed);
    else if (state->kind != HG_PROFILE_SCALAR && state->kind != HG_PROFILE_LIST)
        hg_mistakes_add(c->mistakes, place, "regulation.initial_state: a distribution: %s", allowed);
    for (int64_t g = 0; g < state->count; g++)
        if (fabs(state->list[g]) != 1.0) {
            hg_mistakes_add(c->mistakes, place, "regulation.initial_state: %.17g, of gene %" PRId64
                            ": %s", state->list[g], g, allowed);
            break;
        }
}

hg_status hg_run_check(hg_mistakes *mistakes, const hg_config *config, const hg_config *defaults,
                       const hg_node *root, const hg_node *const *nodes)
{
    const check c = {mistakes, config, defaults, root, nodes};
    check_name(&c);
    check_keys(&c);
    check_network(&c);
    check_demes(&c);
    check_life(&c);
    check_states(&c);
    check_rates(&c);
    check_output(&c);
    return mistakes->status;
}
