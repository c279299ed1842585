/* SPDX-License-Identifier: GPL-3.0-or-later
 * libxml2, with which igraph reads, loaded when it is needed. */
#ifndef HG_IO_LIBXML_H
#define HG_IO_LIBXML_H

#include <libxml/xmlreader.h>

#include "base/status.h"

/* What is used of it. */
#define HG_LIBXML_SYMBOLS(USE)                                                                     \
    USE(xmlReaderForMemory) USE(xmlFreeTextReader) USE(xmlTextReaderRead)                          \
    USE(xmlTextReaderNodeType) USE(xmlTextReaderDepth) USE(xmlTextReaderConstLocalName)            \
    USE(xmlTextReaderCurrentNode) USE(xmlGetNoNsProp) USE(xmlGetLineNo)

/** Its functions by their own names: `xml->xmlTextReaderRead(reader)`. */
typedef struct hg_libxml {
#define HG_MEMBER(name) __typeof__(&(name)) (name);
    HG_LIBXML_SYMBOLS(HG_MEMBER)
#undef HG_MEMBER
    xmlFreeFunc *xmlFree; /**< the library's own variable */
} hg_libxml;

/** Loads libxml2; HG_IO where that cannot be. */
hg_status hg_libxml_load(const hg_libxml **xml);

#endif
