/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/phenotype.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "random/vecmath.h"

/* An array over genes from a resolved profile (a scalar or a list). */
static hg_status expand(hg_phenotype *phenotype, const hg_profile *profile, double **array)
{
    const int64_t genes = phenotype->network->genes;
    HG_TRY(hg_allocate(array, HG_MEMORY_CONFIGURATION, (size_t)genes, sizeof **array));
    for (int64_t g = 0; g < genes; g++)
        (*array)[g] = profile->kind == HG_PROFILE_LIST ? profile->list[g] : profile->scalar;
    return HG_OK;
}

/* The same, owned by the phenotype's list of parameters. */
static hg_status parameter(hg_phenotype *phenotype, const hg_profile *profile,
                           const double **array)
{
    double **slot = &phenotype->parameters[phenotype->parameter_count++];
    HG_TRY(expand(phenotype, profile, slot));
    *array = *slot;
    return HG_OK;
}

/* r from which r^n/(1 + r^n) is 1 to the last bit, so that r^n need not be larger. */
static double saturation_ceiling(double n)
{
    const double exponent = 64.0 / n, above_one = 1.0 + 0x1p-52;
    return exponent < 1000.0 ? fmax(hg_pow(2.0, exponent), above_one) : 0x1p1000;
}

static hg_status prepare_hill(hg_phenotype *phenotype)
{
    enum { MOST_MULTIPLICATIONS = 16 };
    hg_development *development = &phenotype->development;
    const int64_t genes = development->genes;
    double *inverse_k, *ceiling;
    int32_t *power;
    HG_TRY(hg_allocate(&inverse_k, HG_MEMORY_CONFIGURATION, (size_t)genes, sizeof *inverse_k));
    development->inverse_k = inverse_k;
    HG_TRY(hg_allocate(&ceiling, HG_MEMORY_CONFIGURATION, (size_t)genes, sizeof *ceiling));
    development->ceiling = ceiling;
    HG_TRY(hg_allocate(&power, HG_MEMORY_CONFIGURATION, (size_t)genes, sizeof *power));
    development->power = power;
    for (int64_t g = 0; g < genes; g++) {
        const double n = phenotype->expression.n[g];
        const bool whole = n >= 1.0 && n <= MOST_MULTIPLICATIONS && n == __builtin_floor(n);
        inverse_k[g] = fmin(1.0 / phenotype->expression.k[g], DBL_MAX); /* times 0 it is 0 */
        ceiling[g] = saturation_ceiling(n);
        power[g] = whole ? (int32_t)n : 0;
    }
    return HG_OK;
}

/* The share of places with an edge from which on a product of matrices is faster: measured with
 * 100 and 300 genes, where it is up to 1.7 times as fast. */
static const double dense = 0.5;

/* Where edges are many, the network as a matrix; 0 where there is none. */
static hg_status prepare_matrix(hg_development *development, const hg_network *network)
{
    const int64_t genes = network->genes;
    double *matrix;
    if (development->weight == NULL || (double)network->edges < dense * (double)(genes * genes))
        return HG_OK;
    HG_TRY(hg_allocate(&matrix, HG_MEMORY_CONFIGURATION,
                       (size_t)((genes + HG_TARGETS - 1) / HG_TARGETS * HG_TARGETS * genes),
                       sizeof *matrix));
    development->matrix = matrix;
    for (int64_t e = 0; e < network->edges; e++) {
        const int64_t target = network->target[e], block = target - target % HG_TARGETS;
        matrix[block * genes + network->source[e] * HG_TARGETS + target % HG_TARGETS] =
            network->weight[e];
    }
    return HG_OK;
}

/* What the environment changes. */
static hg_status prepare_promoters(hg_phenotype *phenotype)
{
    hg_development *development = &phenotype->development;
    const size_t genes = (size_t)development->genes;
    phenotype->offset = phenotype->factor = NULL;
    HG_TRY(hg_allocate(&phenotype->offset, HG_MEMORY_CONFIGURATION, genes, sizeof(double)));
    HG_TRY(hg_allocate(&phenotype->factor, HG_MEMORY_CONFIGURATION, genes, sizeof(double)));
    development->offset = phenotype->offset;
    development->factor = phenotype->factor;
    phenotype->environment.tf_concentration = -1.0; /* none yet: the first update is a change */
    return HG_OK;
}

static hg_status prepare_development(hg_phenotype *phenotype)
{
    const hg_config *config = phenotype->config;
    const hg_network *network = phenotype->network;
    hg_development *development = &phenotype->development;
    HG_TRY(parameter(phenotype, &config->expression.slope, &phenotype->expression.slope));
    HG_TRY(parameter(phenotype, &config->expression.k, &phenotype->expression.k));
    HG_TRY(parameter(phenotype, &config->expression.n, &phenotype->expression.n));
    phenotype->expression.model = config->expression.model;
    phenotype->expression.q10 = config->expression.q10;
    phenotype->expression.temperature_reference = config->expression.temperature_reference;
    phenotype->expression.nutrient_half_saturation = config->expression.nutrient_half_saturation;
    *development = (hg_development){
        .genes = network->genes, .edges = network->edges, .first = network->first,
        .source = network->source,
        .weight = config->network.heritable ? NULL : network->weight,
        .regulation = config->regulation.model, .strength = config->regulation.strength,
        .constitutive = config->regulation.constitutive, .slope = config->regulation.slope,
        .zero_at_zero = config->regulation.zero_at_zero,
        .n = phenotype->expression.n, .steps = config->development.steps,
        .window = config->development.window, .tolerance = config->development.tolerance};
    HG_TRY(parameter(phenotype, &config->regulation.initial_state, &development->initial_state));
    HG_TRY(prepare_matrix(development, network));
    HG_TRY(prepare_promoters(phenotype));
    return prepare_hill(phenotype);
}

/* M of the epistatic component in compressed rows; doubled triples have been refused. */
static hg_status prepare_interactions(hg_fitness_term *term, const hg_fitness_component *component,
                                      int64_t genes)
{
    hg_edge *flipped; /* a network's rows are by target; M's rows are its first index */
    HG_TRY(hg_allocate(&flipped, HG_MEMORY_CONFIGURATION, (size_t)component->interaction_count,
                       sizeof *flipped));
    for (int64_t i = 0; i < component->interaction_count; i++)
        flipped[i] = (hg_edge){component->interactions[i].target,
                               component->interactions[i].source, component->interactions[i].weight};
    hg_network matrix;
    const hg_status status =
        hg_network_create(&matrix, genes, NULL, 0, flipped, component->interaction_count);
    hg_release(&flipped);
    term->first = matrix.first;
    term->column = matrix.source;
    term->value = matrix.weight;
    matrix.first = NULL;
    matrix.source = NULL;
    matrix.weight = NULL;
    hg_network_free(&matrix);
    return status;
}

static hg_status prepare_term(hg_phenotype *phenotype, hg_fitness_term *term,
                              const hg_fitness_component *component)
{
    const int64_t genes = phenotype->network->genes;
    double *array = NULL;
    term->model = component->model;
    term->threshold = component->threshold;
    term->stability = component->strength.scalar;
    switch (component->model) {
    case HG_FITNESS_WEIGHTED:
        HG_TRY(expand(phenotype, &component->weights, &array));
        term->weights = array;
        for (int64_t g = 0; g < genes; g++) term->weight_sum += array[g];
        return HG_OK;
    case HG_FITNESS_GAUSSIAN:
        HG_TRY(expand(phenotype, &component->strength, &array));
        term->strength = array;
        HG_TRY(expand(phenotype, &component->optimum, &array));
        term->optimum = array;
        phenotype->optimum_varies |= component->optimum_varies;
        return HG_OK;
    case HG_FITNESS_EPISTATIC: return prepare_interactions(term, component, genes);
    default: return HG_OK;
    }
}

hg_status hg_phenotype_create(hg_phenotype *phenotype, const hg_config *config,
                              const hg_network *network)
{
    *phenotype = (hg_phenotype){.config = config, .network = network};
    HG_TRY(hg_environment_create(&phenotype->course, config, 0));
    HG_TRY(prepare_development(phenotype));
    HG_TRY(hg_allocate(&phenotype->terms, HG_MEMORY_CONFIGURATION, (size_t)config->fitness_count,
                       sizeof *phenotype->terms));
    phenotype->term_count = config->fitness_count;
    for (int64_t i = 0; i < phenotype->term_count; i++)
        HG_TRY(prepare_term(phenotype, &phenotype->terms[i], &config->fitness[i]));
    phenotype->varies = phenotype->optimum_varies ||
                        hg_series_varies(&config->environment.tf_concentration) ||
                        hg_series_varies(&config->environment.temperature) ||
                        hg_series_varies(&config->environment.nutrients);
    return HG_OK;
}

hg_status hg_phenotype_create_for(hg_phenotype *phenotype, const hg_phenotype *first, int64_t deme)
{
    *phenotype = *first;
    phenotype->shares = true;
    phenotype->terms = NULL;
    phenotype->course.wander = NULL;
    HG_TRY(prepare_promoters(phenotype));
    HG_TRY(hg_environment_create(&phenotype->course, first->config, deme));
    HG_TRY(hg_allocate(&phenotype->terms, HG_MEMORY_CONFIGURATION, (size_t)first->term_count,
                       sizeof *phenotype->terms));
    for (int64_t i = 0; i < first->term_count; i++) {
        hg_fitness_term *term = &phenotype->terms[i];
        double *optimum = NULL;
        *term = first->terms[i];
        term->optimum = NULL;
        if (term->model != HG_FITNESS_GAUSSIAN) continue;
        HG_TRY(expand(phenotype, &first->config->fitness[i].optimum, &optimum));
        term->optimum = optimum;
    }
    return HG_OK;
}

static void release_const(const void *pointer)
{
    void *block = (void *)(uintptr_t)pointer; /* owned here, const for the kernels */
    hg_release(&block);
}

/* What the demes do not share. */
static void free_own(hg_phenotype *phenotype)
{
    hg_release(&phenotype->offset);
    hg_release(&phenotype->factor);
    hg_environment_free(&phenotype->course);
    for (int64_t i = 0; phenotype->terms != NULL && i < phenotype->term_count; i++)
        release_const(phenotype->terms[i].optimum);
}

void hg_phenotype_free(hg_phenotype *phenotype)
{
    free_own(phenotype);
    if (phenotype->shares) {
        hg_release(&phenotype->terms);
        *phenotype = (hg_phenotype){0};
        return;
    }
    for (int i = 0; i < phenotype->parameter_count; i++) hg_release(&phenotype->parameters[i]);
    release_const(phenotype->development.matrix);
    release_const(phenotype->development.inverse_k);
    release_const(phenotype->development.ceiling);
    release_const(phenotype->development.power);
    for (int64_t i = 0; i < phenotype->term_count; i++) {
        const hg_fitness_term *term = &phenotype->terms[i];
        release_const(term->weights);
        release_const(term->strength);
        release_const(term->first);
        release_const(term->column);
        release_const(term->value);
    }
    hg_release(&phenotype->terms);
    *phenotype = (hg_phenotype){0};
}

static bool update_optima(hg_phenotype *phenotype)
{
    bool changed = false;
    for (int64_t i = 0; i < phenotype->term_count; i++) {
        const hg_fitness_component *component = &phenotype->config->fitness[i];
        if (component->model != HG_FITNESS_GAUSSIAN || !component->optimum_varies) continue;
        const double now = hg_environment_optimum(&phenotype->course, i);
        double *optimum = (double *)(uintptr_t)phenotype->terms[i].optimum;
        changed |= optimum[0] != now;
        for (int64_t g = 0; g < phenotype->development.genes; g++) optimum[g] = now;
    }
    return changed;
}

bool hg_phenotype_update(hg_phenotype *phenotype, int64_t generation)
{
    hg_environment_advance(&phenotype->course, generation);
    const hg_environment_state now = hg_environment_now(&phenotype->course);
    hg_environment_state *before = &phenotype->environment;
    const bool moved = update_optima(phenotype);
    if (now.tf_concentration == before->tf_concentration &&
        now.temperature == before->temperature && now.nutrients == before->nutrients)
        return moved;
    hg_development *development = &phenotype->development;
    *before = now;
    development->concentration = now.tf_concentration;
    hg_expression_promoters(&phenotype->expression, &now, development->genes, phenotype->offset,
                            phenotype->factor, &development->envelope);
    development->promoters_plain = true;
    for (int64_t g = 0; g < development->genes; g++)
        development->promoters_plain &= phenotype->offset[g] == 0.0 && phenotype->factor[g] == 1.0;
    return true;
}

const double *hg_phenotype_optimum(const hg_phenotype *phenotype, int64_t k)
{
    return phenotype->terms[hg_optimum_component(phenotype->config, k)].optimum;
}

static hg_status tile_array(double **array, int64_t length)
{
    return hg_allocate(array, HG_MEMORY_TILES, (size_t)length * HG_LANES, sizeof **array);
}

hg_status hg_tile_create(hg_tile *tile, const hg_phenotype *phenotype)
{
    const hg_development *development = &phenotype->development;
    memset(tile, 0, sizeof *tile);
    HG_TRY(tile_array(&tile->basal, development->genes));
    HG_TRY(tile_array(&tile->owned_promoted, development->genes));
    tile->promoted = tile->owned_promoted;
    HG_TRY(tile_array(&tile->state[0], development->genes));
    HG_TRY(tile_array(&tile->state[1], development->genes));
    if (development->window > 1) {
        HG_TRY(tile_array(&tile->mean, development->genes));
        HG_TRY(tile_array(&tile->spread, development->genes));
    }
    if (development->weight == NULL) HG_TRY(tile_array(&tile->weights, development->edges));
    return HG_OK;
}

void hg_tile_free(hg_tile *tile)
{
    hg_release(&tile->basal);
    hg_release(&tile->owned_promoted);
    hg_release(&tile->state[0]);
    hg_release(&tile->state[1]);
    hg_release(&tile->mean);
    hg_release(&tile->spread);
    hg_release(&tile->weights);
}
