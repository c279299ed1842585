/* SPDX-License-Identifier: GPL-3.0-or-later
 * Failing: one status, one message. Public part: happygene/status.h. */
#ifndef HG_BASE_STATUS_H
#define HG_BASE_STATUS_H

#include "happygene/status.h"

/**
 * Records a message for hg_error_message() and returns `status`, so that a
 * failing function ends in `return hg_fail(HG_IO, "cannot open %s: %s", ...)`.
 * Thread-safe: each thread has its own message.
 */
hg_status hg_fail(hg_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Puts text in front of the current message ("FILE: " before what a reader said). */
hg_status hg_fail_within(hg_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Sets the message as it is (a message that came from another rank). */
hg_status hg_fail_as(hg_status status, const char *message);

/** Leaves the calling function with the status of `call` unless that is HG_OK. */
#define HG_TRY(call)                                                                               \
    do {                                                                                           \
        const hg_status hg_try_status_ = (call);                                                   \
        if (hg_try_status_ != HG_OK) return hg_try_status_;                                        \
    } while (0)

/** The same with `goto out` after setting the local `status`. */
#define HG_TRY_OUT(call)                                                                           \
    do {                                                                                           \
        status = (call);                                                                           \
        if (status != HG_OK) goto out;                                                             \
    } while (0)

#endif
