#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The headline run in NumPy, vectorised: what happygene's time is held against.

The model and the parameters are those of jobs/quickstart.yaml, random numbers are NumPy's own:
Wright-Fisher reproduction by fitness, as many mutations as a binomial says, one step of Hill
regulation through the random network as a product of matrices, Gaussian fitness, each generation the
statistics that a result has (of fitness, of every gene, numbers of parents and mutations), snapshots of basal levels, expression and fitness every 100
generations.

usage: numpy_w.py [--generations T] [--individuals N] [--genes G] [--output FILE]

Prints one line of JSON: seconds in all and per generation, the final mean fitness, and which BLAS
multiplied the matrices: with the reference one, half of the time and more goes into that, and the
times say little about NumPy.
"""
import argparse
import ctypes
import json
import os
import re
import sys
import tempfile
import time

import numpy as np


def product_library():
    """Path of the library, links followed, that has the product of matrices which NumPy calls, or
    None: where it lies in this process's memory, and what is mapped there."""
    core = sys.modules.get("numpy._core._multiarray_umath",
                           sys.modules.get("numpy.core._multiarray_umath"))
    try:
        library = ctypes.CDLL(core.__file__)
        with open("/proc/self/maps") as file:
            maps = [line.split() for line in file]
    except (OSError, AttributeError):
        return None
    for name in ("cblas_dgemm", "cblas_dgemm64_", "scipy_cblas_dgemm64_"):
        if not hasattr(library, name):
            continue
        at = ctypes.cast(getattr(library, name), ctypes.c_void_p).value
        for columns in maps:
            first, last = (int(end, 16) for end in columns[0].split("-"))
            if first <= at < last and len(columns) > 5:
                return os.path.realpath(columns[-1])
    return None


def blas_in_use():
    """NumPy's BLAS, and whether it is the reference implementation (None where that is unknown)."""
    path = product_library()
    if path is None:
        return "unknown", None
    if re.search("openblas|mkl|blis|atlas|armpl|accelerate", path):
        return path, False
    reference = re.match("lib(ref|gslc?)?c?blas[.]", os.path.basename(path))
    return path, True if reference else None


def random_network(genes, density, rng):
    weights = np.where(rng.random((genes, genes)) < density, rng.normal(size=(genes, genes)), 0.0)
    np.fill_diagonal(weights, 0.0)
    return np.ascontiguousarray(weights.T)  # [source, target]


def develop(basal, weights, concentration=0.5, strength=0.2, k=0.5):
    """basal * y^2 / (k^2 + y^2), with few temporaries."""
    y = basal @ weights
    y *= strength
    y += concentration
    np.maximum(y, 0.0, out=y)
    y *= y
    y /= y + k * k
    y *= basal
    return y


def evaluate(expression, optimum=0.35, strength=0.5):
    deviation = expression - optimum
    return np.exp(-strength * np.einsum("ij,ij->i", deviation, deviation))


def mutate(basal, rate, sd, rng):
    """Adds steps where mutations fall, and returns how many; levels stay at 0 or above."""
    count = rng.binomial(basal.size, rate)
    where = rng.integers(basal.size, size=count)
    flat = basal.reshape(-1)
    flat[where] = np.maximum(flat[where] + rng.normal(0.0, sd, count), 0.0)
    return count


def run(individuals, genes, generations, snapshot, rng):
    """Seconds and final mean fitness; statistics are kept, snapshots go to the file."""
    weights = random_network(genes, 0.1, rng)
    since = time.perf_counter()
    basal = rng.random((individuals, genes))
    expression = develop(basal, weights)
    fitness = evaluate(expression)
    statistics = np.empty((generations, 4, genes))
    scalars = np.empty((generations, 6))
    for generation in range(1, generations + 1):
        cumulative = np.cumsum(fitness)
        parents = np.searchsorted(cumulative, np.sort(rng.random(individuals)) * cumulative[-1])
        np.minimum(parents, individuals - 1, out=parents)
        basal = basal[parents]
        mutations = mutate(basal, 0.01, 0.1, rng)
        expression = develop(basal, weights)
        fitness = evaluate(expression)
        statistics[generation - 1] = (basal.mean(axis=0), basal.var(axis=0, ddof=1),
                                      expression.mean(axis=0), expression.var(axis=0, ddof=1))
        scalars[generation - 1] = (fitness.mean(), fitness.var(ddof=1), fitness.min(), fitness.max(),
                                   1 + np.count_nonzero(np.diff(parents)), mutations)
        if generation % 100 == 0:
            for values in (basal, expression, fitness):
                np.save(snapshot, values)
    return time.perf_counter() - since, scalars[-1, 0]


def main():
    options = argparse.ArgumentParser(description="The headline run in NumPy.")
    options.add_argument("--generations", type=int, default=1000)
    options.add_argument("--individuals", type=int, default=10000)
    options.add_argument("--genes", type=int, default=100)
    options.add_argument("--seed", type=int, default=42)
    options.add_argument("--output", help="file for the snapshots; default: a temporary one")
    asked = options.parse_args()
    with open(asked.output, "wb") if asked.output else tempfile.TemporaryFile() as snapshot:
        seconds, fitness = run(asked.individuals, asked.genes, asked.generations, snapshot,
                               np.random.default_rng(asked.seed))
    blas, reference = blas_in_use()
    print(json.dumps({"blas": blas, "blas_is_reference": reference, "seconds": seconds,
                      "seconds_per_generation": seconds / asked.generations, "generations": asked.generations,
                      "fitness_mean": fitness, "load": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
