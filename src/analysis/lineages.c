/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/lineages.h"

#include <math.h>

#include "base/memory.h"

/* What tracing needs besides the counts. */
typedef struct trace {
    int32_t *ancestor; /* [count] of the generation reached, each once */
    bool *seen;        /* [individuals] */
    int64_t count;
} trace;

static void note(trace *to, int32_t parent, int32_t *list, int64_t *count)
{
    if (parent < 0 || to->seen[parent]) return;
    to->seen[parent] = true;
    list[(*count)++] = parent;
}

/* From the ancestors in a generation to those in the one before. A list is never longer than the
 * population; of clones it can be replaced in place, as each has but one parent. */
static void step_clonal(trace *to, const int32_t *parent)
{
    int64_t count = 0;
    for (int64_t k = 0; k < to->count; k++)
        note(to, parent[to->ancestor[k]], to->ancestor, &count);
    for (int64_t k = 0; k < count; k++) to->seen[to->ancestor[k]] = false;
    to->count = count;
}

static void step_sexual(trace *to, const int32_t *parent, const int32_t *parent2, int32_t *next)
{
    int64_t count = 0;
    for (int64_t k = 0; k < to->count; k++) {
        note(to, parent[to->ancestor[k]], next, &count);
        note(to, parent2[to->ancestor[k]], next, &count);
    }
    for (int64_t k = 0; k < count; k++) {
        to->ancestor[k] = next[k];
        to->seen[next[k]] = false;
    }
    to->count = count;
}

static hg_status count_all(hg_lineages *lineages, hg_ancestry *ancestry, trace *to, int32_t *next)
{
    for (int64_t t = ancestry->last; t > 0; t--) {
        const int32_t *parent, *parent2;
        if (to->count > 1 || ancestry->sexual) {
            HG_TRY(hg_ancestry_parents(ancestry, t, &parent, &parent2));
            if (ancestry->sexual) step_sexual(to, parent, parent2, next);
            else step_clonal(to, parent);
        }
        lineages->count[t - 1] = to->count; /* one lineage remains one */
        if (to->count > 1 || ancestry->sexual || lineages->common >= 0) continue;
        lineages->common = t - 1;
        lineages->ancestor = to->ancestor[0];
    }
    return HG_OK;
}

static hg_status trace_with(hg_lineages *lineages, hg_ancestry *ancestry, trace *to)
{
    const int64_t individuals = ancestry->individuals;
    const size_t room = (size_t)individuals;
    int32_t *next = NULL;
    HG_TRY(hg_allocate(&lineages->count, HG_MEMORY_OTHER, (size_t)ancestry->last + 1,
                       sizeof *lineages->count));
    HG_TRY(hg_allocate(&to->ancestor, HG_MEMORY_OTHER, room, sizeof *to->ancestor));
    HG_TRY(hg_allocate(&to->seen, HG_MEMORY_OTHER, room, sizeof *to->seen));
    if (ancestry->sexual) HG_TRY(hg_allocate(&next, HG_MEMORY_OTHER, room, sizeof *next));
    for (int64_t i = 0; i < individuals; i++) to->ancestor[i] = (int32_t)i;
    to->count = individuals;
    lineages->count[ancestry->last] = individuals;
    if (individuals == 1) {
        lineages->common = ancestry->last;
        lineages->ancestor = 0;
    }
    const hg_status status = count_all(lineages, ancestry, to, next);
    hg_release(&next);
    return status;
}

hg_status hg_lineages_trace(hg_lineages *lineages, hg_ancestry *ancestry)
{
    trace to = {NULL, NULL, 0};
    *lineages = (hg_lineages){.last = ancestry->last, .common = -1, .ancestor = -1};
    if (ancestry->last < 0) return HG_OK;
    hg_status status = trace_with(lineages, ancestry, &to);
    hg_release(&to.ancestor);
    hg_release(&to.seen);
    if (status == HG_OK && ancestry->sexual && lineages->common < 0)
        status = hg_common_ancestor(ancestry, &lineages->common, &lineages->ancestor);
    return status;
}

void hg_lineages_free(hg_lineages *lineages) { hg_release(&lineages->count); }

hg_status hg_lineages_descent(hg_ancestry *ancestry, int64_t individual, int64_t **descent)
{
    HG_TRY(hg_allocate(descent, HG_MEMORY_OTHER, (size_t)ancestry->last + 1, sizeof **descent));
    (*descent)[ancestry->last] = individual;
    hg_status status = HG_OK;
    for (int64_t t = ancestry->last; t > 0 && status == HG_OK; t--) {
        int64_t second;
        status = hg_ancestry_parents_of(ancestry, t, (*descent)[t], &(*descent)[t - 1], &second);
    }
    if (status != HG_OK) hg_release(descent);
    return status;
}

bool hg_lineages_are_neutral(const hg_config *config)
{
    return config->fitness_count == 1 && config->fitness[0].model == HG_FITNESS_NEUTRAL &&
           config->selection.scheme == HG_SELECTION_WRIGHT_FISHER &&
           config->selection.overlap == 0.0 && config->mating.system == HG_MATING_ASEXUAL &&
           config->population.demes == 1 && !config->development.inviable;
}

double hg_lineages_expected_time(double individuals, double count)
{
    return 2.0 * individuals * (1.0 - 1.0 / count);
}

void hg_lineages_expected_counts(int64_t individuals, int64_t generations, double *count)
{
    const double n = (double)individuals, stay = log1p(-1.0 / n);
    count[0] = n;
    for (int64_t t = 0; t < generations; t++) count[t + 1] = -n * expm1(count[t] * stay);
    if (individuals == 1)
        for (int64_t t = 0; t <= generations; t++) count[t] = 1.0;
}
