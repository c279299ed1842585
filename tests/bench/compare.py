#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares two files of results of bench.py: what became slower, or takes more memory.

usage: compare.py BEFORE.json AFTER.json [--tolerance 0.25]

Exit code 1 when a case's time of a generation or its memory grew by more than the tolerance (times of
shared machines differ by that much by themselves), when blocks are allocated in the loop, or when a
case is missing; 2 where the files cannot be compared.
"""
import argparse
import json
import sys


def load(path):
    try:
        with open(path) as file:
            results = json.load(file)
        if results["format"] != "happygene-bench-1":
            raise ValueError("another format")
        return results, {case["name"]: case for case in results["cases"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"{path}: not results of bench.py: {error}", file=sys.stderr)
        sys.exit(2)


def compare(before, after, tolerance):
    """Prints a line a case; returns how many regressed."""
    worse = 0
    print(f"{'case':30}{'ms before':>12}{'ms after':>12}{'time':>8}{'memory':>8}")
    for name, old in before.items():
        new = after.get(name)
        if new is None:
            print(f"{name:30}  MISSING")
            worse += 1
            continue
        time = new["seconds_per_generation"] / old["seconds_per_generation"]
        memory = new["rss_peak"] / old["rss_peak"]
        words = [word for word, is_worse in (("SLOWER", time > 1 + tolerance),
                                             ("LARGER", memory > 1 + tolerance),
                                             ("ALLOCATES", new["loop_allocations"] > 0)) if is_worse]
        worse += bool(words)
        print(f"{name:30}{1e3 * old['seconds_per_generation']:12.4f}"
              f"{1e3 * new['seconds_per_generation']:12.4f}{time:8.2f}{memory:8.2f}  "
              f"{' '.join(words)}".rstrip())
    return worse


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("before")
    options.add_argument("after")
    options.add_argument("--tolerance", type=float, default=0.25)
    asked = options.parse_args()
    old, before = load(asked.before)
    new, after = load(asked.after)
    if old["quick"] != new["quick"]:
        print("one of the files is of a quick run: they cannot be compared", file=sys.stderr)
        sys.exit(2)
    worse = compare(before, after, asked.tolerance)
    if worse:
        print(f"{worse} of {len(before)} cases regressed by more than {asked.tolerance:.0%}")
    sys.exit(1 if worse else 0)


if __name__ == "__main__":
    main()
