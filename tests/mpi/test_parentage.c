/* SPDX-License-Identifier: GPL-3.0-or-later
 * First parents: every rank's results against one plain search through all weights, the
 * genomes that travelled, and the law of the draws. */
#include "team.h"

#include "parallel/parentage.h"
#include "random/stream.h"
#include "random/vecmath.h"

enum { STRIDE = 3 };

/* --- the same by a plain search on every rank ------------------------------------------- */

typedef struct plain {
    int64_t n;
    double *weight, *fine_low, *fine_high; /* [n]: the intervals of the deme's cumulated weights */
    int64_t *parent;                       /* [n] */
    int32_t *children;                     /* [n] */
} plain;

static plain plain_of(int64_t n)
{
    const size_t room = (size_t)n;
    return (plain){n, calloc(room, sizeof(double)), calloc(room, sizeof(double)),
                   calloc(room, sizeof(double)), calloc(room, sizeof(int64_t)),
                   calloc(room, sizeof(int32_t))};
}

static void plain_free(plain *p)
{
    free(p->weight);
    free(p->fine_low);
    free(p->fine_high);
    free(p->parent);
    free(p->children);
}

/* Sums within the blocks and over those of a deme, in order: the rule that fixes the rounding.
 * Demes of the smallest weights are lifted out of the subnormal numbers. Returns the total. */
static double cumulate_weights(plain *p, const hg_partition *partition, int64_t deme)
{
    double start = 0.0, total = 0.0;
    for (int64_t i = partition->deme_start[deme]; i < partition->deme_start[deme + 1]; i++)
        total += p->weight[i];
    const double lift = total < 0x1p-700 ? 0x1p600 : 1.0;
    for (int64_t b = partition->deme_block[deme]; b < partition->deme_block[deme + 1]; b++) {
        double sum = 0.0;
        for (int64_t i = hg_block_start(partition, b); i < hg_block_start(partition, b + 1); i++) {
            p->fine_low[i] = start + sum * lift;
            sum += p->weight[i];
            p->fine_high[i] = start + sum * lift;
        }
        start += sum * lift;
    }
    return start;
}

static double spacing_of(uint64_t seed, int64_t generation, int64_t offspring)
{
    const hg_stream stream = hg_stream_of(seed, HG_PURPOSE_PARENT, generation, offspring);
    return -hg_log(hg_stream_uniform(&stream, 0));
}

/* place[j]: the sum of the deme's spacings up to offspring j. Returns the sum of all of them. */
static double cumulate_spacings(const hg_partition *partition, int64_t deme, uint64_t seed,
                                int64_t generation, double *place)
{
    double start = 0.0;
    for (int64_t b = partition->deme_block[deme]; b < partition->deme_block[deme + 1]; b++) {
        double sum = 0.0;
        for (int64_t j = hg_block_start(partition, b); j < hg_block_start(partition, b + 1); j++) {
            sum += spacing_of(seed, generation, j);
            place[j] = start + sum;
        }
        start += sum;
    }
    return start + spacing_of(seed, generation, partition->individuals + deme);
}

static void draw_deme(plain *p, const hg_partition *partition, int64_t deme, uint64_t seed,
                      int64_t generation, double *place)
{
    const int64_t first = partition->deme_start[deme], end = partition->deme_start[deme + 1];
    const double total = cumulate_weights(p, partition, deme);
    const double scale = total / cumulate_spacings(partition, deme, seed, generation, place);
    for (int64_t j = first; j < end; j++) {
        const double target = fmin(place[j] * scale, nextafter(total, 0.0));
        int64_t i = first;
        while (i < end - 1 && !(p->fine_low[i] <= target && target < p->fine_high[i])) i++;
        p->parent[j] = i;
        p->children[i]++;
    }
}

static void draw_plainly(plain *p, const hg_partition *partition, uint64_t seed,
                         int64_t generation)
{
    double *place = calloc((size_t)p->n, sizeof *place);
    memset(p->children, 0, (size_t)p->n * sizeof *p->children);
    for (int64_t d = 0; d < partition->demes; d++)
        draw_deme(p, partition, d, seed, generation, place);
    free(place);
}

/* --- the engine's, gathered -------------------------------------------------------------- */

typedef struct engine {
    hg_partition partition;
    hg_parentage parentage;
    double *genome; /* own individuals' */
    double *block_weight, *block_spacing;
} engine;

static void genome_of(double *genome, int64_t individual)
{
    for (int k = 0; k < STRIDE; k++) genome[k] = (double)individual * 10.0 + k;
}

static const double *own_genome(void *context, int64_t i)
{
    return ((const engine *)context)->genome + i * STRIDE;
}

static bool engine_create(engine *e, int64_t n, int64_t demes, const char *kernels)
{
    memset(e, 0, sizeof *e);
    if (hg_partition_create(&e->partition, MPI_COMM_WORLD, n, demes, NULL) != HG_OK) return false;
    if (hg_parentage_create(&e->parentage, &e->partition, hg_kernels_named(kernels), STRIDE,
                            true) != HG_OK)
        return false;
    e->genome = calloc((size_t)(e->partition.count * STRIDE) + 1, sizeof(double));
    e->block_weight = calloc((size_t)e->partition.blocks, sizeof(double));
    e->block_spacing = calloc((size_t)e->partition.blocks, sizeof(double));
    for (int64_t i = 0; i < e->partition.count; i++)
        genome_of(e->genome + i * STRIDE, e->partition.first + i);
    return true;
}

static void engine_free(engine *e)
{
    hg_parentage_free(&e->parentage);
    hg_partition_free(&e->partition);
    free(e->genome);
    free(e->block_weight);
    free(e->block_spacing);
}

static void gather_blocks(const engine *e, double *sums)
{
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, sums, e->partition.blocks_of,
                   e->partition.offset_of, MPI_DOUBLE, MPI_COMM_WORLD);
}

static void engine_draw(engine *e, const double *weight, uint64_t seed, int64_t generation)
{
    const hg_partition *partition = &e->partition;
    hg_parentage_space(&e->parentage, seed, generation);
    for (int64_t b = partition->first_block; b < partition->end_block; b++) {
        e->block_weight[b] = 0.0;
        for (int64_t i = hg_block_start(partition, b); i < hg_block_start(partition, b + 1); i++)
            e->block_weight[b] += weight[i];
        e->block_spacing[b] = e->parentage.spacing_sum[b - partition->first_block];
    }
    gather_blocks(e, e->block_weight);
    gather_blocks(e, e->block_spacing);
    hg_parentage_cumulate(&e->parentage, e->block_weight, e->block_spacing, seed, generation);
    hg_parentage_match(&e->parentage, weight + partition->first, seed, generation, own_genome, e);
}

/* Every brood is consecutive offspring of this rank, its parent elsewhere, its genome right. */
static bool broods_are_right(const engine *e, const plain *p)
{
    const hg_partition *partition = &e->partition;
    const int64_t first = partition->first, end = first + partition->count;
    int64_t adopted = 0, foreign = 0;
    for (int64_t k = 0; k < e->parentage.incoming.count; k++) {
        const hg_brood *brood = &e->parentage.incoming.brood[k];
        double genome[STRIDE];
        genome_of(genome, brood->parent);
        if (!hg_test_same_bits(genome, e->parentage.incoming.genome + k * STRIDE, STRIDE))
            return false;
        if (brood->parent >= first && brood->parent < end) return false;
        if (brood->count < 1 || brood->first < first || brood->first + brood->count > end)
            return false;
        for (int64_t j = brood->first; j < brood->first + brood->count; j++)
            if (p->parent[j] != brood->parent) return false;
        adopted += brood->count;
    }
    for (int64_t j = first; j < end; j++) foreign += p->parent[j] < first || p->parent[j] >= end;
    return adopted == foreign;
}

static bool is_same(const engine *e, const plain *p)
{
    const hg_partition *partition = &e->partition;
    bool same = true;
    for (int64_t own = 0; own < partition->count; own++) {
        const int64_t j = partition->first + own, parent = p->parent[j];
        same &= e->parentage.parent[own] == parent;
        same &= e->parentage.children[own] == p->children[j];
        same &= e->parentage.low[own] == p->fine_low[parent];
        same &= e->parentage.high[own] == p->fine_high[parent];
    }
    return same && broods_are_right(e, p);
}

/* --- weights of all kinds -------------------------------------------------------------------- */

enum { EQUAL, VARIED, SPARSE, ONE_FIRST, ONE_LAST, ONE_WITHIN, LOWER_HALF, UPPER_HALF, ONE_QUARTER,
       STEEP, TINY, SUBNORMAL, HUGE_ONES, WEIGHTS };

static double weight_of(int kind, int64_t i, int64_t n, uint64_t *state)
{
    const double u = hg_test_uniform(state, 0.0, 1.0);
    switch (kind) {
    case VARIED: return u;
    case SPARSE: return u < 0.8 ? 0.0 : u;
    case ONE_FIRST: return i == 0;
    case ONE_LAST: return i == n - 1 ? 0.3 : 0.0;
    case ONE_WITHIN: return i == n / 2 ? 7.0 : 0.0;
    case LOWER_HALF: return 2 * i < n ? u + 0.1 : 0.0;
    case UPPER_HALF: return 2 * i >= n ? u + 0.1 : 0.0;
    case ONE_QUARTER: return 4 * i / n == 2 || i == n - 1 ? 0.5 : 0.0;
    case STEEP: return exp(-50.0 * (double)i / (double)n) * u;
    case TINY: return 1e-300 * u;
    case SUBNORMAL: return 0x1p-1074 * (double)(1 + i % 3);
    case HUGE_ONES: return 1e300 * u;
    default: return 1.0;
    }
}

/* Whoever is alone in having weight in a kind is alone in one deme: give the others some. */
static void fill_demes(const hg_partition *partition, double *weight)
{
    for (int64_t d = 0; d < partition->demes; d++) {
        const int64_t first = partition->deme_start[d], end = partition->deme_start[d + 1];
        double any = 0.0;
        for (int64_t i = first; i < end; i++) any += weight[i];
        if (any == 0.0) weight[first + (end - first) / 3] = 1.0;
    }
}

static bool search_is_same(int64_t n, int64_t demes, int kind, uint64_t state)
{
    plain p = plain_of(n);
    engine e;
    bool right = engine_create(&e, n, demes, kind % 2 == 0 ? "baseline" : hg_kernels_best()->name);
    for (int64_t generation = 1; generation <= 3 && everywhere(right); generation++) {
        for (int64_t i = 0; i < n; i++) {
            const int32_t deme = hg_partition_deme(&e.partition, i);
            p.weight[i] = weight_of(kind, i, n, &state);
            if (demes > 1 && kind == VARIED) p.weight[i] *= pow(10.0, -80.0 * (deme % 4));
            if (demes > 1 && kind == EQUAL) p.weight[i] *= pow(10.0, -5.0 * (deme % 5));
        }
        fill_demes(&e.partition, p.weight);
        draw_plainly(&p, &e.partition, 99, generation);
        engine_draw(&e, p.weight, 99, generation);
        right &= is_same(&e, &p);
        hg_parentage_settle(&e.parentage);
    }
    engine_free(&e);
    plain_free(&p);
    return right;
}

START_TEST(parents_are_those_of_a_plain_search)
{
    const int64_t sizes[] = {1, 2, 3, 4, 5, 17, 1000, 4097, 10007};
    for (int s = 0; s < HG_COUNT_OF(sizes); s++)
        for (int kind = 0; kind < WEIGHTS; kind++) {
            if (sizes[s] > 4097 && kind > SPARSE) continue; /* the plain search is slow */
            const bool all =
                everywhere(search_is_same(sizes[s], 1, kind, (uint64_t)(s * WEIGHTS + kind)));
            ck_assert_msg(all, "N %d, weights %d", (int)sizes[s], kind);
        }
}
END_TEST

/* Demes whose weights differ by up to 10^300, of one individual and of many, on borders between
 * ranks and off them. */
START_TEST(each_deme_draws_for_itself)
{
    const int64_t sizes[] = {2, 5, 17, 400, 1000, 4097};
    const int64_t demes[] = {2, 3, 4, 5, 17};
    for (int s = 0; s < HG_COUNT_OF(sizes); s++)
        for (int d = 0; d < HG_COUNT_OF(demes); d++)
            for (int kind = 0; kind < WEIGHTS; kind++) {
                if (demes[d] > sizes[s]) continue;
                const bool all = everywhere(
                    search_is_same(sizes[s], demes[d], kind, (uint64_t)(s * WEIGHTS + kind)));
                ck_assert_msg(all, "N %d, %d demes, weights %d", (int)sizes[s], (int)demes[d], kind);
            }
}
END_TEST

/* --- the law ------------------------------------------------------------------------------------ */

enum { N = 60, GENERATIONS = 4000 };

/* What many generations with fixed weights gave. */
typedef struct draws {
    int64_t counts[N];
    double pairs, pair_squares; /* of the share of pairs with one parent */
    double across;              /* of products of neighbours' offspring */
} draws;

static void add_generation(draws *sums, const int children[N])
{
    double same = 0.0;
    int sum = 0;
    for (int i = 0; i < N; i++) {
        sums->counts[i] += children[i];
        same += (double)children[i] * (children[i] - 1);
        sum += children[i];
    }
    ck_assert_int_eq(sum, N);
    same /= (double)N * (N - 1);
    sums->pairs += same;
    sums->pair_squares += same * same;
    sums->across += (double)children[0] * children[1] / ((double)N * (N - 1));
}

static draws draw_often(const double weight[N])
{
    draws sums = {0};
    engine e;
    const bool created = everywhere(engine_create(&e, N, 1, "baseline"));
    ck_assert(created);
    for (int64_t t = 1; t <= GENERATIONS; t++) {
        int children[N] = {0};
        engine_draw(&e, weight, 5, t);
        for (int64_t i = 0; i < e.partition.count; i++)
            children[e.partition.first + i] = e.parentage.children[i];
        hg_parentage_settle(&e.parentage);
        MPI_Allreduce(MPI_IN_PLACE, children, N, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
        add_generation(&sums, children);
    }
    engine_free(&e);
    return sums;
}

/* Offspring numbers are multinomial: over many generations with fixed weights the parents'
 * totals fit by chi-square, the sum of squares by (1 + CV^2)/N, and neighbours' covariance is
 * that of draws with a fixed sum. */
static void check_law(const double share[N], const double weight[N])
{
    const draws sums = draw_often(weight);
    double chi2 = 0.0, parents = 0.0, squares = 0.0;
    for (int i = 0; i < N; i++) {
        const double expected = GENERATIONS * N * share[i];
        squares += share[i] * share[i];
        if (share[i] == 0.0) {
            ck_assert_int_eq(sums.counts[i], 0);
            continue;
        }
        chi2 += pow((double)sums.counts[i] - expected, 2) / expected;
        parents++;
    }
    ck_assert_double_le(fabs(chi2 - (parents - 1.0)), 4.0 * sqrt(2.0 * (parents - 1.0)));
    const double mean = sums.pairs / GENERATIONS;
    const double error = sqrt((sums.pair_squares / GENERATIONS - mean * mean) / GENERATIONS);
    ck_assert_double_le(fabs(mean - squares), 4.0 * error);
    ck_assert_double_le(error, 0.02 * squares);
    const double both = share[0] * share[1];
    ck_assert_double_le(fabs(sums.across / GENERATIONS - both), 4.0 * both / sqrt(GENERATIONS));
}

START_TEST(offspring_are_multinomial)
{
    uint64_t state = 12;
    double weight[N], share[N], total = 0.0;
    for (int i = 0; i < N; i++) {
        weight[i] = i % 7 == 3 ? 0.0 : hg_test_uniform(&state, 0.1, 2.0);
        total += weight[i];
    }
    for (int i = 0; i < N; i++) share[i] = weight[i] / total;
    check_law(share, weight);
}
END_TEST

/* Weights of one or two units of the last place of the smallest doubles have their law, too. */
START_TEST(the_smallest_doubles_have_the_law)
{
    double weight[N], share[N];
    for (int i = 0; i < N; i++) {
        weight[i] = 0x1p-1074 * (1 + i % 2);
        share[i] = (1 + i % 2) / (1.5 * N);
    }
    check_law(share, weight);
}
END_TEST

static Suite *make(void)
{
    Suite *suite = suite_create("parentage");
    HG_TEST(parents_are_those_of_a_plain_search);
    HG_TEST(each_deme_draws_for_itself);
    HG_TEST(offspring_are_multinomial);
    HG_TEST(the_smallest_doubles_have_the_law);
    return suite;
}

int main(int argc, char **argv) { return hg_test_main(argc, argv, make); }
