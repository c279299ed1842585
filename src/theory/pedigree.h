/* SPDX-License-Identifier: GPL-3.0-or-later
 * A generation and its parents: what everybody's chances were, and what came of them. */
#ifndef HG_THEORY_PEDIGREE_H
#define HG_THEORY_PEDIGREE_H

#include "theory/laboratory.h"

/** Of the generation before, and the parents that it became. */
typedef struct hg_pedigree {
    double *fitness, *trait; /**< trait: the first gene's basal level */
    double *p;               /**< the chance of each to be a given offspring's parent, within its deme */
    int64_t *first, *second;
    int64_t *children;       /**< first parents' offspring */
} hg_pedigree;

hg_status hg_pedigree_create(hg_lab *lab, hg_pedigree *p);

/** Makes a generation; p->p is by fitness. Collective. */
hg_status hg_pedigree_advance(hg_lab *lab, hg_pedigree *p);

/** The sum of p_i x_i over a deme; x NULL: the index within the deme. */
double hg_pedigree_expect(const hg_lab *lab, const hg_pedigree *p, int64_t deme, const double *x);

/** The share of pairs of a deme's offspring with one parent in common; fills p->children. */
double hg_pedigree_shared_pairs(const hg_lab *lab, const hg_pedigree *p, int64_t deme,
                                const int64_t *parent);

#endif
