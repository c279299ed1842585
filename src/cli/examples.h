/* SPDX-License-Identifier: GPL-3.0-or-later
 * The files of the folder jobs, which CMake makes a part of the program. */
#ifndef HG_CLI_EXAMPLES_H
#define HG_CLI_EXAMPLES_H

typedef struct hg_example {
    const char *name;          /**< without .yaml; networks with their folder and ending */
    const unsigned char *text; /**< ends in NUL */
} hg_example;

extern const hg_example hg_examples[];
extern const int hg_example_count;

#endif
