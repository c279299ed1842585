/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The generator of random/stream.h, several counters at a time: Philox4x32-10 needs
 * the high and the low half of 32 x 32 bit products, and the lanes of 64-bit
 * integers have both. The numbers are those of hg_stream_block().
 */
#include "kernels/lanes/vector.h"
#include "random/stream.h"

enum { BATCH = 16, ROUNDS = 10 };

static const uint64_t multiplier[2] = {0xD2511F53, 0xCD9E8D57};
static const uint32_t weyl[2] = {0x9E3779B9, 0xBB67AE85};

/* The words of BATCH counters in, the random words out; each in the low half of 64 bits. */
typedef struct counters {
    uint64_t word[4][BATCH];
} counters;

static void philox(counters *c, uint64_t seed)
{
    uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < BATCH; i++) {
            const uint64_t a = (c->word[0][i] & 0xffffffffu) * multiplier[0];
            const uint64_t b = (c->word[2][i] & 0xffffffffu) * multiplier[1];
            c->word[0][i] = ((b >> 32) ^ c->word[1][i] ^ key[0]) & 0xffffffffu;
            c->word[2][i] = ((a >> 32) ^ c->word[3][i] ^ key[1]) & 0xffffffffu;
            c->word[1][i] = b & 0xffffffffu;
            c->word[3][i] = a & 0xffffffffu;
        }
        key[0] += weyl[0];
        key[1] += weyl[1];
    }
}

static void count_individual(counters *c, int i, int purpose, int64_t generation,
                             int64_t individual, uint32_t draw)
{
    const hg_stream stream = hg_stream_of(0, (hg_purpose)purpose, generation, individual);
    c->word[0][i] = draw;
    c->word[1][i] = stream.individual_low;
    c->word[2][i] = stream.generation;
    c->word[3][i] = stream.purpose_and_high;
}

/* Half h (0 or 1) of the blocks as uniforms in (0, 1). */
static void to_uniforms(const counters *c, int h, double *uniforms)
{
    for (int i = 0; i < BATCH; i++)
        uniforms[i] = hg_uniform_of(c->word[2 * h + 1][i] << 32 | c->word[2 * h][i]);
}

void hg_uniforms(uint64_t seed, int purpose, int64_t generation, int64_t first, int64_t count,
                 uint32_t draw, double *uniforms)
{
    for (int64_t at = 0; at < count; at += BATCH) {
        const int64_t here = count - at < BATCH ? count - at : BATCH;
        counters c;
        double u[BATCH];
        for (int i = 0; i < BATCH; i++)
            count_individual(&c, i, purpose, generation, first + at + i, draw);
        philox(&c, seed);
        to_uniforms(&c, 0, u);
        memcpy(uniforms + at, u, (size_t)here * sizeof *u);
    }
}

void hg_logarithms(double *values, int64_t count, double factor)
{
    for (int64_t at = 0; at < count; at += HG_WIDTH) {
        const int64_t here = count - at < HG_WIDTH ? count - at : HG_WIDTH;
        double u[HG_WIDTH];
        for (int i = 0; i < HG_WIDTH; i++) u[i] = i < here ? values[at + i] : 0.5;
        const hg_vector scaled = factor * hg_vlog(hg_load_unaligned(u));
        memcpy(values + at, &scaled, (size_t)here * sizeof *values);
    }
}

void hg_scattered_logarithms(uint64_t seed, int purpose, int64_t generation,
                             const int64_t *individual, uint32_t draw, int64_t count,
                             double factor, double *logs)
{
    for (int64_t at = 0; at < count; at += BATCH) {
        const int64_t here = count - at < BATCH ? count - at : BATCH;
        counters c;
        double u[BATCH];
        for (int i = 0; i < BATCH; i++)
            count_individual(&c, i, purpose, generation, individual[at + (i < here ? i : 0)], draw);
        philox(&c, seed);
        to_uniforms(&c, 0, u);
        memcpy(logs + at, u, (size_t)here * sizeof *u);
    }
    hg_logarithms(logs, count, factor);
}

/* Box & Muller (1958), the cosine half; as hg_stream_normal(). */
static void to_normals(const double *u, const double *v, double *normals)
{
    for (int i = 0; i < BATCH; i += HG_WIDTH) {
        const hg_vector squared = -2.0 * hg_vlog(hg_load_unaligned(u + i));
        const hg_vector angle = 2.0 * hg_load_unaligned(v + i);
        const hg_vector z = hg_sqrt(squared) * hg_vcospi(angle);
        memcpy(normals + i, &z, sizeof z);
    }
}

void hg_normals(uint64_t seed, int purpose, int64_t generation, const int64_t *individual,
                const uint32_t *draw, int64_t count, double *normals)
{
    for (int64_t at = 0; at < count; at += BATCH) {
        const int64_t here = count - at < BATCH ? count - at : BATCH;
        counters c;
        double u[BATCH], v[BATCH], z[BATCH];
        for (int i = 0; i < BATCH; i++) {
            const int64_t from = at + (i < here ? i : 0);
            count_individual(&c, i, purpose, generation, individual[from], draw[from]);
        }
        philox(&c, seed);
        to_uniforms(&c, 0, u);
        to_uniforms(&c, 1, v);
        to_normals(u, v, z);
        memcpy(normals + at, z, (size_t)here * sizeof *z);
    }
}

void hg_disturb(uint64_t seed, int64_t generation, const int64_t *individual, int64_t genes,
                double sd, double *tile)
{
    for (int64_t g = 0; g < genes; g++) {
        uint32_t draw[HG_LANES];
        double z[HG_LANES];
        for (int l = 0; l < HG_LANES; l++) draw[l] = (uint32_t)g;
        hg_normals(seed, HG_PURPOSE_NOISE, generation, individual, draw, HG_LANES, z);
        for (int v = 0; v < HG_VECTORS; v++) {
            double *x = tile + g * HG_LANES + v * HG_WIDTH;
            const hg_vector exponent = sd * hg_load_unaligned(z + v * HG_WIDTH) - 0.5 * sd * sd;
            hg_store(x, hg_load(x) * hg_vexp(exponent));
        }
    }
}
