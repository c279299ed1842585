/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing a checkpoint. Root lays the file out and closes it; the individuals then have their
 * places in it, and each rank writes its own by ordinary writes, which fail one by one and leave
 * no other rank waiting. Digests come last.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/memory.h"
#include "io/checkpoint_internal.h"
#include "io/h5.h"
#include "io/provenance.h"
#include "parallel/team.h"

#define LAYOUT_ROOM ((int64_t)1 << 16) /* bytes of the file that are no data */

/* What the ranks must know to write their part. */
typedef struct writing {
    const hg_checkpoint *content;
    MPI_Comm communicator;
    int rank;
    char *path;                            /* NAME.ckpt.part */
    int64_t place[HG_CHECKPOINT_FIELDS];   /* in the file, of individual 0 */
    uint64_t digest[HG_CHECKPOINT_FIELDS];
} writing;

/* --- root: the layout ------------------------------------------------------------------------ */

static hg_status check_room(const hg_checkpoint *content, const char *path)
{
    struct statvfs volume;
    int64_t bytes = LAYOUT_ROOM;
    for (int f = 0; f < HG_CHECKPOINT_FIELDS; f++)
        bytes += content->individuals *
                 (int64_t)hg_checkpoint_width(content, (hg_checkpoint_field)f);
    for (int p = HG_CHECKPOINT_FIELDS; p < HG_CHECKPOINT_PARTS; p++) {
        int64_t count;
        size_t size;
        hg_checkpoint_part_of(content, p, &count, &size);
        bytes += count * (int64_t)size;
    }
    const int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor < 0) return hg_fail(HG_IO, "cannot create %s: %s", path, strerror(errno));
    const bool known = fstatvfs(descriptor, &volume) == 0 && volume.f_blocks > 0;
    close(descriptor);
    if (!known || (double)volume.f_bavail * (double)volume.f_frsize >= (double)bytes) return HG_OK;
    return hg_fail(HG_IO, "%s: the disk is full: %" PRId64 " bytes are to be written and %.0f are "
                   "free", path, bytes, (double)volume.f_bavail * (double)volume.f_frsize);
}

/* A dataset that lies in one piece, and has its place before it has values. */
static hg_status create_dataset(hid_t file, int number, int rank, const hsize_t *extent,
                                hid_t *handle)
{
    hid_t space = H5Screate_simple(rank, extent, NULL);
    hid_t properties = hg_h5_properties(H5P_DATASET_CREATE);
    H5Pset_layout(properties, H5D_CONTIGUOUS);
    H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER);
    *handle = H5Dcreate2(file, hg_checkpoint_name(number), hg_checkpoint_type(number), space,
                         H5P_DEFAULT, properties, H5P_DEFAULT);
    hg_h5_close(&properties);
    hg_h5_close(&space);
    if (*handle < 0) return hg_h5_fail(HG_IO, hg_checkpoint_name(number));
    const hg_status status = hg_h5_put_int64(*handle, "digest", 0);
    if (status != HG_OK) hg_h5_close(handle);
    return status;
}

static hg_status put_part(hid_t file, const hg_checkpoint *content, int number)
{
    int64_t count;
    size_t size;
    hid_t handle;
    const void *values = hg_checkpoint_part_of(content, number, &count, &size);
    const hsize_t extent = (hsize_t)count;
    HG_TRY(create_dataset(file, number, 1, &extent, &handle));
    hg_status status = HG_OK;
    if (count > 0 && H5Dwrite(handle, hg_checkpoint_type(number), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                              values) < 0)
        status = hg_h5_fail(HG_IO, hg_checkpoint_name(number));
    const uint64_t digest = hg_digest((uint64_t)number, 0, values, (size_t)count * size);
    if (status == HG_OK) status = hg_h5_put_int64(handle, "digest", (int64_t)digest);
    hg_h5_close(&handle);
    return status;
}

static hg_status put_field(hid_t file, const hg_checkpoint *content, int number, int64_t *place)
{
    const hsize_t extent[2] = {(hsize_t)content->individuals, (hsize_t)content->alleles};
    hid_t handle;
    HG_TRY(create_dataset(file, number, number == HG_CHECKPOINT_GENOME ? 2 : 1, extent, &handle));
    const haddr_t address = H5Dget_offset(handle);
    hg_h5_close(&handle);
    if (address == HADDR_UNDEF) return hg_h5_fail(HG_IO, hg_checkpoint_name(number));
    *place = (int64_t)address;
    return HG_OK;
}

static hg_status put_header(hid_t file, const hg_checkpoint *content)
{
    int64_t header[HG_HEADER_LENGTH] = {
        [HG_HEADER_GENERATION] = content->generation,
        [HG_HEADER_INDIVIDUALS] = content->individuals, [HG_HEADER_ALLELES] = content->alleles,
        [HG_HEADER_NETWORK] = (int64_t)content->network, [HG_HEADER_ROOM] = content->image.room,
        [HG_HEADER_FILE_SIZE] = content->image.file_size};
    memcpy(header + HG_HEADER_RUN_ID, content->image.run_id, HG_RUN_ID_SIZE - 1);
    const hsize_t length = HG_HEADER_LENGTH;
    hid_t space = H5Screate_simple(1, &length, NULL);
    hid_t attribute =
        H5Acreate2(file, "header", H5T_NATIVE_INT64, space, H5P_DEFAULT, H5P_DEFAULT);
    hg_status status = HG_OK;
    if (attribute < 0 || H5Awrite(attribute, H5T_NATIVE_INT64, header) < 0)
        status = hg_h5_fail(HG_IO, "header");
    hg_h5_close(&attribute);
    hg_h5_close(&space);
    if (status != HG_OK) return status;
    const uint64_t digest = hg_digest(HG_CHECKPOINT_PARTS, 0, header, sizeof header);
    return hg_h5_put_int64(file, "digest", (int64_t)digest);
}

static hg_status put_all(hid_t file, writing *to)
{
    char source[64];
    snprintf(source, sizeof source, "happygene %s", hg_provenance_version());
    HG_TRY(hg_h5_put_text(file, "Conventions", HG_CHECKPOINT_CONVENTIONS));
    HG_TRY(hg_h5_put_int32(file, "format_version", HG_CHECKPOINT_VERSION));
    HG_TRY(hg_h5_put_text(file, "source", source));
    HG_TRY(hg_h5_put_int64(file, "generation", to->content->generation)); /* to look at */
    HG_TRY(put_header(file, to->content));
    for (int p = HG_CHECKPOINT_FIELDS; p < HG_CHECKPOINT_PARTS; p++)
        HG_TRY(put_part(file, to->content, p));
    for (int f = 0; f < HG_CHECKPOINT_FIELDS; f++)
        HG_TRY(put_field(file, to->content, f, &to->place[f]));
    return HG_OK;
}

static hid_t create_file(const char *path)
{
    hid_t creation = hg_h5_properties(H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_file_locking(access, false, true);
    H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18);
    const hid_t file =
        hg_h5_has_room() ? H5Fcreate(path, H5F_ACC_TRUNC, creation, access) : -1;
    hg_h5_close(&access);
    hg_h5_close(&creation);
    return file;
}

static hg_status lay_out(writing *to, const char *output, int64_t keep)
{
    HG_TRY(hg_checkpoint_check_places(output, keep));
    unlink(to->path); /* of a crash, or a link, through which nothing is written */
    HG_TRY(check_room(to->content, to->path));
    hg_h5_quiet();
    hid_t file = create_file(to->path);
    hg_status status = file < 0 ? hg_h5_fail(HG_IO, "cannot be created") : put_all(file, to);
    if (file >= 0 && !hg_h5_close_file(file) && status == HG_OK)
        status = hg_h5_fail(HG_IO, "cannot be closed");
    return status == HG_OK ? HG_OK : hg_fail_within(status, "%s: ", to->path);
}

/* --- all: the individuals ---------------------------------------------------------------------- */

static hg_status write_bytes(const writing *to, int descriptor, const char *bytes, int64_t size,
                             int64_t at)
{
    while (size > 0) {
        const ssize_t moved = pwrite(descriptor, bytes, (size_t)size, (off_t)at);
        if (moved < 0 && errno == EINTR) continue;
        if (moved <= 0)
            return hg_fail(HG_IO, "%s: writing %" PRId64 " bytes at byte %" PRId64 ": %s", to->path,
                           size, at, strerror(moved < 0 ? errno : ENOSPC));
        bytes += moved;
        at += moved;
        size -= moved;
    }
    return HG_OK;
}

static hg_status write_field(writing *to, int descriptor, hg_checkpoint_field field,
                             int64_t first, int64_t count, hg_checkpoint_source *source,
                             void *context)
{
    const size_t width = hg_checkpoint_width(to->content, field);
    const int64_t most = hg_checkpoint_piece(to->content, field);
    const int64_t piece = count < most ? count : most;
    char *buffer = NULL;
    hg_status status = hg_allocate(&buffer, HG_MEMORY_OUTPUT, (size_t)piece, width);
    for (int64_t at = 0; at < count && status == HG_OK; at += piece) {
        const int64_t some = count - at < piece ? count - at : piece;
        source(context, field, first + at, some, buffer);
        for (int64_t i = 0; i < some; i++)
            to->digest[field] += hg_digest(field, (uint64_t)(first + at + i),
                                           buffer + (size_t)i * width, width);
        status = write_bytes(to, descriptor, buffer, some * (int64_t)width,
                             to->place[field] + (first + at) * (int64_t)width);
    }
    hg_release(&buffer);
    return status;
}

static hg_status write_own(writing *to, int64_t first, int64_t count,
                           hg_checkpoint_source *source, void *context)
{
    const int descriptor = open(to->path, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return hg_fail(HG_IO, "opening %s: %s", to->path, strerror(errno));
    hg_status status = HG_OK;
    for (int f = 0; f < HG_CHECKPOINT_FIELDS && status == HG_OK; f++)
        status = write_field(to, descriptor, (hg_checkpoint_field)f, first, count, source, context);
    if (status == HG_OK && fsync(descriptor) != 0)
        status = hg_fail(HG_IO, "%s: going to the disk: %s", to->path, strerror(errno));
    if (close(descriptor) != 0 && status == HG_OK)
        status = hg_fail(HG_IO, "%s: closing it: %s", to->path, strerror(errno));
    return status;
}

/* --- root: the end ------------------------------------------------------------------------------ */

static hg_status sync_file(const char *path)
{
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    const bool done = descriptor >= 0 && fsync(descriptor) == 0;
    const hg_status status =
        done ? HG_OK : hg_fail(HG_IO, "%s: going to the disk: %s", path, strerror(errno));
    if (descriptor >= 0) close(descriptor);
    return status;
}

static hg_status put_digests(const writing *to)
{
    hid_t file = hg_h5_open(to->path, true);
    hg_status status = file < 0 ? hg_h5_fail(HG_IO, "cannot be opened again") : HG_OK;
    for (int f = 0; f < HG_CHECKPOINT_FIELDS && status == HG_OK; f++) {
        hid_t handle = H5Dopen2(file, hg_checkpoint_name(f), H5P_DEFAULT);
        status = handle < 0 ? hg_h5_fail(HG_IO, hg_checkpoint_name(f))
                            : hg_h5_put_int64(handle, "digest", (int64_t)to->digest[f]);
        hg_h5_close(&handle);
    }
    if (file >= 0 && !hg_h5_close_file(file) && status == HG_OK)
        status = hg_h5_fail(HG_IO, "cannot be closed");
    if (status != HG_OK) return hg_fail_within(status, "%s: ", to->path);
    HG_TRY(hg_checkpoint_seal(to->path));
    return sync_file(to->path);
}

/* The file as it lies on the disk is read by all. */
static hg_status verify(const writing *to, int64_t first, int64_t count)
{
    hg_checkpoint_file file;
    hg_status status = hg_team_agree(to->communicator, hg_checkpoint_open(&file, to->path));
    if (status == HG_OK) {
        status = hg_checkpoint_read(&file, to->communicator, first, count, NULL, NULL);
        if (status != HG_OK) hg_fail_within(status, "%s: ", to->path);
    }
    const hg_status closed = hg_checkpoint_close(&file, to->path);
    if (status == HG_OK) status = hg_team_agree(to->communicator, closed);
    if (status != HG_BAD_INPUT) return status;
    return hg_fail_within(HG_IO, "a new checkpoint cannot be read back: ");
}

static hg_status write_all(writing *to, const char *output, int64_t keep, int64_t first,
                           int64_t count, hg_checkpoint_source *source, void *context)
{
    const MPI_Comm team = to->communicator;
    hg_status status = hg_checkpoint_part_path(output, &to->path);
    HG_TRY(hg_team_agree(team, status));
    if (to->rank == 0) status = lay_out(to, output, keep);
    HG_TRY(hg_team_agree(team, status));
    MPI_Bcast(to->place, HG_CHECKPOINT_FIELDS, MPI_INT64_T, 0, team);
    HG_TRY(hg_team_agree(team, write_own(to, first, count, source, context)));
    MPI_Allreduce(MPI_IN_PLACE, to->digest, HG_CHECKPOINT_FIELDS, MPI_UINT64_T, MPI_SUM, team);
    if (to->rank == 0) status = put_digests(to);
    HG_TRY(hg_team_agree(team, status));
    HG_TRY(verify(to, first, count));
    if (to->rank == 0) status = hg_checkpoint_enter(to->path, output, keep);
    return hg_team_agree(team, status);
}

hg_status hg_checkpoint_write(const hg_checkpoint *checkpoint, MPI_Comm communicator,
                              const char *output, int64_t keep, int64_t first, int64_t count,
                              hg_checkpoint_source *source, void *context)
{
    writing to = {.content = checkpoint, .communicator = communicator};
    MPI_Comm_rank(communicator, &to.rank);
    const hg_status status = write_all(&to, output, keep, first, count, source, context);
    if (status != HG_OK && to.rank == 0 && to.path != NULL) unlink(to.path);
    hg_release(&to.path);
    return status;
}
