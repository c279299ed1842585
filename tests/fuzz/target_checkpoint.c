/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checkpoints: one that opens and whose individuals can be read is the one that was written. */
#include <mpi.h>
#include <string.h>

#include "base/memory.h"
#include "fuzz.h"
#include "h5_edits.h"
#include "io/checkpoint.h"

#define BASE HG_FUZZ_SEEDS "/checkpoint/sound.ckpt"

static hg_checkpoint_file sound;

int LLVMFuzzerInitialize(int *count, char ***words)
{
    (void)words;
    (void)count;
    MPI_Init(NULL, NULL);
    h5_edits_load(BASE);
    FUZZ_CHECK(hg_checkpoint_open(&sound, BASE) == HG_OK, "%s", hg_error_message());
    FUZZ_CHECK(hg_checkpoint_read(&sound, MPI_COMM_SELF, 0, sound.content.individuals, NULL, NULL) ==
               HG_OK, "%s", hg_error_message());
    return 0;
}

static void check_same(const hg_checkpoint *found)
{
    const hg_checkpoint *was = &sound.content;
    FUZZ_CHECK(found->generation == was->generation && found->individuals == was->individuals &&
               found->alleles == was->alleles && found->network == was->network &&
               found->counter_count == was->counter_count && found->grid_count == was->grid_count &&
               found->rest_count == was->rest_count && found->image.size == was->image.size,
               "damage was not seen in numbers");
    FUZZ_CHECK(strcmp(found->resolved, was->resolved) == 0 &&
               memcmp(found->image.bytes, was->image.bytes, (size_t)was->image.size) == 0 &&
               memcmp(found->counters, was->counters, 8 * (size_t)was->counter_count) == 0 &&
               memcmp(found->grids, was->grids, 8 * (size_t)was->grid_count) == 0 &&
               memcmp(found->rests, was->rests, (size_t)was->rest_count) == 0,
               "damage was not seen in values");
}

static void read_it(const char *path)
{
    const int64_t before = hg_memory_total().current;
    const int open = (int)H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL);
    hg_checkpoint_file file;
    hg_status status = hg_checkpoint_open(&file, path);
    if (status == HG_OK) check_same(&file.content);
    if (status == HG_OK)
        status = hg_checkpoint_read(&file, MPI_COMM_SELF, 0, file.content.individuals, NULL, NULL);
    FUZZ_CHECK(status == HG_OK || ((status == HG_BAD_INPUT || status == HG_NO_MEMORY) &&
               hg_error_message()[0] != '\0'), "status %d: %s", (int)status, hg_error_message());
    hg_checkpoint_close(&file, "the checkpoint");
    FUZZ_CHECK(hg_memory_total().current == before, "memory is lost");
    FUZZ_CHECK((int)H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL) == open, "HDF5 objects stay open");
}

/* As it is; and, where HDF5's own structures are sound, with a seal that vouches for it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = h5_edits_make(data, size);
    read_it(path);
    if (h5_edits_flips(data, size) == 0 && hg_checkpoint_seal(path) == HG_OK) read_it(path);
    return 0;
}
