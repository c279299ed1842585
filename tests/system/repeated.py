# SPDX-License-Identifier: GPL-3.0-or-later
"""A result repeats its run: repeated.py PROGRAM FOLDER RUN.yaml...

Each run file is run, smaller than it comes; its result is run; and the resolved run file that the
result holds is resolved and run. All three results are the same, and resolving changes nothing
more. So it is for settings that are written in a long-winded way, and what they mean is what the
short form means: the two results hold the same. A rate of a haploid genome is the run of its share.
"""
import os
import shutil
import sys

from common import Program, Verdict, require

require("h5py")
import h5py

verdict = Verdict()
SMALL = ["run.generations=6", "output.snapshots.every=2", "output.snapshots.at=[]",
         "output.statistics.every=1"]
FEW = ["population.individuals=40"] # where demes are not listed
PLAIN = """
run: {name: plain, generations: 4, seed: 1}
population: {individuals: 20, genes: 3, demes: 2, initial: {basal: BASAL, weights: WEIGHTS}}
network: {random: {density: 0.5}, weights: heritable}
regulation: {model: additive}
environment: {tf_concentration: CONCENTRATION, temperature: TEMPERATURE}
expression: {model: linear, slope: SLOPE, q10: 2}
fitness: [{model: gaussian, optimum: OPTIMUM, strength: STRENGTH}]
"""
SHORT = {"BASAL": "0.5", "WEIGHTS": "0.25", "CONCENTRATION": "1", "TEMPERATURE": "20.3",
         "SLOPE": "0.5", "OPTIMUM": "0.3", "STRENGTH": "2"}
LONG = {
    "BASAL": ["[0.5, 0.5, 0.5]", "{distribution: constant, value: 0.5}",
              "{distribution: uniform, low: 0.5, high: 0.5}", "5e-1",
              "{distribution: normal, mean: 0.5, sd: 0}"],
    "WEIGHTS": ["{distribution: normal, mean: 0.25, sd: 0}"],
    "CONCENTRATION": ["1.0", "{series: sine, mean: 1, amplitude: 0, period: 7}",
                      "{series: ar1, mean: 1, sd: 0, autocorrelation: 0.5}"],
    "TEMPERATURE": ["{series: constant, value: 20.3}",
                    "{series: ar1, mean: 20.3, sd: 0, autocorrelation: 0}"],
    "SLOPE": ["[0.5, 0.5, 0.5]", "{distribution: uniform, low: 0.5, high: 0.5}"],
    "OPTIMUM": ["[0.3, 0.3, 0.3]", "{series: constant, value: 0.3}",
                "{series: table, at: 2, values: 0.3}",
                "{series: table, at: [0, 2], values: [0.3, 0.3], interpolation: linear}",
                "{series: ramp, from: 0.3, to: 0.3, start: 0, end: 3}",
                "{series: steps, values: [0.3, 0.3], duration: 1}",
                "{series: ar1, mean: 0.3, sd: 0, autocorrelation: 0.5}"],
    "STRENGTH": ["[2, 2, 2]", "2.0"],
}

GENOME = """
run: {name: genome, generations: 8, seed: 5}
population: {individuals: 50, ploidy: PLOIDY, initial: {basal: 1}}
network:
  genes: [a, b, c]
  edges: [[a, b, 0.5], [b, c, -0.5], [c, a, 0.2], [c, c, 0.1], [a, a, 0], [b, a, 0.3], [b, b, 1]]
  weights: heritable
regulation: {model: additive}
fitness: [{model: gaussian, optimum: 1, strength: 0.1}]
mutation: {basal: {rate: BASAL}, weights: {rate: WEIGHTS}}
output: {snapshots: {every: 1, fields: [basal, weight, expression, fitness, parent]}}
"""


def resolved(path):
    with h5py.File(path) as file:
        text = file.attrs["run_file_resolved"]
    return text.decode() if isinstance(text, bytes) else text


def settled(text):
    """Without what may differ: where the result goes."""
    return [line for line in text.splitlines() if not line.strip().startswith("file: ")
            or not line.strip().endswith(".h5")]


def compare(program, one, other, what):
    code, out, err = program.call("diff", one, other)
    verdict.check(code == 0, f"{what}: {out}{err}")


def repeat(program, run_file, settings, stem):
    """Runs the file, its result, and its resolved form."""
    first, again, third = (f"{stem}-{part}.h5" for part in ("first", "again", "resolved"))
    code, _, err = program.call("run", run_file, "-o", first, "--quiet", *settings)
    if not verdict.check(code in (0, 3), f"{run_file}: {code}: {err}"):
        return first
    program.call("run", first, "-o", again, "--quiet")
    compare(program, first, again, f"{run_file} repeated")
    verdict.check(settled(resolved(first)) == settled(resolved(again)), f"{run_file}: resolved twice")
    text = f"{stem}-resolved.yaml"
    with open(text, "w", encoding="utf-8") as file:
        file.write(resolved(first))
    code, _, err = program.call("run", text, "-o", third, "--quiet")
    verdict.check(code in (0, 3), f"{run_file}, as resolved: {code}: {err}")
    compare(program, first, third, f"{run_file} from its resolved form")
    verdict.check(settled(resolved(first)) == settled(resolved(third)),
                  f"{run_file}: its resolved form is resolved otherwise")
    return first


def write(folder, name, text, words):
    """A run file of the text, with its words replaced."""
    for key, value in words.items():
        text = text.replace(key, value)
    path = os.path.join(folder, f"{name}.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def in_other_words(program, folder):
    plain = repeat(program, write(folder, "plain", PLAIN, SHORT), [], os.path.join(folder, "plain"))
    with h5py.File(plain) as file:
        verdict.check("optimum" not in file["statistics"] and
                      set(file["statistics/temperature"][:]) == {20.3}, "the short form")
    number = 0
    for key, forms in LONG.items():
        for form in forms:
            name = f"long-{number}"
            path = write(folder, name, PLAIN, SHORT | {key: form})
            compare(program, plain, repeat(program, path, [], os.path.join(folder, name)),
                    f"{key}: {form}")
            number += 1
    return number


def per_genome(program, folder):
    """A rate of a haploid genome is that of its 3 genes, or 7 edges, divided by their number."""
    for ploidy in "12":
        for basal, weights in ((0.1, 0.1), (1.5, 3.5), (3, 7), (0, 1e-300)):
            results = []
            for name, forms in (("genome", (f"{basal}, per: genome", f"{weights}, per: genome")),
                                ("locus", (repr(basal / 3), f"{weights / 7!r}, per: locus"))):
                stem = os.path.join(folder, f"{name}-{ploidy}-{basal}")
                words = {"PLOIDY": ploidy, "BASAL": forms[0], "WEIGHTS": forms[1]}
                path = write(folder, os.path.basename(stem), GENOME, words)
                results.append(repeat(program, path, [], stem))
            what = f"{basal} and {weights} a genome, ploidy {ploidy}"
            compare(program, *results, what)
            verdict.check(settled(resolved(results[0])) == settled(resolved(results[1])),
                          f"{what}: resolved otherwise")
            with h5py.File(results[0]) as file:
                mutations = file["statistics/mutations"][1:].sum() / (8 * 50 * int(ploidy))
            expected = basal + weights
            verdict.check(abs(mutations - expected) < 5 * (expected / 400) ** 0.5 + 1e-9,
                          f"{what}: {mutations} mutations a haploid genome")


def main():
    program, folder, runs = Program(sys.argv[1]), sys.argv[2], sys.argv[3:]
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for number, run in enumerate(runs):
        name = os.path.splitext(os.path.basename(run))[0]
        shutil.copy(run, folder)
        networks = os.path.join(os.path.dirname(run), "networks")
        if os.path.isdir(networks):
            shutil.copytree(networks, os.path.join(folder, "networks"), dirs_exist_ok=True)
        with open(run, encoding="utf-8") as file:
            listed = "demes: [" in file.read()
        settings = [word for setting in SMALL + (FEW if not listed else [])
                    for word in ("--set", setting)]
        repeat(program, os.path.join(folder, os.path.basename(run)), settings,
               os.path.join(folder, f"{number}-{name}"))
    number = in_other_words(program, folder)
    per_genome(program, folder)
    print(f"{len(runs)} run files and {number} ways to write settings, each repeated twice")
    if not verdict.failures:
        shutil.rmtree(folder)
    verdict.exit()


main()
