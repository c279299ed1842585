/* SPDX-License-Identifier: GPL-3.0-or-later
 * Result files, by everything that reads them: info, diff, plot, the repetition of a run,
 * founders. */
#include <string.h>
#include <unistd.h>

#include "analysis/genealogy.h"
#include "base/memory.h"
#include "cli/cli.h"
#include "fuzz.h"
#include "h5_edits.h"
#include "io/earlier.h"
#include "io/results.h"
#include "io/runfile.h"

#define BASE HG_FUZZ_SEEDS "/results/sound.h5"

static hg_config config; /* of the sound file, resolved */
static hg_network network;

int LLVMFuzzerInitialize(int *count, char ***words)
{
    (void)count;
    (void)words;
    char *text;
    h5_edits_load(BASE);
    FUZZ_CHECK(freopen("/dev/null", "w", stdout) != NULL, "no /dev/null");
    FUZZ_CHECK(hg_results_origin(BASE, &text, &network) == HG_OK, "%s", hg_error_message());
    FUZZ_CHECK(hg_runfile_parse(&config, BASE, text, NULL, 0) == HG_OK &&
               hg_runfile_resolve_with(&config, &network) == HG_OK, "%s", hg_error_message());
    hg_release(&text);
    return 0;
}

static void check(hg_status status, const char *what)
{
    if (status == HG_OK) return;
    FUZZ_CHECK(status == HG_BAD_INPUT || status == HG_NO_MEMORY || status == HG_DIFFERENT,
               "%s: status %d: %s", what, (int)status, hg_error_message());
    FUZZ_CHECK(hg_error_message()[0] != '\0', "%s: no message", what);
}

static void command(const hg_command *which, const char *first, const char *second)
{
    char name[16], one[64], two[256], *words[] = {name, one, two, NULL};
    snprintf(name, sizeof name, "%s", which->name);
    snprintf(one, sizeof one, "%s", first);
    snprintf(two, sizeof two, "%s", second != NULL ? second : "");
    check(which->run(second != NULL ? 3 : 2, words), which->name);
}

/* All figures, as a script; gnuplot is not asked. */
static void draw(const char *path)
{
    char words[][16] = {"plot", "", "--what", "all", "--quiet", "-o", "drawn.gp"};
    char file[64], *all[] = {words[0], file, words[2], words[3], words[4], words[5], words[6], NULL};
    snprintf(file, sizeof file, "%s", path);
    check(hg_command_plot.run(7, all), "plot");
    unlink("drawn.gp");
}

static void repeat(const char *path)
{
    char *text = NULL, *printed = NULL;
    hg_network own = {0};
    hg_config again = {0};
    hg_status status = hg_results_origin(path, &text, &own);
    if (status == HG_OK) status = hg_runfile_parse(&again, path, text, NULL, 0);
    if (status == HG_OK) status = hg_runfile_resolve_with(&again, &own);
    if (status == HG_OK) status = hg_runfile_print(&again, &printed);
    check(status, "repeat");
    hg_release(&printed);
    hg_release(&text);
    hg_config_free(&again);
    hg_network_free(&own);
}

static void found(const char *path)
{
    hg_earlier *earlier;
    const int64_t individuals = config.population.individuals;
    const size_t genes = (size_t)(network.genes * config.population.ploidy);
    const size_t edges = (size_t)(network.edges * config.population.ploidy);
    hg_status status = hg_earlier_open(&earlier, path, &config, &network);
    if (status == HG_OK) {
        double *basal = calloc((size_t)individuals * genes, sizeof *basal);
        double *weight = calloc((size_t)individuals * edges + 1, sizeof *weight);
        status = hg_earlier_read(earlier, 1, individuals - 1, basal,
                                 config.network.heritable ? weight : NULL);
        free(weight);
        free(basal);
    }
    check(status, "founders");
    hg_earlier_close(&earlier);
}

static hg_status drop_individual(void *context, int64_t generation, int64_t individual)
{
    (void)context;
    return generation < 0 || individual < 0 ? HG_BUG : HG_OK;
}

static hg_status drop_node(void *context, const hg_genealogy_node *node)
{
    (void)context;
    const bool sound = node->ago >= 0 && node->individual >= 0 && (node->set == 0 || node->set == 1) &&
                       llabs(node->shift) < network.genes &&
                       (!node->sample || (node->ago == 0 && node->shift == 0));
    return sound ? HG_OK : HG_BUG;
}

static hg_status drop_edge(void *context, int64_t left, int64_t right, int64_t parent,
                           int64_t child)
{
    (void)context;
    return left < 0 || left >= right || right > network.genes || parent <= child ? HG_BUG : HG_OK;
}

static void trace(const char *path)
{
    static const hg_genealogy_tables tables = {NULL, drop_individual, drop_node, drop_edge};
    hg_results results;
    hg_ancestry ancestry = {.dataset = {-1, -1}};
    hg_inheritance inheritance = {.ancestry = &ancestry};
    hg_status status = hg_results_open(&results, path);
    if (status == HG_OK) status = hg_ancestry_open(&ancestry, &results);
    if (status == HG_OK) status = hg_inheritance_open(&inheritance, &ancestry);
    if (status == HG_OK) status = hg_genealogy_trace(&inheritance, false, &tables);
    if (status == HG_OK) status = hg_genealogy_trace(&inheritance, true, &tables);
    check(status, "genealogy");
    hg_inheritance_close(&inheritance);
    hg_ancestry_close(&ancestry);
    hg_results_close(&results);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = h5_edits_make(data, size);
    const int64_t before = hg_memory_total().current;
    check(hg_results_recognize(path), "recognize");
    command(&hg_command_info, path, NULL);
    command(&hg_command_diff, path, BASE);
    command(&hg_command_diff, path, path);
    draw(path);
    repeat(path);
    found(path);
    trace(path);
    FUZZ_CHECK(hg_memory_total().current == before, "memory is lost");
    FUZZ_CHECK(H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL) == 0, "HDF5 objects stay open");
    return 0;
}
