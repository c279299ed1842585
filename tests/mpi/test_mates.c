/* SPDX-License-Identifier: GPL-3.0-or-later
 * Second parents: their law, who they may not be, and the genomes that arrive. */
#include "team.h"

#include "parallel/partners.h"
#include "random/stream.h"

enum { STRIDE = 2, MOST = 64 };

typedef struct engine {
    hg_partition partition;
    hg_parentage parentage;
    hg_fetch mates;
    hg_migration migration; /* none */
    int64_t n;
    double genome[MOST * STRIDE], weight[MOST];
} engine;

static double gene_of(int64_t individual, int k) { return (double)individual * 100.0 + k; }

static const double *own_genome(void *context, int64_t i)
{
    return ((const engine *)context)->genome + i * STRIDE;
}

static bool engine_create(engine *e, int64_t n)
{
    memset(e, 0, sizeof *e);
    e->n = n;
    if (hg_partition_create(&e->partition, MPI_COMM_WORLD, n, 1, NULL) != HG_OK ||
        hg_parentage_create(&e->parentage, &e->partition, hg_kernels_best(), STRIDE, true) ||
        hg_fetch_create(&e->mates, &e->partition, STRIDE, false) != HG_OK)
        return false;
    for (int64_t i = 0; i < e->partition.count; i++)
        for (int k = 0; k < STRIDE; k++)
            e->genome[i * STRIDE + k] = gene_of(e->partition.first + i, k);
    return true;
}

static void engine_free(engine *e)
{
    hg_fetch_free(&e->mates);
    hg_parentage_free(&e->parentage);
    hg_partition_free(&e->partition);
}

/* Blocks are single individuals here. */
static void draw(engine *e, bool selfing, int64_t generation)
{
    const hg_partition *partition = &e->partition;
    double spacing[MOST];
    hg_parentage_space(&e->parentage, 8, generation);
    if (partition->count > 0)
        memcpy(spacing + partition->first, e->parentage.spacing_sum,
               (size_t)partition->count * sizeof *spacing);
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, spacing, partition->blocks_of,
                   partition->offset_of, MPI_DOUBLE, MPI_COMM_WORLD);
    hg_parentage_cumulate(&e->parentage, e->weight, spacing, 8, generation);
    const double *own = e->weight + partition->first;
    hg_parentage_match(&e->parentage, own, 8, generation, own_genome, e);
    if (!selfing) hg_parentage_leave_out(&e->parentage, own);
    hg_draw_mates(&e->mates, &e->parentage, &e->migration, e->parentage.parent, e->parentage.low,
                  e->parentage.high, selfing, 8, generation);
    hg_fetch_points(&e->mates, &e->parentage, own, e->genome, NULL);
}

static void settle(engine *e)
{
    hg_parentage_settle(&e->parentage);
    hg_fetch_settle(&e->mates);
}

/* The mate that the offspring's uniform number means, by a walk over all weights in which the
 * first parent's is left out; -1 where rounding may decide. */
static int64_t mate_by_walking(const engine *e, int64_t offspring, int64_t first, bool selfing)
{
    const hg_stream stream = hg_stream_of(8, HG_PURPOSE_MATE, 0, offspring);
    hg_stream here = stream;
    here.generation = 1;
    long double total = 0.0L, sum = 0.0L;
    for (int64_t i = 0; i < e->n; i++)
        if (selfing || i != first) total += (long double)e->weight[i];
    if (total == 0.0L) return first;
    const long double point = (long double)hg_stream_uniform(&here, 0) * total;
    for (int64_t i = 0; i < e->n; i++) {
        if (!selfing && i == first) continue;
        sum += (long double)e->weight[i];
        if (fabsl(point - sum) <= 1e-12L * total) return -1;
        if (point < sum) return i;
    }
    return -1;
}

/* Whether nobody but `individual` can reproduce. */
static bool is_alone(const engine *e, int64_t individual)
{
    for (int64_t i = 0; i < e->n; i++)
        if (i != individual && e->weight[i] > 0.0) return false;
    return true;
}

/* One generation: mates are whom they should be, and their genomes are at hand. */
static bool mates_are_right(const engine *e, bool selfing)
{
    bool right = true;
    for (int64_t own = 0; own < e->partition.count; own++) {
        const int64_t mate = e->mates.parent[own], first = e->parentage.parent[own];
        const int64_t expected = mate_by_walking(e, e->partition.first + own, first, selfing);
        const int64_t place = e->mates.place[own];
        const double *genome = place < e->partition.count
                                   ? e->genome + place * STRIDE
                                   : e->mates.genome + (place - e->partition.count) * STRIDE;
        right &= expected == -1 || expected == mate;
        right &= mate >= 0 && mate < e->n && e->weight[mate] > 0.0;
        right &= selfing || mate != first || is_alone(e, first);
        for (int k = 0; right && k < STRIDE; k++) right &= genome[k] == gene_of(mate, k);
        right &= (place < e->partition.count) == (mate >= e->partition.first &&
                                                  mate < e->partition.first + e->partition.count);
    }
    return right;
}

enum { KINDS = 9 };

/* The last ones have an individual beside whom the others' weights lose their digits. */
static double weight_of(int kind, int64_t i, int64_t n, double u)
{
    switch (kind) {
    case 0: return 1.0;
    case 1: return u;
    case 2: return i == n - 1 ? u : 0.0;
    case 3: return i % 4 == 0 ? u : 0.0;
    case 4: return i == 0 ? 1e6 : u;
    case 5: return i == n / 2 ? 1e16 : u;
    case 6: return i == n - 1 ? 1.0 : 1e-300 * u;
    case 7: return i == 0 ? 1e300 : 0x1p-1074 * (double)(1 + i % 3);
    default: return i == n / 3 ? 1e15 : i % 2 == 0 ? 0.0 : u;
    }
}

START_TEST(mates_are_those_of_a_plain_walk)
{
    const int64_t sizes[] = {1, 2, 3, 5, 17, MOST};
    uint64_t state = 2;
    for (int s = 0; s < HG_COUNT_OF(sizes); s++)
        for (int kind = 0; kind < KINDS; kind++)
            for (int selfing = 0; selfing < 2; selfing++) {
                engine e;
                const int64_t n = sizes[s];
                const bool created = engine_create(&e, n);
                ck_assert(everywhere(created));
                for (int64_t i = 0; i < n; i++) {
                    const double u = hg_test_uniform(&state, 0.1, 1.0);
                    e.weight[i] = weight_of(kind, i, n, u);
                }
                draw(&e, selfing != 0, 1);
                const bool right = mates_are_right(&e, selfing != 0);
                settle(&e);
                engine_free(&e);
                const bool all = everywhere(right);
                ck_assert_msg(all, "N %d, weights %d, selfing %d", (int)n, kind, selfing);
            }
}
END_TEST

/* Without selfing, mate j goes with parent i in w_i/W * w_j/(W - w_i) of all pairs; with it,
 * in w_i*w_j/W^2. */
START_TEST(pairs_have_their_law)
{
    enum { N = 6, GENERATIONS = 4000 };
    for (int selfing = 0; selfing < 2; selfing++) {
        engine e;
        double hits[N][N] = {{0}}, total = 0.0, chi2 = 0.0, cells = 0.0;
        ASSERT_EVERYWHERE(engine_create(&e, N));
        for (int i = 0; i < N; i++) total += e.weight[i] = i == 2 ? 0.0 : 0.5 + 0.4 * i;
        for (int64_t t = 1; t <= GENERATIONS; t++) {
            draw(&e, selfing != 0, t);
            for (int64_t own = 0; own < e.partition.count; own++)
                hits[e.parentage.parent[own]][e.mates.parent[own]]++;
            settle(&e);
        }
        MPI_Allreduce(MPI_IN_PLACE, hits, N * N, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                const double others = selfing ? total : total - e.weight[i];
                const double p = !selfing && i == j ? 0.0
                                 : e.weight[i] / total * e.weight[j] / others;
                if (p == 0.0) ck_assert_double_eq(hits[i][j], 0.0);
                else chi2 += pow(hits[i][j] - p * N * GENERATIONS, 2) / (p * N * GENERATIONS);
                cells += p > 0.0;
            }
        ck_assert_double_le(fabs(chi2 - (cells - 1.0)), 4.0 * sqrt(2.0 * (cells - 1.0)));
        engine_free(&e);
    }
}
END_TEST

static Suite *make(void)
{
    Suite *suite = suite_create("mates");
    HG_TEST(mates_are_those_of_a_plain_walk);
    HG_TEST(pairs_have_their_law);
    return suite;
}

int main(int argc, char **argv) { return hg_test_main(argc, argv, make); }
