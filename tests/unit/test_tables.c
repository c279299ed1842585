/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tables that an enum indexes have no holes: a value that was added to the enum alone is NULL there. */
#include "support.h"

#include "base/memory.h"
#include "io/fields.h"
#include "model/models.h"

static bool is_word(const char *word) { return word != NULL && word[0] != '\0'; }

START_TEST(models_are_described)
{
    const hg_model_family *const families[] = {
        &hg_distribution_family, &hg_series_family, &hg_expression_family, &hg_regulation_family,
        &hg_fitness_family, &hg_selection_family, &hg_mating_family, &hg_recombination_family,
        &hg_migration_family, &hg_mutation_family};
    for (int f = 0; f < HG_COUNT_OF(families); f++) {
        ck_assert_int_gt(families[f]->count, 1);
        for (int m = 0; m < families[f]->count; m++) {
            const hg_model *model = &families[f]->models[m];
            ck_assert_msg(is_word(model->name), "family %d, model %d", f, m);
            ck_assert_msg(is_word(model->doc), "%s", model->name);
            ck_assert_msg(model->equation != NULL, "%s", model->name);
            for (int other = 0; other < m; other++)
                ck_assert_str_ne(model->name, families[f]->models[other].name);
        }
    }
}
END_TEST

START_TEST(groups_axes_and_labels_have_names)
{
    for (int g = 0; g < HG_GROUPS; g++) {
        ck_assert_msg(is_word(hg_group_name((hg_group)g)), "group %d", g);
        ck_assert_msg(is_word(hg_group_title((hg_group)g)), "group %d", g);
    }
    for (int a = 0; a < HG_AXES; a++) {
        ck_assert_msg(hg_axis_name((hg_axis)a) != NULL, "axis %d", a);
        ck_assert_msg(is_word(hg_axis_name((hg_axis)a)) == (a != HG_AXIS_NONE), "axis %d", a);
        ck_assert_msg(hg_axis_title((hg_axis)a) != NULL, "axis %d", a);
    }
    for (int l = 0; l < HG_MEMORY_LABELS; l++)
        ck_assert_msg(is_word(hg_label_name((hg_label)l)), "label %d", l);
}
END_TEST

START_TEST(datasets_are_described)
{
    ck_assert_int_gt(hg_dataset_count, 50);
    for (int i = 0; i < hg_dataset_count; i++) {
        const hg_dataset *dataset = &hg_datasets[i];
        ck_assert_msg(is_word(dataset->name), "dataset %d", i);
        ck_assert_msg(is_word(dataset->long_name), "%s", dataset->name);
        ck_assert_msg(is_word(dataset->units), "%s", dataset->name);
        ck_assert_msg(dataset->doc != NULL, "%s", dataset->name);
        ck_assert_msg(is_word(hg_type_name(dataset->type)), "%s", dataset->name);
        const char *condition = hg_dataset_condition(dataset);
        ck_assert_msg(condition != NULL, "%s", dataset->name);
        ck_assert_msg(is_word(condition) == (dataset->presence != HG_ALWAYS), "%s", dataset->name);
    }
    for (int i = 0; i < hg_attribute_count; i++)
        ck_assert_msg(is_word(hg_attributes[i].name), "attribute %d", i);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tables");
    HG_TEST(models_are_described);
    HG_TEST(groups_axes_and_labels_have_names);
    HG_TEST(datasets_are_described);
    return hg_test_run(suite, CK_NORMAL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
