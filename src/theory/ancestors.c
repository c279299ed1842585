/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Neutral genealogies, traced back through the parents of all generations. Expectations are
 * those of the discrete Wright-Fisher chain of ancestors, which the coalescent approximates.
 */
#include <math.h>

#include "random/stream.h"
#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

#define NEUTRAL                                                                                    \
    "population: {genes: 1}\n"                                                                     \
    "fitness: [{model: neutral}]\n"                                                                \
    "mutation: {basal: {rate: 0}}\n"

/* Makes `generations` and keeps everybody's parents, [generation][individual], as indices
 * within groups of `group` neighbours. */
static hg_status record_parents(hg_lab *lab, int64_t generations, int64_t group,
                                int64_t *parent, uint16_t *history)
{
    for (int64_t t = 0; t < generations; t++) {
        HG_TRY(hg_lab_advance(lab, 1));
        HG_TRY(hg_lab_parents(lab, parent, NULL));
        for (int64_t i = 0; i < lab->individuals; i++)
            history[t * lab->individuals + i] = (uint16_t)(parent[i] - i / group * group);
    }
    return HG_OK;
}

/* --- one population --------------------------------------------------------------------------- */

enum { SAMPLE = 5, DEME = 20, TRACED = 500, SAMPLES = 10 };

/* Mean generations until 1, 2, .. DEME lineages of a deme have one ancestor:
 * T_i = 1 + sum_j P(i lineages have j parents) T_j, parents being drawn from `n` of the deme. */
static void expect_ancestors(double n, double *time)
{
    double parents[DEME + 1] = {1.0}; /* how many parents 0, 1, 2, ... lineages have: q(j) */
    time[1] = 0.0;
    for (int i = 1; i <= DEME; i++) {
        double sum = 1.0;
        for (int j = i; j > 0; j--)
            parents[j] = parents[j] * j / n + parents[j - 1] * (n - j + 1) / n;
        parents[0] = 0.0;
        for (int j = 1; j < i; j++) sum += parents[j] * time[j];
        if (i > 1) time[i] = sum / (1.0 - parents[i]);
    }
}

/* Generations back until `count` members of a deme have one ancestor; TRACED where there is
 * none in so many, which is not to be expected. */
static int64_t common_ancestor(const hg_lab *lab, const uint16_t *history, int64_t first,
                               const int *member, int count)
{
    int64_t lineage[DEME];
    for (int k = 0; k < count; k++) lineage[k] = first + member[k];
    for (int64_t t = TRACED; t > 0; t--) {
        bool one = true;
        for (int k = 0; k < count; k++) {
            lineage[k] = first + history[(t - 1) * lab->individuals + lineage[k]];
            one &= lineage[k] == lineage[0];
        }
        if (one) return TRACED - t + 1;
    }
    return TRACED;
}

/* `count` different members of a deme, at random: neighbours are relatives. */
static void draw_members(const hg_stream *stream, uint32_t sample, int *member, int count)
{
    int all[DEME];
    for (int i = 0; i < DEME; i++) all[i] = i;
    for (int k = 0; k < count; k++) {
        const double u = hg_stream_uniform(stream, sample * DEME + (uint32_t)k);
        const int other = k + (int)(u * (DEME - k));
        member[k] = all[other];
        all[other] = all[k];
    }
}

/* Means over several samples of a deme; demes are independent, samples of one are not. */
static void note_sample(const hg_lab *lab, const uint16_t *history, int64_t deme, int count,
                             hg_sample *sample)
{
    const hg_stream stream = hg_stream_of(lab->theory->seed, HG_PURPOSE_TEST, count, deme);
    double sum = 0.0;
    for (int s = 0; s < SAMPLES; s++) {
        int member[DEME];
        draw_members(&stream, (uint32_t)s, member, count);
        sum += (double)common_ancestor(lab, history, deme * DEME, member, count);
    }
    hg_sample_add(sample, sum / SAMPLES);
}

/* Where all are equally fit. */
typedef struct drift {
    const char *scheme;
    int parents;      /* how many of a deme reproduce, whoever they are */
    const char *text; /* of the run file */
} drift;

static hg_status observe_coalescence(hg_lab *lab, void *context)
{
    static const int counts[] = {2, SAMPLE, DEME};
    const drift *of = context;
    double expected[DEME + 1];
    int64_t *parent;
    uint16_t *history;
    HG_TRY(hg_lab_array(lab, &parent, lab->individuals, sizeof *parent));
    HG_TRY(hg_lab_array(lab, &history, TRACED * lab->individuals, sizeof *history));
    HG_TRY(record_parents(lab, TRACED, DEME, parent, history));
    expect_ancestors(of->parents, expected);
    for (int c = 0; c < 3; c++) {
        hg_sample sample = {0};
        for (int64_t d = 0; d < lab->demes; d++)
            note_sample(lab, history, d, counts[c], &sample);
        hg_theory_note(lab->theory, "2N(1-1/n) = %.6g",
                       2.0 * of->parents * (1.0 - 1.0 / counts[c]));
        hg_judge_sample(lab->theory, expected[counts[c]], &sample, "T_MRCA of n = %d, N = %d%s",
                        counts[c], DEME, of->scheme);
    }
    return HG_OK;
}

hg_status hg_theory_coalescence(hg_theory *theory)
{
    static const drift of = {"", DEME, ""};
    const hg_lab_size size = {hg_scaled(theory, 1000, 6000), DEME, TRACED};
    return hg_lab_conduct(theory, size, observe_coalescence, (void *)&of, NEUTRAL);
}

/* Selection by rank has nothing to select: drift alone, among all or those who are drawn. */
hg_status hg_theory_equals(hg_theory *theory)
{
    static const drift of[] = {
        {", tournament of 2", DEME, "fitness: [{model: neutral}]\n"
         "selection: {scheme: tournament, size: 2}\n"},
        {", best 0.5", DEME / 2, "fitness: [{model: neutral}]\n"
         "selection: {scheme: truncation, fraction: 0.5}\n"},
        {", Pareto, of 3", DEME, "fitness: [{model: pareto}]\n"
         "selection: {scheme: tournament, size: 3}\n"}};
    const hg_lab_size size = {hg_scaled(theory, 1000, 6000), DEME, TRACED};
    for (int i = 0; i < 3; i++)
        HG_TRY(hg_lab_conduct(theory, size, observe_coalescence, (void *)&of[i],
                              "population: {genes: 1}\n"
                              "mutation: {basal: {rate: 0}}\n%s",
                              of[i].text));
    return HG_OK;
}

/* --- islands --------------------------------------------------------------------------------- */

enum { ISLANDS = 4, ISLANDERS = 10, WINDOW = 800 };

/* Generations to the common ancestor of two of a deme, and of two demes: by the chances that
 * two parents are of one deme, T_0 = 1 + f (1-1/N) T_0 + (1-f) T_1, T_1 = 1 + g (1-1/N) T_0 +
 * (1-g) T_1. */
static void expect_islands(double m, double *within, double *between)
{
    const double others = ISLANDS - 1.0, kept = 1.0 - 1.0 / ISLANDERS;
    const double f = (1.0 - m) * (1.0 - m) + m * m / others, g = (1.0 - f) / others;
    /* the second line: T_1 = 1/g + (1-1/N) T_0; put into the first one */
    *within = (1.0 + (1.0 - f) / g) / (1.0 - f * kept - (1.0 - f) * kept);
    *between = 1.0 / g + kept * *within;
}

/* Mean generations back to the common ancestors of all pairs within, and between, demes;
 * WINDOW for a pair that has none in so many, which is not to be expected. */
static void trace_pairs(const uint16_t *history, double *within, double *between)
{
    enum { ALL = ISLANDS * ISLANDERS };
    uint16_t lineage[ALL];
    const double within_pairs = ISLANDS * ISLANDERS * (ISLANDERS - 1) / 2.0;
    const double between_pairs = ALL * (ALL - 1) / 2.0 - within_pairs;
    int64_t apart[2] = {1, 1}, sum[2] = {0, 0};
    for (int i = 0; i < ALL; i++) lineage[i] = (uint16_t)i;
    for (int t = WINDOW; t > 0 && apart[0] + apart[1] > 0; t--) {
        apart[0] = apart[1] = 0;
        for (int i = 0; i < ALL; i++)
            for (int j = 0; j < i; j++)
                apart[i / ISLANDERS != j / ISLANDERS] += lineage[i] != lineage[j];
        sum[0] += apart[0]; /* the mean of T is the sum of P(T > t) */
        sum[1] += apart[1];
        for (int i = 0; i < ALL; i++) lineage[i] = history[(t - 1) * ALL + lineage[i]];
    }
    *within = (double)sum[0] / within_pairs;
    *between = (double)sum[1] / between_pairs;
}

/* F_ST = (T - T_0)/T, T the mean over two individuals of any demes. */
static double fixation_index(double within, double between)
{
    return 1.0 - within / (within / ISLANDS + between * (ISLANDS - 1.0) / ISLANDS);
}

/* A mean of ratios is no ratio of means: the error of F_ST by its slopes. */
static double index_error(const double (*time)[2], int64_t count, double within, double between)
{
    const double step = 1e-4 * within, index = fixation_index(within, between);
    const double by_within = (fixation_index(within + step, between) - index) / step;
    const double by_between = (fixation_index(within, between + step) - index) / step;
    hg_sample linear = {0};
    for (int64_t w = 0; w < count; w++)
        hg_sample_add(&linear, by_within * time[w][0] + by_between * time[w][1]);
    return hg_sample_error(&linear);
}

static hg_status observe_islands(hg_lab *lab, void *context)
{
    const double m = *(const double *)context, n = ISLANDERS, d = ISLANDS;
    const int64_t windows = hg_run_generations(lab->run) / WINDOW;
    hg_sample within = {0}, between = {0};
    double (*time)[2], t0, t1;
    int64_t *parent;
    uint16_t *history;
    HG_TRY(hg_lab_array(lab, &parent, lab->individuals, sizeof *parent));
    HG_TRY(hg_lab_array(lab, &history, WINDOW * lab->individuals, sizeof *history));
    HG_TRY(hg_lab_array(lab, &time, windows, sizeof *time));
    for (int64_t w = 0; w < windows; w++) { /* generations apart, so independent */
        HG_TRY(record_parents(lab, WINDOW, lab->individuals, parent, history));
        trace_pairs(history, &time[w][0], &time[w][1]);
        hg_sample_add(&within, time[w][0]);
        hg_sample_add(&between, time[w][1]);
    }
    expect_islands(m, &t0, &t1);
    hg_theory_note(lab->theory, "dN = %g", d * n);
    hg_judge_sample(lab->theory, t0, &within, "T_0, d = %d, N = %d, m = %g", ISLANDS, ISLANDERS, m);
    hg_theory_note(lab->theory, "dN + (d-1)/(2m) = %g", d * n + (d - 1.0) / (2.0 * m));
    hg_judge_sample(lab->theory, t1, &between, "T_1");
    hg_theory_note(lab->theory, "1/(1+2Nm(d/(d-1))^2) = %.4g",
                   1.0 / (1.0 + 2.0 * n * m * d * d / ((d - 1.0) * (d - 1.0))));
    hg_judge(lab->theory, fixation_index(t0, t1), fixation_index(within.mean, between.mean),
             index_error((const double (*)[2])time, windows, within.mean, between.mean), "F_ST");
    return HG_OK;
}

hg_status hg_theory_islands(hg_theory *theory)
{
    static const double rates[] = {0.05, 0.2};
    const hg_lab_size size = {ISLANDS, ISLANDERS, WINDOW * hg_scaled(theory, 150, 600)};
    for (int i = 0; i < 2; i++)
        HG_TRY(hg_lab_conduct(theory, size, observe_islands, (void *)&rates[i],
                              NEUTRAL "migration: {scheme: island, rate: %g}\n", rates[i]));
    return HG_OK;
}
