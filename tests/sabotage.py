# SPDX-License-Identifier: GPL-3.0-or-later
"""Who notices small faults: sabotage.py SOURCE FOLDER [--check] [--only NAME]... [--table].

Each fault of tests/data/sabotage.yaml is put into a copy of the sources in FOLDER, one at a time, built,
and looked for by `happygene verify --quick` and by the tests below. What was found lies in
FOLDER/found, a file for each fault, so that a run that was interrupted goes on where it was; a fault
whose text has changed, or that escaped, is tried anew. It fails where a fault escapes, where fewer than two tests notice
one that changes results, or where `verify` notices fewer than TOLD of them. --check looks whether every
fault has its place, and no more; --table prints the table of docs/verification.md.
"""
import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
TOLD = 20
MOST_SECONDS = 1800  # of all tests of a fault

# What is short, first; what is long only for a fault that fewer than two of these have noticed.
SHORT = [r"^unit/test_(random|heredity|phenotype|moments|figures|partition|earlier|network|output)$",
         r"^unit/test_kernels$",
         r"^mpi/test_(run|mates|parentage|ranking|cut|dominance|checkpoint)/(1|3)$",
         r"^system/recompute/(additive-heritable-asexual|climate|demes-sexual|demes-matrix-overlap|"
         r"hill-hill|hill-steps|overlap-asexual|siegal-bergman|wagner-sexual|truncation-overlap|"
         r"sexual-heritable-additive)$",
         r"^system/ancestry/(asexual|sexual|recombinants|gametes)$",
         r"^system/resume/noise$",
         r"^theory/(overlapping|migrants|truncated_parents|tournament_winners|linkage|"
         r"mutation_count|response)$"]
LONG = [r"^theory/verify-layouts$", r"^system/matrix/(life|weights)$", r"^system/matrix/(fitness|environment|selection)$",
        r"^mpi/test_(output|resume)/3$", r"^system/layouts/"]


# --- the copy ------------------------------------------------------------------------------------

def tell(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def faults_of(source):
    faults = yaml.safe_load(read(os.path.join(source, "tests/data/sabotage.yaml")))
    for fault in faults:
        count = read(os.path.join(source, fault["file"])).count(fault["old"])
        if count != 1:
            sys.exit(f"sabotage.yaml: {fault['name']}: {fault['file']} has {count} times, which must be "
                     f"once:\n{fault['old']}")
    names = [fault["name"] for fault in faults]
    if len(set(names)) != len(names):
        sys.exit("sabotage.yaml: two faults have one name")
    return faults


def copy(source, target):
    """What has changed, so that what is built stays built."""
    kept = set()
    for folder, folders, files in os.walk(source):
        folders[:] = [f for f in folders if f not in ("build", ".git", "__pycache__")]
        for name in files:
            path = os.path.join(folder, name)
            other = os.path.join(target, os.path.relpath(path, source))
            kept.add(other)
            with open(path, "rb") as file:
                content = file.read()
            if os.path.exists(other):
                with open(other, "rb") as file:
                    if file.read() == content:
                        continue
            os.makedirs(os.path.dirname(other), exist_ok=True)
            with open(other, "wb") as file:
                file.write(content)
            shutil.copymode(path, other)
    for folder, folders, files in os.walk(target):
        folders[:] = [f for f in folders if f != "build"]
        for name in files:
            if os.path.join(folder, name) not in kept:
                os.unlink(os.path.join(folder, name))


class Workshop:
    def __init__(self, source, folder, jobs):
        self.folder, self.jobs = folder, jobs
        self.copy = os.path.join(folder, "source")
        self.build = os.path.join(self.copy, "build", "release")  # as elsewhere: ccache knows it
        os.makedirs(os.path.join(folder, "found"), exist_ok=True)
        copy(source, self.copy)
        self.faults = faults_of(self.copy)

    def call(self, *words, seconds=None):
        """Exit code and all that was said; -1 when time was up."""
        try:
            done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  timeout=seconds, errors="replace")
        except subprocess.TimeoutExpired as late:
            said = late.stdout or b""
            return -1, said if isinstance(said, str) else said.decode(errors="replace")
        return done.returncode, done.stdout

    def make(self):
        code, said = self.call("cmake", "-S", self.copy, "-B", self.build, "-DCMAKE_BUILD_TYPE=Release",
                               "-DHG_BUILD_TESTS=ON")
        if code == 0:
            code, said = self.call("cmake", "--build", self.build, f"-j{self.jobs}")
        return code == 0, said[-2000:]

    def verify(self):
        """Rows that differ, the loudest first, and what else went wrong."""
        code, said = self.call(os.path.join(self.build, "happygene"), "verify", "--quick", "--quiet",
                               seconds=900)
        rows = []
        for line in said.splitlines():
            if "  DIFFERS" not in line:
                continue
            name, quantity = line[:15].strip(), line[16:]
            z = re.search(r"([+-]\S+)\s+DIFFERS", line)
            quantity = re.split(r"\s{2,}", quantity)[0]
            rows.append([f"{name}: {quantity}", float(z.group(1)) if z else None])
        rows.sort(key=lambda row: -abs(row[1]) if row[1] is not None else -1e300)
        if code not in (0, 1):
            rows.append([f"ends with {code}: {said.strip().splitlines()[-1][:100] if said.strip() else ''}",
                         None])
        return rows

    def test(self, pattern):
        """The tests that fail."""
        code, said = self.call("ctest", "--test-dir", self.build, "-R", pattern, "--timeout", "300",
                               f"-j{self.jobs}", "--no-tests=error", seconds=MOST_SECONDS)
        failed = re.findall(r"^\s*\d+ - (\S+) \(", said, re.M)
        if code != 0 and not failed:
            failed = [f"ctest ends with {code}: {said[-300:]}"]
        return sorted(failed)

    def look(self, thorough):
        found = {"verify": self.verify(), "tests": []}
        for patterns in (SHORT, LONG):
            if patterns is LONG and not thorough and len(witnesses(found)) >= 2:
                break
            found["tests"] += self.test("|".join(patterns))
        return found


# --- faults ----------------------------------------------------------------------------------------

def witnesses(found):
    """Tests that noticed, the program's own among them; those of other numbers of ranks are one."""
    tests = {re.sub(r"/\d$", "", test) for test in found["tests"]}
    return sorted(tests) + (["verify"] if found["verify"] else [])


def escapes(fault, found):
    """Also where nothing is known of it yet."""
    return found is None or len(witnesses(found)) < (1 if fault.get("seen_by") == "records" else 2)


def path_of(workshop, fault):
    return os.path.join(workshop.folder, "found", fault["name"] + ".json")


def digest(fault):
    text = "\0".join([fault["file"], fault["old"], fault["new"]])
    return hashlib.sha256(text.encode()).hexdigest()


def known(workshop, fault):
    path = path_of(workshop, fault)
    if not os.path.exists(path):
        return None
    found = json.loads(read(path))
    return found if found["digest"] == digest(fault) else None


def try_fault(workshop, fault, thorough):
    path = os.path.join(workshop.copy, fault["file"])
    sound = read(path)
    write(path, sound.replace(fault["old"], fault["new"]))
    try:
        builds, said = workshop.make()
        if not builds:
            sys.exit(f"{fault['name']} does not build:\n{said}")
        found = workshop.look(thorough) | {"digest": digest(fault)}
    finally:
        write(path, sound)
    write(path_of(workshop, fault), json.dumps(found, indent=1))
    return found


def describe(row):
    quantity, z = row
    return quantity.replace("|", "/") + (" (exact)" if z is None else f" (z = {z:.0f})")


def table(workshop):
    print("| fault | where | rows of verify, the loudest | tests |\n|---|---|---|---|")
    for fault in workshop.faults:
        found = known(workshop, fault)
        if found is None:
            continue
        rows = found["verify"]
        tests = [name for name in witnesses(found) if name != "verify"]
        loudest = f"{len(rows)}: {describe(rows[0])}" if rows else "-"
        some = ", ".join(tests[:3]) + (f" and {len(tests) - 3} more" if len(tests) > 3 else "")
        print(f"| {fault['what']} | `{fault['file'].removeprefix('src/')}` | {loudest} | {some or '-'} |")


def judge(workshop, names):
    wrong, told = [], 0
    for fault in workshop.faults:
        found = known(workshop, fault)
        if found is None:
            continue
        told += bool(found["verify"])
        if escapes(fault, found):
            wrong.append(f"{fault['name']}: noticed by {witnesses(found) or 'nobody'}")
    if not names and told < TOLD:
        wrong.append(f"verify notices {told} of {len(workshop.faults)} faults")
    print(f"{len(workshop.faults)} faults, {told} noticed by verify")
    print("\n".join(f"FAILED: {line}" for line in wrong))
    return len(wrong)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("folder")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--thorough", action="store_true", help="all tests for every fault")
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    given = parser.parse_args()
    if given.check:
        print(f"{len(faults_of(given.source))} faults have their places")
        return
    workshop = Workshop(os.path.abspath(given.source), os.path.abspath(given.folder), given.jobs)
    if given.table:
        table(workshop)
        return
    names = [fault["name"] for fault in workshop.faults]
    for name in given.only:
        if name not in names:
            sys.exit(f"there is no fault '{name}'")
    wanted = [f for f in workshop.faults if not given.only or f["name"] in given.only]
    wanted = [f for f in wanted if given.only or escapes(f, known(workshop, f))]
    if wanted:
        builds, said = workshop.make()
        if not builds:
            sys.exit(f"the sources do not build:\n{said}")
        sound = {"name": "none", "file": "", "old": "", "new": digest_of_tree(workshop)}
        if known(workshop, sound) is None:
            found = workshop.look(False) | {"digest": digest(sound)}
            tell(f"no fault: noticed by {witnesses(found) or 'nobody'}")
            if found["verify"] or found["tests"]:
                sys.exit(f"FAILED: without a fault: {found}")
            write(path_of(workshop, sound), json.dumps(found, indent=1))
    for fault in wanted:
        tell(f"{fault['name']} ...")
        found = try_fault(workshop, fault, given.thorough)
        tell(f"{fault['name']}: {len(found['verify'])} rows, {witnesses(found)}")
    sys.exit(1 if judge(workshop, given.only) else 0)


def digest_of_tree(workshop):
    """Of the sources and tests: what is found of no fault holds for these."""
    whole = hashlib.sha256()
    for folder, folders, files in os.walk(workshop.copy):
        folders[:] = sorted(f for f in folders if f not in ("build", "docs"))
        for name in sorted(files):
            with open(os.path.join(folder, name), "rb") as file:
                whole.update(file.read())
    return whole.hexdigest()


if __name__ == "__main__":
    main()
