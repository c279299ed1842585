/* SPDX-License-Identifier: GPL-3.0-or-later
 * The end of a run's result: the rest of the records, and where the time went. */
#include "base/clock.h"
#include "engine/engine.h"

hg_status hg_report(hg_run *run, bool complete)
{
    hg_performance performance;
    const double begun = hg_clock();
    double since = begun;
    hg_status status = hg_output_flush(run->output, run->generation);
    hg_run_note(run, HG_PHASE_OUTPUT, &since);
    run->meter.inside += since - begun;
    if (status == HG_OK) status = hg_run_performance(run, &performance);
    if (status != HG_OK) {
        hg_output_abandon(&run->output);
        return status;
    }
    since = hg_clock();
    status = hg_output_close(&run->output, run->generation, complete, run->stop_reason,
                             &performance);
    run->meter.inside += hg_clock() - since;
    hg_run_note(run, HG_PHASE_OUTPUT, &since);
    return status;
}
