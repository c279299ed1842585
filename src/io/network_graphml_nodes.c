/* SPDX-License-Identifier: GPL-3.0-or-later
 * The nodes and keys of GraphML: igraph makes a node of whatever an edge names, and of two of the same
 * id one, where GraphML wants each to be declared, once; of two keys of one name, as NetworkX writes
 * them for whole and other numbers, it reads one. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "io/libxml.h"
#include "io/network_parts.h"

#define LABEL HG_NETWORK_LABEL

/* An end of an edge that has no node so far: it may follow. */
typedef struct loose_end {
    int64_t number; /* of the name in `ends` */
    int64_t line;
} loose_end;

typedef struct nodes {
    const hg_libxml *xml;
    hg_mistakes *mistakes;
    hg_names declared, ends, keys;
    loose_end *loose; /* [count] the first of each name, owned */
    int64_t count, room;
} nodes;

static hg_place place_of(int64_t line) { return (hg_place){line, 1, NULL}; }

static hg_status take_node(nodes *all, const char *id, int64_t line)
{
    bool added;
    int64_t number;
    HG_TRY(hg_names_add(&all->declared, id, &number, &added));
    if (!added)
        hg_mistakes_add(all->mistakes, place_of(line), "two nodes have the id '%.60s'; allowed: "
                        "distinct ids", id);
    return HG_OK;
}

static hg_status take_end(nodes *all, const char *id, int64_t line)
{
    bool added;
    int64_t number;
    if (hg_names_find(&all->declared, id) >= 0) return HG_OK;
    HG_TRY(hg_names_add(&all->ends, id, &number, &added));
    if (!added) return HG_OK;
    if (all->count == all->room) {
        const int64_t room = 2 * all->room + 8;
        HG_TRY(hg_reallocate(&all->loose, LABEL, (size_t)room, sizeof *all->loose));
        all->room = room;
    }
    all->loose[all->count++] = (loose_end){number, line};
    return HG_OK;
}

/* Gives an attribute to whom it concerns; without it there is nothing to say, igraph has. */
static hg_status take_attribute(nodes *all, xmlNode *element, const char *name,
                                hg_status (*take)(nodes *, const char *, int64_t))
{
    xmlChar *value = all->xml->xmlGetNoNsProp(element, (const xmlChar *)name);
    hg_status status = HG_OK;
    if (value != NULL)
        status = take(all, (const char *)value, all->xml->xmlGetLineNo(element));
    if (value != NULL) (*all->xml->xmlFree)(value);
    return status;
}

/* What is read of nodes and edges has one key each. */
static hg_status take_key(nodes *all, xmlNode *element)
{
    static const char *const read[] = {"edge weight", "edge sign", "node name", "node label"};
    xmlChar *of = all->xml->xmlGetNoNsProp(element, (const xmlChar *)"for");
    xmlChar *name = all->xml->xmlGetNoNsProp(element, (const xmlChar *)"attr.name");
    char words[16] = "";
    hg_status status = HG_OK;
    if (of != NULL && name != NULL)
        snprintf(words, sizeof words, "%s %.10s", strcmp((const char *)of, "edge") == 0 ? "edge"
                 : strcmp((const char *)of, "node") == 0 ? "node" : "", (const char *)name);
    for (size_t i = 0; i < sizeof read / sizeof *read && status == HG_OK; i++) {
        int64_t number;
        bool added = true;
        if (strcmp(words, read[i]) == 0) status = hg_names_add(&all->keys, words, &number, &added);
        if (!added)
            hg_mistakes_add(all->mistakes, place_of(all->xml->xmlGetLineNo(element)), "the attribute "
                            "'%s' of %.4ss has two keys; allowed: one key, of one type", words + 5, words);
    }
    if (of != NULL) (*all->xml->xmlFree)(of);
    if (name != NULL) (*all->xml->xmlFree)(name);
    return status;
}

static hg_status take_element(nodes *all, xmlTextReader *reader, const char *name)
{
    xmlNode *element = all->xml->xmlTextReaderCurrentNode(reader);
    if (strcmp(name, "node") == 0) return take_attribute(all, element, "id", take_node);
    if (strcmp(name, "edge") != 0) return HG_OK;
    HG_TRY(take_attribute(all, element, "source", take_end));
    return take_attribute(all, element, "target", take_end);
}

/* The elements of the first graph, which is the one that igraph reads. */
static hg_status read_elements(nodes *all, xmlTextReader *reader)
{
    const hg_libxml *xml = all->xml;
    int depth = -1, more;
    while ((more = xml->xmlTextReaderRead(reader)) == 1) {
        const int kind = xml->xmlTextReaderNodeType(reader);
        const char *name = (const char *)xml->xmlTextReaderConstLocalName(reader);
        const bool is_graph = name != NULL && strcmp(name, "graph") == 0;
        if (kind == XML_READER_TYPE_END_ELEMENT && is_graph &&
            xml->xmlTextReaderDepth(reader) == depth)
            return HG_OK;
        if (kind != XML_READER_TYPE_ELEMENT || name == NULL) continue;
        if (is_graph && depth < 0) depth = xml->xmlTextReaderDepth(reader);
        if (depth >= 0) HG_TRY(take_element(all, reader, name));
        else if (strcmp(name, "key") == 0)
            HG_TRY(take_key(all, all->xml->xmlTextReaderCurrentNode(reader)));
    }
    if (more == 0) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: libxml2 cannot read it", all->mistakes->path);
}

static void refuse_loose_ends(nodes *all)
{
    for (int64_t i = 0; i < all->count; i++) {
        const char *id = all->ends.name[all->loose[i].number];
        if (hg_names_find(&all->declared, id) < 0)
            hg_mistakes_add(all->mistakes, place_of(all->loose[i].line), "an edge names the node "
                            "'%.60s', which is not declared; allowed: the id of a node", id);
    }
}

hg_status hg_network_graphml_check_nodes(hg_mistakes *mistakes, const char *text)
{
    nodes all = {.mistakes = mistakes, .declared = hg_names_of(LABEL), .ends = hg_names_of(LABEL),
                 .keys = hg_names_of(LABEL)};
    xmlTextReader *reader = NULL;
    hg_status status;
    HG_TRY_OUT(hg_libxml_load(&all.xml));
    reader = all.xml->xmlReaderForMemory(text, (int)strlen(text), NULL, NULL,
                                         XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                         XML_PARSE_BIG_LINES);
    if (reader == NULL) {
        status = hg_fail(HG_NO_MEMORY, "%s: no memory to read it", mistakes->path);
        goto out;
    }
    HG_TRY_OUT(read_elements(&all, reader));
    refuse_loose_ends(&all);
    status = hg_mistakes_report(mistakes);
out:
    if (reader != NULL) all.xml->xmlFreeTextReader(reader);
    hg_names_free(&all.declared);
    hg_names_free(&all.ends);
    hg_names_free(&all.keys);
    hg_release(&all.loose);
    return status;
}
