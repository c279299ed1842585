/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"

typedef struct piece {
    char *bytes;
    int64_t offset, size;
} piece;

struct hg_writer {
    int descriptor;
    int64_t slots;
    piece *piece; /* [slots] */
    char *bytes;  /* [slots][slot_bytes] */
    double waited;
    pthread_t thread;
    pthread_mutex_t mutex;  /* of all that follows */
    pthread_cond_t changed;
    int64_t put, written;   /* pieces so far; slots are taken in turn */
    int64_t awaited;        /* the run waits until no more pieces than this are left; or -1 */
    bool ending;
    double busy;
    piece failed;           /* the first that could not be written, if any: */
    int reason;             /* errno, or 0 */
};

/* All of a piece: errno, or 0. */
static int transfer(int descriptor, const piece *what)
{
    for (int64_t done = 0; done < what->size;) {
        const ssize_t moved = pwrite(descriptor, what->bytes + done, (size_t)(what->size - done),
                                     (off_t)(what->offset + done));
        if (moved < 0 && errno == EINTR) continue;
        if (moved < 0) return errno;
        if (moved == 0) return ENOSPC;
        done += moved;
    }
    return 0;
}

/* Called with the mutex held, which is released meanwhile. */
static void write_next(hg_writer *writer)
{
    const piece next = writer->piece[writer->written % writer->slots];
    const bool skip = writer->reason != 0;
    pthread_mutex_unlock(&writer->mutex);
    const double since = hg_clock();
    const int reason = skip ? 0 : transfer(writer->descriptor, &next);
    const double seconds = hg_clock() - since;
    pthread_mutex_lock(&writer->mutex);
    writer->busy += seconds;
    if (reason != 0) {
        writer->reason = reason;
        writer->failed = next;
    }
    writer->written++;
    if (writer->put - writer->written <= writer->awaited) pthread_cond_signal(&writer->changed);
}

static void *work(void *context)
{
    hg_writer *writer = context;
    pthread_mutex_lock(&writer->mutex);
    for (;;) {
        if (writer->written < writer->put) write_next(writer);
        else if (writer->ending) break;
        else pthread_cond_wait(&writer->changed, &writer->mutex);
    }
    pthread_mutex_unlock(&writer->mutex);
    return NULL;
}

/* Signals are the main thread's. */
static int start(hg_writer *writer)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int reason = pthread_create(&writer->thread, NULL, work, writer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return reason;
}

static hg_status allocate(hg_writer **writer, int64_t slots, int64_t slot_bytes)
{
    HG_TRY(hg_allocate(writer, HG_MEMORY_OUTPUT, 1, sizeof **writer));
    hg_writer *made = *writer;
    made->slots = slots;
    made->awaited = -1;
    HG_TRY(hg_allocate(&made->piece, HG_MEMORY_OUTPUT, (size_t)slots, sizeof *made->piece));
    HG_TRY(hg_allocate(&made->bytes, HG_MEMORY_OUTPUT, (size_t)slots, (size_t)slot_bytes));
    for (int64_t s = 0; s < slots; s++) made->piece[s].bytes = made->bytes + s * slot_bytes;
    return HG_OK;
}

static void release(hg_writer **writer)
{
    if (*writer == NULL) return;
    hg_release(&(*writer)->bytes);
    hg_release(&(*writer)->piece);
    hg_release(writer);
}

hg_status hg_writer_create(hg_writer **writer, const char *path, int64_t slots,
                           int64_t slot_bytes)
{
    hg_status status = allocate(writer, slots, slot_bytes);
    if (status == HG_OK) {
        hg_writer *made = *writer;
        /* For writing only: network file systems would else read what is written in part. */
        made->descriptor = open(path, O_WRONLY | O_CLOEXEC);
        if (made->descriptor < 0) status = hg_fail(HG_IO, "%s: %s", path, strerror(errno));
    }
    if (status == HG_OK) {
        hg_writer *made = *writer;
        pthread_mutex_init(&made->mutex, NULL);
        pthread_cond_init(&made->changed, NULL);
        const int reason = start(made);
        if (reason == 0) return HG_OK;
        pthread_cond_destroy(&made->changed);
        pthread_mutex_destroy(&made->mutex);
        close(made->descriptor);
        status = hg_fail(HG_NO_MEMORY, "no thread for writing %s: %s", path, strerror(reason));
    }
    release(writer);
    return status;
}

/* Until no more than `left` pieces are to be written; the mutex is held. */
static void wait_until(hg_writer *writer, int64_t left)
{
    if (writer->put - writer->written <= left) return;
    const double since = hg_clock();
    writer->awaited = left;
    while (writer->put - writer->written > left)
        pthread_cond_wait(&writer->changed, &writer->mutex);
    writer->awaited = -1;
    writer->waited += hg_clock() - since;
}

/* Where no slot is free, half of them are waited for: on busy processors each change of hands
 * takes far longer than a piece. */
void *hg_writer_room(hg_writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    if (writer->put - writer->written == writer->slots) wait_until(writer, writer->slots / 2);
    void *bytes = writer->piece[writer->put % writer->slots].bytes;
    pthread_mutex_unlock(&writer->mutex);
    return bytes;
}

void hg_writer_put(hg_writer *writer, int64_t offset, int64_t size)
{
    pthread_mutex_lock(&writer->mutex);
    piece *next = &writer->piece[writer->put % writer->slots];
    next->offset = offset;
    next->size = size;
    writer->put++;
    pthread_cond_signal(&writer->changed);
    pthread_mutex_unlock(&writer->mutex);
}

/* The mutex is held. */
static hg_status verdict(const hg_writer *writer)
{
    if (writer->reason == 0) return HG_OK;
    return hg_fail(HG_IO, "writing %" PRId64 " bytes at byte %" PRId64 ": %s", writer->failed.size,
                   writer->failed.offset, strerror(writer->reason));
}

static hg_status check(hg_writer *writer, int64_t left)
{
    pthread_mutex_lock(&writer->mutex);
    wait_until(writer, left);
    const hg_status status = verdict(writer);
    pthread_mutex_unlock(&writer->mutex);
    return status;
}

hg_status hg_writer_check(hg_writer *writer) { return check(writer, writer->slots); }

hg_status hg_writer_wait(hg_writer *writer) { return check(writer, 0); }

hg_status hg_writer_sync(hg_writer *writer)
{
    HG_TRY(hg_writer_wait(writer));
    return fsync(writer->descriptor) == 0 ? HG_OK : hg_fail(HG_IO, "%s", strerror(errno));
}

double hg_writer_waited(const hg_writer *writer) { return writer->waited; }

double hg_writer_busy(hg_writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    const double busy = writer->busy;
    pthread_mutex_unlock(&writer->mutex);
    return busy;
}

/* Ends the thread and closes: errno, or 0. */
static int end(hg_writer **writer)
{
    hg_writer *ended = *writer;
    pthread_mutex_lock(&ended->mutex);
    ended->ending = true;
    pthread_cond_signal(&ended->changed);
    pthread_mutex_unlock(&ended->mutex);
    pthread_join(ended->thread, NULL);
    const int reason = close(ended->descriptor) == 0 ? 0 : errno;
    pthread_cond_destroy(&ended->changed);
    pthread_mutex_destroy(&ended->mutex);
    release(writer);
    return reason;
}

/* Network file systems may tell only when the file is closed that there was no room. */
hg_status hg_writer_close(hg_writer **writer)
{
    const hg_status status = hg_writer_wait(*writer);
    const int reason = end(writer);
    return status == HG_OK && reason != 0 ? hg_fail(HG_IO, "%s", strerror(reason)) : status;
}

void hg_writer_abandon(hg_writer **writer)
{
    if (*writer == NULL) return;
    pthread_mutex_lock(&(*writer)->mutex);
    if ((*writer)->reason == 0) (*writer)->reason = ECANCELED; /* the rest is passed over */
    pthread_mutex_unlock(&(*writer)->mutex);
    end(writer);
}
