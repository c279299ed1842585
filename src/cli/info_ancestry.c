/* SPDX-License-Identifier: GPL-3.0-or-later
 * The ancestors of the last generation, told to a person. */
#include "cli/info.h"

#include <inttypes.h>
#include <math.h>

#include "analysis/descent.h"
#include "analysis/lineages.h"
#include "base/memory.h"
#include "cli/chart.h"

#define LINE_WIDTH 48
#define STEPS_SHOWN 10

typedef struct teller {
    hg_text *text;
    const hg_results *results;
    const hg_config *config; /* or NULL */
    bool unicode, all;
    hg_ancestry ancestry;
    hg_lineages lineages;
    int64_t *descent;
    hg_snapshots snapshots;
    hg_inheritance inheritance;
    int64_t steps, shown, untold; /* of the walk */
    int64_t changes, sum;         /* all of them; those since the last row */
} teller;

static void label(const teller *to, const char *name) { hg_text_add(to->text, "  %-13s", name); }

/* --- lineages --------------------------------------------------------------------------------- */

/* On a logarithmic scale, or nothing but the last few generations would be seen. */
static hg_status tell_course(const teller *to)
{
    const hg_lineages *lineages = &to->lineages;
    double *course;
    const int64_t count = lineages->last + 1;
    HG_TRY(hg_allocate(&course, HG_MEMORY_OTHER, (size_t)count, sizeof *course));
    for (int64_t t = 0; t < count; t++) course[t] = log((double)lineages->count[t]);
    label(to, to->ancestry.sexual ? "ancestors" : "lineages");
    hg_text_add(to->text, "%10" PRId64 "  ", lineages->count[0]);
    hg_chart_line(to->text, course, count, 1, LINE_WIDTH, to->unicode);
    hg_text_add(to->text, "  %" PRId64 "\n", lineages->count[lineages->last]);
    hg_release(&course);
    return HG_OK;
}

/* 1, 2, 5, 10, 20, 50, ... generations ago, and the first generation. */
static void tell_counts(const teller *to)
{
    const hg_lineages *lineages = &to->lineages;
    static const int64_t factors[] = {1, 2, 5};
    label(to, "  ago");
    for (int64_t decade = 1, ago = 1; ago <= lineages->last; decade *= 10)
        for (int f = 0; f < 3 && (ago = decade * factors[f]) <= lineages->last; f++)
            hg_text_add(to->text, "%s%" PRId64 ": %" PRId64, decade == 1 && f == 0 ? "" : ", ", ago,
                        lineages->count[lineages->last - ago]);
    hg_text_add(to->text, "\n");
}

static void tell_common(const teller *to)
{
    const hg_lineages *lineages = &to->lineages;
    const int64_t individuals = to->ancestry.individuals;
    label(to, "in common");
    if (lineages->common < 0)
        hg_text_add(to->text, "no ancestor of all %" PRId64 " individuals since generation 0",
                    individuals);
    else
        hg_text_add(to->text, "individual %" PRId64 " of generation %" PRId64 ", %" PRId64
                    " generation%s ago, is %s", lineages->ancestor, lineages->common,
                    lineages->last - lineages->common,
                    lineages->last - lineages->common == 1 ? "" : "s",
                    to->ancestry.sexual ? "the first whom everybody descends from"
                                        : "everybody's ancestor");
    if (to->config != NULL && hg_lineages_are_neutral(to->config) && individuals > 1)
        hg_text_add(to->text, "; expected: %.6g",
                    hg_lineages_expected_time((double)individuals, (double)individuals));
    hg_text_add(to->text, "\n");
}

/* --- the fittest ------------------------------------------------------------------------------- */

static void add_name(const teller *to, int64_t gene)
{
    if (gene < 0 || gene >= to->inheritance.network.genes) {
        hg_text_add(to->text, "gene %" PRId64, gene);
        return;
    }
    hg_text_add_shown(to->text, to->inheritance.network.name[gene]);
}

static void add_locus(const teller *to, const hg_allele_change *change)
{
    if (!change->of_weight) {
        add_name(to, change->locus);
    } else if (change->locus < to->inheritance.network.edges) {
        add_name(to, to->inheritance.network.source[change->locus]);
        hg_text_add(to->text, " -> ");
        add_name(to, to->inheritance.network.target[change->locus]);
    } else {
        hg_text_add(to->text, "edge %" PRId64, change->locus);
    }
}

static void tell_change(const teller *to, const hg_allele_change *change)
{
    const int alleles = change->of_weight ? to->snapshots.weight.alleles
                                          : to->snapshots.basal.alleles;
    hg_text_add(to->text, "%17s", "");
    add_locus(to, change);
    if (alleles > 1) hg_text_add(to->text, ", allele %d", change->allele);
    hg_text_add(to->text, ": %.6g to %.6g\n", change->before, change->after);
}

static void tell_row(teller *to, const hg_descent_step *step)
{
    hg_text_add(to->text, "%15s%10" PRId64 " %10" PRId64, "", step->generation, step->individual);
    if (isnan(step->fitness)) hg_text_add(to->text, "            -");
    else hg_text_add(to->text, " %12.5g", step->fitness);
    if (to->untold > 0 || (!step->told && to->steps > 1)) hg_text_add(to->text, "          -\n");
    else if (to->steps == 1) hg_text_add(to->text, "\n");
    else hg_text_add(to->text, " %10" PRId64 "\n", to->sum);
    for (int64_t k = 0; to->all && k < step->changes; k++) tell_change(to, &step->change[k]);
    to->sum = to->untold = 0;
    to->shown++;
}

/* Of many snapshots some are shown, evenly spaced, and the last always. */
static hg_status tell_step(void *context, const hg_descent_step *step)
{
    teller *to = context;
    int64_t steps = to->snapshots.count;
    to->steps++;
    to->changes += step->changes;
    to->sum += step->changes;
    const bool due = to->all || steps <= STEPS_SHOWN ||
                     (to->steps - 1) * (STEPS_SHOWN - 1) / (steps - 1) >= to->shown;
    if (due) tell_row(to, step);
    else if (!step->told && to->steps > 1) to->untold++;
    return HG_OK;
}

static void tell_fittest_itself(const teller *to, int64_t fittest)
{
    label(to, "the fittest");
    hg_text_add(to->text, "individual %" PRId64 " of generation %" PRId64 "; its ancestors%s\n",
                fittest, to->ancestry.last,
                to->ancestry.sexual ? ", through first parents" : "");
    hg_text_add(to->text, "%15sgeneration individual      fitness    changes\n", "");
}

/* A duplication or deletion is one event, which changes several alleles. */
static bool copies_genes(const hg_config *config)
{
    return config->mutation.duplication > 0.0 || config->mutation.deletion > 0.0;
}

static void tell_sum(const teller *to)
{
    const bool recorded = to->snapshots.basal.dataset >= 0 || to->snapshots.weight.dataset >= 0;
    label(to, "changes");
    if (!recorded)
        hg_text_add(to->text, "unknown: the snapshots hold no genotypes\n");
    else if (to->ancestry.sexual && to->snapshots.count <= to->ancestry.last)
        hg_text_add(to->text, "%" PRId64 " mutations where snapshots are of successive generations; "
                    "elsewhere unknown\n", to->changes);
    else if (to->snapshots.count <= to->ancestry.last)
        hg_text_add(to->text, "%" PRId64 " alleles differ from one snapshot to the next\n",
                    to->changes);
    else if (copies_genes(&to->inheritance.config))
        hg_text_add(to->text, "%" PRId64 " alleles changed in %" PRId64 " generations, by mutation, "
                    "duplication and deletion\n", to->changes, to->ancestry.last);
    else
        hg_text_add(to->text, "%" PRId64 " mutations in %" PRId64 " generations\n", to->changes,
                    to->ancestry.last);
}

static hg_status tell_fittest(teller *to)
{
    int64_t fittest;
    HG_TRY(hg_snapshots_open(&to->snapshots, to->results));
    HG_TRY(hg_descent_fittest(&to->snapshots, to->ancestry.last, &fittest));
    if (fittest >= to->ancestry.individuals)
        return hg_fail(HG_BAD_INPUT, "%s: /snapshots has more individuals than /ancestry",
                       to->results->path);
    if (fittest < 0) {
        label(to, "the fittest");
        hg_text_add(to->text, "unknown: there is no snapshot of fitness of generation %" PRId64 "\n",
                    to->ancestry.last);
        return HG_OK;
    }
    HG_TRY(hg_inheritance_open(&to->inheritance, &to->ancestry));
    HG_TRY(hg_lineages_descent(&to->ancestry, fittest, &to->descent));
    tell_fittest_itself(to, fittest);
    HG_TRY(hg_descent_walk(&to->inheritance, &to->snapshots, to->descent, tell_step, to));
    tell_sum(to);
    return HG_OK;
}

static hg_status tell(teller *to)
{
    HG_TRY(hg_ancestry_open(&to->ancestry, to->results));
    if (to->ancestry.last < 0) return HG_OK;
    HG_TRY(hg_lineages_trace(&to->lineages, &to->ancestry));
    hg_text_add(to->text, "\nAncestors of generation %" PRId64 "\n", to->ancestry.last);
    HG_TRY(tell_course(to));
    if (to->ancestry.last > 0) tell_counts(to);
    tell_common(to);
    return tell_fittest(to);
}

hg_status hg_info_ancestry(hg_text *text, const hg_results *results, const hg_config *config,
                           bool unicode, bool all)
{
    teller to = {.text = text, .results = results, .config = config, .unicode = unicode,
                 .all = all, .ancestry = {.dataset = {-1, -1}},
                 .snapshots = {.basal = {.dataset = -1}, .weight = {.dataset = -1},
                               .fitness = {.dataset = -1}}};
    const hg_status status = tell(&to);
    hg_release(&to.descent);
    hg_inheritance_close(&to.inheritance);
    hg_snapshots_close(&to.snapshots);
    hg_lineages_free(&to.lineages);
    hg_ancestry_close(&to.ancestry);
    return status;
}
