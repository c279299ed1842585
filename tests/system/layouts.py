# SPDX-License-Identifier: GPL-3.0-or-later
"""One run on many layouts: the same bits. layouts.py PROGRAM MPIEXEC FOLDER RUN.yaml
[--kernels] [--other PROGRAM] [--set KEY=VALUE]...

Ranks 1, 2, 3, 4 x threads 1, 2, each compared with the first by `happygene diff` and, bit by
bit, by h5py. --kernels adds each instruction set that this processor has; --other adds one run by
another build of the program.
"""
import argparse
import os
import sys

from common import Program, Verdict
from identical import compare

verdict = Verdict()
LAYOUTS = [(ranks, threads) for ranks in (1, 2, 3, 4) for threads in (1, 2)]


def variants(program, run_file, scratch, settings):
    """The instruction sets that the processor has; asking for another one is refused."""
    found = []
    for name in ("baseline", "avx2", "avx512"):
        words = ["run", run_file, "-o", scratch, "--force", "--quiet", "--threads", 2,
                 "--kernels", name]
        for setting in settings:
            words += ["--set", setting]
        code, _, errors = program.call(*words)
        if code in (0, 3):
            found.append(name)
            yield name, scratch
        else:
            verdict.check(code == 2 and name in errors, f"--kernels {name}: exit {code}: {errors}")
    verdict.check("baseline" in found, "the baseline kernels run anywhere")


def main():
    parser = argparse.ArgumentParser()
    for name in ("program", "mpiexec", "folder", "run"):
        parser.add_argument(name)
    parser.add_argument("--kernels", action="store_true")
    parser.add_argument("--other")
    parser.add_argument("--set", action="append", default=[])
    given = parser.parse_args()
    program = Program(given.program, given.mpiexec)
    os.makedirs(given.folder, exist_ok=True)
    name = os.path.splitext(os.path.basename(given.run))[0]
    one, other = (os.path.join(given.folder, f"{name}-{which}.h5") for which in ("one", "other"))
    for ranks, threads in LAYOUTS:
        what = f"{name} on {ranks} ranks x {threads} threads"
        path = one if (ranks, threads) == (1, 1) else other
        program.run(given.run, path, given.set, ranks=ranks, threads=threads)
        if path == other:
            compare(verdict, program, one, other, what)
        print(what, flush=True)
    if given.kernels:
        for kernels, path in variants(program, given.run, other, given.set):
            compare(verdict, program, one, path, f"{name} with {kernels} kernels")
            print(name, kernels, flush=True)
    if given.other:
        Program(given.other, given.mpiexec).run(given.run, other, given.set, ranks=2, threads=1)
        compare(verdict, program, one, other, f"{name} by {given.other}")
    for path in (one, other):
        os.remove(path)
    verdict.exit()


main()
