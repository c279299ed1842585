# SPDX-License-Identifier: GPL-3.0-or-later
"""Each k-th call of HDF5 fails, files are full or written in pieces, folders cannot be written:
always one clear message, the right exit code, no hang, and no file that is taken for whole.

usage: faults.py HAPPYGENE MPIEXEC FAULTS.so SCRATCH STEP
STEP: every so many calls of HDF5 one fails (1: each of them)."""
import glob
import os
import shutil
import subprocess
import sys

import common

common.require("h5py")
import h5py  # noqa: E402

PROGRAM, MPIEXEC, FAULTS, SCRATCH = map(os.path.abspath, sys.argv[1:5])
MPIEXEC = sys.argv[2]
STEP = int(sys.argv[5])
LONGEST = 300  # seconds; a command takes far less, and must not hang
VERDICT = common.Verdict()
RUN_FILE = """
run: {seed: 1, generations: 4}
population: {individuals: 9, genes: 3}
fitness: [{model: gaussian, optimum: 1, width: 1}]
mutation: {basal: {model: gaussian, rate: 0.1, sd: 0.1}}
output: {ancestry: true, snapshots: {every: 2}}
"""


def call(words, ranks=None, **faults):
    """Exit code and standard error; a command that hangs has no exit code."""
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1",
                       OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OMP_NUM_THREADS="1",
                       OMPI_MCA_rmaps_base_oversubscribe="1",
                       OMPI_MCA_hwloc_base_binding_policy="none")
    own = [f"{key}={value}" for key, value in faults.items()]
    command = [PROGRAM, *words]
    if faults:
        command = ["env", f"LD_PRELOAD={FAULTS}", *own, *command]
    if ranks:
        command = [MPIEXEC, "-n", str(ranks), *command]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST,
                              env=environment)
    except subprocess.TimeoutExpired:
        return None, "it hangs"
    return done.returncode, done.stderr


def messages(errors):
    return [line for line in errors.splitlines() if line.startswith("happygene: ")]


def is_whole(path):
    """What a reader takes for a complete result."""
    try:
        with h5py.File(path, "r") as file:
            return int(file.attrs["complete"]) == 1
    except (OSError, KeyError):
        return False


def check(what, code, errors, allowed, output=None, can_be_whole=False):
    told = errors.splitlines() if code == 65 else messages(errors)  # 65: FILE: what is wrong
    VERDICT.check(code in allowed, f"{what}: exit code {code}, not {allowed}:\n{errors}")
    VERDICT.check(len(set(told)) == 1 or code == 0, f"{what}: {len(told)} messages:\n{errors}")
    if output and code != 0 and is_whole(output) and can_be_whole:
        check_same(what, output)
    elif output and code != 0:
        VERDICT.check(not is_whole(output), f"{what}: the output says that it is complete")
    if output and code != 0:
        VERDICT.check(not glob.glob(output + ".new*"), f"{what}: left {glob.glob(output + '*')}")


def remove(output):
    if not output:
        return
    for left in glob.glob(output + "*") + glob.glob(output.removesuffix(".h5") + ".ckpt*"):
        os.unlink(left)


def check_same(what, output):
    """A command that did not notice must have lost nothing."""
    code, errors = call(["diff", "whole.h5", output])
    VERDICT.check(code == 0, f"{what}: exit code 0, but another result: {errors}")


def calls_of(words, name, output, ranks=None):
    """How often the undisturbed command calls `name`."""
    remove(output)
    code, errors = call(words, ranks, HG_FAULT=f"{name}:0", HG_FAULT_COUNT="count", HG_FAULT_RANK=0)
    if code != 0:
        sys.exit(f"FAILED: {words}: {errors}")
    with open("count", encoding="ascii") as file:
        return int(file.read())


def each_call(what, words, allowed, step, output=None, ranks=None, name="any"):
    """The k-th call of HDF5 fails, on rank 0 and on the last rank in turn."""
    count = calls_of(words, name, output, ranks)
    reached = 0
    for number, k in enumerate(range(1, count + 1, step)):
        remove(output)
        rank = 0 if number % 2 == 0 or not ranks else ranks - 1
        code, errors = call(words, ranks, HG_FAULT=f"{name}:{k}", HG_FAULT_RANK=rank)
        # what fails while the file is closed may leave it whole
        check(f"{what}, {name} call {k} of {count} on rank {rank}", code, errors, (0, *allowed),
              output, name in ("pwrite", "close"))
        if code == 0 and output:
            check_same(f"{what}, {name} call {k}", output)
        reached += code != 0
    VERDICT.check(reached > 0, f"{what}: no failing call made it fail")
    print(f"{what}: {len(range(1, count + 1, step))} of {count} calls, {reached} times refused")


def hdf5_calls():
    run = ["run", "run.yaml", "-o", "out.h5", "--quiet", "--threads", "1"]
    each_call("run", run, (74,), STEP, "out.h5")
    each_call("run on 2 ranks", run, (74,), 4 * STEP, "out.h5", ranks=2)
    for name in ("H5Dwrite", "H5Fflush", "H5Fclose", "H5Awrite"):
        each_call(f"run, {name}", run, (74,), max(1, STEP // 12), "out.h5", name=name)
    stepwise = [*run, "--set", "checkpoint.every=1"]
    each_call("run", stepwise, (74,), max(1, STEP // 8), "out.h5", name="pwrite")
    for ranks in (None, 2):
        each_call("run", stepwise, (74,), max(1, STEP // 60), "out.h5", ranks=ranks, name="close")
    each_call("info", ["info", "whole.h5"], (65,), max(1, STEP // 3))
    each_call("diff", ["diff", "whole.h5", "whole.h5"], (65, 1), max(1, STEP // 3))
    for table in ("individuals", "performance", "sbml"):
        each_call(f"export of {table}", ["export", "whole.h5", "--table", table, "--quiet"], (65,),
                  max(1, STEP // 3))
    each_call("network", ["network", "whole.h5"], (65,), max(1, STEP // 3))
    tables = ["export", "whole.h5", "--table", "tskit", "-o", "tables"]
    each_call("export", tables, (65,), max(1, STEP // 3))
    again = ["run", "whole.h5", "-o", "out.h5", "--quiet", "--threads", "1"]
    each_call("run of a result", again, (74, 65), 4 * STEP, "out.h5")


def full_files():
    whole = os.path.getsize("whole.h5")
    for part in (0, 1, 5, 20, 60, 90, 99):
        for ranks in (None, 2):
            if ranks and part not in (5, 60):
                continue
            what = f"room for {part} % on {ranks or 1} ranks"
            remove("out.h5")
            code, errors = call(["run", "run.yaml", "-o", "out.h5", "--quiet", "--threads", "1"],
                                ranks, HG_FAULT_BYTES=whole * part // 100)
            if code == 0 and part == 99:  # a file may end in room that nothing is written to
                check_same(what, "out.h5")
                continue
            check(what, code, errors, (74,), "out.h5")
            VERDICT.check("out.h5" in errors, f"{what}: no path in: {errors}")
    for ranks in (None, 2):
        code, errors = call(["run", "run.yaml", "-o", "out.h5", "--force", "--quiet"], ranks,
                            HG_FAULT_SHORT=1)
        if ranks and code == 74:  # MPI-IO may take it for a failure
            check("writes in pieces on 2 ranks", code, errors, (74,), "out.h5")
        elif VERDICT.check(code == 0, f"writes in pieces: exit code {code}: {errors}"):
            check_same("writes in pieces", "out.h5")


def full_disk_on_resuming():
    """Somebody filled the disk in between: the run tells what it wants, and goes on when there is room."""
    words = ["run", "run.yaml", "-o", "small/out.h5", "--quiet", "--resume"]
    open("small/out.stop", "w", encoding="ascii").close()
    code, errors = call(words)
    VERDICT.check(code == 75, f"a step on a small disk: exit {code}: {errors}")
    volume = os.statvfs("small")
    with open("small/fill", "wb") as file:
        file.write(b"x" * (volume.f_bavail * volume.f_frsize))
    for ranks in (None, 2):
        code, errors = call(words, ranks)
        check(f"full disk on resuming, {ranks or 1} ranks", code, errors, (74,), "small/out.h5")
        VERDICT.check("small/out.h5: the disk is" in errors and " bytes and " in errors,
                      f"full disk on resuming: {errors}")
    os.unlink("small/fill")
    code, errors = call(words)
    VERDICT.check(code == 0, f"room again: exit {code}: {errors}")
    check_same("room again", "small/out.h5")
    remove("small/")


def full_disk():
    """A small file system, where root may mount one."""
    os.makedirs("small", exist_ok=True)
    size = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", "small"]
    if os.geteuid() != 0 or subprocess.run(size, capture_output=True, check=False).returncode:
        print("not tried: a full file system (only root may mount one)")
        return
    try:
        for ranks in (None, 2):
            code, errors = call(["run", "run.yaml", "-o", "small/out.h5", "--quiet", "--set",
                                 "population.individuals=20000", "--set",
                                 "output.snapshots.every=1"], ranks)
            check(f"full disk, {ranks or 1} ranks", code, errors, (74,), "small/out.h5")
            VERDICT.check("small/out.h5: the disk is" in errors, f"full disk: {errors}")
            remove("small/")
        full_disk_on_resuming()
    finally:
        subprocess.run(["umount", "small"], check=False)


def folders():
    """A folder that cannot be written; root may write anywhere, so that only others see that."""
    code, errors = call(["run", "run.yaml", "-o", "absent/out.h5", "--quiet"])
    check("a folder that is not there", code, errors, (74,))
    os.makedirs("closed", exist_ok=True)
    os.chmod("closed", 0o555)
    words = ["run", "run.yaml", "-o", "closed/out.h5", "--quiet"]
    if os.geteuid() != 0:
        code, errors = call(words)
        check("a read-only folder", code, errors, (74,), "closed/out.h5")
    os.chmod("closed", 0o755)
    tables = ["export", "whole.h5", "--table", "tskit", "-o"]
    code, errors = call([*tables, "closed"])  # a folder of that name does not matter
    check("tables beside a folder", code, errors, (0,))
    for words in ([*tables, "absent/x"], [*tables, "/dev/full/x"]):
        code, errors = call(words)
        check(" ".join(words), code, errors, (74,))
    for words in (["validate", "run.yaml"], ["info", "whole.h5"], ["diff", "whole.h5", "whole.h5"],
                  ["export", "whole.h5", "-t", "individuals"], ["network", "whole.h5"]):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([PROGRAM, *words], stdout=full, stderr=subprocess.PIPE, text=True,
                                  timeout=LONGEST, check=False)
        check(f"{words[0]} to a full device", done.returncode, done.stderr, (74,))


def disturbed(what, disturb, allowed):
    """The output changes under the run, once it is there."""
    remove("out.h5")
    run = subprocess.Popen([PROGRAM, "run", "run.yaml", "-o", "out.h5", "--quiet", "--set",
                            "run.generations=20000", "--set", "output.statistics.every=1000", "--threads", "1"], stderr=subprocess.PIPE,
                           text=True)
    while not os.path.exists("out.h5") and run.poll() is None:
        pass
    disturb()
    try:
        _, errors = run.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        run.kill()
        run.communicate()
        VERDICT.check(False, f"{what}: it hangs")
        return
    check(what, run.returncode, errors, allowed)
    VERDICT.check("out.h5" in errors, f"{what}: no path in: {errors}")


def replace_output():
    shutil.copy("whole.h5", "other.h5")
    os.rename("other.h5", "out.h5")


def main():
    shutil.rmtree(SCRATCH, ignore_errors=True)
    os.makedirs(SCRATCH)
    os.chdir(SCRATCH)
    with open("run.yaml", "w", encoding="ascii") as file:
        file.write(RUN_FILE)
    code, errors = call(["run", "run.yaml", "-o", "whole.h5", "--quiet", "--threads", "1"])
    if code != 0:
        sys.exit(f"FAILED: {errors}")
    folders()
    full_files()
    full_disk()
    disturbed("output removed", lambda: os.unlink("out.h5"), (74,))
    disturbed("output replaced", replace_output, (74,))
    hdf5_calls()
    VERDICT.exit()


main()
