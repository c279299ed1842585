/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/descent.h"

#include <inttypes.h>
#include <math.h>

#include "base/memory.h"

/* The genotypes that are compared: of the ancestor, and of one or both of its parents or of the
 * ancestor in the snapshot before. Basal levels, then weights. */
typedef struct walk {
    hg_ancestry *ancestry;
    const hg_snapshots *snapshots;
    const int64_t *descent;
    int64_t levels, weights; /* values of an individual */
    double *own, *from[2];
    hg_allele_change *change;
} walk;

hg_status hg_descent_fittest(const hg_snapshots *snapshots, int64_t generation,
                             int64_t *individual)
{
    double *fitness;
    const int64_t snapshot = hg_snapshots_find(snapshots, generation);
    *individual = -1;
    if (snapshot < 0 || snapshots->fitness.dataset < 0) return HG_OK;
    if (snapshots->fitness.loci * snapshots->fitness.alleles != 1)
        return hg_fail(HG_BAD_INPUT, "%s: /snapshots/fitness: is not one number for each individual",
                       snapshots->results->path);
    HG_TRY(hg_allocate(&fitness, HG_MEMORY_OTHER, (size_t)snapshots->individuals,
                       sizeof *fitness));
    const hg_status status = hg_snapshots_read(snapshots, &snapshots->fitness, snapshot, 0,
                                               snapshots->individuals, fitness);
    int64_t best = 0;
    for (int64_t i = 1; i < snapshots->individuals; i++)
        if (fitness[i] > fitness[best]) best = i;
    hg_release(&fitness);
    if (status == HG_OK) *individual = best;
    return status;
}

static int64_t width_of(const hg_snapshot_field *field)
{
    return field->dataset < 0 ? 0 : field->loci * field->alleles;
}

static hg_status read_genotype(const walk *on, int64_t snapshot, int64_t individual,
                               double *genotype)
{
    const hg_snapshots *snapshots = on->snapshots;
    if (on->levels > 0)
        HG_TRY(hg_snapshots_read(snapshots, &snapshots->basal, snapshot, individual, 1, genotype));
    if (on->weights == 0) return HG_OK;
    return hg_snapshots_read(snapshots, &snapshots->weight, snapshot, individual, 1,
                             genotype + on->levels);
}

/* Whether an allele is none of those it may come from: of clones, the one that it replaced; of
 * recombinants, any of the same locus of the parent that gave this set. */
static bool is_new(const walk *on, int64_t at, int alleles)
{
    const double value = on->own[at];
    const int64_t locus = at - at % alleles;
    if (!on->ancestry->sexual) return value != on->from[0][at];
    if (alleles == 1) return value != on->from[0][at] && value != on->from[1][at];
    const double *from = on->from[at % alleles];
    return value != from[locus] && value != from[locus + 1];
}

static void compare(const walk *on, bool of_weight, hg_descent_step *step)
{
    const hg_snapshots *snapshots = on->snapshots;
    const int alleles = of_weight ? snapshots->weight.alleles : snapshots->basal.alleles;
    const int64_t first = of_weight ? on->levels : 0, count = of_weight ? on->weights : on->levels;
    for (int64_t k = 0; k < count; k++) {
        if (!is_new(on, first + k, alleles)) continue;
        step->change[step->changes++] = (hg_allele_change){
            of_weight, k / alleles, (int)(k % alleles),
            on->ancestry->sexual ? NAN : on->from[0][first + k], on->own[first + k]};
    }
}

/* Reads what the ancestor in `snapshot` is compared with; false in step->told where it cannot. */
static hg_status read_origin(const walk *on, int64_t snapshot, hg_descent_step *step)
{
    const int64_t before = on->snapshots->generation[snapshot - 1];
    int64_t parent[2] = {on->descent[before], -1};
    step->told = !on->ancestry->sexual || before == step->generation - 1;
    if (!step->told) return HG_OK;
    if (on->ancestry->sexual)
        HG_TRY(hg_ancestry_parents_of(on->ancestry, step->generation, step->individual, &parent[0],
                                      &parent[1]));
    if (parent[1] < 0) parent[1] = parent[0]; /* it lived on */
    for (int which = 0; which <= on->ancestry->sexual; which++)
        HG_TRY(read_genotype(on, snapshot - 1, parent[which], on->from[which]));
    return HG_OK;
}

static hg_status take_step(const walk *on, int64_t snapshot, hg_descent_step *step)
{
    const hg_snapshots *snapshots = on->snapshots;
    if (snapshots->fitness.dataset >= 0 && width_of(&snapshots->fitness) == 1)
        HG_TRY(hg_snapshots_read(snapshots, &snapshots->fitness, snapshot, step->individual, 1,
                                 &step->fitness));
    if (on->levels + on->weights == 0 || snapshot == 0) return HG_OK;
    HG_TRY(read_origin(on, snapshot, step));
    if (!step->told) return HG_OK;
    HG_TRY(read_genotype(on, snapshot, step->individual, on->own));
    compare(on, false, step);
    compare(on, true, step);
    return HG_OK;
}

static hg_status allocate(walk *on)
{
    const size_t values = (size_t)(on->levels + on->weights);
    HG_TRY(hg_allocate(&on->own, HG_MEMORY_OTHER, values, sizeof *on->own));
    for (int which = 0; which < 2; which++)
        HG_TRY(hg_allocate(&on->from[which], HG_MEMORY_OTHER, values, sizeof *on->own));
    return hg_allocate(&on->change, HG_MEMORY_OTHER, values, sizeof *on->change);
}

static hg_status check_shapes(const hg_ancestry *ancestry, const hg_snapshots *snapshots)
{
    if (snapshots->individuals == 0 || snapshots->individuals == ancestry->individuals)
        return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: /snapshots has %" PRId64 " individuals, /ancestry %" PRId64,
                   snapshots->results->path, snapshots->individuals, ancestry->individuals);
}

hg_status hg_descent_walk(hg_ancestry *ancestry, const hg_snapshots *snapshots,
                          const int64_t *descent, hg_descent_visitor *visit, void *context)
{
    walk on = {.ancestry = ancestry, .snapshots = snapshots, .descent = descent,
               .levels = width_of(&snapshots->basal), .weights = width_of(&snapshots->weight)};
    HG_TRY(check_shapes(ancestry, snapshots));
    hg_status status = allocate(&on);
    for (int64_t s = 0; s < snapshots->count && status == HG_OK; s++) {
        const int64_t generation = snapshots->generation[s];
        if (generation > ancestry->last) break;
        hg_descent_step step = {.generation = generation, .individual = descent[generation],
                                .fitness = NAN, .change = on.change};
        status = take_step(&on, s, &step);
        if (status == HG_OK) status = visit(context, &step);
    }
    hg_release(&on.own);
    hg_release(&on.from[0]);
    hg_release(&on.from[1]);
    hg_release(&on.change);
    return status;
}
