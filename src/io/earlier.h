/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The genotypes of an earlier run's last snapshot, as another run's generation 0
 * (population.initial.from). Not collective: each rank opens the result file for itself,
 * read-only, and reads its own individuals. Not for several threads at a time.
 */
#ifndef HG_IO_EARLIER_H
#define HG_IO_EARLIER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "model/config.h"
#include "population/network.h"

typedef struct hg_earlier hg_earlier;

/**
 * Opens the result file at `path`, finished or not, and its last snapshot within
 * generations_done. It must hold basal levels of as many individuals, with as many alleles a
 * gene, and the same genes by name and order, as the resolved `config` and `network`; where
 * both runs have heritable weights, these, on the same edges. It must not be the file that
 * the run is about to write, and the snapshot's lineage must have reached the generation that
 * `config` names, if it names one. HG_BAD_INPUT otherwise, with a message that names the run file,
 * the result file and both values; HG_NO_MEMORY. `*earlier` is NULL after failure. `network`
 * is borrowed until hg_earlier_close.
 */
hg_status hg_earlier_open(hg_earlier **earlier, const char *path, const hg_config *config,
                          const hg_network *network);

/**
 * Takes over what a run that goes on from an earlier one has in common with it, where its run file
 * does not say otherwise: the generation of the lineage, and the seed of a random network.
 * config->notes tell where random numbers of the earlier run may come again. Nothing without
 * population.initial.from. HG_BAD_INPUT where the result cannot be read or has no snapshot.
 */
hg_status hg_earlier_adopt(hg_config *config);

/** The same from the run file `then`, as it was resolved when the run began. */
void hg_earlier_keep(hg_config *config, const hg_config *then);

/** *same: whether the earlier run's demes are as large as those of `config`, one by one. */
hg_status hg_earlier_compare_demes(const hg_earlier *earlier, const hg_config *config, bool *same);

/** The generation of the snapshot. */
int64_t hg_earlier_generation(const hg_earlier *earlier);

/**
 * Reads individuals first .. first+count-1 (global indices): `basal` [count][genes][ploidy],
 * all >= 0, and, unless NULL, `weight` [count][edges][ploidy] on the edges of the network:
 * those of the snapshot, or, where the earlier run had shared weights, the network's. Weights
 * may be asked for only where this run's are heritable. HG_BAD_INPUT where a number is not
 * finite, or a basal level negative, with the individual and the gene or edge; or where the
 * file is damaged.
 */
hg_status hg_earlier_read(hg_earlier *earlier, int64_t first, int64_t count, double *basal,
                          double *weight);

/** Closes and sets to NULL; NULL is legal. */
void hg_earlier_close(hg_earlier **earlier);

#endif
