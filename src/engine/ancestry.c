/* SPDX-License-Identifier: GPL-3.0-or-later
 * The parents of every generation, where the run file asks for them. */
#include "base/clock.h"
#include "engine/engine.h"

hg_status hg_record_ancestry(hg_run *run)
{
    if (run->output == NULL || !run->config.output.ancestry) return HG_OK;
    double since = hg_clock();
    const bool founders = run->making == 0; /* second parents are not set yet */
    HG_TRY(hg_output_ancestry(run->output, founders ? NULL : run->parentage.parent,
                              founders ? NULL : run->mates.parent));
    hg_run_note(run, HG_PHASE_OUTPUT, &since);
    return HG_OK;
}
