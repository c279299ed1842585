/* SPDX-License-Identifier: GPL-3.0-or-later
 * The part of fitness that compares all individuals of a deme: components `pareto`. */
#include "base/memory.h"
#include "engine/engine.h"

static bool is_pareto(const hg_config *config, int64_t component)
{
    return config->fitness[component].model == HG_FITNESS_PARETO;
}

hg_status hg_pareto_create(hg_run *run)
{
    const hg_config *config = &run->config;
    const size_t count = (size_t)run->partition.count;
    for (int64_t i = 0; i < config->fitness_count; i++) run->paretos += is_pareto(config, i);
    if (run->paretos == 0) return HG_OK;
    HG_TRY(hg_allocate(&run->pareto, HG_MEMORY_PHENOTYPES, (size_t)run->paretos,
                       sizeof *run->pareto));
    HG_TRY(hg_allocate(&run->dominators, HG_MEMORY_INDIVIDUALS, count, sizeof *run->dominators));
    hg_pareto *pareto = run->pareto;
    for (int64_t i = 0; i < config->fitness_count; i++) {
        if (!is_pareto(config, i)) continue;
        pareto->gene = config->fitness[i].genes;
        pareto->genes = config->fitness[i].gene_count;
        HG_TRY(hg_dominance_create(&pareto->dominance, &run->partition, run->kernels,
                                   pareto->genes));
        pareto++;
    }
    return HG_OK;
}

void hg_pareto_free(hg_run *run)
{
    for (int64_t p = 0; run->pareto != NULL && p < run->paretos; p++)
        if (run->pareto[p].dominance.partition != NULL)
            hg_dominance_free(&run->pareto[p].dominance);
    hg_release(&run->pareto);
    hg_release(&run->dominators);
}

void hg_pareto_note(hg_run *run, int64_t own, const double *expression)
{
    for (int64_t p = 0; p < run->paretos; p++) {
        const hg_pareto *pareto = &run->pareto[p];
        double *value = hg_dominance_values(&run->pareto[p].dominance);
        for (int64_t k = 0; k < pareto->genes; k++)
            value[k * run->partition.count + own] = expression[pareto->gene[k]];
    }
}

/* Of clones, which share their expression; others noted theirs when they developed. */
static void note_clones(hg_run *run)
{
#pragma omp parallel for schedule(static) num_threads(run->threads)
    for (int64_t i = 0; i < run->partition.count; i++)
        hg_pareto_note(run, i, hg_expression(&run->genotypes, run->row[i]));
}

void hg_pareto_weigh(hg_run *run)
{
    if (run->paretos == 0) return;
    if (run->genotypes.clonal) note_clones(run);
    for (int64_t p = 0; p < run->paretos; p++) {
        hg_dominance_count(&run->pareto[p].dominance, run->threads, run->dominators);
#pragma omp parallel for schedule(static) num_threads(run->threads)
        for (int64_t i = 0; i < run->partition.count; i++) {
            const double before = p == 0 ? run->genotypes.fitness[run->row[i]] : run->fitness[i];
            run->fitness[i] = before / (1.0 + (double)run->dominators[i]);
        }
    }
}
