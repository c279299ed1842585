/* SPDX-License-Identifier: GPL-3.0-or-later
 * What was measured in a network, as JSON. */
#include <inttypes.h>

#include "base/memory.h"
#include "cli/json.h"
#include "cli/network.h"
#include "happygene/happygene.h"

static void write_signs(hg_text *text, const char *name, const int64_t *signs)
{
    hg_text_add(text, "  \"%s\": {", name);
    hg_json_integer(text, "activating", signs[HG_ACTIVATES]); hg_json_comma(text);
    hg_json_integer(text, "repressing", signs[HG_REPRESSES]); hg_json_comma(text);
    hg_json_integer(text, "zero", signs[HG_NEITHER]);
    hg_text_add(text, "},\n");
}

static hg_status write_degrees(hg_text *text, const hg_network_report *report, const char *name,
                               const int64_t *degree)
{
    int64_t *numbers, count, hubs[HG_NETWORK_HUBS];
    HG_TRY(hg_network_distribution(degree, report->graph.genes, &numbers, &count));
    hg_text_add(text, "  \"%s\": {", name);
    hg_json_integers(text, "genes_by_degree", numbers, count);
    hg_release(&numbers);
    hg_text_add(text, ",\n    \"hubs\": [");
    const int most = hg_network_hubs(degree, report->graph.genes, hubs);
    for (int i = 0; i < most; i++) {
        hg_text_add(text, "%s{\"gene\": ", i > 0 ? ", " : "");
        hg_json_string(text, report->network.name[hubs[i]]); hg_json_comma(text);
        hg_json_integer(text, "edges", degree[hubs[i]]);
        hg_text_add(text, "}");
    }
    hg_text_add(text, "]},\n");
    return HG_OK;
}

/* Components of one gene are left out. */
static void write_loops(hg_text *text, const hg_network_report *report)
{
    const hg_graph *graph = &report->graph;
    bool first = true;
    hg_text_add(text, "  \"feedback_loops\": [");
    for (int64_t c = 0; c < graph->components; c++) {
        if (graph->size[c] < 2) continue;
        hg_text_add(text, "%s\n    [", first ? "" : ",");
        first = false;
        int64_t written = 0;
        for (int64_t g = 0; g < graph->genes; g++) {
            if (graph->component[g] != c) continue;
            hg_text_add(text, "%s", written++ > 0 ? ", " : "");
            hg_json_string(text, report->network.name[g]);
        }
        hg_text_add(text, "]");
    }
    hg_text_add(text, "],\n");
}

/* The types of Mangan & Alon (2003), C1 to C4 and I1 to I4. */
static void write_types(hg_text *text, const char *name, char letter, const int64_t *types)
{
    hg_text_add(text, "\"%s\": {", name);
    for (int i = 0; i < 4; i++)
        hg_text_add(text, "%s\"%c%d\": %" PRId64, i > 0 ? ", " : "", letter, i + 1, types[i]);
    hg_text_add(text, "}, ");
}

static void write_motifs(hg_text *text, const hg_graph *graph)
{
    hg_text_add(text, "  \"pairs\": {");
    hg_json_integer(text, "both_activate", graph->pairs[HG_PAIR_ACTIVATE]); hg_json_comma(text);
    hg_json_integer(text, "both_repress", graph->pairs[HG_PAIR_REPRESS]); hg_json_comma(text);
    hg_json_integer(text, "mixed", graph->pairs[HG_PAIR_MIXED]); hg_json_comma(text);
    hg_json_integer(text, "undetermined", graph->pairs[HG_PAIR_UNTOLD]);
    hg_text_add(text, "},\n  \"feed_forward_loops\": {");
    write_types(text, "coherent", 'C', graph->coherent);
    write_types(text, "incoherent", 'I', graph->incoherent);
    hg_json_integer(text, "undetermined", graph->untold);
    hg_text_add(text, "}");
}

static void write_course(hg_text *text, const hg_weight_course *course)
{
    hg_text_add(text, ",\n  \"weights\": [");
    for (int64_t i = 0; i < course->count; i++) {
        const hg_weight_record *record = &course->record[i];
        hg_text_add(text, "%s\n    {", i > 0 ? "," : "");
        hg_json_integer(text, "generation", record->generation); hg_json_comma(text);
        hg_json_number(text, "magnitude", record->magnitude); hg_json_comma(text);
        hg_json_number(text, "spread", record->spread); hg_json_comma(text);
        hg_json_integer(text, "lost", record->lost); hg_json_comma(text);
        hg_json_integer(text, "flipped", record->flipped);
        if (record->sampled) {
            hg_text_add(text, ", \"individuals\": {");
            hg_json_number(text, "magnitude", record->own_magnitude); hg_json_comma(text);
            hg_json_number(text, "lost", record->own_lost); hg_json_comma(text);
            hg_json_number(text, "flipped", record->own_flipped);
            hg_text_add(text, "}");
        }
        hg_text_add(text, "}");
    }
    hg_text_add(text, "]");
}

hg_status hg_network_write(hg_text *text, const hg_network_report *report)
{
    const hg_graph *graph = &report->graph;
    hg_text_add(text, "{\n  \"format\": \"happygene-network-1\",\n  \"version\": \"%s\",\n"
                "  \"file\": ", hg_version());
    hg_json_string(text, report->path);
    hg_text_add(text, ",\n  ");
    hg_json_integer(text, "genes", graph->genes); hg_json_comma(text);
    hg_json_integer(text, "edges", graph->edges); hg_json_comma(text);
    hg_json_number(text, "density", graph->density);
    hg_text_add(text, ",\n  \"acyclic\": %s, ", graph->acyclic ? "true" : "false");
    hg_json_integer(text, "unconnected", graph->unconnected); hg_json_comma(text);
    if (report->generation >= 0) hg_json_integer(text, "generation", report->generation);
    else hg_text_add(text, "\"generation\": null"); /* shared weights */
    hg_text_add(text, ",\n");
    write_signs(text, "signs", graph->signs);
    write_signs(text, "autoregulation", graph->self);
    HG_TRY(write_degrees(text, report, "in_degree", graph->in));
    HG_TRY(write_degrees(text, report, "out_degree", graph->out));
    write_loops(text, report);
    write_motifs(text, graph);
    if (report->course.count > 0) write_course(text, &report->course);
    hg_text_add(text, "\n}\n");
    return HG_OK;
}
