/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where parents come from when the way there is not the way back: a matrix, a line, a ring. */
#include <stdio.h>

#include "theory/experiments.h"
#include "theory/laboratory.h"
#include "theory/measure.h"

enum { MOST_DEMES = 4 };

typedef struct pattern {
    const char *name, *text, *mating;
    int demes;
    double from[MOST_DEMES][MOST_DEMES]; /**< [deme of the offspring][of a parent] */
} pattern;

typedef struct moves {
    hg_residuals from[MOST_DEMES][MOST_DEMES];
    double impossible; /**< parents from where none comes */
} moves;

static void note_parents(const hg_lab *lab, const pattern *p, const int64_t *parent, moves *m)
{
    for (int64_t j = 0; j < lab->individuals; j++) {
        const int64_t into = j / lab->size, deme = parent[j] / lab->size;
        m->impossible += p->from[into][deme] == 0.0;
        for (int64_t s = 0; s < lab->demes; s++)
            hg_residuals_add(&m->from[into][s], s == deme, p->from[into][s]);
    }
}

static void judge_moves(hg_lab *lab, const pattern *p, const char *which, const moves *m)
{
    for (int64_t d = 0; d < lab->demes; d++)
        for (int64_t s = 0; s < lab->demes; s++)
            if (s != d && p->from[d][s] > 0.0)
                hg_judge_residuals(lab->theory, &m->from[d][s], "%s: %s of deme %d from %d",
                                   p->name, which, (int)d, (int)s);
    hg_judge_exact(lab->theory, m->impossible, 0.0, "%s: %s from where none comes", p->name, which);
}

static hg_status observe_pattern(hg_lab *lab, void *context)
{
    const pattern *p = context;
    const bool sexual = p->mating[0] == 's';
    int64_t *first, *second;
    moves one = {.impossible = 0.0}, two = one;
    HG_TRY(hg_lab_array(lab, &first, lab->individuals, sizeof *first));
    HG_TRY(hg_lab_array(lab, &second, lab->individuals, sizeof *second));
    while (hg_run_generation(lab->run) < hg_run_generations(lab->run)) {
        HG_TRY(hg_lab_advance(lab, 1));
        HG_TRY(hg_lab_parents(lab, first, second));
        note_parents(lab, p, first, &one);
        if (sexual) note_parents(lab, p, second, &two);
    }
    judge_moves(lab, p, "parents", &one);
    if (sexual) judge_moves(lab, p, "second parents", &two);
    return HG_OK;
}

hg_status hg_theory_migration(hg_theory *theory)
{
    static const pattern patterns[] = {
        {"matrix", "scheme: matrix, matrix: [[0.6, 0.3, 0.1], [0.05, 0.95, 0], [0.2, 0.15, 0.65]]",
         "sexual", 3, {{0.6, 0.3, 0.1}, {0.05, 0.95, 0.0}, {0.2, 0.15, 0.65}}},
        {"line", "scheme: stepping_stone, rate: 0.3", "asexual", 3,
         {{0.85, 0.15, 0.0}, {0.15, 0.7, 0.15}, {0.0, 0.15, 0.85}}},
        {"ring", "scheme: stepping_stone, rate: 0.3, ring: true", "asexual", 4,
         {{0.7, 0.15, 0.0, 0.15}, {0.15, 0.7, 0.15, 0.0}, {0.0, 0.15, 0.7, 0.15},
          {0.15, 0.0, 0.15, 0.7}}}};
    for (int i = 0; i < 3; i++) {
        const pattern *p = &patterns[i];
        const hg_lab_size size = {p->demes, 40, hg_scaled(theory, 4000, 20000)};
        HG_TRY(hg_lab_conduct(theory, size, observe_pattern, (void *)p,
                              "population: {genes: 1, initial: {basal: {distribution: uniform, "
                              "low: 0.5, high: 1.5}}}\n"
                              "mutation: {basal: {rate: 0.1, sd: 0.1}}\n"
                              "mating: {system: %s}\n"
                              "migration: {%s}\n", p->mating, p->text));
    }
    return HG_OK;
}
