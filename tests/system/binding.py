# SPDX-License-Identifier: GPL-3.0-or-later
"""Threads bound to cores, as in the job scripts, have all the cores that the rank may use, each its
own. binding.py PROGRAM FOLDER RUN.yaml
"""
import glob
import os
import signal
import subprocess
import sys
import time

from common import Verdict

verdict = Verdict()
PATIENCE = float(os.environ.get("HG_PATIENCE", "1"))


def cores_of(text):
    """The numbers in a list such as 0-3,8."""
    ends = [part.split("-") for part in text.split(",")]
    return {core for end in ends for core in range(int(end[0]), int(end[-1]) + 1)}


def bound_cores(process):
    """Of each thread of a process, the cores that it may run on."""
    cores = []
    for path in glob.glob(f"/proc/{process}/task/*/status"):
        try:
            with open(path) as status:
                cores += [cores_of(line.split()[1]) for line in status
                          if line.startswith("Cpus_allowed_list")]
        except OSError:
            continue  # a thread that has ended
    return cores


def await_threads(process, allowed):
    """Until each core has a thread of its own, but not for ever; returns what cores have one."""
    end = time.monotonic() + 120 * PATIENCE
    while True:
        alone = {core for cores in bound_cores(process) if len(cores) == 1 for core in cores}
        if alone == allowed or time.monotonic() > end:
            return alone
        time.sleep(0.05)


def main():
    program, folder, run_file = sys.argv[1:4]
    os.makedirs(folder, exist_ok=True)
    allowed = os.sched_getaffinity(0)
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("OMP_", "GOMP_"))}
    environment |= {"OMP_NUM_THREADS": str(len(allowed)), "OMP_PROC_BIND": "close",
                    "OMP_PLACES": "threads", "OMPI_ALLOW_RUN_AS_ROOT": "1",
                    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    started = subprocess.Popen([program, "run", run_file, "-o", os.path.join(folder, "bound.h5"),
                                "--force", "--set", "run.generations=100000000",
                                "--set", "output.snapshots.every=0",
                                "--set", "output.statistics.every=0"],
                               env=environment, text=True, stderr=subprocess.PIPE)
    alone = await_threads(started.pid, allowed)
    started.send_signal(signal.SIGTERM)
    _, errors = started.communicate(timeout=300 * PATIENCE)
    verdict.check(alone == allowed, f"threads on cores {sorted(alone)} of {sorted(allowed)}")
    verdict.check(started.returncode == 75, f"exit {started.returncode}: {errors}")
    verdict.check("warning" not in errors, errors)
    verdict.exit()


main()
