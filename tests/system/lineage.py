# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that goes on from another one's last snapshot: lineage.py PROGRAM FOLDER.

With the same run.seed, N generations and M more from their end are N + M generations in one run,
to the last bit: no random number comes a second time in a lineage. So it is in chains, on
several ranks, after a resume, and repeated from the result. Another seed draws other numbers. The
network of the earlier run is kept.
"""
import os
import sys

from ancestry import Run, Tables, check_all, check_alleles, check_nodes, verdict
from common import Program, require
from duplicates import check_alleles as check_copied_alleles

require("numpy", "h5py", "yaml")
import h5py
import numpy as np
import yaml

FROM = "population.initial.from="
SAME = ("basal", "weight", "expression", "fitness", "parent", "parent2")


def resolved(path):
    with h5py.File(path) as file:
        return yaml.safe_load(file.attrs["run_file_resolved"])


def snapshots(path):
    with h5py.File(path) as file:
        return {name: file["snapshots"][name][:] for name in SAME if name in file["snapshots"]}


def check_part(whole, part, begin, what):
    """Generations 1, 2, .. of the part are begin+1, begin+2, .. of the whole; genotypes from 0 on."""
    one, other = snapshots(whole), snapshots(part)
    verdict.check(one.keys() == other.keys() and "basal" in one, f"{what}: fields")
    for name in one:
        first = 0 if name in ("basal", "weight") else 1
        rows = one[name][begin + first:][:len(other[name]) - first]
        verdict.check(len(rows) > 1 and np.array_equal(rows, other[name][first:], equal_nan=True),
                      f"{what}: {name}")


def differs(one, other):
    """Parents of the same generation of both runs are others."""
    a, b = (snapshots(path)["parent"][1:] for path in (one, other))
    return (a[:len(b)] == b).mean() < 0.5


class Trials:
    def __init__(self, program, folder, run_file):
        self.program, self.folder, self.file = program, folder, run_file

    def run(self, name, *settings, **more):
        return self.program.run(self.file, os.path.join(self.folder, name + ".h5"),
                                ["output.snapshots.every=1", "output.ancestry=true", *settings], **more)

    def fails(self, said, *words):
        code, _, errors = self.program.call(*words)
        verdict.check(code == 65 and said in errors, f"{words}: {code}: {errors}")


def check_chain(trials):
    """10 = 4 + 3 + 3 generations, and the genealogy of a part from its own result."""
    whole = trials.run("whole", "run.generations=10")
    first = trials.run("first", "run.generations=4")
    second = trials.run("second", "run.generations=3", FROM + first)
    third = trials.run("third", "run.generations=3", FROM + second, ranks=3)
    check_part(whole, second, 4, "second part")
    check_part(whole, third, 7, "third part, on 3 ranks")
    verdict.check(resolved(second)["population"]["initial"]["generation"] == 4 and
                  resolved(third)["population"]["initial"]["generation"] == 7, "what is recorded")
    verdict.check("generation" not in resolved(first)["population"]["initial"], "no lineage")
    other = trials.run("other", "run.generations=3", "run.seed=77", FROM + first)
    verdict.check(differs(second, other), "another seed")
    verdict.check(differs(first, second), "parents of the first run again")
    check_repeats(trials, first, second)
    run = Run(third)
    tables = Tables(trials.program, third, os.path.join(trials.folder, "third"), "--generation", "all")
    check_nodes(run, tables)
    origin = check_all(run, tables)
    if resolved(third)["mutation"]["basal"]["rate"] == 0:
        check_alleles(run, origin)


def check_repeats(trials, first, second):
    """From its result; resumed, when the source has gone; not from a source that has changed."""
    program, again = trials.program, os.path.join(trials.folder, "again.h5")
    program.run(second, again)
    verdict.check(program.call("diff", second, again)[0] == 0, "repeated from its result")
    check_resume(trials, first, second)
    trials.fails("population.initial.generation is 4", "run", second, "-o", again, "--force", "-q",
                 "--set", FROM + second)
    trials.fails("population.initial.generation belongs to population.initial.from", "run",
                 trials.file, "-o", again, "--force", "--set", "population.initial.generation=3")
    trials.fails("random numbers count no further", "validate", trials.file, "--set", FROM + first,
                 "--set", "run.generations=4294967293")


def check_resume(trials, first, second):
    path = os.path.join(trials.folder, "resumed.h5")
    stop, words = path[:-3] + ".stop", ["run", trials.file, "-o", path, "-q"]
    for setting in ("output.snapshots.every=1", "output.ancestry=true", "run.generations=3",
                    FROM + first):
        words += ["--set", setting]
    open(stop, "w", encoding="utf-8").close()
    verdict.check(trials.program.call(*words, "--force")[0] == 75, "stopped")
    os.rename(first, first + ".away")
    code, _, errors = trials.program.call(*words, "--resume", ranks=2)
    os.rename(first + ".away", first)
    verdict.check(code == 0, f"resumed without the source: {code}: {errors}")
    verdict.check(trials.program.call("diff", second, path)[0] == 0, "resumed")


def check_network(program, folder):
    """A random network without a seed of its own is that of the earlier run, whatever the seed."""
    path = os.path.join(folder, "net.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("run: {generations: 2, seed: 5}\npopulation: {individuals: 20, genes: 9}\n"
                   "network: {random: {density: 0.3}, weights: heritable}\n"
                   "regulation: {model: sigmoid}\nmutation: {weights: {rate: 0.2, sd: 0.1}}\n"
                   "output: {snapshots: {fields: [basal, weight]}}\n")
    first, second, third = (os.path.join(folder, f"net{k}.h5") for k in range(3))
    program.run(path, first)
    program.run(path, second, ["run.seed=6", FROM + first])
    program.run(path, third, ["run.seed=7", FROM + second])
    drawn = [resolved(name)["network"]["random"]["seed"] for name in (first, second, third)]
    verdict.check(len(set(drawn)) == 1, f"seeds of the networks: {drawn}")
    for name in ("edge_source", "edge_target"):
        with h5py.File(first) as a, h5py.File(third) as b:
            verdict.check(np.array_equal(a["network"][name], b["network"][name]), name)
    program.run(path, second, ["run.seed=6"])
    verdict.check(resolved(second)["network"]["random"]["seed"] != drawn[0], "else of run.seed")
    code, _, errors = program.call("validate", path, "--set", FROM + first, "--set",
                                   "network.random.seed=1")
    verdict.check(code == 65 and "its network.random.seed" in errors, f"a network asked for: {code}: {errors}")


def check_copies(trials):
    """Copied genes are found again, too: from founders whose alleles are all different."""
    plain = ["mating.system=asexual", "output.snapshots.fields=[basal, fitness]"]
    first = trials.run("plain", *plain, "selection={scheme: none}", "run.generations=3")
    second = trials.run("copies", *plain, "mutation.duplication=0.3", FROM + first)
    tables = Tables(trials.program, second, os.path.join(trials.folder, "copies"))
    check_copied_alleles(Run(second), tables, False)


def check_notes(program, folder, trials):
    """Told where numbers come again: the source, which was stopped, had gone on after its last
    snapshot."""
    source = os.path.join(folder, "sparse.h5")
    open(os.path.join(folder, "sparse.stop"), "w", encoding="utf-8").close()
    code, _, errors = program.call("run", trials.file, "-o", source, "--force", "-q", "--set",
                                   "output.snapshots.every=5")
    verdict.check(code == 75, f"stopped: {code}: {errors}")
    words = ["validate", trials.file, "--set", FROM + source]
    code, _, errors = program.call(*words)
    verdict.check(code == 0 and "same random numbers" in errors and "generation 1:" in errors,
                  f"{code}: {errors}")
    code, _, errors = program.call(*words, "--set", "run.seed=12345")
    verdict.check(code == 0 and errors == "", f"nothing to tell: {code}: {errors}")


# Recombination with overlap and nothing that mutates; noise, demes, overlap and all kinds of mutation.
STILL = ("run: {seed: 36, generations: 9}\npopulation: {individuals: 41, genes: 5, ploidy: 2, initial: "
         "{basal: {distribution: uniform, low: 0.1, high: 1}}}\nselection: {overlap: 0.3}\n"
         "fitness: [{model: proportional}]\nmating: {system: sexual}\nmutation: {basal: {rate: 0}}\n"
         "output: {snapshots: {fields: [basal, expression, fitness, parent, parent2]}}\n")
BUSY = ("run: {seed: 36, generations: 9}\npopulation: {individuals: 60, genes: 5, demes: 3, initial: "
        "{basal: {distribution: uniform, low: 0.1, high: 1}, weights: {distribution: normal, "
        "mean: 0, sd: 1}}}\nnetwork: {random: {density: 0.5}, weights: heritable}\n"
        "regulation: {model: sigmoid}\ndevelopment: {noise_sd: 0.1}\nselection: {overlap: 0.2, "
        "scheme: tournament, size: 3}\nfitness: [{model: gaussian, optimum: 0.4, width: 1}]\n"
        "mating: {system: sexual}\nmigration: {scheme: island, rate: 0.2}\n"
        "mutation: {basal: {rate: 0.2, model: gaussian}, weights: {rate: 0.2, model: replace}, "
        "edge_loss: 0.1, edge_gain: 0.1, duplication: 0.0, deletion: 0.1}\n"
        "output: {snapshots: {fields: [basal, weight, expression, fitness, parent, parent2]}}\n")


def main():
    program, folder = Program(sys.argv[1]), sys.argv[2]
    for name, text in (("still", STILL), ("busy", BUSY),
                       ("clones", BUSY.replace("sexual", "asexual").replace(", parent2", ""))):
        of = os.path.join(folder, name)
        os.makedirs(of, exist_ok=True)
        path = os.path.join(of, "run.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        trials = Trials(program, of, path)
        check_chain(trials)
        if name == "still":
            check_copies(trials)
    check_notes(program, folder, trials)
    check_network(program, folder)
    verdict.exit()


main()
