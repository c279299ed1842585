/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is looked at when a result file is opened, and which form of a dataset it has. */
#ifndef HG_IO_RESULTS_CHECK_H
#define HG_IO_RESULTS_CHECK_H

#include "io/fields.h"
#include "io/results.h"

/**
 * HG_BAD_INPUT, naming the dataset, unless what every result has from its first record on is there,
 * all datasets have the axes that they should have, as long as those of the others and as the
 * records are many, and no generation is counted that the run file does not ask for.
 */
hg_status hg_results_check(const hg_results *results);

/** Whether the file has the dataset in this form, or would; true for what has one form. */
bool hg_results_has_form(const hg_results *results, const hg_dataset *dataset);

#endif
