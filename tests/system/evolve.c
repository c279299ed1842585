/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An example of the library's use, with nothing but its public header: describes a run in
 * the program itself, evolves it step by step, looks at the population on the way and
 * writes the result file named on the command line.
 *
 *     mpicc evolve.c $(pkg-config --cflags --libs happygene) -o evolve
 *     mpirun -n 2 ./evolve result.h5
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <happygene/happygene.h>

static const char run_file[] = "run: {seed: 5, generations: 40}\n"
                               "population:\n"
                               "  individuals: 301\n"
                               "  genes: 8\n"
                               "  initial: {basal: {distribution: uniform, low: 0, high: 1}}\n"
                               "fitness: [{model: gaussian, optimum: 0.8, strength: 2}]\n"
                               "mutation: {basal: {model: gaussian, rate: 0.05, sd: 0.1}}\n";

/* All ranks end together: a collective call fails with the same status on each. */
static void insist(hg_status status)
{
    if (status == HG_OK) return;
    if (hg_rank() == 0) fprintf(stderr, "evolve: %s\n", hg_error_message());
    hg_finalize();
    exit((int)status);
}

/* The rank's own individuals: whether the first one's fitness is that of its expression. */
static void look_at_individuals(hg_run *run)
{
    int64_t first, count;
    double expression[8], fitness, distance = 0.0;
    hg_run_local(run, &first, &count);
    if (count == 0) return;
    insist(hg_run_read(run, HG_EXPRESSION, first, 1, expression));
    insist(hg_run_read(run, HG_FITNESS, first, 1, &fitness));
    for (int g = 0; g < 8; g++) distance += 2.0 * (expression[g] - 0.8) * (expression[g] - 0.8);
    if (fabs(fitness - exp(-distance)) > 1e-12) {
        fprintf(stderr, "evolve: fitness %.17g, by the formula %.17g\n", fitness, exp(-distance));
        exit(HG_BUG);
    }
}

static void report(hg_run *run)
{
    hg_summary summary;
    double mean[8];
    insist(hg_run_summary(run, &summary));
    insist(hg_run_gene_statistics(run, NULL, NULL, mean, NULL));
    if (hg_rank() == 0)
        printf("generation %" PRId64 ": fitness %.17g, %s %.17g\n", summary.generation,
               summary.fitness_mean, hg_run_gene_name(run, 0), mean[0]);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: evolve RESULT.h5\n");
        return HG_USAGE;
    }
    const char *const settings[] = {"output.snapshots.every=10"};
    const hg_run_options options = {
        .output = argv[1], .replace = true, .set = settings, .set_count = 1, .threads = 1};
    hg_run *run;
    insist(hg_initialize(NULL, NULL));
    insist(hg_run_create_from_text(&run, "evolve", run_file, &options));
    while (hg_run_generation(run) < hg_run_generations(run)) {
        insist(hg_run_advance(run, 10));
        look_at_individuals(run);
        report(run);
    }
    insist(hg_run_finish(run));
    hg_run_destroy(&run);
    hg_finalize();
    return 0;
}
