/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "engine/threads.h"

/* "--output,-o" or "--output": whether `word` (of `length` bytes) is one of them. */
static bool is_called(const hg_option *option, const char *word, size_t length)
{
    for (const char *name = option->name; *name != '\0';) {
        const size_t size = strcspn(name, ",");
        if (size == length && strncmp(name, word, length) == 0) return true;
        name += size + (name[size] == ',');
    }
    return false;
}

/* Every command may be told to say less or more, also one that has nothing to say then. */
static bool is_general(const char *word, size_t length)
{
    static const hg_option general[] = {{.name = "--quiet,-q"}, {.name = "--verbose,-v"}};
    return is_called(&general[0], word, length) || is_called(&general[1], word, length);
}

static hg_status refuse_unknown(const hg_command *command, const char *word,
                                const hg_option *options, int option_count)
{
    char names[32][32];
    const char *candidates[32];
    int count = 0;
    for (int i = 0; i < option_count && count < 29; i++) {
        snprintf(names[count], sizeof names[count], "%.*s", (int)strcspn(options[i].name, ","),
                 options[i].name);
        candidates[count] = names[count];
        count++;
    }
    candidates[count++] = "--quiet";
    candidates[count++] = "--verbose";
    candidates[count++] = "--help";
    const char *nearest = hg_text_nearest(word, candidates, count);
    if (nearest != NULL)
        return hg_fail(HG_USAGE, "%s: unknown option '%s' (did you mean '%s'?)", command->name,
                       word, nearest);
    return hg_fail(HG_USAGE, "%s: unknown option '%s'; see 'happygene help %s'", command->name,
                   word, command->name);
}

static hg_status store(const hg_command *command, const hg_option *option, const char *value)
{
    if (option->values != NULL) {
        if (*option->count >= option->room)
            return hg_fail(HG_USAGE, "%s: more than %d options %s", command->name, option->room,
                           option->name);
        option->values[*option->count] = value;
    }
    if (option->value != NULL) *option->value = value;
    if (option->count != NULL) (*option->count)++;
    return HG_OK;
}

static hg_status read_option(const hg_command *command, int count, char **words, int *at,
                             const hg_option *options, int option_count)
{
    const char *word = words[*at], *equals = word[1] == '-' ? strchr(word, '=') : NULL;
    const size_t length = equals == NULL ? strlen(word) : (size_t)(equals - word);
    const hg_option *option = NULL;
    for (int i = 0; i < option_count; i++)
        if (is_called(&options[i], word, length)) option = &options[i];
    if (option == NULL && is_general(word, strlen(word))) return HG_OK;
    if (option == NULL) return refuse_unknown(command, word, options, option_count);
    if (option->argument == NULL && equals != NULL)
        return hg_fail(HG_USAGE, "%s: %.*s takes no value", command->name, (int)length, word);
    if (option->argument == NULL) return store(command, option, word);
    if (equals != NULL) return store(command, option, equals + 1);
    if (*at + 1 >= count)
        return hg_fail(HG_USAGE, "%s: %s wants %s", command->name, word, option->argument);
    return store(command, option, words[++*at]);
}

hg_status hg_options_parse(const hg_command *command, int count, char **words,
                           const hg_option *options, int option_count, const char **operands,
                           int minimum, int maximum, int *operand_count)
{
    bool options_end = false;
    *operand_count = 0;
    for (int at = 1; at < count; at++) {
        const char *word = words[at];
        if (!options_end && strcmp(word, "--") == 0) {
            options_end = true;
        } else if (!options_end && word[0] == '-' && word[1] != '\0') {
            HG_TRY(read_option(command, count, words, &at, options, option_count));
        } else if (*operand_count < maximum) {
            operands[(*operand_count)++] = word;
        } else {
            return hg_fail(HG_USAGE, "%s: '%s' is one word too many; usage: happygene %s",
                           command->name, word, command->synopsis);
        }
    }
    if (*operand_count < minimum)
        return hg_fail(HG_USAGE, "%s: a word is missing; usage: happygene %s", command->name,
                       command->synopsis);
    return HG_OK;
}

hg_status hg_options_threads(const char *text, int *threads)
{
    char *end;
    const long value = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || value < 1 || value > HG_THREADS_MOST)
        return hg_fail(HG_USAGE, "--threads %s: allowed: 1 to %d", text,
                       HG_THREADS_MOST);
    *threads = (int)value;
    return HG_OK;
}
