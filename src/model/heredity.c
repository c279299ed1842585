/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/heredity.h"

bool hg_lives_on(double overlap, uint64_t seed, int64_t generation, int64_t individual)
{
    if (overlap == 0.0) return false;
    const hg_stream stream = hg_stream_of(seed, HG_PURPOSE_SURVIVAL, generation, individual);
    return hg_stream_uniform(&stream, 0) < overlap;
}

int64_t hg_any_of(uint64_t word, int64_t count)
{
    const int64_t one = (int64_t)(hg_uniform_of(word) * (double)count);
    return one < count ? one : count - 1;
}

bool hg_duplication_draw(const hg_stream *stream, double rate, int64_t genes, int64_t ploidy,
                         hg_gene_copy *copy)
{
    if (rate == 0.0 || !(hg_stream_uniform(stream, 0) < rate)) return false;
    const hg_block block = hg_stream_block(stream, 1);
    const int64_t other = hg_any_of(block.word[1], genes - 1);
    copy->from = hg_any_of(block.word[0], genes);
    copy->to = other + (other >= copy->from);
    copy->set = ploidy == 2 && hg_stream_uniform(stream, 2) >= 0.5;
    return true;
}
