# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a run's ancestry is what its parents say: ancestry.py PROGRAM MPIEXEC FOLDER
RUN.yaml [--set KEY=VALUE]...

The recorded parents against those of the snapshots; lineages, common ancestor, line of descent
and mutations as `happygene info --verbose` tells them against sets and loops in Python; the
tables for tskit against its published rules, and the trees in them against genotypes.
"""
import argparse
import base64
import json
import os
import re

from common import Program, Verdict, require
from identical import compare

require("numpy", "h5py", "yaml")
import h5py
import numpy as np
import yaml

verdict = Verdict()
LAYOUTS = [(2, 2), (3, 1), (4, 1)]


class Run:
    """What the test needs of a result, read with h5py alone."""

    def __init__(self, path):
        with h5py.File(path) as file:
            config = yaml.safe_load(file.attrs["run_file_resolved"])
            self.ploidy = config["population"]["ploidy"]
            self.snapshots = file["snapshots/generation"][:]
            self.basal = file["snapshots/basal"][:]
            self.weight = file["snapshots/weight"][:] if "weight" in file["snapshots"] else None
            self.fitness = file["snapshots/fitness"][:]
            self.names = list(file["network/gene_name"].asstr()[:])
            edges = "edge_source" in file["network"]
            self.source = file["network/edge_source"][:] if edges else []
            self.target = file["network/edge_target"][:] if edges else []
            done = file.attrs["generations_done"] + 1
            self.generation = file["ancestry/generation"][:done]
            self.parent = file["ancestry/parent"][:done].astype(int)
            self.sexual = "parent2" in file["ancestry"]
            self.parent2 = file["ancestry/parent2"][:done].astype(int) if self.sexual else None
            self.types = {name: data.dtype for name, data in file["ancestry"].items()}
            self.kept = {name: file["snapshots"][name][:] for name in ("parent", "parent2")
                         if name in file["snapshots"]}
        self.last = len(self.generation) - 1
        self.n = self.parent.shape[1]

    def parents(self, t, i):
        found = {int(self.parent[t][i])}
        if self.sexual and self.parent2[t][i] >= 0:
            found.add(int(self.parent2[t][i]))
        return found


def check_recorded(run):
    verdict.check(list(run.generation) == list(range(run.last + 1)), "every generation")
    for name, type_ in run.types.items():
        wanted = {"generation": "int64", "individual": ">f4"}.get(name, "int32")
        verdict.check(type_ == np.dtype(wanted), f"/ancestry/{name} is {type_}")
    verdict.check((run.parent[0] == -1).all(), "founders have no parents")
    for row, t in enumerate(run.snapshots):
        verdict.check((run.kept["parent"][row] == run.parent[t]).all(), f"parents of {t}")
        if run.sexual:
            verdict.check((run.kept["parent2"][row] == run.parent2[t]).all(),
                          f"second parents of {t}")


# --- what info tells -------------------------------------------------------------------------------

def descendants(run, start):
    """For each individual of generation `start` a set of those of the last whom it is above."""
    below = [{i} for i in range(run.n)]
    for t in range(run.last, start, -1):
        above = [set() for _ in range(run.n)]
        for i in range(run.n):
            for parent in run.parents(t, i):
                above[parent] |= below[i]
        below = above
        yield t - 1, below


def lineages(run):
    """Ancestors by generation, and the youngest of all: (generation, lowest index) or None."""
    counts, common = {run.last: run.n}, (run.last, 0) if run.n == 1 else None
    for t, below in descendants(run, 0):
        counts[t] = sum(bool(whom) for whom in below)
        if common is None:
            everybody = [i for i in range(run.n) if len(below[i]) == run.n]
            common = (t, everybody[0]) if everybody else None
    return counts, common


def of_genome(run, row, individual, values):
    """[locus][allele] of an individual in a snapshot, haploids too."""
    found = values[row][individual]
    return found if run.ploidy == 2 else found[:, None]


def changed(run, row, individual, before, values):
    """Alleles that are none of those that they may come from: [(locus, allele, value)]."""
    t, own = run.snapshots[row], of_genome(run, row, individual, values)
    changes = []
    for locus in range(own.shape[0]):
        for allele in range(own.shape[1]):
            if not run.sexual:
                origin = {of_genome(run, row - 1, before, values)[locus][allele]}
            else:
                two = [run.parent[t][individual], run.parent2[t][individual]]
                two[1] = two[0] if two[1] < 0 else two[1]
                whose = two if run.ploidy == 1 else [two[allele]]
                origin = {x for p in whose
                          for x in of_genome(run, row - 1, p, values)[locus]}
            if own[locus][allele] not in origin:
                changes.append((locus, allele, own[locus][allele]))
    return changes


def line_of_descent(run):
    """[(generation, individual, changes of levels, of weights)] for each snapshot."""
    best = int(np.argmax(run.fitness[-1]))
    line = {run.last: best}
    for t in range(run.last, 0, -1):
        line[t - 1] = int(run.parent[t][line[t]])
    steps = []
    for row, t in enumerate(run.snapshots):
        levels = weights = []
        if row > 0:
            before = line[run.snapshots[row - 1]]
            levels = changed(run, row, line[t], before, run.basal)
            if run.weight is not None:
                weights = changed(run, row, line[t], before, run.weight)
        steps.append((int(t), line[t], levels, weights))
    return steps


def parse_info(text):
    """Counts by age, the common ancestor, and the rows of the line of descent."""
    part = text.split("\nAncestors of generation ")[1].split("\n\n")[0]
    ages = dict(map(int, pair) for pair in re.findall(r"(\d+): (\d+)(?=,|\n)",
                                                      re.search(r"  ago +(.*\n)", part)[1]))
    common = re.search(r"individual (\d+) of generation (\d+), (\d+) generations? ago", part)
    rows, changes = [], []
    for line in part.split(" changes\n", 1)[1].split("\n"):
        row = re.fullmatch(r" {15} *(\d+) +(\d+) +(\S+)(?: +(\d+|-))?", line)
        change = re.fullmatch(r" {17}(.*?)(?:, allele (\d))?: (\S+) to (\S+)", line)
        if row:
            rows.append((int(row[1]), int(row[2]), float(row[3]), row[4]))
            changes.append([])
        elif change:
            changes[-1].append((change[1], int(change[2] or 0), float(change[4])))
    return ages, common, rows, changes


def name_of(run, of_weight, locus):
    if not of_weight:
        return run.names[locus]
    return f"{run.names[run.source[locus]]} -> {run.names[run.target[locus]]}"


def check_info(program, path, run):
    code, text, errors = program.call("info", path, "--verbose", "--ascii")
    if not verdict.check(code == 0, f"info exits with {code}: {errors}"):
        return
    ages, common, rows, changes = parse_info(text)
    counts, wanted = lineages(run)
    verdict.check(ages and all(counts[run.last - age] == count for age, count in ages.items()),
                  f"ancestors by age: {ages}")
    if wanted is None:
        verdict.check(common is None, f"a common ancestor: {common}")
    else:
        found = common and tuple(map(int, common.groups()))
        verdict.check(found == (wanted[1], wanted[0], run.last - wanted[0]),
                      f"the common ancestor: {found}, wanted {wanted}")
    steps = line_of_descent(run)
    verdict.check(len(rows) == len(steps), f"{len(rows)} rows of {len(steps)}")
    for k, (row, step) in enumerate(zip(rows, steps)):
        verdict.check(row[:2] == step[:2], f"ancestor {row[:2]}, wanted {step[:2]}")
        verdict.check(abs(row[2] - run.fitness[k][row[1]]) <= 1e-4 * abs(row[2]), "its fitness")
        alone = run.sexual and k > 0 and run.snapshots[k - 1] != run.snapshots[k] - 1
        if k == 0 or alone:
            verdict.check(row[3] == ("-" if alone else None), f"unknown changes: {row}")
            continue
        told = [(name_of(run, kind, locus), allele, value) for kind in (0, 1)
                for locus, allele, value in step[2 + kind]]
        verdict.check(int(row[3]) == len(changes[k]), f"the number of changes in {row[0]}")
        # recombination may bring back what either parent had: that is a change only of the first
        match = len(told) <= len(changes[k]) if run.sexual else len(told) == len(changes[k])
        verdict.check(match and all(any(a[:2] == b[:2] and abs(a[2] - b[2]) <= 1e-5 * abs(a[2])
                                        for b in changes[k]) for a in told),
                      f"changes in {row[0]}: {changes[k]}, wanted {told}")


# --- tskit's tables ---------------------------------------------------------------------------------

def read_table(path, wanted, optional=()):
    """Rows of a table as tskit.load_text(strict=True) splits them: by tabs, all columns there."""
    with open(path, encoding="utf-8") as file:
        header = file.readline().rstrip("\n").split("\t")
        verdict.check(set(wanted) <= set(header) <= set(wanted) | set(optional) and
                      len(set(header)) == len(header), f"{path}: columns {header}")
        rows = [line.rstrip("\n").split("\t") for line in file]
    verdict.check(all(len(row) == len(header) and all(row) for row in rows),
                  f"{path}: rows of {len(header)} cells")
    return [dict(zip(header, row)) for row in rows]


class Tables:
    """The tables, checked by the requirements in tskit's manual (data model)."""

    def __init__(self, program, path, prefix, *options):
        code, said, errors = program.call("export", path, "--table", "tskit", "-o", prefix,
                                          *options)
        verdict.check(code == 0, f"export exits with {code}: {errors}")
        self.length = int(re.search(r"sequence_length=(\d+)\)", said)[1])
        for name in ("nodes", "edges", "individuals"):
            verdict.check(f'{name}=open("{prefix}.{name}.txt")' in said, f"the call: {said}")
        nodes = read_table(f"{prefix}.nodes.txt", ("is_sample", "time", "individual"),
                           ("metadata",))
        people = read_table(f"{prefix}.individuals.txt", ("flags", "metadata"))
        self.edges = [tuple(int(row[c]) for c in ("left", "right", "parent", "child"))
                      for row in read_table(f"{prefix}.edges.txt",
                                            ("left", "right", "parent", "child"))]
        self.time = [int(row["time"]) for row in nodes]
        self.sample = [row["is_sample"] == "1" for row in nodes]
        self.owner = [int(row["individual"]) for row in nodes]
        told = [json.loads(base64.b64decode(row["metadata"], validate=True))
                if "metadata" in row else {} for row in nodes]
        self.allele = [of.get("allele", 0) for of in told]
        self.shift = [of.get("shift", 0) for of in told]
        self.people = [json.loads(base64.b64decode(row["metadata"], validate=True))
                       for row in people]
        verdict.check(all(row["flags"] == "0" for row in people), "flags")
        verdict.check(all(row["is_sample"] in "01" for row in nodes), "is_sample")
        self.check_rules()

    def check_rules(self):
        time = self.time
        verdict.check(all(0 <= who < len(self.people) for who in self.owner), "individuals exist")
        verdict.check(all(0 <= left < right <= self.length and 0 <= parent < len(time) and
                          0 <= child < len(time) for left, right, parent, child in self.edges),
                      "edges lie within the sequence and join nodes")
        verdict.check(all(time[parent] > time[child] for _, _, parent, child in self.edges),
                      "parents are older")
        order = [(time[p], p, c, left) for left, _, p, c in self.edges]
        verdict.check(order == sorted(set(order)), "edges are sorted, and unique")
        covered = {}
        for left, right, _, child in self.edges:
            covered.setdefault(child, []).append((left, right))
        for spans in covered.values():
            spans.sort()
            verdict.check(all(a[1] <= b[0] for a, b in zip(spans, spans[1:])),
                          "a node has one parent at a place")

    def generation(self, node):
        return self.people[self.owner[node]]["generation"]

    def individual(self, node):
        return self.people[self.owner[node]]["individual"]

    def tree(self, gene):
        """{child: parent} at a gene."""
        return {c: p for left, right, p, c in self.edges if left <= gene < right}


def genome(run, tables, node):
    return tables.generation(node), tables.individual(node), tables.allele[node]


def check_nodes(run, tables):
    samples = [node for node in range(len(tables.time)) if tables.sample[node]]
    verdict.check(sorted(genome(run, tables, node) for node in samples) ==
                  [(run.last, i, a) for i in range(run.n) for a in range(run.ploidy)],
                  "samples are the genomes of the last generation")
    verdict.check(all(tables.time[node] == run.last - tables.generation(node)
                      for node in range(len(tables.time))), "time is generations ago")
    everyone = [genome(run, tables, node) for node in range(len(tables.time))]
    verdict.check(len(set(everyone)) == len(everyone), "a genome is one node")
    return samples


def check_all(run, tables):
    """Every genome, each gene from a recorded parent; returns {(t, i, a): [its origin by gene]}."""
    verdict.check(len(tables.time) == (run.last + 1) * run.n * run.ploidy, "all genomes are nodes")
    origin = {}
    for left, right, parent, child in tables.edges:
        of = origin.setdefault(genome(run, tables, child), [None] * tables.length)
        for gene in range(left, right):
            of[gene] = genome(run, tables, parent)
    verdict.check(len(origin) == run.last * run.n * run.ploidy, "all but founders have parents")
    for (t, i, a), of in origin.items():
        if not run.sexual or run.parent2[t][i] < 0:
            allowed = {(t - 1, int(run.parent[t][i]), a)}
        elif run.ploidy == 1:
            allowed = {(t - 1, p, 0) for p in run.parents(t, i)}
        else:
            giver = int((run.parent, run.parent2)[a][t][i])
            allowed = {(t - 1, giver, 0), (t - 1, giver, 1)}
        verdict.check(set(of) <= allowed, f"{(t, i, a)} has genes of {set(of) - allowed}")
    return origin


def check_alleles(run, origin):
    """Without mutation a gene's level, and its edges' weights, are those that it came from."""
    rows = {int(t): row for row, t in enumerate(run.snapshots)}
    for (t, i, a), of in origin.items():
        own = of_genome(run, rows[t], i, run.basal)[:, a]
        came = [of_genome(run, rows[t - 1], p, run.basal)[g][b] for g, (_, p, b) in enumerate(of)]
        verdict.check(list(own) == came, f"the alleles of {(t, i, a)}")
        if run.weight is not None and len(run.target):
            own = of_genome(run, rows[t], i, run.weight)[:, a]
            came = [of_genome(run, rows[t - 1], of[g][1], run.weight)[e][of[g][2]]
                    for e, g in enumerate(run.target)]
            verdict.check(list(own) == came, f"the weights of {(t, i, a)}")


def simplified(run, origin, gene):
    """The tree at a gene: {genome: nearest ancestor that is a meeting place or a founder}."""
    above, tips = {}, [(run.last, i, a) for i in range(run.n) for a in range(run.ploidy)]
    lines = {tip: tip for tip in tips} # who is reached -> node below it
    for t in range(run.last, 0, -1):
        met = {}
        for who, below in lines.items():
            met.setdefault(origin[who][gene], []).append(below)
        lines = {}
        for who, belows in met.items():
            if len(belows) > 1 or t == 1:
                above.update((below, who) for below in belows)
                lines[who] = who
            else:
                lines[who] = belows[0]
    return above


def check_trees(run, tables, origin):
    for gene in range(tables.length):
        found = {genome(run, tables, c): genome(run, tables, p)
                 for c, p in tables.tree(gene).items()}
        wanted = simplified(run, origin, gene)
        # a node that lines meet in at another gene may lie on a line here, too, but need not
        verdict.check(found == wanted, f"the tree at gene {gene}")


def check_tskit(program, path, run, scratch, mutating):
    everybody = Tables(program, path, scratch + ".all", "--generation", "all")
    check_nodes(run, everybody)
    origin = check_all(run, everybody)
    if not mutating:
        check_alleles(run, origin)
    tables = Tables(program, path, scratch)
    check_nodes(run, tables)
    check_trees(run, tables, origin)
    verdict.check(len(tables.time) <= len(everybody.time), "fewer nodes")


# --- what cannot be told -----------------------------------------------------------------------------

def check_unfinished(program, run_file, folder, settings):
    """A run stopped by its stop file after the first generation."""
    path, stop = (os.path.join(folder, "stopped" + end) for end in (".h5", ".stop"))
    open(stop, "w", encoding="utf-8").close()
    words = [word for setting in settings for word in ("--set", setting)]
    code, _, errors = program.call("run", run_file, "-o", path, "--force", "--quiet", *words)
    verdict.check(code == 75, f"a stopped run exits with {code}: {errors}")
    code, text, errors = program.call("info", path)
    verdict.check(code == 0 and "Ancestors of generation 1\n" in text, f"info: {code}: {errors}")
    verdict.check("the fittest  unknown: there is no snapshot of fitness of generation 1" in text or
                  "individual" in text.split("the fittest")[1][:12], "its fittest")
    tables = Tables(program, path, os.path.join(folder, "stopped"))
    verdict.check(max(tables.time) <= 1 and tables.edges, "the tables of what is recorded")


def check_refusals(program, one, run_file, folder, settings):
    plain, prefix = os.path.join(folder, "plain.h5"), os.path.join(folder, "none")
    program.run(run_file, plain, [*settings, "output.ancestry=false"])
    code, text, _ = program.call("info", plain)
    verdict.check(code == 0 and "Ancestors" not in text, "info of a run without ancestry")
    code, _, errors = program.call("diff", one, plain)
    verdict.check(code == 1, f"diff of runs with and without ancestry exits with {code}")
    for status, words, said in [
            (65, [plain, "-o", prefix], "plain.h5: the run did not record its ancestry"),
            (65, [run_file, "-o", prefix], "not a result file of happygene"),
            (2, [one], "-o PREFIX"),
            (74, [one, "-o", os.path.join(folder, "missing", "x")], "cannot create")]:
        code, text, errors = program.call("export", *words, "--table", "tskit")
        verdict.check(code == status and said in errors and text == "",
                      f"export {words} exits with {code}: {errors}")
    left = [name for name in os.listdir(folder) if name.startswith("none") or ".part" in name]
    verdict.check(not left, f"left lying: {left}")


def main():
    parser = argparse.ArgumentParser()
    for name in ("program", "mpiexec", "folder", "run"):
        parser.add_argument(name)
    parser.add_argument("--set", action="append", default=[])
    given = parser.parse_args()
    program = Program(given.program, given.mpiexec)
    os.makedirs(given.folder, exist_ok=True)
    one, other, scratch = (os.path.join(given.folder, name) for name in
                           ("one.h5", "other.h5", "tables"))
    settings = ["output.ancestry=true", *given.set]
    program.run(given.run, one, settings)
    for ranks, threads in LAYOUTS:
        program.run(given.run, other, settings, ranks=ranks, threads=threads)
        compare(verdict, program, one, other, f"on {ranks} ranks x {threads} threads")
    run = Run(one)
    check_recorded(run)
    check_info(program, one, run)
    check_tskit(program, one, run, scratch, not any("rate=0" in word for word in given.set))
    check_refusals(program, one, given.run, given.folder, given.set)
    check_unfinished(program, given.run, given.folder, settings)
    verdict.exit()


if __name__ == "__main__":
    main()
