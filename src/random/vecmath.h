/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Elementary functions whose last bit is the same on every machine: SLEEF's
 * functions that are identical over all vector widths and need no fused
 * multiply-add ("cinz"). The C library's own differ between processors. Logarithms and cosines are of
 * uniforms that are drawn, where an error of 3.5 units in the last place is nothing and time is much.
 */
#ifndef HG_RANDOM_VECMATH_H
#define HG_RANDOM_VECMATH_H

#include <sleef.h>

static inline double hg_exp(double x) { return Sleef_cinz_expd1_u10purec(x); }
static inline double hg_log(double x) { return Sleef_cinz_logd1_u35purec(x); }
static inline double hg_log1p(double x) { return Sleef_cinz_log1pd1_u10purec(x); }
static inline double hg_pow(double x, double y) { return Sleef_cinz_powd1_u10purec(x, y); }
static inline double hg_cospi(double x) { return Sleef_cinz_sincospid1_u35purec(x).y; }
static inline double hg_sinpi(double x) { return Sleef_cinz_sinpid1_u05purec(x); }

#endif
