# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether /statistics/genotypes counts the distinct genotypes of every generation, on any layout and
after a stop: genotypes.py PROGRAM MPIEXEC FOLDER

Mutations are steps drawn from continuous distributions, so that two individuals have the same
alleles exactly where one descends from the other, or both from a third, without mutation. Snapshots
of every generation then hold as many distinct genomes as there are genotypes."""
import os
import sys

from common import Program, Verdict, require
from identical import compare

require("numpy", "h5py")
import h5py
import numpy as np

GENERATIONS = 25
BASE = """\
run: {seed: 11, generations: %d}
population: {individuals: 60, genes: 8, initial: {basal: {distribution: lognormal, mean: 0, sd: 1}}}
mutation: {basal: {model: lognormal, rate: 0.05, sd: 0.5}}
output: {snapshots: {every: 1, fields: [basal%s]}}
checkpoint: {every: 10}
"""
WEIGHTS = """\
network: {random: {density: 0.3, weight: {distribution: normal, mean: 0, sd: 1}, seed: 3}, weights: heritable}
"""
RUNS = {
    "plain": (BASE % (GENERATIONS, ""), []),
    "clone": (BASE % (GENERATIONS, ""), ["population.initial.clonal=true"]),
    "diploid": (BASE % (GENERATIONS, ""), ["population.ploidy=2", "selection.overlap=0.3"]),
    "demes": (BASE % (GENERATIONS, ""), ["population.demes=4", "migration.rate=0.3",
                                         "population.initial.clonal=true"]),
    "demes, overlap": (BASE % (GENERATIONS, ""), ["population.demes=3", "migration.rate=0.2",
                                                  "selection.overlap=0.4"]),
    "rank": (BASE % (GENERATIONS, ""), ["selection.scheme=tournament", "selection.size=4"]),
    "none": (BASE % (GENERATIONS, ""), ["selection.scheme=none"]),
    # weights are never 0 here, so that a gain strikes many offspring and changes none of them
    "edges": (WEIGHTS + BASE % (GENERATIONS, ", weight"),
              ["mutation.edge_gain=0.1", "mutation.basal.rate=0.01", "population.demes=2",
               "migration.rate=0.2", "mutation.weights.rate=0.002",
               "population.initial.clonal=true"]),
}
ABSENT = {"sexual": ["mating.system=sexual"], "noise": ["development.noise_sd=0.1"]}
LAYOUTS = ((1, 1), (1, 2), (2, 1), (3, 2))

verdict = Verdict()
program = Program(sys.argv[1], sys.argv[2])
folder = sys.argv[3]
os.makedirs(folder, exist_ok=True)


def run(source, name, words, ranks, threads, more=()):
    output = os.path.join(folder, name)
    sets = [word for key in words for word in ("--set", key)]
    code, _, errors = program.call("run", source, "-o", output, "--quiet", "--threads", threads,
                                   *sets, *more, ranks=ranks)
    verdict.check(code == 0, f"{name}: exits with {code}: {errors}")
    return output


def counted(file):
    """Distinct genomes of each generation."""
    fields = [file[f"snapshots/{name}"][()] for name in ("basal", "weight")
              if f"snapshots/{name}" in file]
    flat = np.concatenate([f.reshape(*f.shape[:2], -1) for f in fields], axis=2)
    return [len(np.unique(genomes, axis=0)) for genomes in flat]


def source_of(name, text):
    path = os.path.join(folder, name.replace(", ", "-") + ".yaml")
    with open(path, "w") as file:
        file.write(text)
    return path


for name, (text, words) in RUNS.items():
    source, first = source_of(name, text), None
    for ranks, threads in LAYOUTS:
        output = run(source, f"{ranks}x{threads}.h5", words, ranks, threads, ["--force"])
        with h5py.File(output) as file:
            told, distinct = file["statistics/genotypes"][()], counted(file)
        verdict.check(list(told) == distinct, f"{name} on {ranks}x{threads}: {told.tolist()} "
                      f"genotypes are counted, {distinct} are there")
        if first is None:
            first = os.path.join(folder, "first.h5")
            os.replace(output, first)
    print(f"{name}: {told[0]} genotypes at first, {told[-1]} at the end")
    # stopped on one layout, resumed on others
    for ranks, then in ((1, 3), (3, 1), (2, 3)):
        for path in os.listdir(folder):
            if path.startswith("stopped.h5"):
                os.remove(os.path.join(folder, path))
        output = os.path.join(folder, "stopped.h5")
        open(os.path.join(folder, "stopped.stop"), "w").close()
        sets = [word for key in words for word in ("--set", key)]
        code, _, errors = program.call("run", source, "-o", output, "--quiet", *sets, ranks=ranks)
        verdict.check(code == 75, f"{name}: stopping exits with {code}: {errors}")
        run(source, "stopped.h5", words, then, 1, ["--resume"])
        compare(verdict, program, first, output, f"{name}, stopped on {ranks}, resumed on {then}")

for name, words in ABSENT.items():
    with h5py.File(run(source_of("absent", BASE % (3, "")), f"{name}.h5", words, 1, 1)) as file:
        verdict.check("statistics/genotypes" not in file, f"{name}: genotypes are not known")

verdict.exit()
