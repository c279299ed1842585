/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What population genetics predicts, against ordinary runs of this library on this machine.
 * An experiment makes runs, and reports rows: a prediction, what was measured, the standard
 * error of that and so z. Expectations of the finite population are exact wherever a row does
 * not say otherwise, and standard errors come from what is independent: demes without
 * migration, or differences from a conditional expectation.
 */
#ifndef HG_THEORY_THEORY_H
#define HG_THEORY_THEORY_H

#include <stdbool.h>
#include <stdint.h>

#include "happygene/happygene.h"

/** |z| beyond this is no accident: once in 1.7 million rows. */
#define HG_THEORY_MOST_Z 5.0

typedef struct hg_theory_row {
    char quantity[64];
    double predicted, measured;
    double error; /**< standard error of `measured`; of an exact row, what may be between both */
    double z;     /**< (measured - predicted)/error; 0 where exact */
    bool exact;   /**< an identity rather than a statistic */
    bool agrees;
    char note[64]; /**< "" or for information: an approximation from the literature */
} hg_theory_row;

/** The z of all rows so far, run by run: rows of one run may depend on one another, runs do not.
 * Zero-initialise. */
typedef struct hg_all_z {
    uint64_t run; /**< that `sum`, `squares` and `count` are of */
    double sum, squares, count;
    int64_t runs, rows; /**< before that one, and the totals of what follows */
    double sums, sums_squared, excess, excess_squared; /**< excess: of z^2 over 1 */
} hg_all_z;

/** Experiments in progress. All ranks go through them together and get the same rows. */
typedef struct hg_theory {
    bool quick;
    int threads;   /**< per rank; 0: as hg_run_options has it */
    uint64_t seed; /**< random numbers of all runs follow from it */
    void (*report)(void *context, const hg_theory_row *row);
    void *context;
    uint64_t runs; /**< internal: started so far, for their seeds */
    char note[64]; /**< internal: of the next row */
    hg_all_z all;  /**< internal */
} hg_theory;

typedef struct hg_experiment {
    const char *name;
    const char *checks; /**< a sentence */
    const char *source; /**< author and year */
    hg_status (*conduct)(hg_theory *theory);
} hg_experiment;

/** The table, ended by a row whose name is NULL. */
extern const hg_experiment hg_experiments[];

/** Conducts experiment number `number` of the table. Its rows do not depend on which others
 * are conducted. Collective. */
hg_status hg_experiment_conduct(hg_theory *theory, int number);

/**
 * Two rows on all others together: their z have mean 0 and mean square 1, whatever else they are.
 * None where there were too few runs to tell.
 */
void hg_experiments_conclude(hg_theory *theory);

#endif
