/* SPDX-License-Identifier: GPL-3.0-or-later
 * One value of the run file into one field, by the type of its key. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "io/runfile_parts.h"
#include "population/environment.h"
#include "random/vecmath.h"

void hg_value_refuse(const hg_slot *slot, const hg_node *node, const char *format, ...)
{
    char problem[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(problem, sizeof problem, format, arguments);
    va_end(arguments);
    hg_text allowed = hg_text_of(HG_MEMORY_CONFIGURATION);
    hg_key_describe(&allowed, slot->key);
    hg_mistakes_add(slot->mistakes, node->place, "%s: %s; allowed: %s", slot->label, problem,
                    allowed.data == NULL ? "" : allowed.data);
    hg_text_free(&allowed);
}

static const char *kind_of(const hg_node *node)
{
    if (node->kind == HG_NODE_LIST) return "a list";
    if (node->kind == HG_NODE_MAP) return "a map";
    return hg_node_is_empty(node) ? "no value" : "a text";
}

bool hg_value_word(const hg_slot *slot, const hg_node *node)
{
    if (node->kind == HG_NODE_SCALAR && !hg_node_is_empty(node)) return true;
    hg_value_refuse(slot, node, "%s stands here", kind_of(node));
    return false;
}

static bool is_number_word(const hg_slot *slot, const hg_node *node)
{
    if (!hg_value_word(slot, node)) return false;
    if (!node->plain) hg_value_refuse(slot, node, "'%.60s' in quotes is a text", node->text);
    return node->plain;
}

static bool in_range(const hg_slot *slot, const hg_node *node, double number)
{
    if (hg_key_in_range(slot->key, number)) return true;
    hg_value_refuse(slot, node, "%.60s is out of range", node->text);
    return false;
}

bool hg_value_number(const hg_slot *slot, const hg_node *node, double *number)
{
    if (!is_number_word(slot, node)) return false;
    const hg_number_kind kind = hg_number_parse(node->text, number);
    if (kind == HG_NUMBER_INFINITE)
        hg_value_refuse(slot, node, "'%.60s' is not a finite number", node->text);
    else if (kind == HG_NUMBER_NOT)
        hg_value_refuse(slot, node, "'%.60s' is not a number", node->text);
    else
        return in_range(slot, node, *number);
    return false;
}

bool hg_value_integer(const hg_slot *slot, const hg_node *node, int64_t *integer)
{
    if (!is_number_word(slot, node)) return false;
    if (hg_integer_parse(node->text, integer)) return in_range(slot, node, (double)*integer);
    hg_value_refuse(slot, node, "'%.60s' is not an integer", node->text);
    return false;
}

static bool read_seed(const hg_slot *slot, const hg_node *node, uint64_t *seed)
{
    if (!is_number_word(slot, node)) return false;
    if (hg_unsigned_parse(node->text, seed)) return true;
    hg_value_refuse(slot, node, "'%.60s' is no such integer", node->text);
    return false;
}

static void read_flag(const hg_slot *slot, const hg_node *node, bool *flag)
{
    static const char *const older[] = {"yes", "no", "on", "off", "y", "n"};
    if (hg_node_is_flag(node, flag) || !hg_value_word(slot, node)) return;
    bool known = false;
    for (size_t i = 0; i < sizeof older / sizeof *older; i++)
        known |= strcasecmp(node->text, older[i]) == 0;
    hg_value_refuse(slot, node, known ? "'%.60s' is a word in YAML 1.2, and no truth value"
                                      : "'%.60s' is neither", node->text);
}

static bool has_control_characters(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f) return true;
    return false;
}

static hg_status read_text(const hg_slot *slot, const hg_node *node, char **text)
{
    const char *fallback = slot->key->fallback;
    if (!hg_value_word(slot, node)) return HG_OK;
    if (fallback != NULL && hg_node_is_word(node, "none")) return HG_OK;
    if (node->text[0] == '\0') {
        hg_value_refuse(slot, node, "the text is empty");
        return HG_OK;
    }
    if (has_control_characters(node->text)) {
        hg_value_refuse(slot, node, "the text holds control characters");
        return HG_OK;
    }
    return hg_copy_text(text, HG_MEMORY_CONFIGURATION, node->text);
}

/* The row of a family, or -1 after a mistake. */
static int read_model(const hg_slot *slot, const hg_node *node)
{
    const hg_model_family *family = slot->key->family;
    const char *names[32];
    if (!hg_value_word(slot, node)) return -1;
    for (int i = 0; i < family->count && i < 32; i++) {
        names[i] = family->models[i].name;
        if (strcmp(names[i], node->text) != 0) continue;
        if (!family->models[i].available)
            hg_value_refuse(slot, node, "%s is not available in this version", node->text);
        return i;
    }
    const char *nearest = hg_text_nearest(node->text, names, family->count);
    if (nearest != NULL)
        hg_value_refuse(slot, node, "unknown word '%.60s' (did you mean '%s'?)", node->text,
                        nearest);
    else
        hg_value_refuse(slot, node, "unknown word '%.60s'", node->text);
    return -1;
}

static void read_compression(const hg_slot *slot, const hg_node *node, int *level)
{
    const int row = read_model(slot, node);
    if (row == 1 && *level == 0) *level = 4;
}

static void read_duration(const hg_slot *slot, const hg_node *node, double *seconds)
{
    int hours, minutes, rest, end = -1; /* without a sign: -00 would be 0 */
    *seconds = 0.0;
    if (!hg_value_word(slot, node) || hg_node_is_word(node, "none")) return;
    /* NOLINTNEXTLINE(cert-err34-c): so few digits fit */
    if (sscanf(node->text, "%9d:%2d:%2d%n", &hours, &minutes, &rest, &end) != 3 || end < 0 ||
        node->text[end] != '\0' || node->text[strspn(node->text, "0123456789:")] != '\0' ||
        minutes > 59 || rest > 59 || hours + minutes + rest == 0)
        hg_value_refuse(slot, node, "'%.60s' is no such duration", node->text);
    else
        *seconds = 3600.0 * hours + 60.0 * minutes + rest;
}

/* A bound of the support that the key forbids is a mistake now, not when it is drawn. */
static void check_support(const hg_slot *slot, const hg_node *map,
                          const hg_distribution *distribution)
{
    const double a = distribution->a, b = distribution->b;
    const hg_distribution_kind kind = distribution->kind;
    if (kind == HG_DISTRIBUTION_UNIFORM && a > b)
        hg_mistakes_add(slot->mistakes, map->place, "%s: low is %g, above high, which is %g; "
                        "allowed: low <= high", slot->label, a, b);
    else if (kind == HG_DISTRIBUTION_EXPONENTIAL && a <= 0.0)
        hg_mistakes_add(slot->mistakes, map->place, "%s: the mean of an exponential distribution "
                        "is %g; allowed: mean > 0", slot->label, a);
    else if (kind == HG_DISTRIBUTION_CONSTANT && !hg_key_in_range(slot->key, a))
        hg_value_refuse(slot, map, "the value %g is out of range", a);
    else if (kind == HG_DISTRIBUTION_UNIFORM &&
             (a < slot->key->low || b > slot->key->high || (a == b && !hg_key_in_range(slot->key, a))))
        hg_value_refuse(slot, map, "the distribution from %g to %g is out of range", a, b);
}

/* Without chance it is a constant, however it is written, so that whoever asks for its kind asks
 * for its meaning. What is out of range stays, and is drawn and told of as what it is. */
static void settle_distribution(const hg_key *key, hg_distribution *distribution)
{
    if (hg_distribution_varies(distribution)) return;
    const bool logarithm = distribution->kind == HG_DISTRIBUTION_LOGNORMAL;
    const double value = logarithm ? hg_exp(distribution->a) : distribution->a;
    if (isfinite(value) && hg_key_in_range(key, value))
        *distribution = (hg_distribution){.kind = HG_DISTRIBUTION_CONSTANT, .a = value};
}

static hg_status read_distribution(const hg_slot *slot, const hg_node *node,
                                   hg_distribution *distribution)
{
    const hg_node *given[HG_KEYS_MAXIMUM] = {NULL};
    *distribution = (hg_distribution){0};
    if (node->kind == HG_NODE_SCALAR) {
        distribution->kind = HG_DISTRIBUTION_CONSTANT;
        hg_value_number(slot, node, &distribution->a);
        return HG_OK;
    }
    if (node->kind == HG_NODE_LIST) {
        hg_value_refuse(slot, node, "a list stands here");
        return HG_OK;
    }
    const int64_t before = slot->mistakes->count;
    HG_TRY(hg_table_read(slot->mistakes, &hg_distribution_keys, node, distribution, slot->label,
                         given));
    if (slot->mistakes->count == before) check_support(slot, node, distribution);
    if (slot->mistakes->count == before) settle_distribution(slot->key, distribution);
    return HG_OK;
}

static hg_status read_profile(const hg_slot *slot, const hg_node *node, hg_profile *profile)
{
    *profile = (hg_profile){0};
    if (node->kind == HG_NODE_LIST) {
        profile->kind = HG_PROFILE_LIST;
        return hg_value_read_numbers(slot, node, &profile->list, &profile->count);
    }
    if (node->kind == HG_NODE_MAP) {
        HG_TRY(read_distribution(slot, node, &profile->distribution));
        const bool drawn = profile->distribution.kind != HG_DISTRIBUTION_CONSTANT;
        profile->kind = drawn ? HG_PROFILE_DISTRIBUTION : HG_PROFILE_SCALAR;
        profile->scalar = drawn ? 0.0 : profile->distribution.a;
        return HG_OK;
    }
    hg_value_number(slot, node, &profile->scalar);
    return HG_OK;
}

static void check_table(const hg_slot *slot, const hg_node *map, const hg_series *series)
{
    const hg_node *at = hg_node_get(map, "at"), *values = hg_node_get(map, "values");
    const int64_t generations = at->kind == HG_NODE_LIST ? at->count : 1;
    const int64_t count = values->kind == HG_NODE_LIST ? values->count : 1;
    if (generations != count) {
        hg_mistakes_add(slot->mistakes, values->place, "%s: %" PRId64 " values for %" PRId64
                        " generations in `at`; allowed: as many of one as of the other",
                        slot->label, count, generations);
        return;
    }
    for (int64_t i = 1; i < count; i++)
        if (series->at[i] <= series->at[i - 1]) {
            hg_mistakes_add(slot->mistakes, at->child[i]->place, "%s: generation %g after %g; "
                            "allowed: rising generations", slot->label, series->at[i],
                            series->at[i - 1]);
            return;
        }
}

static void check_series(const hg_slot *slot, const hg_node *map, const hg_series *series)
{
    static const char *const words[] = {"value", "from", "to", "mean"};
    const double numbers[] = {series->value, series->from, series->to, series->mean};
    for (int i = 0; i < 4; i++) {
        const hg_node *node = hg_node_get(map, words[i]);
        if (node != NULL && !hg_key_in_range(slot->key, numbers[i]))
            hg_value_refuse(slot, node, "%g is out of range", numbers[i]);
    }
    const hg_node *values = hg_node_get(map, "values");
    for (int64_t i = 0; i < series->count && values != NULL; i++)
        if (!hg_key_in_range(slot->key, series->values[i]))
            hg_value_refuse(slot, values->kind == HG_NODE_LIST ? values->child[i] : values,
                            "%g is out of range", series->values[i]);
    const double trough = series->mean - fabs(series->amplitude);
    const double crest = series->mean + fabs(series->amplitude);
    if (series->kind == HG_SERIES_SINE &&
        !(hg_key_in_range(slot->key, trough) && hg_key_in_range(slot->key, crest)))
        hg_value_refuse(slot, map, "the wave from %g to %g is out of range", trough, crest);
    if (series->kind == HG_SERIES_RAMP && series->end <= series->start)
        hg_mistakes_add(slot->mistakes, map->place, "%s: the ramp ends at %g, not after its start "
                        "at %g; allowed: end > start", slot->label, series->end, series->start);
}

/* What cannot vary is a constant, however it is written: what is recorded, and what a generation
 * costs, follow from the kind. */
static void settle_series(hg_series *series)
{
    if (hg_series_varies(series)) return;
    const double value = hg_series_at(series, 0);
    hg_release(&series->at);
    hg_release(&series->values);
    *series = (hg_series){.kind = HG_SERIES_CONSTANT, .value = value};
}

static hg_status read_series(const hg_slot *slot, const hg_node *node, hg_series *series)
{
    const hg_node *given[HG_KEYS_MAXIMUM] = {NULL};
    *series = (hg_series){0};
    if (node->kind == HG_NODE_SCALAR) {
        hg_value_number(slot, node, &series->value);
        return HG_OK;
    }
    if (node->kind == HG_NODE_LIST) {
        hg_value_refuse(slot, node, "a list stands here");
        return HG_OK;
    }
    const int64_t before = slot->mistakes->count;
    HG_TRY(hg_table_read(slot->mistakes, &hg_series_keys, node, series, slot->label, given));
    if (slot->mistakes->count == before && series->kind == HG_SERIES_TABLE)
        check_table(slot, node, series);
    if (slot->mistakes->count == before) check_series(slot, node, series);
    if (slot->mistakes->count == before) settle_series(series);
    return HG_OK;
}

static hg_status read_optimum(const hg_slot *slot, const hg_node *node)
{
    hg_fitness_component *component = slot->base;
    hg_series *series = &component->optimum_series;
    if (node->kind != HG_NODE_MAP || hg_node_get(node, "series") == NULL)
        return read_profile(slot, node, &component->optimum);
    HG_TRY(read_series(slot, node, series));
    component->optimum_varies = series->kind != HG_SERIES_CONSTANT;
    if (!component->optimum_varies) component->optimum = (hg_profile){.scalar = series->value};
    return HG_OK;
}

static hg_status read_component(const hg_slot *slot, const hg_node *node, int64_t index,
                                hg_fitness_component *component)
{
    const hg_node *given[HG_KEYS_MAXIMUM] = {NULL};
    char label[HG_LABEL_SIZE];
    snprintf(label, sizeof label, "%s.%" PRId64, slot->label, index);
    hg_node word = {.kind = HG_NODE_MAP, .place = node->place, .count = 1}, model = {0};
    hg_node *key = &model, *child[1];
    if (node->kind == HG_NODE_SCALAR && !hg_node_is_empty(node)) { /* "- neutral" */
        char name[] = "model";
        model = (hg_node){.kind = HG_NODE_SCALAR, .plain = true, .place = node->place,
                          .text = name};
        union {
            const hg_node *read;
            hg_node *write;
        } same = {.read = node};
        child[0] = same.write;
        word.key = &key;
        word.child = child;
        return hg_table_read(slot->mistakes, &hg_component_keys, &word, component, label, given);
    }
    HG_TRY(hg_table_read(slot->mistakes, &hg_component_keys, node, component, label, given));
    const hg_node *width = hg_node_get(node, "width"), *strength = hg_node_get(node, "strength");
    component->strength_is_width = width != NULL;
    if (width != NULL && strength != NULL)
        hg_mistakes_add(slot->mistakes, width->place, "%s: both width and strength are given; "
                        "allowed: one of them, strength = 1/(2 width^2)", label);
    if (component->model == HG_FITNESS_STABILITY && strength != NULL &&
        strength->kind != HG_NODE_SCALAR)
        hg_mistakes_add(slot->mistakes, strength->place, "%s.strength: the stability component "
                        "takes one strength for all genes; allowed: a number >= 0", label);
    const hg_node *matrix = hg_node_get(node, "matrix");
    if (matrix != NULL && hg_node_get(node, "interactions") != NULL)
        hg_mistakes_add(slot->mistakes, matrix->place, "%s: both matrix and interactions are "
                        "given; allowed: one of them", label);
    return HG_OK;
}

static hg_status read_components(const hg_slot *slot, const hg_node *node)
{
    hg_fitness_component **components = hg_key_field(slot->key, slot->base);
    int64_t *count = hg_key_count(slot->key, slot->base);
    if (node->kind != HG_NODE_LIST || node->count == 0) {
        hg_value_refuse(slot, node, "%s stands here", node->kind == HG_NODE_LIST ?
                        "an empty list" : kind_of(node));
        return HG_OK;
    }
    HG_TRY(hg_allocate(components, HG_MEMORY_CONFIGURATION, (size_t)node->count,
                       sizeof **components));
    *count = node->count;
    for (int64_t i = 0; i < node->count; i++)
        HG_TRY(read_component(slot, node->child[i], i, &(*components)[i]));
    return HG_OK;
}

static hg_status read_demes(const hg_slot *slot, const hg_node *node)
{
    int64_t *count = hg_key_count(slot->key, slot->base), **sizes = hg_key_field(slot->key, slot->base);
    if (node->kind == HG_NODE_LIST && node->count > 0)
        return hg_value_read_integers(slot, node, sizes, count);
    *count = 1;
    hg_value_integer(slot, node, count);
    return HG_OK;
}

static hg_status read_initial_weights(const hg_slot *slot, const hg_node *node)
{
    hg_config *config = slot->base;
    config->population.initial.weights_from_network = hg_node_is_word(node, "network");
    if (config->population.initial.weights_from_network) return HG_OK;
    return read_distribution(slot, node, &config->population.initial.weights);
}

static void read_int(const hg_slot *slot, const hg_node *node, int *field)
{
    int64_t integer;
    if (hg_value_integer(slot, node, &integer)) *field = (int)integer;
}

static void read_row(const hg_slot *slot, const hg_node *node, void *field)
{
    const int row = read_model(slot, node);
    if (row < 0) return;
    if (slot->key->type == HG_KEY_CHOICE)
        *(bool *)field = row == 1;
    else
        memcpy(field, &row, sizeof row);
}

hg_status hg_value_read(const hg_slot *slot, const hg_node *node)
{
    void *field = hg_key_field(slot->key, slot->base);
    switch (slot->key->type) {
    case HG_KEY_TEXT: return read_text(slot, node, field);
    case HG_KEY_FLAG: read_flag(slot, node, field); break;
    case HG_KEY_CHOICE:
    case HG_KEY_MODEL: read_row(slot, node, field); break;
    case HG_KEY_INT: read_int(slot, node, field); break;
    case HG_KEY_INTEGER: hg_value_integer(slot, node, field); break;
    case HG_KEY_SEED: read_seed(slot, node, field); break;
    case HG_KEY_NUMBER: hg_value_number(slot, node, field); break;
    case HG_KEY_PROFILE: return read_profile(slot, node, field);
    case HG_KEY_SERIES: return read_series(slot, node, field);
    case HG_KEY_OPTIMUM: return read_optimum(slot, node);
    case HG_KEY_DISTRIBUTION: return read_distribution(slot, node, field);
    case HG_KEY_INITIAL_WEIGHTS: return read_initial_weights(slot, node);
    case HG_KEY_NUMBERS:
        return hg_value_read_numbers(slot, node, field, hg_key_count(slot->key, slot->base));
    case HG_KEY_INTEGERS:
        return hg_value_read_integers(slot, node, field, hg_key_count(slot->key, slot->base));
    case HG_KEY_DEMES: return read_demes(slot, node);
    case HG_KEY_SIGNS: return hg_value_read_signs(slot, node);
    case HG_KEY_EDGES:
    case HG_KEY_INTERACTIONS: return hg_value_read_triples(slot, node);
    case HG_KEY_NAMES: return hg_value_read_names(slot, node);
    case HG_KEY_COMPONENTS: return read_components(slot, node);
    case HG_KEY_SQUARE: return hg_value_read_square(slot, node);
    case HG_KEY_MATRIX: return hg_value_read_matrix(slot, node);
    case HG_KEY_FIELDS: return hg_value_read_fields(slot, node);
    case HG_KEY_COMPRESSION: read_compression(slot, node, field); break;
    case HG_KEY_DURATION: read_duration(slot, node, field); break;
    case HG_KEY_SECTION: break;
    }
    return HG_OK;
}
