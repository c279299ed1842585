/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef HG_BASE_CLOCK_H
#define HG_BASE_CLOCK_H

/** Seconds of a clock that never goes back. Thread-safe. */
double hg_clock(void);

#endif
