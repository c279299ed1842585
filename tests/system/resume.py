# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is stopped and goes on gives the bits of one that is not.
resume.py PROGRAM MPIEXEC FOLDER RUN.yaml [--set KEY=VALUE]...

The run is stopped after every generation by its stop file and goes on, each time on another
number of ranks and threads, until it is complete.
"""
import argparse
import glob
import os

from common import Program, Verdict
from identical import compare

LAYOUTS = [(None, 1), (2, 1), (None, 2), (3, 2), (None, 3), (4, 1), (2, 2)]


def main():
    parser = argparse.ArgumentParser()
    for name in ("program", "mpiexec", "folder", "run"):
        parser.add_argument(name)
    parser.add_argument("--set", action="append", default=[])
    given = parser.parse_args()
    program, verdict = Program(given.program, given.mpiexec), Verdict()
    os.makedirs(given.folder, exist_ok=True)
    for old in glob.glob(os.path.join(given.folder, "*")):
        os.remove(old)
    whole, parts = (os.path.join(given.folder, name) for name in ("whole.h5", "parts.h5"))
    stop = os.path.join(given.folder, "parts.stop")
    program.run(given.run, whole, given.set)
    words = ["run", given.run, "-o", parts, "--resume", "--quiet"]
    for setting in given.set:
        words += ["--set", setting]
    for turn in range(1000):
        open(stop, "w").close()
        ranks, threads = LAYOUTS[turn % len(LAYOUTS)]
        code, out, errors = program.call(*words, "--threads", threads, ranks=ranks)
        if code != 75:
            break
        said = f"stopped after generation {turn + 1} of "
        if not verdict.check(said in errors and not os.path.exists(stop) and out == "" and
                             os.path.exists(os.path.join(given.folder, "parts.ckpt")),
                             f"turn {turn}: {errors}"):
            break
    verdict.check(code in (0, 3), f"the last turn exits with {code}: {errors}")
    verdict.check(turn > 3, f"stopped {turn} times")
    compare(verdict, program, whole, parts, "in parts")
    left = sorted(map(os.path.basename, glob.glob(os.path.join(given.folder, "*"))))
    verdict.check(left == ["parts.h5", "whole.h5"], f"left lying: {left}")
    print(turn, "stops")
    verdict.exit()


main()
