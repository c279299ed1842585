/* SPDX-License-Identifier: GPL-3.0-or-later
 * Completion of command lines for bash: what the texts of the commands and the table of keys say,
 * as case statements, and one function that knows how bash asks. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/examples.h"
#include "cli/page.h"
#include "model/keys.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz0123456789_-"

static void print_words(hg_words words) { printf("%.*s", (int)words.length, words.start); }

/* Takes the next word off; empty at the end, which may be a semicolon. */
static hg_words take_word(hg_words *words)
{
    while (words->length > 0 && strchr(" ,\n|", *words->start) != NULL) {
        words->start++;
        words->length--;
    }
    hg_words word = {words->start, 0};
    while (word.length < words->length && strchr(" ,\n;|", word.start[word.length]) == NULL)
        word.length++;
    words->start += word.length;
    words->length -= word.length;
    return word;
}

/* The next of "baseline, avx2 or avx512"; false at the end. */
static bool take_choice(hg_words *words, hg_words *choice)
{
    *choice = take_word(words);
    if (hg_words_are(*choice, "or")) *choice = take_word(words);
    return choice->length > 0;
}

/* Whether the words are several choices, and no sentence. */
static bool are_choices(hg_words words)
{
    hg_words choice;
    int count = 0;
    for (const char *end = words.start; take_choice(&words, &choice); end = words.start) {
        const bool parted = count == 0 || *end == ',' || strncmp(end, " or ", 4) == 0;
        if (!parted || strspn(choice.start, LOWER) < choice.length) return false;
        count++;
    }
    return count > 1;
}

static void print_choices(hg_words words)
{
    hg_words choice;
    while (take_choice(&words, &choice)) printf("%.*s ", (int)choice.length, choice.start);
}

/* --- lists of the texts ---------------------------------------------------------------------- */

static bool begins_alike(hg_words heading, hg_words word)
{
    for (size_t i = 0; i < word.length; i++)
        if (i >= heading.length || tolower(heading.start[i]) != tolower(word.start[i]))
            return false;
    return word.length >= 3; /* "T" is no table */
}

/* Whether `said` speaks of what the heading names: "figures to draw" of Figures. */
static bool speaks_of(hg_words said, hg_words heading)
{
    for (; said.length >= heading.length && heading.length > 0; said.start++, said.length--)
        if (begins_alike(said, heading)) return true;
    return false;
}

/* The words of the list whose heading begins like `word`, Experiments for EXPERIMENT, or is
 * spoken of in what is said. */
static bool print_list_of(const hg_command *command, hg_words word, hg_words said)
{
    const char *text = command->text;
    hg_part part = {0};
    hg_item item;
    bool found = false;
    while (hg_page_next(&text, &part)) {
        if (part.kind != HG_PART_LIST ||
            !(begins_alike(part.heading, word) || speaks_of(said, part.heading)))
            continue;
        while (hg_page_item(&part.lines, part.column, &item)) {
            print_choices(item.term);
            found = true;
        }
    }
    return found;
}

/* --- what follows ----------------------------------------------------------------------------- */

static bool ends_in(hg_words word, const char *end)
{
    const size_t length = strlen(end);
    return word.length >= length && strncmp(word.start + word.length - length, end, length) == 0;
}

/* What the shell is to offer for a word of the synopsis or of an option: words, or @ and the
 * endings of files; a comma at the end where several words can follow. */
static void print_offer(const hg_command *command, hg_words word)
{
    if (print_list_of(command, word, (hg_words){word.start, 0})) return;
    if (hg_words_are(word, "KEY=VALUE")) {
        printf("@set");
    } else if (hg_words_are(word, "FOLDER")) {
        printf("@folder");
    } else if (hg_words_are(word, "NAME") && strcmp(command->name, hg_command_example.name) == 0) {
        for (int i = 0; i < hg_example_count; i++) printf("%s ", hg_examples[i].name);
    } else if (hg_words_are(word, "COMMAND|keys|KEY|datasets|DATASET")) {
        printf("@help");
    } else if (memchr(word.start, '|', word.length) != NULL && ends_in(word, "pdf")) {
        printf("@png svg pdf");
    } else if (word.length >= 5 && strncmp(word.start, "FILE|", 5) == 0) {
        printf("@yaml yml h5 tsv txt xml sbml graphml");
    } else if (ends_in(word, ".h5")) {
        printf("@h5");
    } else if (hg_words_are(word, "FILE")) {
        printf("@yaml yml h5");
    } else if (word.length > 0 && islower((unsigned char)*word.start)) {
        print_choices(word);
    }
}

/* The words of the synopsis that are no options: the first that offers something counts. */
static void print_operand(const hg_command *command)
{
    const char *at = command->synopsis + strcspn(command->synopsis, " ");
    while (*at != '\0') {
        at += strspn(at, " []\n");
        const hg_words word = {at, strcspn(at, " ]\n")};
        if (word.length > 0 && *at != '-') {
            printf("    %s) offer=\"", command->name);
            print_offer(command, word);
            printf("\" ;;\n");
            return;
        }
        at += strcspn(at, "]\n"); /* an option and its argument */
    }
}

/* --- options ---------------------------------------------------------------------------------- */

typedef struct option_row {
    hg_words names[2]; /**< "-o" and "--output", or one of them */
    int count;
    hg_words argument, said;
} option_row;

static option_row read_row(const hg_item *item)
{
    option_row row = {.said = hg_words_trimmed(item->lines)};
    const char *at = item->term.start, *end = at + item->term.length;
    while (at < end && *at == '-' && row.count < 2) {
        const size_t length = strcspn(at, ", \n");
        row.names[row.count++] = (hg_words){at, at + length < end ? length : (size_t)(end - at)};
        at += row.names[row.count - 1].length;
        while (at < end && (*at == ',' || *at == ' ')) at++;
    }
    if (at < end) row.argument = (hg_words){at, (size_t)(end - at)};
    return row;
}

typedef void row_printer(const hg_command *command, const option_row *row);

static void each_option(const hg_command *command, row_printer *print)
{
    const char *text = command->text;
    hg_part part = {0};
    hg_item item;
    while (hg_page_next(&text, &part)) {
        if (part.kind != HG_PART_LIST) continue;
        while (hg_page_item(&part.lines, part.column, &item)) {
            if (item.term.length == 0 || *item.term.start != '-') continue;
            const option_row row = read_row(&item);
            print(command, &row);
        }
    }
}

static void print_name(const hg_command *command, const option_row *row)
{
    (void)command;
    print_words(row->names[row->count - 1]); /* the long one */
    putchar(' ');
}

/* "NAME", "NAME[,NAME]": one of the names that the text lists. */
static bool names_one(const option_row *row)
{
    return row->argument.length >= 4 && strncmp(row->argument.start, "NAME", 4) == 0;
}

/* "NAME[,NAME]": several words, with commas between them. */
static bool takes_list(hg_words argument)
{
    for (; argument.length >= 2; argument.start++, argument.length--)
        if (strncmp(argument.start, "[,", 2) == 0) return true;
    return false;
}

/* A row of lower-case words adds them to what the same option's other rows offer. */
static void print_argument(const hg_command *command, const option_row *row)
{
    if (row->argument.length == 0) return;
    printf("    ");
    for (int i = 0; i < row->count; i++) {
        printf("%s%s:", i > 0 ? " | " : "", command->name);
        print_words(row->names[i]);
    }
    printf(") offer+=\" ");
    const hg_words option = {row->names[row->count - 1].start + 2,
                             row->names[row->count - 1].length - 2};
    if (isupper((unsigned char)*row->argument.start) && are_choices(row->said))
        print_choices(row->said);
    else if (hg_words_are(row->argument, "FILE")) /* to be written */
        printf("@*");
    else if (!print_list_of(command, option, names_one(row) ? row->said : (hg_words){"", 0}))
        print_offer(command, row->argument);
    printf("%s\" ;;&\n", takes_list(row->argument) ? "," : "");
}

/* --- the script ----------------------------------------------------------------------------- */

static void print_lists(const hg_command *commands, int count)
{
    printf("_happygene_commands=\"");
    for (int i = 0; i < count; i++) printf("%s ", commands[i].name);
    printf("\"\n_happygene_keys=\"");
    for (int i = 0; i < hg_run_keys.count; i++)
        if (hg_run_keys.keys[i].type != HG_KEY_SECTION) printf("%s ", hg_run_keys.keys[i].path);
    printf("\"\n");
}

static void print_cases(const hg_command *commands, int count)
{
    printf("\n# COMMAND: sets `offer` to its options\n_happygene_options()\n{\n    case $1 in\n");
    for (int i = 0; i < count; i++) {
        printf("    %s) offer=\"", commands[i].name);
        each_option(&commands[i], print_name);
        printf("\" ;;\n");
    }
    printf("    esac\n    offer+=\" ");
    each_option(&hg_command_program, print_name);
    printf("\"\n}\n\n# COMMAND:OPTION: sets `offer` to what can follow; a blank: something\n"
           "_happygene_argument()\n{\n    case $1 in\n");
    for (int i = 0; i < count; i++) each_option(&commands[i], print_argument);
    printf("    esac\n}\n\n# COMMAND: sets `offer` to its operands\n_happygene_operand()\n{\n"
           "    case $1 in\n");
    for (int i = 0; i < count; i++) print_operand(&commands[i]);
    printf("    esac\n}\n");
}

static void print_values(void)
{
    printf("\n# KEY: sets `offer` to what it may be set to\n_happygene_value()\n{\n"
           "    case $1 in\n");
    for (int i = 0; i < hg_run_keys.count; i++) {
        const hg_key *key = &hg_run_keys.keys[i];
        if (key->type != HG_KEY_FLAG && key->type != HG_KEY_MODEL && key->type != HG_KEY_CHOICE)
            continue;
        printf("    %s) offer=\"", key->path);
        for (int m = 0; key->type != HG_KEY_FLAG && m < key->family->count; m++)
            if (key->family->models[m].available) printf("%s ", key->family->models[m].name);
        printf("%s\" ;;\n", key->type == HG_KEY_FLAG ? "true false" : "");
    }
    printf("    esac\n}\n");
}

/* bash makes a word of each `=`: --set run.seed=7 is four. */
static const char script[] =
    "\n"
    "# OFFER WORD: fills COMPREPLY\n"
    "_happygene_reply()\n"
    "{\n"
    "    local name ending endings\n"
    "    case $1 in\n"
    "    *@set) mapfile -t COMPREPLY < <(compgen -S = -W \"$_happygene_keys\" -- \"$2\")\n"
    "        compopt -o nospace 2>/dev/null ;;\n"
    "    *@help) mapfile -t COMPREPLY < <(\n"
    "        compgen -W \"$_happygene_commands keys datasets $_happygene_keys\" -- \"$2\") ;;\n"
    "    *,) mapfile -t COMPREPLY < <(compgen -W \"${1%,}\" -- \"${2##*,}\")\n"
    "        if [[ $2 == *,* ]]; then COMPREPLY=(\"${COMPREPLY[@]/#/${2%,*},}\"); fi ;;\n"
    "    *@*) compopt -o filenames 2>/dev/null\n"
    "        read -ra endings <<<\"${1##*@}\"\n"
    "        while IFS= read -r name; do\n"
    "            if [[ -d $name ]]; then COMPREPLY+=(\"$name\"); continue; fi\n"
    "            for ending in \"${endings[@]}\"; do\n"
    "                if [[ $name == *.$ending || $1 == *@\\* ]]; then COMPREPLY+=(\"$name\"); fi\n"
    "            done\n"
    "        done < <(compgen -f -- \"$2\") ;;\n"
    "    *) mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$2\") ;;\n"
    "    esac\n"
    "}\n"
    "\n"
    "_happygene()\n"
    "{\n"
    "    local at=$COMP_CWORD word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}\n"
    "    local key='' offer=''\n"
    "    COMPREPLY=()\n"
    "    if ((at == 1)); then\n"
    "        _happygene_reply \"$_happygene_commands --help --version\" \"$word\"\n"
    "        return\n"
    "    fi\n"
    "    if [[ $word == = ]]; then word='' at=$((at + 1)); fi\n"
    "    if [[ ${COMP_WORDS[at - 1]} == = ]]; then\n"
    "        key=${COMP_WORDS[at - 2]}\n"
    "        if [[ $key == --* ]]; then _happygene_argument \"$command:$key\"\n"
    "        else _happygene_value \"$key\"; fi\n"
    "        _happygene_reply \"$offer\" \"$word\"\n"
    "        return\n"
    "    fi\n"
    "    _happygene_argument \"$command:${COMP_WORDS[at - 1]}\"\n"
    "    if [[ -z $offer ]]; then\n"
    "        if [[ $word == -* ]]; then _happygene_options \"$command\"\n"
    "        else _happygene_operand \"$command\"; fi\n"
    "    fi\n"
    "    _happygene_reply \"$offer\" \"$word\"\n"
    "}\n"
    "complete -F _happygene happygene\n";

hg_status hg_page_print_completion(void)
{
    hg_command commands[32]; /* with their whole texts */
    char *texts[32] = {NULL};
    int count = 0;
    hg_status status = HG_OK;
    for (; hg_commands[count] != NULL && status == HG_OK; count++) {
        commands[count] = *hg_commands[count];
        status = hg_page_text(hg_commands[count], &texts[count]);
        commands[count].text = texts[count];
    }
    if (status == HG_OK) {
        printf("# SPDX-License-Identifier: GPL-3.0-or-later\n"
               "# bash completion of happygene; made by: happygene help --completion\n\n");
        print_lists(commands, count);
        print_cases(commands, count);
        print_values();
        fputs(script, stdout);
    }
    for (int i = 0; i < count; i++) hg_release(&texts[i]);
    return status;
}
