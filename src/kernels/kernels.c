/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels/kernels.h"

#include <stddef.h>
#include <string.h>

extern const hg_kernels hg_kernels_baseline;
#ifdef HG_X86_VARIANTS
extern const hg_kernels hg_kernels_avx2;
extern const hg_kernels hg_kernels_avx512;
#endif

const hg_kernels *hg_kernels_named(const char *name)
{
#ifdef HG_X86_VARIANTS
    if (strcmp(name, "avx512") == 0 && __builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw"))
        return &hg_kernels_avx512;
    if (strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2")) return &hg_kernels_avx2;
#endif
    return strcmp(name, "baseline") == 0 ? &hg_kernels_baseline : NULL;
}

const hg_kernels *hg_kernels_best(void)
{
    static const char *const by_speed[] = {"avx512", "avx2"};
    for (size_t i = 0; i < sizeof by_speed / sizeof *by_speed; i++) {
        const hg_kernels *kernels = hg_kernels_named(by_speed[i]);
        if (kernels != NULL) return kernels;
    }
    return &hg_kernels_baseline;
}
