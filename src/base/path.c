/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/path.h"

#include <stdio.h>
#include <string.h>

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
