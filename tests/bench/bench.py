#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures happygene: the headline run and its relatives, slopes, layouts, memory.

usage: bench.py [--quick] [--only WORD] [--program HAPPYGENE] [--mpiexec MPIEXEC] [-o RESULTS.json]

Every case is run by `happygene profile`, which measures the machine's rates right after the run. Cases
are repeated, and the repetitions of different cases interleaved, because machines are shared: the best
counts, and the median, the worst and the machine's load are kept beside it. The limit of a case follows
from the best rates of the whole session on as many cores. compare.py compares two files of results.
Everything comes with the command that gives it.
"""
import argparse
import datetime
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
JOBS = os.path.normpath(os.path.join(HERE, "..", "..", "jobs"))
ENVIRONMENT = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                   OMPI_MCA_rmaps_base_oversubscribe="1",
                   OMPI_MCA_hwloc_base_binding_policy="none")


def job(name):
    return os.path.join(JOBS, name + ".yaml")


def own(name):
    return os.path.join(HERE, name + ".yaml")


class Case:
    """A run file with settings, on a layout; `series` and `x` place it on a line."""

    def __init__(self, name, file, settings=(), threads=None, ranks=1, repeats=3, output=False,
                 series=None, x=None):
        self.name, self.file, self.settings = name, file, list(settings)
        self.threads, self.ranks, self.repeats, self.output = threads, ranks, repeats, output
        self.series, self.x, self.best = series, x, None
        self.seconds, self.loads, self.limits = [], [], []

    def command(self, program, mpiexec, folder):
        words = [mpiexec, "-n", str(self.ranks)] if self.ranks > 1 else []
        words += [program, "profile", self.file, "--json", "-q"]
        for setting in self.settings:
            words += ["--set", setting]
        if self.threads:
            words += ["--threads", str(self.threads)]
        if self.output:
            words += ["-o", os.path.join(folder, "bench.h5"), "--force"]
        return words

    def run(self, program, mpiexec, folder):
        words = self.command(program, mpiexec, folder)
        done = subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT)
        if done.returncode != 0:
            sys.exit(f"{' '.join(words)}\nexit code {done.returncode}: {done.stderr}")
        found = json.loads(done.stdout)
        self.seconds.append(seconds_of(found))
        self.loads.append(os.getloadavg()[0])
        if found["limit"] is not None:
            self.limits.append(found["limit"])
        if self.best is None or seconds_of(found) < seconds_of(self.best):
            self.best = found

    def cores(self):
        """Cores that its workers can have."""
        scenario = self.best["scenario"]
        return min(scenario["ranks"] * scenario["threads"], os.cpu_count())

    def least(self, rates):
        """Seconds of the loop at these rates."""
        limit = self.best["limit"]
        copy = rates["copy_cache" if limit["in_cache"] else "copy_memory"]
        return max(limit["bytes_needed"] / copy, limit["operations"] / rates["multiply_add"])

    def result(self, rates):
        scenario, least = self.best["scenario"], None
        generations = max(1, scenario["generations"])
        if self.best["limit"] is not None and self.cores() in rates:
            least = self.least(rates[self.cores()]) / generations
        seconds = scenario["loop_seconds"] / generations
        shown = ["mpirun", "-n", str(self.ranks)] if self.ranks > 1 else []
        shown += ["happygene", "profile", os.path.relpath(self.file, os.path.dirname(JOBS))]
        shown += [f"--set {setting}" for setting in self.settings]
        shown += ["--threads", str(scenario["threads"])]
        return {"name": self.name, "command": " ".join(shown), "series": self.series, "x": self.x,
                "individuals": scenario["individuals"], "genes": scenario["genes"],
                "edges": scenario["edges"], "generations": scenario["generations"],
                "ranks": scenario["ranks"], "threads": scenario["threads"],
                "wall_seconds": scenario["wall_seconds"],
                "seconds_per_generation": seconds, "repeats": len(self.seconds),
                "seconds_per_generation_median": statistics.median(self.seconds) / generations,
                "seconds_per_generation_worst": max(self.seconds) / generations,
                "load": statistics.mean(self.loads),
                "gene_updates_per_second": scenario["gene_updates_per_second"],
                "limit_seconds_per_generation": least,
                "times_limit": seconds / least if least else None,
                "rss_peak": self.best["memory"]["rss_peak"],
                "bytes_written": self.best["traffic"]["bytes_written"],
                "bytes_sent": self.best["traffic"]["bytes_sent"],
                "messages_sent": self.best["traffic"]["messages_sent"],
                "loop_allocations": self.best["memory"]["loop_allocations"],
                "phases": {p["name"]: p["seconds"] for p in self.best["phases"]}}


def seconds_of(found):
    return found["scenario"]["loop_seconds"]


def generations(number):
    return f"run.generations={number}"


def headline_cases(quick):
    """The headline run and its relatives."""
    few = [generations(50)] if quick else []
    return [
        Case("W", job("quickstart"), few, output=True, repeats=5),
        Case("W without network, 1 thread", own("no-network"), few, threads=1),
        Case("E. coli", job("ecoli"), [generations(10)] if quick else [], repeats=2),
        Case("yeast-sized network", own("yeast"), [generations(5)] if quick else [], repeats=2),
        Case("heritable networks", own("heritable"), [generations(20)] if quick else [],
             repeats=1 if quick else 2),
        Case("sexual W", job("quickstart"),
             ["mating.system=sexual", generations(10 if quick else 200)], repeats=2),
        Case("low mutation, 1e-5", job("quickstart"),
             ["mutation.basal.rate=1e-5", generations(50 if quick else 500)]),
        Case("high mutation, 1e-2", job("quickstart"), [generations(50 if quick else 500)])]


SNAPSHOTS = ["output.snapshots.every=1", "output.snapshots.fields=[basal, expression]"]


def output_cases(quick):
    """Snapshots of every generation: is the run as fast as the disk takes them?"""
    settings = SNAPSHOTS + [generations(20 if quick else 100)]
    return [Case(f"W, snapshot every generation, {ranks} x {threads}", job("quickstart"), settings,
                 ranks=ranks, threads=threads, output=True, repeats=3, series="snapshots",
                 x=f"{ranks} x {threads}") for ranks, threads in ((1, 2), (2, 1))]


def disk_rate(folder, size):
    """Bytes a second of a plain program that writes as much to a new file, the better of two: into
    the system's buffers, and with them brought to the disk."""
    block, path, best = b"happygene" * (1 << 20), os.path.join(folder, "disk"), {}
    for synced in (False, True, False, True):
        since = time.perf_counter()
        with open(path, "wb", buffering=0) as file:
            for _ in range(max(1, size // len(block))):
                file.write(block)
            if synced:
                os.fsync(file.fileno())
        written = max(1, size // len(block)) * len(block)
        rate = written / (time.perf_counter() - since)
        os.unlink(path)
        best[synced] = max(best.get(synced, 0.0), rate)
    return {"buffered": best[False], "synced": best[True]}


def line_cases(quick):
    """Series along individuals, genes and edges; layouts."""
    cases, most = [], 5 if quick else 6
    for power in range(3, most + 1):
        size = 10 ** power
        cases.append(Case(f"N = 10^{power}", job("large"), [
            f"population.individuals={size}", generations(10 if quick or power == 6 else max(30, 10 ** 6 // size))],
            repeats=1 if power == 6 else 5, series="individuals", x=size))
    for genes in (10, 30, 100, 300, 1000) + (() if quick else (3000,)):
        cases.append(Case(f"G = {genes}", job("large"), [
            "population.individuals=2000", f"population.genes={genes}",
            generations(20 if quick else max(20, min(200, 20000 // genes))),
            f"network.random.density={min(1.0, 8 / genes)}", f"mutation.basal.rate={1 / genes}"],
            repeats=5, series="genes", x=genes))
    for density in (0.02, 0.05, 0.1, 0.2, 0.4):
        cases.append(Case(f"density {density}", job("large"), [
            "population.individuals=2000", "population.genes=300",
            generations(20 if quick else 60),
            f"network.random.density={density}", "mutation.basal.rate=0.01"],
            repeats=5, series="edges", x=density))
    few = generations(200)
    for ranks, threads in ((1, 1), (1, 2), (2, 1), (2, 2)):
        cases.append(Case(f"W on {ranks} x {threads}", job("quickstart"), [few], ranks=ranks,
                          threads=threads, repeats=5, series="layout", x=f"{ranks} x {threads}"))
    if not quick:
        cases.append(Case("memory of 10^6 x 100 x 20", job("large"), [
            "population.individuals=1000000", generations(20)], repeats=1))
    return cases


def slope(points):
    """Least squares of log y against log x."""
    points = [(math.log(x), math.log(y)) for x, y in points]
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    return (sum((x - mean_x) * (y - mean_y) for x, y in points) /
            sum((x - mean_x) ** 2 for x, _ in points))


def straightness(points):
    """Base, price of an edge, and the largest relative distance from the straight line."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    price = (sum((x - mean_x) * (y - mean_y) for x, y in points) /
             sum((x - mean_x) ** 2 for x, _ in points))
    base = mean_y - price * mean_x
    return base, price, max(abs(y / (base + price * x) - 1) for x, y in points)


def find_lines(results):
    lines = {}
    for series in ("individuals", "genes"):
        points = [(r["x"], r["seconds_per_generation"]) for r in results if r["series"] == series]
        if len(points) > 2:
            lines["slope of log time with log " + series] = slope(points)
    points = [(r["edges"], r["seconds_per_generation"]) for r in results if r["series"] == "edges"]
    if len(points) > 2:
        base, price, distance = straightness(points)
        lines["seconds of a generation without edges"] = base
        lines["seconds of an edge in a generation"] = price
        lines["largest distance from a straight line over edges"] = distance
    named = {r["name"]: r for r in results}
    low, high = named.get("low mutation, 1e-5"), named.get("high mutation, 1e-2")
    if low and high:
        lines["low mutation is faster, times"] = (high["seconds_per_generation"] /
                                                  low["seconds_per_generation"])
    threads, ranks = named.get("W on 1 x 2"), named.get("W on 2 x 1")
    if threads and ranks:
        lines["2 ranks over 2 threads, time"] = (ranks["seconds_per_generation"] /
                                                 threads["seconds_per_generation"])
    return lines


def find_output_lines(results, disk):
    """The time of runs with snapshots of every generation over that of writing as many bytes."""
    lines = {}
    for result in results:
        if result["series"] != "snapshots":
            continue
        seconds = result["seconds_per_generation"] * max(1, result["generations"])
        for kind, rate in disk.items():
            lines[f"snapshots on {result['x']} over {kind} writing, time"] = (
                seconds * rate / result["bytes_written"])
    return lines


class Numpy:
    """The NumPy program, run between repetitions of W."""

    def __init__(self, steps):
        self.steps, self.best, self.seconds = steps, None, []

    def run(self):
        words = [sys.executable, os.path.join(HERE, "numpy_w.py"), "--generations",
                 str(self.steps)]
        done = subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT)
        if done.returncode != 0:
            print(f"NumPy's run is left out: {done.stderr.strip().splitlines()[-1]}",
                  file=sys.stderr)
            return
        found = json.loads(done.stdout)
        self.seconds.append(found["seconds"])
        if self.best is None or found["seconds"] < self.best["seconds"]:
            self.best = found


def measure(cases, numpy, asked, folder):
    """All repetitions, one of every case after the other."""
    for repeat in range(max(case.repeats for case in cases)):
        for case in cases:
            if repeat >= case.repeats:
                continue
            print(f"  {case.name}", file=sys.stderr, flush=True)
            case.run(asked.program, asked.mpiexec, folder)
            if case.name == "W" and numpy is not None:
                numpy.run()


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor()


def best_limits(cases):
    """The best of all rates that the session measured, for each number of cores."""
    rates = {}
    for case in cases:
        best = rates.setdefault(case.cores(), {})
        for limit in case.limits:
            for name in ("copy_memory", "copy_cache", "multiply_add"):
                best[name] = max(best.get(name, 0.0), limit[name])
    return {cores: best for cores, best in sorted(rates.items()) if best}


def of_numpy(numpy, w):
    """NumPy's time of W against the program's, the best of each; no ratio of the reference BLAS."""
    ratio = numpy.best["seconds_per_generation"] / w["seconds_per_generation"]
    return dict(numpy.best, ratio=ratio, comparable=numpy.best["blas_is_reference"] is False,
                seconds_per_generation_median=statistics.median(numpy.seconds) / numpy.steps)


def number(value, form, width):
    return f"{'-':>{width}}" if value is None else f"{value:{width}{form}}"


def report(results):
    print(f"{'case':30}{'s':>9}{'ms/gen.':>11}{'median':>11}{'least':>10}{'x limit':>9}"
          f"{'updates/s':>12}{'peak MB':>9}{'load':>6}")
    for r in results["cases"]:
        least = r["limit_seconds_per_generation"]
        print(f"{r['name']:30}{r['wall_seconds']:9.3f}{1e3 * r['seconds_per_generation']:11.4f}"
              f"{1e3 * r['seconds_per_generation_median']:11.4f}"
              f"{number(None if least is None else 1e3 * least, '.4f', 10)}"
              f"{number(r['times_limit'], '.1f', 9)}"
              f"{r['gene_updates_per_second']:12.3e}{r['rss_peak'] / 1e6:9.0f}{r['load']:6.1f}")
    for name, value in results["lines"].items():
        print(f"{name:52}{value:12.4g}")
    numpy = results["numpy"]
    if numpy:
        print(f"{'NumPy, ms a generation of W':52}{1e3 * numpy['seconds_per_generation']:12.4g}")
        print(f"{'happygene is faster than NumPy, times':52}{numpy['ratio']:12.4g}")
        why = {True: "  (reference BLAS: not comparable)", None: "  (unknown BLAS: not comparable)"}
        print(f"NumPy's BLAS: {numpy['blas']}{why.get(numpy['blas_is_reference'], '')}")
    machine = results["machine"]
    print(f"{machine['cores']} cores of {machine['processor']}, load {machine['load']:.1f}; best:")
    for cores, best in machine["rates"].items():
        print(f"  on {cores}: memory {best['copy_memory'] / 1e9:.1f} GB/s, cache "
              f"{best['copy_cache'] / 1e9:.1f} GB/s, {best['multiply_add'] / 1e9:.0f} Gop/s")


def parse():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="smaller runs: about a minute")
    options.add_argument("--only", help="cases whose name has this word in it")
    options.add_argument("--program", default=os.path.join(JOBS, "../build/release/happygene"))
    options.add_argument("--mpiexec", default="mpirun")
    options.add_argument("-o", "--output", default="bench.json", help="file of results")
    return options.parse_args()


def main():
    asked = parse()
    cases = headline_cases(asked.quick) + output_cases(asked.quick) + line_cases(asked.quick)
    if asked.only:
        cases = [case for case in cases if asked.only in case.name]
    if not cases:
        sys.exit(f"no case is called {asked.only}")
    for program in (asked.program, asked.mpiexec):
        if shutil.which(program) is None:
            sys.exit(f"{program} is not there, or is no program")
    folder = os.path.dirname(asked.output) or "."
    if not os.access(folder, os.W_OK) or os.path.isdir(asked.output):
        sys.exit(f"{asked.output} cannot be written")
    numpy = Numpy(20 if asked.quick else 100) if any(c.name == "W" for c in cases) else None
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        measure(cases, numpy, asked, folder)
        rates = best_limits(cases)
        found = [case.result(rates) for case in cases]
        snapshots = [r for r in found if r["series"] == "snapshots"]
        disk = disk_rate(folder, snapshots[0]["bytes_written"]) if snapshots else None
    results = {"format": "happygene-bench-1", "quick": asked.quick,
               "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
               "version": cases[0].best["version"], "cases": found, "lines": dict(find_lines(found), **find_output_lines(found, disk)), "disk": disk,
               "machine": {"rates": rates, "processor": processor(), "cores": os.cpu_count(),
                           "load": load}, "numpy": None}
    if numpy is not None and numpy.best is not None:
        results["numpy"] = of_numpy(numpy, next(r for r in found if r["name"] == "W"))
    with open(asked.output, "w") as file:
        json.dump(results, file, indent=1)
    report(results)
    print(f"results: {asked.output}", file=sys.stderr)


if __name__ == "__main__":
    main()
