/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where time and memory went, a quantity a row. */
#include <inttypes.h>
#include <stdio.h>

#include "base/memory.h"
#include "cli/export/export.h"

/* The words, or numbers, that an axis' entries go by; none where the axis has none. */
typedef struct entries {
    hg_results_texts texts;
    hg_results_values numbers;
} entries;

static hg_status read_entries(const hg_export *export, hg_axis axis, entries *of)
{
    char path[64];
    *of = (entries){{0, NULL}, {0, 0, NULL}};
    const hg_dataset *scale = hg_dataset_find(HG_GROUP_PERFORMANCE, hg_axis_name(axis));
    if (axis == HG_AXIS_NONE || scale == NULL) return HG_OK;
    snprintf(path, sizeof path, "/performance/%s", scale->name);
    if (scale->type == HG_TYPE_STRING)
        return hg_results_read_texts(export->results, path, &of->texts);
    return hg_results_read(export->results, path, &of->numbers);
}

static void write_entry(const hg_export *export, const entries *of, int64_t i)
{
    if (i < of->texts.count) hg_export_text(export, of->texts.text[i]);
    else if (i < of->numbers.rows) hg_export_integer(export, of->numbers.value[i]);
}

static hg_status write_quantity(const hg_export *export, const hg_dataset *dataset,
                                const char *path)
{
    const bool real = dataset->type == HG_TYPE_FLOAT64;
    hg_results_values values = {0, 0, NULL};
    entries of;
    hg_status status;
    HG_TRY_OUT(read_entries(export, dataset->axes[0], &of));
    HG_TRY_OUT(hg_results_read(export->results, path, &values));
    for (int64_t i = 0; i < values.rows * values.width; i++) {
        fprintf(export->file, "%s%c", dataset->name, export->separator);
        write_entry(export, &of, i);
        fputc(export->separator, export->file);
        (real ? hg_export_number : hg_export_integer)(export, values.value[i]);
        fprintf(export->file, "%c%s\n", export->separator, dataset->units);
    }
out:
    hg_results_values_free(&values);
    hg_results_values_free(&of.numbers);
    hg_results_texts_free(&of.texts);
    return status;
}

hg_status hg_export_performance(const hg_export *export)
{
    const char separator = export->separator;
    char path[64];
    if (!hg_results_has(export->results, "/performance/phase"))
        return hg_fail(HG_BAD_INPUT, "%s: has no /performance, which is recorded when a run ends",
                       export->results->path);
    fprintf(export->file, "quantity%citem%cvalue%cunits\n", separator, separator, separator);
    for (int i = 0; i < hg_dataset_count; i++) {
        const hg_dataset *dataset = &hg_datasets[i];
        snprintf(path, sizeof path, "/performance/%s", dataset->name);
        if (dataset->group != HG_GROUP_PERFORMANCE || hg_dataset_is_scale(dataset) ||
            !hg_results_has(export->results, path))
            continue;
        HG_TRY(write_quantity(export, dataset, path));
    }
    return ferror(export->file) ? HG_IO : HG_OK;
}
