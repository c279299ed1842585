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
"$python" - "$folder" <<'P' # slower and wrong in several ways
import json, sys
with open(sys.argv[1] + "/a.json") as file:
    results = json.load(file)
assert len(results["cases"]) >= 20 and results["numpy"]["ratio"] > 1
assert all(case["times_limit"] >= 1 and case["loop_allocations"] == 0 and case["load"] >= 0 and
           case["seconds_per_generation"] <= case["seconds_per_generation_median"] <=
           case["seconds_per_generation_worst"] for case in results["cases"])
assert results["numpy"]["comparable"] == (results["numpy"]["blas_is_reference"] is False)
assert "blas" in results["numpy"]["blas"] or results["numpy"]["blas_is_reference"] is not True


def write(name):
    with open(sys.argv[1] + f"/{name}.json", "w") as file:
        json.dump(results, file)


for case in results["cases"]: # all of them a little slower: the mean is what tells
    case["seconds_per_generation"] *= 1.15
write("little")
for case in results["cases"]:
    case["seconds_per_generation"] *= 2
results["cases"][3]["name"] = "renamed"
results["cases"][4]["loop_allocations"] = 7
results["lines"]["low mutation is faster, times"] /= 3
write("b")
results["cases"][5]["seconds_per_generation"] = 0
write("zero")
del results["cases"][5]["rss_peak"], results["cases"][5]["seconds_per_generation"]
write("lacking")
P
code=0
"$python" "$here/compare.py" "$folder/a.json" "$folder/little.json" >"$folder/compared" || code=$?
[ "$code" -eq 1 ] && grep -q "geometric mean of time.*SLOWER" "$folder/compared"
! grep -q "MISSING\|LARGER" "$folder/compared" || exit 1
"$python" "$here/compare.py" "$folder/a.json" "$folder/little.json" --mean-tolerance 0.2 >/dev/null
code=0
"$python" "$here/compare.py" "$folder/a.json" "$folder/b.json" >"$folder/compared" || code=$?
[ "$code" -eq 1 ]
for word in SLOWER MISSING NEW ALLOCATES LESS; do
    grep -q "$word" "$folder/compared" || { echo "no $word is told"; exit 1; }
done
echo '{"format": "happygene-bench-1"}' >"$folder/none.json"
for file in "$folder/zero.json" "$folder/lacking.json" "$folder/none.json" "$here/run.sh"; do
    code=0
    "$python" "$here/compare.py" "$folder/a.json" "$file" >"$folder/compared" 2>&1 || code=$?
    [ "$code" -eq 2 ] && ! grep -q Traceback "$folder/compared" ||
        { cat "$folder/compared"; exit 1; }
done
rm -rf "$folder"
echo "the benchmark and its comparison work"
