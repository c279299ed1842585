#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# From a bare Debian 12 to a first result: installs and builds happygene (setup.sh), runs
# quickstart.yaml on this machine's cores, shows what came out and draws it.
#
#   bash jobs/quickstart.sh [KEY=VALUE ...]     # e.g. run.generations=200
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash jobs/setup.sh

settings=()
for setting in "$@"; do settings+=(--set "$setting"); done

mkdir -p results
# One process, a thread for every core that has work. Over several machines: see jobs/README.md.
build/release/happygene run jobs/quickstart.yaml -o results/quickstart.h5 --force "${settings[@]}"
build/release/happygene info results/quickstart.h5
build/release/happygene plot results/quickstart.h5 -o results/quickstart.png --quiet
echo
echo "result   $PWD/results/quickstart.h5"
echo "picture  $PWD/results/quickstart.png"
