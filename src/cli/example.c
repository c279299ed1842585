/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/examples.h"

#define MOST_EXAMPLES 64

/* The first comment line of a run file says what it is. */
static void print_summary(const char *name, const char *text)
{
    if (strchr(name, '.') != NULL) text = "# A file that run files name.";
    while (*text != '\0' && *text != '#') {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    while (*text == '#' || *text == ' ') text++;
    printf("%-16s ", name);
    fwrite(text, 1, strcspn(text, "\r\n"), stdout);
    putchar('\n');
}

static const char *text_of(int i) { return (const char *)hg_examples[i].text; }

static hg_status print_example(const char *name)
{
    const char *names[MOST_EXAMPLES];
    for (int i = 0; i < hg_example_count && i < MOST_EXAMPLES; i++) {
        names[i] = hg_examples[i].name;
        if (strcmp(name, names[i]) != 0) continue;
        fputs(text_of(i), stdout);
        return HG_OK;
    }
    const char *nearest = hg_text_nearest(name, names, hg_example_count);
    if (nearest != NULL)
        return hg_fail(HG_USAGE, "example: there is no '%s' (did you mean '%s'?)", name, nearest);
    return hg_fail(HG_USAGE, "example: there is no '%s'; 'happygene example' lists them", name);
}

static hg_status run(int count, char **words)
{
    const char *name[1];
    int operands;
    HG_TRY(hg_options_parse(&hg_command_example, count, words, NULL, 0, name, 0, 1, &operands));
    if (operands == 1) return print_example(name[0]);
    for (int i = 0; i < hg_example_count; i++) print_summary(hg_examples[i].name, text_of(i));
    return HG_OK;
}

const hg_command hg_command_example = {
    "example", "example [NAME]", "list, or print, the run files that come with happygene",
    "Without a name: the run files that come with happygene, with what each is for. With a\n"
    "name: that run file, to start your own from.\n\n"
    "Example:\n"
    "  happygene example quickstart > my.yaml\n"
    "  happygene run my.yaml\n",
    .run = run};
