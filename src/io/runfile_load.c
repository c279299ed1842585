/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whole files into memory. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "io/runfile_parts.h"

#define LONGEST_RUN_FILE ((size_t)16 << 20)

#define RESULT_SIGNATURE "\x89HDF\r\n\x1a\n" /* what HDF5 files begin with */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"      /* what some editors begin UTF-8 text with */

static hg_status read_all(FILE *file, const char *path, size_t limit, const char *what,
                          hg_text *text)
{
    char buffer[65536];
    size_t length;
    while ((length = fread(buffer, 1, sizeof buffer, file)) > 0) {
        const size_t signature = sizeof RESULT_SIGNATURE - 1;
        if (text->length == 0 && length >= signature &&
            memcmp(buffer, RESULT_SIGNATURE, signature) == 0)
            return hg_fail(HG_BAD_INPUT, "%s: is an HDF5 file, not %s; of a result 'happygene info' "
                           "tells, and 'happygene run' repeats it if its name ends in .h5", path,
                           what);
        if (memchr(buffer, '\0', length) != NULL)
            return hg_fail(HG_BAD_INPUT, "%s: holds a NUL byte; %s is a text file in UTF-8", path, what);
        if (text->length + length > limit)
            return hg_fail(HG_BAD_INPUT, "%s: longer than %zu MiB; allowed for %s: at most that",
                           path, limit >> 20, what);
        hg_text_add_bytes(text, buffer, length);
    }
    if (ferror(file))
        return hg_fail(HG_IO, "%s: cannot be read: %s", path, strerror(errno));
    return HG_OK;
}

hg_status hg_file_load(const char *path, size_t limit, const char *what, char **text)
{
    *text = NULL;
    struct stat facts;
    if (stat(path, &facts) != 0)
        return hg_fail(HG_BAD_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    if (S_ISDIR(facts.st_mode))
        return hg_fail(HG_BAD_INPUT, "%s: is a folder; %s is wanted", path, what);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return hg_fail(HG_BAD_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    hg_text content = hg_text_of(HG_MEMORY_CONFIGURATION);
    const hg_status status = read_all(file, path, limit, what, &content);
    fclose(file);
    const size_t mark = sizeof BYTE_ORDER_MARK - 1;
    if (status == HG_OK && content.length >= mark &&
        memcmp(content.data, BYTE_ORDER_MARK, mark) == 0) {
        memmove(content.data, content.data + mark, content.length - mark + 1);
        content.length -= mark;
    }
    if (status == HG_OK) return hg_text_take(&content, text);
    hg_text_free(&content);
    return status;
}

hg_status hg_runfile_load(const char *path, char **text)
{
    return hg_file_load(path, LONGEST_RUN_FILE, "a run file", text);
}
