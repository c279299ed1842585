#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs Slurm and what else the tests need (Debian packages), builds everything and runs the
# batch scripts of jobs/ under a real Slurm of two nodes on this machine, as root:
#
#   bash tests/slurm.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash jobs/setup.sh --slurm

# The preset `release` leaves this test out.
ctest --test-dir build/release -L '^slurm$' --no-tests=error --output-on-failure "$@"
