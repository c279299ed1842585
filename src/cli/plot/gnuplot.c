/* SPDX-License-Identifier: GPL-3.0-or-later
 * gnuplot at work: the script goes to it by a pipe, the picture and what it has to say come back in
 * files without a name, so that there is nothing to clean up whatever happens. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/shown.h"
#include "cli/plot/plot.h"

extern char **environ;

/* --- files ----------------------------------------------------------------------------------- */

static hg_status write_all(int file, const char *bytes, size_t length)
{
    while (length > 0) {
        const ssize_t written = write(file, bytes, length);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return hg_fail(HG_IO, "%s", strerror(errno));
        bytes += written;
        length -= (size_t)written;
    }
    return HG_OK;
}

static hg_status write_beside(char *beside, const char *bytes, size_t length)
{
    const int file = mkstemp(beside);
    if (file < 0) return hg_fail(HG_IO, "%s", strerror(errno));
    const mode_t mask = umask(0);
    umask(mask);
    hg_status status = write_all(file, bytes, length);
    if (status == HG_OK && fchmod(file, 0666 & ~mask) != 0)
        status = hg_fail(HG_IO, "%s", strerror(errno));
    if (close(file) != 0 && status == HG_OK) status = hg_fail(HG_IO, "%s", strerror(errno));
    if (status != HG_OK) unlink(beside);
    return status;
}

hg_status hg_plot_save(const char *path, const char *bytes, size_t length)
{
    hg_text name = hg_text_of(HG_MEMORY_OTHER);
    char *beside = NULL;
    hg_text_add(&name, "%s.XXXXXX", path);
    HG_TRY(hg_text_take(&name, &beside));
    hg_status status = write_beside(beside, bytes, length);
    if (status == HG_OK && rename(beside, path) != 0) {
        status = hg_fail(HG_IO, "%s", strerror(errno));
        unlink(beside);
    }
    hg_release(&beside);
    return status == HG_OK ? HG_OK : hg_fail_within(status, "cannot write %s: ", path);
}

static hg_status read_back(FILE *file, hg_text *text)
{
    char piece[65536];
    size_t length;
    rewind(file);
    while ((length = fread(piece, 1, sizeof piece, file)) > 0)
        hg_text_add_bytes(text, piece, length);
    if (ferror(file)) return hg_fail(HG_IO, "cannot read what gnuplot drew");
    return text->status;
}

/* --- the process ----------------------------------------------------------------------------- */

typedef struct gnuplot {
    pid_t process;
    int to; /* its standard input */
    FILE *picture, *said;
} gnuplot;

static hg_status refuse_start(int error)
{
    if (error == ENOENT)
        return hg_fail(HG_IO, "gnuplot, which draws the pictures, is not on the PATH. On Debian: "
                       "apt-get install gnuplot-nox");
    return hg_fail(HG_IO, "gnuplot cannot be started: %s", strerror(error));
}

/* In the child the signals are as usual again; it keeps nothing of ours but the three files. */
static int spawn(gnuplot *run, const int pipe[2])
{
    char *const words[] = {(char[]){"gnuplot"}, (char[]){"-d"}, NULL}; /* no ~/.gnuplot */
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t usual;
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_addclose(&actions, pipe[1]);
    posix_spawn_file_actions_adddup2(&actions, pipe[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(run->picture), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(run->said), STDERR_FILENO);
    const int error =
        posix_spawnp(&run->process, "gnuplot", &actions, &attributes, words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static hg_status start(gnuplot *run)
{
    int ends[2];
    run->picture = tmpfile();
    run->said = tmpfile();
    if (run->picture == NULL || run->said == NULL || pipe(ends) != 0)
        return hg_fail(HG_IO, "no temporary file or pipe for gnuplot: %s", strerror(errno));
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    const int error = spawn(run, ends);
    close(ends[0]);
    run->to = ends[1];
    return error == 0 ? HG_OK : refuse_start(error);
}

/* What it said, in one line. */
static const char *words_of(gnuplot *run, hg_text *text)
{
    hg_text_add(text, "%s", "");
    if (read_back(run->said, text) != HG_OK || text->data == NULL) return "";
    size_t kept = 0;
    for (size_t i = 0; i < text->length; i++) {
        const char c = (unsigned char)text->data[i] < ' ' ? ' ' : text->data[i];
        if (c == ' ' && (kept == 0 || text->data[kept - 1] == ' ')) continue;
        text->data[kept++] = c;
    }
    text->data[kept] = '\0';
    return text->data;
}

/* Of its own words, or the dynamic linker's. */
static bool is_starved(const char *words)
{
    return strstr(words, "out of memory") != NULL || strstr(words, "failed to map segment") != NULL;
}

static hg_status finish(gnuplot *run)
{
    int how = 0;
    hg_text said = hg_text_of(HG_MEMORY_OTHER);
    while (waitpid(run->process, &how, 0) < 0)
        if (errno != EINTR) return hg_fail(HG_IO, "gnuplot is lost: %s", strerror(errno));
    const char *words = words_of(run, &said);
    hg_status status = HG_OK;
    if (WIFSIGNALED(how))
        status = hg_fail(HG_IO, "gnuplot was ended by signal %d: %.400s", WTERMSIG(how), words);
    else if (WEXITSTATUS(how) == 127 && words[0] == '\0')
        status = refuse_start(ENOENT);
    else if (WEXITSTATUS(how) != 0)
        status = hg_fail(is_starved(words) ? HG_NO_MEMORY : HG_IO,
                         "gnuplot failed (exit code %d): %.400s", WEXITSTATUS(how), words);
    else if (words[0] != '\0')
        hg_tell("happygene: gnuplot says: %s\n", words);
    hg_text_free(&said);
    return status;
}

/* Whether the picture is whole: a full disk does not make gnuplot fail. */
static bool ends_with(const hg_text *picture, const char *ending)
{
    if (picture->data == NULL) return false;
    const size_t length = strlen(ending), from = picture->length < 64 ? 0 : picture->length - 64;
    for (size_t i = from; i + length <= picture->length; i++)
        if (memcmp(picture->data + i, ending, length) == 0) return true;
    return false;
}

/*
 * gnuplot has the edges of filled shapes drawn without shades, so that shapes side by side, such as
 * the colours of a scale, have no seams. A shape by itself has none, and is ragged on a screen.
 */
static void smooth_edges(char *svg)
{
    static const char crisp[] = "'crispEdges'", smooth[] = "'auto'      ", shape[] = "<polygon";
    for (char *at = svg; (at = strstr(at, crisp)) != NULL; at += sizeof crisp - 1) {
        const char *end = strstr(at, "</g>"), *first = strstr(at, shape);
        const char *second = first != NULL ? strstr(first + 1, shape) : NULL;
        if (end != NULL && first != NULL && first < end && (second == NULL || second > end))
            memcpy(at, smooth, sizeof smooth - 1);
    }
}

hg_status hg_gnuplot_draw(const char *script, const char *path, const char *ending)
{
    gnuplot run = {.to = -1};
    hg_text picture = hg_text_of(HG_MEMORY_OTHER);
    hg_status status = start(&run);
    if (status == HG_OK) {
        (void)write_all(run.to, script, strlen(script)); /* if it does not listen it says why */
        close(run.to);
        run.to = -1;
        status = finish(&run);
    }
    if (status == HG_OK) status = read_back(run.picture, &picture);
    if (status == HG_OK && !ends_with(&picture, ending))
        status = hg_fail(HG_IO, "gnuplot left the picture unfinished: is there room for temporary "
                         "files?");
    if (status == HG_OK && picture.data != NULL && strcmp(ending, "</svg>") == 0)
        smooth_edges(picture.data);
    if (status == HG_OK) status = hg_plot_save(path, picture.data, picture.length);
    hg_text_free(&picture);
    if (run.to >= 0) close(run.to);
    if (run.picture != NULL) fclose(run.picture);
    if (run.said != NULL) fclose(run.said);
    return status;
}
