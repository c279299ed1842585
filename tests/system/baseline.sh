#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A build for plain x86-64 gives the same bits as the one under test:
# baseline.sh PROGRAM SOURCE FOLDER MPIEXEC CC PYTHON
set -euo pipefail
program=$1 source=$2 folder=$3 mpiexec=$4 cc=$5 python=$6

rm -rf "$folder"
mkdir -p "$folder"
cmake -S "$source" -B "$folder/build" -DHG_BASELINE_ONLY=ON -DHG_BUILD_TESTS=OFF \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER="$cc" >"$folder/configure.log"
cmake --build "$folder/build" --target happygene -j2 >"$folder/build.log"
baseline=$folder/build/happygene
if "$baseline" run "$source/jobs/tiny.yaml" -o "$folder/x.h5" -q --kernels avx2 2>"$folder/refused"
then
    echo "FAILED: a baseline build has AVX2 kernels"
    exit 1
fi

compare() { # RUN.yaml [--set KEY=VALUE]...
    echo "== $*"
    "$python" "$source/tests/system/layouts.py" "$program" "$mpiexec" "$folder/runs" "$@" \
        --other "$baseline"
}
compare "$source/jobs/quickstart.yaml" --set run.generations=200
compare "$source/jobs/canalization.yaml" --set run.generations=300
compare "$source/jobs/ecoli.yaml" --set run.generations=30
for run in "$source"/tests/data/runs/*.yaml; do
    compare "$run"
done
rm -rf "$folder"
