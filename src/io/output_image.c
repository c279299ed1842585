/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The beginning of an output, by which it is made whole again. While a run goes on nothing is
 * written but values, whose places are fixed; the ends of a run (performance, why it ended, the
 * final lengths) change what describes them, and a crash may come in the middle. The image
 * travels in every checkpoint, and going on starts by putting it back.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/h5.h"
#include "io/output_internal.h"

void hg_output_image_free(hg_output_image *image)
{
    hg_release(&image->bytes);
    *image = (hg_output_image){.bytes = NULL};
}

void hg_output_draw_id(char run_id[HG_RUN_ID_SIZE])
{
    unsigned char drawn[(HG_RUN_ID_SIZE - 1) / 2];
    if (getrandom(drawn, sizeof drawn, 0) != (ssize_t)sizeof drawn) {
        const long long parts[2] = {(long long)time(NULL), (long long)getpid()};
        memcpy(drawn, parts, sizeof drawn);
    }
    for (size_t i = 0; i < sizeof drawn; i++) snprintf(run_id + 2 * i, 3, "%02x", drawn[i]);
}

static hg_status failed(bool writing, int64_t bytes, int64_t place)
{
    const int reason = errno;
    return hg_fail(HG_IO, "%s %" PRId64 " bytes at byte %" PRId64 ": %s",
                   writing ? "writing" : "reading", bytes, place, strerror(reason));
}

hg_status hg_output_transfer(int descriptor, char *bytes, int64_t size, int64_t place, bool writing)
{
    for (int64_t done = 0; done < size;) {
        const size_t left = (size_t)(size - done);
        const off_t at = (off_t)(place + done);
        const ssize_t moved = writing ? pwrite(descriptor, bytes + done, left, at)
                                      : pread(descriptor, bytes + done, left, at);
        if (moved < 0 && errno == EINTR) continue;
        if (moved < 0) return failed(writing, (int64_t)left, place + done);
        if (moved == 0) return hg_fail(HG_IO, "is too short");
        done += moved;
    }
    return HG_OK;
}

hg_status hg_output_image_take(hg_output_image *image, const char *path,
                               const hg_output_plan *plan)
{
    struct stat what;
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0 || fstat(descriptor, &what) != 0) {
        const hg_status status = hg_fail(HG_IO, "%s: %s", path, strerror(errno));
        if (descriptor >= 0) close(descriptor);
        return status;
    }
    image->file_size = (int64_t)what.st_size;
    if (plan->config->output.deflate > 0) { /* for each checkpoint (output_spans.c) */
        close(descriptor);
        return HG_OK;
    }
    image->room = hg_output_image_room(plan);
    if (image->room > image->file_size) image->room = image->file_size;
    hg_status status = hg_allocate(&image->bytes, HG_MEMORY_OUTPUT, (size_t)image->room, 1);
    if (status == HG_OK) status = hg_output_transfer(descriptor, image->bytes, image->room, 0, false);
    close(descriptor);
    if (status != HG_OK) return status;
    image->size = image->room;
    while (image->size > 0 && image->bytes[image->size - 1] == 0) image->size--;
    return hg_reallocate(&image->bytes, HG_MEMORY_OUTPUT, (size_t)image->size, 1);
}

/* What follows the image in its room is 0. */
static hg_status clear_rest(int descriptor, int64_t from, int64_t to)
{
    static const char nothing[4096];
    while (from < to) {
        const size_t left = (size_t)(to - from) < sizeof nothing ? (size_t)(to - from)
                                                                 : sizeof nothing;
        const ssize_t moved = pwrite(descriptor, nothing, left, (off_t)from);
        if (moved < 0 && errno == EINTR) continue;
        if (moved <= 0) return failed(true, to - from, from);
        from += moved;
    }
    return HG_OK;
}

static hg_status put_back(const hg_output_image *image, int descriptor)
{
    if (image->room == 0) return hg_output_spans_restore(image, descriptor);
    HG_TRY(hg_output_transfer(descriptor, image->bytes, image->size, 0, true));
    return clear_rest(descriptor, image->size, image->room);
}

hg_status hg_output_image_restore(const hg_output_image *image, const char *path)
{
    const int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return hg_fail(HG_IO, "%s: %s", path, strerror(errno));
    hg_status status = HG_OK;
    /* first of all: whatever interrupts this, the file is as long as what describes it says */
    if (ftruncate(descriptor, (off_t)image->file_size) != 0)
        status = hg_fail(HG_IO, "%s", strerror(errno));
    if (status == HG_OK) status = put_back(image, descriptor);
    if (close(descriptor) != 0 && status == HG_OK) status = hg_fail(HG_IO, "%s", strerror(errno));
    return status == HG_OK ? HG_OK : hg_fail_within(status, "%s: ", path);
}

/* The id stands in the file as it is, also where HDF5 can no longer read it. */
static hg_status look_for_id(int descriptor, const char *run_id, bool *found)
{
    enum { PIECE = 1 << 16, LONGEST_SEARCH = 1 << 30 };
    static char piece[PIECE + HG_RUN_ID_SIZE];
    const size_t length = HG_RUN_ID_SIZE - 1;
    for (off_t at = 0; at < LONGEST_SEARCH; at += PIECE) {
        const ssize_t count = pread(descriptor, piece, sizeof piece, at);
        if (count < 0) return failed(false, (int64_t)sizeof piece, at);
        if (count < (ssize_t)length) return HG_OK;
        for (const char *p = piece; p + length <= piece + count; p++) {
            p = memchr(p, run_id[0], (size_t)(piece + count - p) - length + 1);
            if (p == NULL) break;
            if (memcmp(p, run_id, length) != 0) continue;
            *found = true;
            return HG_OK;
        }
    }
    return HG_OK;
}

/* Checkpoints hold a copy of the image and so the id, too. */
static hg_status check_kind(const char *path)
{
    const hid_t file = hg_h5_open(path, false);
    const bool checkpoint = file >= 0 && H5Aexists(file, "generation") > 0;
    if (file >= 0) hg_h5_close_file(file);
    H5Eclear2(H5E_DEFAULT);
    return checkpoint ? hg_fail(HG_BAD_INPUT, "%s: is a checkpoint and not a result", path) : HG_OK;
}

hg_status hg_output_image_check(const hg_output_image *image, const char *path)
{
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return hg_fail(errno == ENOENT ? HG_BAD_INPUT : HG_IO, "%s: %s", path, strerror(errno));
    bool same = false;
    const hg_status status = look_for_id(descriptor, image->run_id, &same);
    close(descriptor);
    if (status != HG_OK) return hg_fail_within(status, "%s: ", path);
    if (same) return check_kind(path);
    return hg_fail(HG_BAD_INPUT, "%s: is damaged, or another run's", path);
}
