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
    double *weight, *fine_low, *fine_high; /* [n]: the intervals of the cumulated weights */
    int64_t *parent;                       /* [n] */
    int32_t *children;                     /* [n] */
    double total;
} plain;

static plain plain_of(int64_t n)
{
    const size_t room = (size_t)n;
    return (plain){n, calloc(room, sizeof(double)), calloc(room, sizeof(double)),
                   calloc(room, sizeof(double)), calloc(room, sizeof(int64_t)),
                   calloc(room, sizeof(int32_t)), 0.0};
}

static void plain_free(plain *p)
{
    free(p->weight);
    free(p->fine_low);
    free(p->fine_high);
    free(p->parent);
    free(p->children);
}

/* Sums within the blocks and over them, in order: the rule that fixes the rounding. */
static double cumulate_weights(plain *p, int64_t block_size)
{
    double start = 0.0;
    for (int64_t b = 0; b < p->n; b += block_size) {
        const int64_t end = b + block_size < p->n ? b + block_size : p->n;
        double sum = 0.0;
        for (int64_t i = b; i < end; i++) {
            p->fine_low[i] = start + sum;
            sum += p->weight[i];
            p->fine_high[i] = start + sum;
        }
        start += sum;
    }
    return start;
}

static double spacing_of(uint64_t seed, int64_t generation, int64_t offspring)
{
    const hg_stream stream = hg_stream_of(seed, HG_PURPOSE_PARENT, generation, offspring);
    return -hg_log(hg_stream_uniform(&stream, 0));
}

static void draw_plainly(plain *p, int64_t block_size, uint64_t seed, int64_t generation)
{
    double start = 0.0;
    double *place = calloc((size_t)p->n, sizeof *place);
    p->total = cumulate_weights(p, block_size);
    for (int64_t b = 0; b < p->n; b += block_size) {
        const int64_t end = b + block_size < p->n ? b + block_size : p->n;
        double sum = 0.0;
        for (int64_t j = b; j < end; j++) {
            sum += spacing_of(seed, generation, j);
            place[j] = start + sum;
        }
        start += sum;
    }
    const double scale = p->total / (start + spacing_of(seed, generation, p->n));
    memset(p->children, 0, (size_t)p->n * sizeof *p->children);
    for (int64_t j = 0; j < p->n; j++) {
        const double target = fmin(place[j] * scale, nextafter(p->total, 0.0));
        int64_t i = 0;
        while (i < p->n - 1 && !(p->fine_low[i] <= target && target < p->fine_high[i])) i++;
        p->parent[j] = i;
        p->children[i]++;
    }
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

static bool engine_create(engine *e, int64_t n, const char *kernels)
{
    memset(e, 0, sizeof *e);
    if (hg_partition_create(&e->partition, MPI_COMM_WORLD, n, 1, NULL) != HG_OK) return false;
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
    bool same = hg_parentage_deme_start(&e->parentage, 1) == p->total;
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
       STEEP, TINY, HUGE_ONES, WEIGHTS };

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
    case HUGE_ONES: return 1e300 * u;
    default: return 1.0;
    }
}

START_TEST(parents_are_those_of_a_plain_search)
{
    const int64_t sizes[] = {1, 2, 3, 4, 5, 17, 1000, 4097, 10007};
    for (int s = 0; s < HG_COUNT_OF(sizes); s++)
        for (int kind = 0; kind < WEIGHTS; kind++) {
            const int64_t n = sizes[s];
            uint64_t state = (uint64_t)(s * WEIGHTS + kind);
            if (n > 4097 && kind > SPARSE) continue; /* the plain search is slow */
            plain p = plain_of(n);
            engine e;
            bool right = engine_create(&e, n, kind % 2 == 0 ? "baseline" : hg_kernels_best()->name);
            ck_assert(everywhere(right));
            for (int64_t generation = 1; generation <= 3 && right; generation++) {
                double any = 0.0; /* somebody must be able to reproduce */
                for (int64_t i = 0; i < n; i++)
                    any += p.weight[i] = weight_of(kind, i, n, &state);
                if (any == 0.0) p.weight[n / 3] = 1.0;
                draw_plainly(&p, hg_block_start(&e.partition, 1), 99, generation);
                engine_draw(&e, p.weight, 99, generation);
                right &= is_same(&e, &p);
                hg_parentage_settle(&e.parentage);
            }
            engine_free(&e);
            plain_free(&p);
            const bool all = everywhere(right);
            ck_assert_msg(all, "N %d, weights %d", (int)n, kind);
        }
}
END_TEST

/* --- the law ------------------------------------------------------------------------------------ */

/* Offspring numbers are multinomial: over many generations with fixed weights the parents'
 * totals fit by chi-square, the sum of squares by (1 + CV^2)/N, and neighbours' covariance is
 * that of draws with a fixed sum. */
START_TEST(offspring_are_multinomial)
{
    enum { N = 60, GENERATIONS = 4000 };
    uint64_t state = 12;
    double weight[N], total = 0.0, squares = 0.0;
    int64_t counts[N] = {0};
    double pairs = 0.0, pair_squares = 0.0, across = 0.0;
    for (int i = 0; i < N; i++) {
        weight[i] = i % 7 == 3 ? 0.0 : hg_test_uniform(&state, 0.1, 2.0);
        total += weight[i];
        squares += weight[i] * weight[i];
    }
    engine e;
    ASSERT_EVERYWHERE(engine_create(&e, N, "baseline"));
    for (int64_t t = 1; t <= GENERATIONS; t++) {
        int children[N] = {0};
        engine_draw(&e, weight, 5, t);
        for (int64_t i = 0; i < e.partition.count; i++)
            children[e.partition.first + i] = e.parentage.children[i];
        hg_parentage_settle(&e.parentage);
        MPI_Allreduce(MPI_IN_PLACE, children, N, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
        double same = 0.0;
        int sum = 0;
        for (int i = 0; i < N; i++) {
            counts[i] += children[i];
            same += (double)children[i] * (children[i] - 1);
            sum += children[i];
        }
        ck_assert_int_eq(sum, N);
        same /= (double)N * (N - 1);
        pairs += same;
        pair_squares += same * same;
        across += (double)children[0] * children[1] / ((double)N * (N - 1));
    }
    engine_free(&e);
    double chi2 = 0.0, parents = 0.0;
    for (int i = 0; i < N; i++) {
        const double expected = GENERATIONS * N * weight[i] / total;
        if (weight[i] == 0.0) {
            ck_assert_int_eq(counts[i], 0);
            continue;
        }
        chi2 += pow((double)counts[i] - expected, 2) / expected;
        parents++;
    }
    ck_assert_double_le(fabs(chi2 - (parents - 1.0)), 4.0 * sqrt(2.0 * (parents - 1.0)));
    const double mean = pairs / GENERATIONS, expected = squares / (total * total);
    const double error = sqrt((pair_squares / GENERATIONS - mean * mean) / GENERATIONS);
    ck_assert_double_le(fabs(mean - expected), 4.0 * error);
    ck_assert_double_le(error, 0.02 * expected);
    const double both = weight[0] * weight[1] / (total * total);
    ck_assert_double_le(fabs(across / GENERATIONS - both), 4.0 * both / sqrt(GENERATIONS));
}
END_TEST

static Suite *make(void)
{
    Suite *suite = suite_create("parentage");
    HG_TEST(parents_are_those_of_a_plain_search);
    HG_TEST(offspring_are_multinomial);
    return suite;
}

int main(int argc, char **argv) { return hg_test_main(argc, argv, make); }
