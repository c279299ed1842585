/* SPDX-License-Identifier: GPL-3.0-or-later
 * The names of checkpoints: NAME.ckpt is the newest, NAME.ckpt.1 the one before, and so on;
 * NAME.ckpt.part one that is being written. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/path.h"
#include "io/checkpoint_internal.h"

enum { LONGEST_PATH = 4200, LONGEST_NUMBERED = LONGEST_PATH + 24 };

/* The output's name, but for its ending .h5, and a suffix. */
static hg_status name_with(const char *output, const char *suffix, char **path)
{
    const size_t length = strlen(output) - strlen(".h5");
    const size_t size = length + strlen(suffix) + 1;
    HG_TRY(hg_allocate(path, HG_MEMORY_OUTPUT, size, 1));
    snprintf(*path, size, "%.*s%s", (int)length, output, suffix);
    return HG_OK;
}

hg_status hg_checkpoint_path(const char *output, int64_t number, char **path)
{
    char suffix[32] = ".ckpt";
    if (number > 0) snprintf(suffix, sizeof suffix, ".ckpt.%" PRId64, number);
    return name_with(output, suffix, path);
}

hg_status hg_checkpoint_part_path(const char *output, char **path)
{
    return name_with(output, ".ckpt.part", path);
}

hg_status hg_checkpoint_stop_path(const char *output, char **path)
{
    return name_with(output, ".stop", path);
}

static void put_number(char path[LONGEST_NUMBERED], const char *newest, int64_t number)
{
    if (number == 0) snprintf(path, LONGEST_NUMBERED, "%s", newest);
    else snprintf(path, LONGEST_NUMBERED, "%s.%" PRId64, newest, number);
}

/* The newest one's. Without memory of the heap: nothing may fail between two renamings but they
 * themselves, and nobody may take a lack of memory for a lack of checkpoints. */
static hg_status put_name(char path[LONGEST_PATH], const char *output)
{
    const int length = (int)(strlen(output) - strlen(".h5"));
    if (snprintf(path, LONGEST_PATH, "%.*s.ckpt", length, output) < LONGEST_PATH) return HG_OK;
    return hg_fail(HG_IO, "%s: the name is too long", output);
}

/* The number of a checkpoint whose name goes on like this after that of the newest one; or -1. */
static int64_t number_of(const char *rest)
{
    char *end;
    if (rest[0] == '\0') return 0;
    if (rest[0] != '.' || rest[1] < '1' || rest[1] > '9') return -1;
    const long number = strtol(rest + 1, &end, 10);
    return *end == '\0' && number < HG_MOST_CHECKPOINTS ? number : -1;
}

typedef struct found {
    int64_t next, last; /* the first number from the one asked for on, and the last of all; or -1 */
} found;

static void note(found *numbers, int64_t from, int64_t number)
{
    if (number > numbers->last) numbers->last = number;
    if (number >= from && (numbers->next < 0 || number < numbers->next)) numbers->next = number;
}

/* In a folder that cannot be listed each name is asked for. One of which nothing can be known counts:
 * whoever opens it is told why. */
static found probe(const char *newest, int64_t from)
{
    char path[LONGEST_NUMBERED];
    found numbers = {-1, -1};
    bool known = true;
    for (int64_t k = 0; k < HG_MOST_CHECKPOINTS && known; k++) {
        put_number(path, newest, k);
        const bool there = access(path, F_OK) == 0;
        known = there || errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG;
        if (there || (!known && k >= from)) note(&numbers, from, k);
    }
    return numbers;
}

/* File systems of clusters list a folder faster than they look for a thousand names. */
static found find(const char *output, int64_t from)
{
    char folder[PATH_MAX], newest[LONGEST_PATH];
    found numbers = {-1, -1};
    if (put_name(newest, output) != HG_OK) return numbers; /* no name of a file is so long */
    const char *name = hg_path_name(newest);
    hg_path_folder(newest, folder);
    const size_t length = strlen(name);
    DIR *entries = opendir(folder);
    errno = entries == NULL ? EIO : 0;
    for (const struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        if (strncmp(entry->d_name, name, length) == 0)
            note(&numbers, from, number_of(entry->d_name + length));
        errno = 0;
    }
    const bool listed = errno == 0;
    if (entries != NULL) closedir(entries);
    return listed ? numbers : probe(newest, from);
}

int64_t hg_checkpoint_next(const char *output, int64_t number) { return find(output, number).next; }

bool hg_checkpoint_any(const char *output) { return find(output, 0).last >= 0; }

/* A checkpoint is an ordinary file; nothing else is removed, or written over. */
static bool is_other(const char *path)
{
    struct stat what;
    return stat(path, &what) == 0 && !S_ISREG(what.st_mode);
}

static bool move_aside(const char *path)
{
    char aside[LONGEST_PATH];
    return (size_t)snprintf(aside, sizeof aside, "%s" HG_CHECKPOINT_ASIDE, path) < sizeof aside &&
           access(aside, F_OK) != 0 && rename(path, aside) == 0;
}

bool hg_checkpoint_clear(const char *output, int64_t number)
{
    char *path = NULL;
    bool moved = false;
    if (hg_checkpoint_path(output, number, &path) == HG_OK) {
        if (is_other(path)) moved = move_aside(path);
        else unlink(path);
    }
    hg_release(&path);
    return moved;
}

static hg_status check_place(const char *path)
{
    if (!is_other(path)) return HG_OK;
    return hg_fail(HG_IO, "%s is a folder or device, and a checkpoint is to be written there: it "
                   "has to be moved", path);
}

hg_status hg_checkpoint_check_folder(const char *output)
{
    char folder[PATH_MAX];
    hg_path_folder(output, folder);
    if (access(folder, W_OK) == 0) return HG_OK;
    return hg_fail(HG_IO, "no checkpoints of %s can be written: the folder %s: %s", output, folder,
                   strerror(errno));
}

hg_status hg_checkpoint_check_places(const char *output, int64_t keep)
{
    char *path = NULL;
    hg_status status = hg_checkpoint_part_path(output, &path);
    if (status == HG_OK) status = check_place(path);
    for (int64_t k = 0; k < keep && status == HG_OK; k++) {
        hg_release(&path);
        status = hg_checkpoint_path(output, k, &path);
        if (status == HG_OK) status = check_place(path);
    }
    hg_release(&path);
    return status;
}

void hg_checkpoint_remove_unfinished(const char *output)
{
    char *path = NULL;
    if (hg_checkpoint_part_path(output, &path) == HG_OK) unlink(path);
    hg_release(&path);
}

static void remove_one(const char *output, int64_t number)
{
    char *path = NULL;
    if (hg_checkpoint_path(output, number, &path) == HG_OK) unlink(path);
    hg_release(&path);
}

/* The oldest goes first: whatever interrupts this, the newest is still there. */
void hg_checkpoint_remove_all(const char *output)
{
    hg_checkpoint_remove_unfinished(output);
    for (int64_t k = find(output, 0).last; k >= 0; k--) remove_one(output, k);
}

/* What the folder holds by now survives a failing machine, as far as the file system can do
 * that. */
static void sync_folder(const char *path)
{
    char folder[PATH_MAX];
    hg_path_folder(path, folder);
    const int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    fsync(descriptor);
    close(descriptor);
}

static hg_status move(const char *from, const char *to)
{
    if (rename(from, to) == 0) return HG_OK;
    return hg_fail(HG_IO, "cannot rename %s to %s: %s", from, to, strerror(errno));
}

/* The newest gets the name of the one before as well, so that it never lacks its own; where
 * the file system has no second names it is renamed. */
static hg_status name_twice(const char *newest, const char *before)
{
    unlink(before);
    return link(newest, before) == 0 ? HG_OK : move(newest, before);
}

static hg_status make_room(const char *newest, int64_t keep)
{
    char from[LONGEST_NUMBERED], to[LONGEST_NUMBERED];
    for (int64_t k = keep - 1; k > 0; k--) {
        put_number(from, newest, k - 1);
        put_number(to, newest, k);
        if (access(from, F_OK) != 0) continue;
        HG_TRY(k > 1 ? move(from, to) : name_twice(from, to));
    }
    return HG_OK;
}

/* More than `keep` there are where a run file asked for more before. */
static void remove_surplus(const char *newest, int64_t keep)
{
    char path[LONGEST_NUMBERED];
    for (int64_t k = keep; k < HG_MOST_CHECKPOINTS; k++) {
        put_number(path, newest, k);
        if (unlink(path) != 0) break;
    }
}

hg_status hg_checkpoint_enter(const char *part, const char *output, int64_t keep)
{
    char newest[LONGEST_PATH];
    HG_TRY(put_name(newest, output));
    HG_TRY(make_room(newest, keep));
    HG_TRY(move(part, newest));
    sync_folder(newest);
    remove_surplus(newest, keep);
    return HG_OK;
}

hg_status hg_checkpoint_retire(const char *output)
{
    const bool any = hg_checkpoint_any(output);
    const int descriptor = any ? open(output, O_RDONLY | O_CLOEXEC) : -1;
    hg_status status = HG_OK;
    if (any && (descriptor < 0 || fsync(descriptor) != 0))
        status = hg_fail(HG_IO, "%s: %s", output, strerror(errno));
    if (descriptor >= 0) close(descriptor);
    if (status == HG_OK) hg_checkpoint_remove_all(output);
    return status;
}
