/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/watchdog.h"

#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/text.h"

#define USUAL 60.0   /* minutes; the slowest snapshot should be written by then */
#define MOST 1000000.0
enum { APART = 10 }; /* seconds between ranks' patience, so that one of them speaks */

static volatile sig_atomic_t seconds, patience;
static char message[512];
static int own_rank, all_ranks;
static double allowed;
static bool watching;

hg_status hg_watchdog_read(const char *word, double *minutes)
{
    *minutes = USUAL;
    if (word == NULL || (hg_number_parse(word, minutes) == HG_NUMBER_FINITE && *minutes >= 0 &&
                         *minutes <= MOST))
        return HG_OK;
    return hg_fail(HG_USAGE, "run: --patience %s: allowed: minutes, 0 for ever", word);
}

/* The launcher ends the other ranks, the one that hangs among them, when this one ends so. */
static void on_second(int number)
{
    (void)number;
    if (++seconds < patience) return;
    ssize_t written = write(STDERR_FILENO, message, strlen(message));
    (void)written;
    _exit(HG_STOPPED);
}

static void tick(long each)
{
    const struct itimerval every = {{each, 0}, {each, 0}};
    setitimer(ITIMER_REAL, &every, NULL);
}

void hg_watchdog_start(int rank, int ranks, double minutes)
{
    struct sigaction action = {.sa_handler = on_second, .sa_flags = SA_RESTART};
    if (ranks < 2 || minutes == 0) return;
    own_rank = rank;
    all_ranks = ranks;
    allowed = minutes;
    patience = (sig_atomic_t)(60 * minutes) + 1 + APART * (rank < 30 ? rank : 30);
    watching = true;
    hg_watchdog_note(-1);
    sigaction(SIGALRM, &action, NULL);
    tick(1);
}

void hg_watchdog_note(int64_t generation)
{
    char where[64] = "at the beginning";
    if (!watching) return;
    seconds = 0;
    if (generation >= 0) snprintf(where, sizeof where, "after generation %" PRId64, generation);
    snprintf(message, sizeof message, "happygene: %s nothing has been done for %g minutes: rank %d of "
             "%d has waited for another one, which hangs (--patience); the same command with "
             "--resume goes on from the last checkpoint\n", where, allowed, own_rank, all_ranks);
}

void hg_watchdog_stop(void)
{
    if (watching) tick(0);
    watching = false;
}
