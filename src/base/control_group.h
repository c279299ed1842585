/* SPDX-License-Identifier: GPL-3.0-or-later
 * The limit on memory that Linux's control groups set. */
#ifndef HG_BASE_CONTROL_GROUP_H
#define HG_BASE_CONTROL_GROUP_H

/**
 * Bytes that the control group of this process may have: the least limit of the group and of all groups
 * that contain it, in version 1 and 2; infinite where there is none. `root` is a folder that stands for /
 * in tests, "" otherwise.
 */
double hg_control_group_limit(const char *root);

#endif
