/* SPDX-License-Identifier: GPL-3.0-or-later
 * Development as the manual has it, one individual and one edge at a time: what the engine's
 * vectors must agree with. */
#ifndef HG_THEORY_NAIVE_H
#define HG_THEORY_NAIVE_H

#include <stdbool.h>
#include <stddef.h>

/* A number of genes, and so of edges, that no width of a vector divides. */
enum { HG_NAIVE_GENES = 11, HG_NAIVE_PLACES = HG_NAIVE_GENES * HG_NAIVE_GENES };

typedef struct hg_naive hg_naive;

/** Basal expression of a gene before the envelope: the promoter's model. */
typedef double hg_naive_promoter(const hg_naive *model, int gene, double basal);

/** What one step of regulation makes of a gene. */
typedef struct hg_naive_levels {
    double u, basal, promoted, x;
} hg_naive_levels;
typedef double hg_naive_step(const hg_naive *model, int gene, const hg_naive_levels *level);

/** Parameters differ by gene, so that one gene's cannot be taken for another's. */
struct hg_naive {
    int edges;
    int source[HG_NAIVE_PLACES], target[HG_NAIVE_PLACES]; /**< by target, then by source */
    double weight[HG_NAIVE_PLACES];                        /**< where shared */
    double slope[HG_NAIVE_GENES], k[HG_NAIVE_GENES], n[HG_NAIVE_GENES], start[HG_NAIVE_GENES];
    double strength, constitutive, steepness, concentration, temperature, reference, q10;
    double nutrients, half_saturation, tolerance;
    int steps, window;
    hg_naive_promoter *promoter;
    hg_naive_step *step;
    bool from_start; /**< development begins at `start`, or at `constitutive`, not at B */
    bool from_constitutive;
};

typedef struct hg_naive_phenotype {
    double expression[HG_NAIVE_GENES], instability[HG_NAIVE_GENES];
    bool stable;
} hg_naive_phenotype;

/** Fills in all numbers, and a network with edges in `share` of 16 places. */
void hg_naive_create(hg_naive *model, int share);
/** The network as a run file's list of [source, target, weight]. */
void hg_naive_print_edges(const hg_naive *model, char *text, size_t room);
void hg_naive_develop(const hg_naive *model, const double *basal, const double *weight,
                      hg_naive_phenotype *phenotype);

hg_naive_promoter hg_naive_constant, hg_naive_linear, hg_naive_hill;
hg_naive_step hg_naive_none, hg_naive_additive, hg_naive_multiplicative, hg_naive_hill_step,
    hg_naive_sigmoid, hg_naive_siegal_bergman, hg_naive_wagner;

#endif
