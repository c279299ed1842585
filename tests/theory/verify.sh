#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# happygene verify: the same rows on any number of ranks and threads, others with another seed;
# what it refuses. verify.sh PROGRAM MPIEXEC FOLDER
set -euo pipefail
program=$1 mpiexec=$2 folder=$3
mkdir -p "$folder"
cd "$folder"

fail() { echo "FAILED: $*"; exit 1; }

experiments=(parents migrants response development inheritance noise models records)
"$program" verify --quick --quiet --threads 1 "${experiments[@]}" >one.txt 2>one.err
[ ! -s one.err ] || fail "--quiet says: $(cat one.err)"
[ "$(grep -c agrees one.txt)" -ge 15 ] || fail "there are too few rows: $(cat one.txt)"
"$mpiexec" -n 3 "$program" verify --quick --threads 2 "${experiments[@]}" >three.txt 2>three.err
tr -d '\r' <three.txt | cmp - one.txt || fail "one rank and three differ"
grep -q '^happygene: migrants: ' three.err || fail "there is no progress: $(cat three.err)"
"$program" verify --quick --quiet --seed 2 response >two.txt
[ "$(grep -c agrees two.txt)" -eq 9 ] || fail "response has rows: $(cat two.txt)"
! grep '^response' one.txt | cmp -s - <(grep '^response' two.txt) || fail "the seed does nothing"

refused() { # words, then a pattern of the message
    local pattern=${*: -1} code=0
    "$program" verify "${@:1:$#-1}" >out.txt 2>err.txt || code=$?
    [ "$code" -eq 2 ] || fail "verify ${*:1:$#-1}: exit code $code"
    [ ! -s out.txt ] || fail "verify ${*:1:$#-1} prints $(cat out.txt)"
    grep -q -- "$pattern" err.txt || fail "verify ${*:1:$#-1}: $(cat err.txt)"
}
refused --quik "did you mean '--quick'"
refused migrant "did you mean 'migrants'"
refused astrology 'no experiment'
refused --seed -1 'allowed: 0 to'
refused --threads 0 'allowed: 1 to 4096'
"$program" help verify | grep -q -- '--quick' || fail 'no help'
"$program" help verify | grep -q '^  crossovers ' || fail 'help does not list the experiments'
"$program" verify --quick --quiet development >/dev/full 2>err.txt && fail 'a full disk goes unnoticed'
grep -q 'cannot write' err.txt || fail "a full disk: $(cat err.txt)"
cd /
rm -rf "$folder"
echo 'verify: layouts, seeds, refusals'
