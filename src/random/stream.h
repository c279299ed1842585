/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Random numbers that are a function of (seed, purpose, generation, individual,
 * draw) and of nothing else: never of the rank, the thread or the order of the
 * calls. The generator is Philox4x32-10 (Salmon et al. 2011, SC'11,
 * doi:10.1145/2063384.2063405), keyed with the seed; its 128-bit counter is
 *
 *     word 0   draw
 *     word 1   individual, low 32 bits
 *     word 2   generation
 *     word 3   purpose (8 bits), individual, high 24 bits
 *
 * so that no two purposes, and no two individuals, ever share a number.
 */
#ifndef HG_RANDOM_STREAM_H
#define HG_RANDOM_STREAM_H

#include <stdint.h>

/** What a number is drawn for. Append only: the numbers are part of a run's identity. */
typedef enum hg_purpose {
    HG_PURPOSE_INITIAL_BASAL = 1,
    HG_PURPOSE_INITIAL_WEIGHT,
    HG_PURPOSE_NETWORK_EDGE,   /* random networks: which edges are there */
    HG_PURPOSE_NETWORK_WEIGHT, /* and how strong they are */
    HG_PURPOSE_PARAMETER,      /* per-gene parameters given as distributions */
    HG_PURPOSE_PARENT,         /* the spacings of the first parents */
    HG_PURPOSE_MATE,           /* the second parent */
    HG_PURPOSE_RECOMBINATION,
    HG_PURPOSE_BASAL_SITE, /* where alleles mutate */
    HG_PURPOSE_BASAL_SIZE, /* and by how much */
    HG_PURPOSE_WEIGHT_SITE,
    HG_PURPOSE_WEIGHT_SIZE,
    HG_PURPOSE_ENVIRONMENT,
    HG_PURPOSE_NOISE,
    HG_PURPOSE_SURVIVAL,
    HG_PURPOSE_MIGRATION,
    HG_PURPOSE_TOURNAMENT,
    HG_PURPOSE_EDGE_LOSS,
    HG_PURPOSE_EDGE_GAIN,
    HG_PURPOSE_DUPLICATION,
    HG_PURPOSE_DELETION,
    HG_PURPOSE_TIE, /* who of the equally fit is ahead where selection cuts between them */
    HG_PURPOSE_PLACE, /* where individuals of an earlier run are put in other demes */
    HG_PURPOSE_TEST = 255
} hg_purpose;

/** The random numbers of one individual in one generation for one purpose. */
typedef struct hg_stream {
    uint32_t key[2];
    uint32_t individual_low, generation, purpose_and_high;
} hg_stream;

/** Two 64-bit words: one block of the generator. */
typedef struct hg_block {
    uint64_t word[2];
} hg_block;

/** 0 <= generation < 2^32, 0 <= individual < 2^56. */
static inline hg_stream hg_stream_of(uint64_t seed, hg_purpose purpose, int64_t generation,
                                     int64_t individual)
{
    const uint64_t who = (uint64_t)individual;
    return (hg_stream){{(uint32_t)seed, (uint32_t)(seed >> 32)},
                       (uint32_t)who,
                       (uint32_t)generation,
                       (uint32_t)purpose << 24 | ((uint32_t)(who >> 32) & 0xffffffu)};
}

/** Block number `draw` of a stream. Thread-safe, no state. */
hg_block hg_stream_block(const hg_stream *stream, uint32_t draw);

/** The 52 high bits of `word` as a number in the open interval (0, 1). */
static inline double hg_uniform_of(uint64_t word)
{
    return ((double)(word >> 12) + 0.5) * 0x1p-52;
}

/** Uniform in (0, 1): the first word of block `draw`. */
double hg_stream_uniform(const hg_stream *stream, uint32_t draw);

/** Standard normal from both words of block `draw` (Box & Muller 1958, the cosine half). */
double hg_stream_normal(const hg_stream *stream, uint32_t draw);

/**
 * Failures before the first success at probability p, given as
 * inverse_log = 1/log(1-p): floor(log(u) * inverse_log), at most INT64_MAX/2.
 */
int64_t hg_geometric_skip(double u, double inverse_log);

/** 1/log(1-p) for hg_geometric_skip; 0 < p < 1. */
double hg_geometric_inverse_log(double p);

#endif
