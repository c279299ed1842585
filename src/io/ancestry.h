/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading the parents of every generation from a result file, also an unfinished one; a block of
 * generations at a time, in whatever direction. Messages begin with the path of the file.
 */
#ifndef HG_IO_ANCESTRY_H
#define HG_IO_ANCESTRY_H

#include "io/results.h"

typedef struct hg_ancestry {
    const hg_results *results; /**< borrowed */
    int64_t last;              /**< last generation recorded; -1: none */
    int64_t individuals;
    bool sexual;               /**< there are second parents */
    hid_t dataset[2];
    int32_t *block[2];         /**< [rows][individuals] of generations first .. first+count-1 */
    int64_t rows, first, count;
} hg_ancestry;

/** Whether the run recorded its ancestry. */
bool hg_ancestry_recorded(const hg_results *results);

/**
 * HG_BAD_INPUT when the run did not record it (output.ancestry), or it is damaged. Close also
 * after failure.
 */
hg_status hg_ancestry_open(hg_ancestry *ancestry, const hg_results *results);
void hg_ancestry_close(hg_ancestry *ancestry);

/**
 * The parents of all individuals of a generation from 1 to `last`: [individuals] indices in the
 * generation before, checked to be such; second parents may be -1, and are NULL where mating is
 * asexual. Valid until the next call.
 */
hg_status hg_ancestry_parents(hg_ancestry *ancestry, int64_t generation, const int32_t **parent,
                              const int32_t **parent2);

/** The first parent, and the second or -1, of one individual: cheap also where there are many. */
hg_status hg_ancestry_parents_of(hg_ancestry *ancestry, int64_t generation, int64_t individual,
                                 int64_t *parent, int64_t *parent2);

#endif
