/* SPDX-License-Identifier: GPL-3.0-or-later
 * Faults while a file is read: in a process of their own, what it says and how it ends. */
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/guard.h"

/* What a process says that falls over `fault` between reading `entered` files and leaving `left`
 * of them; its exit code, or 1000 and the signal that ended it. */
static int fall(int fault, int entered, int left, char *said, size_t room)
{
    static const char *const names[] = {"a.h5", "b.h5"};
    int ends[2], status;
    ck_assert_int_eq(pipe(ends), 0);
    fflush(NULL);
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        for (int i = 0; i < entered; i++) hg_guard_enter(names[i]);
        for (int i = 0; i < left; i++) hg_guard_leave();
        raise(fault);
        _exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    for (ssize_t got; length < room - 1 &&
                      (got = read(ends[0], said + length, room - 1 - length)) > 0;)
        length += (size_t)got;
    said[length] = '\0';
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

START_TEST(a_fault_names_the_file)
{
    char said[4096];
    ck_assert_int_eq(fall(SIGABRT, 1, 0, said, sizeof said), 65);
    ck_assert_str_eq(said, "a.h5: damaged: reading it ended in an abort\n");
    ck_assert_int_eq(fall(SIGABRT, 2, 0, said, sizeof said), 65);
    ck_assert_str_eq(said, "a.h5 or b.h5: damaged: reading it ended in an abort\n");
    ck_assert_int_eq(fall(SIGABRT, 2, 1, said, sizeof said), 65);
    ck_assert_str_eq(said, "a.h5: damaged: reading it ended in an abort\n");
}
END_TEST

START_TEST(without_a_file_faults_are_what_they_were)
{
    char said[4096];
    ck_assert_int_eq(fall(SIGABRT, 0, 0, said, sizeof said), 1000 + SIGABRT);
    ck_assert_int_eq(fall(SIGABRT, 2, 2, said, sizeof said), 1000 + SIGABRT);
}
END_TEST

#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__ && !defined __clang__
START_TEST(all_faults_are_guarded)
{
    const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    char said[4096];
    for (int i = 0; i < HG_COUNT_OF(faults); i++) {
        ck_assert_int_eq(fall(faults[i], 1, 0, said, sizeof said), 65);
        ck_assert_msg(strstr(said, "a.h5: damaged: reading it ended in a") == said, "%s", said);
    }
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("guard");
    HG_TEST(a_fault_names_the_file);
    HG_TEST(without_a_file_faults_are_what_they_were);
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__ && !defined __clang__
    HG_TEST(all_faults_are_guarded);
#endif
    return hg_test_run(suite, CK_NORMAL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
