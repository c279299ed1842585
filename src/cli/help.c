/* SPDX-License-Identifier: GPL-3.0-or-later
 * The manual in the terminal: commands, and every key of the run file from its table. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/page.h"
#include "io/fields.h"
#include "model/keys.h"
#include "model/models.h"

/* --- one key ------------------------------------------------------------------------------- */

static void print_models(const hg_model_family *family)
{
    for (int i = 0; i < family->count; i++) {
        const hg_model *model = &family->models[i];
        printf("  %-15s %s%s%s\n", model->name, model->equation,
               model->equation[0] == '\0' ? "" : "\n                  ", model->doc);
        if (!model->available) printf("                  Not available in this version.\n");
    }
}

/* "regulation.model=hill expression.model=hill" as a person would say it. */
static void print_conditions(const char *condition)
{
    printf("used by     ");
    for (const char *c = condition; *c != '\0';) {
        const size_t length = strcspn(c, " "), name = strcspn(c, "= ");
        printf("%s%.*s", c == condition ? "" : ", ", (int)name, c);
        if (name < length) printf(": %.*s", (int)(length - name - 1), c + name + 1);
        c += length + strspn(c + length, " ");
    }
    printf("\n");
}

static void print_key(const hg_key_table *table, const hg_key *key)
{
    char path[HG_PATH_SIZE];
    hg_text takes;
    const char *words = hg_page_describe(&takes, key);
    hg_page_key_path(path, table, key);
    printf("%s\n  %s\n\n", path, key->doc);
    printf("takes       %s\ndefault     %s\n", words, hg_page_default(key));
    if (key->unit != NULL && strcmp(key->unit, "1") != 0) printf("unit        %s\n", key->unit);
    if (key->used_by != NULL) print_conditions(key->used_by);
    if (key->unavailable)
        printf("            Only the default is available in this version.\n");
    hg_text_free(&takes);
    if (key->family != NULL) {
        printf("\n");
        print_models(key->family);
    }
}

/* --- lists of keys -------------------------------------------------------------------------- */

static void print_row(const hg_key_table *table, const hg_key *key)
{
    char path[HG_PATH_SIZE];
    hg_text takes;
    hg_page_key_path(path, table, key);
    if (key->type == HG_KEY_SECTION) {
        printf("\n%s\n  %s%s\n", path, key->doc,
               key->unavailable ? " Not available in this version." : "");
        return;
    }
    const char *words = hg_page_describe(&takes, key);
    printf("  %s\n      %s\n      %s; default: %s", path, key->doc, words,
           hg_page_default(key));
    if (key->unit != NULL && strcmp(key->unit, "1") != 0) printf("; unit: %s", key->unit);
    printf("%s\n", key->unavailable ? " (only the default is available in this version)" : "");
    hg_text_free(&takes);
}

static void print_table(const hg_key_table *table)
{
    printf("\n%s%s%s\n", table == &hg_run_keys ? "" : "In a ", table->title,
           table == &hg_run_keys ? "" : ":");
    for (int i = 0; i < table->count; i++) print_row(table, &table->keys[i]);
}

static void print_keys(void)
{
    printf("The keys of the run file. 'happygene help KEY' says more, and lists the models that a\n"
           "key chooses from.\n");
    for (int i = 0; hg_key_tables[i] != NULL; i++) print_table(hg_key_tables[i]);
}

/* --- datasets of a result -------------------------------------------------------------------- */

static void print_dataset(const hg_dataset *dataset)
{
    const char *condition = hg_dataset_condition(dataset);
    printf("  %s", dataset->name);
    for (int i = 0; i < HG_RANK_MOST && dataset->axes[i] != HG_AXIS_NONE; i++)
        printf("%s%s", i == 0 ? " [" : ", ", hg_axis_name(dataset->axes[i]));
    printf("%s %s", dataset->axes[0] != HG_AXIS_NONE ? "]" : "", hg_type_name(dataset->type));
    if (strcmp(dataset->units, "1") != 0) printf(", %s", dataset->units);
    printf("\n      %s%s%s\n", dataset->long_name, dataset->doc[0] == '\0' ? "" : ". ",
           dataset->doc);
    if (condition[0] != '\0') printf("      Only %s.\n", condition);
}

static void print_datasets(void)
{
    printf("The datasets of a result file, with their dimensions, type and unit. `allele` is\n"
           "there with population.ploidy 2 only.\n");
    for (int g = 0; g < HG_GROUPS; g++) {
        printf("\n/%s: %s\n", hg_group_name((hg_group)g), hg_group_title((hg_group)g));
        for (int i = 0; i < hg_dataset_count; i++)
            if (hg_datasets[i].group == (hg_group)g) print_dataset(&hg_datasets[i]);
    }
}

/* By its name, in every group that has one of this name, or by its path. */
static bool print_dataset_topic(const char *topic)
{
    bool found = false;
    for (int i = 0; i < hg_dataset_count; i++) {
        const hg_dataset *dataset = &hg_datasets[i];
        char path[HG_PATH_SIZE];
        snprintf(path, sizeof path, "/%s/%s", hg_group_name(dataset->group), dataset->name);
        if (strcmp(topic, dataset->name) != 0 && strcmp(topic, path) != 0 &&
            strcmp(topic, path + 1) != 0)
            continue;
        printf("%s/%s\n", found ? "\n" : "", hg_group_name(dataset->group));
        print_dataset(dataset);
        found = true;
    }
    return found;
}

/* --- topics ---------------------------------------------------------------------------------- */

static bool is_below(const char *path, const char *section)
{
    const size_t length = strlen(section);
    return strncmp(path, section, length) == 0 && path[length] == '.';
}

static void print_section(const hg_key *section)
{
    for (int i = 0; i < hg_run_keys.count; i++)
        if (&hg_run_keys.keys[i] == section || is_below(hg_run_keys.keys[i].path, section->path))
            print_row(&hg_run_keys, &hg_run_keys.keys[i]);
}

static bool print_key_topic(const char *topic)
{
    for (int t = 0; hg_key_tables[t] != NULL; t++)
        for (int i = 0; i < hg_key_tables[t]->count; i++) {
            const hg_key *key = &hg_key_tables[t]->keys[i];
            char path[HG_PATH_SIZE];
            hg_page_key_path(path, hg_key_tables[t], key);
            if (strcmp(path, topic) != 0) continue;
            if (key->type == HG_KEY_SECTION)
                print_section(key);
            else
                print_key(hg_key_tables[t], key);
            if (strcmp(topic, "fitness") == 0) {
                print_table(&hg_component_keys);
                printf("\n");
                print_models(&hg_fitness_family);
            }
            return true;
        }
    return false;
}

/* A model by its name, in every family that has one of this name. */
static bool print_model_topic(const char *topic)
{
    const hg_model_family *const families[] = {
        &hg_expression_family, &hg_regulation_family, &hg_fitness_family, &hg_selection_family,
        &hg_mating_family, &hg_recombination_family, &hg_migration_family, &hg_mutation_family,
        &hg_distribution_family, &hg_series_family};
    bool found = false;
    for (size_t f = 0; f < sizeof families / sizeof families[0]; f++)
        for (int i = 0; i < families[f]->count; i++) {
            const hg_model *model = &families[f]->models[i];
            if (strcmp(model->name, topic) != 0) continue;
            printf("%s%s (%s): %s\n  %s\n", found ? "\n" : "", model->name, families[f]->what,
                   model->equation, model->doc);
            found = true;
        }
    return found;
}

static const hg_command *find_command(const char *name)
{
    for (int i = 0; hg_commands[i] != NULL; i++)
        if (strcmp(hg_commands[i]->name, name) == 0) return hg_commands[i];
    return NULL;
}

static hg_status print_command(const hg_command *command)
{
    char *text = NULL;
    HG_TRY(hg_page_text(command, &text));
    printf("usage: happygene %s\n\n%s", command->synopsis, text);
    hg_release(&text);
    return HG_OK;
}

static hg_status refuse_topic(const char *topic)
{
    const char *names[HG_KEYS_MAXIMUM + 64];
    int count = 0;
    for (int i = 0; hg_commands[i] != NULL; i++) names[count++] = hg_commands[i]->name;
    names[count++] = "keys";
    names[count++] = "datasets";
    for (int i = 0; i < hg_run_keys.count; i++) names[count++] = hg_run_keys.keys[i].path;
    for (int i = 0; i < hg_run_keys.count; i++) {
        const char *leaf = hg_key_leaf(&hg_run_keys.keys[i]);
        if (strcmp(leaf, topic) == 0)
            return hg_fail(HG_USAGE, "help: nothing is called '%s' (did you mean '%s'?)", topic,
                           hg_run_keys.keys[i].path);
    }
    const char *nearest = hg_text_nearest(topic, names, count);
    if (nearest != NULL)
        return hg_fail(HG_USAGE, "help: nothing is called '%s' (did you mean '%s'?)", topic,
                       nearest);
    return hg_fail(HG_USAGE, "help: nothing is called '%s'; 'happygene help' lists the commands, "
                   "'happygene help keys' the keys", topic);
}

static void print_commands(void)
{
    printf("usage: happygene %s\n\n", hg_command_program.synopsis);
    for (int i = 0; hg_commands[i] != NULL; i++)
        printf("  %-10s %s\n", hg_commands[i]->name, hg_commands[i]->summary);
    printf("\n%s", hg_command_program.text);
}

/* Without a topic: the page of the program itself. */
static hg_status print_man(const char *topic)
{
    const hg_command *command = topic == NULL ? &hg_command_program : find_command(topic);
    if (command == NULL)
        return hg_fail(HG_USAGE, "help --man: '%s' is no command; 'happygene help' lists them",
                       topic);
    return hg_page_print_man(command);
}

static hg_status print_topic(const char *topic, bool markdown)
{
    const hg_command *command = find_command(topic);
    if (command != NULL) return print_command(command);
    if (strcmp(topic, "keys") == 0)
        (markdown ? hg_page_print_key_reference : print_keys)();
    else if (strcmp(topic, "datasets") == 0)
        (markdown ? hg_page_print_dataset_reference : print_datasets)();
    else if (!print_key_topic(topic) && !print_model_topic(topic) && !print_dataset_topic(topic))
        return refuse_topic(topic);
    return HG_OK;
}

static hg_status run(int count, char **words)
{
    const char *topic[1] = {NULL};
    int operands, markdown = 0, man = 0, completion = 0;
    const hg_option options[] = {{.name = "--markdown", .count = &markdown},
                                 {.name = "--man", .count = &man},
                                 {.name = "--completion", .count = &completion}};
    HG_TRY(hg_options_parse(&hg_command_help, count, words, options, 3, topic, 0, 1, &operands));
    if (man > 0) return print_man(topic[0]);
    if (operands > 0) return print_topic(topic[0], markdown > 0);
    if (completion > 0) return hg_page_print_completion();
    print_commands();
    return HG_OK;
}

const hg_command hg_command_help = {
    "help", "help [COMMAND|keys|KEY|datasets|DATASET] [--markdown] [--man] [--completion]",
    "the manual; every key of the run file, every dataset of a result",
    "Prints the manual of a command, the list of all keys of the run file, or one key or\n"
    "section with its type, range, default, unit and meaning, and the models that it chooses\n"
    "from with their equations; or the list of all datasets of a result file, or one of them.\n\n"
    "      --markdown     `keys` or `datasets` as Markdown tables\n"
    "      --man          the manual page of a command, or of the whole program, as man(1)\n"
    "                     takes it; `man -l` shows it. They are installed with the program\n"
    "      --completion   completion of command lines for bash, to be sourced; installed, too\n\n"
    "Examples:\n"
    "  happygene help run\n"
    "  happygene help keys\n"
    "  happygene help expression.k\n"
    "  happygene help regulation.model\n"
    "  happygene help datasets\n"
    "  happygene help /statistics/parents\n"
    "  source <(happygene help --completion)\n",
    .run = run};

const hg_command hg_command_program = {
    .name = "happygene",
    .synopsis = "COMMAND ...",
    .summary = "evolve populations of gene regulatory networks",
    .text =
    "happygene simulates the evolution of gene networks: individuals inherit and mutate\n"
    "expression levels or regulatory weights, develop through the network, and reproduce by\n"
    "their fitness. One YAML file describes a run, one HDF5 file is its result, which is the\n"
    "same, bit for bit, on any number of ranks and threads.\n\n"
    "Every command may be started by mpirun -n RANKS. Results go to standard output,\n"
    "everything else to standard error.\n\n"
    "  happygene help COMMAND   the manual of a command; COMMAND --help is the same\n"
    "  happygene help keys      every key of the run file\n"
    "  happygene help KEY       one key or section, and the models that it chooses from\n"
    "  happygene help datasets  every dataset of a result file\n"
    "  happygene --version      the version\n\n"
    "Options of every command:\n"
    "  -q, --quiet              say less on standard error\n"
    "  -v, --verbose            say more\n"
    "      --help               the manual of the command\n\n"
    "Exit status:\n"
    "  0   done\n"
    "  1   diff or verify found a difference\n"
    "  2   the command line is wrong, or the result exists already\n"
    "  3   nobody could reproduce; the result is complete up to that generation\n"
    "  65  a run file, a network or another input is wrong or damaged\n"
    "  70  a defect of the program\n"
    "  71  out of memory or of another resource\n"
    "  74  reading or writing failed\n"
    "  75  stopped before the end with a checkpoint: the same with --resume goes on\n\n"
    "Environment:\n"
    "  OMP_NUM_THREADS  threads of each rank; by default one for each core, fewer where a\n"
    "                   generation is little work\n"
    "  OMP_PLACES       where threads run; `cores` is a good choice on clusters\n"
    "  OMP_PROC_BIND    whether they stay there; `close` is a good choice\n"
    "  OMP_WAIT_POLICY  how threads wait; by default they try a thousand times (GOMP_SPINCOUNT)\n"
    "                   and then sleep\n\n"
    "Files:\n"
    "  NAME.h5      the result; its attribute `complete` is 1 only when the run has ended\n"
    "  NAME.ckpt    the newest checkpoint, and NAME.ckpt.1 the one before; removed at the end\n"
    "  NAME.stop    made by you, it stops the run, and is removed then\n\n"
    "Examples:\n"
    "  happygene example quickstart > my.yaml\n"
    "  happygene validate my.yaml\n"
    "  happygene run my.yaml\n"
    "  happygene info my.h5\n"
    "  mpirun -n 2 happygene run my.yaml -o other.h5\n"
    "  happygene diff my.h5 other.h5\n",
    .run = NULL,
};
