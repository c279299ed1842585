/* SPDX-License-Identifier: GPL-3.0-or-later
 * The hot loops, every variant that this processor runs, against plain code in long double
 * written from the model's equations; and the variants against each other, bit for bit. */
#include "support.h"

#include "kernels/kernels.h"
#include "population/phenotype.h"

static void develop(const hg_kernels *kernels, const hg_development *development, hg_tile *tile,
                    const double *const *rows, int count, int64_t weight_offset)
{
    kernels->prepare(development, tile, rows, count, weight_offset);
    kernels->develop(development, tile);
}

enum { MOST_GENES = 100, MOST_STEPS = 8, ROOM = MOST_GENES * HG_LANES };

static const char *const variants[] = {"baseline", "avx2", "avx512"};
static const int gene_counts[] = {1, 3, 8, 37, 100};

/* --- one set of parameters, network and individuals ------------------------------------- */

typedef struct scene {
    hg_config config;
    hg_network network;
    hg_phenotype phenotype;
    double profile[8][MOST_GENES];
    double *genome[HG_LANES];
    int64_t weight_offset;
    long double expression[HG_LANES][MOST_GENES], instability[HG_LANES][MOST_GENES];
    bool stable[HG_LANES];
} scene;

static hg_profile list_of(double *values, int64_t genes)
{
    return (hg_profile){.kind = HG_PROFILE_LIST, .list = values, .count = genes};
}

static hg_series constant(double value)
{
    return (hg_series){.kind = HG_SERIES_CONSTANT, .value = value};
}

/* Weights in quarters for `wagner`: inputs are then exact, and often 0. */
static double draw_weight(uint64_t *state, hg_regulation_model model, double spread)
{
    const double weight = spread * hg_test_normal(state);
    return model == HG_REGULATION_WAGNER ? floor(4.0 * weight) / 4.0 : weight;
}

static void connect(scene *s, int64_t genes, double density, uint64_t *state)
{
    static hg_edge edges[MOST_GENES * MOST_GENES];
    const double spread = genes > 4 ? 1.5 / sqrt((double)genes * density) : 0.8;
    int64_t count = 0;
    for (int32_t g = 0; g < genes; g++)
        for (int32_t j = 0; j < genes; j++)
            if (hg_test_uniform(state, 0.0, 1.0) < density)
                edges[count++] =
                    (hg_edge){j, g, draw_weight(state, s->config.regulation.model, spread)};
    ck_assert_int_eq(hg_network_create(&s->network, genes, NULL, 0, edges, count), HG_OK);
}

static void draw_genomes(scene *s, uint64_t *state)
{
    s->weight_offset = s->network.genes + 3; /* anywhere, not aligned */
    for (int l = 0; l < HG_LANES; l++) {
        s->genome[l] = calloc((size_t)(s->weight_offset + s->network.edges), sizeof(double));
        for (int64_t g = 0; g < s->network.genes; g++)
            s->genome[l][g] = hg_test_uniform(state, 0.0, 1.5);
        for (int64_t e = 0; e < s->network.edges; e++)
            s->genome[l][s->weight_offset + e] =
                draw_weight(state, s->config.regulation.model, 0.5);
    }
}

static void draw_parameters(scene *s, int64_t genes, uint64_t *state)
{
    hg_config *config = &s->config;
    for (int64_t g = 0; g < genes; g++) {
        s->profile[0][g] = hg_test_uniform(state, -1.0, 1.0);
        s->profile[1][g] = hg_test_uniform(state, 0.1, 2.0);
        s->profile[2][g] = g % 3 == 0 ? 2.0 : g % 3 == 1 ? 1.0 + (double)(g % 17)
                                                         : hg_test_uniform(state, 0.3, 6.0);
        s->profile[3][g] = config->regulation.model == HG_REGULATION_WAGNER
                               ? (g % 2 == 0 ? 1.0 : -1.0) : hg_test_uniform(state, -1.0, 1.0);
    }
    config->expression.slope = list_of(s->profile[0], genes);
    config->expression.k = list_of(s->profile[1], genes);
    config->expression.n = list_of(s->profile[2], genes);
    config->regulation.initial_state = list_of(s->profile[3], genes);
    config->expression.q10 = 1.0;
    config->expression.temperature_reference = 37.0;
    config->environment.tf_concentration = constant(0.6);
    config->environment.temperature = constant(37.0);
    config->environment.nutrients = constant(1.0);
    config->regulation.strength = 0.7;
    config->regulation.constitutive = 0.2;
    config->regulation.slope = 1.3;
}

static void set_up(scene *s, uint64_t *state, int64_t genes, double density)
{
    draw_parameters(s, genes, state);
    connect(s, genes, density, state);
    draw_genomes(s, state);
    ck_assert_int_eq(hg_phenotype_create(&s->phenotype, &s->config, &s->network), HG_OK);
    ck_assert(hg_phenotype_update(&s->phenotype, 0));
}

static void tear_down(scene *s)
{
    hg_phenotype_free(&s->phenotype);
    hg_network_free(&s->network);
    for (int l = 0; l < HG_LANES; l++) free(s->genome[l]);
}

/* --- the model's equations ---------------------------------------------------------------- */

static long double envelope_of(const hg_config *config)
{
    const long double temperature = (long double)config->environment.temperature.value;
    const long double half = (long double)config->expression.nutrient_half_saturation;
    const long double nutrients = (long double)config->environment.nutrients.value;
    const long double reference = (long double)config->expression.temperature_reference;
    const long double q10 = powl((long double)config->expression.q10,
                                 (temperature - reference) / 10.0L);
    return half == 0.0L ? q10 : q10 * nutrients / (nutrients + half);
}

static long double hill(long double y, double k, double n)
{
    if (y <= 0.0L) return 0.0L;
    return 1.0L / (1.0L + powl((long double)k / y, (long double)n));
}

static long double basal_expression(const hg_config *config, int64_t g, double basal)
{
    const double c = config->environment.tf_concentration.value;
    long double b = (long double)basal;
    if (config->expression.model == HG_EXPRESSION_LINEAR)
        b = fmaxl(0.0L, b + (long double)config->expression.slope.list[g] * (long double)c);
    if (config->expression.model == HG_EXPRESSION_HILL)
        b *= hill((long double)c, config->expression.k.list[g], config->expression.n.list[g]);
    return b * envelope_of(config);
}

static long double next_level(const hg_config *config, int64_t g, double basal, long double b,
                              long double u, long double x)
{
    const long double rho = (long double)config->regulation.strength;
    const long double a = (long double)config->regulation.constitutive;
    const long double c = (long double)config->environment.tf_concentration.value;
    switch (config->regulation.model) {
    case HG_REGULATION_ADDITIVE: return fmaxl(0.0L, b + rho * u);
    case HG_REGULATION_MULTIPLICATIVE: return fmaxl(0.0L, b * (1.0L + rho * u));
    case HG_REGULATION_HILL:
        return (long double)basal * envelope_of(config) *
               hill(fmaxl(0.0L, c + rho * u), config->expression.k.list[g],
                    config->expression.n.list[g]);
    case HG_REGULATION_SIGMOID:
        return 1.0L / (1.0L + (1.0L - a) / a * expl(-u / (a * (1.0L - a))));
    case HG_REGULATION_SIEGAL_BERGMAN:
        return 2.0L / (1.0L + expl(-(long double)config->regulation.slope * u)) - 1.0L;
    case HG_REGULATION_WAGNER:
        return u > 0.0L   ? 1.0L
               : u < 0.0L ? -1.0L
               : config->regulation.zero_at_zero ? 0.0L : x;
    default: return b;
    }
}

static long double first_level(const hg_config *config, int64_t g, long double b)
{
    switch (config->regulation.model) {
    case HG_REGULATION_SIGMOID: return (long double)config->regulation.constitutive;
    case HG_REGULATION_SIEGAL_BERGMAN:
    case HG_REGULATION_WAGNER: return (long double)config->regulation.initial_state.list[g];
    default: return b;
    }
}

/* All states of one individual: x[step][gene]. */
static void develop_plainly(const scene *s, int lane, long double x[MOST_STEPS + 1][MOST_GENES])
{
    const hg_network *network = &s->network;
    const double *genome = s->genome[lane];
    const double *weight = s->config.network.heritable ? genome + s->weight_offset
                                                       : network->weight;
    for (int64_t g = 0; g < network->genes; g++)
        x[0][g] = first_level(&s->config, g, basal_expression(&s->config, g, genome[g]));
    for (int64_t step = 1; step <= s->config.development.steps; step++)
        for (int64_t g = 0; g < network->genes; g++) {
            long double u = 0.0L;
            for (int64_t e = 0; e < network->edges; e++)
                if (network->target[e] == g)
                    u += (long double)weight[e] * x[step - 1][network->source[e]];
            x[step][g] = next_level(&s->config, g, genome[g],
                                    basal_expression(&s->config, g, genome[g]), u, x[step - 1][g]);
        }
}

static void expect(scene *s, int lane)
{
    static long double x[MOST_STEPS + 1][MOST_GENES];
    const int64_t steps = s->config.development.steps, window = s->config.development.window;
    develop_plainly(s, lane, x);
    for (int64_t g = 0; g < s->network.genes; g++) {
        long double mean = 0.0L, spread = 0.0L;
        for (int64_t t = steps - window + 1; t <= steps; t++) mean += x[t][g] / (long double)window;
        for (int64_t t = steps - window + 1; t <= steps; t++)
            spread += (x[t][g] - mean) * (x[t][g] - mean) / (long double)window;
        s->expression[lane][g] = mean;
        s->instability[lane][g] = spread;
    }
    const long double tolerance = (long double)s->config.development.tolerance;
    s->stable[lane] = tolerance == 0.0L;
    for (int64_t t = 1; t <= steps; t++) {
        long double moved = 0.0L;
        for (int64_t g = 0; g < s->network.genes; g++)
            moved = fmaxl(moved, fabsl(x[t][g] - x[t - 1][g]));
        s->stable[lane] |= moved <= tolerance;
    }
}

/* --- development --------------------------------------------------------------------------- */

static void compare_lane(const scene *s, const hg_tile *tile, int lane, int count)
{
    const int who = lane < count ? lane : 0; /* lanes behind the last are copies of the first */
    for (int64_t g = 0; g < s->network.genes; g++) {
        const double value = tile->expression[g * HG_LANES + lane];
        if (!hg_test_close(value, s->expression[who][g], 1e-12, 1.0))
            ck_abort_msg("regulation %d, gene %d of %d: %.17g is not %.17Lg",
                         (int)s->config.regulation.model, (int)g, (int)s->network.genes, value,
                         s->expression[who][g]);
        if (tile->instability != NULL)
            ck_assert(hg_test_close(tile->instability[g * HG_LANES + lane],
                                    s->instability[who][g], 1e-12, 1.0));
    }
    ck_assert_double_eq(tile->stable[lane], s->stable[who] ? 1.0 : 0.0);
}

static void develop_variants(scene *s)
{
    static double expression[ROOM], instability[ROOM];
    const size_t size = (size_t)s->network.genes * HG_LANES;
    hg_tile tile;
    ck_assert_int_eq(hg_tile_create(&tile, &s->phenotype), HG_OK);
    for (int l = 0; l < HG_LANES; l++) expect(s, l);
    for (int count = 1; count <= HG_LANES; count++)
        for (int v = 0; v < HG_COUNT_OF(variants); v++) {
            const hg_kernels *kernels = hg_kernels_named(variants[v]);
            if (kernels == NULL) continue;
            develop(kernels, &s->phenotype.development, &tile, (const double *const *)s->genome,
                    count, s->weight_offset);
            ck_assert_int_eq(tile.instability != NULL, s->config.development.window > 1);
            if (v == 0) {
                for (int l = 0; l < HG_LANES; l++) compare_lane(s, &tile, l, count);
                memcpy(expression, tile.expression, size * sizeof(double));
                if (tile.instability != NULL)
                    memcpy(instability, tile.instability, size * sizeof(double));
            }
            ck_assert(hg_test_same_bits(expression, tile.expression, (int64_t)size));
            if (tile.instability != NULL)
                ck_assert(hg_test_same_bits(instability, tile.instability, (int64_t)size));
            for (int l = 0; l < HG_LANES; l++)
                ck_assert_double_eq(tile.stable[l], s->stable[l < count ? l : 0] ? 1.0 : 0.0);
        }
    hg_tile_free(&tile);
}

/* A dense network as a product of matrices and edge by edge: the same bits. */
static void develop_edge_by_edge(scene *s)
{
    hg_development sparse = s->phenotype.development;
    sparse.matrix = NULL;
    ck_assert_int_eq(s->phenotype.development.matrix != NULL, !s->config.network.heritable);
    for (int v = 0; v < HG_COUNT_OF(variants); v++) {
        const hg_kernels *kernels = hg_kernels_named(variants[v]);
        hg_tile tiles[2];
        if (kernels == NULL) continue;
        for (int way = 0; way < 2; way++) {
            ck_assert_int_eq(hg_tile_create(&tiles[way], &s->phenotype), HG_OK);
            develop(kernels, way == 0 ? &s->phenotype.development : &sparse, &tiles[way],
                    (const double *const *)s->genome, HG_LANES, s->weight_offset);
        }
        ck_assert(hg_test_same_bits(tiles[0].expression, tiles[1].expression,
                                    s->network.genes * HG_LANES));
        for (int way = 0; way < 2; way++) hg_tile_free(&tiles[way]);
    }
}

/* Promoters: plain, moved by the environment, and both with temperature and nutrients. */
static void choose_promoters(hg_config *config, int kind)
{
    config->expression.model = kind == 0 ? HG_EXPRESSION_CONSTANT
                               : kind == 1 ? HG_EXPRESSION_LINEAR : HG_EXPRESSION_HILL;
    if (kind < 2) return;
    config->expression.q10 = 2.0;
    config->environment.temperature = constant(31.0);
    config->expression.nutrient_half_saturation = 0.25;
    config->environment.nutrients = constant(0.8);
}

static void develop_all_with(hg_regulation_model model, bool zero_at_zero)
{
    static const struct {
        int64_t steps, window;
        double tolerance;
    } lives[] = {{1, 1, 0.0}, {4, 1, 0.05}, {5, 5, 0.0}, {8, 3, 0.3}};
    uint64_t state = 100 + (uint64_t)model;
    for (int n = 0; n < HG_COUNT_OF(gene_counts); n++)
        for (int heritable = 0; heritable < 2; heritable++)
            for (int life = 0; life < HG_COUNT_OF(lives); life++)
                for (int kind = 0; kind < 3; kind++) {
                    static scene s;
                    const int64_t genes = gene_counts[n];
                    memset(&s, 0, sizeof s);
                    s.config.regulation.model = model;
                    s.config.regulation.zero_at_zero = zero_at_zero;
                    s.config.network.heritable = heritable != 0;
                    s.config.development.steps = lives[life].steps;
                    s.config.development.window = lives[life].window;
                    s.config.development.tolerance = lives[life].tolerance;
                    draw_parameters(&s, genes, &state);
                    choose_promoters(&s.config, kind);
                    connect(&s, genes, genes == 1 ? 1.0 : genes == 3 && kind == 2 ? 0.0
                                                  : genes <= 8 ? 0.5 : kind == 1 ? 0.8 : 0.08,
                            &state);
                    draw_genomes(&s, &state);
                    ck_assert_int_eq(hg_phenotype_create(&s.phenotype, &s.config, &s.network),
                                     HG_OK);
                    hg_phenotype_update(&s.phenotype, 0);
                    ck_assert_int_eq(s.phenotype.development.promoters_plain, kind == 0);
                    develop_variants(&s);
                    if (kind == 1 && genes > 8) develop_edge_by_edge(&s);
                    tear_down(&s);
                }
}

static void develop_all(hg_regulation_model model) { develop_all_with(model, false); }

START_TEST(regulation_none) { develop_all(HG_REGULATION_NONE); }
END_TEST
START_TEST(regulation_additive) { develop_all(HG_REGULATION_ADDITIVE); }
END_TEST
START_TEST(regulation_multiplicative) { develop_all(HG_REGULATION_MULTIPLICATIVE); }
END_TEST
START_TEST(regulation_hill) { develop_all(HG_REGULATION_HILL); }
END_TEST
START_TEST(regulation_sigmoid) { develop_all(HG_REGULATION_SIGMOID); }
END_TEST
START_TEST(regulation_siegal_bergman) { develop_all(HG_REGULATION_SIEGAL_BERGMAN); }
END_TEST
START_TEST(regulation_wagner) { develop_all(HG_REGULATION_WAGNER); }
END_TEST
START_TEST(regulation_wagner_zero) { develop_all_with(HG_REGULATION_WAGNER, true); }
END_TEST

/* Hill's response from 0 to far beyond saturation, coefficients whole, broken, small, large. */
START_TEST(hill_at_the_extremes)
{
    const double inputs[] = {0.0, 1e-300, 1e-12, 0.3, 0.5, 1.0, 7.0, 1e9, 1e300};
    const double n[] = {0.01, 0.5, 1.0, 2.0, 2.5, 3.0, 4.0, 7.0, 15.0, 16.0, 17.0, 64.0, 300.0,
                        1e16,  1e18, 1e30, 1e300};
    uint64_t state = 9;
    for (int i = 0; i < HG_COUNT_OF(inputs); i++) {
        static scene s;
        memset(&s, 0, sizeof s);
        s.config.regulation.model = HG_REGULATION_HILL;
        s.config.development.steps = s.config.development.window = 1;
        draw_parameters(&s, HG_COUNT_OF(n), &state);
        memcpy(s.profile[2], n, sizeof n);
        s.profile[1][2] = 1e-5, s.profile[1][4] = 1e5;
        s.profile[1][HG_COUNT_OF(n) - 1] = 5e-324;
        s.config.environment.tf_concentration = constant(inputs[i]);
        connect(&s, HG_COUNT_OF(n), 0.0, &state);
        draw_genomes(&s, &state);
        ck_assert_int_eq(hg_phenotype_create(&s.phenotype, &s.config, &s.network), HG_OK);
        hg_phenotype_update(&s.phenotype, 0);
        hg_tile tile;
        ck_assert_int_eq(hg_tile_create(&tile, &s.phenotype), HG_OK);
        for (int v = 0; v < HG_COUNT_OF(variants); v++) {
            const hg_kernels *kernels = hg_kernels_named(variants[v]);
            if (kernels == NULL) continue;
            develop(kernels, &s.phenotype.development, &tile, (const double *const *)s.genome,
                    HG_LANES, s.weight_offset);
            for (int l = 0; l < HG_LANES; l++) {
                expect(&s, l);
                for (int g = 0; g < HG_COUNT_OF(n); g++) /* relative, down to the subnormal */
                    ck_assert_msg(hg_test_close(tile.expression[g * HG_LANES + l],
                                                s.expression[l][g], 1e-12, 1e-290),
                                  "y %g, k %g, n %g: %.17g is not %.17Lg", inputs[i],
                                  s.profile[1][g], n[g], tile.expression[g * HG_LANES + l],
                                  s.expression[l][g]);
            }
        }
        hg_tile_free(&tile);
        tear_down(&s);
    }
}
END_TEST

/* --- fitness -------------------------------------------------------------------------------- */

enum { COMPONENTS = 9, ZERO_WEIGHTS = 8 }; /* the last makes every product 0 */

static void choose_components(scene *s, hg_fitness_component *component, int64_t genes,
                              hg_edge *interactions, uint64_t *state)
{
    for (int64_t g = 0; g < genes; g++) {
        s->profile[4][g] = g % 4 == 1 ? 0.0 : hg_test_uniform(state, 0.0, 3.0);
        s->profile[5][g] = hg_test_uniform(state, 0.0, 1.0);
        s->profile[6][g] = g % 5 == 2 ? 0.0 : hg_test_uniform(state, 0.0, 2.0) / (double)genes;
    }
    int64_t count = 0;
    for (int32_t i = 0; i < genes; i++)
        for (int32_t j = 0; j < genes; j++)
            if ((i + 2 * j) % 3 != 1 && (genes < 50 || i % 7 == 0)) /* rows without any, too */
                interactions[count++] = (hg_edge){i, j, hg_test_uniform(state, -0.2, 0.5)};
    const hg_fitness_component all[COMPONENTS] = {
        {.model = HG_FITNESS_NEUTRAL},
        {.model = HG_FITNESS_PROPORTIONAL},
        {.model = HG_FITNESS_THRESHOLD, .threshold = 0.45},
        {.model = HG_FITNESS_WEIGHTED, .weights = list_of(s->profile[4], genes)},
        {.model = HG_FITNESS_EPISTATIC, .interactions = interactions, .interaction_count = count},
        {.model = HG_FITNESS_GAUSSIAN, .optimum = list_of(s->profile[5], genes),
         .strength = list_of(s->profile[6], genes)},
        {.model = HG_FITNESS_STABILITY, .strength = {.scalar = 2.5}},
        {.model = HG_FITNESS_GAUSSIAN, .optimum = {.scalar = 0.5}, .strength = {.scalar = 0.01}},
        {.model = HG_FITNESS_WEIGHTED, .weights = {.scalar = 0.0}},
    };
    memcpy(component, all, sizeof all);
    s->config.fitness = component;
    s->config.fitness_count = COMPONENTS;
}

static long double at_gene(const hg_profile *profile, int64_t g)
{
    return (long double)(profile->kind == HG_PROFILE_LIST ? profile->list[g] : profile->scalar);
}

static long double mean_of(const long double *e, int64_t genes)
{
    long double sum = 0.0L;
    for (int64_t g = 0; g < genes; g++) sum += e[g];
    return sum / (long double)genes;
}

static long double component_value(const hg_fitness_component *component, int64_t genes,
                                   const long double *e, const long double *instability)
{
    long double sum = 0.0L, weights = 0.0L;
    switch (component->model) {
    case HG_FITNESS_PROPORTIONAL: return mean_of(e, genes);
    case HG_FITNESS_THRESHOLD:
        return mean_of(e, genes) >= (long double)component->threshold ? 1.0L : 0.0L;
    case HG_FITNESS_WEIGHTED:
        for (int64_t g = 0; g < genes; g++) sum += at_gene(&component->weights, g) * e[g];
        for (int64_t g = 0; g < genes; g++) weights += at_gene(&component->weights, g);
        return weights > 0.0L ? sum / weights : 0.0L;
    case HG_FITNESS_EPISTATIC:
        for (int64_t i = 0; i < component->interaction_count; i++) {
            const hg_edge *m = &component->interactions[i];
            sum += e[m->source] * (long double)m->weight * e[m->target];
        }
        return mean_of(e, genes) + (genes > 1 ? sum / (long double)genes : sum);
    case HG_FITNESS_GAUSSIAN:
        for (int64_t g = 0; g < genes; g++) {
            const long double d = e[g] - at_gene(&component->optimum, g);
            sum += at_gene(&component->strength, g) * d * d;
        }
        return expl(-sum);
    case HG_FITNESS_STABILITY:
        for (int64_t g = 0; g < genes; g++) sum += instability[g];
        return expl(-(long double)component->strength.scalar * sum);
    default: return 1.0L;
    }
}

/* The terms first .. first+count-1 of the phenotype against their components' product. */
static void compare_fitness(const scene *s, hg_tile *tile, int first, int count)
{
    double bits[HG_LANES];
    for (int v = 0; v < HG_COUNT_OF(variants); v++) {
        const hg_kernels *kernels = hg_kernels_named(variants[v]);
        if (kernels == NULL) continue;
        kernels->evaluate(s->phenotype.terms + first, count, s->network.genes, tile);
        if (v == 0) memcpy(bits, tile->fitness, sizeof bits);
        ck_assert(hg_test_same_bits(bits, tile->fitness, HG_LANES));
    }
    for (int l = 0; l < HG_LANES; l++) {
        long double expected = 1.0L;
        for (int i = first; i < first + count; i++)
            expected *= component_value(&s->config.fitness[i], s->network.genes, s->expression[l],
                                        s->instability[l]);
        ck_assert_msg(hg_test_close(bits[l], fmaxl(0.0L, expected), 1e-12, 1e-3),
                      "fitness model %d, %d genes: %.17g is not %.17Lg",
                      (int)s->config.fitness[first].model, (int)s->network.genes, bits[l],
                      expected);
    }
}

START_TEST(fitness_models)
{
    static scene s;
    static hg_edge interactions[MOST_GENES * MOST_GENES];
    hg_fitness_component component[COMPONENTS];
    uint64_t state = 77;
    for (int n = 0; n < HG_COUNT_OF(gene_counts); n++)
        for (int window = 1; window <= 3; window += 2) {
            const int64_t genes = gene_counts[n];
            memset(&s, 0, sizeof s);
            s.config.regulation.model = HG_REGULATION_ADDITIVE;
            s.config.development.steps = 3;
            s.config.development.window = window;
            choose_components(&s, component, genes, interactions, &state);
            set_up(&s, &state, genes, genes == 1 ? 1.0 : 0.3);
            hg_tile tile;
            ck_assert_int_eq(hg_tile_create(&tile, &s.phenotype), HG_OK);
            develop(hg_kernels_best(), &s.phenotype.development, &tile, (const double *const *)s.genome,
                    HG_LANES, s.weight_offset);
            for (int l = 0; l < HG_LANES; l++) { /* what evaluate() sees, to the last bit */
                for (int64_t g = 0; g < genes; g++) {
                    s.expression[l][g] = (long double)tile.expression[g * HG_LANES + l];
                    s.instability[l][g] = tile.instability == NULL ? 0.0L
                        : (long double)tile.instability[g * HG_LANES + l];
                }
            }
            for (int i = 0; i < COMPONENTS; i++) compare_fitness(&s, &tile, i, 1);
            compare_fitness(&s, &tile, 0, ZERO_WEIGHTS);
            compare_fitness(&s, &tile, 0, COMPONENTS);
            compare_fitness(&s, &tile, 0, 0);
            hg_tile_free(&tile);
            tear_down(&s);
        }
}
END_TEST

/* A mean exactly at the threshold is enough; negative products become 0. */
START_TEST(thresholds_and_clamps)
{
    static scene s;
    memset(&s, 0, sizeof s);
    uint64_t state = 3;
    hg_edge repulsion = {0, 1, -100.0};
    hg_fitness_component component[] = {
        {.model = HG_FITNESS_THRESHOLD, .threshold = 0.5},
        {.model = HG_FITNESS_EPISTATIC, .interactions = &repulsion, .interaction_count = 1}};
    s.config.fitness = component;
    s.config.fitness_count = 2;
    s.config.development.steps = s.config.development.window = 1;
    set_up(&s, &state, 2, 0.0);
    for (int l = 0; l < HG_LANES; l++) {
        s.genome[l][0] = 0.25;
        s.genome[l][1] = l % 2 == 0 ? 0.75 : nextafter(0.75, 0.0);
    }
    hg_tile tile;
    ck_assert_int_eq(hg_tile_create(&tile, &s.phenotype), HG_OK);
    for (int v = 0; v < HG_COUNT_OF(variants); v++) {
        const hg_kernels *kernels = hg_kernels_named(variants[v]);
        if (kernels == NULL) continue;
        develop(kernels, &s.phenotype.development, &tile, (const double *const *)s.genome,
                HG_LANES, s.weight_offset);
        kernels->evaluate(s.phenotype.terms, 1, 2, &tile);
        for (int l = 0; l < HG_LANES; l++)
            ck_assert_double_eq(tile.fitness[l], l % 2 == 0 ? 1.0 : 0.0);
        kernels->evaluate(s.phenotype.terms + 1, 1, 2, &tile);
        for (int l = 0; l < HG_LANES; l++) ck_assert_double_eq(tile.fitness[l], 0.0);
    }
    hg_tile_free(&tile);
    tear_down(&s);
}
END_TEST

/* The mean of equal levels is that level, however many genes there are; one level less is less. */
START_TEST(levels_equal_to_the_threshold_suffice)
{
    const double levels[] = {0.1, 0.3, 0.7, 1.0 / 3.0, 1e-300, 1e300};
    for (int k = 0; k < HG_COUNT_OF(levels); k++)
        for (int64_t genes = 1; genes <= 20; genes++) {
            static scene s;
            memset(&s, 0, sizeof s);
            uint64_t state = 3;
            hg_fitness_component component = {.model = HG_FITNESS_THRESHOLD,
                                              .threshold = levels[k]};
            s.config.fitness = &component;
            s.config.fitness_count = 1;
            s.config.development.steps = s.config.development.window = 1;
            set_up(&s, &state, genes, 0.0);
            for (int l = 0; l < HG_LANES; l++)
                for (int64_t g = 0; g < genes; g++)
                    s.genome[l][g] = g == 0 && l % 2 == 1 ? nextafter(levels[k], 0.0) : levels[k];
            hg_tile tile;
            ck_assert_int_eq(hg_tile_create(&tile, &s.phenotype), HG_OK);
            for (int v = 0; v < HG_COUNT_OF(variants); v++) {
                const hg_kernels *kernels = hg_kernels_named(variants[v]);
                if (kernels == NULL) continue;
                develop(kernels, &s.phenotype.development, &tile, (const double *const *)s.genome,
                        HG_LANES, s.weight_offset);
                kernels->evaluate(s.phenotype.terms, 1, genes, &tile);
                for (int l = 0; l < HG_LANES; l++)
                    ck_assert_double_eq(tile.fitness[l], l % 2 == 0 ? 1.0 : 0.0);
            }
            hg_tile_free(&tile);
            tear_down(&s);
        }
}
END_TEST

/* --- tiles ------------------------------------------------------------------------------------ */

/* Rows come back as they went in, and nothing beside them is touched. */
START_TEST(rows_survive_the_tile)
{
    static double back[HG_LANES][MOST_GENES + 1];
    uint64_t state = 21;
    for (int genes = 1; genes <= 21; genes++) {
        static scene s;
        memset(&s, 0, sizeof s);
        s.config.development.steps = s.config.development.window = 1;
        set_up(&s, &state, genes, 0.0);
        hg_tile tile;
        ck_assert_int_eq(hg_tile_create(&tile, &s.phenotype), HG_OK);
        for (int v = 0; v < HG_COUNT_OF(variants); v++) {
            const hg_kernels *kernels = hg_kernels_named(variants[v]);
            for (int count = 1; kernels != NULL && count <= HG_LANES; count++) {
                double *rows[HG_LANES];
                for (int l = 0; l < HG_LANES; l++) {
                    rows[l] = back[l];
                    for (int g = 0; g <= MOST_GENES; g++) back[l][g] = -1.0;
                }
                develop(kernels, &s.phenotype.development, &tile, (const double *const *)s.genome,
                        count, s.weight_offset);
                kernels->store(tile.expression, genes, rows, count);
                for (int l = 0; l < HG_LANES; l++)
                    for (int g = 0; g <= MOST_GENES; g++)
                        ck_assert_double_eq(back[l][g], l < count && g < genes ? s.genome[l][g]
                                                                               : -1.0);
            }
        }
        hg_tile_free(&tile);
        tear_down(&s);
    }
}
END_TEST

/* --- exact sums --------------------------------------------------------------------------------- */

enum { COLUMNS = 24, BITS = 51, REST = 50, TIMES = 2048 / HG_LANES };

typedef struct grid {
    double shift[COLUMNS], coarse[COLUMNS], fine[COLUMNS], coarse2[COLUMNS], fine2[COLUMNS];
    double reach[COLUMNS], quantum[COLUMNS], quantum2[COLUMNS];
    uint8_t rests[COLUMNS / HG_GRID_GROUP];
    bool done[COLUMNS / HG_GRID_GROUP];
} grid;

static hg_grid make_grid(grid *g, uint64_t *state)
{
    for (int c = 0; c < COLUMNS; c++) {
        const double reach = ldexp(1.0, c - COLUMNS / 2);
        g->shift[c] = hg_test_uniform(state, -1.0, 1.0) * reach;
        g->quantum[c] = ldexp(reach, -BITS);
        g->quantum2[c] = ldexp(reach * reach, -BITS);
        g->coarse[c] = 0x1.8p52 * g->quantum[c];
        g->fine[c] = 0x1.8p52 * ldexp(g->quantum[c], -REST);
        g->coarse2[c] = 0x1.8p52 * g->quantum2[c];
        g->fine2[c] = 0x1.8p52 * ldexp(g->quantum2[c], -REST);
        g->reach[c] = reach;
        g->rests[c / HG_GRID_GROUP] = c / HG_GRID_GROUP % 2 == 0;
        g->done[c / HG_GRID_GROUP] = false;
    }
    return (hg_grid){g->shift, g->coarse, g->fine, g->coarse2, g->fine2, g->rests, g->done};
}

/* A number in whole quanta, and what that leaves over in the fine ones. */
static void count_plainly(double x, double quantum, int64_t copies, __int128 *sum)
{
    const double whole = nearbyint(x / quantum);
    sum[0] += (__int128)whole * copies;
    sum[1] += (__int128)nearbyint((x - whole * quantum) / ldexp(quantum, -REST)) * copies;
}

/* What one value adds, in __int128: the deviation and its square. */
static void add_plainly(const grid *g, int c, double value, int64_t copies, __int128 *sum)
{
    const double d = value - g->shift[c];
    count_plainly(d, g->quantum[c], copies, sum + HG_SUM_DEVIATION);
    count_plainly(d * d, g->quantum2[c], copies, sum + HG_SUM_SQUARE);
}

START_TEST(sums_are_exact)
{
    static double values[HG_LANES][COLUMNS];
    uint64_t state = 31;
    grid g;
    const hg_grid as_given = make_grid(&g, &state);
    for (int v = 0; v < HG_COUNT_OF(variants); v++) {
        const hg_kernels *kernels = hg_kernels_named(variants[v]);
        if (kernels == NULL) continue;
        for (int rows = 1; rows <= HG_LANES; rows++)
            for (int many = 0; many < 2; many++) {
                int64_t sum[HG_SUMS][COLUMNS] = {{0}};
                double largest[COLUMNS] = {0}, met[COLUMNS] = {0};
                __int128 expected[COLUMNS][HG_SUMS] = {{0}};
                int64_t copies[HG_LANES];
                const double *row[HG_LANES];
                for (int r = 0; r < rows; r++) {
                    row[r] = values[r];
                    copies[r] = many ? (int64_t)(hg_test_bits(&state) % TIMES) : 1;
                    for (int c = 0; c < COLUMNS; c++) {
                        const double reach = g.reach[c];
                        values[r][c] = g.shift[c] + 0.99 * hg_test_uniform(&state, -reach, reach);
                        add_plainly(&g, c, values[r][c], copies[r], expected[c]);
                        const double d = values[r][c] - g.shift[c];
                        met[c] = fmax(met[c], d * d);
                    }
                }
                const hg_grid_sums sums = {{sum[0], sum[1], sum[2], sum[3]}, largest};
                kernels->add_rows(&as_given, COLUMNS, row, copies, rows, &sums);
                for (int c = 0; c < COLUMNS; c++) {
                    const bool rests = g.rests[c / HG_GRID_GROUP];
                    for (int k = 0; k < HG_SUMS; k++) {
                        const bool summed = rests || k == HG_SUM_DEVIATION || k == HG_SUM_SQUARE;
                        ck_assert((summed ? expected[c][k] : 0) == sum[k][c]);
                    }
                    ck_assert_double_eq(largest[c], met[c]);
                }
            }
    }
}
END_TEST

START_TEST(misfits_are_noticed)
{
    static double values[HG_LANES][COLUMNS];
    uint64_t state = 41;
    grid g;
    const hg_grid as_given = make_grid(&g, &state);
    for (int v = 0; v < HG_COUNT_OF(variants); v++) {
        const hg_kernels *kernels = hg_kernels_named(variants[v]);
        if (kernels == NULL) continue;
        for (int bad = 0; bad < 5; bad++)
            for (int c = 0; c < COLUMNS; c++) {
                int64_t sum[HG_SUMS][COLUMNS] = {{0}};
                double largest[COLUMNS] = {0};
                const hg_grid_sums sums = {{sum[0], sum[1], sum[2], sum[3]}, largest};
                const double reach = g.reach[c];
                const double misfits[] = {NAN, INFINITY, -INFINITY, g.shift[c] + 1.1 * reach,
                                          g.shift[c] - 1.1 * reach};
                const double *row[HG_LANES];
                int64_t copies[HG_LANES];
                for (int r = 0; r < HG_LANES; r++) {
                    row[r] = values[r];
                    copies[r] = 1;
                    memcpy(values[r], g.shift, sizeof g.shift);
                }
                values[(bad * 7 + c) % HG_LANES][c] = misfits[bad];
                kernels->add_rows(&as_given, COLUMNS, row, copies, HG_LANES, &sums);
                for (int k = 0; k < COLUMNS; k++)
                    ck_assert(k == c ? !(largest[k] <= reach * reach) : largest[k] == 0.0);
                const bool is_finite = bad > 2;
                ck_assert(isfinite(largest[c]) == is_finite);
                values[(bad * 7 + c) % HG_LANES][c] = g.shift[c]; /* it stays known */
                kernels->add_rows(&as_given, COLUMNS, row, copies, HG_LANES, &sums);
                ck_assert(!(largest[c] <= reach * reach) && isfinite(largest[c]) == is_finite);
            }
    }
}
END_TEST

START_TEST(columns_that_are_done_are_left_alone)
{
    static double values[HG_LANES][COLUMNS];
    uint64_t state = 43;
    grid g;
    const hg_grid as_given = make_grid(&g, &state);
    g.done[1] = true;
    for (int v = 0; v < HG_COUNT_OF(variants); v++) {
        const hg_kernels *kernels = hg_kernels_named(variants[v]);
        if (kernels == NULL) continue;
        int64_t sum[HG_SUMS][COLUMNS] = {{0}}, copies[HG_LANES];
        double largest[COLUMNS] = {0};
        const double *row[HG_LANES];
        const hg_grid_sums sums = {{sum[0], sum[1], sum[2], sum[3]}, largest};
        for (int r = 0; r < HG_LANES; r++) {
            row[r] = values[r];
            copies[r] = 1;
            for (int c = 0; c < COLUMNS; c++) values[r][c] = g.shift[c] + 0.5 * g.reach[c];
        }
        kernels->add_rows(&as_given, COLUMNS, row, copies, HG_LANES, &sums);
        for (int c = 0; c < COLUMNS; c++) {
            const bool done = c / HG_GRID_GROUP == 1;
            ck_assert((largest[c] == 0.0) == done);
            ck_assert((sum[HG_SUM_DEVIATION][c] == 0) == done);
        }
    }
}
END_TEST

/* --- tournaments ---------------------------------------------------------------------------------- */

/* (m^k - (m - tied)^k)/(tied n^k) of the m that are not ahead. */
static long double plain_chance(double n, double size, double m, double tied)
{
    const long double k = (long double)size;
    return powl((long double)m / (long double)n, k) *
           -expm1l(k * log1pl(-(long double)tied / (long double)m)) / (long double)tied;
}

/* To 1e-12, but for what the rounding of left/n does to its power; the same bits everywhere. */
START_TEST(tournaments_have_their_winners)
{
    enum { MOST = 45 };
    static const double sizes[] = {1, 2, 3, 7, 100, 1e6, 1e12};
    const int64_t populations[] = {1, 2, 3, 17, MOST, 1000000, 1000000000000};
    for (int s = 0; s < HG_COUNT_OF(sizes); s++)
        for (int p = 0; p < HG_COUNT_OF(populations); p++)
            for (int class = 1; class < 60; class += class < 4 ? 1 : 11) {
                const int64_t n = populations[p], count = n < MOST ? n : MOST;
                double bits[MOST + 1], chance[MOST + 1], left[MOST + 1] = {0}, tied[MOST + 1] = {0};
                for (int64_t i = 0; i < count; i++) { /* classes of `class`, the last one smaller */
                    left[i] = (double)(n - i / class * class);
                    tied[i] = left[i] < class ? left[i] : class;
                }
                for (int v = 0; v < HG_COUNT_OF(variants); v++) {
                    const hg_kernels *kernels = hg_kernels_named(variants[v]);
                    if (kernels == NULL) continue;
                    for (int64_t i = 0; i <= count; i++) chance[i] = i < count ? left[i] : 7.0;
                    kernels->win_chances((double)n, sizes[s], tied, chance, count);
                    if (v == 0) memcpy(bits, chance, sizeof bits);
                    ck_assert(hg_test_same_bits(bits, chance, count + 1));
                }
                double sum = 0.0;
                for (int64_t i = count - 1; i >= 0; i--) {
                    const long double expected = plain_chance((double)n, sizes[s], left[i], tied[i]);
                    ck_assert(hg_test_close(bits[i], expected, 1e-12 + 1e-15 * sizes[s], 1e-300));
                    if (class >= n) ck_assert(hg_test_close(bits[i], 1.0L / n, 1e-15, 0.0));
                    sum += bits[i];
                }
                if (count == n) ck_assert_double_eq_tol(sum, 1.0, 1e-9);
                ck_assert_double_eq(bits[count], 7.0);
            }
}
END_TEST

/* --- points among bounds -------------------------------------------------------------------------- */

enum { BOUNDS = 37, POINTS = 60 };

/* Ascending, some of them equal; points ascend, too, some of them exactly on bounds. */
static void scatter(uint64_t *state, double *bound, int bounds, double *point, int points)
{
    double at = 0.0;
    for (int i = 0; i < bounds; i++) {
        if (hg_test_uniform(state, 0.0, 1.0) < 0.8) at += hg_test_uniform(state, 0.0, 1.0);
        bound[i] = at;
    }
    for (int i = 0; i < HG_BOUNDS_PADDING; i++) bound[bounds + i] = INFINITY;
    at = 0.0;
    for (int j = 0; j < points; j++) {
        at += hg_test_uniform(state, 0.0, 2.0) * (double)bounds / (double)points;
        const int i = (int)(hg_test_uniform(state, 0.0, 1.0) * bounds);
        if (hg_test_uniform(state, 0.0, 1.0) < 0.3 && bound[i] > at) at = bound[i];
        point[j] = at;
    }
}

/* Parents and their intervals: every variant, as a plain count. */
START_TEST(points_are_located)
{
    uint64_t state = 17;
    for (int trial = 0; trial < 400; trial++) {
        double bound[BOUNDS + HG_BOUNDS_PADDING], point[POINTS];
        const int bounds = 1 + trial % BOUNDS, points = trial % (POINTS + 1);
        scatter(&state, bound, bounds, point, points);
        for (int v = 0; v < HG_COUNT_OF(variants); v++) {
            const hg_kernels *kernels = hg_kernels_named(variants[v]);
            int32_t which[POINTS];
            if (kernels == NULL) continue;
            const int64_t found = kernels->locate(bound, bounds, point, points, which);
            for (int j = 0; j < points; j++) {
                int passed = 0;
                for (int i = 0; i < bounds; i++) passed += bound[i] <= point[j];
                ck_assert_int_eq(j < found, passed < bounds);
                if (j < found) ck_assert_int_eq(which[j], passed);
            }
        }
    }
}
END_TEST

/* --- dominance ------------------------------------------------------------------------------------ */

enum { OWNS = 45, OTHERS = 70, OBJECTIVES = 9, GAP = 3 };

static int64_t count_dominators_plainly(const double *own, const double *other, int others,
                                        int objectives)
{
    int64_t count = 0;
    for (int j = 0; j < others; j++) {
        bool less = false, more = false;
        for (int o = 0; o < objectives; o++) {
            less |= other[o * (OTHERS + GAP) + j] < own[o * (OWNS + GAP)];
            more |= other[o * (OTHERS + GAP) + j] > own[o * (OWNS + GAP)];
        }
        count += more && !less;
    }
    return count;
}

/* Values on few levels, so that ties and equals abound, infinities and both zeros among them. */
static void draw_levels(double *values, int count, int levels, uint64_t *state)
{
    static const double level[] = {0.0, 1.0, -0.0, 2.0, -1.0, INFINITY, -INFINITY, 0.5};
    for (int i = 0; i < count; i++)
        values[i] = levels == 0 ? hg_test_uniform(state, -1.0, 1.0)
                                : level[hg_test_bits(state) % (uint64_t)levels];
}

START_TEST(dominators_are_counted)
{
    static double own[OBJECTIVES * (OWNS + GAP)], other[OBJECTIVES * (OTHERS + GAP)];
    uint64_t state = 51;
    const int others[] = {0, 1, 7, OTHERS};
    for (int levels = 0; levels <= 8; levels++) {
        draw_levels(own, HG_COUNT_OF(own), levels, &state);
        draw_levels(other, HG_COUNT_OF(other), levels, &state);
        for (int v = 0; v < HG_COUNT_OF(variants); v++) {
            const hg_kernels *kernels = hg_kernels_named(variants[v]);
            for (int owns = 0; kernels != NULL && owns <= OWNS; owns++)
                for (int objectives = 1; objectives <= OBJECTIVES; objectives++) {
                    const int many = others[(owns + objectives) % HG_COUNT_OF(others)];
                    int64_t count[OWNS + 1];
                    for (int i = 0; i <= OWNS; i++) count[i] = 100 * i;
                    kernels->count_dominators(own, OWNS + GAP, owns, other, OTHERS + GAP, many,
                                              objectives, count);
                    for (int i = 0; i <= OWNS; i++)
                        ck_assert_int_eq(count[i] - 100 * i,
                            i >= owns ? 0 : count_dominators_plainly(own + i, other, many,
                                                                     objectives));
                }
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kernels");
    HG_TEST(regulation_none);
    HG_TEST(regulation_additive);
    HG_TEST(regulation_multiplicative);
    HG_TEST(regulation_hill);
    HG_TEST(regulation_sigmoid);
    HG_TEST(regulation_siegal_bergman);
    HG_TEST(regulation_wagner);
    HG_TEST(regulation_wagner_zero);
    HG_TEST(hill_at_the_extremes);
    HG_TEST(fitness_models);
    HG_TEST(thresholds_and_clamps);
    HG_TEST(levels_equal_to_the_threshold_suffice);
    HG_TEST(rows_survive_the_tile);
    HG_TEST(sums_are_exact);
    HG_TEST(misfits_are_noticed);
    HG_TEST(columns_that_are_done_are_left_alone);
    HG_TEST(tournaments_have_their_winners);
    HG_TEST(points_are_located);
    HG_TEST(dominators_are_counted);
    return hg_test_run(suite, CK_NORMAL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
