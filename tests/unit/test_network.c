/* SPDX-License-Identifier: GPL-3.0-or-later
 * The network in memory: order, refusals, names, and the law of random networks. */
#include "support.h"

#include "base/memory.h"
#include "population/network.h"

enum { GENES = 60 };

/* Rows by target, sources rising in each, and `first` where it should be. */
static void check_order(const hg_network *network)
{
    ck_assert_int_eq(network->first[0], 0);
    ck_assert_int_eq(network->first[network->genes], network->edges);
    for (int64_t g = 0; g < network->genes; g++)
        for (int64_t e = network->first[g]; e < network->first[g + 1]; e++) {
            ck_assert_int_eq(network->target[e], g);
            if (e > network->first[g]) ck_assert_int_lt(network->source[e - 1], network->source[e]);
        }
}

START_TEST(edges_in_any_order)
{
    static hg_edge edges[GENES * GENES];
    uint64_t state = 4;
    for (int trial = 0; trial < 20; trial++) {
        double weight[GENES][GENES] = {{0}};
        int64_t count = 0;
        for (int32_t g = 0; g < GENES; g++)
            for (int32_t j = 0; j < GENES; j++)
                if (hg_test_bits(&state) % 20 < (uint64_t)trial) {
                    weight[g][j] = hg_test_uniform(&state, 0.5, 1.0);
                    edges[count++] = (hg_edge){j, g, weight[g][j]};
                }
        for (int64_t i = count - 1; i > 0; i--) { /* shuffled */
            const int64_t k = (int64_t)(hg_test_bits(&state) % (uint64_t)(i + 1));
            const hg_edge kept = edges[i];
            edges[i] = edges[k];
            edges[k] = kept;
        }
        hg_network network;
        ck_assert_int_eq(hg_network_create(&network, GENES, NULL, 0, edges, count), HG_OK);
        ck_assert_int_eq(network.edges, count);
        check_order(&network);
        for (int64_t e = 0; e < network.edges; e++)
            ck_assert_double_eq(network.weight[e], weight[network.target[e]][network.source[e]]);
        hg_network_free(&network);
    }
}
END_TEST

START_TEST(names_are_filled_in)
{
    const char *const names[] = {"araC", "crp"};
    hg_network network;
    ck_assert_int_eq(hg_network_create(&network, 4, names, 2, NULL, 0), HG_OK);
    ck_assert_str_eq(network.name[0], "araC");
    ck_assert_str_eq(network.name[1], "crp");
    ck_assert_str_eq(network.name[2], "g2");
    ck_assert_str_eq(network.name[3], "g3");
    ck_assert_int_eq(network.edges, 0);
    check_order(&network);
    hg_network_free(&network);
}
END_TEST

/* `text` must be in the message; nothing may be left behind. */
static void refuse(int64_t genes, const char *const *names, int64_t name_count,
                   const hg_edge *edges, int64_t count, const char *text)
{
    const int64_t before = hg_memory_total().current;
    hg_network network;
    ck_assert_int_eq(hg_network_create(&network, genes, names, name_count, edges, count),
                     HG_BAD_INPUT);
    ck_assert_msg(strstr(hg_error_message(), text) != NULL, "%s", hg_error_message());
    hg_network_free(&network);
    hg_network_free(&network); /* twice is legal */
    ck_assert_int_eq(hg_memory_total().current, before);
}

START_TEST(mistakes_are_refused)
{
    const char *const twice[] = {"a", "b", "a"}, *const taken[] = {"g2", "x"};
    const hg_edge doubled[] = {{1, 2, 0.5}, {0, 1, 1.0}, {1, 2, -0.5}};
    const hg_edge high[] = {{0, 1, 1.0}, {3, 0, 1.0}}, low[] = {{0, -1, 1.0}};
    const hg_edge nan[] = {{2, 0, NAN}}, infinite[] = {{2, 0, -INFINITY}};
    refuse(3, NULL, 0, doubled, 3, "g1 -> g2 is given twice");
    refuse(3, NULL, 0, high, 2, "3 -> 0");
    refuse(3, NULL, 0, low, 1, "0 -> -1");
    refuse(3, NULL, 0, nan, 1, "g2 -> g0");
    refuse(3, NULL, 0, infinite, 1, "g2 -> g0");
    refuse(3, twice, 3, NULL, 0, "'a'");
    refuse(3, taken, 2, NULL, 0, "'g2'");
    refuse(0, NULL, 0, NULL, 0, "0 genes");
    refuse(-1, NULL, 0, NULL, 0, "-1 genes");
}
END_TEST

static const hg_distribution standard = {HG_DISTRIBUTION_NORMAL, 0.0, 1.0};

START_TEST(random_networks_have_their_density)
{
    const double densities[] = {0.0, 0.001, 0.1, 0.5, 0.97, 1.0};
    for (int d = 0; d < HG_COUNT_OF(densities); d++)
        for (int self = 0; self < 2; self++) {
            const double p = densities[d];
            const double pairs = self ? GENES * GENES : GENES * (GENES - 1);
            double edges = 0.0, on_self = 0.0, weights = 0.0, squares = 0.0;
            enum { TRIALS = 40 };
            for (uint64_t seed = 0; seed < TRIALS; seed++) {
                hg_network network;
                ck_assert_int_eq(hg_network_create_random(&network, GENES, NULL, 0, p, &standard,
                                                          self != 0, seed), HG_OK);
                check_order(&network);
                edges += (double)network.edges;
                for (int64_t e = 0; e < network.edges; e++) {
                    on_self += network.source[e] == network.target[e];
                    weights += network.weight[e];
                    squares += network.weight[e] * network.weight[e];
                }
                hg_network_free(&network);
            }
            const double error = sqrt(pairs * TRIALS * p * (1.0 - p));
            ck_assert_double_le(fabs(edges - pairs * TRIALS * p), 4.0 * error);
            if (!self) ck_assert_double_eq(on_self, 0.0);
            else ck_assert_double_le(fabs(on_self - GENES * TRIALS * p),
                                     4.0 * sqrt(GENES * TRIALS * p * (1.0 - p)));
            ck_assert_double_le(fabs(weights), 4.0 * sqrt(edges));
            ck_assert_double_le(fabs(squares - edges), 4.0 * sqrt(2.0 * edges));
        }
}
END_TEST

/* Each ordered pair is an edge as often as any other. */
START_TEST(random_networks_prefer_no_pair)
{
    enum { SMALL = 8, TRIALS = 4000 };
    int hits[SMALL][SMALL] = {{0}};
    for (uint64_t seed = 0; seed < TRIALS; seed++) {
        hg_network network;
        ck_assert_int_eq(hg_network_create_random(&network, SMALL, NULL, 0, 0.25, &standard, false,
                                                  seed), HG_OK);
        for (int64_t e = 0; e < network.edges; e++)
            hits[network.target[e]][network.source[e]]++;
        hg_network_free(&network);
    }
    double chi2 = 0.0;
    for (int g = 0; g < SMALL; g++)
        for (int j = 0; j < SMALL; j++) {
            if (g != j) chi2 += pow(hits[g][j] - 0.25 * TRIALS, 2) / (0.25 * 0.75 * TRIALS);
            else ck_assert_int_eq(hits[g][j], 0);
        }
    ck_assert_double_le(fabs(chi2 - 56.0), 4.0 * sqrt(2.0 * 56.0));
}
END_TEST

START_TEST(random_networks_are_a_function_of_the_seed)
{
    hg_network a, b, c;
    ck_assert_int_eq(hg_network_create_random(&a, GENES, NULL, 0, 0.2, &standard, true, 5), HG_OK);
    ck_assert_int_eq(hg_network_create_random(&b, GENES, NULL, 0, 0.2, &standard, true, 5), HG_OK);
    ck_assert_int_eq(hg_network_create_random(&c, GENES, NULL, 0, 0.2, &standard, true, 6), HG_OK);
    ck_assert_int_eq(a.edges, b.edges);
    ck_assert(hg_test_same_bits(a.weight, b.weight, a.edges));
    ck_assert_int_eq(memcmp(a.source, b.source, (size_t)a.edges * sizeof *a.source), 0);
    ck_assert_int_eq(memcmp(a.first, b.first, (GENES + 1) * sizeof *a.first), 0);
    ck_assert(memcmp(a.first, c.first, (GENES + 1) * sizeof *a.first) != 0);
    hg_network_free(&a);
    hg_network_free(&b);
    hg_network_free(&c);
    ck_assert_int_eq(hg_network_create_random(&a, 1, NULL, 0, 0.5, &standard, false, 1), HG_OK);
    ck_assert_int_eq(a.edges, 0);
    hg_network_free(&a);
}
END_TEST

START_TEST(creation_fails_cleanly)
{
    const int64_t before = hg_memory_total().current;
    hg_status status = HG_NO_MEMORY;
    int failures = 0;
    for (int k = 1; status != HG_OK; k++) {
        hg_network network;
        hg_memory_fail_at(k);
        status = hg_network_create_random(&network, 5, NULL, 0, 0.9, &standard, true, 3);
        hg_memory_fail_at(0);
        ck_assert(status == HG_OK || status == HG_NO_MEMORY);
        failures += status != HG_OK;
        hg_network_free(&network);
        ck_assert_int_eq(hg_memory_total().current, before);
    }
    ck_assert_int_ge(failures, 5 + 1 + 2 + 4); /* names, their list, edges, rows */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("network");
    HG_TEST(edges_in_any_order);
    HG_TEST(names_are_filled_in);
    HG_TEST(mistakes_are_refused);
    HG_TEST(random_networks_have_their_density);
    HG_TEST(random_networks_prefer_no_pair);
    HG_TEST(random_networks_are_a_function_of_the_seed);
    HG_TEST(creation_fails_cleanly);
    return hg_test_run(suite, CK_NORMAL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
