# SPDX-License-Identifier: GPL-3.0-or-later
"""What the system and theory tests share: starting the program, saying what failed."""
import importlib
import os
import subprocess
import sys

DEBIAN = {"h5py": "python3-h5py", "numpy": "python3-numpy", "yaml": "python3-yaml",
          "igraph": "python3-igraph",
          "xarray": "python3-xarray", "h5netcdf": "python3-h5netcdf", "netCDF4": "python3-netcdf4"}


def require(*modules):
    """Imports modules; a missing one fails the test with the name of its Debian package."""
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError as error:
            sys.exit(f"FAILED: Python module {module} ({error}); "
                     f"on Debian: apt-get install {DEBIAN[module]}")


class Verdict:
    """Counts failures, so that a test shows all of them before it exits."""

    def __init__(self):
        self.failures = 0
        self.checks = 0

    def check(self, true, text):
        self.checks += 1
        if not true:
            self.failures += 1
            print("FAILED:", text)
        return bool(true)

    def exit(self):
        print(f"{self.checks} checks, {self.failures} failed")
        sys.exit(1 if self.failures or not self.checks else 0)


class Program:
    """happygene, alone or under mpiexec."""

    def __init__(self, path, mpiexec="mpiexec"):
        self.path, self.mpiexec = path, mpiexec

    def call(self, *words, ranks=None, timeout=600):
        """Runs it; returns exit code, standard output, standard error."""
        command = [self.path, *map(str, words)]
        if ranks is not None:
            command = [self.mpiexec, "-n", str(ranks), *command]
        environment = dict(os.environ, OMP_WAIT_POLICY="passive",
                           OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                           OMPI_MCA_rmaps_base_oversubscribe="1",
                           OMPI_MCA_hwloc_base_binding_policy="none")
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout,
                              env=environment)
        return done.returncode, done.stdout, done.stderr

    def run(self, file, output, settings=(), ranks=None, threads=1, options=()):
        """Runs a run file into `output`; exits the test when the program fails."""
        words = ["run", file, "-o", output, "--force", "--quiet", "--threads", threads, *options]
        for setting in settings:
            words += ["--set", setting]
        code, _, errors = self.call(*words, ranks=ranks)
        if code not in (0, 3):
            sys.exit(f"FAILED: happygene {' '.join(map(str, words))} on {ranks or 1} ranks: "
                     f"exit code {code}\n{errors}")
        return output
