/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the files of `happygene export` share; nobody else includes it. */
#ifndef HG_CLI_EXPORT_H
#define HG_CLI_EXPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "io/fields.h"
#include "io/results.h"
#include "model/config.h"
#include "population/network.h"

/** What is exported, and where to. */
typedef struct hg_export {
    const hg_results *results;
    hg_config config;   /**< of the run, resolved */
    hg_network network; /**< of the run */
    FILE *file;
    char separator;     /**< between columns */
    bool all;           /**< --generation all */
    int64_t generation; /**< --generation T, or -1 */
} hg_export;

/** A table of `--table`: hg_export_tables has them all. */
typedef struct hg_export_table {
    const char *name;
    const char *doc;   /**< a line for the manual */
    bool is_separated; /**< by commas or tabs, as --format says; else of a format of its own */
    hg_status (*write)(const hg_export *export); /**< HG_IO without a message: see ferror() */
    /** Or, where it takes several files, to PREFIX.NAME.txt of each; `prefix` may be NULL. */
    hg_status (*write_files)(const hg_export *export, const char *prefix);
} hg_export_table;

extern const hg_export_table hg_export_tables[]; /**< ended by a row without a name */

/** Records of "statistics" or "snapshots". */
typedef struct hg_export_rows {
    int64_t first, end;           /**< those that are asked for: first .. end-1 */
    hg_results_values generation; /**< of all, owned */
} hg_export_rows;

/**
 * The records that --generation asks for; without it the last one (`only_last`) or all.
 * HG_BAD_INPUT when nothing, or not that generation, is recorded. Release the values always.
 */
hg_status hg_export_select(const hg_export *export, const char *group, bool only_last,
                           hg_export_rows *rows);

/* How values are written: names in quotes where they need them, numbers with all their digits. */
void hg_export_text(const hg_export *export, const char *words);
void hg_export_number(const hg_export *export, double value);
void hg_export_integer(const hg_export *export, double value);

/* The tables, columns.c ... */
hg_status hg_export_statistics(const hg_export *export);
hg_status hg_export_demes(const hg_export *export);
hg_status hg_export_deme_genes(const hg_export *export);
hg_status hg_export_genes(const hg_export *export);
hg_status hg_export_individuals(const hg_export *export);
hg_status hg_export_weights(const hg_export *export);
hg_status hg_export_network(const hg_export *export);
/* ... and those of their own kind. */
hg_status hg_export_performance(const hg_export *export);
hg_status hg_export_sbml(const hg_export *export);
hg_status hg_export_graphml(const hg_export *export);
hg_status hg_export_dot(const hg_export *export);

/**
 * tskit.c: PREFIX.nodes.txt, PREFIX.edges.txt and PREFIX.individuals.txt, which
 * tskit.load_text() takes, and the call to standard output. Samples are the genomes of the last
 * generation recorded, or of export->generation; with export->all every genome of every
 * generation is a node, else those in which lines of descent meet, and the founders. HG_USAGE
 * unless there is a `prefix`; HG_BAD_INPUT where the run did not record its ancestry, or not that
 * generation, or the file is damaged; HG_IO. On failure no file is there that was not before.
 */
hg_status hg_export_tskit(const hg_export *export, const char *prefix);

#endif
