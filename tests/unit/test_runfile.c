/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "io/runfile.h"
#include "model/keys.h"

#define LEAST "run: {seed: 7, generations: 10}\npopulation: {individuals: 20, genes: 4}\n"

static hg_status read_all(hg_config *config, hg_network *network, const char *text,
                          const char *const *sets, int count)
{
    *network = (hg_network){0};
    HG_TRY(hg_runfile_parse(config, "dir/my.run.yaml", text, sets, count));
    return hg_runfile_resolve(config, network);
}

static void assert_fixed_point(const char *text)
{
    hg_config config, again;
    hg_network network, same;
    char *once = NULL, *twice = NULL;
    if (read_all(&config, &network, text, NULL, 0) != HG_OK)
        ck_abort_msg("%s\n%s", text, hg_error_message());
    ck_assert_int_eq(hg_runfile_print(&config, &once), HG_OK);
    if (read_all(&again, &same, once, NULL, 0) != HG_OK)
        ck_abort_msg("%s\n%s", once, hg_error_message());
    ck_assert_int_eq(hg_runfile_print(&again, &twice), HG_OK);
    ck_assert_str_eq(once, twice);
    ck_assert_int_eq(network.edges, same.edges);
    for (int64_t e = 0; e < network.edges; e++) {
        ck_assert_int_eq(network.source[e], same.source[e]);
        ck_assert(network.weight[e] == same.weight[e]);
    }
    hg_release(&once);
    hg_release(&twice);
    hg_network_free(&network);
    hg_network_free(&same);
    hg_config_free(&config);
    hg_config_free(&again);
}

START_TEST(defaults_are_filled_in)
{
    hg_config config;
    hg_network network;
    ck_assert_int_eq(read_all(&config, &network, LEAST, NULL, 0), HG_OK);
    ck_assert_str_eq(config.run.name, "my.run");
    ck_assert_str_eq(config.output.file, "my.run.h5");
    ck_assert_str_eq(config.directory, "dir");
    ck_assert_uint_eq(config.run.seed, 7);
    ck_assert(!config.run.seed_drawn);
    ck_assert_int_eq(config.fitness_count, 1);
    ck_assert_int_eq(config.fitness[0].model, HG_FITNESS_PROPORTIONAL);
    ck_assert(config.expression.n.scalar == 2.0);
    ck_assert_uint_eq(config.output.fields,
                      HG_FIELD_BASAL | HG_FIELD_EXPRESSION | HG_FIELD_FITNESS);
    ck_assert_int_eq(config.population.demes, 1);
    ck_assert_int_eq(network.genes, 4);
    hg_network_free(&network);
    hg_config_free(&config);
}
END_TEST

START_TEST(resolving_is_a_fixed_point)
{
    assert_fixed_point(LEAST);
    assert_fixed_point(LEAST "network: {random: {density: 0.5}, weights: heritable}\n"
                       "regulation: {model: hill}\nmutation: {weights: {rate: 2e-5}}\n"
                       "expression: {k: {distribution: uniform, low: 0.1, high: 1}, n: [1, 2, 3, 4]}\n");
    assert_fixed_point(LEAST "network: {edges: [[a, \"1\", 0.1], [\"1\", \"b c\", -3]]}\n"
                       "fitness:\n- {model: epistatic, interactions: [[a, 3, 0.5], [0, 0, 1]]}\n"
                       "- {model: gaussian, width: {distribution: uniform, low: 1, high: 2},\n"
                       "   optimum: {series: table, at: [0, 5], values: [0.1, 0.2],\n"
                       "             interpolation: linear}}\n"
                       "- {model: weighted, weights: [1, 0, 2, 0.3]}\n");
    assert_fixed_point(LEAST "fitness: [{model: epistatic, matrix: [[1, 0, 0, 0], [0, 0, 2, 0],\n"
                       "  [0, 0, 0, 0], [0, 0.1, 0, 0]]}, neutral]\n"
                       "mating: {system: sexual, recombination: {rate: 0.3}}\n"
                       "output: {file: none.h5, snapshots: {at: [9, 3, 3], compression: deflate,\n"
                       "  level: 7, precision: single, fields: [parent2]}}\n");
    assert_fixed_point(LEAST "development: {steps: 4, window: 2}\nfitness: [stability]\n"
                       "environment: {nutrients: {series: table, at: 0, values: 1}}\n");
}
END_TEST

START_TEST(widths_become_strengths)
{
    hg_config config;
    hg_network network;
    ck_assert_int_eq(read_all(&config, &network, LEAST "fitness: [{model: gaussian, width: 2}]\n",
                              NULL, 0), HG_OK);
    ck_assert(config.fitness[0].strength.scalar == 0.125);
    hg_network_free(&network);
    hg_config_free(&config);
}
END_TEST

/* Genes of a Pareto component by name or index; without any, all. */
START_TEST(compared_genes_become_indices)
{
    const char *const given[] = {"c", "0", "b"};
    const int32_t expected[2][3] = {{0, 1, 2}, {2, 0, 1}};
    for (int listed = 0; listed < 2; listed++) {
        hg_config config;
        hg_network network = {0};
        const char *text = "run: {seed: 7, generations: 1}\npopulation: {individuals: 5}\n"
                           "network: {genes: [a, b, c], edges: [[a, b, 1]]}\nfitness: [neutral]\n";
        ck_assert_int_eq(hg_runfile_parse(&config, "f", text, NULL, 0), HG_OK);
        hg_fitness_component *component = &config.fitness[0];
        component->model = HG_FITNESS_PARETO;
        if (listed) {
            ck_assert_int_eq(hg_allocate(&component->gene_names, HG_MEMORY_CONFIGURATION, 3,
                                         sizeof *component->gene_names), HG_OK);
            component->gene_count = 3;
            for (int i = 0; i < 3; i++)
                ck_assert_int_eq(hg_copy_text(&component->gene_names[i], HG_MEMORY_CONFIGURATION,
                                              given[i]), HG_OK);
        }
        ck_assert_int_eq(hg_runfile_resolve(&config, &network), HG_OK);
        ck_assert_int_eq(component->gene_count, 3);
        for (int i = 0; i < 3; i++) {
            ck_assert_int_eq(component->genes[i], expected[listed][i]);
            ck_assert_str_eq(component->gene_names[i], network.name[component->genes[i]]);
        }
        hg_network_free(&network);
        hg_config_free(&config);
    }
}
END_TEST

START_TEST(overrides_win)
{
    const char *const sets[] = {"run.seed=18446744073709551615", "fitness.0.strength=3",
                                "population.individuals=1e3"};
    const char *const unknown[] = {"run.sed=1"}, *const bare[] = {"run.seed"};
    hg_config config;
    hg_network network;
    const char *text = LEAST "fitness: [{model: gaussian}]\n";
    ck_assert_int_eq(read_all(&config, &network, text, sets, 3), HG_OK);
    ck_assert(config.run.seed == UINT64_MAX);
    ck_assert_int_eq(config.population.individuals, 1000);
    ck_assert(config.fitness[0].strength.scalar == 3.0);
    ck_assert_ptr_nonnull(strstr(config.text, "\n# --set fitness.0.strength=3\n"));
    hg_network_free(&network);
    hg_config_free(&config);
    ck_assert_int_eq(hg_runfile_parse(&config, "f", text, unknown, 1), HG_BAD_INPUT);
    ck_assert_str_eq(hg_error_message(),
                     "--set run.sed=1: unknown key 'sed' in run (did you mean 'seed'?)");
    hg_config_free(&config);
    const char *const size[] = {"population.size=5"};
    ck_assert_int_eq(hg_runfile_parse(&config, "f", text, size, 1), HG_BAD_INPUT);
    ck_assert_str_eq(hg_error_message(), "--set population.size=5: unknown key 'size' in "
                     "population (did you mean 'individuals'?)");
    hg_config_free(&config);
    ck_assert_int_eq(hg_runfile_parse(&config, "f", text, bare, 1), HG_USAGE);
    hg_config_free(&config);
}
END_TEST

START_TEST(late_mistakes_know_their_place)
{
    const char *const sets[] = {"expression.k={distribution: normal, mean: -5, sd: 0}"};
    hg_config config;
    hg_network network;
    ck_assert_int_eq(read_all(&config, &network, LEAST "expression: {model: hill}\n", sets, 1),
                     HG_BAD_INPUT);
    ck_assert_ptr_eq(strstr(hg_error_message(), "--set expression.k={"), hg_error_message());
    hg_network_free(&network);
    hg_config_free(&config);
}
END_TEST

START_TEST(all_mistakes_are_told)
{
    hg_config config;
    ck_assert_int_eq(hg_runfile_parse(&config, "f.yaml", "run: {sed: 1, generations: 1.5}\n"
                                      "population: {individuals: 0, genes: x}\n", NULL, 0),
                     HG_BAD_INPUT);
    const char *const words[] = {"f.yaml:1:7: ", "f.yaml:1:28: ", "f.yaml:2:27: ", "f.yaml:2:37: "};
    for (int i = 0; i < 4; i++) ck_assert_ptr_nonnull(strstr(hg_error_message(), words[i]));
    hg_config_free(&config);
}
END_TEST

START_TEST(defaults_are_accepted_where_nothing_else_is)
{
    assert_fixed_point(LEAST "checkpoint: {every: 0, minutes: 30, keep: 2}\n"
                       "limits: {wall_time: none}\nmigration: {rate: 0}\nnetwork: none\n"
                       "expression: {model: constant, k: 0.5, q10: 1.0}\n"
                       "selection: {size: 2, fraction: 0.5, overlap: 0}\n"
                       "output: {ancestry: false}\n");
}
END_TEST

#define HILL LEAST "network: {edges: [[a, b, 1]]}\nregulation: {model: hill, strength: 3}\n" \
                   "expression: {k: 0.7}\nmating: {system: sexual, selfing: true}\n"

START_TEST(parts_are_switched_off_by_set_alone)
{
    const char *const sets[] = {"regulation.model=none", "mating.system=asexual"};
    const char *const strength[] = {"regulation.model=none", "regulation.strength=4"};
    hg_config config;
    hg_network network;
    char *printed = NULL;
    ck_assert_int_eq(read_all(&config, &network, HILL, sets, 2), HG_OK);
    ck_assert_int_eq(hg_runfile_print(&config, &printed), HG_OK);
    const char *const words[] = {"#   regulation.strength\n", "#   expression.k\n",
                                 "#   mating.selfing\n"};
    for (int i = 0; i < 3; i++) ck_assert_ptr_nonnull(strstr(printed, words[i]));
    hg_release(&printed);
    hg_network_free(&network);
    hg_config_free(&config);
    ck_assert_int_eq(hg_runfile_parse(&config, "f", HILL, strength, 2), HG_BAD_INPUT);
    ck_assert_str_eq(hg_error_message(), "--set regulation.strength=4: regulation.strength belongs "
                     "to regulation.model: additive or regulation.model: multiplicative or "
                     "regulation.model: hill, but regulation.model is none");
    hg_config_free(&config);
}
END_TEST

#define LATER LEAST "network: {random: {density: 0.5}, weights: heritable}\n"

START_TEST(every_kind_of_heredity_is_read_and_printed)
{
    assert_fixed_point("run: {seed: 7, generations: 10}\n"
                       "population: {individuals: 20, genes: 4, ploidy: 2, demes: 2}\n"
                       "development: {noise_sd: 0.25}\n"
                       "environment: {temperature: {series: ar1, mean: 30, sd: 2,\n"
                       "  autocorrelation: -0.5}}\n"
                       "fitness: [{model: gaussian, optimum: {series: ar1, mean: -1, sd: 0,\n"
                       "  autocorrelation: 0}}]\n"
                       "mating: {system: sexual, recombination: {model: map, rate: [0.1, 0.5],\n"
                       "  chromosomes: [1, 3]}}\n"
                       "mutation: {duplication: 1e-3, deletion: 2e-3,\n"
                       "  basal: {model: regression, mean: 0.5, retention: 0.9}}\n");
    assert_fixed_point(LATER "mating: {system: sexual, recombination: {model: map, rate: 0,\n"
                       "  chromosomes: [1, 1, 1, 1]}}\n"
                       "mutation: {edge_loss: 1e-3, edge_gain: 2e-3, basal: {model: lognormal},\n"
                       "  weights: {model: regression, mean: -1}}\n");
    assert_fixed_point(LATER "mating: {system: sexual, recombination: {model: map,\n"
                       "  rate: [0, 0.1, 0.2]}}\nmutation: {basal: {model: replace},\n"
                       "  weights: {model: replace}}\n");
}
END_TEST

/* Of `text` with `setting` below it. */
static char *resolved(const char *text, const char *setting)
{
    hg_config config;
    hg_network network;
    char whole[2048], *printed = NULL;
    snprintf(whole, sizeof whole, "%s%s\n", text, setting);
    if (read_all(&config, &network, whole, NULL, 0) != HG_OK)
        ck_abort_msg("%s: %s", setting, hg_error_message());
    ck_assert_int_eq(hg_runfile_print(&config, &printed), HG_OK);
    hg_network_free(&network);
    hg_config_free(&config);
    return printed;
}

/* Settings that mean the same are the same from there on, whatever asks for them: outputs, costs,
 * comparisons. */
START_TEST(what_means_the_same_resolves_alike)
{
#define OPTIMUM(words) "fitness: [{model: gaussian, optimum: " words "}]"
#define TEMPERATURE(words) "environment: {temperature: " words "}"
#define MAP(words) "mating: {system: sexual, recombination: {model: map, rate: " words "}}"
    static const char *const pairs[][2] = {
        {OPTIMUM("{series: constant, value: 0.3}"), OPTIMUM("0.3")},
        {OPTIMUM("{series: table, at: 5, values: 0.3}"), OPTIMUM("0.3")},
        {OPTIMUM("{series: table, at: [0, 5], values: [0.3, 3e-1]}"), OPTIMUM("0.3")},
        {OPTIMUM("{series: ramp, from: 0.3, to: 0.3, start: 0, end: 9}"), OPTIMUM("0.3")},
        {OPTIMUM("{series: sine, mean: 0.3, amplitude: 0, period: 9}"), OPTIMUM("0.3")},
        {OPTIMUM("{series: sine, mean: 0.3, amplitude: 2, period: 0.25}"), OPTIMUM("0.3")},
        {OPTIMUM("{series: steps, values: [0.3, 0.3], duration: 2}"), OPTIMUM("0.3")},
        {OPTIMUM("{series: ar1, mean: 0.3, sd: 0, autocorrelation: 0.5}"), OPTIMUM("0.3")},
        {OPTIMUM("[0.3, 0.3, 0.30, 3e-1]"), OPTIMUM("0.3")},
        {OPTIMUM("{distribution: constant, value: 0.3}"), OPTIMUM("0.3")},
        {OPTIMUM("{distribution: uniform, low: 0.3, high: 0.3}"), OPTIMUM("0.3")},
        {OPTIMUM("{distribution: normal, mean: 0.3, sd: 0}"), OPTIMUM("0.3")},
        {OPTIMUM("{distribution: lognormal, mean: 0, sd: 0}"), OPTIMUM("1")},
        {OPTIMUM("1.0"), OPTIMUM("1")},
        {OPTIMUM("0.5"), "fitness: [{model: gaussian}]"},
        {OPTIMUM("0.5, width: 0.5"), OPTIMUM("0.5, strength: 2.0")},
        {OPTIMUM("0.5, width: [0.5, 0.5, 0.5, 0.5]"), OPTIMUM("0.5, strength: 2.0")},
        {TEMPERATURE("{series: ar1, mean: 20, sd: 0, autocorrelation: 0}"), TEMPERATURE("20")},
        {TEMPERATURE("{series: ramp, from: 37, to: 37, start: 0, end: 9}"), ""},
        {"expression: {slope: [1, 1, 1, 1]}", ""}, /* not used, but the default */
        {"expression: {slope: 1}", ""},
        {MAP("[0.1, 0.1, 0.1]"), MAP("0.1")},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char *one = resolved(LEAST, pairs[i][0]), *other = resolved(LEAST, pairs[i][1]);
        ck_assert_msg(strcmp(one, other) == 0, "%s\n%s", pairs[i][0], one);
        hg_release(&one);
        hg_release(&other);
    }
    static const char *const populations[][2] = {
        {"initial: {basal: {distribution: uniform, low: 2, high: 2}}", "initial: {basal: 2}"},
        {"initial: {basal: {distribution: constant, value: 2}}", "initial: {basal: 2}"},
        {"initial: {basal: [2, 2, 2, 2]}", "initial: {basal: 2}"},
        {"demes: [10, 10]", "demes: 2"},
        {"demes: [6, 7, 7]", "demes: 3"},
        {"demes: [20]", "demes: 1"},
    };
    for (size_t i = 0; i < sizeof populations / sizeof *populations; i++) {
        char *text[2];
        for (int k = 0; k < 2; k++) {
            char setting[256];
            snprintf(setting, sizeof setting, "population: {individuals: 20, genes: 4, %s}",
                     populations[i][k]);
            text[k] = resolved("run: {seed: 7, generations: 10}\n", setting);
        }
        ck_assert_msg(strcmp(text[0], text[1]) == 0, "%s\n%s", populations[i][0], text[0]);
        hg_release(&text[0]);
        hg_release(&text[1]);
    }
}
END_TEST

/* Aliases stand for values, lists and maps; flags and nothing as in YAML 1.2's core schema. */
START_TEST(yaml_is_read_as_other_programs_write_it)
{
    static const char *const pairs[][2] = {
        {"fitness: [{model: gaussian, optimum: &id001 [1, 2, 3, 4], strength: *id001}]",
         "fitness: [{model: gaussian, optimum: [1, 2, 3, 4], strength: [1, 2, 3, 4]}]"},
        {"expression: {model: linear, slope: &a {distribution: uniform, low: &l 0, high: 1}}\n"
         "fitness: [&g {model: gaussian, optimum: *a, strength: 2}, *g, {model: threshold, "
         "threshold: *l}]",
         "expression: {model: linear, slope: {distribution: uniform, low: 0, high: 1}}\n"
         "fitness: [{model: gaussian, optimum: {distribution: uniform, low: 0, high: 1}, strength: 2}, "
         "{model: gaussian, optimum: {distribution: uniform, low: 0, high: 1}, strength: 2}, "
         "{model: threshold, threshold: 0}]"},
        {"development: {steps: &n 4, window: *n}\nfitness: [&n stability, *n]",
         "development: {steps: 4, window: 4}\nfitness: [stability, stability]"},
        {"output: {ancestry: True}", "output: {ancestry: true}"},
        {"output: {ancestry: TRUE}", "output: {ancestry: true}"},
        {"output: {ancestry: False}", "output: {ancestry: false}"},
        {"output: {ancestry: FALSE}", "output: {ancestry: false}"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char *one = resolved(LEAST, pairs[i][0]), *other = resolved(LEAST, pairs[i][1]);
        ck_assert_msg(strcmp(one, other) == 0, "%s\n%s", pairs[i][0], one);
        ck_assert(strpbrk(one, "&*") == NULL);
        hg_release(&one);
        hg_release(&other);
    }
    static const char *const words[] = {"yes", "No", "on", "OFF", "y", "tRUE", "1", "\"true\"", "Null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char text[256];
        hg_config config;
        snprintf(text, sizeof text, LEAST "output: {ancestry: %s}\n", words[i]);
        ck_assert_int_eq(hg_runfile_parse(&config, "f", text, NULL, 0), HG_BAD_INPUT);
        ck_assert_msg(strstr(hg_error_message(), "f:3:20: output.ancestry: ") != NULL &&
                      strstr(hg_error_message(), "allowed: true or false") != NULL, "%s",
                      hg_error_message());
        ck_assert((strstr(hg_error_message(), "YAML 1.2") != NULL) == (i < 5));
        hg_config_free(&config);
    }
}
END_TEST

/* Where does `words` stand in the resolved file of `text`? */
static bool resolves_to(const char *text, const char *words)
{
    hg_config config;
    hg_network network;
    char *printed = NULL;
    if (read_all(&config, &network, text, NULL, 0) != HG_OK) ck_abort_msg("%s", hg_error_message());
    ck_assert_int_eq(hg_runfile_print(&config, &printed), HG_OK);
    const bool found = strstr(printed, words) != NULL;
    hg_release(&printed);
    hg_network_free(&network);
    hg_config_free(&config);
    return found;
}

#define EARLIER "run: {seed: 7, generations: 10}\nnetwork: {random: {density: 0.5}, " \
                "weights: heritable}\npopulation: {individuals: 20, genes: 4, initial: {from: "

START_TEST(an_earlier_run_takes_the_place_of_generation_0)
{
    char expected[4096 + 64], here[4096];
    mkdir("dir", 0777);
    FILE *file = fopen("dir/x.h5", "w");
    ck_assert_ptr_nonnull(file);
    fclose(file);
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    snprintf(expected, sizeof expected, "    from: %s/dir/x.h5\n", here);
    assert_fixed_point(EARLIER "x.h5}}\n");
    ck_assert(resolves_to(EARLIER "x.h5}}\n", expected));
    ck_assert(resolves_to(EARLIER "/dev/null}}\n", "    from: /dev/null\n"));
    const char *const idle[] = {"    basal:", "    clonal:", "    weights: 1\n"};
    for (int i = 0; i < 3; i++) ck_assert(!resolves_to(EARLIER "x.h5}}\n", idle[i]));
    ck_assert(!resolves_to(LEAST, "from:"));
    ck_assert(resolves_to(LEAST, "    basal: 0.5\n    clonal: false\n"));
    ck_assert(resolves_to(EARLIER "x.h5, basal: 2}}\nmutation: {basal: {model: replace}}\n",
                          "    basal: 2\n"));
    ck_assert(resolves_to(EARLIER "x.h5, weights: 3}}\nmutation: {weights: {model: replace}}\n",
                          "    weights: 3\n"));
    ck_assert(resolves_to(EARLIER "x.h5, weights: 3}}\nmutation: {edge_gain: 0.1}\n",
                          "    weights: 3\n"));
    assert_fixed_point(EARLIER "x.h5, weights: 3, basal: 1}}\n"
                       "mutation: {edge_gain: 0.1, basal: {model: replace}}\n");
    const char *const sets[] = {"population.initial.from=x.h5"};
    hg_config config;
    hg_network network;
    char *printed = NULL;
    const char *given = "run: {seed: 7, generations: 10}\n"
                        "population: {individuals: 20, genes: 4, initial: {basal: 3}}\n";
    ck_assert_int_eq(read_all(&config, &network, given, sets, 1), HG_OK);
    ck_assert_int_eq(hg_runfile_print(&config, &printed), HG_OK);
    ck_assert_ptr_nonnull(strstr(printed, "#   population.initial.basal\n"));
    hg_release(&printed);
    hg_network_free(&network);
    hg_config_free(&config);
}
END_TEST

START_TEST(a_byte_order_mark_is_skipped)
{
    hg_config config;
    ck_assert_int_eq(hg_runfile_parse(&config, "f", "\xef\xbb\xbf" LEAST, NULL, 0), HG_OK);
    hg_config_free(&config);
}
END_TEST

START_TEST(slips_are_told_once)
{
    hg_config config;
    ck_assert_int_eq(hg_runfile_parse(&config, "f", "run: {generatons: 3}\npoplation: "
                                      "{individuals: 20, genes: 4}\n", NULL, 0), HG_BAD_INPUT);
    ck_assert_str_eq(hg_error_message(),
                     "f:1:7: unknown key 'generatons' in run (did you mean 'generations'?)\n"
                     "f:2:1: unknown key 'poplation' in the run file (did you mean "
                     "'population'?)");
    hg_config_free(&config);
}
END_TEST

START_TEST(long_reports_end_at_a_line)
{
    hg_text text = hg_text_of(HG_MEMORY_OTHER);
    hg_text_add(&text, LEAST "output:\n");
    for (int i = 0; i < 300; i++) hg_text_add(&text, "  quite_unheard_of_%d: 1\n", i);
    hg_config config;
    ck_assert_int_eq(hg_runfile_parse(&config, "f", text.data, NULL, 0), HG_BAD_INPUT);
    const char *last = strrchr(hg_error_message(), '\n');
    int more, length = 0;
    ck_assert_int_eq(sscanf(last, "\n... and %d more%n", &more, &length), 1);
    ck_assert(length > 0 && last[length] == '\0');
    int told = 0;
    for (const char *c = hg_error_message(); *c != '\0'; c++) told += *c == '\n';
    ck_assert_int_eq(told + more, 300);
    hg_text_free(&text);
    hg_config_free(&config);
}
END_TEST

START_TEST(every_failed_allocation_is_survived)
{
    const char *text = LEAST "network: {edges: [[a, b, 1]]}\n"
                       "fitness: [{model: epistatic, interactions: [[a, b, 1]]}]\n"
                       "expression: {model: hill, k: {distribution: uniform, low: 1, high: 2}}\n";
    const char *const sets[] = {"run.seed=3"};
    for (int k = 1; k < 3000; k++) {
        hg_config config;
        hg_network network;
        char *printed = NULL;
        hg_memory_fail_at(k);
        hg_status status = read_all(&config, &network, text, sets, 1);
        if (status == HG_OK) status = hg_runfile_print(&config, &printed);
        hg_memory_fail_at(0);
        hg_release(&printed);
        hg_network_free(&network);
        hg_config_free(&config);
        ck_assert_int_eq(hg_memory_total().current, 0);
        if (status == HG_OK) return;
        ck_assert_int_eq(status, HG_NO_MEMORY);
    }
    ck_abort_msg("never succeeded");
}
END_TEST

START_TEST(the_schema_is_sound)
{
    for (int t = 0; hg_key_tables[t] != NULL; t++)
        for (int i = 0; i < hg_key_tables[t]->count; i++) {
            const hg_key *key = &hg_key_tables[t]->keys[i];
            ck_assert_ptr_eq(hg_keys_find(hg_key_tables[t], key->path), key);
            ck_assert(key->doc != NULL && key->doc[0] != '\0');
            ck_assert(key->type == HG_KEY_SECTION || key->unit != NULL);
        }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("runfile");
    TCase *tests = tcase_create("runfile");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, defaults_are_filled_in);
    tcase_add_test(tests, resolving_is_a_fixed_point);
    tcase_add_test(tests, widths_become_strengths);
    tcase_add_test(tests, compared_genes_become_indices);
    tcase_add_test(tests, overrides_win);
    tcase_add_test(tests, late_mistakes_know_their_place);
    tcase_add_test(tests, all_mistakes_are_told);
    tcase_add_test(tests, defaults_are_accepted_where_nothing_else_is);
    tcase_add_test(tests, parts_are_switched_off_by_set_alone);
    tcase_add_test(tests, every_kind_of_heredity_is_read_and_printed);
    tcase_add_test(tests, what_means_the_same_resolves_alike);
    tcase_add_test(tests, yaml_is_read_as_other_programs_write_it);
    tcase_add_test(tests, an_earlier_run_takes_the_place_of_generation_0);
    tcase_add_test(tests, a_byte_order_mark_is_skipped);
    tcase_add_test(tests, slips_are_told_once);
    tcase_add_test(tests, long_reports_end_at_a_line);
    tcase_add_test(tests, every_failed_allocation_is_survived);
    tcase_add_test(tests, the_schema_is_sound);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
