/* SPDX-License-Identifier: GPL-3.0-or-later
 * Development: from the alleles of a tile to its expression. */
#include "kernels/lanes/vector.h"

/* B = max(0, basal + offset) * factor (model/expression.h). */
static void promote(const hg_development *development, hg_tile *tile)
{
    tile->promoted = development->promoters_plain ? tile->basal : tile->owned_promoted;
    if (development->promoters_plain) return;
    for (int64_t g = 0; g < development->genes; g++) {
        const hg_vector offset = hg_all(development->offset[g]);
        const hg_vector factor = hg_all(development->factor[g]);
        for (int v = 0; v < HG_VECTORS; v++) {
            const int64_t at = g * HG_LANES + v * HG_WIDTH;
            const hg_vector level = hg_load(tile->basal + at) + offset;
            hg_store(tile->promoted + at, hg_max(level, hg_all(0.0)) * factor);
        }
    }
}

/* x at the start where it is not B. */
static void initialise(const hg_development *development, double *x)
{
    const bool sigmoid = development->regulation == HG_REGULATION_SIGMOID;
    for (int64_t g = 0; g < development->genes; g++) {
        const double start = sigmoid ? development->constitutive : development->initial_state[g];
        for (int v = 0; v < HG_VECTORS; v++)
            hg_store(x + g * HG_LANES + v * HG_WIDTH, hg_all(start));
    }
}

/* Marks the lanes in which no gene moved by more than the tolerance. */
static void note_stable(const hg_development *development, hg_tile *tile, const double *before,
                        const double *after)
{
    hg_vector moved[HG_VECTORS];
    for (int v = 0; v < HG_VECTORS; v++) moved[v] = hg_all(0.0);
    for (int64_t g = 0; g < development->genes; g++)
        for (int v = 0; v < HG_VECTORS; v++) {
            const int64_t at = g * HG_LANES + v * HG_WIDTH;
            const hg_vector change = hg_absolute(hg_load(after + at) - hg_load(before + at));
            moved[v] = hg_max(change, moved[v]);
        }
    for (int l = 0; l < HG_LANES; l++) {
        double largest;
        memcpy(&largest, (const char *)moved + (size_t)l * sizeof largest, sizeof largest);
        if (largest <= development->tolerance) tile->stable[l] = 1.0;
    }
}

/* Running mean and sum of squared deviations of the window's k-th step (Welford 1962). */
static void note_window(hg_tile *tile, int64_t genes, const double *x, int64_t k)
{
    const hg_vector share = hg_all(1.0 / (double)k);
    for (int64_t at = 0; at < genes * HG_LANES; at += HG_WIDTH) {
        const hg_vector now = hg_load(x + at);
        const hg_vector before = k == 1 ? now : hg_load(tile->mean + at);
        const hg_vector mean = before + (now - before) * share;
        const hg_vector spread = k == 1 ? hg_all(0.0) : hg_load(tile->spread + at);
        hg_store(tile->mean + at, mean);
        hg_store(tile->spread + at, spread + (now - before) * (now - mean));
    }
}

static void finish_window(const hg_development *development, hg_tile *tile)
{
    const hg_vector steps = hg_all((double)development->window);
    for (int64_t at = 0; at < development->genes * HG_LANES; at += HG_WIDTH)
        hg_store(tile->spread + at, hg_load(tile->spread + at) / steps);
    tile->expression = tile->mean;
    tile->instability = tile->spread;
}

void hg_prepare(const hg_development *development, hg_tile *tile, const double *const *rows,
                int count, int64_t weight_offset)
{
    hg_tile_load(tile->basal, rows, count, development->genes);
    if (development->weight == NULL && development->edges > 0) {
        const double *weights[HG_LANES];
        for (int l = 0; l < count; l++) weights[l] = rows[l] + weight_offset;
        hg_tile_load(tile->weights, weights, count, development->edges);
    }
    promote(development, tile);
}

void hg_develop(const hg_development *development, hg_tile *tile)
{
    const double *x = tile->promoted;
    if (development->regulation >= HG_REGULATION_SIGMOID) {
        initialise(development, tile->state[1]);
        x = tile->state[1];
    }
    for (int l = 0; l < HG_LANES; l++) tile->stable[l] = development->tolerance > 0.0 ? 0.0 : 1.0;
    for (int64_t step = 1; step <= development->steps; step++) {
        double *next = tile->state[(step - 1) % 2];
        hg_regulate(development, tile, x, next);
        if (development->tolerance > 0.0) note_stable(development, tile, x, next);
        const int64_t k = step - (development->steps - development->window);
        if (development->window > 1 && k >= 1) note_window(tile, development->genes, next, k);
        x = next;
        tile->expression = next;
    }
    tile->instability = NULL;
    if (development->window > 1) finish_window(development, tile);
}
