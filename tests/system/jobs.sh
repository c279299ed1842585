#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The batch scripts of jobs/, with stand-ins for srun and scontrol: a run that gets the signal
# before its time is up goes back into the queue, and the scripts go on with it until it is
# complete. slurm.sh does it with a real Slurm.
# usage: jobs.sh HAPPYGENE SOURCE-FOLDER SCRATCH-FOLDER
set -u
program=$(realpath "$1") source=$(realpath "$2")
rm -rf "$3" && mkdir -p "$3/bin" && cd "$3" || exit 1
failures=0
check() { "${@:2}" || { echo "FAILED: $1"; failures=$((failures + 1)); }; }

ln -s "$program" bin/happygene
cat >bin/srun <<'END'
#!/bin/bash
while [ $# -gt 0 ] && [ "$1" != happygene ]; do shift; done
if [ -e fails-to-start ]; then
    rm fails-to-start
    exit 0 # as it was seen to do
fi
exec "$@" --quiet --threads 1
END
cat >bin/scontrol <<'END'
#!/bin/bash
echo "$@" >>requeued
END
chmod +x bin/srun bin/scontrol
export PATH="$PWD/bin:$PATH" SLURM_CPUS_PER_TASK=1 SLURM_JOB_ID=17 SLURM_ARRAY_JOB_ID=18 \
    SLURM_ARRAY_TASK_ID=3

cat >my.yaml <<'END'
run: {seed: 3, generations: 60000}
population: {individuals: 300, genes: 5, initial: {basal: {distribution: uniform, low: 0, high: 1}}}
fitness: [{model: proportional}]
mutation: {basal: {rate: 0.01, sd: 0.1}}
output: {statistics: {every: 1000}}
END

# submits SCRIPT RESULT: the first time it is stopped by the signal, then it ends by itself
submit_twice()
{
    local script=$1 result=$2 job code
    rm -f requeued
    bash "$source/jobs/$script" my.yaml >log 2>&1 &
    job=$!
    for _ in $(seq 2000); do [ -e "$result" ] && break; sleep 0.05; done
    sleep 0.3
    kill -USR1 $job
    # a stand-in for the end of a job: the script, in its sleep, is ended
    for _ in $(seq 2000); do [ -e requeued ] && break; sleep 0.05; done
    check "$script is put back into the queue: $(cat log)" test -e requeued
    while kill $job 2>/dev/null; do sleep 0.1; done
    wait $job
    check "$script stops with a checkpoint" test -e "${result%.h5}.ckpt"
    bash "$source/jobs/$script" my.yaml >log 2>&1
    code=$?
    check "$script: exit $code: $(cat log)" test $code -eq 0
    check "$script: the result is complete" \
        sh -c "happygene info '$result' | grep -q 'complete: recorded up to generation 60000'"
    check "$script leaves no checkpoint" test ! -e "${result%.h5}.ckpt"
    bash "$source/jobs/$script" my.yaml >log 2>&1
    code=$?
    check "$script: complete already, exit $code: $(cat log)" test $code -eq 0
}

submit_twice one-node.sbatch my.h5
check "the job's number" grep -q '^requeue 17$' requeued
mv my.h5 one.h5
submit_twice several-nodes.sbatch my.h5
submit_twice replicates.sbatch my-seed3.h5
check "the element's number" grep -q '^requeue 18_3$' requeued
happygene run my.yaml -o whole.h5 --quiet >/dev/null
for result in one.h5 my.h5 my-seed3.h5; do
    check "$result is that of an undisturbed run" happygene diff whole.h5 $result >/dev/null
done
RESULT=bad.h5 bash "$source/jobs/one-node.sbatch" my.yaml --set run.seed=x >log 2>&1
code=$?
check "a run file that is wrong: exit $code: $(cat log)" test $code -eq 65
touch fails-to-start
RESULT=again.h5 bash "$source/jobs/one-node.sbatch" my.yaml --set run.generations=9 >log 2>&1
code=$?
check "a step that fails to start, exit $code: $(cat log)" test $code -eq 0
check "it was tried again" grep -q 'ended with 0: once more' log
echo "$failures failed"
exit $((failures > 0))
