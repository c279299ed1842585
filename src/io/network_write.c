/* SPDX-License-Identifier: GPL-3.0-or-later
 * GraphML and DOT. igraph writes both, but weights with 15 digits: they would not be the same when
 * they are read back. */
#include "io/network_write.h"

#include <inttypes.h>

#include "base/text.h"
#include "io/xml.h"

void hg_network_write_graphml(FILE *file, const hg_network *network, const char *title)
{
    char number[HG_NUMBER_SIZE];
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\"\n"
          "         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"\n"
          "         xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns "
          "http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n"
          "  <key id=\"title\" for=\"graph\" attr.name=\"title\" attr.type=\"string\"/>\n"
          "  <key id=\"name\" for=\"node\" attr.name=\"name\" attr.type=\"string\"/>\n"
          "  <key id=\"weight\" for=\"edge\" attr.name=\"weight\" attr.type=\"double\"/>\n"
          "  <graph id=\"network\" edgedefault=\"directed\">\n    <data key=\"title\">", file);
    hg_xml_write(file, title);
    fputs("</data>\n", file);
    for (int64_t g = 0; g < network->genes; g++) {
        fprintf(file, "    <node id=\"n%" PRId64 "\"><data key=\"name\">", g);
        hg_xml_write(file, network->name[g]);
        fputs("</data></node>\n", file);
    }
    for (int64_t e = 0; e < network->edges; e++) {
        hg_number_format(number, network->weight[e]);
        fprintf(file, "    <edge source=\"n%" PRId32 "\" target=\"n%" PRId32 "\"><data "
                "key=\"weight\">%s</data></edge>\n", network->source[e], network->target[e],
                number);
    }
    fputs("  </graph>\n</graphml>\n", file);
}

/* In quotes; a backslash stands for itself only when it is doubled. */
static void write_label(FILE *file, const char *words)
{
    fputc('"', file);
    for (const char *c = words; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') fputc('\\', file);
        fputc((unsigned char)*c < ' ' ? ' ' : *c, file);
    }
    fputc('"', file);
}

void hg_network_write_dot(FILE *file, const hg_network *network, const char *title)
{
    char number[HG_NUMBER_SIZE];
    fputs("digraph network {\n  graph [label=", file);
    write_label(file, title);
    fputs("]\n  node [shape=box, style=rounded, fontname=\"Helvetica\"]\n", file);
    for (int64_t g = 0; g < network->genes; g++) {
        fprintf(file, "  n%" PRId64 " [label=", g);
        write_label(file, network->name[g]);
        fputs("]\n", file);
    }
    for (int64_t e = 0; e < network->edges; e++) {
        const double weight = network->weight[e];
        hg_number_format(number, weight);
        fprintf(file, "  n%" PRId32 " -> n%" PRId32 " [regulation=\"%s\", arrowhead=%s, "
                "color=\"%s\"]\n", network->source[e], network->target[e], number,
                weight > 0.0 ? "normal" : weight < 0.0 ? "tee" : "dot",
                weight > 0.0 ? "#0072b2" : weight < 0.0 ? "#d55e00" : "#808080");
    }
    fputs("}\n", file);
}
