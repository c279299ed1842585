/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/signals.h"

#include <signal.h>
#include <stddef.h>

static hg_run *volatile running;
static volatile sig_atomic_t caught, interrupts, terms;

/* A second SIGINT ends the process at once; so does a second SIGTERM while there is no run, as where
 * the run file is a pipe that nobody writes to. */
static void on_signal(int number)
{
    interrupts += number == SIGINT;
    terms += number == SIGTERM;
    if ((number == SIGINT && interrupts > 1) ||
        (number == SIGTERM && terms > 1 && running == NULL)) {
        signal(number, SIG_DFL);
        raise(number);
    }
    caught = 1;
    if (running != NULL) hg_run_stop(running);
}

void hg_signals_heed(void)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGHUP, SIGXCPU};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART | SA_NODEFER}, before;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
}

void hg_signals_stop(hg_run *run)
{
    running = run;
    if (run != NULL && caught != 0) hg_run_stop(run);
}
