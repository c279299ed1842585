/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fitness of a tile: each model multiplies its value into the lanes. */
#include "kernels/lanes/vector.h"

/* One number for each individual of a tile. */
typedef struct lanes {
    hg_vector v[HG_VECTORS];
} lanes;

typedef void fitness_model(const hg_fitness_term *term, int64_t genes, const hg_tile *tile,
                           lanes *value);

#define FOR_VECTORS for (int v = 0; v < HG_VECTORS; v++)

HG_INLINE lanes all_lanes(double x)
{
    lanes result;
    FOR_VECTORS result.v[v] = hg_all(x);
    return result;
}

/* Gene g of vector v of a tile. */
HG_INLINE hg_vector gene(const double *tile, int64_t g, int v)
{
    return hg_load(tile + g * HG_LANES + v * HG_WIDTH);
}

HG_INLINE lanes mean_expression(int64_t genes, const double *expression)
{
    lanes sum = all_lanes(0.0);
    for (int64_t g = 0; g < genes; g++)
        FOR_VECTORS sum.v[v] += gene(expression, g, v);
    FOR_VECTORS sum.v[v] /= (double)genes;
    return sum;
}

static void neutral(const hg_fitness_term *term, int64_t genes, const hg_tile *tile, lanes *value)
{
    (void)term, (void)genes, (void)tile, (void)value; /* times 1 */
}

static void proportional(const hg_fitness_term *term, int64_t genes, const hg_tile *tile,
                         lanes *value)
{
    (void)term;
    const lanes mean = mean_expression(genes, tile->expression);
    FOR_VECTORS value->v[v] *= mean.v[v];
}

/* Adds up how far the levels are above the threshold: a mean rounded first may fall below the
 * levels that are all equal to it. */
static void threshold(const hg_fitness_term *term, int64_t genes, const hg_tile *tile,
                      lanes *value)
{
    lanes above = all_lanes(0.0);
    for (int64_t g = 0; g < genes; g++)
        FOR_VECTORS above.v[v] += gene(tile->expression, g, v) - term->threshold;
    const hg_vector zero = hg_all(0.0);
    FOR_VECTORS value->v[v] *= hg_select(above.v[v] >= zero, hg_all(1.0), zero);
}

static void weighted(const hg_fitness_term *term, int64_t genes, const hg_tile *tile, lanes *value)
{
    const double *expression = tile->expression;
    lanes sum = all_lanes(0.0);
    for (int64_t g = 0; g < genes; g++)
        FOR_VECTORS sum.v[v] += term->weights[g] * gene(expression, g, v);
    /* all weights 0: 0/1 */
    const double total = term->weight_sum > 0.0 ? term->weight_sum : 1.0;
    FOR_VECTORS value->v[v] *= sum.v[v] / total;
}

static void epistatic(const hg_fitness_term *term, int64_t genes, const hg_tile *tile,
                      lanes *value)
{
    const double *expression = tile->expression;
    lanes interaction = all_lanes(0.0);
    for (int64_t g = 0; g < genes; g++) {
        if (term->first[g] == term->first[g + 1]) continue;
        lanes row = all_lanes(0.0);
        for (int64_t i = term->first[g]; i < term->first[g + 1]; i++)
            FOR_VECTORS row.v[v] += term->value[i] * gene(expression, term->column[i], v);
        FOR_VECTORS interaction.v[v] += gene(expression, g, v) * row.v[v];
    }
    const lanes mean = mean_expression(genes, expression);
    const double share = genes > 1 ? (double)genes : 1.0;
    FOR_VECTORS value->v[v] *= mean.v[v] + interaction.v[v] / share;
}

static void gaussian(const hg_fitness_term *term, int64_t genes, const hg_tile *tile, lanes *value)
{
    const double *restrict expression = tile->expression;
    const double *restrict optimum = term->optimum, *restrict strength = term->strength;
    lanes distance = all_lanes(0.0);
    for (int64_t g = 0; g < genes; g++)
        FOR_VECTORS {
            const hg_vector deviation = gene(expression, g, v) - optimum[g];
            distance.v[v] += strength[g] * (deviation * deviation);
        }
    FOR_VECTORS value->v[v] *= hg_vexp(-distance.v[v]);
}

static void stability(const hg_fitness_term *term, int64_t genes, const hg_tile *tile,
                      lanes *value)
{
    if (tile->instability == NULL) return; /* a window of one step has none: exp(0) */
    lanes sum = all_lanes(0.0);
    for (int64_t g = 0; g < genes; g++)
        FOR_VECTORS sum.v[v] += gene(tile->instability, g, v);
    FOR_VECTORS value->v[v] *= hg_vexp(-term->stability * sum.v[v]);
}

/* `pareto` compares the individuals of a whole deme and so is not a matter of one tile. */
static fitness_model *const models[HG_FITNESS_MODELS] = {
    [HG_FITNESS_NEUTRAL] = neutral,     [HG_FITNESS_PROPORTIONAL] = proportional,
    [HG_FITNESS_THRESHOLD] = threshold, [HG_FITNESS_WEIGHTED] = weighted,
    [HG_FITNESS_EPISTATIC] = epistatic, [HG_FITNESS_GAUSSIAN] = gaussian,
    [HG_FITNESS_STABILITY] = stability, [HG_FITNESS_PARETO] = neutral,
};

void hg_evaluate(const hg_fitness_term *terms, int64_t count, int64_t genes, hg_tile *tile)
{
    lanes value = all_lanes(1.0);
    for (int64_t i = 0; i < count; i++) models[terms[i].model](&terms[i], genes, tile, &value);
    const hg_vector zero = hg_all(0.0);
    FOR_VECTORS hg_store(tile->fitness + v * HG_WIDTH, /* -0 becomes 0, what is no number stays */
                         hg_select(value.v[v] <= zero, zero, value.v[v]));
}
