# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether two results are the same, by `happygene diff` and, bit by bit, by h5py."""
from common import require

require("numpy", "h5py")
import h5py
import numpy as np


def datasets(file):
    found = {}

    def visit(name, thing):
        if isinstance(thing, h5py.Dataset) and name.split("/")[0] not in ("provenance",
                                                                          "performance"):
            found[name] = thing

    file.visititems(visit)
    return found


def same_bits(a, b):
    """Whether two datasets have the same shape, type and bytes."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    x, y = a[()], b[()]
    if a.dtype == object:
        return list(np.ravel(x)) == list(np.ravel(y))
    return np.asarray(x).tobytes() == np.asarray(y).tobytes()


def compare(verdict, program, one, other, what,
            attributes=("run_file_resolved", "generations_done", "complete", "stop_reason")):
    code, told, errors = program.call("diff", one, other)
    verdict.check(code == 0 and told.splitlines()[-1].startswith("identical: "),
                  f"{what}: diff exits with {code}: {told}{errors}")
    with h5py.File(one) as a, h5py.File(other) as b:
        x, y = datasets(a), datasets(b)
        verdict.check(sorted(x) == sorted(y), f"{what}: the same datasets")
        for name in set(x) & set(y):
            verdict.check(same_bits(x[name], y[name]), f"{what}: {name} differs")
        for name in attributes:
            verdict.check(a.attrs[name] == b.attrs[name], f"{what}: attribute {name}")
