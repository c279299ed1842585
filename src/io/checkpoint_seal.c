/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The seal: the last bytes of a checkpoint, behind all that is HDF5's. It has a digest of what
 * describes the data, the bytes outside of the datasets' values (those have digests of their own),
 * because HDF5 itself may crash on descriptions that are damaged: it gets to see none whose seal
 * is broken. As 64-bit words: the bytes before the seal; where the values of each dataset lie,
 * ordered by place; the digest; a digest of the seal so far; the format version and, by a digest
 * of it, that this is a seal. The last two are the same in all formats.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/memory.h"
#include "io/checkpoint_internal.h"
#include "io/h5.h"

enum { SEAL_DATASET = HG_CHECKPOINT_PARTS + 1, OUTSIDE_DATASET, PIECE = 1 << 16 };

typedef struct seal {
    int64_t size;
    struct {
        int64_t from, to;
    } values[HG_CHECKPOINT_PARTS];
    uint64_t outside, digest;
    int64_t version;
    uint64_t mark;
} seal;

static uint64_t own_digest(const seal *s)
{
    return hg_digest(SEAL_DATASET, 0, s, offsetof(seal, digest));
}

static uint64_t mark_of(int64_t version)
{
    static const char words[] = "happygene-checkpoint";
    return hg_digest((uint64_t)version, 0, words, sizeof words);
}

/* --- the bytes outside of the values -------------------------------------------------------- */

static hg_status add_bytes(int descriptor, int64_t from, int64_t to, uint64_t *sum)
{
    char piece[PIECE];
    while (from < to) {
        const size_t wanted = to - from < PIECE ? (size_t)(to - from) : PIECE;
        const ssize_t count = pread(descriptor, piece, wanted, (off_t)from);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return hg_fail(HG_IO, "%s", strerror(errno));
        if (count != (ssize_t)wanted) return hg_fail(HG_BAD_INPUT, "is damaged or cut short");
        *sum += hg_digest(OUTSIDE_DATASET, (uint64_t)from, piece, wanted);
        from += count;
    }
    return HG_OK;
}

static hg_status digest_outside(int descriptor, const seal *s, uint64_t *sum)
{
    int64_t from = 0;
    *sum = 0;
    for (int p = 0; p < HG_CHECKPOINT_PARTS; p++) {
        if (s->values[p].from < from || s->values[p].to < s->values[p].from)
            return hg_fail(HG_BAD_INPUT, "is damaged or cut short");
        HG_TRY(add_bytes(descriptor, from, s->values[p].from, sum));
        from = s->values[p].to;
    }
    return add_bytes(descriptor, from, s->size, sum);
}

/* --- sealing -------------------------------------------------------------------------------- */

static void insert(seal *s, int count, int64_t from, int64_t to)
{
    int at = count;
    for (; at > 0 && s->values[at - 1].from > from; at--) s->values[at] = s->values[at - 1];
    s->values[at].from = from;
    s->values[at].to = to;
}

/* Datasets without values have no place: they come first, as 0 to 0. */
static hg_status find_values(const char *path, seal *s)
{
    hid_t file = hg_h5_open(path, false);
    if (file < 0) return hg_h5_fail(HG_IO, "cannot be opened again");
    hg_status status = HG_OK;
    for (int p = 0; p < HG_CHECKPOINT_PARTS && status == HG_OK; p++) {
        hid_t handle = H5Dopen2(file, hg_checkpoint_name(p), H5P_DEFAULT);
        const haddr_t place = handle < 0 ? HADDR_UNDEF : H5Dget_offset(handle);
        const int64_t bytes = place == HADDR_UNDEF ? 0 : (int64_t)H5Dget_storage_size(handle);
        const int64_t from = bytes > 0 ? (int64_t)place : 0;
        if (handle < 0) status = hg_h5_fail(HG_IO, hg_checkpoint_name(p));
        insert(s, p, from, from + bytes);
        hg_h5_close(&handle);
    }
    haddr_t end = 0;
    if (status == HG_OK && H5Fget_eoa(file, &end) < 0) status = hg_h5_fail(HG_IO, "its end");
    s->size = (int64_t)end;
    if (!hg_h5_close_file(file) && status == HG_OK) status = hg_h5_fail(HG_IO, "cannot be closed");
    return status;
}

static hg_status write_seal(int descriptor, seal *s)
{
    if (ftruncate(descriptor, (off_t)s->size) != 0) return hg_fail(HG_IO, "%s", strerror(errno));
    HG_TRY(digest_outside(descriptor, s, &s->outside));
    s->digest = own_digest(s);
    const char *bytes = (const char *)s;
    for (size_t done = 0; done < sizeof *s;) {
        const ssize_t count =
            pwrite(descriptor, bytes + done, sizeof *s - done, (off_t)s->size + (off_t)done);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0)
            return hg_fail(HG_IO, "writing %zu bytes at byte %" PRId64 ": %s", sizeof *s - done,
                           s->size + (int64_t)done, strerror(count < 0 ? errno : ENOSPC));
        done += (size_t)count;
    }
    return HG_OK;
}

hg_status hg_checkpoint_seal(const char *path)
{
    seal s = {.version = HG_CHECKPOINT_VERSION, .mark = mark_of(HG_CHECKPOINT_VERSION)};
    hg_status status = find_values(path, &s);
    const int descriptor = status == HG_OK ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (status == HG_OK && descriptor < 0) status = hg_fail(HG_IO, "%s", strerror(errno));
    if (status == HG_OK) status = write_seal(descriptor, &s);
    if (descriptor >= 0 && close(descriptor) != 0 && status == HG_OK)
        status = hg_fail(HG_IO, "%s", strerror(errno));
    return status == HG_OK ? HG_OK : hg_fail_within(status == HG_NO_MEMORY ? status : HG_IO,
                                                    "%s: ", path);
}

/* --- looking at it -------------------------------------------------------------------------- */

static hg_status check(int descriptor, bool *newer)
{
    struct stat what;
    seal s;
    uint64_t outside;
    if (fstat(descriptor, &what) != 0) return hg_fail(HG_IO, "%s", strerror(errno));
    if (!S_ISREG(what.st_mode)) return hg_fail(HG_BAD_INPUT, "is not an ordinary file");
    const off_t size = what.st_size - (off_t)sizeof s;
    const ssize_t count = size <= 0 ? 0 : pread(descriptor, &s, sizeof s, size);
    if (count < 0) return hg_fail(HG_IO, "%s", strerror(errno));
    if (count != (ssize_t)sizeof s || s.mark != mark_of(s.version))
        return hg_fail(HG_BAD_INPUT, "is not a checkpoint, or is cut short");
    *newer = s.version > HG_CHECKPOINT_VERSION;
    if (s.version != HG_CHECKPOINT_VERSION)
        return hg_fail(HG_BAD_INPUT, "is of format version %" PRId64 "; this program reads %d",
                       s.version, HG_CHECKPOINT_VERSION);
    if (own_digest(&s) != s.digest || s.size != (int64_t)size)
        return hg_fail(HG_BAD_INPUT, "is damaged or cut short");
    HG_TRY(digest_outside(descriptor, &s, &outside));
    if (outside == s.outside) return HG_OK;
    return hg_fail(HG_BAD_INPUT, "is damaged in what describes its data (the digest differs)");
}

hg_status hg_checkpoint_check_seal(const char *path, bool *newer)
{
    *newer = false;
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0 && errno == ENXIO) return hg_fail(HG_BAD_INPUT, "is not an ordinary file");
    /* What cannot be read now may be sound: no run starts anew in its stead. Nor where one rank does not
     * see what another has seen, or a link leads to where no disk is mounted yet. */
    if (descriptor < 0) return hg_fail(HG_IO, "%s", strerror(errno));
    const hg_status status = check(descriptor, newer);
    close(descriptor);
    return status;
}
