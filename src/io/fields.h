/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every dataset and attribute of a result file, once: the writer, the readers, the
 * manual and the tests all go by these tables. The layout is netCDF-4: each group holds
 * the dimension scales of its own axes, named as the axes are. An axis whose scale is
 * not a row of the table is a dimension without values.
 */
#ifndef HG_IO_FIELDS_H
#define HG_IO_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/config.h"
#include "population/network.h"
#include "population/statistics.h"

/** The groups of the file, in the order in which they are created. */
typedef enum hg_group { HG_GROUP_NETWORK, HG_GROUP_STATISTICS, HG_GROUP_DEMES,
                        HG_GROUP_SNAPSHOTS, HG_GROUP_ANCESTRY, HG_GROUP_PERFORMANCE,
                        HG_GROUPS } hg_group;

typedef enum hg_axis { HG_AXIS_NONE, HG_AXIS_GENERATION, HG_AXIS_INDIVIDUAL, HG_AXIS_DEME,
                       HG_AXIS_GENE, HG_AXIS_EDGE, HG_AXIS_ALLELE, HG_AXIS_COMPONENT, HG_AXIS_PHASE, HG_AXIS_CATEGORY,
                       HG_AXIS_RANK, HG_AXIS_KIND, HG_AXIS_SAMPLE, HG_AXES } hg_axis;

#define HG_RANK_MOST 4 /* axes of a dataset */

typedef enum hg_type { HG_TYPE_INT8, HG_TYPE_INT32, HG_TYPE_INT64, HG_TYPE_FLOAT64,
                       HG_TYPE_REAL, /**< float64, or float32 with `precision: single` */
                       HG_TYPE_STRING } hg_type;

/** When a dataset is in the file. */
typedef enum hg_presence { HG_ALWAYS, HG_WITH_EDGES, HG_WITH_HERITABLE_WEIGHTS,
                           HG_WITH_VARYING_OPTIMUM, HG_WITH_VARYING_OPTIMA, HG_WITH_DEME_SERIES,
                           HG_WITH_DEME_OPTIMA, HG_WITH_NEUTRAL_DRAWS, HG_WITH_GENOTYPES,
                           HG_WITH_MACHINE, HG_WITH_SECOND_PARENTS, HG_WITH_FIELD } hg_presence;

/** A dataset that has an axis more in some files has a row for each form: `optimum`. */
typedef struct hg_dataset {
    hg_group group;
    const char *name;
    hg_type type;
    hg_axis axes[HG_RANK_MOST]; /**< ended by HG_AXIS_NONE; the allele axis with ploidy 2 only */
    const char *units;          /**< UDUNITS; "1" where there is none */
    const char *long_name;
    const char *doc;            /**< for the manual; "" where long_name says it all */
    hg_presence presence;
    hg_field field;             /**< snapshots: the field that asks for it */
    hg_deme_series series;      /**< demes: what must differ between them */
    size_t offset;              /**< /statistics, its demes: of the value, or of the pointer to the
                                     values, in hg_statistics */
} hg_dataset;

typedef struct hg_attribute {
    const char *object; /**< "/" or "/provenance" */
    const char *name;
    hg_type type;
    const char *doc;
} hg_attribute;

extern const hg_dataset hg_datasets[];
extern const int hg_dataset_count;
extern const hg_attribute hg_attributes[];
extern const int hg_attribute_count;

/** "network", "statistics", "statistics/demes", ... */
const char *hg_group_name(hg_group group);
/** What the group holds, a few words. */
const char *hg_group_title(hg_group group);
/** "generation", "gene", ... */
const char *hg_axis_name(hg_axis axis);
/** What an axis without values counts; "" for those that have a row of their own. */
const char *hg_axis_title(hg_axis axis);
/** "int8", ..., "string"; HG_TYPE_REAL: "float64 or float32". */
const char *hg_type_name(hg_type type);

/** Whether a run with this configuration and network has the dataset. */
bool hg_dataset_present(const hg_dataset *dataset, const hg_config *config,
                        const hg_network *network);

/** In which files the dataset is there: "where weights are heritable"; "": in all. */
const char *hg_dataset_condition(const hg_dataset *dataset);

/** Number of axes; with ploidy 1 the allele axis is not among them. */
int hg_dataset_rank(const hg_dataset *dataset, int ploidy);

/** Whether the dataset is the scale of the axis that it is named after. */
bool hg_dataset_is_scale(const hg_dataset *dataset);

/** Whether the dataset has the axis. */
bool hg_dataset_has_axis(const hg_dataset *dataset, hg_axis axis);

/** The row of the same dataset in its other form, or NULL where it has one form. */
const hg_dataset *hg_dataset_other_form(const hg_dataset *dataset);

/** The first row of `name` in `group`, or NULL. */
const hg_dataset *hg_dataset_find(hg_group group, const char *name);

#endif
