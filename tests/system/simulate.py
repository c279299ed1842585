# SPDX-License-Identifier: GPL-3.0-or-later
"""An exported network in somebody else's simulator: simulate.py PROGRAM FOLDER SOURCE.

libRoadRunner integrates the repressilator, exported as SBML in its first generation and in an
evolved one, and finds the course that a Runge-Kutta loop here finds for dx/dt = f(x) - x from
where development begins: it oscillates. libRoadRunner comes from PyPI into an environment of its
own in FOLDER. Where that cannot be made (no network, no venv) the test is skipped: exit code 77.
"""
import json
import os
import subprocess
import sys

from common import Program, Verdict, require

require("numpy", "h5py")
import h5py
import numpy as np

SKIPPED, END, POINTS = 77, 60, 601
SIMULATION = """
import json, sys, roadrunner
runner = roadrunner.RoadRunner(sys.argv[1])
runner.integrator.relative_tolerance = 1e-9
runner.integrator.absolute_tolerance = 1e-11
course = runner.simulate(0, %d, %d, ["time", "gene_0", "gene_1", "gene_2"])
print(json.dumps([list(map(float, row)) for row in course]))
""" % (END, POINTS)
verdict = Verdict()


def environment(folder):
    """The Python of an environment with libRoadRunner; made once."""
    place = os.path.join(folder, "environment")
    python = os.path.join(place, "bin", "python")
    there = [python, "-c", "import roadrunner"]
    if os.path.exists(python) and subprocess.run(there, capture_output=True).returncode == 0:
        return python
    for words in ([sys.executable, "-m", "venv", "--clear", place],
                  [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                   "--retries", "1", "--timeout", "15", "libroadrunner"], there):
        try:
            done = subprocess.run(words, capture_output=True, text=True, timeout=300)
        except (OSError, subprocess.TimeoutExpired) as error:
            skip(words, str(error))
        if done.returncode != 0:
            skip(words, (done.stderr or done.stdout).strip())
    return python


def skip(words, why):
    print(f"SKIPPED: no environment with libRoadRunner: {' '.join(words[1:5])}: {why[-600:]}")
    sys.exit(SKIPPED)


def course(weight, source, target):
    """x at the times of the simulation, from 1, 1, 0; each gene a sum over its regulators."""
    matrix = np.zeros((3, 3))
    matrix[target, source] = weight

    def change(x):
        y = np.maximum(0, 1 + matrix @ x)
        return y * y / (0.25 + y * y) - x

    x, found, parts = np.array([1.0, 1.0, 0.0]), [], 20
    for _ in range(POINTS):
        found.append(x)
        for _ in range(parts):
            h = END / (POINTS - 1) / parts
            a = change(x)
            b = change(x + h / 2 * a)
            c = change(x + h / 2 * b)
            x = x + h / 6 * (a + 2 * b + 2 * c + change(x + h * c))
    return np.array(found)


def check(program, python, folder, path, generation):
    model = os.path.join(folder, f"ring-{generation}.xml")
    code, _, errors = program.call("export", path, "--table", "sbml", "-o", model,
                                   "--generation", generation)
    verdict.check(code == 0, f"export: {errors}")
    done = subprocess.run([python, "-c", SIMULATION, model], capture_output=True, text=True)
    if not verdict.check(done.returncode == 0, f"libRoadRunner: {done.stderr}"):
        return
    found = np.array(json.loads(done.stdout))
    with h5py.File(path) as file:
        wanted = course(file["statistics/weight_mean"][generation],
                        file["network/edge_source"][:], file["network/edge_target"][:])
    worst = np.abs(found[:, 1:] - wanted).max()
    verdict.check(worst < 1e-5, f"generation {generation}: differs by {worst}")
    late = found[POINTS // 2:, 1:]
    peaks = [sum((x[1:-1] > x[:-2]) & (x[1:-1] > x[2:])) for x in late.T]
    verdict.check((np.ptp(late, axis=0) > 0.2).all() and min(peaks) >= 1,
                  f"generation {generation}: from {late.min(axis=0)} to {late.max(axis=0)}, "
                  f"{peaks} peaks")


def main():
    program, folder, source = Program(sys.argv[1]), sys.argv[2], sys.argv[3]
    os.makedirs(folder, exist_ok=True)
    python = environment(folder)
    path = program.run(os.path.join(source, "jobs", "repressilator.yaml"),
                       os.path.join(folder, "ring.h5"), ["run.generations=5"])
    for generation in (0, 5):
        check(program, python, folder, path, generation)
    verdict.exit()


main()
