/* SPDX-License-Identifier: GPL-3.0-or-later
 * happygene: finds the subcommand, runs it, tells what went wrong. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/launcher.h"
#include "base/text.h"
#include "base/visible.h"
#include "cli/cli.h"
#include "cli/terminal.h"
#include "happygene/happygene.h"
#include "io/h5.h"
#include "hg_build.h"

const hg_command *const hg_commands[] = {&hg_command_run,  &hg_command_validate,
                                         &hg_command_info, &hg_command_export,
                                         &hg_command_network, &hg_command_plot, &hg_command_diff,
                                         &hg_command_profile, &hg_command_verify,
                                         &hg_command_example, &hg_command_help, NULL};

static void print_usage(FILE *stream)
{
    fprintf(stream, "happygene %s - evolution of gene networks\n\nusage: happygene COMMAND ...\n\n",
            HG_BUILD_VERSION);
    for (int i = 0; hg_commands[i] != NULL; i++)
        fprintf(stream, "  %-10s %s\n", hg_commands[i]->name, hg_commands[i]->summary);
    fprintf(stream, "\n'happygene help COMMAND' says more; 'happygene help keys' lists what a run "
                    "file can hold.\n'happygene example quickstart > my.yaml' is a start.\n");
}

static const hg_command *find_command(const char *name)
{
    for (int i = 0; hg_commands[i] != NULL; i++)
        if (strcmp(hg_commands[i]->name, name) == 0) return hg_commands[i];
    return NULL;
}

static hg_status refuse_command(const char *name)
{
    const char *names[sizeof hg_commands / sizeof *hg_commands];
    int count = 0;
    const int most = (int)(sizeof names / sizeof *names);
    for (; count < most && hg_commands[count] != NULL; count++) names[count] = hg_commands[count]->name;
    const char *nearest = hg_text_nearest(name, names, count);
    if (nearest != NULL)
        return hg_fail(HG_USAGE, "unknown command '%s' (did you mean '%s'?)", name, nearest);
    return hg_fail(HG_USAGE, "unknown command '%s'; 'happygene help' lists them", name);
}

/* Most commands are serial and know nothing of MPI; started by mpirun or srun, one process
 * speaks for all. */
static bool is_another_rank(void) { return hg_launched_rank() > 0; }

static bool wants_help(int count, char **words)
{
    for (int i = 1; i < count && strcmp(words[i], "--") != 0; i++)
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0) return true;
    return false;
}

/* Threads wait for one another several times in a generation, for microseconds where they have
 * their cores to themselves. On cores that others use, a thread that goes on spinning loses its turn
 * and is many times slower: GNU's OpenMP, which spins for milliseconds, is told to try a
 * thousand times and then to sleep, unless the user has told it otherwise. It looks at its
 * environment only when it is loaded, so the program is started again, as the same process. Not where
 * threads are bound: their cores are their own, and the first thread, bound already, would not find
 * the other ones again. */
static void limit_spinning(char **words)
{
    static const char *const variables[] = {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "OMP_PROC_BIND",
                                            "OMP_PLACES", "GOMP_CPU_AFFINITY"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        if (getenv(variables[i]) != NULL) return;
    if (setenv("GOMP_SPINCOUNT", "1000", 1) == 0) execv("/proc/self/exe", words);
    unsetenv("GOMP_SPINCOUNT"); /* it works as well without */
}

static hg_status run_command(const hg_command *command, int count, char **words)
{
    const bool help = wants_help(count, words);
    if ((help || !command->collective) && is_another_rank()) return HG_OK;
    if (!help) return command->run(count, words);
    char name[] = "help", topic[32];
    snprintf(topic, sizeof topic, "%s", command->name);
    char *asked[] = {name, topic, NULL};
    return hg_command_help.run(2, asked);
}

static hg_status dispatch(int count, char **words)
{
    if (count < 2) {
        if (!is_another_rank()) print_usage(stderr);
        return HG_USAGE;
    }
    if (strcmp(words[1], "--version") == 0) {
        if (!is_another_rank()) printf("happygene %s\n", HG_BUILD_VERSION);
        return HG_OK;
    }
    if (strcmp(words[1], "--help") == 0 || strcmp(words[1], "-h") == 0) {
        if (!is_another_rank()) print_usage(stdout);
        return HG_OK;
    }
    const hg_command *command = find_command(words[1]);
    if (command == NULL || !command->data || isatty(STDOUT_FILENO)) hg_guard_output();
    if (command != NULL && command->collective) limit_spinning(words);
    if (command != NULL) return run_command(command, count - 1, words + 1);
    return is_another_rank() ? HG_OK : refuse_command(words[1]);
}

/* Messages that begin with FILE:LINE:COLUMN stay as editors and scripts expect them. */
static void tell(hg_status status)
{
    const char *message = hg_error_message();
    if (message[0] == '\0') return;
    hg_tell(status == HG_BAD_INPUT ? "%s\n" : "happygene: %s\n", message);
}

/* Whoever reads, as in `happygene help keys | head`, has gone: that is no news to anybody. */
static bool is_reader_gone(void)
{
    struct pollfd output = {STDOUT_FILENO, POLLOUT, 0};
    return poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0;
}

static int last_status;

static void leave(int signal_number)
{
    (void)signal_number;
    _exit(last_status);
}

/* Ends MPI, if a command started it, once all has been said: the launcher ends the other ranks as
 * soon as one has gone with a failure, and MPI's end is where the ranks wait for one another. HDF5
 * falls over what it could not write or close when MPI ends it: the exit code stays what it was. */
static void end_ranks(hg_status status)
{
    const int faults[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE};
    last_status = (int)status;
    const bool torn = status == HG_IO || hg_h5_unclosed() > 0;
    for (size_t i = 0; torn && i < sizeof faults / sizeof *faults; i++)
        signal(faults[i], leave);
    hg_finalize();
}

/* Less of a stack than what is known to do: faults of a stack that is too small have no message. */
static hg_status check_stack(void)
{
    enum { LEAST = 256 }; /* kilobytes */
    struct rlimit stack;
    if (getrlimit(RLIMIT_STACK, &stack) != 0 || stack.rlim_cur >= (rlim_t)LEAST << 10) return HG_OK;
    return hg_fail(HG_NO_MEMORY, "the stack may have no more than %llu kB (ulimit -s); allowed: at "
                   "least %d", (unsigned long long)stack.rlim_cur >> 10, LEAST);
}

/* A descriptor 0, 1 or 2 that is closed would become the next file that somebody opens, such as a
 * pipe of MPI or the result, and what is printed would be written into it. */
static hg_status open_standard_descriptors(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        if (fcntl(descriptor, F_GETFD) >= 0) continue;
        const int opened = open("/dev/null", O_RDWR); /* the lowest one that is closed */
        if (opened != descriptor)
            return hg_fail(HG_IO, "descriptor %d is closed and /dev/null cannot be opened instead: %s",
                           descriptor, strerror(errno));
    }
    return HG_OK;
}

int main(int count, char **words)
{
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a write error: exit 74, not a silent death */
    signal(SIGXFSZ, SIG_IGN); /* and so is a file that grows beyond what it may (ulimit -f) */
    hg_status status = open_standard_descriptors();
    if (status == HG_OK) status = check_stack();
    if (status == HG_OK) status = dispatch(count, words);
    /* ranks agree on a failure and its message: one of them tells */
    if (status != HG_OK && count >= 2 && !is_another_rank()) tell(status);
    errno = 0;
    const bool unwritten = ferror(stdout) != 0;
    if ((fflush(stdout) != 0 || unwritten) && (status == HG_OK || status == HG_DIFFERENT)) {
        const int reason = errno;
        if (reason != EPIPE && !is_reader_gone())
            fprintf(stderr, "happygene: cannot write to standard output%s%s\n",
                    reason != 0 ? ": " : "", reason != 0 ? strerror(reason) : "");
        status = HG_IO;
    }
    end_ranks(status);
    return (int)status;
}
