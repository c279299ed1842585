/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tables that are indexed by an enumeration have no holes. */
#include "support.h"

#include "base/memory.h"
#include "io/checkpoint_internal.h"
#include "io/fields.h"
#include "model/keys.h"
#include "model/models.h"

static void is_word(const char *word) { ck_assert(word != NULL && word[0] != '\0'); }

START_TEST(datasets_are_described)
{
    for (int g = 0; g < HG_GROUPS; g++) {
        is_word(hg_group_name((hg_group)g));
        is_word(hg_group_title((hg_group)g));
    }
    for (int a = HG_AXIS_NONE + 1; a < HG_AXES; a++) {
        is_word(hg_axis_name((hg_axis)a));
        ck_assert_ptr_nonnull(hg_axis_title((hg_axis)a));
    }
    for (int i = 0; i < hg_dataset_count; i++) {
        is_word(hg_datasets[i].long_name);
        is_word(hg_type_name(hg_datasets[i].type));
        ck_assert_ptr_nonnull(hg_dataset_condition(&hg_datasets[i]));
    }
    const hg_dataset *second = hg_dataset_find(HG_GROUP_ANCESTRY, "parent2");
    ck_assert_str_eq(hg_dataset_condition(second), "where mating is sexual");
}
END_TEST

START_TEST(parts_of_a_checkpoint_are_named)
{
    for (int part = 0; part < HG_CHECKPOINT_PARTS; part++) is_word(hg_checkpoint_name(part));
}
END_TEST

START_TEST(models_are_described)
{
    const hg_model_family *const families[] = {
        &hg_expression_family, &hg_regulation_family, &hg_fitness_family, &hg_selection_family,
        &hg_mating_family, &hg_recombination_family, &hg_migration_family, &hg_mutation_family,
        &hg_distribution_family, &hg_series_family};
    for (size_t f = 0; f < sizeof families / sizeof *families; f++)
        for (int i = 0; i < families[f]->count; i++) {
            is_word(families[f]->models[i].name);
            ck_assert_ptr_nonnull(families[f]->models[i].equation);
        }
}
END_TEST

START_TEST(kinds_of_memory_are_named)
{
    for (int label = 0; label < HG_MEMORY_LABELS; label++)
        is_word(hg_label_name((hg_label)label));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tables");
    TCase *tests = tcase_create("tables");
    tcase_add_test(tests, datasets_are_described);
    tcase_add_test(tests, parts_of_a_checkpoint_are_named);
    tcase_add_test(tests, models_are_described);
    tcase_add_test(tests, kinds_of_memory_are_named);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
