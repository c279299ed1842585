#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares two files of results of bench.py: what became slower, or takes more memory.

usage: compare.py BEFORE.json AFTER.json [--tolerance 0.25] [--mean-tolerance 0.1]

Exit code 1 when a case's time of a generation or its memory grew by more than the tolerance (times of
shared machines differ by that much by themselves), when the geometric mean over all cases grew by more
than the mean's (chance partly cancels there), when blocks are allocated in the loop, or when a case of
BEFORE is missing; 2 where the files cannot be compared. The ratio to NumPy and the factor of low
mutation are told, and judged by the tolerance too, where both files have them.
"""
import argparse
import json
import math
import sys

SHAPE = ("individuals", "genes", "edges", "generations", "ranks", "threads")
LOW_MUTATION = "low mutation is faster, times"


def refuse(message):
    print(f"compare.py: {message}", file=sys.stderr)
    sys.exit(2)


def positive(path, of, field):
    value = of.get(field)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e300:
        refuse(f"{path}: case {of['name']}: {field} is {value}, and must be a number above 0")
    return value


def read(path):
    try:
        with open(path) as file:
            return json.load(file)
    except (OSError, ValueError) as error:
        return refuse(f"{path}: not results of bench.py: {error}")


def load(path):
    """The results, and the cases by name, all of whose fields can be compared."""
    results = read(path)
    if not isinstance(results, dict) or results.get("format") != "happygene-bench-1":
        refuse(f"{path}: not results of bench.py: another format")
    cases = results.get("cases")
    if not isinstance(cases, list) or not cases:
        refuse(f"{path}: no cases")
    for case in cases:
        if not isinstance(case, dict) or not isinstance(case.get("name"), str):
            refuse(f"{path}: a case without a name")
        for field in ("seconds_per_generation", "rss_peak"):
            positive(path, case, field)
        blocks = case.get("loop_allocations")
        if isinstance(blocks, bool) or not isinstance(blocks, int) or blocks < 0:
            refuse(f"{path}: case {case['name']}: loop_allocations is {blocks}")
    by_name = {case["name"]: case for case in cases}
    if len(by_name) < len(cases):
        refuse(f"{path}: several cases have the same name")
    return results, by_name


def check_shapes(before, after):
    """Cases of one name must be the same runs."""
    for name in before.keys() & after.keys():
        for field in SHAPE:
            old, new = before[name].get(field), after[name].get(field)
            if old != new:
                refuse(f"case {name}: {old} {field} before, {new} after: not the same case")


def compare(before, after, tolerance):
    """Prints a line a case; returns how many regressed, and the ratios of time and of memory."""
    worse, times, memories = 0, [], []
    print(f"{'case':30}{'ms before':>12}{'ms after':>12}{'time':>8}{'memory':>8}{'allocated':>11}")
    for name, old in before.items():
        new = after.get(name)
        if new is None:
            print(f"{name:30}  MISSING")
            worse += 1
            continue
        time = new["seconds_per_generation"] / old["seconds_per_generation"]
        memory = new["rss_peak"] / old["rss_peak"]
        times.append(time)
        memories.append(memory)
        words = [word for word, is_worse in (("SLOWER", time > 1 + tolerance),
                                             ("LARGER", memory > 1 + tolerance),
                                             ("ALLOCATES", new["loop_allocations"] > 0)) if is_worse]
        worse += bool(words)
        print(f"{name:30}{1e3 * old['seconds_per_generation']:12.4f}"
              f"{1e3 * new['seconds_per_generation']:12.4f}{time:8.2f}{memory:8.2f}"
              f"{new['loop_allocations']:11d}  {' '.join(words)}".rstrip())
    for name in after:
        if name not in before:
            print(f"{name:30}  NEW: only in the second file, not compared")
    return worse, times, memories


def judge_means(times, memories, tolerance):
    """The geometric means of all cases in both files; returns how many grew by too much."""
    worse = 0
    for ratios, word, what in ((times, "SLOWER", "time"), (memories, "LARGER", "memory")):
        if not ratios:
            continue
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        grown = mean > 1 + tolerance
        worse += grown
        print(f"{f'geometric mean of {what}, {len(ratios)} cases':46}{mean:8.3f}"
              f"{'  ' + word if grown else ''}")
    return worse


def number_of(results, *path):
    """A number above 0 somewhere in the results, or None."""
    for name in path:
        results = results.get(name) if isinstance(results, dict) else None
    is_number = isinstance(results, (int, float)) and not isinstance(results, bool)
    return results if is_number and 0 < results < math.inf else None


def same_blas(old, new):
    """Whether NumPy's times of both files say something about one another."""
    runs = [results.get("numpy") for results in (old, new)]
    return all(isinstance(run, dict) and run.get("comparable") is True and
               run.get("blas") == runs[0].get("blas") for run in runs)


def judge_factors(old, new, tolerance):
    """Factors of which more is better; returns how many fell by too much."""
    worse = 0
    for what, path in (("faster than NumPy, times", ("numpy", "ratio")),
                       (LOW_MUTATION, ("lines", LOW_MUTATION))):
        before, after = number_of(old, *path), number_of(new, *path)
        shown = ["-" if value is None else f"{value:.2f}" for value in (before, after)]
        note = ""
        if path[0] == "numpy" and None in (before, after):
            note = "  (not judged: not measured in both)"
        elif path[0] == "numpy" and not same_blas(old, new):
            note = "  (not judged: the reference BLAS, or not the same in both)"
        elif before is not None and after is None:
            note = "  MISSING"
        elif before is not None and after < before / (1 + tolerance):
            note = "  LESS"
        worse += note.strip().isupper()
        print(f"{what:34}{shown[0]:>10}{shown[1]:>10}{note}")
    return worse


def tolerance(text):
    value = float(text)
    if not 0 <= value < math.inf:
        raise ValueError
    return value


def parse():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("before")
    options.add_argument("after")
    options.add_argument("--tolerance", type=tolerance, default=0.25, help="of one case")
    options.add_argument("--mean-tolerance", type=tolerance, default=0.1, help="of all together")
    return options.parse_args()


def main():
    asked = parse()
    old, before = load(asked.before)
    new, after = load(asked.after)
    if bool(old.get("quick")) != bool(new.get("quick")):
        refuse("one of the files is of a quick run: they cannot be compared")
    check_shapes(before, after)
    cases, times, memories = compare(before, after, asked.tolerance)
    means = judge_means(times, memories, asked.mean_tolerance)
    factors = judge_factors(old, new, asked.tolerance)
    if cases:
        print(f"{cases} of {len(before)} cases regressed by more than {asked.tolerance:.0%}, "
              "allocate in the loop or are missing")
    if means:
        print(f"all cases together regressed by more than {asked.mean_tolerance:.0%}")
    sys.exit(1 if cases or means or factors else 0)


if __name__ == "__main__":
    main()
