/* happygene - evolution of gene networks
 * Copyright (C) 2026 the happygene authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a call reports: a status and, for every status but HG_OK, a message that
 * names the place, the value and what is allowed.
 */
#ifndef HAPPYGENE_STATUS_H
#define HAPPYGENE_STATUS_H

/** Marks what the shared library exports; everything else is hidden. */
#define HG_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

/** The status of a call; the command's exit codes are the same numbers. */
typedef enum hg_status {
    HG_OK = 0,
    HG_DIFFERENT = 1,  /**< a comparison found a difference */
    HG_USAGE = 2,      /**< the command line is wrong */
    HG_EXTINCT = 3,    /**< nobody can reproduce; the output is complete up to here */
    HG_BAD_INPUT = 65, /**< run file, network or a damaged file */
    HG_BUG = 70,       /**< a defect of the program */
    HG_NO_MEMORY = 71, /**< memory or another resource is exhausted */
    HG_IO = 74,        /**< reading or writing failed */
    HG_STOPPED = 75    /**< stopped before the end with a checkpoint on disk */
} hg_status;

/**
 * The message of the calling thread's latest failure, "" before the first.
 * Owned by the library, valid until the thread's next failing call.
 */
HG_API const char *hg_error_message(void);

#ifdef __cplusplus
}
#endif
#endif
