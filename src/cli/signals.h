/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Signals that ask a run to stop at the end of its generation: SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGHUP
 * (a session that is lost), SIGXCPU (a limit of processor time).
 */
#ifndef HG_CLI_SIGNALS_H
#define HG_CLI_SIGNALS_H

#include "happygene/happygene.h"

/**
 * From now on signals stop the run instead of the process. Who has had one ignored from the
 * beginning, as nohup does with SIGHUP, wants no end by it. Call before MPI starts, which takes its time.
 */
void hg_signals_heed(void);

/** The run that signals are for, also one that came before; NULL before it is destroyed. */
void hg_signals_stop(hg_run *run);

#endif
