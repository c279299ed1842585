# SPDX-License-Identifier: GPL-3.0-or-later
"""Statistics of very small, very large and nearly equal numbers, on several layouts.

usage: scales.py HAPPYGENE MPIEXEC SCRATCH"""
import os
import subprocess
import sys
from fractions import Fraction

from common import Verdict, require

require("h5py", "numpy")
import h5py  # noqa: E402
import numpy as np  # noqa: E402

VERDICT = Verdict()
PROGRAM, MPIEXEC, SCRATCH = os.path.abspath(sys.argv[1]), sys.argv[2], os.path.abspath(sys.argv[3])
PATIENCE = float(os.environ.get("HG_PATIENCE", "1"))
RUN = """run: {generations: %d, seed: 1}
population: {individuals: %d, genes: 2, demes: %d, initial: {basal: {%s}}}
fitness: [%s]
selection: {scheme: none}
output: {snapshots: {every: 1, fields: [basal, expression, fitness]}}
"""
UNIFORM, CONSTANT = "distribution: uniform, low: %s, high: %s", "distribution: constant, value: %s"
PROPORTIONAL = "{model: proportional}"


def call(code, *words):
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60 * PATIENCE)
    VERDICT.check(done.returncode == code, f"{words}: exit {done.returncode}: {done.stdout}{done.stderr}")


def run(name, individuals, basal, fitness=PROPORTIONAL, demes=1):
    """The result of 1 rank; those of others have the same bits."""
    with open(name + ".yaml", "w", encoding="utf-8") as file:
        file.write(RUN % (2, individuals, demes, basal, fitness))
    for ranks in (1, 3):
        call(0, *([MPIEXEC, "-n", str(ranks)] if ranks > 1 else []), PROGRAM, "run", name + ".yaml",
             "-o", f"{name}-{ranks}.h5", "--force")
        call(0, PROGRAM, "diff", f"{name}-1.h5", f"{name}-{ranks}.h5")
    for words in (["info"], ["export", "-t", "statistics"]):
        call(0, PROGRAM, words[0], f"{name}-1.h5", *words[1:])
    return h5py.File(f"{name}-1.h5", "r")


def exact(values):
    """Mean and variance of doubles, rounded once; None for a variance beyond the doubles."""
    numbers = [Fraction(float(x)) for x in values]
    mean = sum(numbers) / len(numbers)
    variance = sum((x - mean) ** 2 for x in numbers) / max(len(numbers) - 1, 1)
    return float(mean), float(variance) if variance < Fraction(sys.float_info.max) else np.inf


def close(found, expected, what):
    same = found == expected or abs(found / 2 - expected / 2) <= 1e-12 * abs(expected)
    tiny = abs(expected) < sys.float_info.min and abs(found) < sys.float_info.min
    VERDICT.check(same or tiny, f"{what}: {found:.17g}, not {expected:.17g}")


def compare(file, what, levels=True):
    """Statistics with the snapshots that they are of; those of alleles and levels only if `levels`."""
    statistics = file["statistics"]
    for row in range(len(statistics["fitness_mean"])):
        fitness = file["snapshots/fitness"][row]
        mean, variance = exact(fitness)
        close(statistics["fitness_mean"][row], mean, f"{what}: mean fitness")
        close(statistics["fitness_variance"][row], variance, f"{what}: variance of fitness")
        for name in ("basal", "expression") if levels else ():
            values = np.reshape(file[f"snapshots/{name}"][row], (len(fitness), -1))
            for gene in range(2):
                mean, variance = exact(values[:, gene])
                close(statistics[f"{name}_mean"][row][gene], mean, f"{what}: mean {name}")
                close(statistics[f"{name}_variance"][row][gene], variance, f"{what}: variance of {name}")


def equal(level, individuals, demes=1):
    what = f"equal-{level}-{individuals}-{demes}"
    with run(what, individuals, CONSTANT % level, demes=demes) as file:
        fitness = file["snapshots/fitness"][0][0]
        for group in ["statistics"] + (["statistics/demes"] if demes > 1 else []):
            means, variances = file[group + "/fitness_mean"][0], file[group + "/fitness_variance"][0]
            VERDICT.check(np.all(means == fitness) and np.all(variances == 0),
                          f"{what}: {group}: {means} of {fitness}, {variances}")


def main():
    os.makedirs(SCRATCH, exist_ok=True)
    os.chdir(SCRATCH)
    for low, high in (("1.0e-300", "2.0e-300"), ("1.0e-140", "2.0e-140"), ("1.0e-122", "2.0e-122"),
                      ("1.0", "1.0000000000000007"), ("1.0e+99", "1.0000000000000007e+99"),
                      ("1.0e+149", "1.0e+150"), ("0.2", "0.9")):
        with run(f"between-{low}", 150, UNIFORM % (low, high)) as file:
            # beside what mutations may do (a sd of theirs), a spread of some ulps is below an allele's grid
            compare(file, f"from {low} to {high}", high[:3] != "1.0" or low == "1.0e+149")
    for level in ("1.2345678e-300", "0.1", "1.1e+99", "1.3e+149"):
        for individuals, demes in ((50, 1), (1, 1), (6, 3)):
            equal(level, individuals, demes)
    for genes_level in ("0.1", "0.7"):
        with run(f"threshold-{genes_level}", 30, CONSTANT % genes_level,
                 "{model: threshold, threshold: %s}" % genes_level) as file:
            VERDICT.check((file["snapshots/fitness"][0] == 1).all(), "levels equal to the threshold live")


main()
VERDICT.exit()
