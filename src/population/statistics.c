/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "population/statistics.h"

#include "base/memory.h"

static hg_status column(double **values, int64_t count)
{
    return hg_allocate(values, HG_MEMORY_STATISTICS, (size_t)count, sizeof **values);
}

hg_status hg_statistics_create(hg_statistics *statistics, int64_t genes, int64_t edges,
                               bool heritable, bool optimum_varies)
{
    *statistics = (hg_statistics){.genes = genes, .edges = edges, .generation = -1};
    HG_TRY(column(&statistics->basal_mean, genes));
    HG_TRY(column(&statistics->basal_variance, genes));
    HG_TRY(column(&statistics->expression_mean, genes));
    HG_TRY(column(&statistics->expression_variance, genes));
    HG_TRY(column(&statistics->weight_mean, heritable ? edges : 0));
    HG_TRY(column(&statistics->weight_variance, heritable ? edges : 0));
    return column(&statistics->optimum, optimum_varies ? genes : 0);
}

void hg_statistics_free(hg_statistics *statistics)
{
    hg_release(&statistics->basal_mean);
    hg_release(&statistics->basal_variance);
    hg_release(&statistics->expression_mean);
    hg_release(&statistics->expression_variance);
    hg_release(&statistics->weight_mean);
    hg_release(&statistics->weight_variance);
    hg_release(&statistics->optimum);
}
