/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a checkpoint of a run consists of. Fitness, phenotypes, environments and spacings are
 * functions of what is stored, and are made again; the grids of the statistics are stored, as
 * the bits of the next record depend on them.
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/memory.h"
#include "engine/engine.h"
#include "parallel/team.h"

/* The counters: these, then mutations by deme. */
enum { NEUTRAL_DRAWS, MUTATIONS, BY_DEME };

/* --- the grids -------------------------------------------------------------------------- */

static int64_t grid_count(const hg_run *run) { return 2 + 2 * run->demes.count; }

static hg_moments *grid(hg_run *run, int64_t i)
{
    if (i < 2) return i == 0 ? &run->moments_value : &run->moments_expression;
    const int64_t deme = (i - 2) / 2;
    return i % 2 == 0 ? &run->demes.value[deme] : &run->demes.expression[deme];
}

static void save_grids(hg_run *run)
{
    double *state = run->checkpoint.grids;
    uint8_t *rests = run->checkpoint.rests;
    for (int64_t i = 0; i < grid_count(run); i++) {
        const hg_moments *moments = grid(run, i);
        hg_moments_save(moments, state, rests);
        state += 2 * moments->columns;
        rests += moments->columns / HG_GRID_GROUP;
    }
}

static void restore_grids(hg_run *run, const hg_checkpoint *from)
{
    const double *state = from->grids;
    const uint8_t *rests = from->rests;
    for (int64_t i = 0; i < grid_count(run); i++) {
        hg_moments *moments = grid(run, i);
        hg_moments_restore(moments, state, rests);
        state += 2 * moments->columns;
        rests += moments->columns / HG_GRID_GROUP;
    }
}

/* --- the counters ------------------------------------------------------------------------- */

static void save_counters(hg_run *run)
{
    int64_t *counters = run->checkpoint.counters;
    counters[NEUTRAL_DRAWS] = run->neutral_draws; /* the same on all ranks */
    counters[MUTATIONS] = 0;
    for (int t = 0; t < run->threads; t++) counters[MUTATIONS] += run->worker[t].mutations;
    for (int64_t d = 0; d < run->demes.count; d++)
        counters[BY_DEME + d] = run->demes.mutations[d];
    MPI_Allreduce(MPI_IN_PLACE, counters + MUTATIONS, (int)(1 + run->demes.count), MPI_INT64_T,
                  MPI_SUM, run->partition.communicator);
}

/* The sums over all ranks become root's. */
static void restore_counters(hg_run *run, const hg_checkpoint *from)
{
    run->neutral_draws = from->counters[NEUTRAL_DRAWS];
    if (run->partition.rank != 0) return;
    run->worker[0].mutations = from->counters[MUTATIONS];
    for (int64_t d = 0; d < run->demes.count; d++)
        run->demes.mutations[d] = from->counters[BY_DEME + d];
}

/* --- all ---------------------------------------------------------------------------------- */

uint64_t hg_network_digest(const hg_network *network)
{
    uint64_t sum = hg_digest(0, (uint64_t)network->genes, NULL, 0);
    for (int64_t g = 0; g < network->genes; g++)
        sum += hg_digest(1, (uint64_t)g, network->name[g], strlen(network->name[g]));
    for (int64_t e = 0; e < network->edges; e++) {
        const int32_t ends[2] = {network->source[e], network->target[e]};
        sum += hg_digest(2, (uint64_t)e, ends, sizeof ends);
        sum += hg_digest(3, (uint64_t)e, &network->weight[e], sizeof network->weight[e]);
    }
    return sum;
}

hg_status hg_checkpointing_create(hg_run *run)
{
    hg_checkpoint *content = &run->checkpoint;
    const hg_genotypes *genotypes = &run->genotypes;
    *content = (hg_checkpoint){
        .individuals = run->partition.individuals,
        .alleles = (genotypes->genes + genotypes->edges) * genotypes->ploidy + genotypes->clonal,
        .network = hg_network_digest(&run->network), .resolved = run->resolved,
        .counter_count = BY_DEME + run->demes.count};
    for (int64_t i = 0; i < grid_count(run); i++) {
        content->grid_count += 2 * grid(run, i)->columns;
        content->rest_count += grid(run, i)->columns / HG_GRID_GROUP;
    }
    HG_TRY(hg_allocate(&content->counters, HG_MEMORY_STATISTICS, (size_t)content->counter_count,
                       sizeof *content->counters));
    HG_TRY(hg_allocate(&content->grids, HG_MEMORY_STATISTICS, (size_t)content->grid_count,
                       sizeof *content->grids));
    return hg_allocate(&content->rests, HG_MEMORY_STATISTICS, (size_t)content->rest_count, 1);
}

void hg_checkpointing_free(hg_run *run)
{
    hg_release(&run->checkpoint.counters);
    hg_release(&run->checkpoint.grids);
    hg_release(&run->checkpoint.rests);
}

/* A genome without the padding between its parts: levels, weights, its origin where clonal. */
static void pack_genome(const hg_genotypes *genotypes, int32_t row, double *packed)
{
    const double *genome = hg_genome(genotypes, row);
    const size_t levels = (size_t)(genotypes->genes * genotypes->ploidy);
    const size_t weights = (size_t)(genotypes->edges * genotypes->ploidy);
    memcpy(packed, genome, levels * sizeof *packed);
    memcpy(packed + levels, genome + genotypes->weight_offset, weights * sizeof *packed);
    if (genotypes->clonal) packed[levels + weights] = *hg_origin(genotypes, row);
}

static void give(void *context, hg_checkpoint_field field, int64_t first, int64_t count,
                 void *buffer)
{
    const hg_run *run = context;
    const int64_t own = first - run->partition.first, alleles = run->checkpoint.alleles;
    for (int64_t i = 0; i < count; i++) {
        const int64_t j = own + i;
        switch (field) {
        case HG_CHECKPOINT_GENOME:
            pack_genome(&run->genotypes, run->row[j], (double *)buffer + i * alleles);
            break;
        case HG_CHECKPOINT_PARENT: ((int64_t *)buffer)[i] = run->parentage.parent[j]; break;
        case HG_CHECKPOINT_PARENT2:
            ((int64_t *)buffer)[i] = run->mates.parent != NULL ? run->mates.parent[j] : -1;
            break;
        default: ((int8_t *)buffer)[i] = hg_has_offspring(run, j); break;
        }
    }
}

hg_status hg_checkpoint_when_due(hg_run *run)
{
    hg_stopping *stopping = &run->stopping;
    if (!stopping->checkpoint_due) return HG_OK;
    double since = hg_clock();
    const double began = since;
    const int64_t allocated = hg_memory_total().allocations;
    run->checkpoint.generation = run->generation;
    save_counters(run);
    save_grids(run);
    HG_TRY(hg_output_sync(run->output));
    HG_TRY(hg_output_image_renew(run->output));
    run->checkpoint.image = *hg_output_image_of(run->output); /* borrowed */
    HG_TRY(hg_checkpoint_write(&run->checkpoint, run->partition.communicator, run->output_path,
                               run->config.checkpoint.keep, run->partition.first,
                               run->partition.count, give, run));
    hg_run_note(run, HG_PHASE_OUTPUT, &since);
    run->meter.loop_allocations -= hg_memory_total().allocations - allocated; /* none is left */
    stopping->checkpointed = since;
    stopping->checkpoints++;
    if (since - began > stopping->checkpoint_seconds) stopping->checkpoint_seconds = since - began;
    stopping->generation_began = since; /* it is no part of the next generation */
    return HG_OK;
}

hg_status hg_checkpoint_adopt(hg_run *run, const hg_checkpoint *from)
{
    const hg_checkpoint *own = &run->checkpoint;
    if (from->counter_count != own->counter_count || from->grid_count != own->grid_count ||
        from->rest_count != own->rest_count)
        return hg_fail(HG_BUG, "the checkpoint's statistics are not those of this run");
    restore_counters(run, from);
    restore_grids(run, from);
    return HG_OK;
}
