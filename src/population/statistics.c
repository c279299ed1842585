/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/statistics.h"

#include "base/memory.h"
#include "population/environment.h"

static hg_status column(double **values, int64_t count)
{
    return hg_allocate(values, HG_MEMORY_STATISTICS, (size_t)count, sizeof **values);
}

hg_status hg_statistics_create(hg_statistics *statistics, int64_t genes, int64_t edges,
                               bool heritable, int64_t optima)
{
    *statistics =
        (hg_statistics){.genes = genes, .edges = edges, .optima = optima, .generation = -1};
    HG_TRY(column(&statistics->basal_mean, genes));
    HG_TRY(column(&statistics->basal_variance, genes));
    HG_TRY(column(&statistics->expression_mean, genes));
    HG_TRY(column(&statistics->expression_variance, genes));
    HG_TRY(column(&statistics->weight_mean, heritable ? edges : 0));
    HG_TRY(column(&statistics->weight_variance, heritable ? edges : 0));
    return column(&statistics->optimum, optima * genes);
}

unsigned hg_deme_series_of(const hg_config *config)
{
    unsigned series = 0;
    if (config->population.demes < 2) return 0;
    if (config->environment.tf_concentration.kind == HG_SERIES_AR1)
        series |= HG_DEME_TF_CONCENTRATION;
    if (config->environment.temperature.kind == HG_SERIES_AR1) series |= HG_DEME_TEMPERATURE;
    if (config->environment.nutrients.kind == HG_SERIES_AR1) series |= HG_DEME_NUTRIENTS;
    if (hg_optimum_wanders(config)) series |= HG_DEME_OPTIMUM;
    return series;
}

hg_status hg_statistics_create_demes(hg_statistics *statistics, int64_t demes, bool heritable,
                                     unsigned series)
{
    hg_deme_statistics *deme = &statistics->deme;
    const int64_t genes = statistics->genes, edges = heritable ? statistics->edges : 0;
    deme->demes = demes;
    HG_TRY(column(&deme->fitness_mean, demes));
    HG_TRY(column(&deme->fitness_variance, demes));
    HG_TRY(column(&deme->fitness_min, demes));
    HG_TRY(column(&deme->fitness_max, demes));
    HG_TRY(hg_allocate(&deme->parents, HG_MEMORY_STATISTICS, (size_t)demes, sizeof(int64_t)));
    HG_TRY(hg_allocate(&deme->mutations, HG_MEMORY_STATISTICS, (size_t)demes, sizeof(int64_t)));
    HG_TRY(column(&deme->stable_fraction, demes));
    HG_TRY(column(&deme->basal_mean, demes * genes));
    HG_TRY(column(&deme->basal_variance, demes * genes));
    HG_TRY(column(&deme->expression_mean, demes * genes));
    HG_TRY(column(&deme->expression_variance, demes * genes));
    HG_TRY(column(&deme->weight_mean, demes * edges));
    HG_TRY(column(&deme->weight_variance, demes * edges));
    HG_TRY(column(&deme->tf_concentration, series & HG_DEME_TF_CONCENTRATION ? demes : 0));
    HG_TRY(column(&deme->temperature, series & HG_DEME_TEMPERATURE ? demes : 0));
    HG_TRY(column(&deme->nutrients, series & HG_DEME_NUTRIENTS ? demes : 0));
    return column(&deme->optimum,
                  series & HG_DEME_OPTIMUM ? demes * statistics->optima * genes : 0);
}

static void free_demes(hg_deme_statistics *deme)
{
    hg_release(&deme->fitness_mean);
    hg_release(&deme->fitness_variance);
    hg_release(&deme->fitness_min);
    hg_release(&deme->fitness_max);
    hg_release(&deme->parents);
    hg_release(&deme->mutations);
    hg_release(&deme->stable_fraction);
    hg_release(&deme->basal_mean);
    hg_release(&deme->basal_variance);
    hg_release(&deme->expression_mean);
    hg_release(&deme->expression_variance);
    hg_release(&deme->weight_mean);
    hg_release(&deme->weight_variance);
    hg_release(&deme->tf_concentration);
    hg_release(&deme->temperature);
    hg_release(&deme->nutrients);
    hg_release(&deme->optimum);
}

void hg_statistics_free(hg_statistics *statistics)
{
    free_demes(&statistics->deme);
    hg_release(&statistics->basal_mean);
    hg_release(&statistics->basal_variance);
    hg_release(&statistics->expression_mean);
    hg_release(&statistics->expression_variance);
    hg_release(&statistics->weight_mean);
    hg_release(&statistics->weight_variance);
    hg_release(&statistics->optimum);
}
