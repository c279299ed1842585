/* SPDX-License-Identifier: GPL-3.0-or-later
 * Folders and names in paths. */
#ifndef HG_BASE_PATH_H
#define HG_BASE_PATH_H

#include <limits.h>

#include "base/status.h"

/** What a file is called in its folder. Pure; points into `path`. */
const char *hg_path_name(const char *path);

/** The folder of a file, "." where its path names none. Pure. */
void hg_path_folder(const char *path, char folder[PATH_MAX]);

/**
 * Where a symbolic link leads, to a file that need not be there yet; `*path` (of hg_copy_text) stays as it
 * is where it is none. What is written takes its name by being renamed, which would put it in the
 * place of the link. HG_IO after 40 links.
 */
hg_status hg_path_follow(char **path);

#endif
