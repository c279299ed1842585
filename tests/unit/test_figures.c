/* SPDX-License-Identifier: GPL-3.0-or-later
 * What pictures are computed from: order by clustering, envelopes, densities, layouts. */
#include "support.h"

#include "analysis/cluster.h"
#include "analysis/density.h"
#include "analysis/envelope.h"
#include "analysis/layout.h"
#include "base/memory.h"

/* --- clustering --------------------------------------------------------------------------- */

enum { ROWS = 24, WIDTH = 5 };

typedef struct cluster {
    int64_t row[ROWS], count;
    double mean;
} cluster;

static double row_distance(const double *value, int64_t a, int64_t b)
{
    double squares = 0;
    for (int k = 0; k < WIDTH; k++)
        squares += pow(value[a * WIDTH + k] - value[b * WIDTH + k], 2);
    return sqrt(squares);
}

/* Average linkage by its definition: the mean distance of all pairs. */
static double linkage(const double *value, const cluster *a, const cluster *b)
{
    double sum = 0;
    for (int64_t i = 0; i < a->count; i++)
        for (int64_t k = 0; k < b->count; k++)
            sum += row_distance(value, a->row[i], b->row[k]);
    return sum / (double)(a->count * b->count);
}

static cluster join(const cluster *a, const cluster *b)
{
    cluster joined = a->mean <= b->mean ? *a : *b;
    const cluster *rest = a->mean <= b->mean ? b : a;
    memcpy(joined.row + joined.count, rest->row, (size_t)rest->count * sizeof *rest->row);
    joined.mean = ((double)a->count * a->mean + (double)b->count * b->mean) /
                  (double)(a->count + b->count);
    joined.count += rest->count;
    return joined;
}

/* The two nearest of all clusters, again and again. */
static cluster cluster_naively(const double *value, int64_t rows)
{
    static cluster all[ROWS];
    for (int64_t r = 0; r < rows; r++) {
        all[r] = (cluster){{r}, 1, 0};
        for (int k = 0; k < WIDTH; k++) all[r].mean += value[r * WIDTH + k] / WIDTH;
    }
    for (int64_t left = rows; left > 1; left--) {
        int64_t a = 0, b = 1;
        for (int64_t i = 0; i < left; i++)
            for (int64_t k = i + 1; k < left; k++)
                if (linkage(value, &all[i], &all[k]) < linkage(value, &all[a], &all[b])) {
                    a = i;
                    b = k;
                }
        all[a] = join(&all[a], &all[b]);
        all[b] = all[left - 1];
    }
    return all[0];
}

START_TEST(leaves_lie_as_average_linkage_has_them)
{
    uint64_t state = 11;
    for (int trial = 0; trial < 100; trial++) {
        double value[ROWS * WIDTH];
        int64_t order[ROWS];
        const int64_t rows = 1 + trial % ROWS;
        for (int64_t i = 0; i < rows * WIDTH; i++)
            value[i] = hg_test_normal(&state) + (double)(i / WIDTH % 3) * (trial % 4);
        const cluster expected = cluster_naively(value, rows);
        ck_assert_int_eq(hg_cluster_order(value, rows, WIDTH, order), HG_OK);
        for (int64_t r = 0; r < rows; r++) ck_assert_int_eq(order[r], expected.row[r]);
    }
    ck_assert_int_eq(hg_memory_total().current, 0);
}
END_TEST

START_TEST(equal_rows_are_all_there)
{
    double value[ROWS * WIDTH] = {0};
    int64_t order[ROWS];
    bool seen[ROWS] = {false};
    ck_assert_int_eq(hg_cluster_order(value, ROWS, WIDTH, order), HG_OK);
    for (int r = 0; r < ROWS; r++) {
        ck_assert(order[r] >= 0 && order[r] < ROWS && !seen[order[r]]);
        seen[order[r]] = true;
    }
    ck_assert_int_eq(hg_cluster_order(value, 0, WIDTH, NULL), HG_OK);
    for (int64_t k = 1; k <= 7; k++) {
        hg_memory_fail_at(k);
        ck_assert_int_eq(hg_cluster_order(value, ROWS, WIDTH, order), HG_NO_MEMORY);
    }
    hg_memory_fail_at(0);
    ck_assert_int_eq(hg_memory_total().current, 0);
}
END_TEST

/* --- envelopes ------------------------------------------------------------------------------ */

START_TEST(extremes_are_kept)
{
    enum { COUNT = 10007, PIECES = 50 };
    static double value[COUNT];
    int64_t index[2 * PIECES + 2];
    uint64_t state = 3;
    for (int i = 0; i < COUNT; i++) value[i] = hg_test_normal(&state);
    value[0] = value[COUNT - 1] = 0;
    value[77] = NAN;
    value[5000] = INFINITY;
    const int64_t kept = hg_envelope(value, COUNT, PIECES, index);
    ck_assert_int_le(kept, 2 * PIECES + 2);
    ck_assert_int_eq(index[0], 0);
    ck_assert_int_eq(index[kept - 1], COUNT - 1);
    for (int64_t i = 1; i < kept; i++) ck_assert_int_lt(index[i - 1], index[i]);
    for (int64_t p = 0; p < PIECES; p++) {
        double low = INFINITY, high = -INFINITY, kept_low = INFINITY, kept_high = -INFINITY;
        const int64_t from = COUNT * p / PIECES, to = COUNT * (p + 1) / PIECES;
        for (int64_t i = from; i < to; i++) {
            if (!isfinite(value[i])) continue;
            low = fmin(low, value[i]);
            high = fmax(high, value[i]);
        }
        for (int64_t k = 0; k < kept; k++) {
            if (index[k] < from || index[k] >= to) continue;
            ck_assert(isfinite(value[index[k]]));
            kept_low = fmin(kept_low, value[index[k]]);
            kept_high = fmax(kept_high, value[index[k]]);
        }
        ck_assert_double_eq(low, kept_low);
        ck_assert_double_eq(high, kept_high);
    }
    ck_assert_int_eq(hg_envelope(value, 2 * PIECES, PIECES, index), 2 * PIECES);
    ck_assert_int_eq(hg_envelope(value, 0, PIECES, index), 0);
}
END_TEST

/* --- densities ------------------------------------------------------------------------------- */

START_TEST(a_normal_sample_has_a_bell)
{
    enum { COUNT = 20000 };
    static double sample[COUNT];
    static hg_density density;
    uint64_t state = 9;
    for (int i = 0; i < COUNT; i++) sample[i] = 5 + 2 * hg_test_normal(&state);
    hg_density_estimate(sample, COUNT, &density);
    ck_assert_double_eq(density.low, sample[0]);
    ck_assert_double_eq(density.high, sample[COUNT - 1]);
    ck_assert_double_eq_tol(density.median, 5, 0.06); /* 3 standard errors: 3 * 1.25 * 2 / 141 */
    ck_assert_double_eq_tol(density.quartile, 5 - 2 * 0.67449, 0.06);
    ck_assert_double_eq_tol(density.upper_quartile, 5 + 2 * 0.67449, 0.06);
    double largest = 0;
    for (int p = 0; p < HG_DENSITY_POINTS; p++) {
        const double z = (density.at[p] - 5) / 2;
        ck_assert_double_eq_tol(density.value[p], exp(-0.5 * z * z), 0.05);
        largest = fmax(largest, density.value[p]);
    }
    ck_assert_double_eq(largest, 1);
}
END_TEST

START_TEST(equal_and_few_values_have_a_density)
{
    double same[3] = {0.25, 0.25, 0.25}, two[2] = {3, 1};
    hg_density density;
    hg_density_estimate(same, 3, &density);
    ck_assert_double_eq(density.median, 0.25);
    for (int p = 0; p < HG_DENSITY_POINTS; p++) {
        ck_assert_double_eq(density.at[p], 0.25);
        ck_assert_double_eq(density.value[p], 1);
    }
    hg_density_estimate(two, 2, &density);
    ck_assert_double_eq(density.low, 1);
    ck_assert_double_eq(density.median, 2);
    ck_assert_double_eq(density.quartile, 1.5);
    for (int p = 0; p < HG_DENSITY_POINTS; p++) ck_assert(isfinite(density.value[p]));
}
END_TEST

/* --- layouts ----------------------------------------------------------------------------------- */

static void place(const hg_edge *edges, int64_t count, int64_t genes, double *x, double *y)
{
    hg_network network;
    ck_assert_int_eq(hg_network_create(&network, genes, NULL, 0, edges, count), HG_OK);
    ck_assert_msg(hg_layout_place(&network, x, y) == HG_OK, "%s", hg_error_message());
    hg_network_free(&network);
    for (int64_t g = 0; g < genes; g++)
        ck_assert(x[g] >= 0 && x[g] <= 1 && y[g] >= 0 && y[g] <= 1);
}

START_TEST(neighbours_are_near_each_other)
{
    enum { GENES = 12 };
    hg_edge ring[GENES + 1];
    double x[GENES], y[GENES], again_x[GENES], again_y[GENES];
    for (int32_t g = 0; g < GENES; g++) ring[g] = (hg_edge){5 * g % GENES, 5 * (g + 1) % GENES, 1};
    ring[GENES] = (hg_edge){0, 0, -1}; /* to itself */
    place(ring, GENES + 1, GENES, x, y);
    place(ring, GENES + 1, GENES, again_x, again_y);
    ck_assert(hg_test_same_bits(x, again_x, GENES) && hg_test_same_bits(y, again_y, GENES));
    for (int64_t g = 0; g < GENES; g++) {
        const int64_t next = (g + 5) % GENES; /* its neighbour in the ring */
        const double near = hypot(x[g] - x[next], y[g] - y[next]);
        const double opposite = hypot(x[g] - x[(g + 6) % GENES], y[g] - y[(g + 6) % GENES]);
        ck_assert(near > 0.1 && near < opposite);
    }
}
END_TEST

START_TEST(proportions_are_kept)
{
    double x[3], y[3];
    place((const hg_edge[]){{0, 1, -1}, {1, 2, -1}, {2, 0, -1}}, 3, 3, x, y);
    for (int g = 0; g < 3; g++) /* all three sides of a ring of three are alike */
        ck_assert_double_eq_tol(hypot(x[g] - x[(g + 1) % 3], y[g] - y[(g + 1) % 3]),
                                hypot(x[0] - x[1], y[0] - y[1]), 1e-3);
}
END_TEST

START_TEST(odd_networks_are_placed)
{
    double x[4], y[4];
    place(NULL, 0, 1, x, y);
    ck_assert(x[0] == 0.5 && y[0] == 0.5);
    place(NULL, 0, 4, x, y); /* nobody knows anybody */
    place((const hg_edge[]){{0, 1, 1}, {1, 0, -1}}, 2, 2, x, y);
    ck_assert(hypot(x[0] - x[1], y[0] - y[1]) > 0.5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("figures");
    HG_TEST(leaves_lie_as_average_linkage_has_them);
    HG_TEST(equal_rows_are_all_there);
    HG_TEST(extremes_are_kept);
    HG_TEST(a_normal_sample_has_a_bell);
    HG_TEST(equal_and_few_values_have_a_density);
    HG_TEST(neighbours_are_near_each_other);
    HG_TEST(proportions_are_kept);
    HG_TEST(odd_networks_are_placed);
    return hg_test_run(suite, CK_NORMAL) == 0 ? 0 : 1;
}
