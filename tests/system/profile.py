#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""happygene profile: its times add up, its memory is /proc's, its JSON is JSON.

usage: profile.py HAPPYGENE MPIEXEC JOBS FOLDER
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import h5py
import numpy as np

from common import Verdict

verdict = Verdict()
PROGRAM, MPIEXEC, JOBS, FOLDER = sys.argv[1:5]
TINY = os.path.join(JOBS, "tiny.yaml")
LARGE = os.path.join(JOBS, "large.yaml")


def call(*words, ranks=1):
    """(exit code, standard output, standard error, peak resident bytes, seconds)"""
    command = ([MPIEXEC, "-n", str(ranks)] if ranks > 1 else []) + [PROGRAM, *words]
    since = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, out, err, usage.ru_maxrss * 1024, time.monotonic() - since


def profile(*words, ranks=1):
    code, out, err, resident, seconds = call("profile", *words, "--json", "-q", ranks=ranks)
    verdict.check(code == 0, f"{words}: exit code {code}: {err}")
    return json.loads(out), resident, seconds


def check_times(found, seconds, what):
    wall = found["scenario"]["wall_seconds"]
    total = sum(phase["seconds"] for phase in found["phases"])
    verdict.check(abs(total - wall) <= 0.02 * wall, f"{what}: phases {total}, wall {wall}")
    verdict.check(all(phase["seconds"] >= 0 for phase in found["phases"]), f"{what}: times")
    verdict.check(abs(sum(p["share"] for p in found["phases"]) - 1) < 0.02, f"{what}: shares")
    verdict.check(found["scenario"]["loop_seconds"] <= wall <= seconds,
                  f"{what}: wall {wall} of {seconds}")
    names = [phase["name"] for phase in found["phases"]]
    for name in ("reproduction", "mutation", "expression", "regulation", "fitness", "statistics",
                 "communication", "output", "overhead"):
        verdict.check(name in names, f"{what}: phase {name}")
    verdict.check(found["memory"]["loop_allocations"] == 0, f"{what}: allocations in the loop")


def check_memory():
    """Against what the kernel counted, and tracked bytes against what the run added."""
    found, resident, seconds = profile(LARGE, "--no-machine", "--threads", "2",
                                       "--set", "population.individuals=60000")
    check_times(found, seconds, "large")
    memory = found["memory"]
    verdict.check(abs(memory["rss_peak"] - resident) <= 0.05 * resident,
                  f"resident {memory['rss_peak']}, of /proc {resident}")
    grown = memory["tracked_peak"] + memory["rss_before"]
    verdict.check(abs(grown - resident) <= 0.05 * resident, f"tracked {grown} of {resident}")
    verdict.check(memory["within"] and memory["rss_peak"] <= memory["allowed_bytes"], "the limit")
    verdict.check(sum(c["current"] for c in memory["categories"]) == memory["tracked"],
                  "categories add up")
    verdict.check(found["limit"] is None and found["scaling"] is None, "nothing more was asked")
    verdict.check(found["leak"]["verdict"] == "none", f"leak: {found['leak']}")


def check_counts():
    """Where every allele mutates each genotype is new; where none does, none is."""
    every, _, _ = profile(TINY, "--no-machine", "--set", "mutation.basal.rate=1")
    verdict.check(every["copies"]["new_genotypes"] == 50, f"all mutate: {every['copies']}")
    verdict.check(every["copies"]["developed"] == 50, "all develop")
    verdict.check(every["copies"]["bytes_one_per_new_genotype"] == 50 * 80,
                  "10 alleles of 8 bytes each")
    verdict.check(every["copies"]["bytes_copied"] < 50 * 80, "some take their parent's place")
    none, _, _ = profile(TINY, "--no-machine", "--set", "mutation.basal.rate=0")
    verdict.check(none["copies"]["new_genotypes"] == none["copies"]["bytes_copied"] == 0, "clones")
    both, _, _ = profile(TINY, "--no-machine", "--set", "mating.system=sexual")
    verdict.check(both["copies"]["bytes_copied"] == 50 * 80, "sexual offspring are all copied")


def check_file():
    """With -o the same is in /performance."""
    path = os.path.join(FOLDER, "tiny.h5")
    found, _, seconds = profile(TINY, "-o", path, "--force")
    check_times(found, seconds, "tiny")
    with h5py.File(path) as file:
        stored = file["performance"]
        verdict.check(file.attrs["complete"] == 1, "the result is complete")
        verdict.check(abs(np.sum(stored["seconds_mean"]) / stored["wall"][()] - 1) < 0.02,
                      "stored phases add up")
        for name in ("copy_memory", "copy_cache", "multiply_add"):
            verdict.check(stored["machine_" + name][()] == found["limit"][name] > 0, name)
        verdict.check(stored["new_genotypes"][()] == found["copies"]["new_genotypes"], "stored")
        verdict.check(list(stored["sample"]) == found["leak"]["generation"], "samples are stored")
    code, _, err, _, _ = call("profile", TINY, "-o", path)
    verdict.check(code == 2 and "--force" in err, f"an existing result: {code} {err}")
    verdict.check(found["memory"]["measuring"] > 2 ** 20, "the measurement's own memory")
    limit = found["limit"]
    verdict.check((limit["ratio"] is None) == (limit["taken_seconds"] < 0.005),
                  f"what is short, as ten tiny generations mostly are, is not judged: {limit}")
    verdict.check(limit["least_seconds"] == max(limit["bytes_seconds"], limit["operations_seconds"])
                  and limit["taken_seconds"] > 0, f"limit: {limit}")


def check_scaling():
    short = ("--no-machine", "--set", "population.individuals=400", "--set", "run.generations=20")
    found, _, _ = profile(LARGE, "--scaling", *short, "--threads", "1")
    rows = found["scaling"]["rows"]
    verdict.check([r["individuals"] for r in rows[:4]] == [400, 800, 1600, 3200], "individuals")
    verdict.check([r["genes"] for r in rows[4:]] == [rows[0]["genes"] * k for k in (1, 2, 4)],
                  "genes")
    verdict.check(all(r["seconds_per_generation"] > 0 and r["note"] == "" for r in rows), "rows")
    verdict.check(all(r["expected_bytes"] == rows[0]["bytes"] * r["individuals"] * r["genes"] /
                      (rows[0]["individuals"] * rows[0]["genes"]) for r in rows),
                  "memory in proportion to individuals and genes")
    found, _, _ = profile(LARGE, "--scaling", "threads", *short, "--threads", "3")
    verdict.check([r["threads"] for r in found["scaling"]["rows"]] == [1, 2, 3, 1, 2, 3], "threads")
    found, _, _ = profile(LARGE, "--scaling=ranks", *short, "--threads", "1", ranks=3)
    rows = found["scaling"]["rows"]
    verdict.check([r["ranks"] for r in rows] == [1, 2, 3, 1, 2, 3], f"ranks: {rows}")
    verdict.check([r["expected_bytes"] / rows[0]["bytes"] for r in rows[:3]] == [1, 1, 1] and
                  [r["expected_bytes"] / rows[3]["bytes"] for r in rows[3:]] == [1, 2, 3],
                  "strong and weak: memory")
    verdict.check([r["individuals"] for r in rows] == [400] * 3 + [133, 266, 400], "weak scaling")
    verdict.check(found["traffic"]["messages_sent"] > 0, "messages between ranks")
    check_times(found, 1e9, "three ranks")
    optima = os.path.join(FOLDER, "optima.yaml")
    with open(optima, "w") as file:
        file.write("run: {seed: 1, generations: 2}\npopulation: {individuals: 20, genes: 2}\n"
                   "fitness: [{model: gaussian, optimum: [0.1, 0.2], strength: 1}]\n")
    found, _, _ = profile(optima, "--scaling", "--no-machine")
    refused = [r for r in found["scaling"]["rows"] if r["note"] != ""]
    verdict.check(len(refused) == 2 and all(r["series"] == "genes" for r in refused),
                  "two optima are not for four genes")


def check_tables():
    code, out, err, _, _ = call("profile", TINY, "-q")
    verdict.check(code == 0 and err == "", f"tables: {code} {err}")
    for word in ("Scenario", "Allocations", "Phases", "Leaks", "Copies", "The machine's limit",
                 "5 individuals x 10 genes x 10 generations", "none is written"):
        verdict.check(word in out, f"tables lack {word}")
    verdict.check(max(map(len, out.split("\n"))) <= 100, "lines are not too long")
    verdict.check(os.listdir(FOLDER) == [], "nothing is written without -o")
    code, out, _, _, _ = call("profile", TINY, "-q", "--scaling", "threads", "--no-machine")
    verdict.check(code == 0 and "strong" in out and "weak" in out, "a table of scaling")
    verdict.check("of its edges" not in out, "edges that all share are nobody's")
    code, out, _, _, _ = call("profile", TINY, "-q", "--no-machine", "--set",
                              "network.weights=heritable")
    verdict.check(code == 0 and "of its edges" in out, f"heritable edges: {out}")


def check_errors():
    for words, code, message in (
            ((), 2, "usage: happygene profile"),
            ((TINY, "--scaling=up"), 2, "--scaling=up: allowed"),
            ((TINY, "--scaling", "up"), 2, "--scaling up: allowed: size, threads, ranks"),
            (("--scaling", "up", TINY), 2, "--scaling up: allowed: size, threads, ranks"),
            (("--scaling", TINY, "up"), 2, "one word too many"),
            (("--scaling", "missing.yaml"), 65, "missing.yaml"),
            ((TINY, "up"), 2, "one word too many"),
            ((TINY, "--threads", "0"), 2, "--threads 0"),
            ((TINY, "--jsn"), 2, "did you mean '--json'"),
            ((TINY, "--set", "run.seeds=1"), 65, "did you mean"),
            (("missing.yaml",), 65, "missing.yaml"),
            ((TINY, "-o", "/proc/x.h5"), 74, "/proc/x.h5")):
        got, out, err, _, _ = call("profile", *words)
        verdict.check(got == code and message in err and out == "",
                      f"{words}: {got} {err!r} {out!r}")
    doomed = os.path.join(FOLDER, "doomed.yaml")
    with open(doomed, "w") as file:
        file.write("run: {seed: 1, generations: 50}\npopulation: {individuals: 20, genes: 3}\n"
                   "fitness: [{model: threshold, threshold: 0.9}]\n")
    code, out, err, _, _ = call("profile", doomed, "--json", "--no-machine")
    verdict.check(code == 3 and json.loads(out)["scenario"]["generations"] == 0, f"extinct: {err}")
    for words, expected in (((doomed,), 3), ((TINY, "--set", "run.generations=0"), 0)):
        code, out, err, _, _ = call("profile", *words, "-q")
        verdict.check(code == expected and "; - ms a generation, - gene updates" in out and
                      "too short to compare" in out and "nan" not in out and " 0 ms" not in out,
                      f"no generation: {code} {out} {err}")
    code, _, err, _, _ = call("profile", TINY, "-q", "-v", "--no-machine")
    verdict.check(code == 0 and "generations: 10" in err, f"-v: {code} {err}")


def stop(*words):
    """Exit code, output and errors of a profile that gets SIGTERM while it runs."""
    started = subprocess.Popen([PROGRAM, "profile", LARGE, *words, "-v", "--set",
                                "run.generations=100000", "--set", "population.individuals=500"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    started.stderr.readline()  # of the run file: there is a run
    started.send_signal(signal.SIGTERM)
    out, err = started.communicate(timeout=300)
    return started.returncode, out, err


def check_short():
    """Phases add up to the wall time where starting MPI takes longer than the run."""
    path = os.path.join(FOLDER, "short.h5")
    for ranks in 1, 2:
        for threads in "1", "2":
            code, _, err, _, _ = call("run", TINY, "-o", path, "--force", "--threads", threads,
                                      "--set", "run.generations=3", ranks=ranks)
            verdict.check(code == 0, f"short: exit {code}: {err}")
            with h5py.File(path) as file:
                stored = file["performance"]
                wall, total = stored["wall"][()], np.sum(stored["seconds_mean"])
                verdict.check(abs(total / wall - 1) < 1e-6 and abs(np.sum(stored["share"]) - 1) < 1e-6,
                              f"short, {ranks} x {threads}: phases {total} s, wall {wall} s")


def check_threads():
    """A generation of little work has one thread; what is asked for is obeyed."""
    few = ["--set", "population.individuals=10", "--set", "run.generations=3"]
    many = ["--set", "population.individuals=100000", "--set", "run.generations=0"]
    cores = len(os.sched_getaffinity(0))
    for words, number, threads in ((few, None, 1), (many, None, cores), (few, "3", 3),
                                   ([*few, "--threads", "2"], None, 2),
                                   ([*few, "--threads", "2"], "3", 2)):
        environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
        if number:
            environment["OMP_NUM_THREADS"] = number
        path = os.path.join(FOLDER, "threads.h5")
        done = subprocess.run([PROGRAM, "run", os.path.join(JOBS, "quickstart.yaml"), "--set",
                               "output.snapshots.every=0", *words, "-o", path, "--force"],
                              env=environment, capture_output=True, text=True, check=False)
        verdict.check(done.returncode == 0 and f"1 rank x {threads} thread" in done.stderr,
                      f"{words}, OMP_NUM_THREADS={number}: {threads} threads: {done.stderr}")
    times = []
    for generations in 1000, 1001000:
        done = subprocess.run([PROGRAM, "validate", os.path.join(JOBS, "quickstart.yaml"), "--set",
                               "population.individuals=1", "--set", "population.genes=1", "--set",
                               f"run.generations={generations}"], capture_output=True, text=True, check=False)
        line = next((l for l in done.stdout.splitlines() if "core-seconds" in l), "#   time 0 core-seconds")
        times.append(float(line.split("core-seconds")[0].split()[-1]))
    verdict.check(4 < times[1] - times[0] < 40, f"a million generations of one individual: {times} s")


def check_stopped():
    """It tells what it has measured until then; a result goes on as one of `run` does."""
    code, out, err = stop()
    verdict.check(code == 75 and "without an output there is no checkpoint" in err,
                  f"stopped: {code} {err}")
    verdict.check("Phases" in out and "not measured: the run was stopped" in out, f"stopped: {out}")
    path = os.path.join(FOLDER, "stopped.h5")
    code, out, err = stop("-o", path, "--json")
    verdict.check(code == 75 and "happygene run with --resume goes on" in err, f"{code} {err}")
    made = json.loads(out)["scenario"]["generations"]
    with h5py.File(path) as file:
        verdict.check(file.attrs["complete"] == 0 and file.attrs["generations_done"] == made,
                      f"{made} generations, and {file.attrs['generations_done']} in the file")
    verdict.check(os.path.exists(path[:-3] + ".ckpt"), f"a checkpoint: {os.listdir(FOLDER)}")
    for name in os.listdir(FOLDER):
        os.remove(os.path.join(FOLDER, name))


def check_scarce_memory():
    """Where the machine cannot be measured for want of memory, the run is finished all the same."""
    path = os.path.join(FOLDER, "scarce.h5")
    words = f'"{PROGRAM}" profile "{TINY}" -q --threads 1 -o "{path}" --force'
    for kibibytes in range(160000, 700000, 20000):  # the least that the run alone lives with
        done = subprocess.run(["bash", "-c", f"ulimit -v {kibibytes}; {words}"],
                              capture_output=True, text=True)
        if done.returncode == 0:
            break
    else:
        verdict.check(False, f"never enough memory: {done.stderr}")
        return
    if "not measured" not in done.stdout:
        print("  memory for the measurement is at hand wherever the program starts: not checked")
        return
    verdict.check("not measured: " in done.stdout and done.stderr == "", done.stdout + done.stderr)
    with h5py.File(path) as file:
        verdict.check(file.attrs["complete"] == 1, "finished without a measurement")
        verdict.check(not any(name.startswith("machine_") for name in file["performance"]),
                      "nothing is written of a machine that was not measured")
    os.remove(path)


shutil.rmtree(FOLDER, ignore_errors=True)
os.makedirs(FOLDER)
check_tables()
check_errors()
check_short()
check_threads()
check_stopped()
check_scarce_memory()
check_file()
check_memory()
check_counts()
check_scaling()
shutil.rmtree(FOLDER)
verdict.exit()
