/* SPDX-License-Identifier: GPL-3.0-or-later
 * Recombination, mutants, the values of diploids, and environments that wander. */
#include "support.h"

#include "base/memory.h"
#include "model/mutation.h"
#include "model/recombination.h"
#include "population/environment.h"
#include "population/genotypes.h"

enum { GENES = 7, DRAWS = 40000 };

static double rates[GENES - 2] = {0.0, 0.02, 0.5, 0.3, 0.1};
static int64_t chromosomes[] = {4, 3};

/* A count of successes with probability p is within 5 standard errors. */
static bool agrees(int64_t count, int64_t trials, double p)
{
    const double error = sqrt((double)trials * p * (1.0 - p));
    return fabs((double)count - (double)trials * p) <= 5.0 * error;
}

/* How often neighbours, and the first and the last gene, come from different genomes. */
static void check_map(const hg_recombination *map, const double *expected, int gamete)
{
    int64_t parted[GENES] = {0}, first = 0, ends = 0;
    uint8_t origin[GENES];
    for (int i = 0; i < DRAWS; i++) {
        const hg_stream stream = hg_stream_of(3, HG_PURPOSE_TEST, 1, i);
        hg_recombination_draw(map, &stream, gamete, origin);
        first += origin[0];
        ends += origin[0] != origin[GENES - 1];
        for (int g = 1; g < GENES; g++) parted[g] += origin[g] != origin[g - 1];
    }
    double apart = 0.0; /* an odd number of crossovers */
    ck_assert(agrees(first, DRAWS, 0.5));
    for (int g = 1; g < GENES; g++) {
        ck_assert_msg(agrees(parted[g], DRAWS, expected[g]), "interval %d: %g, expected %g", g,
                      (double)parted[g] / DRAWS, expected[g]);
        apart = apart * (1.0 - expected[g]) + (1.0 - apart) * expected[g];
    }
    ck_assert(agrees(ends, DRAWS, apart));
}

START_TEST(crossovers_fall_where_the_map_says)
{
    const double expected[GENES] = {0.0, 0.0, 0.02, 0.5, 0.5, 0.3, 0.1};
    const double even[GENES] = {0.0, 0.07, 0.07, 0.07, 0.07, 0.07, 0.07};
    double rate = 0.07;
    hg_config config = {.mating = {.recombination = HG_RECOMBINATION_MAP, .rates = rates,
                                   .rate_count = GENES - 2, .chromosomes = chromosomes,
                                   .chromosome_count = 2}};
    hg_recombination map;
    ck_assert_int_eq(hg_recombination_create(&map, &config, GENES), HG_OK);
    for (int gamete = -1; gamete <= 1; gamete++) check_map(&map, expected, gamete);
    hg_recombination_free(&map);
    config.mating.rates = &rate;
    config.mating.rate_count = 1;
    config.mating.chromosomes = NULL;
    ck_assert_int_eq(hg_recombination_create(&map, &config, GENES), HG_OK);
    check_map(&map, even, 0);
    hg_recombination_free(&map);
}
END_TEST

START_TEST(uniform_recombination_has_its_rate)
{
    const double probabilities[] = {0.0, 0.2, 0.5, 1.0};
    for (int p = 0; p < HG_COUNT_OF(probabilities); p++)
        for (int gamete = -1; gamete <= 1; gamete++) {
            const hg_recombination uniform = {.genes = GENES, .rate = probabilities[p]};
            int64_t second = 0, mixed = 0, starts = 0;
            uint8_t origin[GENES];
            for (int i = 0; i < DRAWS; i++) {
                const hg_stream stream = hg_stream_of(4, HG_PURPOSE_TEST, p, i);
                hg_recombination_draw(&uniform, &stream, gamete, origin);
                starts += origin[0];
                for (int g = 0; g < GENES; g++) second += origin[g];
                for (int g = 1; g < GENES; g++) mixed += origin[g] != origin[g - 1];
            }
            const double r = probabilities[p];
            ck_assert(agrees(mixed, DRAWS * (GENES - 1), 2.0 * r * (1.0 - r)));
            if (gamete < 0) ck_assert(agrees(second, DRAWS * GENES, r));
            else ck_assert(agrees(starts, DRAWS, 0.5));
        }
}
END_TEST

START_TEST(gametes_are_independent)
{
    const hg_recombination uniform = {.genes = GENES, .rate = 0.5};
    int64_t alike = 0;
    uint8_t a[GENES], b[GENES];
    for (int i = 0; i < DRAWS; i++) {
        const hg_stream stream = hg_stream_of(5, HG_PURPOSE_TEST, 1, i);
        hg_recombination_draw(&uniform, &stream, 0, a);
        hg_recombination_draw(&uniform, &stream, 1, b);
        for (int g = 0; g < GENES; g++) alike += a[g] == b[g];
    }
    ck_assert(agrees(alike, DRAWS * GENES, 0.5));
}
END_TEST

START_TEST(mutants_of_every_model)
{
    hg_mutation_law law = {.sd = 0.3, .mean = 2.0, .retention = 0.6};
    const double x = 1.7, z = -1.2, fresh = 9.0;
    const long double expected[HG_MUTATION_MODELS] = {
        [HG_MUTATION_GAUSSIAN] = 1.7L - 0.36L, [HG_MUTATION_LOGNORMAL] = 1.7L * expl(-0.36L),
        [HG_MUTATION_REPLACE] = 9.0L, [HG_MUTATION_REGRESSION] = 2.0L - 0.6L * 0.3L - 0.36L};
    for (int model = 0; model < HG_MUTATION_MODELS; model++) {
        law.model = (hg_mutation_model)model;
        ck_assert(hg_test_close(hg_mutant(&law, x, z, fresh), expected[model], 1e-15, 1.0));
    }
    law.model = HG_MUTATION_LOGNORMAL;
    ck_assert_double_eq(hg_mutant(&law, 0.0, z, fresh), 0.0);
}
END_TEST

START_TEST(values_are_the_mean_of_two_alleles)
{
    enum { EDGES = 3 };
    hg_genotypes diploid, haploid;
    double room[32] = {0};
    ck_assert_int_eq(hg_genotypes_create(&diploid, 1, GENES, EDGES, 2, false, true), HG_OK);
    ck_assert_int_eq(hg_genotypes_create(&haploid, 1, GENES, EDGES, 1, false, true), HG_OK);
    double *genome = hg_genome(&diploid, 0);
    for (int i = 0; i < 2 * GENES; i++) genome[i] = i * i;
    for (int i = 0; i < 2 * EDGES; i++) genome[diploid.weight_offset + i] = -i * i * i;
    const double *value = hg_values(&diploid, genome, room);
    for (int g = 0; g < GENES; g++)
        ck_assert_double_eq(value[g], (4.0 * g * g + (2.0 * g + 1.0) * (2.0 * g + 1.0)) / 2.0);
    for (int e = 0; e < EDGES; e++)
        ck_assert_double_eq(value[diploid.value_weight_offset + e],
                            -(8.0 * e * e * e + pow(2.0 * e + 1.0, 3)) / 2.0);
    ck_assert_ptr_eq(hg_values(&haploid, hg_genome(&haploid, 0), room), hg_genome(&haploid, 0));
    hg_genotypes_free(&diploid);
    hg_genotypes_free(&haploid);
}
END_TEST

/* Mean, variance and covariance of neighbours of a long series, and of two demes. */
START_TEST(environments_wander_as_ar1)
{
    enum { DEMES = 60, GENERATIONS = 400 };
    const double a = -0.6, sd = 2.0;
    hg_config config = {.run = {.seed = 9}, .population = {.demes = DEMES}};
    config.environment.temperature = (hg_series){.kind = HG_SERIES_AR1, .mean = 20.0, .sd = sd,
                                                 .autocorrelation = a};
    config.environment.nutrients = (hg_series){.kind = HG_SERIES_AR1, .mean = 0.9, .sd = 0.5};
    ck_assert(hg_environment_differs(&config));
    static double x[DEMES][GENERATIONS];
    double mean = 0.0, square = 0.0, product = 0.0, cross = 0.0, start = 0.0;
    int full = 0;
    for (int d = 0; d < DEMES; d++) {
        hg_environment environment;
        ck_assert_int_eq(hg_environment_create(&environment, &config, d), HG_OK);
        for (int t = 0; t < GENERATIONS; t++) {
            hg_environment_advance(&environment, t);
            const hg_environment_state now = hg_environment_now(&environment);
            x[d][t] = now.temperature - 20.0;
            full += now.nutrients == 1.0;
            ck_assert(now.nutrients >= 0.0 && now.nutrients <= 1.0);
        }
        hg_environment_advance(&environment, 7); /* back, as if from the beginning */
        ck_assert_double_eq(hg_environment_now(&environment).temperature - 20.0, x[d][7]);
        hg_environment_free(&environment);
    }
    const double count = DEMES * (GENERATIONS - 1);
    for (int d = 0; d < DEMES; d++) {
        start += x[d][0] * x[d][0] / DEMES;
        for (int t = 1; t < GENERATIONS; t++) {
            mean += x[d][t] / count;
            square += x[d][t] * x[d][t] / count;
            product += x[d][t] * x[d][t - 1] / count;
            cross += x[d][t] * x[(d + 1) % DEMES][t] / count;
        }
    }
    const double v = sd * sd, information = (1.0 + a * a) / (1.0 - a * a); /* of squares */
    const double error = v * sqrt(2.0 * information / count);
    ck_assert(fabs(mean) <= 5.0 * sd * sqrt((1.0 + a) / (1.0 - a) / count));
    ck_assert(fabs(square - v) <= 5.0 * error && fabs(product - a * v) <= 10.0 * error);
    ck_assert(fabs(cross) <= 5.0 * error);
    ck_assert(fabs(start - v) <= 5.0 * v * sqrt(2.0 / DEMES));
    ck_assert(agrees(full, DEMES * GENERATIONS, 0.5 * erfc(0.1 / 0.5 / sqrt(2.0))));
}
END_TEST

/* Whether it takes a second value within so many generations. */
static bool takes_two_values(const hg_series *series)
{
    for (int64_t t = 1; t < 200; t++)
        if (hg_series_at(series, t) != hg_series_at(series, 0)) return true;
    return false;
}

START_TEST(a_series_varies_where_its_values_do)
{
    static const double lengths[] = {0.1, 0.125, 0.2, 0.25, 1.0 / 3.0, 0.4, 0.5, 2.0 / 3.0, 0.75, 1,
                                     1.5, 2, 2.5, 3, 7.3, 10};
    static const double phases[] = {0, 0.5, 3.14159265358979323846, -1.57079632679489661923};
    double at[] = {0, 3, 9}, values[3];
    int constant = 0, checked = 0;
    for (int v = 0; v < 27; v++) {
        for (int i = 0, rest = v; i < 3; i++, rest /= 3) values[i] = 0.1 * (rest % 3);
        for (int64_t count = 1; count <= 3; count++) {
            hg_series table = {.kind = HG_SERIES_TABLE, .count = count, .at = at, .values = values,
                               .linear = v % 2 == 0};
            ck_assert(hg_series_varies(&table) == takes_two_values(&table));
            for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
                hg_series steps = {.kind = HG_SERIES_STEPS, .count = count, .values = values,
                                   .duration = lengths[l]};
                /* within less than a generation values can be skipped, which counts as varying */
                ck_assert_msg(hg_series_varies(&steps) == takes_two_values(&steps) ||
                              (lengths[l] < 1.0 && hg_series_varies(&steps)), "%g %g %g of %d, "
                              "each for %g", values[0], values[1], values[2], (int)count, lengths[l]);
                constant += !hg_series_varies(&steps);
                checked++;
            }
        }
    }
    ck_assert(constant > checked / 10 && constant < checked);
    constant = 0;
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
        for (size_t p = 0; p < sizeof phases / sizeof *phases; p++)
            for (int a = -1; a <= 1; a++) {
                hg_series sine = {.kind = HG_SERIES_SINE, .mean = 0.3, .amplitude = a,
                                  .period = lengths[l], .phase = phases[p]};
                /* 0.1 is no tenth to the last bit, and drifts by less than shows at a crest */
                const bool drifts = lengths[l] < 0.4 && fmod(1.0, lengths[l]) != 0.0;
                ck_assert_msg(hg_series_varies(&sine) == takes_two_values(&sine) ||
                              (drifts && a != 0 && hg_series_varies(&sine)), "%d, period %.17g, "
                              "phase %g", a, lengths[l], phases[p]);
                constant += a != 0 && !hg_series_varies(&sine);
            }
    ck_assert_int_ge(constant, 2 * 4 * 4); /* periods 1, 1/2, 1/4, 1/8 in all phases */
    hg_series ramp = {.kind = HG_SERIES_RAMP, .from = 2, .to = 2, .start = 3, .end = 9};
    ck_assert(!hg_series_varies(&ramp));
    ramp.to = 2.5;
    ck_assert(hg_series_varies(&ramp));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("heredity");
    HG_TEST(crossovers_fall_where_the_map_says);
    HG_TEST(uniform_recombination_has_its_rate);
    HG_TEST(gametes_are_independent);
    HG_TEST(mutants_of_every_model);
    HG_TEST(values_are_the_mean_of_two_alleles);
    HG_TEST(environments_wander_as_ar1);
    HG_TEST(a_series_varies_where_its_values_do);
    return hg_test_run(suite, CK_NORMAL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
