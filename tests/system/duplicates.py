# SPDX-License-Identifier: GPL-3.0-or-later
"""Trees of genes that were copied over one another: duplicates.py PROGRAM FOLDER RUN.yaml
[--set KEY=VALUE]...

Nothing but duplication and deletion changes alleles here, and every founder's are its own. So the
allele of a sample is that of each node above it, in the slot that the tables name, or a deletion
made it 0. Of clones the trees themselves are built here once more, with copies drawn by the naive
reference's random numbers.
"""
import argparse
import os

from ancestry import Run, Tables, genome, of_genome, verdict
from common import Program
from reference import Stream

import h5py
import yaml


def slot(run, tables, node, gene):
    """(generation, individual, set, gene) of a node in the tree of a gene."""
    return (*genome(run, tables, node), gene + tables.shift[node])


def allele(run, place):
    t, i, a, g = place
    row = {int(u): row for row, u in enumerate(run.snapshots)}[t]
    return of_genome(run, row, i, run.basal)[g][a]


def check_alleles(run, tables, deletes):
    """Every node of a tree carries the allele of every sample below it."""
    moved = 0
    for gene in range(tables.length):
        above = tables.tree(gene)
        for node in above:
            own, over = slot(run, tables, node, gene), slot(run, tables, above[node], gene)
            moved += own[3] != over[3]
            same = allele(run, own) == allele(run, over) or (deletes and allele(run, own) == 0)
            verdict.check(same, f"{own} has {allele(run, own)}, its ancestor {over} has "
                                f"{allele(run, over)}")
        roots = set(above.values()) - set(above)
        verdict.check(all(tables.generation(root) == 0 for root in roots), "roots are founders")
    verdict.check(moved > 0, "no line leads through another slot: nothing was tried")


def check_founders(run):
    founders = [x for i in range(run.n) for alleles in of_genome(run, 0, i, run.basal)
                for x in alleles]
    verdict.check(len(set(founders)) == len(founders), "founders' alleles are all different")


def copies(run, config):
    """{(t, i, set, gene copied over): gene copied}."""
    seed, rate = config["run"]["seed"], config["mutation"]["duplication"]
    overlap, genes = config["selection"]["overlap"], len(run.names)
    found = {}
    for t in range(1, run.last + 1):
        for i in range(run.n):
            if overlap and Stream(seed, "survival", t, i).uniform(0) < overlap:
                continue
            stream = Stream(seed, "duplication", t, i)
            if stream.uniform(0) >= rate:
                continue
            u, v = stream.uniforms(1)
            a, b = int(u * genes), int(v * (genes - 1))
            found[t, i, int(run.ploidy == 2 and stream.uniform(2) >= 0.5), b + (b >= a)] = a
    return found


def wanted_tree(run, copied, gene):
    """{slot: the slot above it where lines meet, or its founder's}."""
    lines = {(i, a, gene): (run.last, i, a, gene)
             for i in range(run.n) for a in range(run.ploidy)}
    above = {}
    for t in range(run.last, 0, -1):
        met = {}
        for (i, a, g), below in lines.items():
            place = int(run.parent[t][i]), a, copied.get((t, i, a, g), g)
            met.setdefault(place, []).append(below)
        lines = {}
        for place, belows in met.items():
            who = (t - 1, *place)
            lines[place] = who if len(belows) > 1 or t == 1 else belows[0]
            if len(belows) > 1 or t == 1:
                above.update((below, who) for below in belows)
    return above


def check_trees(run, tables, config):
    copied = copies(run, config)
    for gene in range(tables.length):
        found = {slot(run, tables, c, gene): slot(run, tables, p, gene)
                 for c, p in tables.tree(gene).items()}
        verdict.check(found == wanted_tree(run, copied, gene), f"the tree of gene {gene}")


def main():
    parser = argparse.ArgumentParser()
    for name in ("program", "folder", "run"):
        parser.add_argument(name)
    parser.add_argument("--set", action="append", default=[])
    given = parser.parse_args()
    program = Program(given.program)
    os.makedirs(given.folder, exist_ok=True)
    path, prefix = (os.path.join(given.folder, name) for name in ("run.h5", "tables"))
    program.run(given.run, path, ["output.ancestry=true", "output.snapshots.every=1",
                                  "mutation.basal.rate=0", "mutation.weights.rate=0", *given.set])
    with h5py.File(path) as file:
        config = yaml.safe_load(file.attrs["run_file_resolved"])
    run = Run(path)
    check_founders(run)
    tables = Tables(program, path, prefix)
    nodes = [(*genome(run, tables, node), tables.shift[node]) for node in range(len(tables.time))]
    verdict.check(len(set(nodes)) == len(nodes), "a node for each genome and shift")
    check_alleles(run, tables, config["mutation"]["deletion"] > 0)
    if not run.sexual:
        check_trees(run, tables, config)
    code, _, errors = program.call("export", path, "--table", "tskit", "-o", prefix,
                                   "--generation", "all")
    verdict.check(code == 65 and "mutation.duplication is" in errors, f"all: {code}: {errors}")
    verdict.exit()


if __name__ == "__main__":
    main()
