/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The generator of random/stream.h, several counters at a time: Philox4x32-10 needs
 * the high and the low half of 32 x 32 bit products, and the lanes of 64-bit
 * integers have both. The numbers are those of hg_stream_block().
 */
#include "kernels/lanes/vector.h"
#include "random/stream.h"

enum { ROUNDS = 10 };

static const uint32_t multiplier[2] = {0xD2511F53, 0xCD9E8D57};
static const uint32_t weyl[2] = {0x9E3779B9, 0xBB67AE85};

#if HG_WIDTH > 1
typedef uint64_t hg_words __attribute__((vector_size(HG_WIDTH * 8), may_alias));
#else
typedef uint64_t hg_words;
#endif

HG_INLINE hg_words all_words(uint64_t word) { return word | (hg_words){0}; }

/* The products of the low halves. */
HG_INLINE hg_words multiply(hg_words a, uint32_t b)
{
#if HG_WIDTH == 8
    return (hg_words)_mm512_mul_epu32((__m512i)a, _mm512_set1_epi64(b));
#elif HG_WIDTH == 4
    return (hg_words)_mm256_mul_epu32((__m256i)a, _mm256_set1_epi64x(b));
#elif HG_WIDTH == 2
    return (hg_words)_mm_mul_epu32((__m128i)a, _mm_set1_epi64x(b));
#else
    return (a & 0xffffffffu) * b;
#endif
}

/* The words of a block are the low halves; what is above them does no harm. */
typedef struct block {
    hg_words word[4];
} block;

HG_INLINE block philox(block c, uint64_t seed)
{
    uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    for (int round = 0; round < ROUNDS; round++) {
        const hg_words a = multiply(c.word[0], multiplier[0]);
        const hg_words b = multiply(c.word[2], multiplier[1]);
        c = (block){{(b >> 32) ^ c.word[1] ^ key[0], b, (a >> 32) ^ c.word[3] ^ key[1], a}};
        key[0] += weyl[0];
        key[1] += weyl[1];
    }
    return c;
}

/* Block `draw` of the individuals: see hg_stream_of(). */
HG_INLINE block draw_block(uint64_t seed, int purpose, int64_t generation, hg_words individual,
                           hg_words draw)
{
    const hg_words high = individual >> 32 & 0xffffffu;
    return philox((block){{draw, individual, all_words((uint64_t)generation),
                           high | (uint64_t)purpose << 24}}, seed);
}

/* Half h (0 or 1) of the block as uniforms in (0, 1): hg_uniform_of(). The 52 bits are put behind
 * the exponent of 2^52. */
HG_INLINE hg_vector uniforms_of(const block *c, int h)
{
    const hg_words word = c->word[2 * h + 1] << 32 | (c->word[2 * h] & 0xffffffffu);
    const hg_words shifted = word >> 12 | 0x4330000000000000u;
    hg_vector v;
    memcpy(&v, &shifted, sizeof v);
    return (v - 0x1p52 + 0.5) * 0x1p-52;
}

/* Up to a vector of 64-bit numbers; the first one again in the lanes beyond `count`. */
HG_INLINE hg_words load_words(const int64_t *from, int64_t count)
{
    uint64_t some[HG_WIDTH];
    hg_words words;
    if (count >= HG_WIDTH) {
        memcpy(&words, from, sizeof words);
        return words;
    }
    for (int i = 0; i < HG_WIDTH; i++) some[i] = (uint64_t)from[i < count ? i : 0];
    memcpy(&words, some, sizeof words);
    return words;
}

HG_INLINE void store_some(double *to, hg_vector v, int64_t count)
{
    if (count >= HG_WIDTH) hg_store_unaligned(to, v);
    else memcpy(to, &v, (size_t)count * sizeof *to);
}

void hg_uniforms(uint64_t seed, int purpose, int64_t generation, int64_t first, int64_t count,
                 uint32_t draw, double *uniforms)
{
    uint64_t lane[HG_WIDTH];
    hg_words individual;
    for (int i = 0; i < HG_WIDTH; i++) lane[i] = (uint64_t)(first + i);
    memcpy(&individual, lane, sizeof individual);
    for (int64_t at = 0; at < count; at += HG_WIDTH, individual += HG_WIDTH) {
        const block c = draw_block(seed, purpose, generation, individual, all_words(draw));
        store_some(uniforms + at, uniforms_of(&c, 0), count - at);
    }
}

void hg_logarithms(double *values, int64_t count, double factor)
{
    const int64_t whole = count - count % HG_WIDTH;
    for (int64_t at = 0; at < whole; at += HG_WIDTH) {
        hg_store_unaligned(values + at, factor * hg_vlog(hg_load_unaligned(values + at)));
    }
    if (whole == count) return;
    double u[HG_WIDTH];
    for (int i = 0; i < HG_WIDTH; i++) u[i] = values[whole + i < count ? whole + i : whole];
    store_some(values + whole, factor * hg_vlog(hg_load_unaligned(u)), count - whole);
}

void hg_scattered_logarithms(uint64_t seed, int purpose, int64_t generation,
                             const int64_t *individual, uint32_t draw, int64_t count,
                             double factor, double *logs)
{
    for (int64_t at = 0; at < count; at += HG_WIDTH) {
        const hg_words who = load_words(individual + at, count - at);
        const block c = draw_block(seed, purpose, generation, who, all_words(draw));
        store_some(logs + at, factor * hg_vlog(uniforms_of(&c, 0)), count - at);
    }
}

/* Box & Muller (1958), the cosine half; as hg_stream_normal(). */
void hg_normals(uint64_t seed, int purpose, int64_t generation, const int64_t *individual,
                const uint32_t *draw, int64_t count, double *normals)
{
    for (int64_t at = 0; at < count; at += HG_WIDTH) {
        const hg_words who = load_words(individual + at, count - at);
        uint64_t which[HG_WIDTH];
        hg_words draws;
        for (int i = 0; i < HG_WIDTH; i++) which[i] = draw[at + (at + i < count ? i : 0)];
        memcpy(&draws, which, sizeof draws);
        const block c = draw_block(seed, purpose, generation, who, draws);
        const hg_vector squared = -2.0 * hg_vlog(uniforms_of(&c, 0));
        const hg_vector z = hg_sqrt(squared) * hg_vcospi(2.0 * uniforms_of(&c, 1));
        store_some(normals + at, z, count - at);
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
