/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/network_kinetics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"

#define MOST_MODULES 16 /* of 2^16 states */

hg_kinetics hg_kinetics_of(void)
{
    return (hg_kinetics){.names = hg_names_of(HG_MEMORY_NETWORK)};
}

hg_status hg_kinetics_add(hg_kinetics *kinetics, const char *name, double value)
{
    int64_t number;
    bool added;
    if (kinetics->names.count == kinetics->room) {
        const int64_t room = kinetics->room * 2 + 64;
        HG_TRY(hg_reallocate(&kinetics->value, HG_MEMORY_NETWORK, (size_t)room,
                             sizeof *kinetics->value));
        kinetics->room = room;
    }
    HG_TRY(hg_names_add(&kinetics->names, name, &number, &added));
    if (added) kinetics->value[number] = value;
    return HG_OK;
}

bool hg_kinetics_find(const hg_kinetics *kinetics, const char *name, double *value)
{
    const int64_t number = hg_names_find(&kinetics->names, name);
    if (number >= 0) *value = kinetics->value[number];
    return number >= 0;
}

void hg_kinetics_free(hg_kinetics *kinetics)
{
    hg_names_free(&kinetics->names);
    hg_release(&kinetics->value);
    kinetics->room = 0;
}

/* --- GeneNetWeaver -------------------------------------------------------------------------- */

static bool find_numbered(const hg_kinetics *kinetics, const char *name, int64_t number,
                          double *value)
{
    char full[64];
    snprintf(full, sizeof full, "%s_%" PRId64, name, number);
    return hg_kinetics_find(kinetics, full, value);
}

/* A parameter that counts regulators; -1 where there is none. */
static int64_t count_of(const hg_kinetics *kinetics, const char *name, int64_t module,
                        int64_t most)
{
    double value;
    if (!find_numbered(kinetics, name, module, &value)) return -1;
    return value >= 0.0 && value <= (double)most && value == (double)(int64_t)value
               ? (int64_t)value : -1;
}

/* 1 when the module enhances, -1 when it silences, else 0. */
static int8_t effect_of(const hg_kinetics *kinetics, int modules, int module)
{
    bool raises = false, lowers = false;
    for (int64_t state = 0; state < (int64_t)1 << modules; state++) {
        double without, with;
        const int64_t active = state | (int64_t)1 << module;
        if (active == state) continue;
        if (!find_numbered(kinetics, "a", state, &without) ||
            !find_numbered(kinetics, "a", active, &with))
            return 0;
        raises |= with > without;
        lowers |= with < without;
    }
    return (int8_t)(raises && !lowers ? 1 : lowers && !raises ? -1 : 0);
}

void hg_kinetics_genenetweaver(const hg_kinetics *kinetics, int64_t inputs, int8_t *sign)
{
    int64_t activators[MOST_MODULES], deactivators[MOST_MODULES], total = 0;
    int modules = 0;
    memset(sign, 0, (size_t)inputs);
    while (modules < MOST_MODULES) {
        activators[modules] = count_of(kinetics, "numActivators", modules + 1, inputs);
        deactivators[modules] = count_of(kinetics, "numDeactivators", modules + 1, inputs);
        if (activators[modules] < 0 || deactivators[modules] < 0) break;
        total += activators[modules] + deactivators[modules];
        modules++;
    }
    if (total != inputs) return;
    for (int module = 0, input = 0; module < modules; module++) {
        const int8_t effect = effect_of(kinetics, modules, module);
        for (int64_t i = 0; i < activators[module]; i++) sign[input++] = effect;
        for (int64_t i = 0; i < deactivators[module]; i++) sign[input++] = (int8_t)-effect;
    }
}
