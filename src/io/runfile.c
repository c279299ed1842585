/* SPDX-License-Identifier: GPL-3.0-or-later
 * From the text of a run file to a configuration. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/path.h"
#include "io/runfile_parts.h"

#define LABEL HG_MEMORY_CONFIGURATION
#define SEED_BITS 53 /* of a drawn seed: so that it survives programs that keep all as doubles */

static hg_status remember_text(hg_config *config, const char *path, const char *text,
                               const char *const *overrides, int count)
{
    char directory[PATH_MAX];
    hg_text whole = hg_text_of(LABEL);
    hg_path_folder(path, directory);
    hg_text_add_bytes(&whole, text, strlen(text));
    if (count > 0 && whole.length > 0 && whole.data[whole.length - 1] != '\n')
        hg_text_add(&whole, "\n");
    for (int i = 0; i < count; i++) {
        hg_text_add(&whole, "# --set ");
        for (const char *c = overrides[i]; *c != '\0'; c++)
            hg_text_add_bytes(&whole, *c == '\n' || *c == '\r' ? " " : c, 1);
        hg_text_add(&whole, "\n");
    }
    config->set_count = count;
    hg_status status = hg_copy_text(&config->path, LABEL, path);
    if (status == HG_OK) status = hg_copy_text(&config->directory, LABEL, directory);
    if (status == HG_OK) status = hg_text_take(&whole, &config->text);
    hg_text_free(&whole);
    return status;
}

/* The run file's name without folder and ending. */
static hg_status name_run(hg_config *config)
{
    if (config->run.name == NULL) {
        const char *name = hg_path_name(config->path), *dot = strrchr(name, '.');
        const size_t length = dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name);
        hg_text stem = hg_text_of(LABEL);
        if (length == 0)
            hg_text_add(&stem, "run");
        else
            hg_text_add_bytes(&stem, name, length);
        HG_TRY(hg_text_take(&stem, &config->run.name));
    }
    if (config->output.file != NULL) return HG_OK;
    hg_text file = hg_text_of(LABEL);
    hg_text_add(&file, "%s.h5", config->run.name);
    return hg_text_take(&file, &config->output.file);
}

static hg_status draw_seed(hg_config *config)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        return hg_fail(HG_IO, "no seed can be drawn from the system (%s); give run.seed",
                       strerror(errno));
    config->run.seed = seed >> (64 - SEED_BITS);
    config->run.seed_drawn = true;
    return HG_OK;
}

static int compare_generations(const void *a, const void *b)
{
    const int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return left < right ? -1 : left > right;
}

static bool is_given(const hg_node *const *given, const char *path)
{
    const hg_node *node = given[hg_keys_find(&hg_run_keys, path) - hg_run_keys.keys];
    return node != NULL && !hg_node_is_word(node, "none");
}

static void find_origin(hg_config *config, const hg_node *const *given)
{
    if (is_given(given, "network.file"))
        config->network.origin = HG_NETWORK_FILE;
    else if (is_given(given, "network.random"))
        config->network.origin = HG_NETWORK_RANDOM;
    else if (is_given(given, "network.edges"))
        config->network.origin = HG_NETWORK_EDGES;
    config->network.random.seed_given = is_given(given, "network.random.seed");
}

/* What follows from what is given. */
static hg_status derive(hg_config *config, const hg_node *const *given)
{
    HG_TRY(name_run(config));
    if (!is_given(given, "run.seed")) HG_TRY(draw_seed(config));
    if (!is_given(given, "population.initial.generation"))
        config->population.initial.generation = -1;
    if (!is_given(given, "output.snapshots.compression")) config->output.deflate = 0;
    int64_t *at = config->output.snapshots_at, kept = 0;
    const int64_t count = config->output.snapshots_at_count;
    if (count > 1) qsort(at, (size_t)count, sizeof *at, compare_generations);
    for (int64_t i = 0; i < count; i++)
        if (i == 0 || at[i] != at[kept - 1]) at[kept++] = at[i];
    config->output.snapshots_at_count = kept;
    return HG_OK;
}

/* Genes that can be checked before the network is built. */
static hg_status check_genes(hg_mistakes *mistakes, hg_config *config)
{
    if (config->network.origin == HG_NETWORK_FILE) return hg_mistakes_report(mistakes);
    hg_names names = hg_names_of(LABEL);
    hg_status status;
    HG_TRY_OUT(hg_run_names(config, &names));
    const int64_t genes = config->population.genes > 0 ? config->population.genes : names.count;
    HG_TRY_OUT(genes == 0 ? hg_mistakes_report(mistakes)
                          : hg_run_check_genes(mistakes, config, genes,
                                               (const char *const *)names.name, names.count));
    if (config->population.genes == 0) config->population.genes = genes;
out:
    hg_names_free(&names);
    return status;
}

static hg_status read_and_check(hg_mistakes *mistakes, const hg_tree *tree, hg_config *config)
{
    const hg_node *given[HG_KEYS_MAXIMUM] = {NULL};
    hg_config defaults = {0};
    hg_status status;
    HG_TRY_OUT(hg_runfile_defaults(mistakes, &defaults));
    HG_TRY_OUT(hg_runfile_read(mistakes, tree->root, config, given));
    find_origin(config, given);
    HG_TRY_OUT(hg_run_check(mistakes, config, &defaults, tree->root, given));
    HG_TRY_OUT(check_genes(mistakes, config));
    HG_TRY_OUT(derive(config, given));
out:
    hg_config_free(&defaults);
    return status;
}

static bool is_map(hg_mistakes *mistakes, const hg_tree *tree)
{
    const hg_place start = {1, 1, NULL};
    if (tree->broken) return false;
    if (tree->root != NULL && tree->root->kind == HG_NODE_MAP) return true;
    if (tree->root == NULL || hg_node_is_empty(tree->root))
        hg_mistakes_add(mistakes, start, "the file is empty; a run file has at least "
                        "run.generations, population.individuals and population.genes");
    else
        hg_mistakes_add(mistakes, tree->root->place,
                        "%s stands here; a run file is a map of sections (run, population, ...)",
                        tree->root->kind == HG_NODE_LIST ? "a list" : "a text");
    return false;
}

static hg_status apply_overrides(hg_mistakes *mistakes, hg_tree *tree,
                                 const char *const *overrides, int count, char **origins)
{
    for (int i = 0; i < count; i++) {
        const char *equals = strchr(overrides[i], '=');
        if (equals == NULL || equals == overrides[i])
            return hg_fail(HG_USAGE, "--set %s: no value; --set takes KEY=VALUE, as in "
                           "--set population.individuals=500", overrides[i]);
        hg_text origin = hg_text_of(LABEL), path = hg_text_of(LABEL);
        hg_text_add(&origin, "--set %s", overrides[i]);
        HG_TRY(hg_text_take(&origin, &origins[i]));
        hg_text_add_bytes(&path, overrides[i], (size_t)(equals - overrides[i]));
        char *key;
        HG_TRY(hg_text_take(&path, &key));
        const hg_status status = hg_tree_set(tree, key, equals + 1, origins[i], mistakes);
        hg_release(&key);
        HG_TRY(status);
    }
    return HG_OK;
}

hg_status hg_runfile_parse(hg_config *config, const char *path, const char *text,
                           const char *const *overrides, int count)
{
    *config = (hg_config){0};
    hg_mistakes mistakes = {.path = path};
    hg_tree tree = {0};
    char **origins = NULL;
    hg_status status;
    HG_TRY_OUT(remember_text(config, path, text, overrides, count));
    HG_TRY_OUT(hg_allocate(&origins, LABEL, (size_t)count, sizeof *origins));
    HG_TRY_OUT(hg_tree_parse(&tree, text, NULL, &mistakes));
    const bool readable = is_map(&mistakes, &tree);
    if (readable) HG_TRY_OUT(apply_overrides(&mistakes, &tree, overrides, count, origins));
    HG_TRY_OUT(readable && !tree.broken ? read_and_check(&mistakes, &tree, config)
                                        : hg_mistakes_report(&mistakes));
out:
    for (int i = 0; origins != NULL && i < count; i++) hg_release(&origins[i]);
    hg_release(&origins);
    hg_tree_free(&tree);
    hg_mistakes_free(&mistakes);
    return status;
}
