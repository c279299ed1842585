# SPDX-License-Identifier: GPL-3.0-or-later
"""Results open by name in other people's programs: readers.py PROGRAM FOLDER JOBS RUN.yaml...

Each run file's result is opened by h5py, xarray (h5netcdf and netcdf4), ncdump, h5dump and R's
ncdf4. Each dataset has the dimensions, type, unit and meaning that `happygene help datasets` says,
nothing else is in the file, and every row of that table is seen in one of the files. The values
that the readers get are the same.
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
PHANTOM = "This is a netCDF dimension but not a netCDF variable."
DTYPES = {"int8": "i1", "int32": "i4", "int64": "i8", "float64": "f8", "string": "O",
          "float64 or float32": ("f8", "f4")}

# Diploid, sexual, heritable, several demes, each with its own climate and optimum: all at once.
EVERYTHING = """
run: {seed: 3, generations: 12}
population: {individuals: 63, genes: 4, ploidy: 2, demes: [20, 1, 42]}
network:
  random: {density: 0.5, weight: {distribution: normal, mean: 0, sd: 0.5}, self: true, seed: 2}
  weights: heritable
environment:
  tf_concentration: {series: ar1, mean: 1, sd: 0.1, autocorrelation: 0.5}
  temperature: {series: ar1, mean: 30, sd: 2, autocorrelation: 0.5}
  nutrients: {series: ar1, mean: 0.6, sd: 0.1, autocorrelation: 0.5}
expression: {model: linear, slope: 0.3, q10: 2, nutrient_half_saturation: 0.1}
regulation: {model: additive}
development: {steps: 6, window: 3, tolerance: 0.1}
fitness:
  - model: gaussian
    optimum: {series: ar1, mean: 0.5, sd: 0.1, autocorrelation: 0.9}
    strength: 0.2
selection: {on_extinction: neutral}
mating: {system: sexual}
migration: {rate: 0.05}
output:
  ancestry: true
  snapshots:
    every: 3
    fields: [basal, weight, expression, instability, fitness, stable, parent, parent2, deme]
"""
TWO_OPTIMA = ("fitness=[{model: gaussian, strength: 0.2, optimum: {series: ar1, mean: 0.5, sd: 0.1, "
              "autocorrelation: 0.9}}, neutral, {model: gaussian, optimum: [1, 2, 3, 4]}]")
JOBS = { # smaller than they come, with all fields that they can have
    "ecoli": ["population.individuals=40", "run.generations=4"],
    "quickstart": ["population.individuals=300", "run.generations=20"],
    "siegal-bergman": ["run.generations=20"],
    "islands": ["population.individuals=200", "run.generations=20"],
    "moving-optimum": ["population.individuals=50", "run.generations=20"],
    "repressilator": ["population.individuals=50", "run.generations=20"],
}


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


# --- what the program says of its files ------------------------------------------------------

def read_reference(program):
    """{(path, number of axes): (dimensions, type, unit, meaning)} of all datasets, as a dataset can
    have several forms; {path: what} of attributes."""
    code, out, _ = program.call("help", "datasets", "--markdown")
    verdict.check(code == 0, "help datasets --markdown")
    datasets, attributes, group = {}, {}, ""
    for line in out.splitlines():
        title = re.match(r"### `/([^`]*)`:", line)
        if title:
            group = title[1]
        cells = [cell.strip().strip("`") for cell in line.split(" | ")]
        cells[0] = cells[0].removeprefix("| ").strip("`")
        if len(cells) == 6 and group and cells[0] not in ("dataset",):
            axes = tuple(filter(None, cells[1].split(", ")))
            row = (axes, *cells[2:5])
            datasets[f"{group}/{cells[0]}", len(axes)] = row
        elif len(cells) == 4 and cells[0].startswith("/"):
            attributes[(cells[0], cells[1])] = cells[2]
    verdict.check(len(datasets) > 80 and len(attributes) > 20, f"{len(datasets)} rows")
    return datasets, attributes


# --- h5py ------------------------------------------------------------------------------------

def axes_of(name, data):
    """The names of the scales of each axis."""
    axes = []
    for axis, scales in enumerate(data.dims):
        scales = list(scales.values())
        if not verdict.check(len(scales) == 1, f"{name}: axis {axis} has {len(scales)} scales"):
            return None
        verdict.check(scales[0].shape[0] == data.shape[axis], f"{name}: length of axis {axis}")
        verdict.check(scales[0].parent.name == data.parent.name, f"{name}: a scale of its group")
        axes.append(os.path.basename(scales[0].name))
    return tuple(axes)


def check_phantom(name, data):
    verdict.check(text(data.attrs["NAME"]) == PHANTOM + "%10d" % data.shape[0],
                  f"{name}: the name of a dimension without variable")


def check_dataset(name, data, row, seen):
    wanted, dtype, unit, meaning = row
    axes = (os.path.basename(name),) if h5py.h5ds.is_scale(data.id) else axes_of(name, data)
    without_allele = tuple(axis for axis in wanted if axis != "allele")
    verdict.check(axes in (wanted, without_allele), f"{name}: axes {axes}, not {wanted}")
    verdict.check(data.dtype.str[1:] in DTYPES[dtype], f"{name}: type {data.dtype}, not {dtype}")
    if dtype == "string":
        verdict.check(h5py.check_string_dtype(data.dtype) is not None, f"{name}: text")
    verdict.check(text(data.attrs.get("units", "")) == unit, f"{name}: unit")
    said = text(data.attrs.get("long_name", ""))
    verdict.check(said != "" and meaning.startswith(said), f"{name}: {said}, not {meaning}")
    if "comment" in data.attrs:
        verdict.check(meaning.endswith(text(data.attrs["comment"])), f"{name}: comment")
    key = (name, len(wanted))
    seen[key] = seen.get(key, ()) + (data.ndim,)


def check_h5py(path, reference, seen):
    """Everything in the file is in the tables; returns {path: (axes, values)} of its datasets."""
    datasets, attributes = reference
    contents = {}
    with h5py.File(path) as file:
        def visit(name, thing):
            verdict.check(thing.id.get_create_plist().get_attr_creation_order() != 0,
                          f"{name}: the order of attributes is tracked")
            if isinstance(thing, h5py.Group):
                order = thing.id.get_create_plist().get_link_creation_order()
                verdict.check(order & h5py.h5p.CRT_ORDER_TRACKED, f"{name}: the order is tracked")
            elif h5py.h5ds.is_scale(thing.id) and text(thing.attrs["NAME"]).startswith(PHANTOM):
                check_phantom(name, thing)
            else:
                rows = [datasets[name, n] for n in (thing.ndim, thing.ndim + 1)
                        if (name, n) in datasets and
                        (n == thing.ndim or "allele" in datasets[name, n][0])]
                if not verdict.check(len(rows) == 1, f"{name} is in no table"):
                    return
                check_dataset(name, thing, rows[0], seen)
                scale = h5py.h5ds.is_scale(thing.id)
                values = thing.asstr()[()] if thing.dtype == object else thing[()]
                contents[name] = ((os.path.basename(name),) if scale else axes_of(name, thing),
                                  values)
        file.visititems(visit)
        for where in ("/", "/provenance"):
            there = {name for name in file[where].attrs if not name.startswith("_")}
            wanted = {name for of, name in attributes if of == where}
            verdict.check(there == wanted, f"attributes of {where}: {there ^ wanted}")
        verdict.check(file.attrs["format_version"] == 1, "format_version")
        verdict.check("run:" in text(file.attrs["run_file"]), "run_file is the text itself")
    return contents


# --- the others ------------------------------------------------------------------------------

def check_xarray(path, contents):
    for group in {os.path.dirname(name) for name in contents}:
        names = [name for name in contents if os.path.dirname(name) == group]
        for engine in ("h5netcdf", "netcdf4"):
            with xarray.open_dataset(path, group=group, engine=engine) as data:
                verdict.check(not any("phony" in str(dim) for dim in data.dims),
                              f"{engine}: {group} has named dimensions only")
                for name in names:
                    short, (axes, values) = os.path.basename(name), contents[name]
                    if not verdict.check(short in data.variables, f"{engine}: {name}"):
                        continue
                    verdict.check(data[short].dims == axes, f"{engine}: {name} has {data[short].dims}")
                    verdict.check(np.array_equal(np.asarray(values), data[short].values),
                                  f"{engine}: values of {name}")


def call_tool(*command):
    """What a program prints; it must find nothing to complain about."""
    if not verdict.check(shutil.which(command[0]), f"{command[0]} is installed"):
        return ""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    verdict.check(done.returncode == 0 and not done.stderr, f"{command}: {done.stderr}")
    verdict.check("phony" not in done.stdout, f"{command[0]} shows phony dimensions")
    return done.stdout


def check_tools(path, contents):
    header, structure = call_tool("ncdump", "-h", path), call_tool("h5dump", "-H", path)
    for name, (axes, _) in contents.items():
        short = os.path.basename(name)
        declared = short + (f"({', '.join(axes)})" if axes else "")
        verdict.check(f" {declared} ;" in header, f"ncdump: {declared}")
        verdict.check(f'DATASET "{short}"' in structure, f"h5dump: {short}")
    verdict.check("DIMENSION_LIST" in structure, "h5dump: dimensions")
    mean = contents["statistics/fitness_mean"][1]
    shown = call_tool("h5dump", "-d", "/statistics/fitness_mean", "-y", "-w", "1", "-m", "%.17g", path)
    numbers = re.findall(r"^ +([-0-9.e+]+),?$", shown, re.MULTILINE)
    verdict.check(np.array_equal(np.array(numbers, dtype=float), mean), "h5dump: fitness_mean")


def check_number(said, value, what, tolerance=0.0):
    said, value = float(said), float(value)
    verdict.check(abs(said - value) <= tolerance * abs(value) or (np.isnan(said) and np.isnan(value)),
                  f"R: {what}: {said}, not {value}")


def check_r(contents):
    """All files in one go, as R takes a while to start."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "readers.R")
    said = {}
    for line in call_tool("Rscript", "--vanilla", script, *contents).splitlines():
        path, name, axes, size, total, first, last = line.split("\t")
        said[(path, name)] = (tuple(filter(None, axes.split(","))), int(size), total, first, last)
    for path, datasets in contents.items():
        for name, (axes, values) in datasets.items():
            what = f"{os.path.basename(path)}: {name}"
            if not verdict.check((path, name) in said, f"R: {what}: install r-cran-ncdf4"):
                return
            row, values = said[(path, name)], np.asarray(values).ravel()
            verdict.check(row[0] == axes, f"R: {what} has the dimensions {row[0]}")
            verdict.check(row[1] == values.size, f"R: {what} has {row[1]} values")
            if row[2] == "text":
                verdict.check(row[3:] == (values[0], values[-1]), f"R: {what}: {row[3:]}")
            else:
                check_number(row[2], np.sum(values, dtype=np.longdouble), what + ", sum", 1e-12)
                check_number(row[3], values[0], what + ", first")
                check_number(row[4], values[-1], what + ", last")
        known = {name for _, name in filter(lambda key: key[0] == path, said)}
        verdict.check(known == set(datasets), f"R: {path}: {known ^ set(datasets)}")


# --- the files -------------------------------------------------------------------------------

def check_single(double, single):
    """Single precision and compression change how numbers are kept, not which."""
    with h5py.File(double) as double, h5py.File(single) as single:
        for name, data in double["snapshots"].items():
            if data.dtype == np.float64 and name != "fitness":
                small = single["snapshots"][name]
                verdict.check(small.dtype == np.float32, f"single: {name}")
                verdict.check(np.array_equal(small[()], data[()].astype(np.float32)),
                              f"single: {name} is rounded once")
        verdict.check(single["snapshots/basal"].compression == "gzip", "single: deflate")
        for name, data in double["statistics"].items():
            verdict.check(isinstance(data, h5py.Group) or
                          np.array_equal(single["statistics"][name][()], data[()]),
                          f"single: statistics {name} are untouched")


def make_files(program, folder, jobs, run_files):
    """Runs everything; the paths of the results."""
    everything = os.path.join(folder, "everything.yaml")
    with open(everything, "w", encoding="utf-8") as file:
        file.write(EVERYTHING)
    runs = [(everything, [], {}), (everything, ["output.snapshots.precision=single",
                                                "output.snapshots.compression=deflate"], {"ranks": 2}),
            (everything, [TWO_OPTIMA], {})]
    runs += [(run_file, [], {"threads": 2}) for run_file in run_files]
    runs += [(os.path.join(jobs, f"{name}.yaml"), settings, {}) for name, settings in JOBS.items()]
    paths = []
    for number, (run_file, settings, layout) in enumerate(runs):
        name = os.path.basename(run_file).removesuffix(".yaml")
        paths.append(os.path.join(folder, f"{number}-{name}.h5"))
        program.run(run_file, paths[-1], settings, **layout)
    paths.append(os.path.join(folder, "profile.h5"))
    code, _, errors = program.call("profile", everything, "-o", paths[-1], "--force", "--quiet")
    verdict.check(code == 0, f"profile: {errors}")
    return paths


def main():
    program, folder, jobs = Program(sys.argv[1]), sys.argv[2], sys.argv[3]
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    reference, seen, contents = read_reference(program), {}, {}
    paths = make_files(program, folder, jobs, sys.argv[4:])
    check_single(*paths[:2])
    for path in paths:
        print(path, flush=True)
        contents[path] = check_h5py(path, reference, seen)
        check_xarray(path, contents[path])
        check_tools(path, contents[path])
    check_r(contents)
    unseen = set(reference[0]) - set(seen)
    verdict.check(not unseen, f"in no file: {sorted(unseen)}")
    verdict.check({3, 4} <= set(seen["snapshots/basal", 4]), "haploids and diploids")
    shutil.rmtree(folder)
    verdict.exit()


main()
