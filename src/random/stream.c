/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "random/stream.h"

#include <Random123/philox.h>

#include "random/vecmath.h"

hg_block hg_stream_block(const hg_stream *stream, uint32_t draw)
{
    const philox4x32_ctr_t counter = {
        {draw, stream->individual_low, stream->generation, stream->purpose_and_high}};
    const philox4x32_key_t key = {{stream->key[0], stream->key[1]}};
    const philox4x32_ctr_t bits = philox4x32(counter, key);
    return (hg_block){{(uint64_t)bits.v[1] << 32 | bits.v[0], (uint64_t)bits.v[3] << 32 | bits.v[2]}};
}

double hg_stream_uniform(const hg_stream *stream, uint32_t draw)
{
    return hg_uniform_of(hg_stream_block(stream, draw).word[0]);
}

double hg_stream_normal(const hg_stream *stream, uint32_t draw)
{
    const hg_block block = hg_stream_block(stream, draw);
    const double radius = __builtin_sqrt(-2.0 * hg_log(hg_uniform_of(block.word[0])));
    return radius * hg_cospi(2.0 * hg_uniform_of(block.word[1]));
}

/* A logarithm that has become 0 has no sign to count on. */
double hg_geometric_inverse_log(double p) { return -1.0 / __builtin_fabs(hg_log1p(-p)); }

int64_t hg_geometric_skip(double u, double inverse_log)
{
    const double skip = __builtin_floor(hg_log(u) * inverse_log);
    return skip < 0x1p62 ? (int64_t)skip : INT64_MAX / 2;
}
