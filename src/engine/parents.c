/* SPDX-License-Identifier: GPL-3.0-or-later
 * Who begets whom, and who lives on. */
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "engine/engine.h"

static bool sexual(const hg_run *run) { return run->config.mating.system == HG_MATING_SEXUAL; }

hg_status hg_parents_create(hg_run *run)
{
    const int64_t stride = run->genotypes.stride;
    HG_TRY(hg_weights_create(run));
    HG_TRY(hg_migration_create(&run->migration, &run->config));
    HG_TRY(hg_parentage_create(&run->parentage, &run->partition, run->kernels, stride,
                               sexual(run)));
    run->parentage.survival = run->config.selection.overlap;
    run->parentage.migration = run->migration.rate;
    if (run->migration.rate != NULL)
        HG_TRY(hg_fetch_create(&run->migrants, &run->partition, stride, sexual(run)));
    if (run->config.selection.overlap > 0.0)
        HG_TRY(hg_allocate(&run->lives_on, HG_MEMORY_INDIVIDUALS, (size_t)run->partition.count,
                           sizeof(bool)));
    if (!sexual(run)) return HG_OK;
    return hg_fetch_create(&run->mates, &run->partition, stride, false);
}

void hg_parents_free(hg_run *run)
{
    hg_migration_free(&run->migration);
    if (run->migrants.partition != NULL) hg_fetch_free(&run->migrants);
    if (run->mates.partition != NULL) hg_fetch_free(&run->mates);
    hg_parentage_free(&run->parentage);
    hg_weights_free(run);
    hg_release(&run->lives_on);
}

void hg_parents_settle(hg_run *run)
{
    hg_parentage_settle(&run->parentage);
    if (run->migrants.partition != NULL) hg_fetch_settle(&run->migrants);
    if (run->mates.partition != NULL) hg_fetch_settle(&run->mates);
}

static const double *genome_of_own(void *context, int64_t i)
{
    hg_run *run = context;
    if (run->genotypes.clonal) run->genotypes.shared[run->row[i]] = true;
    return hg_genome(&run->genotypes, run->row[i]);
}

/* `selection: none`: everyone is its own only child. */
static void inherit_from_self(hg_run *run)
{
    run->parentage.incoming.count = 0;
    for (int64_t j = 0; j < run->partition.count; j++) {
        run->parentage.parent[j] = run->partition.first + j;
        run->parentage.children[j] = 1;
    }
}

/* First parents from other demes, found by points. */
static void fetch_migrants(hg_run *run)
{
    hg_fetch *migrants = &run->migrants;
    const int32_t *row = run->genotypes.clonal ? run->row : NULL;
    hg_draw_migrants(migrants, &run->parentage, &run->migration, run->config.run.seed,
                     run->lineage);
    hg_fetch_points(migrants, &run->parentage, hg_weights(run), run->genotypes.genome, row);
    if (run->genotypes.clonal) hg_fetch_settle(migrants); /* rows are about to be reused */
    for (int64_t j = 0; j < run->partition.count; j++) {
        if (migrants->parent[j] < 0) continue;
        run->parentage.parent[j] = migrants->parent[j];
        if (migrants->low == NULL) continue;
        run->parentage.low[j] = migrants->low[j];
        run->parentage.high[j] = migrants->high[j];
    }
}

/* Survivors are their own parents. */
static void note_survivors(hg_run *run)
{
    for (int64_t j = 0; j < run->partition.count; j++) {
        run->lives_on[j] = hg_parentage_survives(&run->parentage, run->config.run.seed,
                                                 run->lineage, run->partition.first + j);
        if (!run->lives_on[j]) continue;
        run->parentage.parent[j] = run->partition.first + j;
        /* who lives on is no offspring of its own; in a draw it has never been one */
        if (run->config.selection.scheme == HG_SELECTION_NONE) run->parentage.children[j] = 0;
    }
}

hg_status hg_find_parents(hg_run *run)
{
    const uint64_t seed = run->config.run.seed;
    double since = hg_clock();
    if (run->config.selection.scheme == HG_SELECTION_NONE) {
        inherit_from_self(run);
        if (run->lives_on != NULL) note_survivors(run); /* they do not mutate */
        return HG_OK;
    }
    HG_TRY(hg_weigh(run));
    const double *weight = hg_weights(run);
    hg_parentage_cumulate(&run->parentage, hg_block_weights(run), run->block_spacing, seed,
                          run->lineage);
    hg_parentage_match(&run->parentage, weight, seed, run->lineage, genome_of_own, run);
    if (run->migration.rate != NULL) fetch_migrants(run);
    if (sexual(run)) {
        if (!run->config.mating.selfing) hg_parentage_leave_out(&run->parentage, weight);
        hg_draw_mates(&run->mates, &run->parentage, &run->migration, run->parentage.parent,
                      run->parentage.low, run->parentage.high, run->config.mating.selfing, seed,
                      run->lineage);
        hg_fetch_points(&run->mates, &run->parentage, weight, run->genotypes.genome, NULL);
    }
    if (run->lives_on != NULL) note_survivors(run);
    hg_run_note(run, HG_PHASE_REPRODUCTION, &since);
    return HG_OK;
}
