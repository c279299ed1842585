# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that are killed at random moments end in the file of an undisturbed run.
chaos.py PROGRAM MPIEXEC FOLDER DATA CHAINS [SEED]

A chain starts a run with --resume on a random number of ranks and threads, ends it at a random
moment in a random way, and starts again, until it has been disturbed a few times and comes to
its end. No start may hang, and none may begin anew that has found a checkpoint. SEED (by default
0) chooses the moments; what they meet is different every time.
"""
import glob
import os
import random
import re
import signal
import subprocess
import sys
import time

from common import Program, Verdict
from identical import compare

TIMEOUT = 300
ENVIRONMENT = dict(os.environ, OMP_WAIT_POLICY="passive", OMPI_ALLOW_RUN_AS_ROOT="1",
                   OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMPI_MCA_rmaps_base_oversubscribe="1",
                   OMPI_MCA_hwloc_base_binding_policy="none")
RUNS = [("hill-hill", ["population.individuals=2000", "run.generations=300"]),
        ("sigmoid-heritable-sexual", ["population.individuals=600", "run.generations=200"]),
        ("demes-line-overlap", ["population.individuals=2000", "run.generations=300",
                                "output.snapshots.every=40", "mutation.basal.rate=0.1"]),
        ("climate", ["population.individuals=1000", "run.generations=300"]),
        ("hill-hill", ["population.individuals=2000", "run.generations=200",
                       "output.snapshots.every=20", "output.snapshots.compression=deflate"])]
verdict = Verdict()


def children(parent):
    """Processes that `parent` has started."""
    found = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path) as file:
                fields = file.read().rsplit(")", 1)[1].split()
            if int(fields[1]) == parent:
                found.append(int(path.split("/")[2]))
        except (OSError, IndexError):
            pass
    return found


def kill(process, number):
    try:
        os.kill(process, number)
    except ProcessLookupError:
        pass


def disturb(started, ranks, way):
    """Ends the run that `started` leads."""
    if started.poll() is not None:
        return
    workers = children(started.pid) if ranks else [started.pid]
    if way == "one":
        kill(random.choice(workers or [started.pid]), signal.SIGKILL)
    elif way == "all":
        for process in [started.pid, *workers]:
            kill(process, signal.SIGKILL)
    else:
        kill(started.pid, way)


def start(program, mpiexec, ranks, words):
    command = [program, *words]
    if ranks:
        command = [mpiexec, "-n", str(ranks), *command]
    return subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def wait(started, ranks, what):
    """Exit code and errors; a start that hangs is a failure."""
    try:
        _, errors = started.communicate(timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        verdict.check(False, f"{what}: hangs")
        disturb(started, ranks, "all")
        _, errors = started.communicate()
    return started.returncode, errors


def launcher_fell(started, code, errors):
    """Open MPI's mpirun 4.1.4 falls over a SIGTERM that reaches it as it ends, whatever it ran
    (4 of 300 `mpirun -n 3 true`), after its ranks have ended. A rank that falls over is another
    thing: mpirun then ends with 139."""
    return code == -signal.SIGSEGV and set(re.findall(r"^\[[^:\]]*:(\d+)\]", errors, re.M)) <= {
        f"{started.pid:05d}"}


def chain(program, mpiexec, folder, words, seconds, what):
    """Returns how often the run was disturbed, and how often it went on from a checkpoint."""
    disturbances, resumed = random.randint(1, 3), 0
    for turn in range(50):
        ranks, threads = random.choice([None, None, 2, 3]), random.choice([1, 2])
        checkpoint = os.path.exists(os.path.join(folder, "chaos.ckpt"))
        started = start(program, mpiexec, ranks, [*words, "--threads", str(threads)])
        way = random.choice(["one", "all", signal.SIGTERM, signal.SIGUSR1])
        this = f"{what}, turn {turn} ({ranks or 1} x {threads}, {way})"
        if turn < disturbances:
            time.sleep(random.uniform(0, seconds + (0.5 if ranks else 0)))
            disturb(started, ranks, way)
        code, errors = wait(started, ranks, this)
        afresh = "starts from generation 0" in errors
        verdict.check(not (checkpoint and afresh), f"{this}: began anew: {errors}")
        resumed += checkpoint and not afresh
        if code == 0:
            return turn, resumed
        if turn >= disturbances:
            verdict.check(code == 75, f"{this}: exit {code}: {errors}")
        known = (75, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGUSR1, 128 + signal.SIGKILL,
                 128 + signal.SIGTERM, 128 + signal.SIGUSR1, 1, 255)
        fell = (ranks and way == signal.SIGTERM and turn < disturbances
                and launcher_fell(started, code, errors))
        verdict.check(code in known or fell, f"{this}: exit {code}: {errors}")
    verdict.check(False, f"{what}: does not come to its end")
    return 50, resumed


def main():
    program, mpiexec, folder, data, chains = sys.argv[1:6]
    seed = sys.argv[6] if len(sys.argv) > 6 else "0"
    random.seed(seed)
    os.makedirs(folder, exist_ok=True)
    for old in glob.glob(os.path.join(folder, "*")):
        os.remove(old)
    whole, seconds = {}, {}
    total = resumed = 0
    for number in range(int(chains)):
        name, settings = RUNS[number % len(RUNS)]
        kind = number % len(RUNS)
        words = ["run", os.path.join(data, name + ".yaml"), "--quiet"]
        for setting in [*settings, "checkpoint.every=20"]:
            words += ["--set", setting]
        if kind not in whole:
            whole[kind] = os.path.join(folder, f"whole-{kind}.h5")
            began = time.monotonic()
            started = start(program, mpiexec, None, [*words, "-o", whole[kind], "--threads", "1"])
            code, errors = wait(started, None, name)
            seconds[kind] = time.monotonic() - began
            verdict.check(code == 0, f"{name}: exit {code}: {errors}")
        output = os.path.join(folder, "chaos.h5")
        what = f"chain {number} of {name}"
        turns, went_on = chain(program, mpiexec, folder, [*words, "-o", output, "--resume"],
                               seconds[kind], what)
        compare(verdict, Program(program, mpiexec), whole[kind], output, what)
        left = sorted(set(os.listdir(folder)) - set(map(os.path.basename, whole.values())))
        verdict.check(left == ["chaos.h5"], f"{what}: left lying: {left}")
        print(f"{what}: {turns} times disturbed, went on {went_on} times", flush=True)
        os.remove(output)
        total, resumed = total + turns, resumed + went_on
    print(f"{total} times disturbed, went on from a checkpoint {resumed} times")
    verdict.check(resumed >= int(chains) // 4, f"went on only {resumed} times")
    verdict.exit()


main()
