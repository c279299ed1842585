/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writes the HDF5 files that the fuzzers begin with. usage: fuzz_seeds FOLDER */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/status.h"
#include "happygene/happygene.h"

static const char *const run_file =
    "run: {name: seed, seed: 3, generations: 6}\n"
    "population: {individuals: 9, ploidy: 2, demes: 3, initial: {basal: 1.5}}\n"
    "migration: {rate: 0.1}\n"
    "network:\n"
    "  edges: [[a, b, 0.5], [b, a, -0.25], [lac I, b, 1]]\n"
    "  weights: heritable\n"
    "expression: {model: linear}\n"
    "regulation: {model: additive}\n"
    "mating: {system: sexual}\n"
    "mutation:\n"
    "  basal: {model: gaussian, rate: 0.2, sd: 0.1}\n"
    "  weights: {model: gaussian, rate: 0.2, sd: 0.1}\n"
    "fitness: [{model: gaussian, optimum: 1, width: 1}]\n"
    "output: {ancestry: true, statistics: {every: 1}, snapshots: {every: 1}}\n";

/* A run, whole; or, given up after four generations, one with a checkpoint. */
static hg_status evolve(const char *path, bool whole)
{
    const char *set[] = {whole ? "checkpoint.every=0" : "checkpoint.every=2"};
    const hg_run_options options = {.output = path, .replace = true, .threads = 1, .set = set,
                                    .set_count = 1, .kernels = "baseline"};
    hg_run *run;
    hg_status status = hg_run_create_from_text(&run, "seed.yaml", run_file, &options);
    if (status != HG_OK) return status;
    status = hg_run_advance(run, whole ? 6 : 4);
    if (status == HG_OK && whole) status = hg_run_finish(run);
    hg_run_destroy(&run);
    return status;
}

int main(int count, char **words)
{
    char path[4096];
    if (count != 2 || hg_initialize(NULL, NULL) != HG_OK) return 2;
    mkdir(words[1], 0777);
    hg_status status = HG_OK;
    for (int whole = 0; whole < 2 && status == HG_OK; whole++) {
        snprintf(path, sizeof path, "%s/%s", words[1], whole ? "results" : "checkpoint");
        mkdir(path, 0777);
        strcat(path, "/sound.h5");
        status = evolve(path, whole);
    }
    if (status != HG_OK) fprintf(stderr, "fuzz_seeds: %s\n", hg_error_message());
    hg_finalize();
    return (int)status;
}
