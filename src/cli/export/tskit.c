/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/export/export.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis/genealogy.h"
#include "base/memory.h"
#include "base/text.h"

enum { NODES, EDGES, INDIVIDUALS, TABLES };

static const char *const names[TABLES] = {"nodes", "edges", "individuals"};
static const char *const headers[TABLES] = {"is_sample\ttime\tindividual",
                                            "left\tright\tparent\tchild", "flags\tmetadata"};

typedef struct tables {
    char *path[TABLES], *part[TABLES]; /* final name; name while it is written */
    FILE *file[TABLES];
    int64_t rows[TABLES];
    bool diploid, shifts;              /* what nodes' metadata say */
} tables;

/* --- rows ------------------------------------------------------------------------------------- */

static hg_status written(tables *to, int which, int result)
{
    to->rows[which]++;
    return result < 0 ? hg_fail(HG_IO, "%s: %s", to->part[which], strerror(errno)) : HG_OK;
}

/* Metadata of tskit's text tables are in base 64, for which JSON of this alphabet will do. */
static void encode(const char *words, char *encoded)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t length = strlen(words);
    for (size_t i = 0; i < length; i += 3) {
        unsigned bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (i + k < length ? (unsigned char)words[i + k] : 0u);
        for (int k = 0; k < 4; k++)
            *encoded++ = i + (size_t)k > length ? '=' : digits[bits >> (18 - 6 * k) & 63];
    }
    *encoded = '\0';
}

static hg_status put_individual(void *context, int64_t generation, int64_t individual)
{
    tables *to = context;
    char words[96], encoded[136];
    snprintf(words, sizeof words, "{\"generation\":%" PRId64 ",\"individual\":%" PRId64 "}",
             generation, individual);
    encode(words, encoded);
    return written(to, INDIVIDUALS, fprintf(to->file[INDIVIDUALS], "0\t%s\n", encoded));
}

static bool has_metadata(const tables *to) { return to->diploid || to->shifts; }

/* Of diploids: the genome from the first parent, or the second. With duplication: how far from a
 * tree's own gene the node's gene is. */
static hg_status put_node(void *context, const hg_genealogy_node *node)
{
    tables *to = context;
    char allele[16] = "", shift[48] = "", words[64], encoded[92] = "";
    if (to->diploid) snprintf(allele, sizeof allele, "\"allele\":%d", node->set);
    if (to->shifts) snprintf(shift, sizeof shift, "\"shift\":%" PRId64, node->shift);
    snprintf(words, sizeof words, "{%s%s%s}", allele, to->diploid && to->shifts ? "," : "", shift);
    if (has_metadata(to)) encode(words, encoded);
    return written(to, NODES, fprintf(to->file[NODES], "%d\t%" PRId64 "\t%" PRId64 "%s%s\n",
                                      node->sample, node->ago, node->individual,
                                      has_metadata(to) ? "\t" : "", encoded));
}

static hg_status put_edge(void *context, int64_t left, int64_t right, int64_t parent,
                          int64_t child)
{
    tables *to = context;
    return written(to, EDGES, fprintf(to->file[EDGES], "%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%"
                                      PRId64 "\n", left, right, parent, child));
}

/* --- files ------------------------------------------------------------------------------------ */

static hg_status open_table(tables *to, int which, const char *prefix)
{
    hg_text path = hg_text_of(HG_MEMORY_OTHER), part = hg_text_of(HG_MEMORY_OTHER);
    hg_text_add(&path, "%s.%s.txt", prefix, names[which]);
    hg_text_add(&part, "%s.%s.txt.part", prefix, names[which]);
    hg_status status = hg_text_take(&path, &to->path[which]);
    if (status == HG_OK) status = hg_text_take(&part, &to->part[which]);
    hg_text_free(&path);
    hg_text_free(&part);
    HG_TRY(status);
    to->file[which] = fopen(to->part[which], "w");
    if (to->file[which] == NULL)
        return hg_fail(HG_IO, "cannot create %s: %s", to->part[which], strerror(errno));
    if (fprintf(to->file[which], "%s%s\n", headers[which],
                which == NODES && has_metadata(to) ? "\tmetadata" : "") < 0)
        return hg_fail(HG_IO, "%s: %s", to->part[which], strerror(errno));
    return HG_OK;
}

static hg_status close_table(tables *to, int which)
{
    FILE *file = to->file[which];
    to->file[which] = NULL;
    errno = 0;
    const bool lost = ferror(file) != 0;
    if (fclose(file) == 0 && !lost) return HG_OK;
    return hg_fail(HG_IO, "%s: %s", to->part[which],
                   errno != 0 ? strerror(errno) : "cannot be written");
}

/* All three or none get their names, as far as that can be. */
static hg_status name_tables(tables *to)
{
    for (int which = 0; which < TABLES; which++) HG_TRY(close_table(to, which));
    for (int which = 0; which < TABLES; which++)
        if (rename(to->part[which], to->path[which]) != 0)
            return hg_fail(HG_IO, "%s: %s", to->path[which], strerror(errno));
    return HG_OK;
}

static void abandon(tables *to)
{
    for (int which = 0; which < TABLES; which++) {
        if (to->file[which] != NULL) fclose(to->file[which]);
        if (to->part[which] != NULL) unlink(to->part[which]);
        hg_release(&to->path[which]);
        hg_release(&to->part[which]);
    }
}

/* --- the whole -------------------------------------------------------------------------------- */

/* The generation whose genomes are the samples. */
static hg_status choose_samples(const hg_export *export, hg_ancestry *ancestry)
{
    if (export->generation < 0) return HG_OK;
    if (export->generation > ancestry->last)
        return hg_fail(HG_BAD_INPUT, "%s: generation %" PRId64 " is not recorded in /ancestry; "
                       "recorded: 0 to %" PRId64, export->results->path, export->generation,
                       ancestry->last);
    ancestry->last = export->generation;
    return HG_OK;
}

static hg_status write_tables(tables *to, const hg_export *export, const char *prefix)
{
    hg_ancestry ancestry;
    hg_inheritance inheritance = {.ancestry = &ancestry};
    const hg_genealogy_tables rows = {to, put_individual, put_node, put_edge};
    hg_status status = hg_ancestry_open(&ancestry, export->results);
    if (status == HG_OK) status = choose_samples(export, &ancestry);
    if (status == HG_OK) status = hg_inheritance_open(&inheritance, &ancestry);
    for (int which = 0; which < TABLES && status == HG_OK; which++)
        status = open_table(to, which, prefix);
    if (status == HG_OK) status = hg_genealogy_trace(&inheritance, export->all, &rows);
    if (status == HG_OK) status = name_tables(to);
    hg_inheritance_close(&inheritance);
    hg_ancestry_close(&ancestry);
    return status;
}

/* What to type, or to paste. */
static void print_call(const tables *to, int64_t genes)
{
    printf("# %" PRId64 " nodes, %" PRId64 " edges, %" PRId64 " individuals; in Python:\n"
           "import tskit\nts = tskit.load_text(", to->rows[NODES], to->rows[EDGES],
           to->rows[INDIVIDUALS]);
    for (int which = 0; which < TABLES; which++) {
        printf("%s=open(\"", names[which]);
        for (const char *c = to->path[which]; *c != '\0'; c++)
            printf("%s%c", *c == '"' || *c == '\\' ? "\\" : "", *c);
        printf("\"),\n                     ");
    }
    printf("sequence_length=%" PRId64 ")\n", genes);
}

hg_status hg_export_tskit(const hg_export *export, const char *prefix)
{
    tables to = {.diploid = export->config.population.ploidy == 2,
                 .shifts = export->config.mutation.duplication > 0.0};
    if (prefix == NULL)
        return hg_fail(HG_USAGE, "export: --table tskit writes three files: -o PREFIX names them "
                       "PREFIX.nodes.txt, PREFIX.edges.txt, PREFIX.individuals.txt");
    const hg_status status = write_tables(&to, export, prefix);
    if (status == HG_OK) print_call(&to, export->network.genes);
    abandon(&to);
    return status;
}
