/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernels/lanes/vector.h"

#define HG_TEXT_(name) #name
#define HG_TEXT(name) HG_TEXT_(name)

extern const hg_kernels HG_JOIN(hg_kernels, HG_VARIANT);

const hg_kernels HG_JOIN(hg_kernels, HG_VARIANT) = {
    .name = HG_TEXT(HG_VARIANT),
    .prepare = hg_prepare,
    .develop = hg_develop,
    .evaluate = hg_evaluate,
    .store = hg_tile_store,
    .add_rows = hg_add_rows,
    .uniforms = hg_uniforms,
    .logarithms = hg_logarithms,
    .scattered_logarithms = hg_scattered_logarithms,
    .normals = hg_normals,
    .choose = hg_choose,
    .disturb = hg_disturb,
    .win_chances = hg_win_chances,
    .count_dominators = hg_count_dominators,
    .locate = hg_locate,
    .multiply_add = hg_multiply_add,
};
