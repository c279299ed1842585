#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A model, not a measurement, of a large asexual run on a cluster.

usage: cluster.py RESULTS.json [--individuals N] [--ranks R] [--cores C] ...

The price of an individual comes from the benchmark's largest run on one machine, the number and size of
messages from how the program works (and is checked against the benchmark's run on two ranks), the
network from the options. Ranks are taken to be evenly loaded and the network to be free.
"""
import argparse
import json
import math
import sys

MOMENT_BYTES = 72
MOST_BLOCKS, ENOUGH_BLOCKS, SMALL_BLOCK = 4096, 512, 64 # src/parallel/partition.h


def border_genomes(individuals, share):
    """Genotypes that cross a border below which a share of the individuals lies: how many offspring
    places it shifts, a binomial's mean deviation, and how many parents these have."""
    shift = math.sqrt(2 / math.pi) * math.sqrt(individuals * share * (1 - share))
    return shift * (1 - math.exp(-1))


def gather_bytes(individuals, ranks):
    """Three sums of every block and two numbers of every rank."""
    size = 1
    while (individuals - 1) // size >= (MOST_BLOCKS if size >= SMALL_BLOCK else ENOUGH_BLOCKS):
        size *= 2
    return 8 * (3 * math.ceil(individuals / size) + 2 * ranks)


def model(asked, price):
    genome = 8 * asked.genes + 64
    hops = math.ceil(math.log2(asked.ranks)) if asked.ranks > 1 else 0
    rate = 1e9 * asked.bandwidth / asked.ranks_per_node
    worst = border_genomes(asked.individuals, 0.5)
    reduced = MOMENT_BYTES * (2 * asked.genes + 2)
    seconds = {
        "individuals": price * asked.individuals / (asked.ranks * asked.cores),
        "gather of the blocks' sums": (hops * asked.latency * 1e-6 +
                                       gather_bytes(asked.individuals, asked.ranks) / rate),
        "statistics": 2 * hops * (asked.latency * 1e-6 + reduced / rate),
        "genomes over borders": 2 * asked.latency * 1e-6 + 2 * worst * genome / rate}
    return seconds, worst, genome


def check(results):
    """Bytes of a generation between two ranks: counted, and as the model has them."""
    for case in results["cases"]:
        if case["name"] == "W on 2 x 1":
            counted = case["bytes_sent"] / case["generations"]
            said = (border_genomes(case["individuals"], 0.5) * (8 * case["genes"] + 64) +
                    gather_bytes(case["individuals"], 2))
            print(f"bytes of a generation of W between 2 ranks: {counted:.0f} counted, "
                  f"{said:.0f} in the model")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("results")
    options.add_argument("--individuals", type=int, default=10 ** 9)
    options.add_argument("--genes", type=int, default=100)
    options.add_argument("--ranks", type=int, default=1000)
    options.add_argument("--cores", type=int, default=16, help="of each rank")
    options.add_argument("--ranks-per-node", type=int, default=2)
    options.add_argument("--latency", type=float, default=2.0, help="microseconds")
    options.add_argument("--bandwidth", type=float, default=12.5, help="GB/s of a node")
    asked = options.parse_args()
    with open(asked.results) as file:
        results = json.load(file)
    cases = [case for case in results["cases"] if case["series"] == "individuals"]
    if not cases:
        sys.exit(f"{asked.results}: no case is of the series of individuals")
    largest = max(cases, key=lambda case: case["individuals"])
    price = (largest["seconds_per_generation"] * largest["threads"] * largest["ranks"] /
             largest["individuals"] * asked.genes / largest["genes"])
    seconds, worst, genome = model(asked, price)
    check(results)
    print(f"an individual of {asked.genes} genes: {1e9 * price:.0f} ns of one core, measured with "
          f"{largest['individuals']:,} individuals")
    print(f"{asked.individuals:,} individuals on {asked.ranks:,} ranks of {asked.cores} cores, "
          f"{asked.latency} us and {asked.bandwidth} GB/s a node of {asked.ranks_per_node} ranks:")
    for name, value in seconds.items():
        print(f"  {name:28}{1e3 * value:10.3f} ms a generation")
    total = sum(seconds.values())
    print(f"  {'all':28}{1e3 * total:10.3f} ms; {seconds['individuals'] / total:.0%} of it on "
          "individuals")
    print(f"  {worst:.0f} genomes of {genome} bytes cross the middle border; "
          f"{2.1 * asked.individuals / asked.ranks * genome / 1e9:.1f} GB of memory a rank")


if __name__ == "__main__":
    main()
