/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/descent.h"

#include <inttypes.h>
#include <math.h>

#include "base/memory.h"

/* Genotypes: basal levels, then weights. */
typedef struct walk {
    hg_inheritance *inheritance;
    const hg_snapshots *snapshots;
    const int64_t *descent;
    int64_t levels, weights; /* values of an individual; 0 where they are not recorded */
    double *own, *inherited; /* the ancestor's genotype, and what it would be without mutation */
    double *parent[2];       /* its parents' */
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

/* One set of an offspring's genes: a gene travels with its level and its incoming edges. */
static void take_genes(const walk *on, int64_t set, const int32_t from[2], int64_t first_parent)
{
    const hg_inheritance *by = on->inheritance;
    const int64_t ploidy = by->config.population.ploidy;
    for (int64_t k = set; k < on->levels + on->weights; k += ploidy) {
        const bool level = k < on->levels;
        const int64_t locus = (level ? k : k - on->levels) / ploidy;
        const int64_t gene = level ? locus : by->network.target[locus];
        const int32_t genome = from[0] == from[1] ? from[0] : from[by->origin[gene]];
        const double *parent = on->parent[genome / ploidy != first_parent];
        on->inherited[k] = parent[k - set + genome % ploidy];
    }
}

static hg_status inherit(const walk *on, int64_t snapshot, const hg_descent_step *step)
{
    hg_inheritance *by = on->inheritance;
    const int64_t ploidy = by->config.population.ploidy;
    int64_t parent[2];
    HG_TRY(hg_ancestry_parents_of(by->ancestry, step->generation, step->individual, &parent[0],
                                  &parent[1]));
    HG_TRY(read_genotype(on, snapshot - 1, parent[0], on->parent[0]));
    if (parent[1] >= 0) HG_TRY(read_genotype(on, snapshot - 1, parent[1], on->parent[1]));
    for (int64_t set = 0; set < ploidy; set++) {
        int32_t from[2];
        HG_TRY(hg_inheritance_find(by, step->generation, step->individual * ploidy + set, from));
        take_genes(on, set, from, parent[0]);
    }
    return HG_OK;
}

/* What the ancestor in `snapshot` would be without mutations since the snapshot before; false in
 * step->told where that cannot be said. */
static hg_status read_inherited(const walk *on, int64_t snapshot, hg_descent_step *step)
{
    const int64_t before = on->snapshots->generation[snapshot - 1];
    const bool sexual = on->inheritance->ancestry->sexual;
    step->told = !sexual || before == step->generation - 1;
    if (!step->told) return HG_OK;
    return sexual ? inherit(on, snapshot, step)
                  : read_genotype(on, snapshot - 1, on->descent[before], on->inherited);
}

static void compare(const walk *on, hg_descent_step *step)
{
    const int64_t ploidy = on->inheritance->config.population.ploidy;
    for (int64_t k = 0; k < on->levels + on->weights; k++) {
        if (on->own[k] == on->inherited[k]) continue;
        const bool of_weight = k >= on->levels;
        step->change[step->changes++] = (hg_allele_change){
            of_weight, (of_weight ? k - on->levels : k) / ploidy, (int)(k % ploidy),
            on->inherited[k], on->own[k]};
    }
}

static hg_status take_step(const walk *on, int64_t snapshot, hg_descent_step *step)
{
    const hg_snapshots *snapshots = on->snapshots;
    if (width_of(&snapshots->fitness) == 1)
        HG_TRY(hg_snapshots_read(snapshots, &snapshots->fitness, snapshot, step->individual, 1,
                                 &step->fitness));
    if (on->levels + on->weights == 0 || snapshot == 0) return HG_OK;
    HG_TRY(read_inherited(on, snapshot, step));
    if (!step->told) return HG_OK;
    HG_TRY(read_genotype(on, snapshot, step->individual, on->own));
    compare(on, step);
    return HG_OK;
}

static hg_status allocate(walk *on)
{
    const size_t values = (size_t)(on->levels + on->weights);
    double **const genotypes[] = {&on->own, &on->inherited, &on->parent[0], &on->parent[1]};
    for (int k = 0; k < 4; k++)
        HG_TRY(hg_allocate(genotypes[k], HG_MEMORY_OTHER, values, sizeof(double)));
    return hg_allocate(&on->change, HG_MEMORY_OTHER, values, sizeof *on->change);
}

/* The snapshots' individuals, genes and edges are those of the run file and the network. */
static hg_status check_shapes(const walk *on)
{
    const hg_inheritance *by = on->inheritance;
    const hg_snapshots *snapshots = on->snapshots;
    const int ploidy = by->config.population.ploidy;
    const bool fits =
        (snapshots->individuals == 0 || snapshots->individuals == by->ancestry->individuals) &&
        (on->levels == 0 ||
         (snapshots->basal.alleles == ploidy && snapshots->basal.loci == by->network.genes)) &&
        (on->weights == 0 ||
         (snapshots->weight.alleles == ploidy && snapshots->weight.loci == by->network.edges));
    if (fits) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "%s: /snapshots does not go with the run file in it",
                   snapshots->results->path);
}

hg_status hg_descent_walk(hg_inheritance *inheritance, const hg_snapshots *snapshots,
                          const int64_t *descent, hg_descent_visitor *visit, void *context)
{
    walk on = {.inheritance = inheritance, .snapshots = snapshots, .descent = descent,
               .levels = width_of(&snapshots->basal), .weights = width_of(&snapshots->weight)};
    HG_TRY(check_shapes(&on));
    hg_status status = allocate(&on);
    for (int64_t s = 0; s < snapshots->count && status == HG_OK; s++) {
        const int64_t generation = snapshots->generation[s];
        if (generation > inheritance->ancestry->last) break;
        hg_descent_step step = {.generation = generation, .individual = descent[generation],
                                .fitness = NAN, .change = on.change};
        status = take_step(&on, s, &step);
        if (status == HG_OK) status = visit(context, &step);
    }
    hg_release(&on.own);
    hg_release(&on.inherited);
    hg_release(&on.parent[0]);
    hg_release(&on.parent[1]);
    hg_release(&on.change);
    return status;
}
