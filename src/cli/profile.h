/* SPDX-License-Identifier: GPL-3.0-or-later
 * happygene profile: what its files share.
 *
 *   profile.c          the command: runs, measures, prints
 *   profile_scaling.c  further runs, larger or on other layouts
 *   profile_tables.c   what was found, for people
 *   profile_json.c     the same for programs
 */
#ifndef HG_CLI_PROFILE_H
#define HG_CLI_PROFILE_H

#include <stdbool.h>

#include "base/text.h"
#include "happygene/happygene.h"

enum { HG_PROFILE_SETTINGS = 256, HG_SCALING_MOST = 64, HG_SCALING_NOTE = 128 };

typedef enum hg_scaling_kind {
    HG_SCALING_NONE,
    HG_SCALING_SIZE,
    HG_SCALING_THREADS,
    HG_SCALING_RANKS
} hg_scaling_kind;

/** One run of a scaling table. */
typedef struct hg_scaling_row {
    const char *series;  /**< "individuals", "genes", "strong", "weak" */
    int64_t individuals, genes, edges, heritable_edges;
    int ranks, threads;
    double seconds;      /**< per generation */
    double expected;     /**< what the series' first run lets one expect */
    int64_t bytes;       /**< tracked, at the end */
    double expected_bytes; /**< the same of memory */
    char note[HG_SCALING_NOTE]; /**< why there is none of this; else "" */
} hg_scaling_row;

typedef struct hg_scaling {
    hg_scaling_kind kind;
    int64_t generations;
    int rows;
    hg_scaling_row row[HG_SCALING_MOST];
} hg_scaling;

/** What the command line asks for. */
typedef struct hg_profile_options {
    hg_run_options library;
    const char *file;
    const char *settings[HG_PROFILE_SETTINGS];
    const char *threads;
    int force, json, quiet, verbose, no_machine;
    hg_scaling_kind scaling;
} hg_profile_options;

/** What was found besides hg_performance. */
typedef struct hg_profile {
    hg_performance performance;
    int64_t resident_before; /**< bytes of this process before there was a run: MPI, program */
    const char *output;      /**< path of the result, or NULL */
    int64_t measuring;       /**< bytes resident of all ranks that measuring the machine added */
    char unmeasured[256];    /**< why the machine was not measured, else "" */
} hg_profile;

/** Bytes of all alleles, and how many the run may take. */
double hg_profile_state(const hg_profile *profile);
double hg_profile_allowed(const hg_profile *profile);
int64_t hg_profile_resident(const hg_profile *profile);

typedef enum hg_leak { HG_LEAK_NONE, HG_LEAK_SOME, HG_LEAK_UNKNOWN } hg_leak;

/** Whether memory grew in the second half of the run, and by how much. */
hg_leak hg_profile_leak(const hg_performance *performance, int64_t *tracked, int64_t *resident);
const char *hg_leak_name(hg_leak leak);

/** Seconds that the loop's bytes and operations take at the machine's best, and took. */
typedef struct hg_profile_limit {
    double bytes, operations, least, taken;
    double ratio; /**< taken over least; NAN where the loop was too short to say */
} hg_profile_limit;
hg_profile_limit hg_profile_limits(const hg_performance *performance);

void hg_profile_tell(hg_text *text, const hg_profile *profile);
void hg_profile_tell_scaling(hg_text *text, const hg_scaling *scaling);
void hg_profile_write(hg_text *text, const hg_profile *profile);
void hg_profile_write_scaling(hg_text *text, const hg_scaling *scaling);

/**
 * Repeats the run of `options`, shorter, with other sizes or layouts, `whole` being what it took.
 * Collective over all processes. What cannot be run is a note in its row.
 */
hg_status hg_profile_scale(hg_scaling *scaling, const hg_profile_options *options,
                           const hg_performance *whole);

#endif
