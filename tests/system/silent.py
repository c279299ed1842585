# SPDX-License-Identifier: GPL-3.0-or-later
"""Genes without regulatory input in the model wagner: silent.py PROGRAM FOLDER

`regulation.at_zero: keep`, the default, leaves such a gene as it was, on or off; `zero` sets it to 0.
What follows for its targets is worked out by hand.
"""
import os
import sys

from common import Program, Verdict, require

require("h5py", "numpy")
import h5py
import numpy as np

RUN = """
run: {generations: 0, seed: 1}
population: {individuals: 2}
network: {genes: [a, b, c, d, e], edges: [[a, b, 2], [b, c, -1], [a, d, 1], [e, d, -1], [a, e, 0]]}
regulation: {model: wagner, initial_state: [1, -1, -1, -1, 1]AT_ZERO}
development: {steps: 3, window: WINDOW, tolerance: 0.5}
fitness: [{model: neutral}]
mutation: {basal: {rate: 0}}
output: {snapshots: {fields: [expression, stable]}}
"""
# a has no regulator, e one of weight 0, d two that cancel out as long as both are on; start 1 -1 -1 -1 1
KEEP = [[1, 1, 1, -1, 1], [1, 1, -1, -1, 1], [1, 1, -1, -1, 1]]
ZERO = [[0, 1, 1, 0, 0], [0, 0, -1, 0, 0], [0, 0, 0, 0, 0]]


def main():
    program, folder = Program(sys.argv[1]), sys.argv[2]
    os.makedirs(folder, exist_ok=True)
    verdict = Verdict()
    for name, setting, states, stable in (("default", "", KEEP, 1), ("keep", ", at_zero: keep", KEEP, 1),
                                          ("zero", ", at_zero: zero", ZERO, 0)):
        for window in (1, 2, 3):
            path, result = (os.path.join(folder, f"{name}-{window}.{end}") for end in ("yaml", "h5"))
            with open(path, "w", encoding="utf-8") as file:
                file.write(RUN.replace("AT_ZERO", setting).replace("WINDOW", str(window)))
            program.run(path, result)
            with h5py.File(result) as file:
                found, rests = file["snapshots/expression"][0], file["snapshots/stable"][0]
            expected = np.mean(states[3 - window:], axis=0)
            verdict.check(np.allclose(found, expected, rtol=0, atol=1e-15),
                          f"{name}, the last {window} steps: {found[0]} instead of {expected}")
            verdict.check((rests == stable).all(), f"{name}: stable is {rests[0]}")
    verdict.exit()


main()
