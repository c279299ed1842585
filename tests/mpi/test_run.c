/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whole runs through the public interface: every individual of every generation, bit by bit,
 * against a plain serial program that knows neither ranks nor threads nor vectors nor shared
 * clones; and how runs die out, stand still and refuse misuse. */
#include "team.h"

#include "happygene/happygene.h"
#include "random/stream.h"
#include "random/vecmath.h"

enum { N = 23, GENES = 5, EDGES = 7, LOCI = GENES + EDGES, GENERATIONS = 15, SEED = 7 };

static const int edge_source[EDGES] = {1, 4, 0, 2, 1, 3, 0}; /* sorted by (target, source) */
static const int edge_target[EDGES] = {0, 0, 1, 2, 3, 3, 4};
static const double edge_weight[EDGES] = {0.5, -0.75, 1.0, -0.5, 0.25, 0.125, -1.0};

#define COMMON                                                                                     \
    "run: {name: test, seed: 7, generations: 15}\n"                                                \
    "population: {individuals: 23, initial: {basal: {distribution: uniform, low: 0, high: 1}}}\n"  \
    "regulation: {model: additive, strength: 0.5}\n"                                               \
    "fitness: [{model: gaussian, optimum: 0.5, strength: 2.0}]\n"                                  \
    "output: {statistics: {every: 4}}\n"
#define NETWORK                                                                                    \
    "network: {genes: [g0, g1, g2, g3, g4], edges: [[g1, g0, 0.5], [g4, g0, -0.75],"               \
    " [g0, g1, 1.0], [g2, g2, -0.5], [g1, g3, 0.25], [g3, g3, 0.125], [g0, g4, -1.0]]"

/* --- the plain program -------------------------------------------------------------------- */

typedef struct world {
    bool sexual, heritable;
    double genome[N][LOCI], expression[N][GENES], fitness[N];
    int64_t mutations, parents;
} world;

static void develop(world *w, int i)
{
    double distance = 0.0;
    for (int g = 0; g < GENES; g++) {
        double u = 0.0;
        for (int e = 0; e < EDGES; e++)
            if (edge_target[e] == g)
                u += (w->heritable ? w->genome[i][GENES + e] : edge_weight[e]) *
                     w->genome[i][edge_source[e]];
        const double level = w->genome[i][g] + 0.5 * u;
        w->expression[i][g] = level > 0.0 ? level : 0.0;
        const double d = w->expression[i][g] - 0.5;
        distance += 2.0 * (d * d);
    }
    w->fitness[i] = hg_exp(-distance);
}

static void begin(world *w, bool sexual, bool heritable)
{
    *w = (world){.sexual = sexual, .heritable = heritable};
    for (int i = 0; i < N; i++) {
        const hg_stream stream = hg_stream_of(SEED, HG_PURPOSE_INITIAL_BASAL, 0, i);
        for (int g = 0; g < GENES; g++)
            w->genome[i][g] = hg_stream_uniform(&stream, (uint32_t)g);
        for (int e = 0; e < EDGES; e++) w->genome[i][GENES + e] = edge_weight[e];
        develop(w, i);
    }
}

static double uniform_of(hg_purpose purpose, int64_t generation, int64_t who)
{
    const hg_stream stream = hg_stream_of(SEED, purpose, generation, who);
    return hg_stream_uniform(&stream, 0);
}

static void draw_parents(const world *w, int64_t generation, int *parent)
{
    double spacings = 0.0, total = 0.0;
    for (int j = 0; j <= N; j++)
        spacings += -hg_log(uniform_of(HG_PURPOSE_PARENT, generation, j));
    for (int i = 0; i < N; i++) total += w->fitness[i];
    const double scale = total / spacings;
    double place = 0.0;
    for (int j = 0; j < N; j++) {
        place += -hg_log(uniform_of(HG_PURPOSE_PARENT, generation, j));
        double sum = w->fitness[0];
        int i = 0;
        while (i < N - 1 && sum <= place * scale) sum += w->fitness[++i];
        parent[j] = i;
    }
}

static int draw_mate(const world *w, int64_t generation, int j, int first)
{
    double total = 0.0, sum = 0.0;
    for (int i = 0; i < N; i++) total += i != first ? w->fitness[i] : 0.0;
    const double point = uniform_of(HG_PURPOSE_MATE, generation, j) * total;
    int last = -1;
    for (int i = 0; i < N; i++) {
        if (i == first) continue;
        last = i;
        sum += w->fitness[i];
        if (point < sum) break;
    }
    return last;
}

/* Genes from the second parent with probability 0.3; their incoming weights travel along. */
static void recombine(const double *second, int64_t generation, int j, double *genome)
{
    const hg_stream stream = hg_stream_of(SEED, HG_PURPOSE_RECOMBINATION, generation, j);
    for (int g = 0; g < GENES; g++) {
        const hg_block block = hg_stream_block(&stream, (uint32_t)(g / 4));
        const uint32_t bits = (uint32_t)(block.word[g % 4 / 2] >> (32 * (g % 2)));
        if (bits >= (uint64_t)(0.3 * 0x1p32)) continue;
        genome[g] = second[g];
        for (int e = 0; e < EDGES; e++)
            if (edge_target[e] == g) genome[GENES + e] = second[GENES + e];
    }
}

static void mutate(world *w, int64_t generation, int j, bool weights)
{
    const double rate = weights ? 0.04 : 0.1, sd = weights ? 0.2 : 0.05;
    const double inverse_log = hg_geometric_inverse_log(rate);
    const int loci = weights ? EDGES : GENES;
    double *value = w->genome[j] + (weights ? GENES : 0);
    const hg_stream site = hg_stream_of(
        SEED, weights ? HG_PURPOSE_WEIGHT_SITE : HG_PURPOSE_BASAL_SITE, generation, j);
    const hg_stream size = hg_stream_of(
        SEED, weights ? HG_PURPOSE_WEIGHT_SIZE : HG_PURPOSE_BASAL_SIZE, generation, j);
    uint32_t draw = 0;
    for (int64_t at = -1;;) {
        at += 1 + hg_geometric_skip(hg_stream_uniform(&site, draw++), inverse_log);
        if (at >= loci) return;
        value[at] += sd * hg_stream_normal(&size, (uint32_t)at);
        if (!weights && !(value[at] > 0.0)) value[at] = 0.0;
        w->mutations++;
    }
}

static void next(world *w, int64_t generation)
{
    static world before;
    int parent[N];
    bool has_child[N] = {false};
    before = *w;
    draw_parents(w, generation, parent);
    w->mutations = w->parents = 0;
    for (int j = 0; j < N; j++) {
        memcpy(w->genome[j], before.genome[parent[j]], sizeof w->genome[j]);
        if (w->sexual) {
            const int mate = draw_mate(&before, generation, j, parent[j]);
            recombine(before.genome[mate], generation, j, w->genome[j]);
            has_child[mate] = true;
        }
        mutate(w, generation, j, false);
        if (w->heritable) mutate(w, generation, j, true);
        develop(w, j);
        has_child[parent[j]] = true;
    }
    for (int i = 0; i < N; i++) w->parents += has_child[i];
}

/* --- comparing --------------------------------------------------------------------------------- */

static bool state_is_same(hg_run *run, const world *w)
{
    int64_t first, count;
    static double basal[N][GENES], weight[N][EDGES], expression[N][GENES], fitness[N];
    hg_run_local(run, &first, &count);
    if (hg_run_read(run, HG_BASAL, first, count, basal[0]) != HG_OK ||
        hg_run_read(run, HG_EXPRESSION, first, count, expression[0]) != HG_OK ||
        hg_run_read(run, HG_FITNESS, first, count, fitness) != HG_OK)
        return false;
    if (w->heritable && hg_run_read(run, HG_WEIGHT, first, count, weight[0]) != HG_OK) return false;
    bool same = hg_test_same_bits(fitness, w->fitness + first, count);
    for (int64_t i = 0; i < count; i++) {
        same &= hg_test_same_bits(basal[i], w->genome[first + i], GENES);
        same &= hg_test_same_bits(expression[i], w->expression[first + i], GENES);
        if (w->heritable)
            same &= hg_test_same_bits(weight[i], w->genome[first + i] + GENES, EDGES);
    }
    return same;
}

static bool summary_is_same(hg_run *run, const world *w)
{
    hg_summary s;
    double beyond = 0.0, low = INFINITY, high = 0.0, mean[GENES], variance[GENES];
    if (hg_run_summary(run, &s) != HG_OK) return false;
    if (hg_run_gene_statistics(run, NULL, NULL, mean, variance) != HG_OK) return false;
    for (int i = 0; i < N; i++) {
        beyond += 1.0 / N * (w->fitness[i] - w->fitness[0]); /* blocks are single individuals */
        low = fmin(low, w->fitness[i]);
        high = fmax(high, w->fitness[i]);
    }
    bool same = s.generation == hg_run_generation(run) && s.fitness_mean == w->fitness[0] + beyond;
    same &= s.fitness_min == low && s.fitness_max == high && s.stable_fraction == 1.0;
    if (s.generation > 0) same &= s.parents == w->parents && s.mutations == w->mutations;
    for (int g = 0; g < GENES; g++) {
        long double m = 0.0L, v = 0.0L;
        for (int i = 0; i < N; i++) m += (long double)w->expression[i][g] / N;
        for (int i = 0; i < N; i++) v += powl((long double)w->expression[i][g] - m, 2) / (N - 1);
        same &= hg_test_close(mean[g], m, 1e-12, 0.0);
        same &= hg_test_close(variance[g], v, 1e-12, 1e-12);
    }
    return same;
}

static void compare_runs(bool sexual, bool heritable)
{
    char text[2000];
    snprintf(text, sizeof text, COMMON NETWORK ", weights: %s}\n%smutation: {basal: {rate: 0.1, "
             "sd: 0.05}%s}\n", heritable ? "heritable" : "shared",
             sexual ? "mating: {system: sexual, recombination: {model: uniform, rate: 0.3}}\n" : "",
             heritable ? ", weights: {rate: 0.04, sd: 0.2}" : "");
    for (int threads = 1; threads <= 2; threads++) {
        /* threads that wait for processors are slow: a few generations must do */
        const int64_t generations = threads == 1 || hg_ranks() == 1 ? GENERATIONS : 3;
        const hg_run_options options = {.no_output = true, .threads = threads,
                                        .kernels = threads == 1 ? "baseline" : NULL};
        static world w;
        hg_run *run;
        const hg_status status = hg_run_create_from_text(&run, "test", text, &options);
        ck_assert_msg(status == HG_OK, "%s", hg_error_message());
        begin(&w, sexual, heritable);
        bool same = state_is_same(run, &w) && summary_is_same(run, &w);
        for (int64_t t = 1; t <= generations; t++) {
            next(&w, t);
            same &= hg_run_advance(run, 1) == HG_OK;
            same &= state_is_same(run, &w);
            same &= everywhere(same) && summary_is_same(run, &w);
        }
        hg_run_destroy(&run);
        ASSERT_EVERYWHERE(same);
    }
}

START_TEST(asexual_shared) { compare_runs(false, false); }
END_TEST
START_TEST(asexual_heritable) { compare_runs(false, true); }
END_TEST
START_TEST(sexual_shared) { compare_runs(true, false); }
END_TEST
START_TEST(sexual_heritable) { compare_runs(true, true); }
END_TEST

/* --- ends and misuse ------------------------------------------------------------------------------ */

static const hg_run_options in_memory = {.no_output = true};

#define HOPELESS                                                                                   \
    "run: {seed: 1, generations: 9}\npopulation: {individuals: 10, genes: 3}\n"                    \
    "fitness: [{model: threshold, threshold: 5}]\n"

START_TEST(a_population_dies_out)
{
    hg_run *run;
    ck_assert_int_eq(hg_run_create_from_text(&run, "t", HOPELESS, &in_memory), HG_OK);
    ck_assert_int_eq(hg_run_advance(run, 9), HG_EXTINCT);
    ck_assert_ptr_nonnull(strstr(hg_error_message(), "generation 0"));
    ck_assert_int_eq(hg_run_generation(run), 0);
    hg_summary s;
    ck_assert_int_eq(hg_run_summary(run, &s), HG_OK);
    ck_assert_double_eq(s.fitness_max, 0.0);
    ck_assert_int_eq(hg_run_advance(run, 1), HG_USAGE);
    ck_assert_int_eq(hg_run_finish(run), HG_OK);
    hg_run_destroy(&run);
    ck_assert_ptr_null(run);
}
END_TEST

/* What the last generation counted is recorded, also where its record is only made as it is the last. */
START_TEST(mutations_of_the_last_generation_count)
{
    hg_run *run;
    hg_summary s;
    ck_assert_int_eq(hg_run_create_from_text(&run, "t",
        "run: {seed: 1, generations: 9}\npopulation: {individuals: 10, genes: 3}\n"
        "mutation: {basal: {rate: 1}}\noutput: {statistics: {every: 0}}\n"
        "fitness: [{model: gaussian, strength: 1, optimum: {series: table, at: [0, 4],"
        " values: [0.5, 1e9]}}]\n", &in_memory), HG_OK);
    ck_assert_int_eq(hg_run_advance(run, 9), HG_EXTINCT);
    ck_assert_int_eq(hg_run_summary(run, &s), HG_OK);
    hg_run_destroy(&run);
    ck_assert_int_eq(s.generation, 4);
    ck_assert_int_eq(s.mutations, 30);
}
END_TEST

START_TEST(or_goes_on_neutrally)
{
    hg_run *run;
    ck_assert_int_eq(hg_run_create_from_text(&run, "t", HOPELESS
                                             "selection: {on_extinction: neutral}\n", &in_memory),
                     HG_OK);
    ck_assert_int_eq(hg_run_advance(run, 100), HG_OK);
    ck_assert_int_eq(hg_run_generation(run), 9);
    hg_summary s;
    ck_assert_int_eq(hg_run_summary(run, &s), HG_OK);
    ck_assert(s.fitness_mean == 0.0 && s.parents > 1 && s.parents < 10);
    hg_run_destroy(&run);
}
END_TEST

/* Without selection, drift and mutation everyone stays as they were. */
START_TEST(nothing_happens_without_cause)
{
    static world w;
    hg_run *run;
    ck_assert_int_eq(hg_run_create_from_text(&run, "t", COMMON NETWORK "}\n"
                                             "selection: {scheme: none}\n"
                                             "mutation: {basal: {rate: 0}}\n", &in_memory), HG_OK);
    begin(&w, false, false);
    ck_assert_int_eq(hg_run_advance(run, GENERATIONS), HG_OK);
    const bool same = state_is_same(run, &w);
    hg_summary s;
    ck_assert_int_eq(hg_run_summary(run, &s), HG_OK);
    hg_run_destroy(&run);
    ASSERT_EVERYWHERE(same);
    ck_assert(s.parents == N && s.mutations == 0);
}
END_TEST

START_TEST(misuse_is_refused)
{
    hg_run *run;
    ck_assert_int_eq(hg_run_create_from_text(&run, "t", "run: {generations: -1}\n", &in_memory),
                     HG_BAD_INPUT);
    ck_assert_ptr_null(run);
    const hg_run_options sse9 = {.no_output = true, .kernels = "sse9"};
    ck_assert_int_eq(hg_run_create_from_text(&run, "t", HOPELESS, &sse9), HG_USAGE);
    ck_assert_ptr_nonnull(strstr(hg_error_message(), "sse9"));
    ck_assert_ptr_null(run);
    hg_run_destroy(&run);
    ck_assert_int_eq(hg_run_create(&run, "/nowhere/at/all.yaml", &in_memory),
                     HG_BAD_INPUT); /* the file named is not there: wrong input, not a bad disk */
    ck_assert_int_eq(hg_run_create_from_text(&run, "t", HOPELESS, &in_memory), HG_OK);
    int64_t first, count;
    double values[64];
    hg_run_local(run, &first, &count);
    bool refused = hg_run_read(run, HG_BASAL, first - 1, 1, values) == HG_USAGE;
    refused &= hg_run_read(run, HG_BASAL, first, count + 1, values) == HG_USAGE;
    refused &= hg_run_read(run, HG_BASAL, first, -1, values) == HG_USAGE;
    refused &= hg_run_read(run, HG_BASAL, INT64_MAX, 1, values) == HG_USAGE;
    refused &= hg_run_read(run, HG_WEIGHT, first, count, values) == HG_USAGE;
    refused &= hg_run_read(run, (hg_quantity)99, first, count, values) == HG_USAGE;
    refused &= hg_run_read(run, HG_BASAL, first + count, 0, values) == HG_OK;
    refused &= hg_run_read(run, HG_INSTABILITY, first, count, values) == HG_OK;
    ASSERT_EVERYWHERE(refused);
    ck_assert_ptr_null(hg_run_gene_name(run, 3));
    ck_assert_ptr_null(hg_run_gene_name(run, -1));
    ck_assert_str_eq(hg_run_gene_name(run, 2), "g2");
    ck_assert_int_eq(hg_run_individuals(run), 10);
    ck_assert_ptr_null(hg_run_output(run));
    hg_run_destroy(&run);
}
END_TEST

/* --- parents and demes --------------------------------------------------------------------- */

enum { DEMES = 3, DEME_GENES = 2, ALL = 60 };

#define IN_DEMES                                                                                   \
    "run: {seed: 3, generations: 5}\n"                                                             \
    "population: {individuals: 60, genes: 2, demes: [10, 20, 30], initial: {basal: "               \
    "{distribution: uniform, low: 1, high: 2}}}\n"                                                 \
    "fitness: [{model: proportional}]\noutput: {statistics: {every: 0}}\n"

static int64_t deme_of(int64_t i) { return i < 10 ? 0 : i < 30 ? 1 : 2; }

/* Parents are of the own deme; there is a second one where there should be. */
static bool parents_are_plausible(hg_run *run, bool sexual)
{
    int64_t first, count, parent[ALL], second[ALL];
    hg_run_local(run, &first, &count);
    bool fine = hg_run_read_parents(run, first, count, parent, second) == HG_OK;
    for (int64_t i = 0; i < count && fine; i++) {
        const bool founder = hg_run_generation(run) == 0;
        fine &= founder ? parent[i] == -1 : deme_of(parent[i]) == deme_of(first + i);
        fine &= founder || !sexual ? second[i] == -1
                                   : deme_of(second[i]) == deme_of(first + i) &&
                                         second[i] != parent[i];
    }
    return fine;
}

/* Sums over a deme of what each rank reads itself: fitness, and the last gene's basal level. */
static void sum_demes(hg_run *run, double sum[DEMES][4])
{
    int64_t first, count;
    double basal[ALL * DEME_GENES], fitness[ALL];
    memset(sum, 0, DEMES * sizeof *sum);
    hg_run_local(run, &first, &count);
    hg_run_read(run, HG_BASAL, first, count, basal);
    hg_run_read(run, HG_FITNESS, first, count, fitness);
    for (int64_t i = 0; i < count; i++) {
        const double b = basal[i * DEME_GENES + 1];
        const double add[4] = {fitness[i], fitness[i] * fitness[i], b, b * b};
        for (int k = 0; k < 4; k++) sum[deme_of(first + i)][k] += add[k];
    }
    MPI_Allreduce(MPI_IN_PLACE, sum, DEMES * 4, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
}

static bool deme_statistics_are_right(hg_run *run)
{
    double sum[DEMES][4], w[DEMES], vw[DEMES], b[DEMES][DEME_GENES], vb[DEMES][DEME_GENES];
    double e[DEMES][DEME_GENES], ve[DEMES][DEME_GENES];
    bool same = hg_run_deme_statistics(run, w, vw, b[0], vb[0], e[0], ve[0]) == HG_OK;
    sum_demes(run, sum);
    for (int64_t d = 0; d < DEMES; d++) {
        int64_t first, count;
        hg_run_deme(run, d, &first, &count);
        const double n = (double)count;
        same &= first == (d == 0 ? 0 : d == 1 ? 10 : 30) && count == 10 * (d + 1);
        same &= hg_test_close(w[d], sum[d][0] / n, 1e-12, 0.0);
        const double fitness = (sum[d][1] - sum[d][0] * sum[d][0] / n) / (n - 1);
        const double basal = (sum[d][3] - sum[d][2] * sum[d][2] / n) / (n - 1);
        same &= hg_test_close(vw[d], fitness, 1e-9, 1e-12);
        same &= hg_test_close(b[d][1], sum[d][2] / n, 1e-12, 0.0);
        same &= hg_test_close(vb[d][1], basal, 1e-9, 1e-12);
        same &= e[d][1] == b[d][1] && ve[d][1] == vb[d][1]; /* expression is the allele */
    }
    return same;
}

START_TEST(demes_and_parents_can_be_read)
{
    for (int sexual = 0; sexual < 2; sexual++) {
        hg_run *run;
        const char *text = sexual ? IN_DEMES "mating: {system: sexual}\n" : IN_DEMES;
        ck_assert_int_eq(hg_run_create_from_text(&run, "t", text, &in_memory), HG_OK);
        ck_assert_int_eq(hg_run_demes(run), DEMES);
        bool fine = parents_are_plausible(run, sexual);
        fine = everywhere(fine) && deme_statistics_are_right(run);
        for (int t = 0; t < 3; t++) {
            fine &= hg_run_advance(run, 1) == HG_OK && parents_are_plausible(run, sexual);
            fine = everywhere(fine) && deme_statistics_are_right(run);
        }
        int64_t first, count, parent[1];
        hg_run_local(run, &first, &count);
        fine &= hg_run_read_parents(run, first + count, 1, parent, NULL) == HG_USAGE;
        fine &= hg_run_read_parents(run, first, count, NULL, NULL) == HG_OK;
        hg_run_deme(run, DEMES, &first, &count);
        fine &= count == 0;
        hg_run_destroy(&run);
        ASSERT_EVERYWHERE(fine);
    }
}
END_TEST

START_TEST(one_deme_is_the_population)
{
    hg_run *run;
    double mean[3], variance[3], of_deme[3], spread[3], w, vw;
    const char text[] = "run: {seed: 1, generations: 9}\npopulation: {individuals: 10, genes: 3}\n";
    ck_assert_int_eq(hg_run_create_from_text(&run, "t", text, &in_memory), HG_OK);
    ck_assert_int_eq(hg_run_advance(run, 2), HG_OK);
    hg_summary s;
    bool fine = hg_run_summary(run, &s) == HG_OK;
    fine &= hg_run_gene_statistics(run, mean, variance, NULL, NULL) == HG_OK;
    fine &= hg_run_deme_statistics(run, &w, &vw, of_deme, spread, NULL, NULL) == HG_OK;
    fine &= w == s.fitness_mean && vw == s.fitness_variance && hg_run_demes(run) == 1;
    fine &= memcmp(mean, of_deme, sizeof mean) == 0 && memcmp(variance, spread, sizeof mean) == 0;
    hg_run_destroy(&run);
    ASSERT_EVERYWHERE(fine);
}
END_TEST

static Suite *make(void)
{
    Suite *suite = suite_create("run");
    HG_TEST(asexual_shared);
    HG_TEST(asexual_heritable);
    HG_TEST(sexual_shared);
    HG_TEST(sexual_heritable);
    HG_TEST(a_population_dies_out);
    HG_TEST(mutations_of_the_last_generation_count);
    HG_TEST(or_goes_on_neutrally);
    HG_TEST(nothing_happens_without_cause);
    HG_TEST(misuse_is_refused);
    HG_TEST(demes_and_parents_can_be_read);
    HG_TEST(one_deme_is_the_population);
    return suite;
}

int main(int argc, char **argv) { return hg_test_main(argc, argv, make); }
