# SPDX-License-Identifier: GPL-3.0-or-later
"""A result opens by name in other people's programs: readers.py PROGRAM FOLDER RUN.yaml...

h5py, xarray (h5netcdf and netcdf4), ncdump -h, h5dump -H. Every dataset with axes has a name, a
unit, and a named scale on each axis; types are those that netCDF has.
"""
import os
import re
import shutil
import subprocess
import sys

from common import Program, Verdict, require

require("numpy", "h5py", "xarray", "h5netcdf", "netCDF4")
import h5py
import numpy as np
import xarray

verdict = Verdict()
AXES = {"generation", "individual", "gene", "edge", "allele", "phase", "category", "rank", "kind",
        "deme", "sample"}
PHANTOM = "This is a netCDF dimension but not a netCDF variable."


def is_scale(data):
    return h5py.h5ds.is_scale(data.id)


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def check_dataset(name, data):
    if is_scale(data) and text(data.attrs["NAME"]).startswith(PHANTOM):
        verdict.check(text(data.attrs["NAME"]) == PHANTOM + "%10d" % data.shape[0],
                      f"{name}: the name of a dimension without variable")
        return
    for attribute in ("long_name", "units"):
        verdict.check(attribute in data.attrs and text(data.attrs[attribute]) != "",
                      f"{name} has {attribute}")
    verdict.check(data.dtype.kind in "if" or h5py.check_string_dtype(data.dtype) is not None,
                  f"{name}: type {data.dtype}")
    if data.shape == () or is_scale(data):
        return
    for axis, scales in enumerate(data.dims):
        names = [os.path.basename(scale.name) for scale in scales.values()]
        verdict.check(len(names) == 1 and names[0] in AXES, f"{name}: axis {axis} has {names}")
        if len(names) == 1:
            scale = list(scales.values())[0]
            verdict.check(scale.shape[0] == data.shape[axis], f"{name}: length of axis {axis}")
            verdict.check(scale.parent.name == data.parent.name, f"{name}: a scale of its group")


def check_h5py(path):
    with h5py.File(path) as file:
        def visit(name, thing):
            if isinstance(thing, h5py.Dataset):
                check_dataset(name, thing)
            verdict.check(thing.id.get_create_plist().get_attr_creation_order() != 0,
                          f"{name}: the order of attributes is tracked")
        file.visititems(visit)
        for group in ("/", "network", "statistics", "snapshots", "performance"):
            order = file[group].id.get_create_plist().get_link_creation_order()
            verdict.check(order & h5py.h5p.CRT_ORDER_TRACKED, f"{group}: the order is tracked")
        for name in ("title", "source", "Conventions", "format_version", "run_file",
                     "run_file_resolved", "complete", "generations_done", "stop_reason"):
            verdict.check(name in file.attrs, f"attribute {name}")
        verdict.check(text(file.attrs["Conventions"]) == "happygene-1", "Conventions")
        verdict.check(file.attrs["format_version"] == 1, "format_version")
        verdict.check(os.path.exists(text(file.attrs["run_file"])) is False
                      and "run:" in text(file.attrs["run_file"]), "run_file is the text itself")
        verdict.check(len(file["provenance"].attrs) >= 12, "provenance")
        return {group: {name for name, data in file[group].items()
                        if not is_scale(data) or "long_name" in data.attrs}
                for group in ("network", "statistics", "snapshots", "performance")}


def check_xarray(path, contents):
    with h5py.File(path) as file:
        for group, names in contents.items():
            for engine in ("h5netcdf", "netcdf4"):
                with xarray.open_dataset(path, group=group, engine=engine) as data:
                    for name in names:
                        if not verdict.check(name in data.variables, f"{engine}: {group}/{name}"):
                            continue
                        stored, read = file[group][name][()], data[name].values
                        if np.asarray(stored).dtype.kind in "if":
                            verdict.check(np.array_equal(stored, read), f"{engine}: {name} is equal")
                    verdict.check(not any(re.match("phony_dim", str(d)) for d in data.dims),
                                  f"{engine}: {group} has named dimensions only")


def check_tool(command, forbidden, wanted):
    if not verdict.check(shutil.which(command[0]), f"{command[0]} is installed"):
        return
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    verdict.check(done.returncode == 0 and not done.stderr, f"{command}: {done.stderr}")
    for word in forbidden:
        verdict.check(word not in done.stdout, f"{command[0]} shows {word}")
    for word in wanted:
        verdict.check(word in done.stdout, f"{command[0]} shows {word}")


def check_single(program, folder, run_file):
    """Single precision and compression change how numbers are kept, not which."""
    paths = [os.path.join(folder, f"{kind}.h5") for kind in ("double", "single")]
    program.run(run_file, paths[0])
    program.run(run_file, paths[1], ["output.snapshots.precision=single",
                                     "output.snapshots.compression=deflate"], ranks=2)
    with h5py.File(paths[0]) as double, h5py.File(paths[1]) as single:
        for name, data in double["snapshots"].items():
            if data.dtype == np.float64 and name != "fitness":
                small = single["snapshots"][name]
                verdict.check(small.dtype == np.float32, f"single: {name}")
                verdict.check(np.array_equal(small[()], data[()].astype(np.float32)),
                              f"single: {name} is rounded once")
        verdict.check(single["snapshots/basal"].compression == "gzip", "single: deflate")
        for name, data in double["statistics"].items():
            verdict.check(np.array_equal(single["statistics"][name][()], data[()]),
                          f"single: statistics {name} are untouched")
    check_xarray(paths[1], check_h5py(paths[1]))
    for path in paths:
        os.remove(path)


def main():
    program, folder = Program(sys.argv[1]), sys.argv[2]
    os.makedirs(folder, exist_ok=True)
    for run_file in sys.argv[3:]:
        path = os.path.join(folder, "read.h5")
        program.run(run_file, path, threads=2)
        print(run_file, flush=True)
        check_xarray(path, check_h5py(path))
        check_tool(["ncdump", "-h", path], ["phony_dim"],
                   ["group: statistics", "fitness_mean(generation)", "long_name", "units"])
        check_tool(["h5dump", "-H", path], ["phony_dim"], ['GROUP "snapshots"', "DIMENSION_LIST"])
        check_tool(["h5dump", "-d", "/statistics/fitness_mean", path], [], ["DATA {"])
        os.remove(path)
    check_single(program, folder, sys.argv[3])
    verdict.exit()


main()
