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
/* Ranks lose patience in turns, so that one of them speaks: the first, the last (which may well be on
 * another machine), all others. APART: seconds from one turn to the next, in which the launcher ends
 * the others; GRACE: seconds that it has for a rank that it has woken in order to end it. */
enum { FIRST, LAST, OTHERS, APART = 2, GRACE = 10 };

static volatile sig_atomic_t seconds, patience, grace;
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

/* The launcher ends the other ranks when this one ends so. */
static void on_second(int number)
{
    (void)number;
    if (++seconds < patience + grace) return;
    ssize_t written = write(STDERR_FILENO, message, strlen(message));
    (void)written;
    _exit(HG_STOPPED);
}

/* The launcher wakes all ranks, lest one had been stopped, some seconds before it kills them: nobody
 * else need speak. */
static void on_waking(int number)
{
    (void)number;
    seconds = 0;
    grace = GRACE;
}

static void tick(long each)
{
    const struct itimerval every = {{each, 0}, {each, 0}};
    setitimer(ITIMER_REAL, &every, NULL);
}

static int turn_of(int rank, int ranks)
{
    if (rank == 0) return FIRST;
    return rank == ranks - 1 ? LAST : OTHERS;
}

void hg_watchdog_start(int rank, int ranks, double minutes)
{
    struct sigaction action = {.sa_handler = on_second, .sa_flags = SA_RESTART};
    struct sigaction waking = {.sa_handler = on_waking, .sa_flags = SA_RESTART};
    if (ranks < 2 || minutes == 0) return;
    own_rank = rank;
    all_ranks = ranks;
    allowed = minutes;
    patience = (sig_atomic_t)(60 * minutes) + 1 + APART * turn_of(rank, ranks);
    watching = true;
    hg_watchdog_note(-1);
    sigaction(SIGALRM, &action, NULL);
    sigaction(SIGCONT, &waking, NULL);
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
