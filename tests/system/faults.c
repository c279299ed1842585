/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Loaded before other libraries (LD_PRELOAD) into happygene by tests/system/faults.py and killed.py: the
 * k-th call of a function of HDF5 or of the system fails. Not part of the program.
 *
 *   HG_FAULT=NAME:K    the K-th call of NAME fails; NAME: a wrapped function, or any of HDF5's;
 *                      pwrite, ftruncate, close, rename, link, unlink: of a result file or checkpoint;
 *                      touch: any of these but close; pread, readdir: of what has HG_FAULT_FILE in its path
 *   HG_FAULT_KILL=1    instead of failing, the K-th call kills the process before it does anything
 *   HG_FAULT_LASTS=1   all later calls fail, too
 *   HG_FAULT_RANK=R    on this rank alone (default: the last one, or a process without ranks)
 *   HG_FAULT_COUNT=F   at the end, the number of calls is written to the file F
 *   HG_FAULT_BYTES=N   result files have room for N bytes: short writes, then ENOSPC
 *   HG_FAULT_SHORT=1   every write to a file writes half of what it is asked for
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <hdf5.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#pragma GCC visibility push(default) /* what is wrapped must be found before the real one */

static long counted;

static int is_mine(void)
{
    const char *rank = getenv("OMPI_COMM_WORLD_RANK"), *wanted = getenv("HG_FAULT_RANK");
    return rank == NULL || wanted == NULL || strcmp(rank, wanted) == 0;
}

static int must_fail(const char *name)
{
    const char *fault = getenv("HG_FAULT");
    if (fault == NULL || !is_mine()) return 0;
    const char *colon = strchr(fault, ':');
    const size_t length = (size_t)(colon - fault);
    const int any = strncmp(fault, "any", length) == 0;
    if (!any && (strncmp(fault, name, length) != 0 || name[length] != '\0')) return 0;
    const long wanted = strtol(colon + 1, NULL, 10);
    if (++counted == wanted && getenv("HG_FAULT_KILL") != NULL) kill(getpid(), SIGKILL);
    return counted == wanted || (wanted > 0 && counted > wanted && getenv("HG_FAULT_LASTS") != NULL);
}

__attribute__((destructor)) static void write_count(void)
{
    const char *path = getenv("HG_FAULT_COUNT");
    /* MPI may start a process of its own, which calls nothing of that */
    FILE *file = path != NULL && counted > 0 && is_mine() ? fopen(path, "w") : NULL;
    if (file == NULL) return;
    fprintf(file, "%ld\n", counted);
    fclose(file);
}

/* A function of HDF5, found again in the library behind this one. */
#define WRAP(type, name, parameters, arguments)                                                    \
    type name parameters;                                                                          \
    type name parameters                                                                           \
    {                                                                                              \
        if (must_fail(#name)) return -1;                                                           \
        type(*real) parameters;                                                                    \
        *(void **)&real = dlsym(RTLD_NEXT, #name);                                                 \
        return real arguments;                                                                     \
    }

WRAP(hid_t, H5Fopen, (const char *a, unsigned b, hid_t c), (a, b, c))
WRAP(hid_t, H5Fcreate, (const char *a, unsigned b, hid_t c, hid_t d), (a, b, c, d))
WRAP(herr_t, H5Fflush, (hid_t a, H5F_scope_t b), (a, b))
WRAP(hid_t, H5Gcreate2, (hid_t a, const char *b, hid_t c, hid_t d, hid_t e), (a, b, c, d, e))
WRAP(hid_t, H5Gopen2, (hid_t a, const char *b, hid_t c), (a, b, c))
WRAP(hid_t, H5Oopen, (hid_t a, const char *b, hid_t c), (a, b, c))
WRAP(hid_t, H5Dopen2, (hid_t a, const char *b, hid_t c), (a, b, c))
WRAP(hid_t, H5Dcreate2, (hid_t a, const char *b, hid_t c, hid_t d, hid_t e, hid_t f, hid_t g),
     (a, b, c, d, e, f, g))
WRAP(herr_t, H5Dset_extent, (hid_t a, const hsize_t b[]), (a, b))
WRAP(herr_t, H5Dread, (hid_t a, hid_t b, hid_t c, hid_t d, hid_t e, void *f), (a, b, c, d, e, f))
WRAP(herr_t, H5Dwrite, (hid_t a, hid_t b, hid_t c, hid_t d, hid_t e, const void *f),
     (a, b, c, d, e, f))
WRAP(hid_t, H5Acreate2, (hid_t a, const char *b, hid_t c, hid_t d, hid_t e, hid_t f),
     (a, b, c, d, e, f))
WRAP(hid_t, H5Aopen, (hid_t a, const char *b, hid_t c), (a, b, c))
WRAP(herr_t, H5Aread, (hid_t a, hid_t b, void *c), (a, b, c))
WRAP(herr_t, H5Awrite, (hid_t a, hid_t b, const void *c), (a, b, c))
WRAP(herr_t, H5DSset_scale, (hid_t a, const char *b), (a, b))
WRAP(herr_t, H5DSattach_scale, (hid_t a, hid_t b, unsigned c), (a, b, c))
WRAP(hid_t, H5Screate_simple, (int a, const hsize_t b[], const hsize_t c[]), (a, b, c))
WRAP(hid_t, H5Dget_space, (hid_t a), (a))
WRAP(herr_t, H5Sselect_hyperslab,
     (hid_t a, H5S_seloper_t b, const hsize_t c[], const hsize_t d[], const hsize_t e[],
      const hsize_t f[]), (a, b, c, d, e, f))

/* The file is closed all the same: HDF5 tells afterwards that something could not be written. */
herr_t H5Fclose(hid_t file)
{
    const int fails = must_fail("H5Fclose");
    herr_t (*real)(hid_t);
    *(void **)&real = dlsym(RTLD_NEXT, "H5Fclose");
    const herr_t result = real(file);
    return fails ? -1 : result;
}

static int path_of(int file, char path[4096])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const ssize_t length = readlink(link, path, 4095);
    path[length < 0 ? 0 : length] = '\0';
    return length >= 0;
}

static int is_named(const char *path)
{
    return strstr(path, ".h5") != NULL || strstr(path, ".ckpt") != NULL;
}

static int is_result(int file)
{
    char path[4096];
    return path_of(file, path) && is_named(path);
}

/* The K-th call of a function of the system fails. */
static int system_fails(const char *name)
{
    const char *fault = getenv("HG_FAULT");
    if (fault == NULL || strncmp(fault, "any", 3) == 0) return 0;
    const int touches = strncmp(fault, "touch:", 6) == 0 && strcmp(name, "close") != 0;
    if (!must_fail(touches ? "touch" : name)) return 0;
    errno = EIO;
    return 1;
}

/* Whether reading concerns the file that is to be unreadable. */
static int is_unreadable(int file)
{
    char path[4096];
    const char *wanted = getenv("HG_FAULT_FILE");
    return wanted != NULL && path_of(file, path) && strstr(path, wanted) != NULL;
}

/* How many of `count` bytes go into the file at `offset`; 0: it is full. */
static size_t room(int file, size_t count, off_t offset)
{
    const char *bytes = getenv("HG_FAULT_BYTES");
    if (count == 0 || !is_mine() || !is_result(file)) return count;
    if (getenv("HG_FAULT_SHORT") != NULL && count > 1) return count / 2;
    if (bytes == NULL) return count;
    const off_t most = (off_t)strtoll(bytes, NULL, 10);
    if (offset >= most) return 0;
    return offset + (off_t)count <= most ? count : (size_t)(most - offset);
}

ssize_t pwrite64(int file, const void *data, size_t count, off64_t offset)
{
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "pwrite64");
    if (is_result(file) && system_fails("pwrite")) return -1;
    const size_t fits = room(file, count, offset);
    if (fits > 0 || count == 0) return real(file, data, fits, offset);
    errno = ENOSPC;
    return -1;
}

ssize_t pwrite(int file, const void *data, size_t count, off_t offset)
{
    return pwrite64(file, data, count, offset);
}

ssize_t write(int file, const void *data, size_t count)
{
    static ssize_t (*real)(int, const void *, size_t);
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "write");
    const size_t fits = room(file, count, lseek(file, 0, SEEK_CUR));
    if (fits > 0 || count == 0) return real(file, data, fits);
    errno = ENOSPC;
    return -1;
}

/* The file is closed all the same, as systems do. */
int close(int file)
{
    static int (*real)(int);
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "close");
    const int fails = is_result(file) && system_fails("close"), reason = errno;
    const int result = real(file);
    if (!fails) return result;
    errno = reason;
    return -1;
}

int ftruncate64(int file, off64_t length)
{
    static int (*real)(int, off64_t);
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "ftruncate64");
    return is_result(file) && system_fails("ftruncate") ? -1 : real(file, length);
}

int ftruncate(int file, off_t length) { return ftruncate64(file, length); }

int rename(const char *from, const char *to)
{
    static int (*real)(const char *, const char *);
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "rename");
    return is_named(to) && system_fails("rename") ? -1 : real(from, to);
}

int link(const char *from, const char *to)
{
    static int (*real)(const char *, const char *);
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "link");
    return is_named(to) && system_fails("link") ? -1 : real(from, to);
}

int unlink(const char *path)
{
    static int (*real)(const char *);
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "unlink");
    return is_named(path) && system_fails("unlink") ? -1 : real(path);
}

ssize_t pread64(int file, void *data, size_t count, off64_t offset)
{
    static ssize_t (*real)(int, void *, size_t, off64_t);
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "pread64");
    return is_unreadable(file) && system_fails("pread") ? -1 : real(file, data, count, offset);
}

ssize_t pread(int file, void *data, size_t count, off_t offset)
{
    return pread64(file, data, count, offset);
}

struct dirent *readdir(DIR *folder)
{
    static struct dirent *(*real)(DIR *);
    if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "readdir");
    return is_unreadable(dirfd(folder)) && system_fails("readdir") ? NULL : real(folder);
}
