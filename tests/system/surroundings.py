# SPDX-License-Identifier: GPL-3.0-or-later
"""What surrounds the program where it starts: settings of OpenMP, the stack, the folder for temporary files,
signals that are ignored. What it cannot work with it says in one line, with an exit code that tells it from
a crash, and it leaves nothing behind.

usage: surroundings.py HAPPYGENE MPIEXEC SCRATCH RUN.yaml"""
import os
import resource
import shutil
import signal
import subprocess
import sys
import time

from common import Program, Verdict

VERDICT = Verdict()
PROGRAM = Program(os.path.abspath(sys.argv[1]), sys.argv[2])
SCRATCH, RUN_FILE = map(os.path.abspath, sys.argv[3:5])
PATIENCE = float(os.environ.get("HG_PATIENCE", "1"))
TWO = ["--threads", "2"]


def words(*options):
    return ["run", RUN_FILE, "-o", "x.h5", "--force", "--quiet", *options]


def call(given, environment=None, stack=None):
    """Exit code, messages."""
    def limit():
        resource.setrlimit(resource.RLIMIT_STACK, (stack * 1024, stack * 1024))
    done = subprocess.run([PROGRAM.path, *given], capture_output=True, text=True, check=False,
                          timeout=300 * PATIENCE, env=dict(os.environ, **(environment or {})),
                          preexec_fn=limit if stack else None)
    return done.returncode, done.stderr


def expect(what, result, code, *texts):
    found, errors = result
    VERDICT.check(found == code and errors.count("\n") == (code != 0) and
                  all(text in errors for text in texts), f"{what}: exit {found}, not {code}: {errors}")
    if code != 0:
        VERDICT.check(os.listdir(".") == [], f"{what}: left {os.listdir('.')}")
    elif os.path.exists("x.h5"):
        os.unlink("x.h5")


def threads():
    """What OpenMP takes from its environment, without asking whether it can be done."""
    for number in ("4097", "100000"):
        expect(f"{number} threads", call(words(), {"OMP_NUM_THREADS": number}), 2,
               f"{number} threads (OMP_NUM_THREADS)", "1 to 4096")
    expect("a list", call(words(), {"OMP_NUM_THREADS": "2,1"}), 0)
    for name in ("OMP_STACKSIZE", "GOMP_STACKSIZE"):
        for size, its_bytes in (("16k", 16384), (" 24 K ", 24576), ("20", 20480), ("60000B", 60000)):
            expect(f"{name}={size}", call(words(*TWO), {name: size}), 71,
                   f"stacks of {its_bytes} bytes", "at least 65536")
        for size in ("1000000G", "10000000000M"):  # more than addresses have bits for
            expect(f"{name}={size}", call(words(*TWO), {name: size}), 71, "no memory for 2 threads")
        for size in ("64k", "1M"):
            expect(f"{name}={size}", call(words(*TWO), {name: size}), 0)
    expect("one thread", call(words("--threads", "1"), {"OMP_STACKSIZE": "16k"}), 0)
    for size in ("many", "16kB", "-16k", "99999999999999999999", "1k"):  # OpenMP says so, and goes on
        code, errors = call(words(*TWO), {"OMP_STACKSIZE": size})
        VERDICT.check(code == 0 and "happygene: " not in errors, f"{size}: exit {code}: {errors}")
        os.unlink("x.h5")
    os.environ["OMP_STACKSIZE"] = "1000000G"
    code, _, errors = PROGRAM.call(*words(*TWO), ranks=2)
    del os.environ["OMP_STACKSIZE"]
    VERDICT.check(code == 71 and errors.count("no memory for 2 threads") == 1,
                  f"two ranks: exit {code}: {errors}")


def stacks():
    for given in (words(*TWO), ["validate", RUN_FILE, "--quiet"], ["help"]):
        for kilobytes in (64, 128):
            expect(f"{given[0]}, {kilobytes} kB", call(given, stack=kilobytes), 71,
                   f"no more than {kilobytes} kB (ulimit -s)", "at least 256")
        expect(f"{given[0]}, 256 kB", call(given, stack=256), 0)


def temporary_folders():
    for name in ("TMPDIR", "OMPI_MCA_orte_tmpdir_base"):
        for place, reason in (("/proc", "No such file"), (RUN_FILE, "Not a directory"),
                              (os.path.join(SCRATCH, "missing"), "No such file"),
                              ("/" + 5000 * "x", "File name too long")):
            expect(f"{name}={place[:80]}", call(words(), {name: place}), 74, reason, place,
                   f"{name} names another")
    expect("none", call(words(), {"TMPDIR": ""}), 0)
    expect("another one", call(words(), {"TMPDIR": "/proc", "OMPI_MCA_orte_tmpdir_base": "/tmp"}), 0)


def start(ignored):
    """A run that would go on for long, once it is under way."""
    def prepare():
        signal.signal(ignored, signal.SIG_IGN)
    given = words("--threads", "1", "--set", "run.generations=100000000", "--set",
                  "output.statistics.every=1000", "--set", "output.snapshots.every=0")
    started = subprocess.Popen([PROGRAM.path, *given], stderr=subprocess.PIPE, text=True,
                               preexec_fn=prepare if ignored else None)
    end = time.monotonic() + 300 * PATIENCE
    while not os.path.exists("x.h5") and started.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    return started


def ends(what, started, text):
    _, errors = started.communicate(timeout=300 * PATIENCE)
    VERDICT.check(started.returncode == 75 and text in errors and os.path.exists("x.ckpt"),
                  f"{what}: exit {started.returncode}: {errors}")
    for name in os.listdir("."):
        os.unlink(name)


def ignored_signals():
    """As nohup has it: what was ignored when the program began does not end it."""
    for number in (signal.SIGHUP, signal.SIGUSR2, signal.SIGXCPU):
        started = start(number)
        started.send_signal(number)
        time.sleep(0.5 * PATIENCE)
        VERDICT.check(started.poll() is None, f"{number.name}: an ignored signal ends the run")
        started.send_signal(signal.SIGTERM)
        ends(f"{number.name} ignored", started, "on request")


def processor_time():
    """A soft limit, which the system tells of once a second from then on."""
    started = start(None)
    resource.prlimit(started.pid, resource.RLIMIT_CPU, (1, 600))
    ends("processor time", started, "on request")


def main():
    shutil.rmtree(SCRATCH, ignore_errors=True)
    os.makedirs(os.path.join(SCRATCH, "own"))
    os.chdir(os.path.join(SCRATCH, "own"))
    threads()
    stacks()
    temporary_folders()
    ignored_signals()
    processor_time()
    VERDICT.exit()


main()
