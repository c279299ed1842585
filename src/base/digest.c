/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/digest.h"

#include <string.h>

static const uint64_t word_factor = 0x9e3779b97f4a7c15u, state_factor = 0xbf58476d1ce4e5b9u;

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static uint64_t little_endian(const unsigned char *bytes, size_t count)
{
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++) word |= (uint64_t)bytes[i] << (8 * i);
    return word;
}

static uint64_t take(uint64_t state, uint64_t word)
{
    state ^= word * word_factor;
    return (state << 29 | state >> 35) * state_factor;
}

uint64_t hg_digest(uint64_t dataset, uint64_t piece, const void *bytes, size_t size)
{
    const unsigned char *from = bytes;
    uint64_t state = mix(mix(mix(dataset + word_factor) + piece + word_factor) + size);
    for (; size >= 8; from += 8, size -= 8) state = take(state, little_endian(from, 8));
    if (size > 0) state = take(state, little_endian(from, size));
    return mix(state);
}
