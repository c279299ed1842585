# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies in the way of a run's files, or happens to them underneath: checkpoints that cannot be
read, folders in their places, outputs that are cut, removed or replaced. The run goes on with what
there is or ends with one message, and --resume comes to the file of an undisturbed run.

usage: obstacles.py HAPPYGENE MPIEXEC SCRATCH RUN.yaml [FAULTS.so]"""
import glob
import os
import shutil
import socket
import subprocess
import sys
import time

from common import Program, Verdict

VERDICT = Verdict()
PATIENCE = float(os.environ.get("HG_PATIENCE", "1"))  # how much slower a checked build may be
SHORT = ["run.generations=12", "checkpoint.every=4", "output.snapshots.every=3"]
LONG = ["population.individuals=300", "run.generations=2000000", "output.statistics.every=1",
        "output.snapshots.every=0", "checkpoint.every=2000"]
MIDDLE = [*LONG[:1], "run.generations=20000", *LONG[2:]]


def words(settings, *options):
    given = ["run", RUN_FILE, "-o", "x.h5", "--quiet", "--threads", "1", *options]
    for setting in settings:
        given += ["--set", setting]
    return given


def clean():
    for path in glob.glob("x.*"):
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)


def said(errors):
    return [line for line in errors.splitlines() if line.startswith("happygene: ")]


def expect(what, result, code, *texts):
    got, _, errors = result
    VERDICT.check(got == code and len(said(errors)) <= 1 + errors.count("cannot go on from"),
                  f"{what}: exit {got}, not {code}: {errors}")
    for text in texts:
        VERDICT.check(text in errors, f"{what}: no '{text}' in: {errors}")


def same(what, whole="whole.h5"):
    code, _, errors = PROGRAM.call("diff", whole, "x.h5")
    VERDICT.check(code == 0, f"{what}: another result: {errors}")


def interrupt():
    """Makes, in `kept`, a run of two checkpoints, of generations 3 and 2."""
    os.makedirs("kept")
    for _ in range(3):
        open("x.stop", "w", encoding="ascii").close()
        code, _, errors = PROGRAM.call(*words(SHORT, "--resume"))
        VERDICT.check(code == 75, f"a step: exit {code}: {errors}")
    for name in ("x.h5", "x.ckpt", "x.ckpt.1"):
        shutil.copy(name, "kept")


def interrupted():
    clean()
    for name in os.listdir("kept"):
        shutil.copy(os.path.join("kept", name), ".")


def blind(*given, environment=None):
    """The program as somebody who may not read whatever there is: root loses that right."""
    command = [PROGRAM.path, *given]
    if os.geteuid() == 0:
        command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300 * PATIENCE,
                          env=dict(os.environ, **(environment or {})), check=False)
    return done.returncode, done.stdout, done.stderr


def unreadable_checkpoints():
    """The newest may not be read: the one before is used. No other can be: nothing is lost."""
    interrupted()
    os.chmod("x.ckpt", 0)
    expect("no permission", blind(*words(SHORT, "--resume")), 0,
           "cannot go on from a checkpoint: x.ckpt: Permission denied")
    same("no permission")
    interrupted()
    os.chmod("x.ckpt", 0)
    os.truncate("x.ckpt.1", 5000)
    before = sorted(os.listdir("."))
    expect("no permission, and damaged", blind(*words(SHORT, "--resume")), 74,
           "x.ckpt: Permission denied; it may be sound")
    VERDICT.check(sorted(os.listdir(".")) == before, f"left {os.listdir('.')}, was {before}")
    os.chmod("x.ckpt", 0o644)
    expect("permission again", PROGRAM.call(*words(SHORT, "--resume")), 0)
    same("permission again")


def links():
    """An output that is a link lies where that leads; checkpoints do not go through links of their own."""
    clean()
    os.makedirs("far", exist_ok=True)
    os.symlink("far/y.h5", "x.h5")
    open("far/y.stop", "w", encoding="ascii").close()
    expect("a link", PROGRAM.call(*words(SHORT)), 75)
    VERDICT.check(os.path.islink("x.h5") and sorted(os.listdir("far")) == ["y.ckpt", "y.h5"],
                  f"a link: {os.listdir('.')}, far: {os.listdir('far')}")
    expect("a link again", PROGRAM.call(*words(SHORT, "--resume")), 0)
    same("a link")
    expect("a link to a result", PROGRAM.call(*words(SHORT)), 2, "far/y.h5 exists")
    shutil.rmtree("far")
    clean()
    os.symlink("x.h5", "x.h5")
    expect("a link to itself", PROGRAM.call(*words(SHORT)), 74, "x.h5 leads through more than")
    interrupted()
    os.symlink("victim", "x.ckpt.part")
    expect("a link in a checkpoint's place", PROGRAM.call(*words(SHORT, "--resume")), 0)
    same("a link in a checkpoint's place")
    VERDICT.check(not os.path.exists("victim"), "a checkpoint is written through a link")
    interrupted()
    os.unlink("x.ckpt")
    os.symlink("absent/x.ckpt", "x.ckpt")
    shutil.move("x.ckpt.1", "away")
    expect("a checkpoint elsewhere", PROGRAM.call(*words(SHORT, "--resume")), 74,
           "x.ckpt: No such file or directory; it may be sound")
    shutil.move("away", "x.ckpt.1")
    expect("a checkpoint elsewhere, and one here", PROGRAM.call(*words(SHORT, "--resume")), 0,
           "cannot go on from a checkpoint: x.ckpt")
    same("a checkpoint elsewhere, and one here")


def blank_output():
    """Nothing but zeros, as a failing machine may leave it: there is nothing to lose."""
    interrupted()
    size = os.path.getsize("x.h5")
    os.truncate("x.h5", 0)
    os.truncate("x.h5", size)
    expect("zeros", PROGRAM.call(*words(SHORT, "--resume")), 0, "starts from generation 0")
    same("zeros")
    with open("x.h5", "ab") as file:
        file.truncate(0)
        file.write(bytes(100000) + b"a letter to somebody")
    expect("another file", PROGRAM.call(*words(SHORT, "--resume")), 2, "only results are replaced")


def completed_meanwhile():
    """A run that begins again replaces nothing that another one has completed since it looked."""
    wins = 0
    for turn in range(12):
        clean()
        runs = [subprocess.Popen([PROGRAM.path, *words([*SHORT, f"run.seed={seed}"], "--resume")],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                for seed in (1, 2)]
        errors = [run.communicate(timeout=300 * PATIENCE)[1] for run in runs]
        done = [seed for seed, run in zip((1, 2), runs) if run.returncode == 0]
        wins += len(done)
        VERDICT.check(len(done) == 1, f"two runs of one output, turn {turn}: {done} came to an end: "
                      f"{errors}")
    VERDICT.check(wins > 0, "none of two runs came to an end")


def failing_disk(faults):
    """The disk does not give what the output holds, or a checkpoint: its reads are from the eighth on."""
    interrupted()
    environment = {"LD_PRELOAD": faults, "HG_FAULT": "H5Dread:1"}
    expect("read 1 fails", blind(*words(SHORT, "--resume"), environment=environment), 0)
    same("read 1 fails")
    for k in (8, 10, 12, 14):
        interrupted()
        environment = {"LD_PRELOAD": faults, "HG_FAULT": f"H5Dread:{k}"}
        result = blind(*words(SHORT, "--resume"), environment=environment)
        expect(f"read {k} fails", result, 0, "cannot go on from a checkpoint: x.ckpt: ")
        same(f"read {k} fails")
        interrupted()
        os.unlink("x.ckpt.1")
        result = blind(*words(SHORT, "--resume"), environment=environment)
        expect(f"read {k} of the only one fails", result, 74, "x.ckpt: ", "may be sound")
        expect("the disk is well again", PROGRAM.call(*words(SHORT, "--resume")), 0)
        same(f"read {k} of the only one fails")


def put_folder(path):
    os.makedirs(path)
    with open(os.path.join(path, "mine"), "w", encoding="ascii") as file:
        file.write("keep it\n")


def put_socket(path):
    made = socket.socket(socket.AF_UNIX)
    made.bind(path)
    made.close()


def things_in_place():
    """Something else than a file where a checkpoint is to be: it is kept, and told in time."""
    for put in (put_folder, put_socket):
        for place in ("x.ckpt", "x.ckpt.1", "x.ckpt.part"):
            for ranks, option in ((None, ()), (2, ("--resume",))):
                clean()
                put(place)
                expect(f"{place} at the start", PROGRAM.call(*words(SHORT, *option), ranks=ranks),
                       74, f"{place} is a folder or device", "moved")
                VERDICT.check(os.listdir(".").count("x.h5") == 0, f"{place}: nothing is made")
        for ranks in (None, 2):
            interrupted()
            os.unlink("x.ckpt")
            put("x.ckpt")
            expect("in the newest's place", PROGRAM.call(*words(SHORT, "--resume"), ranks=ranks),
                   0, "x.ckpt: ", "x.ckpt.aside")
            same("in the newest's place")
            VERDICT.check(os.path.exists("x.ckpt.aside"), "what lay there is kept")
    interrupted()
    os.unlink("x.ckpt.1")
    put_folder("x.ckpt.1")
    expect("in the other's place", PROGRAM.call(*words(SHORT, "--resume")), 74, "x.ckpt.1 is a ")
    shutil.rmtree("x.ckpt.1")
    expect("gone again", PROGRAM.call(*words(SHORT, "--resume")), 0)
    same("in the other's place")


def start(settings, ranks=None, *options):
    command = [PROGRAM.path, *words(settings, *options)]
    if ranks:
        command = [PROGRAM.mpiexec, "-n", str(ranks), *command]
    environment = dict(os.environ, OMP_WAIT_POLICY="passive", OMPI_ALLOW_RUN_AS_ROOT="1",
                       OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMPI_MCA_rmaps_base_oversubscribe="1",
                       OMPI_MCA_hwloc_base_binding_policy="none")
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env=environment)


def disturb(what, settings, change, ranks=None, await_path="x.ckpt"):
    """Changes something under a run that would go on for long: what it says, and how soon."""
    clean()
    run = start(settings, ranks)
    until = time.monotonic() + 300 * PATIENCE
    while not os.path.exists(await_path) and run.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    change()
    began = time.monotonic()
    while change in REPEATED and run.poll() is None and time.monotonic() - began < 15 * PATIENCE:
        time.sleep(0.02)  # a cut just before a write is filled up by that
        change()
    try:
        out, errors = run.communicate(timeout=300 * PATIENCE)
    except subprocess.TimeoutExpired:
        run.kill()
        run.communicate()
        VERDICT.check(False, f"{what}: it is not noticed")
        return 1, "", ""
    seconds = time.monotonic() - began
    VERDICT.check(seconds < 60 * PATIENCE, f"{what}: noticed after {seconds:.1f} s")
    return run.returncode, out, errors


def empty_output():
    os.truncate("x.h5", 0)


def cut_output():
    os.truncate("x.h5", int(os.path.getsize("x.h5") * 0.6))


REPEATED = (empty_output, cut_output)


def replace_output():
    shutil.copy("whole.h5", "x.other")
    os.rename("x.other", "x.h5")


def output_changes():
    """The output is cut, removed or replaced underneath: noticed when something is next written."""
    PROGRAM.run(RUN_FILE, "whole.h5", MIDDLE)
    packed = [*MIDDLE, "output.snapshots.every=500", "output.snapshots.compression=deflate"]
    PROGRAM.run(RUN_FILE, "packed.h5", packed)
    for what, change, text in (
            ("emptied", empty_output, "x.h5 was cut short while the run wrote it: it has "),
            ("cut", cut_output, "x.h5 was cut short while the run wrote it: it has "),
            ("removed", lambda: os.unlink("x.h5"), "x.h5 was replaced or removed while"),
            ("replaced", replace_output, "x.h5 was replaced or removed while")):
        for settings, whole, ranks in ((MIDDLE, "whole.h5", None), (MIDDLE, "whole.h5", 2),
                                       (packed, "packed.h5", 2)):
            told = f"output {what}, {ranks or 1} ranks, {whole}"
            if settings is packed and change in REPEATED:
                text = "x.h5"  # HDF5, which reads what it appends to, may be the first to notice
            expect(told, disturb(told, settings, change, ranks), 74, text)
            VERDICT.check(os.path.exists("x.ckpt"), f"{told}: the checkpoint is kept")
            if ranks and what in ("cut", "removed"):  # one rank less, to be quicker
                expect(told, PROGRAM.call(*words(settings, "--resume")), 0,
                       "starts from generation 0")
                same(told, whole)


def folder_appears():
    """While the run goes on: it ends as over any checkpoint that cannot be written."""
    expect("a folder appears", disturb("a folder appears", LONG, lambda: put_folder("x.ckpt.part")),
           74, "x.ckpt.part is a folder")
    shutil.rmtree("x.ckpt.part")
    open("x.stop", "w", encoding="ascii").close()
    code, _, errors = PROGRAM.call(*words(LONG, "--resume"))
    VERDICT.check(code == 75 and "starts from" not in errors, f"goes on: exit {code}: {errors}")


def start_drawn(*options):
    """A small run whose seed is drawn."""
    with open("drawn.yaml", "w", encoding="ascii") as file:
        file.write("population: {individuals: 50, genes: 3}\nrun: {generations: 12}\n"
                   "mutation: {basal: {rate: 0.1}}\nnetwork: {file: net.tsv}\n")
    return PROGRAM.call("run", "drawn.yaml", "-o", "x.h5", "--quiet", *options)


def put_network(weight):
    with open("net.tsv", "w", encoding="ascii") as file:
        file.write(f"g1\tg2\t{weight}\ng2\tg3\t1\n")


def foreign_checkpoints():
    """Checkpoints of the run before beside a new output: a run that was killed in between leaves that."""
    clean()
    put_network(1)
    open("x.stop", "w", encoding="ascii").close()
    expect("a run of a drawn seed", start_drawn("--resume"), 75)
    shutil.copy("x.ckpt", "before.ckpt")
    expect("started again", start_drawn("--force"), 0)
    shutil.copy("before.ckpt", "x.ckpt")
    code, _, errors = PROGRAM.call("run", "drawn.yaml", "-o", "x.h5", "--resume")
    VERDICT.check(code == 0 and "x.h5 is complete" in errors, f"complete: exit {code}: {errors}")
    clean()
    open("x.stop", "w", encoding="ascii").close()
    expect("another one", start_drawn("--resume"), 75)
    os.replace("before.ckpt", "x.ckpt")
    expect("a foreign checkpoint alone", start_drawn("--resume"), 0, "another run's",
           "starts from generation 0")
    put_network(2)
    code, _, errors = start_drawn("--resume")
    VERDICT.check(code == 65 and "its file has changed" in errors, f"network: exit {code}: {errors}")


def founders_by_another_path():
    """The same file of founders: through a link, and another one in its place."""
    clean()
    os.makedirs("a", exist_ok=True)
    os.symlink("a", "b")
    PROGRAM.run(RUN_FILE, "a/src.h5", SHORT)
    shutil.copy("a/src.h5", "a/other.h5")
    founders = [f"population.initial.from={SCRATCH}/a/src.h5", *SHORT]
    open("x.stop", "w", encoding="ascii").close()
    expect("founders", PROGRAM.call(*words(founders)), 75)
    linked = [f"population.initial.from={SCRATCH}/b/src.h5", *SHORT]
    open("x.stop", "w", encoding="ascii").close()
    expect("founders by a link", PROGRAM.call(*words(linked, "--resume")), 75)
    other = [f"population.initial.from={SCRATCH}/a/other.h5", *SHORT]
    code, _, errors = PROGRAM.call(*words(other, "--resume"))
    VERDICT.check(code == 65 and "population.initial.from: was" in errors,
                  f"other founders: exit {code}: {errors}")
    expect("founders", PROGRAM.call(*words(founders, "--resume")), 0)


def names_beside():
    """What only begins as the names do that files have before they are made."""
    clean()
    ours, others = "x.h5.new-999999-0", ("x.h5.new-2026-11-25", "x.h5.new-7", "x.h5.new-1-2.h5")
    for name in (ours, *others):
        shutil.copy("whole.h5", name)
    expect("names beside", PROGRAM.call(*words(SHORT)), 0)
    VERDICT.check(not os.path.exists(ours) and all(map(os.path.exists, others)),
                  f"left: {sorted(glob.glob('x.*'))}")


def told_by_info():
    """A result that a crash left unreadable, and one that is a link, have checkpoints all the same."""
    interrupted()
    os.symlink("x.h5", "x.link.h5")
    code, out, _ = PROGRAM.call("info", "x.link.h5")
    VERDICT.check(code == 0 and "x.ckpt, of generation 3" in out, f"info of a link: {code} {out}")
    os.truncate("x.h5", os.path.getsize("x.h5") // 2)
    code, _, errors = PROGRAM.call("info", "x.h5")
    VERDICT.check(code == 65 and "a checkpoint lies beside it" in errors, f"info: {code} {errors}")


def twice_at_once():
    """The same command twice: one makes the run, the other waits for it."""
    clean()
    settings = ["run.generations=6000", "output.statistics.every=1000", "output.snapshots.every=0"]
    given = words(settings, "--resume")
    both = [subprocess.Popen([PROGRAM.path, *given], stderr=subprocess.PIPE, text=True)
            for _ in range(2)]
    for started in both:
        _, errors = started.communicate(timeout=300 * PATIENCE)
        waited = "is being written by another run" in errors and started.returncode == 2
        VERDICT.check(started.returncode == 0 or waited, f"twice: {started.returncode}: {errors}")
    VERDICT.check(min(started.returncode for started in both) == 0, "one of both makes the run")


def stopped_twice():
    """A signal and a stop file at once: neither is left for the next start."""
    clean()
    started = subprocess.Popen([PROGRAM.path, *words(LONG)], stderr=subprocess.PIPE, text=True)
    while not os.path.exists("x.h5") and started.poll() is None:
        time.sleep(0.01)
    open("x.stop", "w", encoding="ascii").close()
    started.terminate()
    _, errors = started.communicate(timeout=300 * PATIENCE)
    VERDICT.check(started.returncode == 75 and not os.path.exists("x.stop"),
                  f"a signal and a stop file: {started.returncode}: {errors}")


def main():
    shutil.rmtree(SCRATCH, ignore_errors=True)
    os.makedirs(SCRATCH)
    os.chdir(SCRATCH)
    PROGRAM.run(RUN_FILE, "whole.h5", SHORT)
    interrupt()
    unreadable_checkpoints()
    if FAULTS:
        failing_disk(FAULTS)
    links()
    blank_output()
    completed_meanwhile()
    things_in_place()
    folder_appears()
    output_changes()
    foreign_checkpoints()
    founders_by_another_path()
    names_beside()
    told_by_info()
    twice_at_once()
    stopped_twice()
    VERDICT.exit()


PROGRAM = Program(os.path.abspath(sys.argv[1]), sys.argv[2])
SCRATCH, RUN_FILE = map(os.path.abspath, sys.argv[3:5])
FAULTS = os.path.abspath(sys.argv[5]) if len(sys.argv) > 5 else None
main()
