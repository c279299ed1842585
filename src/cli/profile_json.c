/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a profile found, as JSON. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "cli/profile.h"

/* Text in quotes; what JSON would stumble over is escaped. */
static void add_string(hg_text *text, const char *words)
{
    hg_text_add(text, "\"");
    for (const char *c = words; *c != '\0'; c++) {
        const unsigned char byte = (unsigned char)*c;
        if (byte == '"' || byte == '\\') hg_text_add(text, "\\%c", byte);
        else if (byte < ' ') hg_text_add(text, "\\u%04x", byte);
        else hg_text_add_bytes(text, c, 1);
    }
    hg_text_add(text, "\"");
}

static void add_number(hg_text *text, const char *name, double value)
{
    hg_text_add(text, "\"%s\": ", name);
    if (isfinite(value)) hg_text_add_number(text, value);
    else hg_text_add(text, "null");
}

static void add_integer(hg_text *text, const char *name, int64_t value)
{
    hg_text_add(text, "\"%s\": %" PRId64, name, value);
}

static void comma(hg_text *text) { hg_text_add(text, ", "); }

static double ratio(double amount, double count) { return count > 0.0 ? amount / count : 0.0; }

static void write_scenario(hg_text *text, const hg_performance *of)
{
    const double updates =
        (double)of->individuals * (double)of->genes * (double)of->generations;
    hg_text_add(text, "  \"scenario\": {");
    add_integer(text, "individuals", of->individuals); comma(text);
    add_integer(text, "genes", of->genes); comma(text);
    add_integer(text, "edges", of->edges); comma(text);
    add_integer(text, "generations", of->generations); comma(text);
    add_integer(text, "ranks", of->ranks); comma(text);
    add_integer(text, "threads", of->threads); comma(text);
    add_number(text, "wall_seconds", of->wall); comma(text);
    add_number(text, "loop_seconds", of->loop); comma(text);
    add_number(text, "output_seconds", of->loop_output); comma(text);
    add_number(text, "gene_updates_per_second", ratio(updates, of->loop));
    hg_text_add(text, "},\n");
}

static void write_memory(hg_text *text, const hg_profile *profile)
{
    const hg_performance *of = &profile->performance;
    hg_text_add(text, "  \"memory\": {");
    add_integer(text, "rss_peak", hg_profile_resident(profile)); comma(text);
    add_integer(text, "rss_before", profile->resident_before); comma(text);
    add_integer(text, "measuring", profile->measuring); comma(text);
    add_integer(text, "tracked", of->tracked); comma(text);
    add_integer(text, "tracked_peak", of->tracked_peak); comma(text);
    add_number(text, "bytes_per_gene", of->bytes_per_gene); comma(text);
    add_number(text, "state_bytes", hg_profile_state(profile)); comma(text);
    add_number(text, "allowed_bytes", hg_profile_allowed(profile));
    hg_text_add(text, ",\n    \"within\": %s, ",
                (double)hg_profile_resident(profile) <= hg_profile_allowed(profile) ? "true"
                                                                                    : "false");
    add_integer(text, "loop_allocations", of->loop_allocations);
    hg_text_add(text, ",\n    \"categories\": [");
    for (int c = 0; c < of->categories; c++) {
        hg_text_add(text, "%s\n      {\"name\": ", c > 0 ? "," : "");
        add_string(text, of->category[c]); comma(text);
        add_integer(text, "current", of->current[c]); comma(text);
        add_integer(text, "peak", of->peak[c]); comma(text);
        add_integer(text, "allocations", of->allocations[c]);
        hg_text_add(text, "}");
    }
    hg_text_add(text, "]},\n");
}

static void write_phases(hg_text *text, const hg_performance *of)
{
    hg_text_add(text, "  \"phases\": [");
    for (int p = 0; p < of->phases; p++) {
        hg_text_add(text, "%s\n    {\"name\": ", p > 0 ? "," : "");
        add_string(text, of->phase[p]); comma(text);
        add_number(text, "seconds", of->mean[p]); comma(text);
        add_number(text, "seconds_min", of->min[p]); comma(text);
        add_number(text, "seconds_max", of->max[p]); comma(text);
        add_number(text, "share", ratio(of->mean[p], of->wall)); comma(text);
        add_number(text, "thread_imbalance", of->imbalance[p]); comma(text);
        add_integer(text, "calls", of->calls[p]);
        hg_text_add(text, "}");
    }
    hg_text_add(text, "],\n");
}

static void write_column(hg_text *text, const char *name, const int64_t *values, int count)
{
    hg_text_add(text, "\"%s\": [", name);
    for (int i = 0; i < count; i++) hg_text_add(text, "%s%" PRId64, i > 0 ? ", " : "", values[i]);
    hg_text_add(text, "]");
}

static void write_leak(hg_text *text, const hg_performance *of)
{
    int64_t tracked, resident;
    const hg_leak leak = hg_profile_leak(of, &tracked, &resident);
    hg_text_add(text, "  \"leak\": {\"verdict\": ");
    add_string(text, hg_leak_name(leak)); comma(text);
    add_integer(text, "tracked_growth", tracked); comma(text);
    add_integer(text, "resident_growth", resident);
    hg_text_add(text, ",\n    ");
    write_column(text, "generation", of->sample, of->samples);
    hg_text_add(text, ",\n    ");
    write_column(text, "tracked", of->sample_tracked, of->samples);
    hg_text_add(text, ",\n    ");
    write_column(text, "resident", of->sample_resident, of->samples);
    hg_text_add(text, "},\n");
}

static void write_copies(hg_text *text, const hg_performance *of)
{
    hg_text_add(text, "  \"copies\": {");
    add_integer(text, "bytes_copied", of->bytes_copied); comma(text);
    add_integer(text, "bytes_one_per_new_genotype", of->bytes_copied_least); comma(text);
    add_integer(text, "new_genotypes", of->new_genotypes); comma(text);
    add_integer(text, "developed", of->developed);
    hg_text_add(text, "},\n  \"traffic\": {");
    for (int k = 0; k < of->kinds; k++) {
        if (k > 0) comma(text);
        add_integer(text, of->kind[k], of->traffic[k]);
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
    add_number(text, "copy_memory", machine->copy_memory); comma(text);
    add_number(text, "copy_cache", machine->copy_cache); comma(text);
    add_number(text, "multiply_add", machine->multiply_add); comma(text);
    add_integer(text, "cache_bytes", machine->cache);
    hg_text_add(text, ", \"in_cache\": %s,\n    ", machine->in_cache ? "true" : "false");
    add_number(text, "bytes_needed", of->bytes_needed); comma(text);
    add_number(text, "operations", of->operations); comma(text);
    add_number(text, "bytes_seconds", limit.bytes); comma(text);
    add_number(text, "operations_seconds", limit.operations); comma(text);
    add_number(text, "least_seconds", limit.least); comma(text);
    add_number(text, "taken_seconds", limit.taken); comma(text);
    add_number(text, "ratio", limit.ratio);
    hg_text_add(text, "}");
}

void hg_profile_write(hg_text *text, const hg_profile *profile)
{
    const hg_performance *of = &profile->performance;
    hg_text_add(text, "{\n  \"format\": \"happygene-profile-1\",\n  \"version\": \"%s\",\n"
                "  \"output\": ", hg_version());
    if (profile->output != NULL) add_string(text, profile->output);
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
    add_integer(text, "generations", scaling->generations);
    hg_text_add(text, ", \"rows\": [");
    for (int r = 0; r < scaling->rows; r++) {
        const hg_scaling_row *row = &scaling->row[r];
        hg_text_add(text, "%s\n    {\"series\": ", r > 0 ? "," : "");
        add_string(text, row->series); comma(text);
        add_integer(text, "individuals", row->individuals); comma(text);
        add_integer(text, "genes", row->genes); comma(text);
        add_integer(text, "edges", row->edges); comma(text);
        add_integer(text, "ranks", row->ranks); comma(text);
        add_integer(text, "threads", row->threads); comma(text);
        add_number(text, "seconds_per_generation", row->seconds); comma(text);
        add_number(text, "expected", row->expected); comma(text);
        add_integer(text, "bytes", row->bytes);
        hg_text_add(text, ", \"note\": ");
        add_string(text, row->note);
        hg_text_add(text, "}");
    }
    hg_text_add(text, "]}\n}\n");
}
