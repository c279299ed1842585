/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * When a run stops before its end, and when checkpoints are due. Clocks, signals and files are
 * not the same for all ranks: each says what it knows in the gather that every generation needs
 * anyway, and so all of them come to the same decision at the generation's end.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "engine/engine.h"

/* Seconds after which what has been recorded goes to disk; a crash loses no more. */
static const double flush_interval = 10.0;

/* Seconds between two looks for the stop file. */
static const double look_interval = 1.0;

/* Part of the wall-time limit that is kept for what cannot be foreseen, and its most. */
static const double margin_share = 0.05, most_margin = 60.0;

/* Bytes a second that a first checkpoint is assumed to be written with. */
static const double assumed_rate = 50e6;

enum { FLUSH = 1, CHECKPOINT = 2, STOP = 4 }; /* a report; STOP times the reason */

hg_status hg_stopping_create(hg_run *run)
{
    run->stopping.checkpointed = run->stopping.generation_began = hg_clock();
    if (run->output_path == NULL) return HG_OK;
    return hg_checkpoint_stop_path(run->output_path, &run->stopping.file);
}

void hg_stopping_free(hg_run *run) { hg_release(&run->stopping.file); }

void hg_run_stop(hg_run *run) { run->stopping.asked = 1; }

/* A folder could not be removed, and would stop every start anew. */
static bool stop_file_there(const hg_stopping *stopping)
{
    struct stat what;
    return stopping->file != NULL && stat(stopping->file, &what) == 0 && S_ISREG(what.st_mode);
}

static bool stop_file_found(hg_stopping *stopping, double now)
{
    if (stopping->file == NULL ||
        (stopping->looked > 0.0 && now - stopping->looked < look_interval))
        return false;
    stopping->looked = now;
    return stop_file_there(stopping);
}

static double checkpoint_seconds(const hg_run *run)
{
    if (run->stopping.checkpoints > 0) return run->stopping.checkpoint_seconds;
    const double bytes = (double)run->checkpoint.individuals *
                         (double)run->checkpoint.alleles * sizeof(double);
    return bytes / assumed_rate;
}

/* Whether another generation, a checkpoint and the end of the output may not fit any more. */
static bool time_is_up(const hg_run *run, double now)
{
    const double limit = run->config.limits.wall_time;
    if (limit <= 0.0) return false;
    const double needed = 2.0 * run->stopping.generation_seconds + 2.0 * checkpoint_seconds(run) +
                          fmin(margin_share * limit, most_margin);
    return now - run->stopping.began + needed > limit;
}

static hg_stop reason_of(hg_run *run, double now)
{
    hg_stop reason = HG_STOP_NOT;
    if (run->partition.rank == 0 && time_is_up(run, now)) reason = HG_STOP_WALL_TIME;
    /* a run that begins with the stop file there makes one generation */
    if (run->partition.rank == 0 && run->generation >= 0 && run->making > run->generation &&
        stop_file_found(&run->stopping, now)) reason = HG_STOP_FILE;
    return run->stopping.asked ? HG_STOP_ASKED : reason;
}

double hg_stopping_report(hg_run *run)
{
    hg_stopping *stopping = &run->stopping;
    const double now = hg_clock(), minutes = run->config.checkpoint.minutes;
    const double seconds = now - stopping->generation_began;
    stopping->generation_began = now;
    stopping->generation_seconds = fmax(seconds, 0.99 * stopping->generation_seconds);
    int report = STOP * (int)reason_of(run, now);
    if (now - run->flushed >= flush_interval) report |= FLUSH;
    if (minutes > 0.0 && now - stopping->checkpointed >= 60.0 * minutes) report |= CHECKPOINT;
    return (double)report;
}

/* What is due by the number of the generation is known to all. */
void hg_stopping_begin(hg_run *run)
{
    const int64_t every = run->config.checkpoint.every;
    run->flush_due = false;
    run->stopping.reason = HG_STOP_NOT;
    run->stopping.checkpoint_due = every > 0 && run->making % every == 0;
}

void hg_stopping_agree(hg_run *run, int rank, double number)
{
    hg_stopping *stopping = &run->stopping;
    const int report = (int)number;
    const hg_stop reason = (hg_stop)(report / STOP);
    if (reason > stopping->reason) stopping->reason = reason;
    if (rank == 0) { /* its clock counts */
        run->flush_due |= (report & FLUSH) != 0;
        stopping->checkpoint_due |= (report & CHECKPOINT) != 0;
    }
    const bool at_end = run->making == 0 || run->making == run->config.run.generations;
    if (at_end) stopping->reason = HG_STOP_NOT;
    stopping->checkpoint_due |= stopping->reason != HG_STOP_NOT;
    stopping->checkpoint_due &= !at_end && run->output != NULL;
    run->flush_due |= stopping->checkpoint_due;
}

hg_status hg_stop_when_due(hg_run *run)
{
    static const char *const reasons[] = {
        [HG_STOP_WALL_TIME] = "as limits.wall_time is nearly up",
        [HG_STOP_FILE] = "as the stop file asks for it", [HG_STOP_ASKED] = "on request"};
    static const char *const words[] = {
        [HG_STOP_WALL_TIME] = "stopped before the wall-time limit",
        [HG_STOP_FILE] = "stopped by the stop file", [HG_STOP_ASKED] = "stopped on request"};
    const hg_stop reason = run->stopping.reason;
    if (reason == HG_STOP_NOT) return HG_OK;
    /* also where a signal came at the same time: else it would stop the next start, too */
    if (run->partition.rank == 0 && stop_file_there(&run->stopping)) unlink(run->stopping.file);
    run->finished = true;
    run->stop_reason = words[reason];
    return hg_fail(HG_STOPPED, "stopped after generation %" PRId64 " of %" PRId64 ", %s; %s",
                   run->generation, run->config.run.generations, reasons[reason],
                   run->output != NULL ? "happygene run with --resume goes on"
                                       : "without an output there is no checkpoint");
}
