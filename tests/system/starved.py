# SPDX-License-Identifier: GPL-3.0-or-later
"""Address space or data that run out (ulimit -v, -d): whatever the limit, a command does its work or ends
with exit code 71 and a message; libraries that would crash, hang or end the process are not let come to that.
And run files of absurd sizes are refused at once, with figures, before anything is allocated.

usage: starved.py HAPPYGENE SCRATCH"""
import os
import resource
import shutil
import subprocess
import sys
import time

from common import Verdict

VERDICT = Verdict()
PROGRAM, SCRATCH = map(os.path.abspath, sys.argv[1:3])
PATIENCE = float(os.environ.get("HG_PATIENCE", "1"))
RUN_FILE = """
run: {seed: 1, generations: 5}
population: {individuals: 50, genes: 5}
fitness: [{model: gaussian, optimum: 1, width: 1}]
mutation: {basal: {model: gaussian, rate: 0.1, sd: 0.1}}
"""
COMMANDS = {
    "run": ["run", "run.yaml", "-o", "out.h5", "--force", "-q", "--threads", "1"],
    "run, 4 threads": ["run", "run.yaml", "-o", "out.h5", "--force", "-q", "--threads", "4"],
    "validate": ["validate", "run.yaml"], "info": ["info", "whole.h5"],
    "export": ["export", "whole.h5", "--table", "individuals"],
    "export of SBML": ["export", "whole.h5", "--table", "sbml"],
    "network": ["network", "whole.h5"], "diff": ["diff", "whole.h5", "whole.h5"]}
G = "population.genes="
N = "population.individuals="
ABSURD = [[N + "1000000000000000000"], [N + "1000000000000"], [N + "9223372036854775807"],
          [G + "1000000000"], [G + "10000000"], [G + "10000000", N + "1000000000000"],
          [G + "10000000", N + "1000000000000", "population.ploidy=2"],
          [G + "1000000", "network={random: {density: 1}}", "regulation.model=additive"],
          [G + "20000", "network={random: {density: 1}, weights: heritable}",
           "regulation.model=additive"],
          [G + "10000000", "fitness=[{model: epistatic, interactions: [[0, 1, 0.5]]}]"],
          [N + "1000000000000", "population.demes=1000000000000"],
          [N + "9223372036854775807", "population.demes=[9223372036854775807, 1]"],
          [N + "100000", G + "100000", "population.demes=100000"],
          [N + "1000000000", "mating.system=sexual"],
          [N + "1000000000", "fitness=[{model: pareto}]"],
          [N + "1000000", "population.demes=100000", "migration={scheme: matrix, matrix: [[1]]}"]]


def call(words, kilobytes, what=resource.RLIMIT_AS):
    """Exit code, messages, seconds."""
    def limit():
        resource.setrlimit(what, (kilobytes * 1024, kilobytes * 1024))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    began = time.monotonic()
    try:
        done = subprocess.run([PROGRAM, *words], capture_output=True, text=True, errors="replace",
                              timeout=150 * PATIENCE, preexec_fn=limit, check=False)
    except subprocess.TimeoutExpired:
        return None, "it hangs", 0
    return done.returncode, done.stderr, time.monotonic() - began


def starve(limit, sizes):
    codes = set()
    for number, kilobytes in enumerate(sizes):
        for what, words in list(COMMANDS.items())[number % 2::2] + [("run", COMMANDS["run"])]:
            code, errors, _ = call(words, kilobytes, limit)
            told = f"{what}, {kilobytes} kB ({limit}): exit {code}: {errors[-600:]}"
            codes.add((what, code))
            VERDICT.check(code in (0, 71), told)
            VERDICT.check(errors.count("\n") == (code != 0) and
                          (code == 0 or errors.startswith("happygene: ")), told)
    for what in COMMANDS:
        VERDICT.check((what, 0) in codes, f"{what}: no limit was large enough")
    VERDICT.check(("run", 71) in codes, "run: no limit was too small")
    VERDICT.check(not any(".new-" in name for name in os.listdir(".")), f"left: {os.listdir('.')}")


def absurd():
    for settings in ABSURD:
        for command in (["validate", "--quiet"], ["run", "-o", "absurd.h5", "-q"]):
            words = [command[0], "run.yaml", *command[1:]]
            for setting in settings:
                words += ["--set", setting]
            code, errors, seconds = call(words, 4000000)
            allowed = (65, 71) if command[0] == "run" else (0, 65)
            what = f"{command[0]}, {', '.join(settings)}"
            VERDICT.check(code in allowed, f"{what}: exit {code}: {errors[-600:]}")
            VERDICT.check(seconds < 30 * PATIENCE, f"{what}: {seconds:.1f} s")
            VERDICT.check(code != 71 or "need about" in errors, f"{what}: no figures: {errors}")
    for limit in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        million = ["run", "run.yaml", "-o", "absurd.h5", "--set", N + "1000000"]
        code, errors, _ = call(million, 200000, limit)
        VERDICT.check(code == 71 and "need about" in errors, f"{limit}: exit {code}: {errors}")
    VERDICT.check(not os.path.exists("absurd.h5"), "a refused run leaves an output")


def main():
    shutil.rmtree(SCRATCH, ignore_errors=True)
    os.makedirs(SCRATCH)
    os.chdir(SCRATCH)
    with open("run.yaml", "w", encoding="ascii") as file:
        file.write(RUN_FILE)
    subprocess.run([PROGRAM, "run", "run.yaml", "-o", "whole.h5", "-q"], check=True)
    absurd()
    starve(resource.RLIMIT_AS, range(60000, 240000, 4100))
    starve(resource.RLIMIT_DATA, range(4000, 120000, 3100))
    VERDICT.exit()


main()
