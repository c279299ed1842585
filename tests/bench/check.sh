#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs the quick benchmark and the comparison of its results.
#
# usage: check.sh HAPPYGENE MPIEXEC FOLDER PYTHON
set -euo pipefail
program=$1 mpiexec=$2 folder=$3 python=$4
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
rm -rf "$folder"
mkdir -p "$folder"
bash "$here/run.sh" --quick --program "$program" --mpiexec "$mpiexec" -o "$folder/a.json"

"$python" "$here/compare.py" "$folder/a.json" "$folder/a.json"
"$python" - "$folder" <<'P' # every case twice as slow, one missing
import json, sys
with open(sys.argv[1] + "/a.json") as file:
    results = json.load(file)
assert len(results["cases"]) >= 20 and results["numpy"]["ratio"] > 1
assert all(case["times_limit"] >= 1 and case["loop_allocations"] == 0 for case in results["cases"])
for case in results["cases"]:
    case["seconds_per_generation"] *= 2
del results["cases"][3]
with open(sys.argv[1] + "/b.json", "w") as file:
    json.dump(results, file)
P
code=0
"$python" "$here/compare.py" "$folder/a.json" "$folder/b.json" >"$folder/compared" || code=$?
[ "$code" -eq 1 ] && grep -q SLOWER "$folder/compared" && grep -q MISSING "$folder/compared"
code=0
"$python" "$here/compare.py" "$folder/a.json" "$here/run.sh" 2>/dev/null || code=$?
[ "$code" -eq 2 ]
rm -rf "$folder"
echo "the benchmark and its comparison work"
