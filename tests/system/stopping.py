# SPDX-License-Identifier: GPL-3.0-or-later
"""What stops a run, what it leaves, what --resume says. stopping.py PROGRAM MPIEXEC FOLDER DATA"""
import os
import shutil
import signal
import struct
import subprocess
import sys
import time

from common import Program, Verdict, require
from identical import compare

require("h5py", "xarray")
import h5py
import xarray

verdict = Verdict()
PATIENCE = float(os.environ.get("HG_PATIENCE", "1")) # how much slower a checked build may be
LONG = ["population.individuals=500", "run.generations=2000000", "output.statistics.every=1000",
        "output.snapshots.every=0"]


class Case:
    """Runs in a folder of its own."""

    def __init__(self, program, mpiexec, folder, run_file):
        self.program, self.mpiexec, self.folder = program, mpiexec, folder
        self.run_file, self.output = run_file, os.path.join(folder, "x.h5")
        self.clean()

    def clean(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)

    def path(self, suffix):
        return os.path.join(self.folder, "x" + suffix)

    def words(self, settings, *options):
        words = ["run", self.run_file, "-o", self.output, "--quiet", "--threads", "1", *options]
        for setting in settings:
            words += ["--set", setting]
        return words

    def start(self, settings, ranks=None, options=("--resume",)):
        command = [self.program.path, *self.words(settings, *options)]
        if ranks:
            command = [self.mpiexec, "-n", str(ranks), *command]
        environment = dict(os.environ, OMP_WAIT_POLICY="passive", OMPI_ALLOW_RUN_AS_ROOT="1",
                           OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                           OMPI_MCA_rmaps_base_oversubscribe="1",
                           OMPI_MCA_hwloc_base_binding_policy="none")
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def await_file(self, suffix, seconds=300):
        until = time.monotonic() + seconds
        while time.monotonic() < until and not os.path.exists(self.path(suffix)):
            time.sleep(0.02)
        return verdict.check(os.path.exists(self.path(suffix)), f"x{suffix} comes")

    def step(self, settings, what, ranks=None, options=("--resume",)):
        """Goes on for one generation; returns it."""
        open(self.path(".stop"), "w").close()
        code, _, errors = self.program.call(*self.words(settings, *options), ranks=ranks)
        words = errors.split("stopped after generation ")
        if not verdict.check(code == 75 and len(words) == 2 and "starts from" not in errors,
                             f"{what}: exit {code}: {errors}"):
            return -1
        return int(words[1].split()[0])


def finish(started, seconds=300):
    try:
        out, errors = started.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        started.kill()
        out, errors = started.communicate()
        verdict.check(False, "a run does not stop")
    return started.returncode, out, errors


def by_signal(case, number, ranks):
    """A run that is under way for a while, one signal."""
    what = f"{number.name} to {ranks or 1} ranks"
    case.clean()
    started = case.start(LONG, ranks)
    case.await_file(".h5")
    time.sleep(0.3)
    started.send_signal(number)
    code, out, errors = finish(started)
    if ranks and number == signal.SIGTERM and code != 75:
        print(f"note: {what}: mpiexec's exit {code}")  # it gives the ranks a second
        if os.path.exists(case.path(".ckpt")):
            verdict.check(case.step(LONG, what) > 1, f"{what}: goes on")
    else:
        verdict.check(code == 75 and "--resume" in errors and out == "",
                      f"{what}: exit {code}: {out}{errors}")
        verdict.check(errors.count("stopped after generation") == 1, f"{what}: said once: {errors}")
        with h5py.File(case.output) as file:
            done = file.attrs["generations_done"]
            verdict.check(file.attrs["complete"] == 0 and "request" in file.attrs["stop_reason"],
                          f"{what}: complete {file.attrs['complete']}")
            rows = file["statistics/generation"].shape[0]
            verdict.check(rows == done // 1000 + 1, f"{what}: {rows} records up to {done}")
        verdict.check(case.step(LONG, what) == done + 1, f"{what}: goes on from {done}")


def by_early_signals(case, ranks, settings, turns):
    """Signals and stop files that come while the program starts, generation 0 is made, the output is
    created, or a checkpoint is read: each start either ends before it has done anything, or comes a
    generation further; what they lead to is the file of an undisturbed run."""
    case.clean()
    settings = ["population.individuals=1000", "run.generations=3000", *settings]
    whole = case.folder.rstrip("/") + "-whole.h5"
    case.program.run(case.run_file, whole, settings)
    generation = 0
    for turn in range(turns):
        what = f"early signal {turn} to {ranks or 1} ranks"
        code, errors = early_start(case, settings, ranks, turn)
        words = errors.split("stopped after generation ")
        if code == 75 and verdict.check(len(words) == 2, f"{what}: {errors}"):
            reached = int(words[1].split()[0])
            verdict.check(reached > generation and os.path.exists(case.path(".ckpt")),
                          f"{what}: generation {reached} after {generation}")
            generation = reached
        elif code == 0:  # mpiexec passes nothing on while it starts; or the run was over before
            break
        else:  # before the program heeds signals
            ends = (128 + signal.SIGUSR1, -signal.SIGUSR1) if ranks else (-signal.SIGTERM,)
            verdict.check(code in ends, f"{what}: exit {code}: {errors}")
        verdict.check("starts from" not in errors, f"{what}: {errors}")
    verdict.check(ranks or generation > 0, "no early signal has stopped a run")
    code, _, errors = case.program.call(*case.words(settings, "--resume"), ranks=ranks)
    verdict.check(code == 0, f"after early signals: exit {code}: {errors}")
    compare(verdict, case.program, whole, case.output, f"early signals to {ranks or 1} ranks")


def early_start(case, settings, ranks, turn):
    """One start that is soon to stop: exit code, messages."""
    if turn % 3 == 0:
        open(case.path(".stop"), "w").close()
    started = case.start(settings, ranks)
    time.sleep(0.02 * turn * PATIENCE)
    if turn % 3 != 0:
        started.send_signal(signal.SIGUSR1 if ranks else signal.SIGTERM)
    code, _, errors = finish(started)
    return code, errors


def by_second_interrupt(case):
    """Generations that take long: the first SIGINT waits for one of them, the second does not."""
    case.clean()
    slow = ["population.individuals=400000", "run.generations=100000", "mutation.basal.rate=0.9",
            "checkpoint.every=1", "output.statistics.every=1000", "output.snapshots.every=0"]
    started = case.start(slow)
    case.await_file(".ckpt")
    for number in (signal.SIGINT, signal.SIGUSR1, signal.SIGINT):
        started.send_signal(number)
        time.sleep(0.03)
    code, _, errors = finish(started, 20)
    verdict.check(code == -signal.SIGINT, f"a second SIGINT: exit {code}: {errors}")
    verdict.check(case.step(slow, "after a second SIGINT") > 1, "the last checkpoint is sound")


def by_second_terminate(case):
    """A run file that is a pipe without a writer: there is no run yet that could stop."""
    pipe = case.path(".pipe")
    os.mkfifo(pipe)
    started = subprocess.Popen([case.program.path, "run", pipe, "-o", case.output], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for _ in range(2):
        time.sleep(0.5 * PATIENCE)
        started.send_signal(signal.SIGTERM)
    code, _, errors = finish(started, 20)
    verdict.check(code == -signal.SIGTERM, f"a pipe without a writer: exit {code}: {errors}")
    os.remove(pipe)


def seconds_of_run(case, settings, ranks, stopped=False):
    """A new run, stopped after a generation or not: exit code, messages, and how long it took."""
    case.clean()
    if stopped:
        open(case.path(".stop"), "w").close()
    began = time.monotonic()
    code, _, errors = finish(case.start(settings, ranks))
    return code, errors, time.monotonic() - began


def by_wall_time(case, ranks):
    """Starting, the checkpoint and ending are no part of the limit: what they take, here and now, is
    measured."""
    least = seconds_of_run(case, LONG, ranks, stopped=True)[2]
    code, errors, seconds = seconds_of_run(case, [*LONG, "limits.wall_time=00:00:03"], ranks)
    verdict.check(code == 75 and "limits.wall_time" in errors, f"wall time: exit {code}: {errors}")
    verdict.check(1 < seconds < PATIENCE * 3.2 + 3 * least,
                  f"wall time: {seconds:.2f} s, and {least:.2f} s for one generation")
    verdict.check(case.step(LONG, "without the limit") > 1, "goes on without the limit")


def is_rank(process, rank):
    with open(f"/proc/{process}/environ", "rb") as file:
        return f"OMPI_COMM_WORLD_RANK={rank}".encode() in file.read().split(b"\0")


def by_hanging(case):
    """One rank is stopped for good: one of the others ends the run, soon after its patience of 1.8 s
    is over, and the run goes on from the checkpoint."""
    for hangs, speaks in ((2, 0), (0, 2)):
        case.clean()
        started = case.start([*LONG, "checkpoint.every=200"], 3, ("--resume", "--patience", "0.03"))
        if not case.await_file(".ckpt"):
            return
        os.kill(next(p for p in children(started.pid) if is_rank(p, hangs)), signal.SIGSTOP)
        began = time.monotonic()
        code, _, errors = finish(started, 300 * PATIENCE)
        seconds = time.monotonic() - began
        verdict.check(code == 75 and "--resume goes on" in errors and
                      f"rank {speaks} of 3 has waited for another one" in errors and
                      errors.count("has waited for another one") == 1,
                      f"rank {hangs} hangs: exit {code}: {errors}")
        verdict.check(1.8 < seconds < 60 * PATIENCE, f"rank {hangs} hangs: {seconds:.1f} s")
        verdict.check(case.step(LONG, "after a rank that hung") > 1, "goes on from the checkpoint")
    code, _, errors = case.program.call(*case.words([], "--patience", "-1"))
    verdict.check(code == 2 and "--patience -1: allowed: minutes" in errors, f"exit {code}: {errors}")


def by_killed_launcher(case):
    """Ranks outlive their launcher for a moment: who goes on at once waits for them."""
    for _ in range(3):
        case.clean()
        started = case.start([*LONG, "checkpoint.every=100"], 2)
        if not case.await_file(".ckpt"):
            return
        started.kill()
        settings = [*LONG, "limits.wall_time=00:00:02"] # a stop file might be the old ranks'
        code, _, errors = case.program.call(*case.words(settings, "--resume"))
        verdict.check(code == 75 and "limits.wall_time" in errors and "starts from" not in errors,
                      f"after the launcher was killed: exit {code}: {errors}")
        finish(started)


def by_size_of_files(case):
    """A file that may not grow any more is a failure to write, not a silent death."""
    case.clean()
    command = ["sh", "-c", "ulimit -f 200; exec \"$@\"", "sh", case.program.path,
               *case.words(["run.generations=2000"])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300 * PATIENCE)
    verdict.check(done.returncode == 74 and case.output in done.stderr and "(ulimit -f)" in done.stderr,
                  f"ulimit -f: exit {done.returncode}: {done.stderr}")
    verdict.check(not os.path.exists(case.output), f"ulimit -f leaves {os.listdir(case.folder)}")


def by_minutes(case):
    """A checkpoint comes by time alone, and outlives a kill."""
    case.clean()
    settings = [*LONG, "checkpoint.minutes=0.005"]
    started = case.start(settings, 2)
    case.await_file(".ckpt.1")
    for process in children(started.pid):
        os.kill(process, signal.SIGKILL)
        break
    code, _, _ = finish(started)
    verdict.check(code not in (0, 75), f"a rank killed: exit {code}")
    with h5py.File(case.output) as file:
        verdict.check(file.attrs["complete"] == 0, "a killed run is not complete")
        done = file.attrs["generations_done"]
        generation = file["statistics/generation"][()]
        verdict.check(len(generation) == 2001 and generation[-1] == -1 and generation[0] == 0,
                      "what is not recorded has generation -1")
    with xarray.open_dataset(case.output, group="statistics", engine="h5netcdf") as data:
        known = data.isel(generation=(data.generation >= 0).values & (data.generation <= done).values)
        verdict.check(known.sizes["generation"] == done // 1000 + 1, "xarray reads a killed run")
    code, out, errors = case.program.call("info", case.output)
    verdict.check(code == 0 and "records" in out, f"info of a killed run: {out}{errors}")
    verdict.check(case.step(LONG, "after the kill") > 1, "goes on after the kill")


def children(parent):
    with open(f"/proc/{parent}/task/{parent}/children") as file:
        return [int(word) for word in file.read().split()]


def compressed(case):
    """Compressed snapshots have no fixed place; the run goes on all the same."""
    case.clean()
    settings = ["run.generations=9", "output.snapshots.every=2",
                "output.snapshots.compression=deflate"]
    for turn in range(8):
        ranks = [None, 2, 3][turn % 3]
        generation = case.step(settings, f"compressed, turn {turn}", ranks)
        verdict.check(generation == turn + 1, f"compressed: generation {generation} of {turn + 1}")
    code, _, errors = case.program.call(*case.words(settings, "--resume"))
    verdict.check(code == 0, f"compressed: exit {code}: {errors}")
    whole = case.path("-whole.h5")
    case.program.run(case.run_file, whole, settings)
    compare(verdict, case.program, whole, case.output, "compressed")


def too_large(case):
    """An output that the disk cannot hold is refused before anything is done."""
    case.clean()
    settings = ["run.generations=1000000", "output.snapshots.every=1",
                "population.individuals=1000000"]
    began = time.monotonic()
    code, _, errors = case.program.call(*case.words(settings, "--resume"))
    verdict.check(code == 74 and "bytes" in errors and case.output in errors and
                  time.monotonic() - began < 60 * PATIENCE, f"too large: exit {code}: {errors}")
    for ranks in (None, 2):
        code, _, errors = case.program.call(
            *case.words(["population.individuals=2000000000", "run.generations=1"]), ranks=ranks)
        verdict.check(code == 71 and errors.count("need about ") == 1 and "GB" in errors and
                      not os.path.exists(case.output), f"too many: exit {code}: {errors}")
    verdict.check(os.listdir(case.folder) == [], "nothing is left lying")


def torn(case):
    """Of what describes the output nothing is left but the run's id: it comes back whole."""
    case.clean()
    settings = ["run.generations=20000", "output.statistics.every=1", "output.snapshots.every=500",
                "population.individuals=50"]
    for turn in range(3):
        case.step(settings, "before the output is torn")
        with h5py.File(case.path(".ckpt")) as file:
            room = file.attrs["header"][4]
            size = file["output_image"].shape[0]
        with h5py.File(case.output) as file:
            run_id = file["provenance"].attrs["run_id"]
        run_id = run_id if isinstance(run_id, bytes) else run_id.encode()
        with open(case.output, "r+b") as file:
            head = file.read(room)
            at = head.find(run_id)
            verdict.check(0 < at < size <= room, f"the id lies in the image: {at}, {size}, {room}")
            file.seek(0)
            file.write(b"\xff" * at)
            file.seek(at + len(run_id))
            file.write(b"\xff" * (room - at - len(run_id)))
    code, _, errors = case.program.call(*case.words(settings, "--resume"))
    verdict.check(code == 0 and errors == "", f"a torn output: exit {code}: {errors}")
    whole = case.path("-whole.h5")
    case.program.run(case.run_file, whole, settings)
    compare(verdict, case.program, whole, case.output, "torn")


def digest(dataset, text):
    """As src/base/digest.h says, of piece 0."""
    whole, word_factor, state_factor = 2**64 - 1, 0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9
    def mix(x):
        x = (x ^ (x >> 30)) * state_factor & whole
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb & whole
        return x ^ (x >> 31)
    state = mix(mix(mix(dataset + word_factor & whole) + word_factor & whole) + len(text))
    for at in range(0, len(text), 8):
        state ^= int.from_bytes(text[at:at + 8], "little") * word_factor & whole
        state = ((state << 29 | state >> 35) & whole) * state_factor & whole
    return mix(state)


def cut(case):
    """An output that lost its end, or a checkpoint put in its place, is noticed: the run starts anew
    and comes to the same file. What cannot be read, or a newer program wrote, is not replaced."""
    settings = ["run.generations=40", "checkpoint.every=5", "output.snapshots.every=2"]
    whole = case.folder.rstrip("/") + "-whole.h5"
    case.program.run(case.run_file, whole, settings)
    for part in (0.3, 0.7, 0.95, None):
        case.clean()
        verdict.check(case.step(settings, f"cut to {part}") == 1, f"cut to {part}: one generation")
        if part is None:
            shutil.copy(case.path(".ckpt"), case.output)
        else:
            os.truncate(case.output, int(os.path.getsize(case.output) * part))
        code, _, errors = case.program.call(*case.words(settings, "--resume"))
        said = "is a checkpoint" if part is None else "cut short"
        verdict.check(code == 0 and said in errors and "starts from generation 0" in errors,
                      f"cut to {part}: exit {code}: {errors}")
        compare(verdict, case.program, whole, case.output, f"cut to {part}")
    case.clean()
    verdict.check(case.step(settings, "newer") == 1, "newer: one generation")
    with open(case.path(".ckpt"), "r+b") as file: # the end of a seal: the version and its digest
        file.seek(-16, os.SEEK_END)
        file.write(struct.pack("<qQ", 2, digest(2, b"happygene-checkpoint\0")))
    with open(case.path(".ckpt"), "rb") as file:
        before = file.read()
    code, _, errors = case.program.call(*case.words(settings, "--resume"))
    with open(case.path(".ckpt"), "rb") as file:
        verdict.check(code == 65 and "format version" in errors and file.read() == before,
                      f"a newer checkpoint: exit {code}: {errors}")


def refusals(case):
    case.clean()
    verdict.check(case.step(LONG, "one generation") == 1, "one generation")
    before = sorted(os.listdir(case.folder))
    for settings, said in ((["run.seed=99"], "run.seed: was"),
                           (["run.generations=7"], "run.generations: was 2000000, is 7"),
                           (["run.name=other"], "run.name: was"),
                           (["output.statistics.every=10"], "output.statistics.every: was 1000")):
        code, _, errors = case.program.call(*case.words([*LONG, *settings], "--resume"))
        verdict.check(code == 65 and said in errors, f"{settings}: exit {code}: {errors}")
    code, _, errors = case.program.call(*case.words(LONG))
    verdict.check(code == 2 and "--resume" in errors, f"without --resume: exit {code}: {errors}")
    code, _, errors = case.program.call(*case.words(LONG, "--resume", "--force"))
    verdict.check(code == 2, f"--resume --force: exit {code}: {errors}")
    verdict.check(sorted(os.listdir(case.folder)) == before, "a refusal changes nothing")
    shutil.copy(case.path(".ckpt"), case.path(".ckpt.1"))
    with open(case.path(".ckpt"), "r+b") as file:
        file.seek(-100, os.SEEK_END)
        byte = file.read(1)
        file.seek(-100, os.SEEK_END)
        file.write(bytes([byte[0] ^ 1]))
    open(case.path(".stop"), "w").close()
    code, _, errors = case.program.call(*case.words(LONG, "--resume"))
    verdict.check(code == 75 and "x.ckpt: " in errors and "damaged" in errors,
                  f"a damaged checkpoint: exit {code}: {errors}")
    with open(case.output, "wb") as file:  # somebody else's
        file.write(b"my diary")
    code, _, errors = case.program.call(*case.words(LONG, "--resume"))
    with open(case.output, "rb") as file:
        verdict.check(code == 2 and file.read() == b"my diary", f"a foreign file: {code}: {errors}")


def names(case):
    """Outputs are named .h5, so that no two share checkpoints; those without an output are kept."""
    case.clean()
    code, _, errors = case.program.call("run", case.run_file, "-o", case.path(""), "--quiet")
    verdict.check(code == 2 and "ends in .h5" in errors, f"-o x: exit {code}: {errors}")
    code, _, errors = case.program.call("validate", case.run_file, "--set", "output.file=x.nc")
    verdict.check(code == 65 and "ends in .h5" in errors, f"output.file=x.nc: exit {code}: {errors}")
    verdict.check(os.listdir(case.folder) == [], "nothing is written")
    verdict.check(case.step(LONG, "names") == 1, "one generation")
    os.unlink(case.output)
    code, _, errors = case.program.call(*case.words(LONG))
    verdict.check(code == 2 and "checkpoints" in errors, f"without output: exit {code}: {errors}")
    verdict.check(os.listdir(case.folder) == ["x.ckpt"], "the checkpoint is let alone")
    open(case.path(".stop"), "w").close()
    code, _, errors = case.program.call(*case.words(LONG, "--resume"))
    verdict.check(code == 75 and "missing" in errors and "starts from generation 0" in errors,
                  f"--resume without output: exit {code}: {errors}")


def by_result(case):
    """An interrupted result goes on by its own name."""
    case.clean()
    settings = ["run.generations=9", "output.file=elsewhere.h5"]
    verdict.check(case.step(settings, "by result") == 1, "one generation")
    for ranks in (2, None):
        code, out, errors = case.program.call("run", case.output, "--resume", "--quiet", ranks=ranks)
        verdict.check(code == 0 and out.strip() == case.output, f"by result: exit {code}: {errors}")
    verdict.check(os.listdir(case.folder) == ["x.h5"], "by result: in its own place")
    whole = case.folder.rstrip("/") + "-whole.h5"
    case.program.run(case.run_file, whole, settings)
    compare(verdict, case.program, whole, case.output, "by result")


def founded(case):
    """The run that founders came from is needed no more when there is a checkpoint."""
    case.clean()
    founders, whole = case.folder.rstrip("/") + "-founders.h5", case.folder.rstrip("/") + "-whole.h5"
    case.program.run(case.run_file, founders, ["run.generations=3"])
    settings = ["run.generations=8", "population.initial={from: " + founders + "}"]
    case.program.run(case.run_file, whole, settings)
    verdict.check(case.step(settings, "founded") == 1, "one generation")
    os.unlink(founders)
    code, _, errors = case.program.call(*case.words(settings, "--resume"))
    if verdict.check(code == 0, f"founders are gone: exit {code}: {errors}"):
        compare(verdict, case.program, whole, case.output, "founded")
    os.unlink(case.output)
    code, _, errors = case.program.call(*case.words(settings, "--resume"))
    verdict.check(code == 65 and "population.initial.from" in errors,
                  f"no founders, no checkpoint: exit {code}: {errors}")


def completed(case):
    case.clean()
    settings = ["run.generations=5"]
    code, out, errors = case.program.call(*case.words(settings, "--resume"))
    verdict.check(code == 0 and errors == "", f"a first start: exit {code}: {errors}")
    before = os.stat(case.output).st_mtime_ns
    code, again, errors = case.program.call("run", case.run_file, "-o", case.output, "--resume",
                                            "--set", settings[0], ranks=2)
    verdict.check(code == 0 and again == out and "is complete" in errors,
                  f"a complete run: exit {code}: {again}{errors}")
    verdict.check(os.stat(case.output).st_mtime_ns == before, "a complete result is let alone")
    verdict.check(sorted(os.listdir(case.folder)) == ["x.h5"], "nothing is left lying")
    other = case.folder.rstrip("/") + "-other.ckpt"
    for own in (True, False): # killed between its last write and the removal of its checkpoints
        verdict.check(case.step(["run.generations=4"], "left", options=("--force",)) == 1, "one")
        shutil.copy(case.path(".ckpt"), other)
        if not own:
            verdict.check(case.step(["run.generations=4"], "left", options=("--force",)) == 1, "one")
        code, _, errors = case.program.call(*case.words(["run.generations=4"], "--resume"))
        verdict.check(code == 0, f"left: exit {code}: {errors}")
        shutil.copy(other, case.path(".ckpt"))
        code, _, errors = case.program.call(*case.words(["run.generations=4"], "--resume"))
        verdict.check(code == 0 and os.path.exists(case.path(".ckpt")) != own,
                      f"a checkpoint beside a complete result, own {own}: exit {code}: {errors}")


def main():
    path, mpiexec, folder, data = sys.argv[1:5]
    case = Case(Program(path, mpiexec), mpiexec, folder, os.path.join(data, "hill-hill.yaml"))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP,
                   signal.SIGXCPU):
        by_signal(case, number, None)
    by_signal(case, signal.SIGUSR1, 3)
    by_signal(case, signal.SIGUSR2, 2)
    by_signal(case, signal.SIGTERM, 2)
    by_early_signals(case, None, ["output.snapshots.every=1000"], 15)
    by_early_signals(case, 2, ["output.snapshots.every=1000",
                               "output.snapshots.compression=deflate"], 8)
    by_second_interrupt(case)
    by_second_terminate(case)
    by_wall_time(case, None)
    by_wall_time(case, 2)
    by_hanging(case)
    by_killed_launcher(case)
    by_size_of_files(case)
    by_minutes(case)
    compressed(case)
    torn(case)
    cut(case)
    refusals(case)
    too_large(case)
    completed(case)
    names(case)
    by_result(case)
    founded(case)
    verdict.exit()


main()
