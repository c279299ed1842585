/* SPDX-License-Identifier: GPL-3.0-or-later
 * The life of a result file: created, flushed, closed. */
#include "io/output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/path.h"
#include "io/h5.h"
#include "io/output_internal.h"
#include "io/results.h"
#include "parallel/team.h"

#define METADATA_ROOM ((int64_t)1 << 20) /* for the index that grows with the data */
#define META_BLOCK ((hsize_t)64 << 10)   /* metadata in few places, not between the data */

static hg_status check_folder(const char *path)
{
    char folder[PATH_MAX];
    struct stat what;
    hg_path_folder(path, folder);
    if (stat(folder, &what) != 0)
        return hg_fail(HG_IO, "cannot create %s: %s: %s", path, folder, strerror(errno));
    if (!S_ISDIR(what.st_mode))
        return hg_fail(HG_IO, "cannot create %s: %s is not a folder", path, folder);
    if (access(folder, W_OK) == 0) return HG_OK;
    return hg_fail(HG_IO, "cannot create %s: the folder %s: %s", path, folder, strerror(errno));
}

/* Nobody writes there now, but since the run looked at it another one may have come to its end. */
static hg_status check_unfinished(const char *path)
{
    hg_results results;
    const hg_status status = hg_results_open(&results, path);
    const bool complete = status == HG_OK && results.complete;
    hg_results_close(&results);
    if (!complete) return status == HG_OK || status == HG_BAD_INPUT ? HG_OK : status;
    return hg_fail(HG_USAGE, "%s was completed by another run as this one began: it is left as it is",
                   path);
}

static hg_status check_path(const hg_output_plan *plan, int *earlier)
{
    struct stat what;
    if (plan->path == NULL || *plan->path == '\0')
        return hg_fail(HG_USAGE, "the output file has no name");
    if (stat(plan->path, &what) == 0) {
        if (S_ISDIR(what.st_mode))
            return hg_fail(HG_IO, "cannot create %s: it is a folder", plan->path);
        if (S_ISREG(what.st_mode)) HG_TRY(hg_output_lock_earlier(plan->path, earlier));
        if (!plan->replace)
            return hg_fail(HG_USAGE, "%s exists; --force replaces it, -o FILE writes another one",
                           plan->path);
        if (!S_ISREG(what.st_mode))
            return hg_fail(HG_IO, "cannot replace %s: it is not an ordinary file", plan->path);
        if (access(plan->path, R_OK | W_OK) != 0)
            return hg_fail(HG_IO, "cannot replace %s: %s; allowed: a result that you may read and "
                           "write, or another name (-o)", plan->path, strerror(errno));
        const hg_status known = hg_results_recognize(plan->path);
        if (known != HG_OK)
            return hg_fail_within(known == HG_BAD_INPUT ? HG_USAGE : known,
                                  "only results are replaced (-o names another file), and %s is ",
                                  plan->path);
        if (plan->unfinished) HG_TRY(check_unfinished(plan->path));
    }
    return check_folder(plan->path);
}

static hg_status check_room_of(const struct statvfs *volume, const char *path, int64_t bytes)
{
    if (volume->f_blocks == 0) return HG_OK; /* it does not say */
    const double room = (double)volume->f_bavail * (double)volume->f_frsize;
    if (room >= (double)bytes + (double)METADATA_ROOM) return HG_OK;
    return hg_fail(HG_IO, "%s: the disk is full: %" PRId64 " bytes are to be written and %.0f are "
                   "free", path, bytes + METADATA_ROOM, room);
}

/* Against the size that this process may give to a file. */
static hg_status check_limit(const char *path, double bytes)
{
    struct rlimit size;
    if (getrlimit(RLIMIT_FSIZE, &size) != 0 || size.rlim_cur == RLIM_INFINITY) return HG_OK;
    if ((double)size.rlim_cur >= bytes) return HG_OK;
    return hg_fail(HG_IO, "%s: the output will have %.0f bytes, and this process may write files of "
                   "%.0f (ulimit -f)", path, bytes, (double)size.rlim_cur);
}

/* What an earlier run takes will be free by then, or is the beginning of this one. */
hg_status hg_output_check_planned(const hg_output *output)
{
    struct statvfs volume;
    struct stat earlier;
    const char *path = output->plan.path;
    const double needed = hg_output_planned_bytes(&output->plan) + (double)METADATA_ROOM;
    HG_TRY(check_limit(path, needed));
    if (fstatvfs(output->held, &volume) != 0 || volume.f_blocks == 0) return HG_OK;
    double room = (double)volume.f_bavail * (double)volume.f_frsize;
    if (stat(path, &earlier) == 0) room += 512.0 * (double)earlier.st_blocks;
    if (room >= needed) return HG_OK;
    return hg_fail(HG_IO, "%s: the disk is too small: the output will have %.0f bytes and %.0f are "
                   "free", path, needed, room);
}

hg_status hg_output_check_room(const hg_output *output, int64_t bytes)
{
    struct statvfs volume;
    if (output->rank != 0) return HG_OK;
    HG_TRY(hg_output_check_whole(output));
    if (fstatvfs(output->held, &volume) != 0)
        return hg_fail(HG_IO, "%s: %s", output->plan.path, strerror(errno));
    return check_room_of(&volume, output->plan.path, bytes);
}

bool hg_output_by_all(const hg_output *output) { return output->together && output->ranks > 1; }

hg_status hg_output_broken(const hg_output *output, const char *what)
{
    hg_h5_fail(HG_IO, what);
    const hg_status status = hg_fail_within(HG_IO, "%s: writing ", output->plan.path);
    if (hg_output_by_all(output)) hg_team_abort(output->plan.communicator, status);
    return status;
}

hg_status hg_output_written(const hg_output *output, bool wait)
{
    hg_status status = HG_OK;
    if (output->writer != NULL)
        status = wait ? hg_writer_wait(output->writer) : hg_writer_check(output->writer);
    return status == HG_OK ? HG_OK : hg_fail_within(status, "%s: ", output->plan.path);
}

/* Root: a new file beside the final one, which may hold an earlier run until this one is
 * safely begun. */
static hg_status begin(hg_output *output, int *earlier, char *suffix,
                       const hg_provenance *provenance)
{
    const hg_output_plan *plan = &output->plan;
    HG_TRY(check_path(plan, earlier));
    hg_output_remove_abandoned(plan->path);
    HG_TRY(hg_output_hold_new(plan->path, suffix, &output->held));
    char *beside = NULL;
    hg_status status = hg_output_check_planned(output);
    if (status == HG_OK) status = hg_output_name_beside(plan->path, suffix, &beside);
    if (status == HG_OK) {
        hg_output_draw_id(output->image.run_id);
        status = hg_output_skeleton(beside, plan, provenance, output->image.run_id);
        if (status == HG_OK) status = hg_output_image_take(&output->image, beside, plan);
        output->fixed_end = output->image.file_size;
        if (status != HG_OK) hg_fail_within(status, "cannot create %s: ", plan->path);
    }
    if (status != HG_OK) hg_output_unlink_beside(plan->path, suffix);
    hg_release(&beside);
    return status;
}

static hg_status see(const char *path)
{
    if (access(path, W_OK) == 0) return HG_OK;
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    return hg_fail(HG_IO, "cannot open %s on %s: %s (all machines must share its folder)", path,
                   host, strerror(errno));
}

static hg_status open_file(hg_output *output, const char *path, bool by_all)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18);
    H5Pset_meta_block_size(access, META_BLOCK);
    if (by_all) {
        H5Pset_fapl_mpio(access, output->plan.communicator, MPI_INFO_NULL);
        H5Pset_coll_metadata_write(access, true);
    } else {
        H5Pset_file_locking(access, false, true);
    }
    output->file = by_all || hg_h5_has_room() ? H5Fopen(path, H5F_ACC_RDWR, access) : -1;
    hg_h5_close(&access);
    return output->file < 0 ? hg_h5_fail(HG_IO, path) : HG_OK;
}

/* Root opens the file and sees whether the others need it. */
static hg_status open_alone(hg_output *output, const char *path)
{
    HG_TRY(open_file(output, path, false));
    HG_TRY(hg_output_snapshots_find(output));
    return hg_output_ancestry_find(output);
}

static hg_status open_content(hg_output *output, const char *path)
{
    if (output->file >= 0) output->done = H5Aopen(output->file, "generations_done", H5P_DEFAULT);
    if (output->file >= 0 && output->done < 0) return hg_h5_fail(HG_IO, path);
    HG_TRY(hg_output_records_open(output));
    HG_TRY(hg_output_snapshots_open(output, path));
    return hg_output_ancestry_open(output);
}

hg_status hg_output_open(hg_output *output, const char *path)
{
    const MPI_Comm team = output->plan.communicator;
    hg_status status = hg_output_snapshots_describe(output);
    if (status == HG_OK && output->rank == 0) status = open_alone(output, path);
    HG_TRY(hg_team_agree(team, status));
    hg_output_snapshots_share(output);
    hg_output_ancestry_share(output);
    if (hg_output_by_all(output)) {
        if (output->rank == 0 && !hg_h5_close_file(output->file)) status = hg_h5_fail(HG_IO, path);
        output->file = -1;
        /* all come to the opening, or none */
        if (status == HG_OK && !hg_h5_has_room())
            status = hg_fail(HG_NO_MEMORY, "%s: no memory for HDF5", path);
        HG_TRY(hg_team_agree(team, status));
        HG_TRY(hg_team_agree(team, open_file(output, path, true)));
    }
    HG_TRY(hg_team_agree(team, open_content(output, path)));
    hg_output_note_size(output);
    return HG_OK;
}

void hg_output_let_go(hg_output *output)
{
    hg_writer_abandon(&output->writer);
    hg_output_records_close(output);
    hg_output_snapshots_close(output);
    hg_output_ancestry_close(output);
    hg_h5_close(&output->done);
    if (output->file >= 0) hg_h5_close_file(output->file);
    output->file = -1;
}

/* Opens the skeleton on all ranks and gives it its name. */
static hg_status join(hg_output *output, const char *beside, bool earlier)
{
    const MPI_Comm team = output->plan.communicator;
    HG_TRY(hg_team_agree(team, see(beside)));
    HG_TRY(hg_output_open(output, beside));
    hg_status status = HG_OK;
    if (output->rank == 0) status = hg_output_name_file(beside, output->plan.path, earlier);
    return hg_team_agree(team, status);
}

static hg_status create(hg_output *output)
{
    const hg_output_plan *plan = &output->plan;
    char *beside = NULL, suffix[HG_SUFFIX_SIZE] = "";
    int earlier = -1;
    hg_provenance provenance;
    hg_status status = hg_provenance_gather(&provenance, plan->communicator, plan->threads);
    HG_TRY_OUT(hg_team_agree(plan->communicator, status));
    if (output->rank == 0) status = begin(output, &earlier, suffix, &provenance);
    HG_TRY_OUT(hg_team_agree(plan->communicator, status));
    MPI_Bcast(suffix, sizeof suffix, MPI_CHAR, 0, plan->communicator);
    status = hg_output_name_beside(plan->path, suffix, &beside);
    status = hg_team_agree(plan->communicator, status);
    if (status == HG_OK) status = join(output, beside, earlier >= 0);
    if (status != HG_OK) {
        hg_output_let_go(output);
        if (output->rank == 0) hg_output_unlink_beside(plan->path, suffix);
    }
out:
    if (earlier >= 0) close(earlier);
    if (status != HG_OK) hg_output_let_file_go(output);
    hg_provenance_free(&provenance);
    hg_release(&beside);
    return status;
}

hg_status hg_output_allocate(hg_output **output, const hg_output_plan *plan)
{
    hg_h5_quiet();
    hg_status status = hg_allocate(output, HG_MEMORY_OUTPUT, 1, sizeof **output);
    status = hg_team_agree(plan->communicator, status);
    if (status != HG_OK) {
        hg_release(output);
        return status;
    }
    hg_output *made = *output;
    made->plan = *plan;
    made->file = made->done = made->snapshot_generation = made->ancestry.generation = -1;
    made->ancestry.parents[0].handle = made->ancestry.parents[1].handle = -1;
    made->held = -1;
    MPI_Comm_rank(plan->communicator, &made->rank);
    MPI_Comm_size(plan->communicator, &made->ranks);
    return HG_OK;
}

hg_status hg_output_create(hg_output **output, const hg_output_plan *plan)
{
    HG_TRY(hg_output_allocate(output, plan));
    const hg_status status = create(*output);
    if (status == HG_OK) return HG_OK;
    hg_output_image_free(&(*output)->image);
    hg_release(&(*output)->values.span);
    hg_release(output);
    return status;
}

const hg_output_image *hg_output_image_of(const hg_output *output) { return &output->image; }

static hg_status sync_file(const hg_output *output)
{
    if (output->file < 0) return HG_OK;
    if (H5Fflush(output->file, H5F_SCOPE_GLOBAL) < 0)
        return hg_output_broken(output, "to the disk");
    return HG_OK;
}

/* What is recorded goes before the number that counts it. Ranks that have the file open together
 * come to the end of this together. */
static hg_status count_records(hg_output *output, int64_t generation)
{
    HG_TRY(sync_file(output));
    if (output->file >= 0 && H5Awrite(output->done, H5T_NATIVE_INT64, &generation) < 0)
        return hg_output_broken(output, "generations_done");
    return sync_file(output);
}

hg_status hg_output_flush(hg_output *output, int64_t generation)
{
    const MPI_Comm team = output->plan.communicator;
    HG_TRY(hg_output_records_write(output));
    HG_TRY(hg_output_ancestry_write(output));
    hg_status status = hg_output_written(output, true);
    if (status == HG_OK) status = hg_output_check_whole(output);
    HG_TRY(hg_team_agree(team, status));
    HG_TRY(hg_team_agree(team, count_records(output, generation)));
    /* Where all has its place from the beginning the size is known from the beginning, too. */
    if (output->image.room == 0) hg_output_note_size(output);
    return hg_team_agree(team, hg_output_check_whole(output));
}

/* Each rank of what it has written itself: on a network file system others know nothing of it. */
hg_status hg_output_sync(hg_output *output)
{
    hg_status status = output->writer != NULL ? hg_writer_sync(output->writer) : HG_OK;
    if (status == HG_OK && output->rank == 0 && fsync(output->held) != 0)
        status = hg_fail(HG_IO, "%s", strerror(errno));
    if (status != HG_OK) hg_fail_within(status, "%s: ", output->plan.path);
    return hg_team_agree(output->plan.communicator, status);
}

int64_t hg_output_bytes(const hg_output *output) { return output->bytes; }

/* What is left to write, and the file itself. */
static hg_status close_all(hg_output *output)
{
    const MPI_Comm team = output->plan.communicator;
    HG_TRY(hg_output_records_write(output));
    HG_TRY(hg_output_ancestry_write(output));
    hg_status status = hg_output_check_room(output, 0);
    if (status == HG_OK && output->writer != NULL) {
        status = hg_writer_close(&output->writer);
        if (status != HG_OK) hg_fail_within(status, "%s: ", output->plan.path);
    }
    HG_TRY(hg_team_agree(team, status));
    const hid_t file = output->file;
    const int64_t unclosed = hg_h5_unclosed();
    output->file = -1; /* it is closed for good, and that may fail */
    hg_output_let_go(output);
    if (file >= 0) hg_h5_close_file(file);
    if (hg_h5_unclosed() > unclosed) status = hg_output_broken(output, "to the disk");
    return hg_team_agree(team, status);
}

hg_status hg_output_close(hg_output **output, int64_t generation, bool complete,
                          const char *stop_reason, const hg_performance *performance)
{
    hg_output *open = *output;
    hg_status status = close_all(open);
    if (status != HG_OK) {
        hg_output_abandon(output);
        return status;
    }
    if (open->rank == 0)
        status = hg_output_end(open, generation, complete, stop_reason, performance);
    status = hg_team_agree(open->plan.communicator, status);
    hg_output_let_file_go(open);
    hg_output_image_free(&open->image);
    hg_release(&open->values.span);
    hg_release(output);
    return status;
}

void hg_output_abandon(hg_output **output)
{
    if (*output == NULL) return;
    hg_output_let_go(*output);
    H5Eclear2(H5E_DEFAULT);
    hg_output_let_file_go(*output);
    hg_output_image_free(&(*output)->image);
    hg_release(&(*output)->values.span);
    hg_release(output);
}
