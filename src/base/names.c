/* SPDX-License-Identifier: GPL-3.0-or-later
 * A hash table with open addressing, never more than half full. */
#include "base/names.h"

#include <string.h>

static uint64_t hash_of(const char *name) /* FNV-1a */
{
    uint64_t hash = 14695981039346656037u;
    for (const char *c = name; *c != '\0'; c++) hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    return hash;
}

/* Where `name` is or belongs; slots is a power of two. */
static int64_t slot_of(const hg_names *names, const char *name)
{
    const uint64_t mask = (uint64_t)names->slots - 1;
    uint64_t slot = hash_of(name) & mask;
    while (names->slot[slot] >= 0 && strcmp(names->name[names->slot[slot]], name) != 0)
        slot = (slot + 1) & mask;
    return (int64_t)slot;
}

static hg_status grow(hg_names *names)
{
    const int64_t room = names->room == 0 ? 64 : names->room * 2;
    HG_TRY(hg_reallocate(&names->name, names->label, (size_t)room, sizeof *names->name));
    names->room = room;
    hg_release(&names->slot);
    names->slots = 0;
    HG_TRY(hg_allocate(&names->slot, names->label, (size_t)room * 2, sizeof *names->slot));
    names->slots = room * 2;
    for (int64_t i = 0; i < names->slots; i++) names->slot[i] = -1;
    for (int64_t i = 0; i < names->count; i++) names->slot[slot_of(names, names->name[i])] = i;
    return HG_OK;
}

hg_status hg_names_add(hg_names *names, const char *name, int64_t *number, bool *added)
{
    if (names->count == names->room || names->slots == 0) HG_TRY(grow(names));
    const int64_t slot = slot_of(names, name);
    const bool is_new = names->slot[slot] < 0;
    if (is_new) {
        HG_TRY(hg_copy_text(&names->name[names->count], names->label, name));
        names->slot[slot] = names->count++;
    }
    *number = names->slot[slot];
    if (added != NULL) *added = is_new;
    return HG_OK;
}

int64_t hg_names_find(const hg_names *names, const char *name)
{
    return names->slots == 0 ? -1 : names->slot[slot_of(names, name)];
}

void hg_names_free(hg_names *names)
{
    for (int64_t i = 0; i < names->count; i++) hg_release(&names->name[i]);
    hg_release(&names->name);
    hg_release(&names->slot);
    *names = hg_names_of(names->label);
}
