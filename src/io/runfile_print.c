/* SPDX-License-Identifier: GPL-3.0-or-later
 * A configuration as a run file. */
#include <inttypes.h>
#include <string.h>

#include "io/runfile_parts.h"

#define WIDEST 92 /* columns after which a list goes on in the next line */

static void break_line(hg_text *text, int indent)
{
    size_t start = text->length;
    while (start > 0 && text->data[start - 1] != '\n') start--;
    if (text->length - start > WIDEST)
        hg_text_add(text, "\n%*s", indent, "");
    else
        hg_text_add(text, " ");
}

static void next_entry(hg_text *text, int64_t index, int indent)
{
    if (index == 0) return;
    hg_text_add(text, ",");
    if (text->data != NULL) break_line(text, indent);
}

static void print_numbers(hg_text *text, const double *numbers, int64_t count, int indent)
{
    hg_text_add(text, "[");
    for (int64_t i = 0; i < count; i++) {
        next_entry(text, i, indent);
        hg_text_add_number(text, numbers[i]);
    }
    hg_text_add(text, "]");
}

static void print_integers(hg_text *text, const int64_t *integers, int64_t count, int indent)
{
    hg_text_add(text, "[");
    for (int64_t i = 0; i < count; i++) {
        next_entry(text, i, indent);
        hg_text_add(text, "%" PRId64, integers[i]);
    }
    hg_text_add(text, "]");
}

static void print_names(hg_text *text, char *const *names, int64_t count, int indent)
{
    hg_text_add(text, "[");
    for (int64_t i = 0; i < count; i++) {
        next_entry(text, i, indent);
        hg_text_add_scalar(text, names[i]);
    }
    hg_text_add(text, "]");
}

static void print_triples(hg_text *text, const hg_named_edge *edges, int64_t count, int indent)
{
    hg_text_add(text, "[");
    for (int64_t i = 0; i < count; i++) {
        next_entry(text, i, indent);
        hg_text_add(text, "[");
        hg_text_add_scalar(text, edges[i].source);
        hg_text_add(text, ", ");
        hg_text_add_scalar(text, edges[i].target);
        hg_text_add(text, ", ");
        hg_text_add_number(text, edges[i].weight);
        hg_text_add(text, "]");
    }
    hg_text_add(text, "]");
}

static void print_square(hg_text *text, const double *values, int64_t count, int indent)
{
    int64_t size = 0;
    while (size * size < count) size++;
    hg_text_add(text, "[");
    for (int64_t i = 0; i < size; i++) {
        next_entry(text, i, indent);
        print_numbers(text, values + i * size, size, indent);
    }
    hg_text_add(text, "]");
}

static void print_signs(hg_text *text, const hg_sign *signs, int64_t count, int indent)
{
    hg_text_add(text, "{");
    for (int64_t i = 0; i < count; i++) {
        next_entry(text, i, indent);
        hg_text_add(text, "\"");
        for (const char *c = signs[i].token; *c != '\0'; c++)
            hg_text_add(text, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
        hg_text_add(text, "\": ");
        hg_text_add_number(text, signs[i].sign);
    }
    hg_text_add(text, "}");
}

/* A structure with a table of its own in one line: {distribution: normal, mean: 0, sd: 1}. */
static void print_flow(hg_text *text, const hg_key_table *table, const void *base, int indent)
{
    const char *separator = "{";
    for (int i = 0; i < table->count; i++) {
        const hg_key *key = &table->keys[i];
        if (!hg_key_is_used(table, key, base)) continue;
        hg_text_add(text, "%s%s: ", separator, key->path);
        hg_value_print(text, key, base, indent);
        separator = ", ";
    }
    hg_text_add(text, "}");
}

static void print_distribution(hg_text *text, const hg_distribution *distribution, int indent)
{
    if (distribution->kind == HG_DISTRIBUTION_CONSTANT)
        hg_text_add_number(text, distribution->a);
    else
        print_flow(text, &hg_distribution_keys, distribution, indent);
}

static void print_profile(hg_text *text, const hg_profile *profile, int indent)
{
    if (profile->kind == HG_PROFILE_LIST)
        print_numbers(text, profile->list, profile->count, indent);
    else if (profile->kind == HG_PROFILE_DISTRIBUTION)
        print_flow(text, &hg_distribution_keys, &profile->distribution, indent);
    else
        hg_text_add_number(text, profile->scalar);
}

static void print_series(hg_text *text, const hg_series *series, int indent)
{
    if (series->kind == HG_SERIES_CONSTANT)
        hg_text_add_number(text, series->value);
    else
        print_flow(text, &hg_series_keys, series, indent);
}

static void print_fields(hg_text *text, const hg_model_family *family, unsigned fields)
{
    const char *separator = "";
    hg_text_add(text, "[");
    for (int i = 0; i < family->count; i++) {
        if (!(fields & (1u << i))) continue;
        hg_text_add(text, "%s%s", separator, family->models[i].name);
        separator = ", ";
    }
    hg_text_add(text, "]");
}

static void print_duration(hg_text *text, double seconds)
{
    const int64_t whole = (int64_t)seconds;
    if (whole == 0)
        hg_text_add(text, "none");
    else
        hg_text_add(text, "%" PRId64 ":%02d:%02d", whole / 3600, (int)(whole / 60 % 60),
                    (int)(whole % 60));
}

static void print_text(hg_text *text, const char *word)
{
    if (word == NULL)
        hg_text_add(text, "none");
    else
        hg_text_add_scalar(text, word);
}

/* Not NULL and not empty: whether there is something to print of a list or a text. */
static bool has_value(const hg_key *key, const void *base)
{
    switch (key->type) {
    case HG_KEY_TEXT: return *(char *const *)hg_key_field(key, base) != NULL;
    case HG_KEY_NAMES:
    case HG_KEY_SQUARE: return *hg_key_count(key, base) > 0;
    case HG_KEY_INTEGER: return *(const int64_t *)hg_key_field(key, base) >= 0; /* -1: not known */
    case HG_KEY_INTEGERS: return key->fallback != NULL || *hg_key_count(key, base) > 0;
    default: return true;
    }
}

static bool is_printed(const hg_key_table *table, const hg_key *key, const void *base)
{
    return !key->input_only && hg_key_is_used(table, key, base) && has_value(key, base);
}

static void print_components(hg_text *text, const hg_config *config)
{
    for (int64_t i = 0; i < config->fitness_count; i++) {
        const char *bullet = "  - ";
        for (int k = 0; k < hg_component_keys.count; k++) {
            const hg_key *key = &hg_component_keys.keys[k];
            if (!is_printed(&hg_component_keys, key, &config->fitness[i])) continue;
            hg_text_add(text, "\n%s%s: ", bullet, key->path);
            hg_value_print(text, key, &config->fitness[i], 8);
            bullet = "    ";
        }
    }
}

static void print_optimum(hg_text *text, const hg_fitness_component *component, int indent)
{
    if (component->optimum_varies)
        print_series(text, &component->optimum_series, indent);
    else
        print_profile(text, &component->optimum, indent);
}

static void print_demes(hg_text *text, const hg_config *config, int indent)
{
    if (config->population.deme_sizes == NULL)
        hg_text_add(text, "%" PRId64, config->population.demes);
    else
        print_integers(text, config->population.deme_sizes, config->population.demes, indent);
}

static void print_rates(hg_text *text, const double *numbers, int64_t count, int indent)
{
    if (count == 1)
        hg_text_add_number(text, numbers[0]);
    else
        print_numbers(text, numbers, count, indent);
}

static void print_list(hg_text *text, const hg_key *key, const void *base, int indent)
{
    void *const *field = hg_key_field(key, base);
    const int64_t count = *hg_key_count(key, base);
    switch (key->type) {
    case HG_KEY_NUMBERS: print_rates(text, *field, count, indent); break;
    case HG_KEY_INTEGERS: print_integers(text, *field, count, indent); break;
    case HG_KEY_SIGNS: print_signs(text, *field, count, indent); break;
    case HG_KEY_NAMES: print_names(text, *field, count, indent); break;
    case HG_KEY_SQUARE: print_square(text, *field, count, indent); break;
    default: print_triples(text, *field, count, indent); break;
    }
}

void hg_value_print(hg_text *text, const hg_key *key, const void *base, int indent)
{
    const void *field = hg_key_field(key, base);
    const hg_config *config = base; /* of the types that only the run file has */
    switch (key->type) {
    case HG_KEY_TEXT: print_text(text, *(char *const *)field); break;
    case HG_KEY_FLAG: hg_text_add(text, "%s", *(const bool *)field ? "true" : "false"); break;
    case HG_KEY_CHOICE:
    case HG_KEY_MODEL:
    case HG_KEY_COMPRESSION: hg_text_add(text, "%s", hg_key_model(key, base)->name); break;
    case HG_KEY_INT: hg_text_add(text, "%d", *(const int *)field); break;
    case HG_KEY_INTEGER: hg_text_add(text, "%" PRId64, *(const int64_t *)field); break;
    case HG_KEY_SEED: hg_text_add(text, "%" PRIu64, *(const uint64_t *)field); break;
    case HG_KEY_NUMBER: hg_text_add_number(text, *(const double *)field); break;
    case HG_KEY_PROFILE: print_profile(text, field, indent); break;
    case HG_KEY_SERIES: print_series(text, field, indent); break;
    case HG_KEY_OPTIMUM: print_optimum(text, base, indent); break;
    case HG_KEY_DISTRIBUTION: print_distribution(text, field, indent); break;
    case HG_KEY_INITIAL_WEIGHTS:
        if (config->population.initial.weights_from_network)
            hg_text_add(text, "network");
        else
            print_distribution(text, field, indent);
        break;
    case HG_KEY_DEMES: print_demes(text, config, indent); break;
    case HG_KEY_COMPONENTS: print_components(text, config); break;
    case HG_KEY_FIELDS: print_fields(text, key->family, *(const unsigned *)field); break;
    case HG_KEY_DURATION: print_duration(text, *(const double *)field); break;
    case HG_KEY_SECTION: break;
    default: print_list(text, key, base, indent); break;
    }
}

/* The row that shuts out a key: its section is not available as a whole. */
static bool is_shut_out(const hg_key *key)
{
    char section[HG_LABEL_SIZE];
    const size_t length = strcspn(key->path, ".");
    memcpy(section, key->path, length);
    section[length] = '\0';
    const hg_key *top = hg_keys_find(&hg_run_keys, section);
    return top->type == HG_KEY_SECTION && top->unavailable;
}

static int depth_of(const hg_key *key)
{
    int depth = 0;
    for (const char *c = key->path; *c != '\0'; c++) depth += *c == '.';
    return depth;
}

/* What --set made idle: it does not belong into the resolved file, but is not dropped without
 * a word either. */
static void note_idle(hg_text *text, const hg_config *config)
{
    hg_places places = {.config = config};
    const char *first = "\n# Given, but not used by the models chosen:\n";
    if (config->set_count == 0) return;
    for (int i = 0; i < hg_run_keys.count; i++) {
        const hg_key *key = &hg_run_keys.keys[i];
        if (key->type == HG_KEY_SECTION || hg_key_is_used(&hg_run_keys, key, config) ||
            !hg_places_is_given(&places, key->path))
            continue;
        hg_text_add(text, "%s#   %s\n", first, key->path);
        first = "";
    }
    hg_places_close(&places);
}

hg_status hg_runfile_print(const hg_config *config, char **printed)
{
    hg_text text = hg_text_of(HG_MEMORY_CONFIGURATION);
    const bool bare = config->network.origin == HG_NETWORK_NONE && config->network.gene_count == 0;
    for (int i = 0; i < hg_run_keys.count; i++) {
        const hg_key *key = &hg_run_keys.keys[i];
        const int indent = 2 * depth_of(key);
        if (bare && strncmp(key->path, "network", 7) == 0) {
            if (strcmp(key->path, "network") == 0) hg_text_add(&text, "network: none\n");
            continue;
        }
        if (is_shut_out(key) || !is_printed(&hg_run_keys, key, config)) continue;
        hg_text_add(&text, "%*s%s:", indent, "", hg_key_leaf(key));
        if (key->type != HG_KEY_SECTION) {
            if (key->type != HG_KEY_COMPONENTS) hg_text_add(&text, " ");
            hg_value_print(&text, key, config, indent + 2);
        }
        hg_text_add(&text, "\n");
    }
    note_idle(&text, config);
    return hg_text_take(&text, printed);
}
