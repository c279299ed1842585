/* SPDX-License-Identifier: GPL-3.0-or-later
 * happygene verify: theory against this program on this machine. All ranks take part. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/visible.h"
#include "cli/cli.h"
#include "theory/theory.h"

enum { MOST_EXPERIMENTS = 64 };
static const uint64_t most_seed = 1000000000000; /* seeds of runs are derived from it */

typedef struct verify_options {
    const char *experiment[MOST_EXPERIMENTS], *threads, *seed;
    int experiments, quick, quiet;
} verify_options;

/* What the rows so far amount to. */
typedef struct verdict {
    const char *experiment;
    int64_t rows, differing;
    double largest; /**< |z| */
    char largest_row[96];
} verdict;

static bool conducts_all(const verify_options *options) { return options->experiments == 0; }

static bool is_wanted(const verify_options *options, const char *name)
{
    for (int i = 0; i < options->experiments; i++)
        if (strcmp(options->experiment[i], name) == 0) return true;
    return conducts_all(options);
}

static hg_status check_names(const verify_options *options)
{
    const char *names[MOST_EXPERIMENTS];
    int count = 0;
    for (; count < MOST_EXPERIMENTS && hg_experiments[count].name != NULL; count++)
        names[count] = hg_experiments[count].name;
    for (int i = 0; i < options->experiments; i++) {
        const char *asked = options->experiment[i], *nearest = hg_text_nearest(asked, names, count);
        bool found = false;
        for (int e = 0; e < count; e++) found |= strcmp(asked, names[e]) == 0;
        if (found) continue;
        return hg_fail(HG_USAGE, "verify: there is no experiment '%s'%s%s%s; 'happygene help "
                       "verify' lists them", asked, nearest != NULL ? " (did you mean '" : "",
                       nearest != NULL ? nearest : "", nearest != NULL ? "'?)" : "");
    }
    return HG_OK;
}

static hg_status parse(int count, char **words, verify_options *options, hg_theory *theory)
{
    const hg_option table[] = {
        {.name = "--quick", .count = &options->quick},
        {.name = "--seed", .argument = "N", .value = &options->seed},
        {.name = "--threads", .argument = "N", .value = &options->threads},
        {.name = "--quiet,-q", .count = &options->quiet},
    };
    HG_TRY(hg_options_parse(&hg_command_verify, count, words, table, sizeof table / sizeof *table,
                            options->experiment, 0, MOST_EXPERIMENTS, &options->experiments));
    HG_TRY(check_names(options));
    if (options->threads != NULL) HG_TRY(hg_options_threads(options->threads, &theory->threads));
    if (options->seed != NULL &&
        (!hg_unsigned_parse(options->seed, &theory->seed) || theory->seed > most_seed))
        return hg_fail(HG_USAGE, "--seed %s: allowed: 0 to %" PRIu64, options->seed, most_seed);
    theory->quick = options->quick > 0;
    return HG_OK;
}

/* --- the table -------------------------------------------------------------------------------- */

static void print_head(void)
{
    printf("%-15s %-46s %13s %13s %11s %9s %7s  %-8s %s\n", "experiment", "quantity", "predicted",
           "measured", "std. error", "resolves", "z", "verdict", "remarks");
}

/* The least error of the engine that a row is sure to notice, as most |z| leave room for accidents:
 * as a share of what is predicted, or absolute, in parentheses, where that is 0. */
static void describe_power(const hg_theory_row *row, char text[16])
{
    const double least = row->exact ? row->error : HG_THEORY_MOST_Z * row->error;
    if (row->predicted == 0.0) snprintf(text, 16, "(%.2g)", least);
    else snprintf(text, 16, "%.2g%%", 100.0 * least / fabs(row->predicted));
}

/* Numbers as long as their error makes sense of them, within reason. */
static void print_row(const char *experiment, const hg_theory_row *row)
{
    char power[16];
    printf("%-15s %-46s %13.7g %13.7g ", experiment, row->quantity, row->predicted, row->measured);
    describe_power(row, power);
    if (row->exact) printf("%11s %9s %7s", "exact", power, "-");
    else printf("%11.2g %9s %+7.2f", row->error, power, row->z);
    printf("  %-8s%s%s\n", row->agrees ? "agrees" : "DIFFERS", row->note[0] != '\0' ? " " : "",
           row->note);
}

static void take_row(void *context, const hg_theory_row *row)
{
    verdict *all = context;
    all->rows++;
    all->differing += !row->agrees;
    if (!row->exact && !(fabs(row->z) <= all->largest)) {
        all->largest = fabs(row->z);
        snprintf(all->largest_row, sizeof all->largest_row, "%s: %s", all->experiment,
                 row->quantity);
    }
    if (hg_rank() != 0) return;
    print_row(all->experiment, row);
    fflush(stdout);
}

static hg_status conclude(const verdict *all)
{
    if (hg_rank() == 0)
        printf("%" PRId64 " rows, %" PRId64 " of them differing; largest |z| %.2f (%s)\n",
               all->rows, all->differing, all->largest, all->largest_row);
    if (all->differing == 0) return HG_OK;
    return hg_fail(HG_DIFFERENT, "verify: %" PRId64 " of %" PRId64 " rows differ from what theory "
                   "says by more than %g standard errors", all->differing, all->rows,
                   HG_THEORY_MOST_Z);
}

static hg_status conduct(const verify_options *options, hg_theory *theory, verdict *all)
{
    const bool tells = hg_rank() == 0 && options->quiet == 0;
    const double started = hg_clock();
    if (hg_rank() == 0) print_head();
    for (int i = 0; hg_experiments[i].name != NULL; i++) {
        all->experiment = hg_experiments[i].name;
        if (!is_wanted(options, all->experiment)) continue;
        if (tells)
            hg_tell("happygene: %s: %s (%.0f s)\n", all->experiment,
                    hg_experiments[i].checks, hg_clock() - started);
        HG_TRY(hg_experiment_conduct(theory, i));
    }
    all->experiment = "all";
    hg_experiments_conclude(theory);
    if (tells) hg_tell("happygene: %.1f s\n", hg_clock() - started);
    return conclude(all);
}

static hg_status command_verify(int count, char **words)
{
    verify_options options = {.quick = 0};
    verdict all = {.experiment = ""};
    hg_theory theory = {.seed = 1, .report = take_row, .context = &all};
    HG_TRY(parse(count, words, &options, &theory));
    HG_TRY(hg_initialize(NULL, NULL));
    return conduct(&options, &theory, &all);
}

const hg_command hg_command_verify = {
    .name = "verify",
    .synopsis = "verify [--quick] [--seed N] [--threads N] [EXPERIMENT]...",
    .summary = "compare this program with population genetics, on this machine",
    .text =
        "Makes runs, alone or under mpirun -n P, and compares them with what population genetics\n"
        "says: for each quantity the prediction, the measurement, its standard error, their\n"
        "difference in standard errors (z) and a verdict. `resolves` is the least error of the\n"
        "engine that makes the row differ, five standard errors: as a share of the prediction, or\n"
        "absolute, in parentheses, where that is 0. Expectations are exact for finite populations;\n"
        "the last column has the textbook's approximation where there is one. The last two rows\n"
        "test all z together. Exit code 1 when some |z| exceeds 5, which chance brings about once\n"
        "in 1.7 million rows. The numbers are the same on any number of ranks and threads.\n"
        "\n"
        "  --quick       smaller runs: about a minute on 2 cores instead of some minutes\n"
        "  --seed N      other random numbers; default 1\n"
        "  --threads N   threads per rank, as for run\n"
        "  -q, --quiet   no progress\n"
        "\n"
        "Experiments (default: all):\n"
        "  fixation        a new mutant takes over (Kimura 1962)\n"
        "  heterozygosity  its decay by drift (Wright 1931)\n"
        "  parents         shared parents; selection differential (Price 1970)\n"
        "  unequal-demes   parents in demes of very different fitness (Price 1970)\n"
        "  mates           second parents\n"
        "  migrants        where parents come from (Wright 1931)\n"
        "  coalescence     time to common ancestors (Kingman 1982)\n"
        "  islands         the same within and between demes, F_ST (Slatkin 1991)\n"
        "  neutral-trait   variance between mutation and drift (Lynch & Hill 1986)\n"
        "  regression      the same with regression mutation (Zeng & Cockerham 1993)\n"
        "  balance         variance between mutation and selection (Lande 1976)\n"
        "  response        response to Gaussian selection (Lande 1976)\n"
        "  load            mutation load (Haldane 1937, Haigh 1978)\n"
        "  crossovers      which parent each gene comes from (Haldane 1919)\n"
        "  linkage         linkage disequilibrium (Hill & Robertson 1968)\n"
        "  diploids        drift, segregation and crossovers with two alleles (Wright 1931)\n"
        "  mutations       independence of sites and steps\n"
        "  development     sigmoid networks (Rünneburger & Le Rouzic 2016)\n"
        "  ranks           tournament and truncation (Blickle & Thiele 1996)\n"
        "  classes         the same in few classes of fitness, and of Pareto fronts\n"
        "  equals          the same where all are equally fit: drift alone (Kingman 1982)\n"
        "  founders        alleles and weights of generation 0, random networks\n"
        "  mutants         what mutants are like by each law; edges and genes that come and go\n"
        "  inheritance     whose alleles and weights an offspring has\n"
        "  migration       matrix, line and ring (Kimura & Weiss 1964)\n"
        "  overlap         who lives on, and who begets the others\n"
        "  series          environment and optimum in time\n"
        "  noise           developmental noise\n"
        "  models          expression and regulation against plain loops\n"
        "  fitness         components of fitness against plain loops\n"
        "  records         means, variances, extremes against those of the individuals\n"
        "\n"
        "Examples:\n"
        "  happygene verify --quick\n"
        "  mpirun -n 4 happygene verify --seed 7 fixation linkage\n",
    .run = command_verify,
    .collective = true,
};
