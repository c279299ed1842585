/* SPDX-License-Identifier: GPL-3.0-or-later
 * Recombination of haploids: which parent each gene is from, and what becomes of linkage
 * disequilibrium. */
#include <math.h>
#include <stdio.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

enum { GENES = 6, FIRST_CHROMOSOME = 4 };

typedef struct recombination {
    bool map;
    double rate;
} recombination;

static const recombination schemes[] = {{false, 0.5}, {false, 0.1}, {true, 0.05}, {true, 0.2},
                                        {true, 0.5}};
enum { SCHEMES = sizeof schemes / sizeof *schemes };

static void describe(const recombination *scheme, char text[128])
{
    if (scheme->map)
        snprintf(text, 128, "{model: map, rate: %g, chromosomes: [%d, %d]}", scheme->rate,
                 FIRST_CHROMOSOME, GENES - FIRST_CHROMOSOME);
    else
        snprintf(text, 128, "{model: uniform, rate: %g}", scheme->rate);
}

static const char *name_of(const recombination *scheme)
{
    return scheme->map ? "map" : "uniform";
}

/* The chance that genes a < b of an offspring come from different parents. */
static double parted(const recombination *scheme, int a, int b)
{
    double kept = 1.0; /* 1 - 2r multiplies over intervals without interference */
    if (!scheme->map) return 2.0 * scheme->rate * (1.0 - scheme->rate);
    for (int g = a + 1; g <= b; g++)
        kept *= 1.0 - 2.0 * (g == FIRST_CHROMOSOME ? 0.5 : scheme->rate);
    return (1.0 - kept) / 2.0;
}

/* --- origins ------------------------------------------------------------------------------- */

/* Founders' alleles are all different and mutation moves them a little, so that each tells
 * the parent that it comes from. */
typedef struct origins {
    hg_residuals second, first_gene, interval, border, neighbours, individuals, mutation;
} origins;

/* Of one offspring: 1 for genes from the second parent; and whether each mutated. */
static void find_origins(const double *child, const double *first, const double *second,
                         double *origin, double *mutated)
{
    for (int g = 0; g < GENES; g++) {
        const double one = fabs(child[g] - first[g]), other = fabs(child[g] - second[g]);
        origin[g] = other < one;
        mutated[g] = fmin(one, other) > 0.0;
    }
}

static void note_origins(const recombination *scheme, origins *o, const double *origin,
                         const double *before, const double *mutated, double mutation)
{
    const double share = scheme->map ? 0.5 : scheme->rate;
    const double near = parted(scheme, 0, 1), far = parted(scheme, 1, 2);
    double alike = 0.0;
    hg_residuals_add(&o->first_gene, origin[0], share);
    for (int g = 0; g < GENES; g++) {
        hg_residuals_add(&o->mutation, (origin[g] - share) * (mutated[g] - mutation), 0.0);
        if (before != NULL) alike += (origin[g] - share) * (before[g] - share) / GENES;
        if (!scheme->map) hg_residuals_add(&o->second, origin[g], share);
        if (g == 0) continue;
        const double r = parted(scheme, g - 1, g);
        hg_residuals_add(g == FIRST_CHROMOSOME && scheme->map ? &o->border : &o->interval,
                         origin[g] != origin[g - 1], r);
    }
    if (before != NULL) hg_residuals_add(&o->individuals, alike, 0.0); /* genes are linked */
    const double one = origin[1] != origin[0], two = origin[2] != origin[1];
    if (scheme->map) hg_residuals_add(&o->neighbours, (one - near) * (two - far), 0.0);
    else hg_residuals_add(&o->neighbours, (origin[0] - share) * (origin[1] - share), 0.0);
}

static void judge_origins(hg_theory *theory, const recombination *scheme, const origins *o)
{
    const char *name = name_of(scheme);
    if (scheme->map) {
        hg_judge_residuals(theory, &o->first_gene, "first gene from the second parent, map %g",
                           scheme->rate);
        hg_judge_residuals(theory, &o->interval, "crossovers in an interval, map %g", scheme->rate);
        hg_judge_residuals(theory, &o->border, "parted between chromosomes, map %g", scheme->rate);
    } else {
        hg_judge_residuals(theory, &o->second, "from the second parent, uniform %g", scheme->rate);
    }
    hg_judge_residuals(theory, &o->neighbours, "neighbouring %s, %s %g",
                       scheme->map ? "intervals" : "genes", name, scheme->rate);
    hg_judge_residuals(theory, &o->individuals, "neighbouring individuals, %s %g", name,
                       scheme->rate);
    hg_judge_residuals(theory, &o->mutation, "origin x mutation, %s %g", name, scheme->rate);
}

static const double mutation_rate = 0.3;

static hg_status observe_origins(hg_lab *lab, void *context)
{
    const recombination *scheme = context;
    double *parents, *children, origin[2][GENES], mutated[GENES];
    int64_t *first, *second;
    origins o = {.second = {0}};
    HG_TRY(hg_lab_array(lab, &parents, lab->individuals * GENES, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &children, lab->individuals * GENES, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &first, lab->individuals, sizeof(int64_t)));
    HG_TRY(hg_lab_array(lab, &second, lab->individuals, sizeof(int64_t)));
    HG_TRY(hg_lab_read(lab, HG_BASAL, GENES, parents));
    HG_TRY(hg_lab_advance(lab, 1));
    HG_TRY(hg_lab_read(lab, HG_BASAL, GENES, children));
    HG_TRY(hg_lab_parents(lab, first, second));
    for (int64_t j = 0; j < lab->individuals; j++) {
        find_origins(children + j * GENES, parents + first[j] * GENES, parents + second[j] * GENES,
                     origin[j % 2], mutated);
        note_origins(scheme, &o, origin[j % 2], j > 0 ? origin[(j + 1) % 2] : NULL, mutated,
                     mutation_rate);
    }
    judge_origins(lab->theory, scheme, &o);
    return HG_OK;
}

hg_status hg_theory_crossovers(hg_theory *theory)
{
    const hg_lab_size size = {1, hg_scaled(theory, 100000, 600000), 1};
    char text[128];
    for (int i = 0; i < SCHEMES; i++) {
        describe(&schemes[i], text);
        HG_TRY(hg_lab_conduct(theory, size, observe_origins, (void *)&schemes[i],
                              "population: {genes: %d, initial: {basal: {distribution: uniform, "
                              "low: 1, high: 1000000}}}\n"
                              "fitness: [{model: neutral}]\n"
                              "mutation: {basal: {rate: %g, sd: 1e-5}}\n"
                              "mating: {system: sexual, recombination: %s}\n", GENES,
                              mutation_rate, text));
    }
    return HG_OK;
}

/* --- linkage disequilibrium ----------------------------------------------------------------- */

/* Pairs of genes that part equally often. */
enum { NEAR, FAR, APART, CLASSES };

static int class_of(const recombination *scheme, int a, int b)
{
    if (!scheme->map) return NEAR;
    if (a < FIRST_CHROMOSOME && b >= FIRST_CHROMOSOME) return APART;
    return b - a == 1 ? NEAR : b - a == 2 ? FAR : CLASSES;
}

/* Unbiased covariances of all pairs of genes in a deme: cov[a][b], a < b. */
static void covariances(const hg_lab *lab, const double *basal, int64_t deme,
                        double cov[GENES][GENES])
{
    double mean[GENES] = {0}, sum[GENES][GENES] = {{0}};
    const int64_t begin = deme * lab->size, end = begin + lab->size;
    for (int64_t i = begin; i < end; i++)
        for (int g = 0; g < GENES; g++) mean[g] += basal[i * GENES + g] / (double)lab->size;
    for (int64_t i = begin; i < end; i++)
        for (int a = 0; a < GENES; a++)
            for (int b = a + 1; b < GENES; b++)
                sum[a][b] += (basal[i * GENES + a] - mean[a]) * (basal[i * GENES + b] - mean[b]);
    for (int a = 0; a < GENES; a++)
        for (int b = a + 1; b < GENES; b++) cov[a][b] = sum[a][b] / (double)(lab->size - 1);
}

/* An offspring has both genes of one parent with probability 1-r, and two of a sample differ
 * from the population by 1/N: D_t = ((1-r)(1-1/N))^t D_0 in expectation, selfing included. */
static void note_deme(const recombination *scheme, double now[GENES][GENES],
                      double before[GENES][GENES], double kept_by_drift, int64_t t,
                      hg_slope *slope)
{
    double xy[CLASSES] = {0}, xx[CLASSES] = {0}, predicted[CLASSES] = {0};
    for (int a = 0; a < GENES; a++)
        for (int b = a + 1; b < GENES; b++) {
            const int c = class_of(scheme, a, b);
            if (c == CLASSES) continue;
            xy[c] += now[a][b] * before[a][b];
            xx[c] += before[a][b] * before[a][b];
            predicted[c] = pow((1.0 - parted(scheme, a, b)) * kept_by_drift, (double)t);
        }
    for (int c = 0; c < CLASSES; c++) hg_slope_add(&slope[c], xy[c], xx[c], predicted[c]);
}

static void judge_decay(hg_lab *lab, const recombination *scheme, int64_t t, const hg_slope *slope)
{
    static const char *const names[CLASSES] = {"", ", two intervals", ", two chromosomes"};
    const double drift = 1.0 - 1.0 / (double)lab->size;
    const double r[CLASSES] = {parted(scheme, 0, 1), parted(scheme, 0, 2), 0.5};
    for (int c = 0; c < CLASSES; c++) {
        if (slope[c].xx == 0.0) continue;
        hg_theory_note(lab->theory, "(1-r)^t = %.6g", pow(1.0 - r[c], (double)t));
        hg_judge_slope(lab->theory, pow((1.0 - r[c]) * drift, (double)t), &slope[c],
                       "D_%d/D_0, %s %g%s", (int)t, name_of(scheme), scheme->rate, names[c]);
    }
}

static hg_status observe_linkage(hg_lab *lab, void *context)
{
    static const int64_t times[] = {1, 4};
    const recombination *scheme = context;
    double *basal, (*initial)[GENES][GENES], now[GENES][GENES];
    HG_TRY(hg_lab_array(lab, &basal, lab->individuals * GENES, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &initial, lab->demes, sizeof *initial));
    HG_TRY(hg_lab_read(lab, HG_BASAL, GENES, basal));
    for (int64_t d = 0; d < lab->demes; d++) covariances(lab, basal, d, initial[d]);
    for (int i = 0; i < 2; i++) {
        hg_slope slope[CLASSES] = {{0}};
        HG_TRY(hg_lab_advance(lab, times[i] - hg_run_generation(lab->run)));
        HG_TRY(hg_lab_read(lab, HG_BASAL, GENES, basal));
        for (int64_t d = 0; d < lab->demes; d++) {
            covariances(lab, basal, d, now);
            note_deme(scheme, now, initial[d], 1.0 - 1.0 / (double)lab->size, times[i], slope);
        }
        judge_decay(lab, scheme, times[i], slope);
    }
    return HG_OK;
}

hg_status hg_theory_linkage(hg_theory *theory)
{
    const hg_lab_size size = {hg_scaled(theory, 4000, 25000), 20, 4};
    char text[128];
    for (int i = 0; i < SCHEMES; i++) {
        describe(&schemes[i], text);
        HG_TRY(hg_lab_conduct(theory, size, observe_linkage, (void *)&schemes[i],
                              "population: {genes: %d, initial: {basal: {distribution: normal, "
                              "mean: 100, sd: 1}}}\n"
                              "fitness: [{model: neutral}]\n"
                              "mutation: {basal: {rate: 0}}\n"
                              "mating: {system: sexual, selfing: true, recombination: %s}\n",
                              GENES, text));
    }
    return HG_OK;
}
