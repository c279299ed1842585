/* SPDX-License-Identifier: GPL-3.0-or-later
 * Two result files, bit by bit. */
#ifndef HG_IO_COMPARE_H
#define HG_IO_COMPARE_H

#include <stdint.h>

#include "io/results.h"

/** What is called with each finding; `text` is a line without its end. */
typedef void hg_compare_report(void *context, const char *text);

typedef struct hg_comparison {
    int64_t datasets;  /**< compared */
    int64_t values;    /**< compared */
    int64_t different; /**< values that differ */
    int64_t findings;  /**< datasets and attributes in which something differs */
} hg_comparison;

/**
 * Compares every dataset outside /provenance and /performance up to what each file says is
 * recorded, and the attributes complete and generations_done. A value is the same when its
 * bits are. Files larger than memory are read in pieces. `difference` gets, for each dataset
 * that differs, how many values do and the first `shown` of them; `note` what differs without
 * being a result (title, run file, stop reason). HG_OK also when they differ: see
 * `comparison->findings`; HG_BAD_INPUT when a dataset cannot be read.
 */
hg_status hg_compare_results(const hg_results *a, const hg_results *b, int shown,
                             hg_compare_report *difference, hg_compare_report *note,
                             void *context, hg_comparison *comparison);

#endif
