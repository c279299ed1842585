/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/guard.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"

/* Sanitizers and fuzzers (clang's) have handlers of their own, which tell more; Open MPI's are
 * replaced. GCC's sanitizers leave SIGABRT alone. */
#if defined __clang__
enum { YIELDS = 1, YIELDS_ABORT = 1 };
#elif defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
enum { YIELDS = 1, YIELDS_ABORT = 0 };
#else
enum { YIELDS = 0, YIELDS_ABORT = 0 };
#endif

/* More files than MOST at a time are not named. */
enum { MOST = 8, LONGEST = 4096, STACK = 64 * 1024, FAULTS = 5 };

static const struct {
    int number;
    const char *name;
} faults[FAULTS] = {{SIGSEGV, "a segmentation fault"},
                    {SIGBUS, "a bus error"},
                    {SIGABRT, "an abort"},
                    {SIGFPE, "an arithmetic fault"},
                    {SIGILL, "an illegal instruction"}};

/* What is to be said is ready beforehand: nothing but write() can be trusted in a fault. */
static char message[LONGEST];
static size_t length_with[MOST + 1];
static int depth;
static struct sigaction before[FAULTS];
static char stack[STACK]; /* the fault may be that the other one is full */

static void say(const char *text, size_t length)
{
    while (length > 0) {
        const ssize_t written = write(STDERR_FILENO, text, length);
        if (written <= 0) return;
        text += written;
        length -= (size_t)written;
    }
}

static void end(int number)
{
    const char *name = faults[0].name;
    for (int i = 0; i < FAULTS; i++)
        if (faults[i].number == number) name = faults[i].name;
    static const char because[] = ": damaged: reading it ended in ";
    static const char stop[] = "\n";
    say(message, length_with[depth < MOST ? depth : MOST]);
    say(because, sizeof because - 1);
    say(name, strlen(name));
    say(stop, sizeof stop - 1);
    _exit(HG_BAD_INPUT);
}

static void install(void)
{
    struct sigaction action = {.sa_handler = end, .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND)};
    const stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    sigemptyset(&action.sa_mask);
    sigaltstack(&other, NULL);
    for (int i = 0; i < FAULTS; i++) {
        sigaction(faults[i].number, &action, &before[i]);
        const bool yields = faults[i].number == SIGABRT ? YIELDS_ABORT : YIELDS;
        if (yields && before[i].sa_handler != SIG_DFL)
            sigaction(faults[i].number, &before[i], NULL);
    }
}

void hg_guard_enter(const char *path)
{
    if (depth == 0) install();
    if (depth < MOST) {
        const size_t length = length_with[depth], room = sizeof message - length;
        const int more = snprintf(message + length, room, "%s%s", depth > 0 ? " or " : "", path);
        const size_t added = more < 0 ? 0 : (size_t)more;
        length_with[depth + 1] = added < room ? length + added : length;
    }
    depth++;
}

void hg_guard_leave(void)
{
    if (depth == 0) return;
    depth--;
    for (int i = 0; depth == 0 && i < FAULTS; i++)
        sigaction(faults[i].number, &before[i], NULL);
}
