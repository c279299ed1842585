/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a profile found, as JSON. */
#include <stdio.h>

#include "cli/json.h"
#include "cli/profile.h"

static double ratio(double amount, double count) { return count > 0.0 ? amount / count : 0.0; }

static void write_scenario(hg_text *text, const hg_performance *of)
{
    const double updates =
        (double)of->individuals * (double)of->genes * (double)of->generations;
    hg_text_add(text, "  \"scenario\": {");
    hg_json_integer(text, "individuals", of->individuals); hg_json_comma(text);
    hg_json_integer(text, "genes", of->genes); hg_json_comma(text);
    hg_json_integer(text, "edges", of->edges); hg_json_comma(text);
    hg_json_integer(text, "generations", of->generations); hg_json_comma(text);
    hg_json_integer(text, "ranks", of->ranks); hg_json_comma(text);
    hg_json_integer(text, "threads", of->threads); hg_json_comma(text);
    hg_text_add(text, "\"kernels\": ");
    hg_json_string(text, of->kernels); hg_json_comma(text);
    hg_json_number(text, "wall_seconds", of->wall); hg_json_comma(text);
    hg_json_number(text, "loop_seconds", of->loop); hg_json_comma(text);
    hg_json_number(text, "output_seconds", of->loop_output); hg_json_comma(text);
    hg_json_number(text, "gene_updates_per_second", ratio(updates, of->loop));
    hg_text_add(text, "},\n");
}

static void write_memory(hg_text *text, const hg_profile *profile)
{
    const hg_performance *of = &profile->performance;
    hg_text_add(text, "  \"memory\": {");
    hg_json_integer(text, "rss_peak", hg_profile_resident(profile)); hg_json_comma(text);
    hg_json_integer(text, "rss_before", profile->resident_before); hg_json_comma(text);
    hg_json_integer(text, "measuring", profile->measuring); hg_json_comma(text);
    hg_json_integer(text, "tracked", of->tracked); hg_json_comma(text);
    hg_json_integer(text, "tracked_peak", of->tracked_peak); hg_json_comma(text);
    hg_json_number(text, "bytes_per_gene", of->bytes_per_gene); hg_json_comma(text);
    hg_json_number(text, "state_bytes", hg_profile_state(profile)); hg_json_comma(text);
    hg_json_number(text, "allowed_bytes", hg_profile_allowed(profile));
    hg_text_add(text, ",\n    \"within\": %s, ",
                (double)hg_profile_resident(profile) <= hg_profile_allowed(profile) ? "true"
                                                                                    : "false");
    hg_json_integer(text, "loop_allocations", of->loop_allocations);
    hg_text_add(text, ",\n    \"categories\": [");
    for (int c = 0; c < of->categories; c++) {
        hg_text_add(text, "%s\n      {\"name\": ", c > 0 ? "," : "");
        hg_json_string(text, of->category[c]); hg_json_comma(text);
        hg_json_integer(text, "current", of->current[c]); hg_json_comma(text);
        hg_json_integer(text, "peak", of->peak[c]); hg_json_comma(text);
        hg_json_integer(text, "allocations", of->allocations[c]);
        hg_text_add(text, "}");
    }
    hg_text_add(text, "]},\n");
}

static void write_phases(hg_text *text, const hg_performance *of)
{
    hg_text_add(text, "  \"phases\": [");
    for (int p = 0; p < of->phases; p++) {
        hg_text_add(text, "%s\n    {\"name\": ", p > 0 ? "," : "");
        hg_json_string(text, of->phase[p]); hg_json_comma(text);
        hg_json_number(text, "seconds", of->mean[p]); hg_json_comma(text);
        hg_json_number(text, "seconds_min", of->min[p]); hg_json_comma(text);
        hg_json_number(text, "seconds_max", of->max[p]); hg_json_comma(text);
        hg_json_number(text, "share", ratio(of->mean[p], of->wall)); hg_json_comma(text);
        hg_json_number(text, "thread_imbalance", of->imbalance[p]); hg_json_comma(text);
        hg_json_integer(text, "calls", of->calls[p]);
        hg_text_add(text, "}");
    }
    hg_text_add(text, "],\n");
}

static void write_leak(hg_text *text, const hg_performance *of)
{
    int64_t tracked, resident;
    const hg_leak leak = hg_profile_leak(of, &tracked, &resident);
    hg_text_add(text, "  \"leak\": {\"verdict\": ");
    hg_json_string(text, hg_leak_name(leak)); hg_json_comma(text);
    hg_json_integer(text, "tracked_growth", tracked); hg_json_comma(text);
    hg_json_integer(text, "resident_growth", resident);
    hg_text_add(text, ",\n    ");
    hg_json_integers(text, "generation", of->sample, of->samples);
    hg_text_add(text, ",\n    ");
    hg_json_integers(text, "tracked", of->sample_tracked, of->samples);
    hg_text_add(text, ",\n    ");
    hg_json_integers(text, "resident", of->sample_resident, of->samples);
    hg_text_add(text, "},\n");
}

static void write_copies(hg_text *text, const hg_performance *of)
{
    hg_text_add(text, "  \"copies\": {");
    hg_json_integer(text, "bytes_copied", of->bytes_copied); hg_json_comma(text);
    hg_json_integer(text, "bytes_one_per_new_genotype", of->bytes_copied_least);
    hg_json_comma(text);
    hg_json_integer(text, "new_genotypes", of->new_genotypes); hg_json_comma(text);
    hg_json_integer(text, "developed", of->developed);
    hg_text_add(text, "},\n  \"traffic\": {");
    for (int k = 0; k < of->kinds; k++) {
        if (k > 0) hg_json_comma(text);
        hg_json_integer(text, of->kind[k], of->traffic[k]);
    }
    hg_text_add(text, "},\n");
}

static void write_limit(hg_text *text, const hg_performance *of)
{
    const hg_machine *machine = &of->machine;
    const hg_profile_limit limit = hg_profile_limits(of);
    hg_text_add(text, "  \"limit\": ");
    if (machine->multiply_add == 0.0) {
        hg_text_add(text, "null");
        return;
    }
    hg_text_add(text, "{");
    hg_json_number(text, "copy_memory", machine->copy_memory); hg_json_comma(text);
    hg_json_number(text, "copy_cache", machine->copy_cache); hg_json_comma(text);
    hg_json_number(text, "multiply_add", machine->multiply_add); hg_json_comma(text);
    hg_json_integer(text, "cache_bytes", machine->cache);
    hg_text_add(text, ", \"in_cache\": %s,\n    ", machine->in_cache ? "true" : "false");
    hg_json_number(text, "bytes_needed", of->bytes_needed); hg_json_comma(text);
    hg_json_number(text, "operations", of->operations); hg_json_comma(text);
    hg_json_number(text, "bytes_seconds", limit.bytes); hg_json_comma(text);
    hg_json_number(text, "operations_seconds", limit.operations); hg_json_comma(text);
    hg_json_number(text, "least_seconds", limit.least); hg_json_comma(text);
    hg_json_number(text, "taken_seconds", limit.taken); hg_json_comma(text);
    hg_json_number(text, "ratio", limit.ratio);
    hg_text_add(text, "}");
}

void hg_profile_write(hg_text *text, const hg_profile *profile)
{
    const hg_performance *of = &profile->performance;
    hg_text_add(text, "{\n  \"format\": \"happygene-profile-1\",\n  \"version\": \"%s\",\n"
                "  \"output\": ", hg_version());
    if (profile->output != NULL) hg_json_string(text, profile->output);
    else hg_text_add(text, "null");
    hg_text_add(text, ",\n");
    write_scenario(text, of);
    write_memory(text, profile);
    write_phases(text, of);
    write_leak(text, of);
    write_copies(text, of);
    write_limit(text, of);
}

void hg_profile_write_scaling(hg_text *text, const hg_scaling *scaling)
{
    hg_text_add(text, ",\n  \"scaling\": ");
    if (scaling->kind == HG_SCALING_NONE) {
        hg_text_add(text, "null\n}\n");
        return;
    }
    hg_text_add(text, "{");
    hg_json_integer(text, "generations", scaling->generations);
    hg_text_add(text, ", \"rows\": [");
    for (int r = 0; r < scaling->rows; r++) {
        const hg_scaling_row *row = &scaling->row[r];
        hg_text_add(text, "%s\n    {\"series\": ", r > 0 ? "," : "");
        hg_json_string(text, row->series); hg_json_comma(text);
        hg_json_integer(text, "individuals", row->individuals); hg_json_comma(text);
        hg_json_integer(text, "genes", row->genes); hg_json_comma(text);
        hg_json_integer(text, "edges", row->edges); hg_json_comma(text);
        hg_json_integer(text, "ranks", row->ranks); hg_json_comma(text);
        hg_json_integer(text, "threads", row->threads); hg_json_comma(text);
        hg_json_number(text, "seconds_per_generation", row->seconds); hg_json_comma(text);
        hg_json_number(text, "expected", row->expected); hg_json_comma(text);
        hg_json_integer(text, "bytes", row->bytes); hg_json_comma(text);
        hg_json_number(text, "expected_bytes", row->expected_bytes);
        hg_text_add(text, ", \"note\": ");
        hg_json_string(text, row->note);
        hg_text_add(text, "}");
    }
    hg_text_add(text, "]}\n}\n");
}
