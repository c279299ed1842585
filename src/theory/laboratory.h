/* SPDX-License-Identifier: GPL-3.0-or-later
 * A run under observation, through the public interface. What it reads is that of all
 * individuals, on all ranks. */
#ifndef HG_THEORY_LABORATORY_H
#define HG_THEORY_LABORATORY_H

#include <stddef.h>

#include "base/status.h"
#include "theory/theory.h"

enum { HG_LAB_ARRAYS = 16 };

typedef struct hg_lab {
    hg_theory *theory;
    hg_run *run;
    int64_t individuals, genes, edges, demes;
    int64_t size; /**< individuals of each deme */
    int *rank_count, *rank_first; /**< [ranks] individuals */
    void *array[HG_LAB_ARRAYS]; /**< freed at the end */
    int arrays;
} hg_lab;

/** The size of a run: demes of `size` individuals each. */
typedef struct hg_lab_size {
    int64_t demes, size, generations;
} hg_lab_size;

/** What is done with a run; `context` is the caller's. */
typedef hg_status hg_observation(hg_lab *lab, void *context);

/**
 * Creates the run of that size that the text of `format` (printf's) describes, lets it be
 * observed, and destroys it. Statistics are taken only when asked for and no file is written.
 * A small run has one thread: more would only wait for one another. Collective.
 */
hg_status hg_lab_conduct(hg_theory *theory, hg_lab_size size, hg_observation *observe,
                         void *context, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/** An array of zeros that lives as long as the laboratory. */
hg_status hg_lab_array(hg_lab *lab, void *pointer, int64_t count, size_t size);

/** Makes further generations. Collective. */
hg_status hg_lab_advance(hg_lab *lab, int64_t generations);

/** A quantity of everybody: values[individuals][width]; `width`: genes, edges or 1. Collective. */
hg_status hg_lab_read(hg_lab *lab, hg_quantity quantity, int64_t width, double *values);

/** Everybody's parents, [individuals]; either may be NULL. Collective. */
hg_status hg_lab_parents(hg_lab *lab, int64_t *first, int64_t *second);

/** The larger of two sizes of an experiment where there is time for it. */
static inline int64_t hg_scaled(const hg_theory *theory, int64_t quick, int64_t full)
{
    return theory->quick ? quick : full;
}

#endif
