/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/recombination.h"

#include "base/memory.h"
#include "model/models.h"
#include "random/vecmath.h"

static const hg_model models[HG_RECOMBINATION_MODELS] = {
    [HG_RECOMBINATION_UNIFORM] = {"uniform", "P(gene from the second parent) = rate",
        "Each gene comes from the second parent with probability `rate`, independently.", true},
    [HG_RECOMBINATION_MAP] = {"map", "P(crossover between neighbours) = rate",
        "Genes lie on chromosomes; a crossover falls between neighbours with probability `rate`, "
        "0.5 between chromosomes; the first gene comes from either parent.", true},
};

const hg_model_family hg_recombination_family = {"mating.recombination.model",
    "recombination model", models, HG_RECOMBINATION_MODELS};

/* Each chromosome's first gene is free of the one before. */
static bool starts_chromosome(const hg_config *config, int64_t *chromosome, int64_t *left)
{
    if (*left > 0) return false;
    *left = config->mating.chromosomes[(*chromosome)++];
    return true;
}

hg_status hg_recombination_create(hg_recombination *recombination, const hg_config *config,
                                  int64_t genes)
{
    const bool one_rate = config->mating.rate_count == 1;
    *recombination = (hg_recombination){.model = config->mating.recombination, .genes = genes,
                                        .rate = config->mating.rates[0]};
    if (recombination->model != HG_RECOMBINATION_MAP) return HG_OK;
    HG_TRY(hg_allocate(&recombination->position, HG_MEMORY_CONFIGURATION, (size_t)genes,
                       sizeof(double)));
    int64_t chromosome = 0, interval = 0, left = genes;
    if (config->mating.chromosomes != NULL) left = config->mating.chromosomes[chromosome++];
    for (int64_t g = 1; g < genes; g++) {
        left--;
        const bool free = starts_chromosome(config, &chromosome, &left);
        const double rate = free ? 0.5 : config->mating.rates[one_rate ? 0 : interval++];
        recombination->position[g] = recombination->position[g - 1] - hg_log1p(-rate);
    }
    return HG_OK;
}

void hg_recombination_free(hg_recombination *recombination)
{
    hg_release(&recombination->position);
}

/* The eight bits of a byte as eight bytes, the lowest first. */
static uint64_t spread(uint64_t bits)
{
    const uint64_t apart = (bits & 0xff) * 0x0101010101010101u & 0x8040201008040201u;
    return (apart + 0x7f7f7f7f7f7f7f7fu) >> 7 & 0x0101010101010101u;
}

/* Free recombination: a bit for each gene, 128 to a block. */
static void draw_freely(const hg_recombination *recombination, const hg_stream *stream,
                        uint32_t base, uint8_t coin, uint8_t *origin)
{
    const uint64_t turned = coin * 0x0101010101010101u;
    hg_block block = {{0, 0}};
    for (int64_t g = 0; g < recombination->genes; g += 8) {
        if (g % 128 == 0) block = hg_stream_block(stream, base + (uint32_t)(g / 128));
        const uint64_t eight = spread(block.word[g % 128 / 64] >> (g % 64)) ^ turned;
        const int64_t left = recombination->genes - g;
        for (int i = 0; i < 8 && i < left; i++) origin[g + i] = (uint8_t)(eight >> (8 * i));
    }
}

/* Any rate: 32 bits for each gene, 4 to a block. */
static void draw_at_rate(const hg_recombination *recombination, const hg_stream *stream,
                         uint32_t base, uint8_t coin, uint8_t *origin)
{
    const uint64_t threshold = (uint64_t)(recombination->rate * 0x1p32);
    hg_block block = {{0, 0}};
    for (int64_t g = 0; g < recombination->genes; g++) {
        if (g % 4 == 0) block = hg_stream_block(stream, base + (uint32_t)(g / 4));
        const uint32_t bits = (uint32_t)(block.word[g % 4 / 2] >> (32 * (g % 2)));
        origin[g] = (uint8_t)(bits < threshold) ^ coin;
    }
}

/* From one crossover to the next: an interval recombines where the Poisson process has a point
 * in it, so that several points in one interval count once. */
static void draw_along_map(const hg_recombination *recombination, const hg_stream *stream,
                           uint32_t base, uint8_t coin, uint8_t *origin)
{
    double place = 0.0;
    int64_t g = 0;
    while (g < recombination->genes) {
        place -= hg_log(hg_stream_uniform(stream, base++));
        const double *position = recombination->position;
        /* before the first step g is 0, whose position no place can fall short of */
        do origin[g++] = coin;
        while (g < recombination->genes && position[g] < place);
        if (g < recombination->genes) place = position[g];
        coin ^= 1;
    }
}

void hg_recombination_draw(const hg_recombination *recombination, const hg_stream *stream,
                           int gamete, uint8_t *origin)
{
    const uint32_t base = gamete == 1 ? 1u << 31 : 0;
    const bool map = recombination->model == HG_RECOMBINATION_MAP;
    uint8_t coin = 0;
    if (gamete >= 0 || map)
        coin = (uint8_t)(hg_stream_block(stream, base + (1u << 30)).word[0] & 1);
    if (map) draw_along_map(recombination, stream, base, coin, origin);
    else if (recombination->rate == 0.5) draw_freely(recombination, stream, base, coin, origin);
    else draw_at_rate(recombination, stream, base, coin, origin);
}
