/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/late_library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Bytes that the largest of them have together with what they bring along. */
#define LARGEST ((size_t)160 << 20)

static hg_status not_loaded(const hg_late_library *library)
{
    const char *reason = dlerror();
    if (!hg_memory_has_room(LARGEST))
        return hg_fail(HG_NO_MEMORY, "no memory for %s (%s): %s", library->what, library->name,
                       reason);
    return hg_fail(HG_IO, "%s (%s) cannot be loaded: %s. On Debian: apt-get install %s",
                   library->what, library->name, reason, library->package);
}

hg_status hg_late_library_load(hg_late_library *library)
{
    if (library->handle != NULL) return HG_OK;
    /* OpenBLAS, which comes with igraph, starts threads that wait for memory for ever, if need be. */
    setenv("OPENBLAS_NUM_THREADS", "1", 0);
    void *handle = dlopen(library->name, RTLD_LAZY | RTLD_LOCAL);
    if (handle == NULL) handle = dlopen(library->path, RTLD_LAZY | RTLD_LOCAL);
    if (handle == NULL) return not_loaded(library);
    for (int i = 0; i < library->count; i++) {
        void *address = dlsym(handle, library->symbols[i]);
        if (address == NULL)
            return hg_fail(HG_IO, "%s (%s) has no %s: another version than this program was "
                           "built for", library->what, library->name, library->symbols[i]);
        memcpy((char *)library->addresses + (size_t)i * sizeof address, &address, sizeof address);
    }
    library->handle = handle;
    return HG_OK;
}

void *hg_late_library_find(const hg_late_library *library, const char *symbol)
{
    return dlsym(library->handle, symbol);
}
