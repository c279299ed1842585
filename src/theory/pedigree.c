/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/pedigree.h"

hg_status hg_pedigree_create(hg_lab *lab, hg_pedigree *p)
{
    HG_TRY(hg_lab_array(lab, &p->fitness, lab->individuals, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &p->trait, lab->individuals * lab->genes, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &p->p, lab->individuals, sizeof(double)));
    HG_TRY(hg_lab_array(lab, &p->first, lab->individuals, sizeof(int64_t)));
    HG_TRY(hg_lab_array(lab, &p->second, lab->individuals, sizeof(int64_t)));
    return hg_lab_array(lab, &p->children, lab->individuals, sizeof(int64_t));
}

hg_status hg_pedigree_advance(hg_lab *lab, hg_pedigree *p)
{
    HG_TRY(hg_lab_read(lab, HG_FITNESS, 1, p->fitness));
    HG_TRY(hg_lab_read(lab, HG_BASAL, lab->genes, p->trait));
    for (int64_t i = 0; i < lab->individuals; i++) p->trait[i] = p->trait[i * lab->genes];
    HG_TRY(hg_lab_advance(lab, 1));
    HG_TRY(hg_lab_parents(lab, p->first, p->second));
    for (int64_t d = 0; d < lab->demes; d++) {
        double total = 0.0;
        const int64_t begin = d * lab->size, end = begin + lab->size;
        for (int64_t i = begin; i < end; i++) total += p->fitness[i];
        for (int64_t i = begin; i < end; i++) p->p[i] = p->fitness[i] / total;
    }
    return HG_OK;
}

double hg_pedigree_expect(const hg_lab *lab, const hg_pedigree *p, int64_t deme, const double *x)
{
    double sum = 0.0;
    const int64_t begin = deme * lab->size;
    for (int64_t i = begin; i < begin + lab->size; i++)
        sum += p->p[i] * (x != NULL ? x[i] : (double)(i - begin));
    return sum;
}

double hg_pedigree_shared_pairs(const hg_lab *lab, const hg_pedigree *p, int64_t deme,
                                const int64_t *parent)
{
    double pairs = 0.0;
    const int64_t begin = deme * lab->size, end = begin + lab->size;
    for (int64_t i = begin; i < end; i++) p->children[i] = 0;
    for (int64_t j = begin; j < end; j++) p->children[parent[j]]++;
    for (int64_t i = begin; i < end; i++)
        pairs += (double)(p->children[i] * (p->children[i] - 1));
    return pairs / (double)(lab->size * (lab->size - 1));
}
