/* SPDX-License-Identifier: GPL-3.0-or-later
 * The subcommands of happygene, one file each; main.c has the table. */
#ifndef HG_CLI_CLI_H
#define HG_CLI_CLI_H

#include <stdbool.h>

#include "base/status.h"
#include "base/text.h"

/**
 * One subcommand. `run` gets its own words (words[0] is the subcommand's name), prints
 * results to standard output and returns a status whose message main() prints to
 * standard error ("happygene: ..."), once; the status is the exit code. main() also ends MPI.
 */
typedef struct hg_command {
    const char *name;
    const char *synopsis; /**< "run FILE [-o OUT.h5] ..." */
    const char *summary;  /**< one line for the list of commands */
    const char *text;     /**< the manual: a few paragraphs, options, examples */
    hg_status (*run)(int count, char **words);
    void (*add_more)(hg_text *text); /**< what the manual adds from tables, or NULL */
    bool collective;      /**< under mpirun all ranks take part; else one speaks for all */
    bool data;            /**< what it prints is for programs: only on a terminal are characters escaped */
} hg_command;

extern const hg_command hg_command_run;
extern const hg_command hg_command_validate;
extern const hg_command hg_command_info;
extern const hg_command hg_command_export;
extern const hg_command hg_command_network;
extern const hg_command hg_command_diff;
extern const hg_command hg_command_plot;
extern const hg_command hg_command_profile;
extern const hg_command hg_command_verify;
extern const hg_command hg_command_example;
extern const hg_command hg_command_help;

/** All commands in the order of the manual, ended by NULL. */
extern const hg_command *const hg_commands[];

/** Options that commands share; parsed with hg_options_parse. */
typedef struct hg_option {
    const char *name;      /**< "--force"; a short form after a comma: "--output,-o" */
    const char *argument;  /**< "FILE" or NULL for a switch */
    const char **value;    /**< an option with an argument: the last one given */
    const char **values;   /**< or, repeatable: [count] room for all of them */
    int *count;            /**< switches and repeatable options: how often given */
    int room;              /**< of `values` */
} hg_option;

/**
 * Sorts words[1..] into options and operands ("--name=value" and "--name value", "--" ends
 * the options). HG_USAGE names an unknown option and the nearest known one, a missing
 * argument, or a number of operands outside minimum..maximum. `operands` has room for
 * `maximum` pointers; `*operand_count` is set. "--help" is handled by main(); `--quiet` and
 * `--verbose` are taken, and do nothing, where a command does not list them.
 */
hg_status hg_options_parse(const hg_command *command, int count, char **words,
                           const hg_option *options, int option_count, const char **operands,
                           int minimum, int maximum, int *operand_count);

/** The value of `--threads`: 1 to 4096, else HG_USAGE. */
hg_status hg_options_threads(const char *text, int *threads);

#endif
