#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Every subcommand: exit codes, messages, and that failures leave nothing behind.
# commands.sh PROGRAM SOURCE FOLDER MPIEXEC
set -uo pipefail
program=$1 source=$2 folder=$3 mpiexec=$4
export OMP_WAIT_POLICY=passive OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
checks=0 failures=0

rm -rf "$folder"
mkdir -p "$folder/runs"
cd "$folder/runs" || exit 1
tiny=$source/jobs/tiny.yaml

# Runs the program: standard output and error into ../out and ../err, files compared with before.
call() {
    find . -type f | sort >../before
    "$program" "$@" >../out 2>../err
    code=$?
    said="happygene $*"
    find . -type f | sort >../after
}
fail() {
    failures=$((failures + 1))
    echo "FAILED: $said (exit code $code): $*"
    head -5 ../out ../err
}
exits() { checks=$((checks + 1)); [ "$code" -eq "$1" ] || fail "exit code $1 expected"; }
errs() { checks=$((checks + 1)); grep -qE -- "$1" ../err || fail "standard error lacks /$1/"; }
says() { checks=$((checks + 1)); grep -qE -- "$1" ../out || fail "standard output lacks /$1/"; }
silent() { checks=$((checks + 1)); [ ! -s ../out ] || fail "standard output is not empty"; }
quiet() { checks=$((checks + 1)); [ ! -s ../err ] || fail "standard error is not empty"; }
leaves_nothing() {
    checks=$((checks + 1))
    cmp -s ../before ../after || fail "files came or went: $(diff ../before ../after)"
}
refused() { # CODE MESSAGE: nothing on standard output, no file
    exits "$1"; errs "$2"; silent; leaves_nothing
}

# --- the program itself ---
call; refused 2 '^usage: happygene COMMAND'
call frobnicate; refused 2 "^happygene: unknown command 'frobnicate'"
call rnu "$tiny"; refused 2 "unknown command 'rnu' \(did you mean 'run'\?\)"
call --version; exits 0; says '^happygene [0-9]+\.[0-9]+\.[0-9]+$'; quiet
call --help; exits 0; says '^usage: happygene'; quiet
call help; exits 0; says 'run'; quiet
call help keys; exits 0; says 'population\.individuals'; says 'mutation\.basal\.rate'
call help population.individuals; exits 0; says 'individuals'
call help frobnicate; refused 2 'frobnicate'
for command in run validate info export network diff profile verify example help; do
    call help $command; exits 0; says "$command"; quiet
    call $command --help; exits 0; says "$command"; quiet
    call $command --frobnicate; refused 2 "unknown option '--frobnicate'"
done
call run; refused 2 'usage: happygene run FILE'
call diff one.h5; refused 2 'usage: happygene diff'
call info one.h5 two.h5; refused 2 'usage: happygene info'

# --- example ---
call example; exits 0; says '^quickstart '; says '^wagner '
for name in tiny quickstart medium large ecoli wagner siegal-bergman canalization moving-optimum \
    repressilator islands; do
    call example $name; exits 0; quiet
    checks=$((checks + 1))
    cmp -s ../out "$source/jobs/$name.yaml" || fail "differs from jobs/$name.yaml"
done
call example quickstrat; refused 2 'quickstart'

# --- run ---
call run "$tiny" -o a.h5; exits 0; says '^a\.h5$'; errs 'generation 10, mean fitness'
cksum a.h5 >../kept
call run "$tiny" -o a.h5; refused 2 '^happygene: a\.h5 exists; --resume goes on with it, --force replaces it'
checks=$((checks + 1)); cksum a.h5 | cmp -s - ../kept || fail "the existing result was touched"
call run "$tiny" -o a.h5 --force --quiet; exits 0; quiet; leaves_nothing
call run "$tiny" -o a.h5 --force --quiet --set run.generations=x; refused 65 'run\.generations'
call info a.h5; exits 0
call run "$tiny" -o c.h5 -q --set run.seed=9; exits 0
call run a.h5 -o b.h5 -q; exits 0; quiet
call diff a.h5 b.h5; exits 0; says '^identical: [0-9]+ datasets, [0-9]+ values$'; quiet
call run b.h5 -o bb.h5 -q --threads 1; exits 0
call diff a.h5 bb.h5; exits 0
call run b.h5 -o d.h5 -q --set run.seed=9; exits 0
call diff c.h5 d.h5; exits 0
cp "$tiny" here.yaml
call run here.yaml -q; exits 0; says '^tiny\.h5$|^here\.h5$'
rm -f here.h5 tiny.h5
call run "$tiny" -v -o e.h5; exits 0; errs '^population:'
call run "$tiny" -o f.h5 -q --set run.generations=3 --set population.individuals=7; exits 0
call info f.h5; says '7 individuals x 10 genes x 3 generations'
call run "$tiny" -o x.h5 --set foo; refused 2 '--set foo: no value'
call run "$tiny" -o x.h5 --set; refused 2 'set'
call run "$tiny" -o x.h5 --set population.individual=5
refused 65 "--set population\.individual=5: unknown key .*did you mean 'individuals'"
call run "$tiny" -o x.h5 --set population.individuals=-5; refused 65 '-5 is out of range; allowed'
call run "$tiny" -o x.h5 --set mutation.basal.rate=2; refused 65 'mutation\.basal\.rate'
call run "$tiny" -o x.h5 --threads 0; refused 2 '--threads 0: allowed: 1'
call run "$tiny" -o x.h5 --threads many; refused 2 '--threads many'
call run "$tiny" -o x.h5 --kernels mmx; refused 2 'mmx'
call run "$tiny" -o x.h5 --resume --force; refused 2 '--resume goes on, --force starts again'
call run "$tiny" -o a.h5 --resume --set run.generations=7; refused 65 'run\.generations: was'
call run missing.yaml -o x.h5; refused 65 '^missing\.yaml: .*No such file or directory'
call run .. -o x.h5; refused 65 'folder'
call run /dev/null -o x.h5; refused 65 '/dev/null'
head -c 2000 a.h5 >cut.h5
: >empty.h5
call run cut.h5 -o x.h5; refused 65 'cut\.h5'
call run empty.h5 -o x.h5; refused 65 'empty'
call run "$tiny" -o missing/x.h5; refused 74 'missing/x\.h5.*No such file or directory'
call run "$tiny" -o /proc/x.h5; refused 74 '/proc/x\.h5'
call run "$tiny" -o .. --force; exits 2; errs "needs a name that ends in .h5"; leaves_nothing
if [ "$(id -u)" -ne 0 ]; then # root may write anywhere
    mkdir locked; chmod a-w locked
    call run "$tiny" -o locked/x.h5; refused 74 'Permission denied'
fi

# the result of two ranks; a failure on two ranks says so once
"$mpiexec" -n 2 "$program" run "$tiny" -o two.h5 -q >../out 2>../err
code=$? said="run on two ranks"; exits 0
checks=$((checks + 1)); [ "$(cat ../out)" = two.h5 ] || fail "standard output: $(cat ../out)"
call diff a.h5 two.h5; exits 0
find . -type f | sort >../before
timeout 300 "$mpiexec" -n 2 "$program" run missing.yaml -o x.h5 >../out 2>../err
code=$? said="a missing run file on two ranks"; exits 65
find . -type f | sort >../after; leaves_nothing
checks=$((checks + 1)); [ "$(grep -c '^missing.yaml: ' ../err)" -eq 1 ] || fail "said not just once"

# --- dying out ---
cat >doomed.yaml <<'Y'
run: {seed: 1, generations: 50}
population: {individuals: 20, genes: 3}
fitness: [{model: threshold, threshold: 0.9}]
Y
call run doomed.yaml -o doomed.h5; exits 3; says '^doomed\.h5$'; errs 'died out|fitness 0|reproduce'
call info doomed.h5; exits 0; says 'generation 0 of 50'
call run doomed.yaml -o neutral.h5 -q --set selection.on_extinction=neutral; exits 0
call diff doomed.h5 neutral.h5; exits 1
call run doomed.h5 -o again.h5 -q; exits 3
call diff doomed.h5 again.h5; exits 0

# --- failing on the way: what was recorded stays, and is not called complete ---
cat >explode.yaml <<'Y'
run: {seed: 1, generations: 300}
population: {individuals: 50, genes: 4}
environment: {tf_concentration: {series: table, at: [0, 10], values: [0.1, 1.0e300]}}
expression: {model: linear, slope: 1.0e10}
output: {snapshots: {every: 0}}
Y
call run explode.yaml -q; exits 65; errs 'fitness of individual [0-9]+ in generation 10 is inf'; silent
call info explode.h5; exits 0; says 'UNFINISHED: recorded up to generation 9 of 300; failed'
cat >overflow.yaml <<'Y'
run: {seed: 1, generations: 3}
population: {individuals: 1000, genes: 1, initial: {basal: 5.6e+102}}
mutation: {basal: {rate: 0}}
fitness: [{model: proportional}, {model: proportional}, {model: proportional}]
Y
call run overflow.yaml; refused 65 'sum of all individuals.* fitness in generation 0 is inf'
cat >no-number.yaml <<'Y'
run: {seed: 1, generations: 1}
population: {individuals: 5, genes: 4}
network: # infinite after a step, which times the 0 of an edge that is not there is no number
  edges: [[s, a, 1e308], [i, s, -100], [i, b, 1], [b, b, 0.01], [i, i, 0.01], [s, s, 0.01],
          [b, i, 0.01], [b, s, 0.01], [s, b, 0.01], [b, a, 0.01]]
  genes: [s, a, i, b]
regulation: {model: additive, strength: 10}
development: {steps: 2}
fitness: [{model: proportional}]
Y
call run no-number.yaml; refused 65 'fitness of individual 0 in generation 0 is not a number'

# --- fewer threads than asked for: the same work ---
call run "$tiny" -o threads.h5 -q --threads 3; exits 0
OMP_THREAD_LIMIT=1 call run "$tiny" -o limited.h5 -q --threads 3; exits 0
call diff threads.h5 limited.h5; exits 0
OMP_THREAD_LIMIT=2 call run "$tiny" -o limited.h5 -q --threads 3 --force; exits 0
call diff threads.h5 limited.h5; exits 0

# --- validate ---
for file in "$source"/jobs/*.yaml "$source"/tests/data/runs/*.yaml; do
    call validate "$file"; exits 0; quiet; leaves_nothing
    grep -v '^#' ../out >../first
    # the network file's path is relative to the run file, so the copy goes beside it in spirit
    sed "s|file: networks/|file: $source/jobs/networks/|" ../first >resolved.yaml
    call validate resolved.yaml; exits 0
    grep -v '^#' ../out >../second
    checks=$((checks + 1)); cmp -s resolved.yaml ../second || fail "validate changes what it printed"
    rm resolved.yaml
done
call run "$source/tests/data/runs/hill-multiplicative.yaml" -o original.h5 -q; exits 0
call validate "$source/tests/data/runs/hill-multiplicative.yaml"; cp ../out resolved.yaml
call run resolved.yaml -o resolved.h5 -q; exits 0
call diff original.h5 resolved.h5; exits 0
call validate "$tiny" --quiet; exits 0; silent; quiet
call validate missing.yaml; refused 65 '^missing\.yaml: '
call validate "$tiny" --set run.seeds=1; refused 65 "did you mean 'seed'"
printf 'run: {generations: -1, sed: 4}\npopulation: {individuals: many, genes: 3}\n' >wrong.yaml
call validate wrong.yaml; refused 65 '^wrong\.yaml:1:[0-9]+: '
errs "did you mean 'seed'"; errs '^wrong\.yaml:2:[0-9]+: .*individuals'
call run wrong.yaml; refused 65 '^wrong\.yaml:2:[0-9]+: '
for file in "$source"/tests/data/broken/*.yaml; do
    call validate "$file"; exits 65; silent; leaves_nothing
done

# --- diff ---
call diff a.h5 a.h5; exits 0
call diff a.h5 c.h5; exits 1; says '^/snapshots/basal\[0, 0, 0\]: '; says '^different: '
call diff a.h5 f.h5; exits 1
call diff a.h5 missing.h5; refused 65 'missing\.h5: No such file or directory'
call diff a.h5 "$tiny"; refused 65 'not a result file'
call diff cut.h5 a.h5; refused 65 'cut\.h5: damaged or cut short'

# --- info ---
call info a.h5; exits 0; says 'complete'; says '5 individuals x 10 genes'; says 'seed'; quiet
call info cut.h5; refused 65 'damaged or cut short'
call info empty.h5; refused 65 'empty'
call info "$tiny"; refused 65 'not a result file'
call info ..; refused 65 'folder'
call info missing.h5; refused 65 'No such file or directory'
call run "$tiny" -o zero.h5 --quiet --set run.generations=0; exits 0
call info zero.h5; exits 0; says 'state  *complete: recorded up to generation 0'

# --- export, network (exports.py and networks.py have the rest) ---
call export a.h5 --table statistics; exits 0; says '^generation,fitness_mean,'; quiet
call export a.h5 --table individuals -g 0 -f tsv; exits 0; says '^0	0	4	9	g9'; quiet
call export a.h5 -t sbml; exits 0; says '<sbml .* level="3"'; quiet
call export a.h5; refused 2 '--table is missing; allowed: statistics, demes'
call export a.h5 -t genes -g 11; refused 65 'generation 11 is not recorded'
call export cut.h5 -t genes; refused 65 'damaged or cut short'
call export empty.h5 -t genes; refused 65 'empty'
call export "$tiny" -t genes; refused 65 'not a result file'
call export missing.h5 -t genes; refused 65 'No such file or directory'
call network a.h5; exits 0; says 'incoherent'; quiet
call network "$source/jobs/networks/dream4-size10-1.xml" --json; exits 0; says '"edges": 15'; quiet
call network cut.h5; refused 65 'damaged or cut short'
call network missing.xml; refused 65 'missing\.xml: cannot be opened'
call network ..; refused 65 'is a folder'
printf '\211HDF\r\n\032\n' >foreign.h5
call info foreign.h5; exits 65; silent

# --- what an earlier run left, and diploids ---
from=population.initial.from
call validate here.yaml --set $from=a.h5; exits 0; says "^    from: /.*/runs/a\\.h5\$"; quiet
cp ../out again.yaml
call validate again.yaml; exits 0; quiet
call validate here.yaml --set $from=none.h5; refused 65 'none\.h5 cannot be opened: No such file'
call validate here.yaml --set $from="$tiny"; refused 65 'here\.yaml: .*not a result file'
call validate here.yaml --set $from=a.h5 --set population.individuals=6
refused 65 "^here\.yaml: $from: .*a\.h5: has 5 individuals, but population\.individuals is 6"
call validate here.yaml --set $from=a.h5 --set population.ploidy=2; refused 65 'its ploidy is 1'
call validate here.yaml --set $from=a.h5 --set output.file=./a.h5; refused 65 'also output\.file'
call validate here.yaml --set $from=a.h5 --set population.initial.basal=2
refused 65 'population\.initial\.basal: generation 0 comes from population\.initial\.from'
call run here.yaml -q -o diploid.h5 --set population.ploidy=2; exits 0
call info diploid.h5; exits 0; says '10 generations, diploid$'; quiet
call diff diploid.h5 diploid.h5; exits 0; says '^identical'
call diff a.h5 diploid.h5; exits 1; says '^/snapshots/basal: another type or number of axes'

# --- a full disk behind standard output ---
for words in "validate $tiny" "info a.h5" "diff a.h5 b.h5" "diff a.h5 c.h5" "help keys" \
             "example tiny" "--version" "run $tiny -o full.h5 -q" \
             "export a.h5 -t genes" "export a.h5 -t network" "export a.h5 -t performance" \
             "export a.h5 -t graphml" "export a.h5 -t sbml"; do
    # shellcheck disable=SC2086
    "$program" $words >/dev/full 2>../err
    code=$? said="happygene $words > /dev/full"; : >../out; exits 74; errs 'standard output'
done
call info full.h5; exits 0 # the result itself is sound

# --- too few files for MPI, which would end the process in its own way ---
(ulimit -n 8; exec "$program" run "$tiny" -o few.h5 -q) >../out 2>../err
code=$? said='ulimit -n 8; happygene run'; exits 71; errs 'may have 8 files open'

# --- runs side by side share nothing: MPI's folder of this one is gone when generations are made ---
mkdir ../temporary
TMPDIR=$PWD/../temporary "$program" run "$tiny" -o long.h5 -q --set run.generations=100000000 \
    --set output.statistics.every=1000 --set output.snapshots.every=0 >../out 2>../err &
running=$!
for _ in $(seq 600); do [ -e long.h5 ] && break; sleep 0.1; done
checks=$((checks + 1)); [ -e long.h5 ] && [ -z "$(ls ../temporary)" ] || fail "left in TMPDIR: $(ls ../temporary)"
kill -TERM $running
wait $running
code=$? said="happygene run, stopped"; exits 75

cd / && rm -rf "$folder"
echo "$checks checks, $failures failed"
[ "$failures" -eq 0 ]
