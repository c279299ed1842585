/* SPDX-License-Identifier: GPL-3.0-or-later
 * What main.c gives the commands: the list of them. */
#include <stddef.h>

#include "cli/cli.h"

const hg_command *const hg_commands[] = {&hg_command_run,  &hg_command_validate,
                                         &hg_command_info, &hg_command_export,
                                         &hg_command_network, &hg_command_plot, &hg_command_diff,
                                         NULL};
