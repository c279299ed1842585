/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/path.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

const char *hg_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

void hg_path_folder(const char *path, char folder[PATH_MAX])
{
    const int length = (int)(hg_path_name(path) - path); /* with the slash, which is / itself */
    if (length == 0) snprintf(folder, PATH_MAX, ".");
    else snprintf(folder, PATH_MAX, "%.*s", length > 1 ? length - 1 : 1, path);
}

hg_status hg_path_follow(char **path)
{
    enum { MOST_LINKS = 40 };
    char target[PATH_MAX], joined[2 * PATH_MAX];
    for (int k = 0; k < MOST_LINKS; k++) {
        const ssize_t length = readlink(*path, target, sizeof target - 1);
        if (length < 0) return HG_OK;
        target[length] = '\0';
        const int folder = target[0] == '/' ? 0 : (int)(hg_path_name(*path) - *path);
        snprintf(joined, sizeof joined, "%.*s%s", folder, *path, target);
        hg_release(path);
        HG_TRY(hg_copy_text(path, HG_MEMORY_CONFIGURATION, joined));
    }
    return hg_fail(HG_IO, "%s leads through more than %d symbolic links", *path, MOST_LINKS);
}
