# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables against h5py, value by value: exports.py PROGRAM FOLDER SOURCE RUN.yaml..."""
import csv
import itertools
import math
import os
import shutil
import subprocess
import sys

from common import Program, Verdict, require

require("numpy", "h5py")
import h5py
import numpy as np

verdict = Verdict()
KEYS = {"generation", "deme", "individual", "gene", "gene_name", "edge", "source", "source_name",
        "target", "target_name"}


def table(program, path, name, *options):
    """Columns by name, as text."""
    code, out, err = program.call("export", path, "--table", name, *options)
    if not verdict.check(code == 0, f"{path}: --table {name} {options}: exit code {code}: {err}"):
        return None
    separator = "\t" if "tsv" in options else ","
    rows = list(csv.reader(out.splitlines(), delimiter=separator))
    verdict.check(all(len(row) == len(rows[0]) for row in rows), f"{path} {name}: ragged")
    return {title: [row[i] for row in rows[1:]] for i, title in enumerate(rows[0])}


def same(column, values, what):
    """Text that reads back as exactly these numbers."""
    values = np.asarray(values).ravel()
    if not verdict.check(len(column) == len(values), f"{what}: {len(column)} of {len(values)}"):
        return
    if values.dtype.kind in "iu":
        verdict.check([int(v) for v in column] == values.tolist(), f"{what}: integers differ")
    else:
        read = np.array([float(v) for v in column])
        verdict.check(np.array_equal(read, values.astype(float), equal_nan=True),
                      f"{what}: numbers differ")


def names_of(file):
    return [name.decode() for name in file["network/gene_name"][:]]


def recorded(group, file):
    generations = group["generation"][:]
    return int(np.sum((generations >= 0) & (generations <= file.attrs["generations_done"])))


def check_by_generation(program, path, file, name, where, below):
    """A table of statistics: datasets of `where` whose axes are the generation and `below`."""
    columns = table(program, path, name)
    group = file[where]
    rows = recorded(group, file)
    lengths = [group[axis].shape[0] for axis in below]
    expected = {}
    for title, data in group.items():
        if not isinstance(data, h5py.Dataset) or title in ("generation", "deme", "gene", "edge"):
            continue
        axes = [os.path.basename(d[0].name) for d in data.dims if len(d) == 1]
        if axes == ["generation", *below]:
            expected[title] = data[:rows]
        elif [a for a in axes if a != "component"] == ["generation", *below]: # a column for each
            for k, component in enumerate(group["component"][:]):
                expected[f"{title}_{component}"] = np.take(data[:rows], k, axes.index("component"))
    values = [title for title in columns if title not in KEYS and title != "weight"]
    verdict.check(set(values) == set(expected), f"{path} {name}: {values}, not {expected}")
    for title in values:
        same(columns[title], expected[title], f"{path} {name} {title}")
    keys = list(itertools.product(group["generation"][:rows], *map(range, lengths)))
    for k, key in enumerate(["generation", *below]):
        same(columns[key], np.array([row[k] for row in keys]), f"{path} {name} {key}")
    return columns


def check_individuals(program, path, file):
    group = file["snapshots"]
    rows = recorded(group, file)
    for option, picked in ((["--generation", "all"], slice(0, rows)), ([], slice(rows - 1, rows))):
        columns = table(program, path, "individuals", *option, "--format", "tsv")
        generations = group["generation"][picked]
        individuals, genes = group["individual"].shape[0], file["network/gene"].shape[0]
        by_gene = any(title in group for title in ("basal", "expression", "instability"))
        inner = genes if by_gene else 1
        same(columns["generation"], np.repeat(generations, individuals * inner),
             f"{path} generation")
        same(columns["individual"], np.tile(np.repeat(np.arange(individuals), inner),
                                            len(generations)), f"{path} individual")
        if by_gene:
            verdict.check(columns["gene_name"] == names_of(file) * (individuals * len(generations)),
                          f"{path}: names of genes")
        for title in ("basal", "expression", "instability"):
            if title not in group:
                continue
            data = group[title][picked]
            if data.ndim == 4:
                same(columns[title + "_1"], data[..., 0], f"{path} {title}_1")
                same(columns[title + "_2"], data[..., 1], f"{path} {title}_2")
            else:
                same(columns[title], data, f"{path} {title}")
        for title in ("fitness", "stable", "parent", "parent2", "deme"):
            if title in group:
                same(columns[title], np.repeat(group[title][picked], inner), f"{path} {title}")
        if "statistics/demes" not in file:
            verdict.check(set(columns["deme"]) == {"0"}, f"{path}: one deme")
        if "weight" not in group:
            continue
        columns = table(program, path, "weights", *option)
        data = group["weight"][picked]
        parts = [data[..., 0], data[..., 1]] if data.ndim == 4 else [data]
        for part, title in zip(parts, ["weight_1", "weight_2"] if data.ndim == 4 else ["weight"]):
            same(columns[title], part, f"{path} {title}")
        edges = file["network/edge_source"].shape[0]
        same(columns["target"], np.tile(file["network/edge_target"][:], len(data) * individuals),
             f"{path} weights: targets")
        same(columns["edge"], np.tile(np.arange(edges), len(data) * individuals), f"{path} edges")


def check_network(program, path, file):
    if "network/edge_source" not in file:
        columns = table(program, path, "network")
        verdict.check(columns["edge"] == [], f"{path}: no edges")
        return
    network, names = file["network"], names_of(file)
    if "statistics/weight_mean" in file:
        columns = check_by_generation(program, path, file, "network", "statistics", ["edge"])
        rows = recorded(file["statistics"], file)
    else:
        columns, rows = table(program, path, "network"), 1
    for title, data in (("source", "edge_source"), ("target", "edge_target"),
                        ("weight", "edge_weight")):
        same(columns[title], np.tile(network[data][:], rows), f"{path} network {title}")
    verdict.check(columns["source_name"] == [names[s] for s in network["edge_source"][:]] * rows,
                  f"{path}: names of sources")


def check_performance(program, path, file):
    columns = table(program, path, "performance")
    rows = list(zip(columns["quantity"], columns["item"], columns["value"], columns["units"]))
    group = file["performance"]
    for item, value in zip(group["phase"][:], group["seconds_mean"][:]):
        verdict.check(("seconds_mean", item.decode(), "%.17g" % value, "s") in rows,
                      f"{path}: seconds of {item}")
    verdict.check(("wall", "", "%.17g" % group["wall"][()], "s") in rows, f"{path}: wall")
    verdict.check(sum(q == "rss_peak" for q in columns["quantity"]) == group["rank"].shape[0],
                  f"{path}: a peak for each rank")


def check_all(program, path):
    with h5py.File(path) as file:
        check_by_generation(program, path, file, "statistics", "statistics", [])
        columns = check_by_generation(program, path, file, "genes", "statistics", ["gene"])
        genes = names_of(file)
        verdict.check(columns["gene_name"] == genes * (len(columns["gene"]) // len(genes)),
                      f"{path}: names of genes")
        if "statistics/demes" in file:
            check_by_generation(program, path, file, "demes", "statistics/demes", ["deme"])
            check_by_generation(program, path, file, "deme_genes", "statistics/demes",
                                ["deme", "gene"])
        else:
            code, out, err = program.call("export", path, "--table", "demes")
            verdict.check(code == 65 and out == "" and "has one deme" in err, f"{path}: {err}")
        check_individuals(program, path, file)
        check_network(program, path, file)
        check_performance(program, path, file)


def check_choices(program, path, folder):
    """One generation, files, quotes, and what is refused."""
    one = table(program, path, "statistics", "--generation", "0")
    verdict.check(one["generation"] == ["0"], "one generation of the statistics")
    target = os.path.join(folder, "table.csv")
    for _ in range(2): # the second time it is replaced
        code, out, _ = program.call("export", path, "-t", "genes", "-o", target)
        verdict.check(code == 0 and out == "", "a file, and nothing on standard output")
    with open(target) as file:
        verdict.check(file.read() == program.call("export", path, "-t", "genes")[1],
                      "the file holds what is printed")
    refusals = [
        (2, ["--table", "gens"], "did you mean 'genes'?"),
        (2, [], "--table is missing; allowed: statistics, "),
        (2, ["-t", "genes", "--format", "xls"], "allowed: csv, tsv"),
        (2, ["-t", "sbml", "--format", "csv"], "has a format of its own"),
        (2, ["-t", "genes", "--generation", "last"], "allowed: a generation, or all"),
        (2, ["-t", "dot", "--generation", "all"], "that of one generation"),
        (2, ["-t", "genes", "-o", path], "that is the result itself"),
        (65, ["-t", "genes", "--generation", "99999"], "generation 99999 is not recorded in "
         "/statistics; recorded: 0, 1"),
        (74, ["-t", "genes", "-o", os.path.join(folder, "no", "where.csv")], "cannot be written"),
        (74, ["-t", "individuals", "-o", "/dev/full"], "cannot be written: No space"),
    ]
    for expected, options, words in refusals:
        before = sorted(os.listdir(folder))
        code, out, err = program.call("export", path, *options)
        verdict.check(code == expected and words in err and out == "" and
                      sorted(os.listdir(folder)) == before,
                      f"{options}: exit code {code}, not {expected} with '{words}': {err}")
    foreign = os.path.join(folder, "foreign.h5")
    for content in (b"", b"no HDF5 file\n", open(path, "rb").read(30000)):
        with open(foreign, "wb") as file:
            file.write(content)
        code, out, err = program.call("export", foreign, "-t", "genes")
        verdict.check(code == 65 and out == "" and err.startswith(foreign), f"foreign file: {err}")


def check_unfinished(program, path, folder):
    copy = os.path.join(folder, "unfinished.h5")
    shutil.copy(path, copy)
    with h5py.File(copy, "r+") as file:
        file.attrs["complete"] = np.int32(0)
        file.attrs["generations_done"] = np.int64(2)
    code, out, err = program.call("export", copy, "-t", "statistics")
    verdict.check(code == 0 and "is unfinished: recorded up to generation 2" in err and
                  [line.split(",")[0] for line in out.splitlines()] ==
                  ["generation", "0", "1", "2"], f"unfinished: {code} {err}")
    with h5py.File(copy, "r+") as file:
        del file["statistics/expression_mean"]
        file["statistics/expression_mean"] = np.zeros((1, 1))
    code, _, err = program.call("export", copy, "-t", "genes")
    verdict.check(code == 65 and "expression_mean" in err, f"damaged: {code} {err}")


def lose(name):
    def change(file):
        del file[name]
    return change


def put(name, at, value):
    def change(file):
        file[name][at] = value
    return change


def flatten(file):
    values = file["statistics/fitness_mean"][:]
    del file["statistics/fitness_mean"]
    file["statistics/fitness_mean"] = np.stack([values, values], axis=1)


def count_beyond(file):
    file.attrs["generations_done"] = np.int64(1000)


def cut(name, rows, axis=0):
    """Of a fixed size, unlike what a run writes."""
    def change(file):
        values = file[name][:]
        del file[name]
        file[name] = np.take(values, range(rows), axis=axis)
    return change


def check_damaged(program, path, folder):
    """What is missing, misshapen or impossible is named, with the file, once."""
    with h5py.File(path) as file:
        last = int(file.attrs["generations_done"])
        genes, individuals = len(file["network/gene"]), file["snapshots/basal"].shape[1]
        snapshots = len(file["snapshots/generation"])
    damaged = os.path.join(folder, "damaged.h5")
    for change, words, said in (
            (lose("statistics/fitness_mean"), ["info"], "/statistics/fitness_mean: missing"),
            (lose("network/gene_name"), ["network"], "/network/gene_name: missing"),
            (flatten, ["export", "--table", "statistics"],
             "/statistics/fitness_mean: has 2 axes; allowed: 1"),
            (put("snapshots/generation", 0, 3), ["export", "--table", "individuals", "-g", "all"],
             "/snapshots/generation: generations out of order at record 1"),
            (put("network/edge_source", 0, 99999), ["network"], "/network/edge_source: gene 99999 of"),
            (count_beyond, ["info"], f"generations_done is 1000, but the run has {last} generations"),
            (cut("statistics/fitness_max", 2), ["network"],
             f"/statistics/fitness_max: has 2 of {last + 1} records"),
            (cut("statistics/basal_mean", 2, 1), ["info"],
             f"/statistics/basal_mean: has 2 entries along its axis gene; allowed: {genes}"),
            (lose("snapshots/generation"), ["info"], "/snapshots/generation: missing"),
            (cut("snapshots/basal", 1), ["plot"], f"/snapshots/basal: has 1 of {snapshots} records"),
            (cut("snapshots/basal", 3, 1), ["plot"], "/snapshots/basal: has 3 entries along its "
             f"axis individual; allowed: {individuals}")):
        shutil.copy(path, damaged)
        with h5py.File(damaged, "r+") as file:
            change(file)
        code, _, errors = program.call(words[0], damaged, *words[1:])
        verdict.check(code == 65 and errors.startswith(f"{damaged}: {said}") and
                      errors.count(damaged) == 1, f"{said}: exit {code}: {errors}")
    os.remove(damaged)


def check_memory(program, folder):
    """A table that is larger than the memory it may take."""
    run = os.path.join(folder, "large.yaml")
    with open(run, "w") as file:
        file.write("run: {name: large, seed: 1, generations: 3}\n"
                   "population: {individuals: 20000, genes: 100}\n"
                   "output: {snapshots: {every: 1}}\n")
    path = program.run(run, os.path.join(folder, "large.h5"))
    reader = subprocess.Popen([program.path, "export", path, "-t", "individuals", "--generation",
                               "all"], stdout=subprocess.PIPE)
    lines = sum(chunk.count(b"\n") for chunk in iter(lambda: reader.stdout.read(1 << 20), b""))
    _, status, usage = os.wait4(reader.pid, 0)
    verdict.check(status == 0 and lines == 1 + 4 * 20000 * 100, f"{lines} lines")
    held = 4 * 20000 * 100 * 2 * 8
    slack = 1.5 if "HG_PATIENCE" in os.environ else 1 # of a checked build, which keeps freed memory
    verdict.check(usage.ru_maxrss * 1024 < slack * held,
                  f"{usage.ru_maxrss} KB for {held} bytes of values")
    closed = subprocess.run(f"{program.path} export {path} -t individuals | head -3",
                            shell=True, capture_output=True, text=True)
    verdict.check(closed.stdout.count("\n") == 3 and closed.stderr == "", f"head: {closed.stderr}")


def main():
    program, folder, runs = Program(sys.argv[1]), sys.argv[2], sys.argv[3:]
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    results = []
    for run in runs:
        name = os.path.splitext(os.path.basename(run))[0]
        settings = ["run.generations=5", "output.snapshots.at=[]", "output.snapshots.every=2"]
        for ploidy in (1, 2) if "sexual" in name else (1,):
            results.append(program.run(run, os.path.join(folder, f"{name}-{ploidy}.h5"),
                                       [*settings, f"population.ploidy={ploidy}"]))
            check_all(program, results[-1])
    check_choices(program, results[0], folder)
    check_unfinished(program, results[0], folder)
    check_damaged(program, results[0], folder)
    check_memory(program, folder)
    shutil.rmtree(folder, ignore_errors=True)
    verdict.exit()


main()
