#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs for ThreadSanitizer: each way through the generation loop on 2 to 4 threads, with enough
# individuals that every thread has blocks of its own, with statistics, snapshots and
# checkpoints. The result is compared with that of one thread. threads.sh PROGRAM DATA JOBS FOLDER
set -uo pipefail
program=$1 data=$2 jobs=$3 folder=$4
rm -rf "$folder"
mkdir -p "$folder"
runs=0 failures=0

fail() { failures=$((failures + 1)); echo "FAILED: $*"; head -60 "$folder/err"; }

# FILE INDIVIDUALS GENERATIONS [KEY=VALUE]...
run() {
    local file=$1 setting words=() ending
    words=(run "$file" --quiet --force --set "population.individuals=$2" --set "run.generations=$3"
           --set output.statistics.every=1 --set output.snapshots.at=[]
           --set "output.snapshots.every=$3")
    for setting in "${@:4}"; do words+=(--set "$setting"); done
    "$program" "${words[@]}" --threads 1 -o "$folder/one.h5" >"$folder/out" 2>"$folder/err"
    ending=$?
    [ "$ending" -eq 0 ] || [ "$ending" -eq 3 ] || { fail "$* on one thread: exit code $ending"; return; }
    for threads in 2 3 4; do
        runs=$((runs + 1))
        "$program" "${words[@]}" --threads $threads --set checkpoint.every=2 \
            -o "$folder/$threads.h5" >"$folder/out" 2>"$folder/err"
        [ $? -eq "$ending" ] || { fail "$* on $threads threads"; continue; }
        "$program" diff "$folder/one.h5" "$folder/$threads.h5" >"$folder/err" 2>&1 ||
            fail "$* on $threads threads: another result"
    done
    echo "$* (exit code $ending)"
}

run "$data/hill-hill.yaml" 3000 6
run "$data/overlap-asexual.yaml" 3000 6 mutation.basal.rate=0.1
run "$data/additive-heritable-asexual.yaml" 2000 5
run "$data/sigmoid-heritable-sexual.yaml" 2000 5
run "$data/sexual-shared.yaml" 2000 5 development.noise_sd=0.1
run "$data/wagner-sexual.yaml" 2000 4
run "$data/selfing.yaml" 2000 4
run "$data/demes-asexual.yaml" 3000 5 "population.demes=[900, 13, 1100, 987]"
run "$data/demes-sexual.yaml" 3000 5
run "$data/demes-line-overlap.yaml" 3000 5
run "$data/demes-matrix-overlap.yaml" 3000 5 "population.demes=[900, 13, 2087]"
run "$data/tournament-demes-sexual.yaml" 3000 5 "population.demes=[1, 1500, 1200, 299]"
run "$data/hill-hill.yaml" 3000 5 selection.scheme=tournament selection.size=3
run "$data/hill-hill.yaml" 2000 4 "fitness=[{model: pareto}]"
run "$data/demes-sexual.yaml" 2000 4 "fitness=[{model: pareto}]"
run "$data/truncation-overlap.yaml" 3000 5
run "$data/climate.yaml" 2000 5
run "$jobs/moving-optimum.yaml" 2000 4
run "$jobs/canalization.yaml" 2000 4
run "$data/sigmoid-diploid.yaml" 1000 3
cd /
[ "$failures" -ne 0 ] || rm -rf "$folder"
echo "$runs runs, $failures failures"
[ "$failures" -eq 0 ] && [ "$runs" -gt 0 ]
