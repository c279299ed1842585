/* SPDX-License-Identifier: GPL-3.0-or-later
 * Between run file and kernels: promoters, environments that vary, and creation that fails at
 * every allocation in turn. */
#include "support.h"

#include "base/memory.h"
#include "population/environment.h"
#include "population/genotypes.h"
#include "population/phenotype.h"
#include "population/statistics.h"

enum { GENES = 4 };

static double slope[GENES] = {0.5, -2.0, 0.0, 1.0}, k[GENES] = {0.5, 1.0, 2.0, 1e-3};
static double n[GENES] = {2.0, 1.0, 3.5, 4.0}, at[] = {0, 10, 20}, values[] = {0.2, 0.8, 0.4};

START_TEST(promoters_of_every_model)
{
    const double concentrations[] = {0.0, 1e-200, 0.7, 1e200};
    for (int model = 0; model < HG_EXPRESSION_MODELS; model++)
        for (int i = 0; i < HG_COUNT_OF(concentrations); i++)
            for (int half = 0; half < 2; half++) {
                const double c = concentrations[i];
                const hg_expression_parameters parameters = {
                    (hg_expression_model)model, slope, k, n, 2.5, 37.0, half ? 0.3 : 0.0};
                const hg_environment_state state = {c, 22.0, half ? 0.6 : 0.0};
                double offset[GENES], factor[GENES], envelope;
                hg_expression_promoters(&parameters, &state, GENES, offset, factor, &envelope);
                const long double around = powl(2.5L, -1.5L) * (half ? 0.6L / 0.9L : 1.0L);
                ck_assert(hg_test_close(envelope, around, 1e-14, 0.0));
                for (int g = 0; g < GENES; g++) {
                    long double f = around;
                    if (model == HG_EXPRESSION_HILL)
                        f *= c == 0.0 ? 0.0L : 1.0L / (1.0L + powl((long double)k[g] /
                                                    (long double)c, (long double)n[g]));
                    ck_assert(hg_test_close(factor[g], f, 1e-13, 1e-290));
                    ck_assert_double_eq(offset[g], model == HG_EXPRESSION_LINEAR ? slope[g] * c
                                                                                 : 0.0);
                }
            }
}
END_TEST

START_TEST(tables_in_time)
{
    hg_series series = {.kind = HG_SERIES_TABLE, .count = 3, .at = at, .values = values};
    const double steps[] = {0.2, 0.2, 0.8, 0.8, 0.4, 0.4};
    const double lines[] = {0.2, 0.5, 0.8, 0.6, 0.4, 0.4};
    for (int i = 0; i < 6; i++) {
        series.linear = false;
        ck_assert_double_eq(hg_series_at(&series, 5 * i), steps[i]);
        series.linear = true;
        ck_assert(hg_test_close(hg_series_at(&series, 5 * i), (long double)lines[i], 1e-15, 1.0));
    }
    ck_assert(hg_series_varies(&series));
    const hg_series constant = {.kind = HG_SERIES_CONSTANT, .value = 3.0};
    ck_assert(!hg_series_varies(&constant));
    ck_assert_double_eq(hg_series_at(&constant, 1000000), 3.0);
}
END_TEST

typedef struct scene {
    hg_config config;
    hg_network network;
    hg_fitness_component component[3];
    hg_edge interaction;
} scene;

static void set_up(scene *s)
{
    const hg_edge edges[] = {{0, 1, 1.0}, {1, 2, -1.0}, {3, 3, 0.5}};
    const hg_series constant = {.kind = HG_SERIES_CONSTANT, .value = 1.0};
    memset(s, 0, sizeof *s);
    ck_assert_int_eq(hg_network_create(&s->network, GENES, NULL, 0, edges, 3), HG_OK);
    s->config.environment.tf_concentration = s->config.environment.nutrients = constant;
    s->config.environment.temperature = constant;
    s->config.expression.k.scalar = s->config.expression.n.scalar = 1.0;
    s->config.expression.q10 = 1.0;
    s->config.regulation.model = HG_REGULATION_ADDITIVE;
    s->config.development.steps = 4;
    s->config.development.window = 2;
    s->config.network.heritable = true;
    s->interaction = (hg_edge){0, 3, 0.5};
    s->component[0] = (hg_fitness_component){.model = HG_FITNESS_GAUSSIAN, .optimum_varies = true,
        .optimum_series = {.kind = HG_SERIES_TABLE, .count = 3, .at = at, .values = values}};
    s->component[1] = (hg_fitness_component){.model = HG_FITNESS_EPISTATIC,
                                             .interactions = &s->interaction, .interaction_count = 1};
    s->component[2] = (hg_fitness_component){.model = HG_FITNESS_WEIGHTED, .weights = {.scalar = 1}};
    s->config.fitness = s->component;
    s->config.fitness_count = 3;
}

START_TEST(updates_say_what_changed)
{
    scene s;
    set_up(&s);
    hg_phenotype phenotype;
    ck_assert_int_eq(hg_phenotype_create(&phenotype, &s.config, &s.network), HG_OK);
    ck_assert(phenotype.varies && phenotype.optimum_varies);
    ck_assert(hg_optima_recorded(&s.config) == 1 && hg_optimum_component(&s.config, 1) < 0);
    ck_assert(hg_phenotype_update(&phenotype, 0));
    ck_assert(!hg_phenotype_update(&phenotype, 9));
    ck_assert_double_eq(hg_phenotype_optimum(&phenotype, 0)[GENES - 1], 0.2);
    ck_assert(hg_phenotype_update(&phenotype, 10));
    ck_assert_double_eq(hg_phenotype_optimum(&phenotype, 0)[0], 0.8);
    hg_phenotype_free(&phenotype);
    s.component[0].optimum_varies = false;
    ck_assert_int_eq(hg_phenotype_create(&phenotype, &s.config, &s.network), HG_OK);
    ck_assert(!phenotype.varies && hg_optima_recorded(&s.config) == 0);
    ck_assert(hg_phenotype_update(&phenotype, 0) && !hg_phenotype_update(&phenotype, 15));
    hg_phenotype_free(&phenotype);
    hg_network_free(&s.network);
}
END_TEST

static hg_status create_all(scene *s, hg_phenotype *phenotype, hg_tile *tile,
                            hg_genotypes *genotypes, hg_statistics *statistics)
{
    HG_TRY(hg_phenotype_create(phenotype, &s->config, &s->network));
    HG_TRY(hg_tile_create(tile, phenotype));
    HG_TRY(hg_genotypes_create(genotypes, 10, GENES, 3, 1, true, true));
    return hg_statistics_create(statistics, GENES, 3, true, 2);
}

START_TEST(creation_fails_cleanly)
{
    scene s;
    set_up(&s);
    const int64_t before = hg_memory_total().current;
    hg_status status = HG_NO_MEMORY;
    int failures = 0;
    for (int i = 1; status != HG_OK; i++) {
        hg_phenotype phenotype = {0};
        hg_tile tile = {0};
        hg_genotypes genotypes = {0};
        hg_statistics statistics = {0};
        hg_memory_fail_at(i);
        status = create_all(&s, &phenotype, &tile, &genotypes, &statistics);
        hg_memory_fail_at(0);
        ck_assert(status == HG_OK || status == HG_NO_MEMORY);
        failures += status != HG_OK;
        hg_tile_free(&tile);
        hg_statistics_free(&statistics);
        hg_genotypes_free(&genotypes);
        hg_phenotype_free(&phenotype);
        ck_assert_int_eq(hg_memory_total().current, before);
    }
    ck_assert_int_gt(failures, 30);
    hg_network_free(&s.network);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("phenotype");
    HG_TEST(promoters_of_every_model);
    HG_TEST(tables_in_time);
    HG_TEST(updates_say_what_changed);
    HG_TEST(creation_fails_cleanly);
    return hg_test_run(suite, CK_NORMAL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
