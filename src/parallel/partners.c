/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parallel/partners.h"

#include <math.h>

#include "base/memory.h"
#include "random/stream.h"

/* --- who comes from where ---------------------------------------------------------- */

static bool are_neighbours(int64_t a, int64_t b, int64_t demes, bool ring)
{
    const int64_t distance = a > b ? a - b : b - a;
    return distance == 1 || (ring && distance == demes - 1);
}

/* Relative weight of deme s as a source of deme d's migrants. */
static double source_weight(const hg_config *config, int64_t d, int64_t s)
{
    const int64_t demes = config->population.demes;
    if (s == d) return 0.0;
    switch (config->migration.scheme) {
    case HG_MIGRATION_STEPPING_STONE:
        return are_neighbours(d, s, demes, config->migration.ring) ? 1.0 : 0.0;
    case HG_MIGRATION_MATRIX: return config->migration.matrix[d * demes + s];
    default: return 1.0;
    }
}

/* At the ends of a line the only neighbour gets half the rate: the other half stays home. */
static double rate_of(const hg_config *config, int64_t d)
{
    const int64_t demes = config->population.demes;
    const bool end = d == 0 || d == demes - 1;
    double others = 0.0;
    if (config->migration.scheme == HG_MIGRATION_MATRIX) {
        for (int64_t s = 0; s < demes; s++) others += source_weight(config, d, s);
        return others;
    }
    const bool half = config->migration.scheme == HG_MIGRATION_STEPPING_STONE &&
                      !config->migration.ring && end && demes > 1;
    return half ? config->migration.rate / 2.0 : config->migration.rate;
}

hg_status hg_migration_create(hg_migration *migration, const hg_config *config)
{
    const int64_t demes = config->population.demes;
    *migration = (hg_migration){.demes = demes};
    const bool matrix = config->migration.scheme == HG_MIGRATION_MATRIX;
    if (demes == 1 || (!matrix && config->migration.rate == 0.0)) return HG_OK;
    HG_TRY(hg_allocate(&migration->rate, HG_MEMORY_EXCHANGE, (size_t)demes, sizeof(double)));
    HG_TRY(hg_allocate(&migration->source, HG_MEMORY_EXCHANGE, (size_t)(demes * demes),
                       sizeof(double)));
    for (int64_t d = 0; d < demes; d++) {
        double sum = 0.0, total = 0.0;
        for (int64_t s = 0; s < demes; s++) total += source_weight(config, d, s);
        for (int64_t s = 0; s < demes; s++) {
            sum += source_weight(config, d, s);
            migration->source[d * demes + s] = total > 0.0 ? sum / total : 0.0;
        }
        migration->rate[d] = rate_of(config, d);
    }
    return HG_OK;
}

void hg_migration_free(hg_migration *migration)
{
    hg_release(&migration->rate);
    hg_release(&migration->source);
}

/* The source of a migrant into deme d; the first s whose cumulated share exceeds u. */
static int64_t source_deme(const hg_migration *migration, int64_t d, double u)
{
    const double *share = migration->source + d * migration->demes;
    int64_t last = d;
    for (int64_t s = 0; s < migration->demes; s++) {
        if (share[s] > (s > 0 ? share[s - 1] : 0.0)) last = s;
        if (u < share[s]) return s;
    }
    return last;
}

/* --- points ---------------------------------------------------------------------------- */

/* The largest double below `end`, but not below `start`. */
static double just_below(double end, double start) { return nextafter(end, start); }

/* A point of the deme that is not in the interval from low to high, the first parent's. */
static hg_point point_beside(const hg_parentage *parentage, int64_t deme, double u, double low,
                             double high)
{
    const double total = parentage->weights.total[deme], width = high - low;
    if (hg_parentage_dominates(parentage, deme, width))
        return parentage->others.total[deme] > 0.0
                   ? hg_parentage_point_of_others(parentage, deme, u)
                   : hg_parentage_point(parentage, deme, u); /* there is nobody else: it selfs */
    double point = u * (total - width);
    if (point >= low) point = fmax(point + width, high);
    if (point >= total) point = high < total ? just_below(total, 0.0) : just_below(low, 0.0);
    return hg_parentage_point_at(parentage, deme, point);
}

void hg_draw_migrants(hg_fetch *fetch, const hg_parentage *parentage,
                      const hg_migration *migration, uint64_t seed, int64_t generation)
{
    const hg_partition *partition = fetch->partition;
#pragma omp parallel for schedule(static)
    for (int64_t j = 0; j < partition->count; j++) {
        const int64_t individual = partition->first + j;
        double u;
        fetch->point[j].block = -1;
        if (hg_parentage_survives(parentage, seed, generation, individual) ||
            !hg_parentage_immigrates(parentage, seed, generation, individual, &u))
            continue;
        const int64_t deme = hg_partition_deme(partition, individual);
        const hg_stream stream = hg_stream_of(seed, HG_PURPOSE_MIGRATION, generation, individual);
        fetch->point[j] = hg_parentage_point(parentage, source_deme(migration, deme, u),
                                             hg_stream_uniform(&stream, 1));
    }
}

/* The deme that a second parent comes from. */
static int64_t mate_deme(const hg_migration *migration, int64_t own, const hg_stream *stream)
{
    if (migration->rate == NULL) return own;
    const hg_block block = hg_stream_block(stream, 1);
    if (hg_uniform_of(block.word[0]) >= migration->rate[own]) return own;
    return source_deme(migration, own, hg_uniform_of(block.word[1]));
}

void hg_draw_mates(hg_fetch *fetch, const hg_parentage *parentage, const hg_migration *migration,
                   const int64_t *first, const double *low, const double *high, bool selfing,
                   uint64_t seed, int64_t generation)
{
    const hg_partition *partition = fetch->partition;
#pragma omp parallel for schedule(static)
    for (int64_t j = 0; j < partition->count; j++) {
        const int64_t individual = partition->first + j;
        fetch->point[j].block = -1;
        if (first[j] < 0) continue;
        const hg_stream stream = hg_stream_of(seed, HG_PURPOSE_MATE, generation, individual);
        const double u = hg_stream_uniform(&stream, 0);
        const int64_t deme = mate_deme(migration, hg_partition_deme(partition, individual), &stream);
        const bool apart = selfing || deme != hg_partition_deme(partition, first[j]);
        fetch->point[j] = apart ? hg_parentage_point(parentage, deme, u)
                                : point_beside(parentage, deme, u, low[j], high[j]);
    }
}
