# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages where something is in the way: underflow, demes of unequal size, files of newer HDF5 formats or
without permission, closed descriptors and pipes, names that a terminal would obey.

usage: messages.py HAPPYGENE MPIEXEC SCRATCH"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

from common import Verdict, require

require("h5py")
import h5py  # noqa: E402

VERDICT = Verdict()
PROGRAM, SCRATCH = map(os.path.abspath, (sys.argv[1], sys.argv[3]))
PATIENCE = float(os.environ.get("HG_PATIENCE", "1"))
UNDERFLOW = """run: {generations: 20, seed: 1}
population: {individuals: 50, genes: 100, initial: {basal: 5}}
fitness: [{model: gaussian, optimum: 0.5, strength: 1}]
"""
DEMES = """run: {name: "a\\x9bb\\u202ec", generations: 2, seed: 1}
population: {individuals: 10, genes: 2, demes: 3}
"""


def write(name, text):
    with open(name, "w", encoding="utf-8") as file:
        file.write(text)


def call(code, *words, text=()):
    done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False, timeout=60 * PATIENCE)
    said = done.stdout + done.stderr
    VERDICT.check(done.returncode == code and all(part in said for part in text),
                  f"{' '.join(words)}: exit {done.returncode}, not {code}, or without {text}: {said}")
    VERDICT.check("\x9b" not in said and "\u202e" not in said, f"{' '.join(words)}: not escaped")


def newer_formats():
    with h5py.File("demes.h5", "r") as old, h5py.File("latest.h5", "w", libver="latest") as new:
        for name in old.attrs:
            new.attrs[name] = old.attrs[name]
        for name in old:
            old.copy(name, new)
    with h5py.File("demes.h5", "r") as old, \
            h5py.File("paged.h5", "w", libver="latest", fs_strategy="page", fs_page_size=4096) as new:
        for name in old.attrs:
            new.attrs[name] = old.attrs[name]
        for name in old:
            old.copy(name, new)
    for name in ("latest.h5", "paged.h5"):
        call(0, "info", name, text=["complete"])
        call(0, "diff", "demes.h5", name, text=["identical"])
        call(0, "export", name, "-t", "statistics", text=["generation"])


def closed_descriptors():
    write("long.yaml", "run: {generations: 100000000, seed: 1}\npopulation: {individuals: 100, genes: 5}\n")
    command = 'exec "$0" run long.yaml -o long.h5 <&- >&- 2>&-'
    with subprocess.Popen(["sh", "-c", command, PROGRAM]) as run:
        deadline = time.monotonic() + 30 * PATIENCE
        while not os.path.exists("long.h5") and time.monotonic() < deadline:
            time.sleep(0.1)
        opened = [os.readlink(f"/proc/{run.pid}/fd/{number}") for number in range(3)]
        VERDICT.check(opened == ["/dev/null"] * 3, f"descriptors 0 to 2 are {opened}")
        run.terminate()


def permissions():
    """A result of somebody else, in a folder where everybody may write, is neither replaced nor taken for one
    that another run writes."""
    if os.getuid() != 0:
        print("not root: files of somebody else are not tried")
        return
    with tempfile.TemporaryDirectory() as folder: # the scratch folder may lie where only root goes
        os.chmod(folder, 0o777)
        for file in (PROGRAM, "demes.yaml", "demes.h5"):
            shutil.copy(file, folder)
        theirs = os.path.join(folder, "demes.h5")
        for mode in (0o644, 0o000):
            os.chmod(theirs, mode)
            before = os.stat(theirs)
            done = subprocess.run(
                ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "./happygene", "run",
                 "demes.yaml", "-o", "demes.h5", "--force"], capture_output=True, text=True, check=False, cwd=folder,
                timeout=60 * PATIENCE, env=dict(os.environ, HOME=folder, TMPDIR=folder))
            VERDICT.check(done.returncode == 74 and "cannot replace demes.h5: Permission denied" in done.stderr,
                          f"--force, mode {mode:o}: exit {done.returncode}: {done.stderr}")
            after = os.stat(theirs)
            VERDICT.check((before.st_ino, before.st_size, before.st_mtime) ==
                          (after.st_ino, after.st_size, after.st_mtime), f"mode {mode:o}: the file is as it was")


def closed_pipes():
    """Whoever reads has gone: a write error without a word; what cannot be written is named."""
    commands = ("validate demes.yaml", "info demes.h5", "export demes.h5 --table statistics", "network demes.h5",
                "diff demes.h5 demes.h5", "run demes.yaml -o again.h5 --force --quiet", "profile demes.yaml",
                "verify --quick --quiet parents", "example quickstart", "help keys", "help datasets", "--version")
    for command in commands:
        reader, pipe = os.pipe()
        os.close(reader)
        full = os.open("/dev/full", os.O_WRONLY)
        for sink, said in ((pipe, ""), (full, "cannot write to standard output: No space left")):
            done = subprocess.run([PROGRAM, *command.split()], stdout=sink, stderr=subprocess.PIPE, text=True,
                                  check=False, timeout=120 * PATIENCE)
            VERDICT.check(done.returncode == 74 and said in done.stderr and
                          (said != "" or "standard output" not in done.stderr),
                          f"{command}, {said or 'no reader'}: exit {done.returncode}: {done.stderr}")
            os.close(sink)


shutil.rmtree(SCRATCH, ignore_errors=True)
os.makedirs(SCRATCH)
os.chdir(SCRATCH)
write("underflow.yaml", UNDERFLOW)
write("demes.yaml", DEMES)
call(3, "run", "underflow.yaml", "-o", "u.h5", text=["exp() underflowed", "fitness.strength"])
call(0, "validate", "demes.yaml", text=["demes     3, of 3, 3, 4 individuals", "a\\u009bb\\u202ec"])
call(0, "run", "demes.yaml", "-o", "demes.h5")
call(0, "info", "demes.h5", text=["3, of 3, 3, 4 individuals", "a\\u009bb\\u202ec"])
call(0, "help", "datasets", text=["Only with `mating.system: sexual`."])
newer_formats()
closed_descriptors()
permissions()
closed_pipes()
VERDICT.exit()
