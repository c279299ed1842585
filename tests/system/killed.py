# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is killed at any of its calls that change a file of its own, while it goes on and as it
stops, goes on from a checkpoint and ends in the file of an undisturbed run. What cannot be read at
the moment is not taken for damaged, and nothing begins anew in its stead.

usage: killed.py HAPPYGENE FAULTS.so SCRATCH STEP
STEP: of so many calls it is killed at one (1: at each of them)."""
import os
import shutil
import subprocess
import sys

import common
from identical import compare

PROGRAM, FAULTS, SCRATCH = map(os.path.abspath, sys.argv[1:4])
STEP = int(sys.argv[4])
LONGEST = 300  # seconds, for busy machines
VERDICT = common.Verdict()
# Ancestry takes places that a stopped run gives back: its file becomes shorter.
RUN_FILE = """
run: {seed: 1, generations: 400}
population: {individuals: 4000, genes: 3, initial: {basal: {distribution: uniform, low: 0, high: 1}}}
mating: {system: sexual}
output: {snapshots: {every: 150}, ancestry: true, statistics: {every: 2}}
checkpoint: {every: 7}
"""
BEGINS_ANEW = "no checkpoint to go on from: starts from generation 0"
WORDS = ["run", "../run.yaml", "-o", "r.h5", "--resume", "--threads", "1"]


def call(words, folder, **faults):
    own = {f"HG_FAULT{key}": str(value) for key, value in faults.items()}
    environment = dict(os.environ, OMP_NUM_THREADS="1", **own)
    if faults:
        environment["LD_PRELOAD"] = FAULTS
    try:
        done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=LONGEST,
                              env=environment, cwd=folder, check=False)
    except subprocess.TimeoutExpired:
        return None, "it hangs"
    return done.returncode, done.stderr


def ask_to_stop(folder):
    with open(os.path.join(folder, "r.stop"), "w", encoding="ascii"):
        pass


def begin(folder, *settings):
    """A run that was stopped after a few generations, asked to stop after the next one."""
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    for step in range(3):
        ask_to_stop(folder)
        code, errors = call([*WORDS, *settings], folder)
        VERDICT.check(code == 75, f"step {step}: exit {code}: {errors}")
    ask_to_stop(folder)


def go_on(what, *settings):
    """From what lies in the folder to the end."""
    if os.path.exists("now/r.stop"):
        os.remove("now/r.stop")
    code, errors = call([*WORDS, *settings], "now")
    VERDICT.check(code == 0 and BEGINS_ANEW not in errors and
                  "goes on from the checkpoint" in errors, f"{what}: exit {code}: {errors}")
    VERDICT.check(sorted(os.listdir("now")) == ["r.h5"], f"{what}: left {os.listdir('now')}")
    code, errors = call(["diff", "whole.h5", "now/r.h5"], ".")
    VERDICT.check(code == 0, f"{what}: differs: {errors}")


def restore():
    shutil.rmtree("now", ignore_errors=True)
    shutil.copytree("first", "now")


def killed(*settings):
    restore()
    words = [*WORDS, *settings]
    code, errors = call(words, "now", **{"": "touch:0", "_COUNT": os.path.abspath("count")})
    VERDICT.check(code == 75, f"one more generation: exit {code}: {errors}")
    with open("count", encoding="ascii") as file:
        count = int(file.read())
    ends = {*range(1, 16), *range(count - 11, count + 1)}  # putting back, and closing
    for k in sorted({*range(1, count + 1, STEP), *ends}):
        restore()
        code, errors = call(words, "now", **{"": f"touch:{k}", "_KILL": 1})
        VERDICT.check(code == -9, f"killed at call {k} of {count}: exit {code}: {errors}")
        go_on(f"killed at call {k} of {count}", *settings)
    compare(VERDICT, common.Program(PROGRAM, None), "whole.h5", "now/r.h5", "the last one")
    print(f"killed at calls of {count}")


def failing(*settings):
    """A call fails, once: what was done before stands, and nothing begins anew."""
    words = [*WORDS, *settings]
    for k in sorted({*range(1, 12), *range(12, 200, 2 * STEP + 1)}):
        what = f"call {k} fails"
        restore()
        code, errors = call(words, "now", **{"": f"touch:{k}"})
        VERDICT.check(code in (74, 75) and BEGINS_ANEW not in errors,
                      f"{what}: exit {code}: {errors}")
        go_on(what, *settings)


def contents():
    found = {}
    for name in os.listdir("now"):
        with open(os.path.join("now", name), "rb") as file:
            found[name] = file.read()
    return found


def unreadable(name, function, calls, lasts):
    """From the k-th reading of a file on, or at it alone, the disk gives nothing."""
    for k in calls:
        what = f"{function} {k} of {name} fails{', as do all later ones' if lasts else ''}"
        restore()
        os.remove("now/r.stop")
        before = contents()
        code, errors = call(WORDS, "now", **{"": f"{function}:{k}", "_FILE": name},
                            **({"_LASTS": 1} if lasts else {}))
        VERDICT.check(code in (0, 74) and BEGINS_ANEW not in errors,
                      f"{what}: exit {code}: {errors}")
        if code == 0:
            code, errors = call(["diff", "whole.h5", "now/r.h5"], ".")
            VERDICT.check(code == 0, f"{what}: differs: {errors}")
        elif VERDICT.check("r.ckpt" in errors, f"{what}: no path in: {errors}"):
            left = contents()
            VERDICT.check(all(left.get(n) == before[n] for n in before if "ckpt" in n),
                          f"{what}: checkpoints changed")
            go_on(what)


def complete():
    """A complete result that cannot be read is left as it is."""
    for k in range(1, 6):
        restore()
        shutil.copy("whole.h5", "now/r.h5")
        for name in os.listdir("now"):
            if name != "r.h5":
                os.remove(os.path.join("now", name))
        before = contents()
        code, errors = call([*WORDS, "--set", "run.seed=2"], "now",
                            **{"": f"pread:{k}", "_FILE": "r.h5", "_LASTS": 1})
        VERDICT.check(code == 74 and "r.h5" in errors and contents() == before,
                      f"complete, pread {k} fails: exit {code}: {errors}")


def main():
    shutil.rmtree(SCRATCH, ignore_errors=True)
    os.makedirs(SCRATCH)
    os.chdir(SCRATCH)
    with open("run.yaml", "w", encoding="ascii") as file:
        file.write(RUN_FILE)
    code, errors = call(["run", "run.yaml", "-o", "whole.h5", "--quiet"], ".")
    VERDICT.check(code == 0, f"the whole run: exit {code}: {errors}")
    begin("first")
    killed()
    failing()
    readings = [*range(1, 8), *range(8, 34, STEP)]
    for lasts in (True, False):
        unreadable("r.ckpt", "pread", readings, lasts)
        unreadable("now", "readdir", (1, 3), lasts)
    os.remove("first/r.ckpt.1")
    unreadable("r.ckpt", "pread", readings, True)
    complete()
    compressed = ("--set", "output.snapshots.compression=deflate")
    call(["run", "run.yaml", "-o", "whole.h5", "--quiet", "--force", *compressed], ".")
    begin("first", *compressed)
    killed(*compressed)
    failing(*compressed)
    VERDICT.exit()


main()
