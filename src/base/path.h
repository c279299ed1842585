/* SPDX-License-Identifier: GPL-3.0-or-later
 * Folders and names in paths. */
#ifndef HG_BASE_PATH_H
#define HG_BASE_PATH_H

#include <limits.h>

/** What a file is called in its folder. Pure; points into `path`. */
const char *hg_path_name(const char *path);

/** The folder of a file, "." where its path names none. Pure. */
void hg_path_folder(const char *path, char folder[PATH_MAX]);

#endif
