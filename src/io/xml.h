/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HG_IO_XML_H
#define HG_IO_XML_H

#include <stdio.h>

/** Writes words as XML has them, also within quotes. */
static inline void hg_xml_write(FILE *file, const char *words)
{
    for (const char *c = words; *c != '\0'; c++) {
        if (*c == '&') fputs("&amp;", file);
        else if (*c == '<') fputs("&lt;", file);
        else if (*c == '>') fputs("&gt;", file);
        else if (*c == '"') fputs("&quot;", file);
        else if ((unsigned char)*c < ' ') fputc(' ', file);
        else fputc(*c, file);
    }
}

#endif
