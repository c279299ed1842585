/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reading single individuals out of the snapshots of a result file. Messages begin with the path
 * of the file.
 */
#ifndef HG_IO_SNAPSHOTS_H
#define HG_IO_SNAPSHOTS_H

#include "io/results.h"

/** One dataset of /snapshots, of numbers; closed (-1) where the run did not record it. */
typedef struct hg_snapshot_field {
    const char *path;
    hid_t dataset;
    int64_t loci;  /**< genes or edges; 1: a number for each individual */
    int alleles;   /**< 2: a diploid's, else 1 */
} hg_snapshot_field;

typedef struct hg_snapshots {
    const hg_results *results; /**< borrowed */
    int64_t count, individuals;
    int64_t *generation;       /**< [count], rising */
    hg_snapshot_field basal, weight, fitness;
} hg_snapshots;

/** HG_BAD_INPUT when they are damaged. Close also after failure. */
hg_status hg_snapshots_open(hg_snapshots *snapshots, const hg_results *results);
void hg_snapshots_close(hg_snapshots *snapshots);

/** The snapshot of a generation, or -1. */
int64_t hg_snapshots_find(const hg_snapshots *snapshots, int64_t generation);

/** Individuals first .. first+count-1 of a snapshot: value[count][loci][alleles]. */
hg_status hg_snapshots_read(const hg_snapshots *snapshots, const hg_snapshot_field *field,
                            int64_t snapshot, int64_t first, int64_t count, double *value);

#endif
