#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what the tests need (Debian packages), builds everything and runs the test suite, but
# for the tests labelled "slow" and "slurm", as many tests at a time as there are cores. Arguments are
# passed on to ctest:
#
#   bash tests/run.sh -L unit        # the unit tests only
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash jobs/setup.sh --tests

# The preset sets what Open MPI and Check need, and leaves the long tests out.
ctest --preset release --no-tests=error --parallel "$(nproc)" "$@"
