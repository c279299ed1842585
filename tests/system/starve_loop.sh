#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Memory that runs out on one of several ranks, also while generations are made, where a rank cannot
# ask the others: all ranks end, soon, with exit code 71 and a message, whichever allocation fails,
# and no complete result is left. At least one allocation that fails must be in the loop.
# usage: starve_loop.sh MPIEXEC STARVE HAPPYGENE FOLDER RUN.yaml
set -u
mpiexec=$1 starve=$2 program=$3 folder=$4 run=$5
errors="$folder/starve-loop.err" output="$folder/starve-3.h5"
failures=0 tried=0 k=0
fail() {
    echo "allocation $k: $*"
    cat "$errors"
    failures=$((failures + 1))
}
"$program" run "$run" --set run.generations=0 -o "$folder/starve-loop.h5" --force -q >/dev/null || exit 1
while [ "$failures" -lt 5 ]; do
    k=$((k + 1 + k / 6)) # ever larger steps: each costs half a second
    AT=$k timeout 300 "$mpiexec" -n 3 "$starve" "$folder" "$run" >/dev/null 2>"$errors"
    status=$?
    [ $status -eq 0 ] && break
    tried=$((tried + 1))
    [ $status -eq 71 ] || fail "exit code $status, not 71"
    grep -q 'happygene: .*no memory' "$errors" || fail "no message"
    [ "$(grep -c '^happygene: ' "$errors")" -eq 1 ] || fail "not one message"
    if [ -e "$output" ] && "$program" info "$output" 2>/dev/null | grep -q ' complete'; then
        fail "a failed run left a complete result"
    fi
    rm -f "$output"
done
rm -f "$output" "$errors" "$folder/starve-loop.h5"
echo "$tried allocations failed, the last but one of about $k; $failures failures"
[ "$tried" -ge 15 ] && [ "$failures" -eq 0 ]
