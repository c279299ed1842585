/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whose file it is. A file is made under a name that no other run has, gets its own when it
 * is safely begun, and stays locked until it is closed. The lock is on the file itself, so
 * that nothing is left behind, and ends with the process, whatever ends that. What a run that
 * was killed before it could name its file has left is removed by the next one. */
#define _GNU_SOURCE /* locks of an open file rather than of the process */
#include "io/output_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

#include "base/memory.h"
#include "base/path.h"

#define ATTEMPTS 1000
#define NFS_MAGIC 0x6969
/* Far behind all data: the locks of MPI-IO, on what it writes, do not meet this one. */
#define LOCKED_BYTE ((off_t)1 << 62)

/* HDF5's readers lock with flock, which has nothing to do with this lock except on NFS, where
 * they would be kept out of a file that they may read. */
static bool keeps_readers_out(int descriptor)
{
#ifdef __linux__
    struct statfs volume;
    return fstatfs(descriptor, &volume) == 0 && volume.f_type == NFS_MAGIC;
#else
    (void)descriptor;
    return true;
#endif
}

/* False only when another run has the lock: many file systems have none. */
static bool lock(int descriptor)
{
#ifdef F_OFD_SETLK
    struct flock what = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCKED_BYTE,
                         .l_len = 1};
    if (keeps_readers_out(descriptor)) return true;
    return fcntl(descriptor, F_OFD_SETLK, &what) == 0 || (errno != EAGAIN && errno != EACCES);
#else
    return descriptor >= 0;
#endif
}

static bool is_at(int descriptor, const char *path)
{
    struct stat held, there;
    return fstat(descriptor, &held) == 0 && stat(path, &there) == 0 &&
           held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

static hg_status taken(const char *path)
{
    return hg_fail(HG_USAGE, "%s is being written by another run", path);
}

hg_status hg_output_lock_earlier(const char *path, int *descriptor)
{
    struct stat there;
    *descriptor = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (*descriptor < 0) return HG_OK; /* a file without write permission, say: errno tells */
    /* Replaced since it was opened: by a run that began in this moment. */
    if (lock(*descriptor) && is_at(*descriptor, path)) return HG_OK;
    const int reason = stat(path, &there) == 0 ? 0 : errno;
    close(*descriptor);
    *descriptor = -1;
    if (reason == 0 || reason == ENOENT) return taken(path);
    return hg_fail(HG_IO, "%s: %s", path, strerror(reason));
}

hg_status hg_output_await(const char *path, bool *waited)
{
    enum { PAUSES = 50 };
    const struct timespec pause = {0, 100000000}; /* 5 s in all */
    hg_status status = HG_OK;
    for (int k = 0; k < PAUSES; k++) {
        int descriptor;
        status = hg_output_lock_earlier(path, &descriptor);
        if (descriptor >= 0) close(descriptor);
        if (status == HG_OK) return HG_OK;
        *waited = true;
        nanosleep(&pause, NULL);
    }
    return status;
}

hg_status hg_output_name_beside(const char *path, const char *suffix, char **beside)
{
    const size_t size = strlen(path) + strlen(suffix) + 1;
    HG_TRY(hg_allocate(beside, HG_MEMORY_OUTPUT, size, 1));
    snprintf(*beside, size, "%s%s", path, suffix);
    return HG_OK;
}

hg_status hg_output_hold_new(const char *path, char suffix[HG_SUFFIX_SIZE], int *descriptor)
{
    errno = EEXIST;
    for (int k = 0; k < ATTEMPTS && *descriptor < 0 && errno == EEXIST; k++) {
        char *beside = NULL; /* processes of two machines may have the same number */
        snprintf(suffix, HG_SUFFIX_SIZE, ".new-%ld-%d", (long)getpid(), k);
        HG_TRY(hg_output_name_beside(path, suffix, &beside));
        *descriptor = open(beside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        const int reason = errno;
        hg_release(&beside);
        errno = reason;
    }
    if (*descriptor < 0) return hg_fail(HG_IO, "cannot create %s: %s", path, strerror(errno));
    lock(*descriptor); /* nobody else knows its name */
    return HG_OK;
}

/* Whether a name goes on after that of the output as hg_output_hold_new() gives it. */
static bool is_beside(const char *rest)
{
    static const char digits[] = "0123456789";
    if (strncmp(rest, ".new-", 5) != 0) return false;
    rest += 5;
    const size_t process = strspn(rest, digits);
    if (process == 0 || rest[process] != '-') return false;
    rest += process + 1;
    const size_t attempt = strspn(rest, digits);
    return attempt > 0 && rest[attempt] == '\0';
}

/* Nobody has the lock of a file that a killed run was about to make. */
static void remove_if_abandoned(const char *path)
{
    const int descriptor = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return;
    if (lock(descriptor) && is_at(descriptor, path)) unlink(path);
    close(descriptor);
}

void hg_output_remove_abandoned(const char *path)
{
    char folder[PATH_MAX], beside[PATH_MAX + 256];
    const char *name = hg_path_name(path);
    hg_path_folder(path, folder);
    DIR *entries = opendir(folder);
    if (entries == NULL) return;
    const size_t known = strlen(name);
    for (const struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries))
        if (strncmp(entry->d_name, name, known) == 0 && is_beside(entry->d_name + known)) {
            snprintf(beside, sizeof beside, "%s/%.255s", folder, entry->d_name);
            remove_if_abandoned(beside);
        }
    closedir(entries);
}

void hg_output_unlink_beside(const char *path, const char *suffix)
{
    char name[4096]; /* without memory of the heap: it may be what is lacking */
    if ((size_t)snprintf(name, sizeof name, "%s%s", path, suffix) < sizeof name) unlink(name);
}

hg_status hg_output_name_file(const char *beside, const char *path, bool replace)
{
    if (!replace && link(beside, path) == 0) {
        unlink(beside);
        return HG_OK;
    }
    /* There since the check: a run that began at the same time. What else keeps a link from
     * being made (file systems without them, a link to nowhere) does not keep a name from it. */
    if (!replace && errno == EEXIST && access(path, F_OK) == 0) return taken(path);
    if (rename(beside, path) == 0) return HG_OK;
    return hg_fail(HG_IO, "cannot create %s: %s", path, strerror(errno));
}

static int64_t size_of(const hg_output *output)
{
    struct stat what;
    return fstat(output->held, &what) == 0 ? (int64_t)what.st_size : 0;
}

hg_status hg_output_check_same(const hg_output *output)
{
    if (is_at(output->held, output->plan.path)) return HG_OK;
    return hg_fail(HG_IO, "%s was replaced or removed while the run wrote it", output->plan.path);
}

hg_status hg_output_check_whole(const hg_output *output)
{
    if (output->rank != 0) return HG_OK;
    HG_TRY(hg_output_check_same(output));
    const int64_t size = size_of(output);
    if (size >= output->least_size) return HG_OK;
    return hg_fail(HG_IO, "%s was cut short while the run wrote it: it has %" PRId64 " of %" PRId64
                   " bytes", output->plan.path, size, output->least_size);
}

void hg_output_note_size(hg_output *output)
{
    if (output->rank == 0) output->least_size = size_of(output);
}

void hg_output_let_file_go(hg_output *output)
{
    if (output->held >= 0) close(output->held);
    output->held = -1;
}
