/* SPDX-License-Identifier: GPL-3.0-or-later
 * The references of the manual, docs/run-file.md and docs/output.md: the tables of keys, of models
 * and of datasets as Markdown. */
#include <stdio.h>
#include <string.h>

#include "cli/page.h"
#include "io/fields.h"

/* --- words about keys -------------------------------------------------------------------- */

const char *hg_page_default(const hg_key *key)
{
    if (key->fallback != NULL) return key->fallback;
    return key->derived != NULL ? key->derived : "required";
}

const char *hg_page_describe(hg_text *text, const hg_key *key)
{
    *text = hg_text_of(HG_MEMORY_OTHER);
    hg_key_describe(text, key);
    return text->data == NULL ? "" : text->data;
}

void hg_page_key_path(char path[HG_PATH_SIZE], const hg_key_table *table, const hg_key *key)
{
    snprintf(path, HG_PATH_SIZE, "%s%s", table->prefix, key->path);
}

/* --- keys and models --------------------------------------------------------------------- */

/* A cell of a Markdown table: no bars. */
static void print_cell(const char *words)
{
    for (; *words != '\0'; words++)
        if (*words == '|')
            printf("\\|");
        else
            putchar(*words);
}

static void print_key(const hg_key_table *table, const hg_key *key)
{
    char path[HG_PATH_SIZE];
    hg_text takes;
    hg_page_key_path(path, table, key);
    if (key->type == HG_KEY_SECTION) {
        printf("| **`%s`** | | | | %s%s |\n", path, key->doc,
               key->unavailable ? " *Not available in this version.*" : "");
        return;
    }
    const char *words = hg_page_describe(&takes, key);
    printf("| `%s` | ", path);
    print_cell(words);
    printf(" | ");
    if (key->fallback != NULL) printf("`");
    print_cell(hg_page_default(key));
    printf("%s | %s | ", key->fallback != NULL ? "`" : "", key->unit == NULL ? "1" : key->unit);
    print_cell(key->doc);
    printf("%s |\n", key->unavailable ? " *Only the default is available in this version.*" : "");
    hg_text_free(&takes);
}

static void print_models(const hg_model_family *family)
{
    printf("\n### %s: `%s`\n\n| name | equation | what |\n|---|---|---|\n", family->what,
           family->key);
    for (int i = 0; i < family->count; i++) {
        const hg_model *model = &family->models[i];
        printf("| `%s` | %s", model->name, model->equation[0] == '\0' ? "" : "`");
        print_cell(model->equation);
        printf("%s | ", model->equation[0] == '\0' ? "" : "`");
        print_cell(model->doc);
        printf("%s |\n", model->available ? "" : " *Not available in this version.*");
    }
}

void hg_page_print_key_reference(void)
{
    for (int t = 0; hg_key_tables[t] != NULL; t++) {
        const hg_key_table *table = hg_key_tables[t];
        printf("%s## Keys: %s\n\n| key | takes | default | unit | what |\n|---|---|---|---|---|\n",
               t > 0 ? "\n" : "", table->title);
        for (int i = 0; i < table->count; i++) print_key(table, &table->keys[i]);
    }
    printf("\n## Models\n");
    for (int t = 0; hg_key_tables[t] != NULL; t++)
        for (int i = 0; i < hg_key_tables[t]->count; i++) {
            const hg_key *key = &hg_key_tables[t]->keys[i];
            const bool repeated = strcmp(key->path, "mutation.weights.model") == 0;
            if (key->type == HG_KEY_MODEL && !repeated) print_models(key->family);
        }
}

/* --- datasets ---------------------------------------------------------------------------- */

static void print_dataset(const hg_dataset *dataset)
{
    printf("| `%s` | ", dataset->name);
    for (int i = 0; i < HG_RANK_MOST && dataset->axes[i] != HG_AXIS_NONE; i++)
        printf("%s%s", i > 0 ? ", " : "", hg_axis_name(dataset->axes[i]));
    printf(" | %s | %s | ", hg_type_name(dataset->type), dataset->units);
    print_cell(dataset->long_name);
    if (dataset->doc[0] != '\0') printf(". ");
    print_cell(dataset->doc);
    printf(" | %s |\n", hg_dataset_condition(dataset));
}

static void print_attributes(void)
{
    printf("### Attributes\n\n| of | attribute | type | what |\n|---|---|---|---|\n");
    for (int i = 0; i < hg_attribute_count; i++) {
        const hg_attribute *attribute = &hg_attributes[i];
        printf("| `%s` | `%s` | %s | ", attribute->object, attribute->name,
               hg_type_name(attribute->type));
        print_cell(attribute->doc);
        printf(" |\n");
    }
}

static void print_dimensions(void)
{
    printf("\n### Dimensions without values\n\n| dimension | what it counts |\n|---|---|\n");
    for (int i = 0; i < HG_AXES; i++)
        if (hg_axis_title((hg_axis)i)[0] != '\0')
            printf("| `%s` | %s |\n", hg_axis_name((hg_axis)i), hg_axis_title((hg_axis)i));
}

void hg_page_print_dataset_reference(void)
{
    print_attributes();
    for (int g = 0; g < HG_GROUPS; g++) {
        printf("\n### `/%s`: %s\n\n| dataset | dimensions | type | unit | what | only |\n"
               "|---|---|---|---|---|---|\n",
               hg_group_name((hg_group)g), hg_group_title((hg_group)g));
        for (int i = 0; i < hg_dataset_count; i++)
            if (hg_datasets[i].group == (hg_group)g) print_dataset(&hg_datasets[i]);
    }
    print_dimensions();
}
