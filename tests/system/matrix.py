# SPDX-License-Identifier: GPL-3.0-or-later
"""Every model with every model of the neighbouring families:
matrix.py PART BATCH PROGRAM MPIEXEC FOLDER [--list] [--only NUMBER].

A part is a full product of a few families; or `pairs`, every pair of settings of all families at
least once; or `corners`, extreme sizes; or `unequal`, demes whose fitness differs by up to 10^300;
or `earlier`, runs that start from others (settings.py has them all). Each case is a small run, made
on three layouts: 1 rank x 1 thread with the fastest kernels, 1 rank x 2 threads with the baseline
ones, 3 ranks x 1 thread; unequal demes on 2 ranks as well. The first result is then run again. All
results must be the same to the last bit, and as the naive reference (reference.py) has them.
`refused` is what
validation must refuse, `control` shows that the reference notices a fault.
"""
import argparse
import multiprocessing
import os
import re
import shutil
import sys

from common import Program, Verdict, require

require("numpy", "h5py", "yaml")
import h5py
import numpy as np
import yaml

import reference
from settings import (PARTS, REFUSED, corners, describe, earlier, plain, plainly, run_file, settle,
                      unequal)

verdict = Verdict()


class Dumper(yaml.CSafeDumper):
    """Without anchors: each run file can be read by itself, part by part."""

    def ignore_aliases(self, data):
        return True


# --- running ----------------------------------------------------------------------------------

# ranks, threads, kernels
LAYOUTS = {"1 rank x 1 thread": (None, 1, "-"),
           "1 rank x 2 threads, baseline": (None, 2, "baseline"),
           "3 ranks x 1 thread": (3, 1, "-")}
REPEATED = "repeated from the first result"


def path_of(given, number, layout=None):
    name = f"{number:04}" + ("" if layout is None else "-again" if layout == REPEATED
                             else f"-{list(LAYOUTS).index(layout)}")
    return os.path.join(given.folder, name + (".yaml" if layout is None else ".h5"))


def run_all(given, numbers, layout):
    """Runs all run files on one layout; for each the status and the message."""
    ranks, threads, kernels = LAYOUTS.get(layout, (None, 1, "-"))
    source = list(LAYOUTS)[0] if layout == REPEATED else None
    work = os.path.join(given.folder, "list")
    with open(work, "w") as file:
        for number in numbers:
            file.write(f"{path_of(given, number, source)}\t{path_of(given, number, layout)}\n")
    code, told, errors = Program(given.batch, given.mpiexec).call(threads, kernels, work,
                                                                  ranks=ranks)
    lines = told.splitlines()
    if code != 0 or len(lines) != len(numbers):
        sys.exit(f"FAILED: the runs on {layout} ended with {code} after {len(lines)} of "
                 f"{len(numbers)}: {errors}")
    return {number: line.partition("\t")[::2] for number, line in zip(numbers, lines)}


def bits(result):
    """Everything that must be the same on every layout."""
    return result.attrs | {f"{group}/{name}": (values.dtype.str, values.shape, values.tolist()
                                               if values.dtype == object else values.tobytes())
                           for group, of in result.items()
                           for name, values in ((n, np.asarray(v)) for n, v in of.items())}


def unlike(told, resolved, path=""):
    """Where a resolved run file contradicts the given one."""
    if isinstance(told, dict):
        if not isinstance(resolved, dict):
            return [] if "distribution" in told else [path] # drawn
        return [p for key in told if key not in ("width", "matrix", "interactions", "genes") and
                not (key == "weights" and path == "population.initial" and key not in resolved)
                for p in unlike(told[key], resolved.get(key), f"{path}.{key}".lstrip("."))]
    if path == "population.demes" and isinstance(told, list) and isinstance(resolved, int):
        return [] if len(told) == resolved and max(told) - min(told) <= 1 else [path]
    if isinstance(told, list) and not isinstance(resolved, list): # equal numbers are one number
        return [p for x in told for p in unlike(x, resolved, path)]
    if isinstance(told, list) and isinstance(resolved, list) and len(told) == len(resolved):
        return [p for i, x in enumerate(told) for p in unlike(x, resolved[i], f"{path}.{i}")]
    same = told == resolved or (isinstance(told, (int, float)) and
                                isinstance(resolved, (int, float)) and
                                float(told) == float(resolved))
    return [] if same else [f"{path}: {told!r} became {resolved!r}"]


def drawn_otherwise(given, resolved):
    """Where parameters given as distributions are not what the seed says."""
    for path, values in reference.parameters(given, int(resolved["run"]["seed"])):
        found = resolved
        for key in path:
            found = found[key]
        if not np.allclose(found, values, rtol=1e-14, atol=0):
            yield f"{path} is {found}, expected {values}"


def examine(job):
    """One case on all layouts: what is wrong with it, and how many values were compared."""
    paths, run = job
    result = reference.Result(paths[0])
    findings, values = reference.compare(result)
    with open(run) as text:
        given = yaml.load(text, yaml.CSafeLoader)
    findings += [f"resolved: {p}" for p in unlike(given, result.config)]
    findings += drawn_otherwise(given, result.config)
    first = bits(result)
    for path, layout in list(zip(paths, [*LAYOUTS, REPEATED]))[1:]:
        other = bits(reference.Result(path))
        findings += [f"{name} differs on {layout}" for name in sorted(first | other)
                     if first.get(name) != other.get(name)]
    return findings, values


def write(given, cases):
    for number, (_, config) in cases.items():
        with open(path_of(given, number), "w") as file:
            yaml.dump(config, file, Dumper, sort_keys=False)


def examine_all(given, cases):
    """Runs all cases, each a description and a run file, on all layouts."""
    write(given, cases)
    numbers = list(cases)
    told = {layout: run_all(given, numbers, layout) for layout in LAYOUTS}
    good = []
    for number in numbers:
        answers = {layout: told[layout][number] for layout in LAYOUTS}
        status, message = answers["1 rank x 1 thread"]
        what = f"{given.part} {number} ({cases[number][0]})"
        if verdict.check(status in ("0", "3"), f"{what}: status {status}, {message[:300]}") and \
           verdict.check(len(set(answers.values())) == 1, f"{what}: {answers}"):
            good.append(number)
    again = run_all(given, good, REPEATED)
    for n in good:
        verdict.check(again[n] == told["1 rank x 1 thread"][n], f"{given.part} {n} ({cases[n][0]}), "
                      f"repeated: {again[n]}")
    jobs = [([path_of(given, n, layout) for layout in [*LAYOUTS, REPEATED]], path_of(given, n))
            for n in good]
    values = 0
    with multiprocessing.Pool(2) as pool:
        for number, (findings, count) in zip(good, pool.imap(examine, jobs, chunksize=4)):
            values += count
            verdict.check(not findings, f"{given.part} {number} ({cases[number][0]}): "
                          f"{len(findings)} findings: {'; '.join(findings)[:500]}")
    died = sum(told["1 rank x 1 thread"][n][0] == "3" for n in numbers)
    print(f"{given.part}: {len(cases)} cases ({died} died out), {values} values each compared "
          f"with the reference, {len(LAYOUTS)} layouts and a repetition")


# --- other parts ------------------------------------------------------------------------------

def refused(given):
    """Settings that contradict each other are refused, by the same words on every layout."""
    cases = {number: (str(changes), plain(**changes))
             for number, (changes, _) in enumerate(REFUSED)}
    write(given, cases)
    answers = [run_all(given, list(cases), layout) for layout in LAYOUTS]
    for number, (changes, words) in enumerate(REFUSED):
        status, message = answers[0][number]
        verdict.check(status == "65" and re.search(words, message),
                      f"refused {number}: {changes}: status {status}, '{message[:300]}', expected "
                      f"'{words}'")
        verdict.check(all(a[number] == answers[0][number] for a in answers),
                      f"refused {number}: the same answer on every layout")
        verdict.check(not os.path.exists(path_of(given, number, "1 rank x 1 thread")),
                      f"refused {number}: no result is left")
    print(f"refused: {len(REFUSED)} contradictions")


ALL_AT_ONCE = {
    "expression": "linear", "regulation": "additive", "concentration": "ar1", "fitness":
    "gaussian", "optimum": "ar1", "strength": "width", "mating": "map", "selfing": "yes",
    "ploidy": "2", "demes": "island", "weights": "heritable", "overlap": "0.3",
    "weight mutation": "gaussian", "loss": "0.2", "gain": "0.5", "duplication": "0.3",
    "deletion": "0.3", "initial weights": "normal", "noise": "0.2"}
MISDEEDS = [p for p in reference.PURPOSES if p not in ("network_edge", "network_weight",
                                                       "parameter", "tournament", "tie",
                                                       "place")]
MISDEEDS += ["parents exchanged", "allele off by 1e-9", "weight off by 1e-9"]
EQUALS = {"selection": "truncation", "demes": "island", "fitness": "neutral"} # tied at the cut


def control(given):
    """Each deliberate fault of the reference must be seen, and no fault where there is none."""
    equals = run_file(settle(EQUALS, plainly), 1)
    equals["selection"]["fraction"] = 0.45
    write(given, {0: ("", run_file(settle(ALL_AT_ONCE, plainly), 0)), 1: ("", equals)})
    layouts = list(LAYOUTS)
    for layout in layouts[:2]:
        told = run_all(given, [0, 1], layout)
        verdict.check(told == {0: ("0", ""), 1: ("0", "")}, f"control: {told}")
    paths = [path_of(given, 0, layout) for layout in layouts[:2]]
    result = reference.Result(paths[0])
    tied = reference.Result(path_of(given, 1, layouts[0]))
    for made in (result, tied):
        findings, _ = reference.compare(made)
        verdict.check(not findings, f"without a fault: {findings[:1]}")
    for made, misdeed in [(result, m) for m in MISDEEDS] + [(tied, "tie")]:
        findings, _ = reference.compare(made, misdeed)
        print(f"  {misdeed}: {(findings or ['NOT SEEN'])[0][:70]}")
        verdict.check(findings, f"the reference does not notice: {misdeed}")
    same = Program(given.program).call("diff", *paths)
    verdict.check(same[0] == 0 and bits(result) == bits(reference.Result(paths[1])),
                  f"two layouts: {same}")
    with h5py.File(paths[1], "r+") as file: # a bit of one number
        values = file["snapshots/basal"][()]
        values.view(np.uint64)[2, 3, 1, 0] ^= np.uint64(1)
        file["snapshots/basal"][...] = values
    differing = Program(given.program).call("diff", *paths)
    verdict.check(differing[0] == 1 and bits(result) != bits(reference.Result(paths[1])),
                  f"one bit changed: {differing}")
    print(f"control: {len(MISDEEDS) + 1} deliberate faults, and one bit of a result")


def cases_of(given):
    """The cases of a part, each a description and a run file."""
    if given.part == "corners":
        return corners()
    if given.part == "unequal":
        LAYOUTS["2 ranks x 1 thread"] = (2, 1, "-")
        return unequal()
    if given.part == "earlier":
        return earlier(lambda number: os.path.abspath(path_of(given, number, list(LAYOUTS)[0])))
    return [(describe(a), run_file(a, number)) for number, a in enumerate(PARTS[given.part]())]


def main():
    parser = argparse.ArgumentParser()
    for name in ("part", "batch", "program", "mpiexec", "folder"):
        parser.add_argument(name)
    parser.add_argument("--list", action="store_true", help="the cases and nothing else")
    parser.add_argument("--only", type=int, help="one case")
    given = parser.parse_args()
    shutil.rmtree(given.folder, ignore_errors=True)
    os.makedirs(given.folder)
    if given.part in ("refused", "control"):
        {"refused": refused, "control": control}[given.part](given)
        verdict.exit()
    cases = dict(enumerate(cases_of(given)))
    if given.only is not None:
        cases = {given.only: cases[given.only]}
    if given.list:
        print("\n".join(f"{number}: {text}" for number, (text, _) in cases.items()))
        return
    examine_all(given, cases)
    if not verdict.failures:
        shutil.rmtree(given.folder)
    verdict.exit()


if __name__ == "__main__":
    main()
