/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HG_CLI_TERMINAL_H
#define HG_CLI_TERMINAL_H

/**
 * From here on all that is printed on standard output has its hidden characters escaped
 * (base/visible.h). For texts; bytes that a program is to read leave otherwise.
 */
void hg_guard_output(void);

#endif
