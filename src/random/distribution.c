/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "random/distribution.h"

#include "random/vecmath.h"

bool hg_distribution_varies(const hg_distribution *distribution)
{
    switch (distribution->kind) {
    case HG_DISTRIBUTION_UNIFORM: return distribution->a != distribution->b;
    case HG_DISTRIBUTION_NORMAL:
    case HG_DISTRIBUTION_LOGNORMAL: return distribution->b != 0.0;
    case HG_DISTRIBUTION_EXPONENTIAL: return true;
    case HG_DISTRIBUTION_CONSTANT:
    case HG_DISTRIBUTIONS: break;
    }
    return false;
}

double hg_distribution_draw(const hg_distribution *distribution, const hg_stream *stream,
                            uint32_t draw)
{
    const double a = distribution->a, b = distribution->b;
    switch (distribution->kind) {
    case HG_DISTRIBUTION_UNIFORM: return a + (b - a) * hg_stream_uniform(stream, draw);
    case HG_DISTRIBUTION_NORMAL: return a + b * hg_stream_normal(stream, draw);
    case HG_DISTRIBUTION_LOGNORMAL: return hg_exp(a + b * hg_stream_normal(stream, draw));
    case HG_DISTRIBUTION_EXPONENTIAL: return -a * hg_log(hg_stream_uniform(stream, draw));
    case HG_DISTRIBUTION_CONSTANT:
    case HG_DISTRIBUTIONS: break;
    }
    return a;
}
