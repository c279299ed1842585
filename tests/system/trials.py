# SPDX-License-Identifier: GPL-3.0-or-later
"""Run files at random: trials.py TRIALS MPIEXEC KNOWN FOLDER [--first N] [--files N] [--only N].

Each run file is written by run_files.py from its number; those of the folder KNOWN, in which
something was wrong once, come first. The program TRIALS (trials.c) runs each on all layouts, repeats
it, resumes it and compares the results bit by bit; the result with everything in it is compared with the
naive reference (follow.py), and the first one with that. What a crash or a run without end leaves
undone is done in another start. Files with findings stay in FOLDER, a folder each.
"""
import argparse
import collections
import glob
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import traceback

from common import Program, Verdict, require

require("numpy", "h5py", "yaml")
import numpy as np
import yaml

import follow
import reference
import run_files
from matrix import Dumper
from settings import fields

verdict = Verdict()
AXES = ("generation", "individual", "deme", "gene", "edge", "allele", "component")
MOMENTS = re.compile("(basal|weight|expression)_(mean|variance)$")
AT_ONCE = 20                # run files of one start
SHARE_VALID = 0.6
ALLOWED = {0, 3, 65}
# What a run file that is refused, or a run that ends before its time, is told.
PLACES = re.compile(r"^(--set |/.*: |the (fitness|sum) |in generation )")


def observed_fields(config):
    """All that a snapshot of this run can hold, as a setting."""
    whole = {"development": {}, "mating": {"system": "asexual"}, "population": {"demes": 1}}
    for section in (*whole, "network"):
        given = config.get(section)
        whole[section] = whole.get(section, {}) | (given if isinstance(given, dict) else {})
    return "output.snapshots.fields=[" + ", ".join(fields(whole)) + "]"


def write_yaml(path, config):
    with open(path, "w") as file:
        yaml.dump(config, file, Dumper, sort_keys=False, allow_unicode=True)


def after(tables, number, author, config):
    """A run file that starts from the result of another: of as many individuals on the same
    network."""
    author = run_files.Author(tables, f"{number} after", author)
    later = author.write()
    network = {k: v for k, v in follow.part_of(config, "network").items() if k != "weights"}
    if network and follow.part_of(later, "network"):
        later["network"] = network | {"weights": follow.part_of(later, "network").get("weights", "shared")}
    return author, later


def prepare(tables, place, number):
    """Writes a run file and what belongs to it; the lines for the trials, and the author."""
    os.makedirs(place)
    author, lines = run_files.Author(tables, number), []
    config, files = author.write(), author.files
    if author.chance(0.07):
        if follow.part_of(follow.part_of(config, "network"), "random") and author.chance(0.5):
            config["network"]["random"]["seed"] = number
        held = follow.part_of(follow.part_of(config, "output"), "snapshots").get("fields")
        if isinstance(held, list) and "basal" not in held:
            held.append("basal") # what the other one starts from
        before = os.path.join(place, "earlier.yaml")
        write_yaml(before, config)
        lines.append(f"make\t{before}\t{os.path.join(place, 'earlier.h5')}")
        author, config = after(tables, number, author, config)
    for name, text in files.items():
        with open(os.path.join(place, name), "w") as file:
            file.write(text)
    path = os.path.join(place, "run.yaml")
    write_yaml(path, config)
    lines.append(f"try\t{path}\t{place}\t{observed_fields(config)}\t{number}")
    return lines, author


def prepare_known(file, place, number):
    os.makedirs(place)
    path = os.path.join(place, "run.yaml")
    shutil.copy(file, path)
    with open(path) as text:
        config = yaml.load(text, yaml.CSafeLoader)
    return [f"try\t{path}\t{place}\t{observed_fields(config)}\t{number}"]


# --- running -----------------------------------------------------------------------------------

class Report:
    """What the trials told of one run file."""

    def __init__(self):
        self.status, self.message, self.step = None, "", ""
        self.findings = []


def listen(process, reports, given):
    """Reads what the trials tell, up to their end; the run file that they were at."""
    at = None
    for line in process.stdout:
        what, _, text = line.rstrip("\n").partition("\t")
        if what in ("begin", "end"):
            at = os.path.basename(os.path.dirname(text)) if what == "begin" else None
        elif at is not None and what == "step":
            reports[at].step = text
        elif at is not None and what == "status":
            code, _, message = text.partition(" ")
            reports[at].status, reports[at].message = int(code), message
        elif at is not None and what == "finding":
            reports[at].findings.append(text)
    return at


def run_all(given, lines):
    """Runs the lines of all run files; a start that ends too early is followed by another."""
    reports = collections.defaultdict(Report)
    left = dict(lines)
    while left:
        work = os.path.join(given.folder, "list")
        with open(work, "w") as file:
            file.write("".join(f"{line}\n" for of in left.values() for line in of))
        with open(os.path.join(given.folder, "errors"), "w+", errors="replace") as errors:
            process = subprocess.Popen(
                [given.mpiexec, "-n", "3", given.trials, str(given.seconds), work],
                stdout=subprocess.PIPE, stderr=errors, text=True, errors="replace",
                env=dict(os.environ, OMP_WAIT_POLICY="passive", **MPI))
            at = listen(process, reports, given)
            code = process.wait()
            errors.seek(0)
            said = errors.read()
        if code == 0:
            break
        names = list(left)
        at = at if at is not None else names[-1]
        reports[at].findings.append(f"{reports[at].step}: the program ended with {code}: "
                                    f"{' '.join(said.split())[:700]}")
        left = {name: left[name] for name in names[names.index(at) + 1:]}
    return reports


MPI = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
       "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_hwloc_base_binding_policy": "none"}


# --- what is right --------------------------------------------------------------------------------

def due(config, part, done):
    """The generations that are recorded."""
    last = int(config["run"]["generations"])
    of = config["output"][part]
    wanted = {0, done} | {t for t in of.get("at", []) if t <= done}
    if int(of["every"]) > 0:
        wanted |= set(range(0, done + 1, int(of["every"])))
    return sorted(t for t in wanted if t <= last)


def nearly(found, expected, all_of_it):
    """Means and variances are sums on a grid that follows from the records before (moments.h)."""
    scale = np.nanmax(np.abs(all_of_it), initial=follow.LEAST)
    return ((np.abs(found - expected) <= 1e-12 * scale) | (found == expected) |
            (np.isnan(found) & np.isnan(expected))).all()


def selected(first, observed):
    """The result as the run file asks for it is a part of the one with everything in it."""
    config, done = first.config, int(first.attrs["generations_done"])
    for name in ("generations_done", "complete", "stop_reason"):
        if first.attrs[name] != observed.attrs[name]:
            yield f"{name} depends on what is recorded"
    for group in ("statistics", "snapshots"):
        rows = due(config, group, done)
        if list(first[group]["generation"]) != rows:
            yield f"{group} of {list(first[group]['generation'])}, expected {rows}"
            return
        for name, values in first[group].items():
            expected = observed[group].get(name)
            if expected is None or name.split("/")[-1] in AXES:
                continue
            expected = expected[rows].astype(values.dtype)
            same = values.tobytes() == expected.tobytes() or (
                MOMENTS.search(name) and nearly(values, expected, observed[group][name]))
            if not same:
                yield f"{group}/{name} depends on what else is recorded"
    edges = len(first["network"].get("edge_source", ()))
    missing = {f for f in config["output"]["snapshots"]["fields"] if edges or f != "weight"} ^ (
        set(first["snapshots"]) & {"basal", "weight", "expression", "instability", "fitness",
                                   "stable", "parent", "parent2", "deme"})
    if missing:
        yield f"fields asked for or found alone: {sorted(missing)}"
    for name in ("parent", "parent2"):
        told = observed.get("ancestry", {}).get(name)
        if told is not None and (told != observed["snapshots"][name]).any():
            yield f"ancestry/{name} is not that of the snapshots"
        if told is not None and name in first.get("ancestry", {}) and \
           first["ancestry"][name].tobytes() != told.tobytes():
            yield f"ancestry/{name} depends on what else is recorded"


def examine(place):
    """The results of one run file: findings, and how many values were compared."""
    left = set(os.listdir(place)) - {"run.yaml", "earlier.yaml", "earlier.h5", "network.tsv",
                                     "1x1.h5", "observed.h5"}
    if "1x1.h5" in os.listdir(place) and "observed.h5" not in os.listdir(place):
        left = {name for name in left if ".ckpt" not in name} # of runs that failed on their way
    findings, values = [f"left behind: {name}" for name in left], 0
    try:
        if os.path.exists(os.path.join(place, "observed.h5")):
            observed = reference.Result(os.path.join(place, "observed.h5"))
            with np.errstate(all="ignore"):
                found, values = follow.compare(observed)
                findings += found + list(selected(
                    reference.Result(os.path.join(place, "1x1.h5")), observed))
    except Exception as error: # of the reference, which must not end the test
        findings.append(f"the reference failed: {error!r} {traceback.format_exc()[-600:]}")
    return findings, values


class Judge:
    """Collects what was found of each run file."""

    def __init__(self, given):
        self.given, self.statuses, self.values = given, collections.Counter(), 0
        self.written = set() # keys of runs that were not refused

    def hear(self, name, report, examined, author):
        findings, values = examined
        findings = report.findings + findings
        if report.status is None and not findings:
            findings.append("nothing was told of it")
        if report.status is not None and report.status not in ALLOWED:
            findings.append(f"status {report.status}: {report.message}")
        if report.status == 65 and not PLACES.match(report.message):
            findings.append(f"the message names no place: {report.message}")
        if (report.status == 0) != (report.message == ""):
            findings.append(f"status {report.status} with the message '{report.message}'")
        verdict.check(not findings, f"{name}: " + "; ".join(findings)[:1500])
        self.values += values
        if self.given.messages and report.status != 0:
            print(name, report.status, report.message[:300])
        if author is not None:
            self.statuses[report.status] += 1
            if report.status in (0, 3):
                self.written |= author.written
        if not findings and not self.given.keep:
            shutil.rmtree(os.path.join(self.given.folder, name))

    def sum_up(self, tables, files):
        """Of many random files most must run, and every key must have been written."""
        ran = self.statuses[0] + self.statuses[3]
        print(f"{files} random run files: {ran} ran ({self.statuses[3]} died out), "
              f"{self.statuses[65]} were refused or grew out of bounds; {self.values} values compared "
              f"with the reference")
        if files < 200:
            return
        verdict.check(ran >= SHARE_VALID * files, f"only {ran} of {files} ran")
        keys = {(key.table, key.path) for of in tables.values() for key in of
                if key.type != "section"}
        verdict.check(self.written >= keys, f"no run had {sorted(keys - self.written)}")


def try_all(given, tables, numbers, judge):
    """Some at once: while they run, those before are compared with the reference."""
    work = [(os.path.splitext(os.path.basename(f))[0], f) for f in
            ([] if given.only is not None else sorted(glob.glob(given.known + "/*.yaml")))]
    work += [(f"{n:06}", n) for n in numbers]
    waiting = collections.deque()
    with multiprocessing.Pool(2) as pool:
        def hear_next():
            name, report, examined, author = waiting.popleft()
            judge.hear(name, report, examined.get(), author)

        for start in range(0, len(work), AT_ONCE):
            some, lines, author = work[start:start + AT_ONCE], {}, {}
            for name, what in some:
                place = os.path.join(given.folder, name)
                if isinstance(what, int):
                    lines[name], author[name] = prepare(tables, place, what)
                else:
                    lines[name] = prepare_known(what, place, start)
            reports = run_all(given, lines)
            for name in lines:
                examined = pool.apply_async(examine, (os.path.join(given.folder, name),))
                waiting.append((name, reports[name], examined, author.get(name)))
            while len(waiting) > AT_ONCE:
                hear_next()
            sys.stdout.flush()
        while waiting:
            hear_next()


def main():
    parser = argparse.ArgumentParser()
    for name in ("trials", "mpiexec", "known", "folder"):
        parser.add_argument(name)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--only", type=int, help="one run file, whose results are kept")
    parser.add_argument("--seconds", type=int, default=120, help="that a run may take")
    parser.add_argument("--keep", action="store_true", help="keep what is sound, too")
    parser.add_argument("--messages", action="store_true", help="print what was refused, and why")
    given = parser.parse_args()
    given.seconds = int(given.seconds * float(os.environ.get("HG_PATIENCE", "1")))
    shutil.rmtree(given.folder, ignore_errors=True)
    os.makedirs(given.folder)
    given.folder = os.path.abspath(given.folder)
    numbers = range(given.first, given.first + given.files)
    if given.only is not None:
        numbers, given.keep = range(given.only, given.only + 1), True
    tables, judge = run_files.schema(given.trials), Judge(given)
    try_all(given, tables, numbers, judge)
    judge.sum_up(tables, len(numbers))
    if not verdict.failures and not given.keep:
        shutil.rmtree(given.folder)
    verdict.exit()


if __name__ == "__main__":
    main()
