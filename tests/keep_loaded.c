/* SPDX-License-Identifier: GPL-3.0-or-later
 * Loaded before all else where LeakSanitizer watches: what Open MPI has loaded stays loaded.
 * Otherwise the library that a leak is from has no name any more when the leaks are listed, and
 * LeakSanitizer itself may fail on the thread-local memory of a library that has gone. */
int dlclose(void *library);

int dlclose(void *library)
{
    (void)library;
    return 0;
}
