#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The batch scripts of jobs/ under a real Slurm of two nodes, both of them this machine:
#
#  1. jobs of one minute that need longer get the signal, stop with a checkpoint, go back into the
#     queue and end with the file of an undisturbed run;
#  2. so do jobs that lose a node (kill -9 of its daemon and all its processes) in mid-run;
#  3. a job that is cancelled leaves a checkpoint and stays out of the queue.
#
# Needs slurm-wlm and munge, and root; `bash tests/slurm.sh` installs them and runs this.
# usage: slurm.sh HAPPYGENE SOURCE-FOLDER SCRATCH-FOLDER
set -u
program=$(realpath "$1") source=$(realpath "$2")
rm -rf "$3" && mkdir -p "$3" && cd "$3" || exit 1
work=$PWD
readonly LIMIT=480 # seconds for everything

for needed in munged slurmctld slurmd sbatch h5dump; do
    PATH=$PATH:/usr/sbin command -v $needed >/dev/null && continue
    echo "slurm.sh: there is no $needed; \`bash tests/slurm.sh\` installs it" >&2
    exit 1
done
if [ "$(id -u)" -ne 0 ]; then
    echo "slurm.sh: Slurm's daemons want root" >&2
    exit 1
fi

# Sockets have short names, so the daemons have a folder of their own.
cluster=$(mktemp -d /tmp/happygene-slurm.XXXXXX) || exit 1
declare -A daemon # process ids by name
undisturbed=()
succeeded=0

log() { printf '%4d s  %s\n' $SECONDS "$*"; }

# ---- The cluster -------------------------------------------------------------------------------

# prints the ids of a node's processes but its daemon: what its steps run, and who started that
node_processes()
{
    local folder id parent
    for folder in /proc/[0-9]*; do
        tr '\0' '\n' <$folder/environ | grep -qx "SLURM_CONF=$cluster/slurm.conf" || continue
        tr '\0' '\n' <$folder/environ | grep -qx "SLURMD_NODENAME=$1" || continue
        id=${folder#/proc/}
        parent=$(awk '/^PPid:/ { print $2 }' $folder/status)
        [ "$(cat /proc/$parent/comm)" = slurmstepd ] && echo $parent
        echo $id
    done 2>/dev/null | sort -un
}

end_everything()
{
    local name
    [ $succeeded -eq 1 ] || show_logs
    # shellcheck disable=SC2046 # lists
    kill -9 $(node_processes n1) $(node_processes n2) 2>/dev/null
    for name in "${!daemon[@]}"; do kill "${daemon[$name]}" 2>/dev/null; done
    [ ${#undisturbed[@]} -eq 0 ] || kill "${undisturbed[@]}" 2>/dev/null
    for _ in $(seq 50); do
        kill -0 "${daemon[@]}" 2>/dev/null || break
        sleep 0.1
    done
    for name in "${!daemon[@]}"; do kill -9 "${daemon[$name]}" 2>/dev/null; done
    wait 2>/dev/null
    rm -rf "$cluster"
}

show_logs()
{
    local file
    squeue --all 2>/dev/null
    for file in "$work"/*.log "$cluster"/*.log; do
        [ -s "$file" ] && echo "--- the end of $file" && tail -n 25 "$file"
    done
}

fail()
{
    log "FAILED: $*"
    exit 1
}

# wait_for SECONDS WHAT COMMAND...: until the command succeeds
wait_for()
{
    local until=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $until ] || fail "waited in vain for $what"
        [ $SECONDS -lt $LIMIT ] || fail "the test takes more than $LIMIT s; it waits for $what"
        sleep 0.3
    done
}

free_port() # from $1 on
{
    local port=$1
    while (exec 3<>/dev/tcp/127.0.0.1/$port) 2>/dev/null; do port=$((port + 1)); done
    echo $port
}

# What is set to be quick: a credential's life, for which a job waits that goes back into the queue,
# the silence after which a node is taken to be dead, the patience with what is to end, and how
# often the queue is looked through.
write_configuration()
{
    local name first
    local size='CPUs=2 Boards=1 SocketsPerBoard=1 CoresPerSocket=2 ThreadsPerCore=1 RealMemory=2000'
    name=$(hostname -s)
    first=$((20000 + $$ % 2000 * 4))
    mkdir "$cluster/state" "$cluster/spool-n1" "$cluster/spool-n2" "$cluster/tmp-n1" \
        "$cluster/tmp-n2"
    cat >"$cluster/slurm.conf" <<END
ClusterName=happygene
SlurmctldHost=$name(127.0.0.1)
SlurmctldPort=$(free_port $first)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$cluster/munge.socket,cred_expire=10
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool-%n
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd-%n.pid
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/slurmd-%n.log
TmpFS=$cluster/tmp-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SlurmdTimeout=15
KillWait=10
SchedulerParameters=sched_interval=5,bf_interval=5
MpiDefault=pmix
ReturnToService=2
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
NodeName=n1 NodeHostname=$name NodeAddr=127.0.0.1 Port=$(free_port $((first + 1))) $size
NodeName=n2 NodeHostname=$name NodeAddr=127.0.0.1 Port=$(free_port $((first + 2))) $size
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:4
END
}

start() # NAME COMMAND...
{
    local name=$1
    shift
    setsid "$@" >>"$cluster/$name.out.log" 2>&1 </dev/null &
    daemon[$name]=$!
}

start_node() { start "$1" slurmd -D -N "$1" -f "$cluster/slurm.conf"; }

node_is_up() { sinfo -h -N -n "$1" -o %T | grep -Eqx '(idle|mixed|allocated)'; }

start_cluster()
{
    write_configuration
    dd if=/dev/urandom of="$cluster/munge.key" bs=1 count=1024 2>/dev/null
    chmod 600 "$cluster/munge.key"
    chmod 755 "$cluster" # munged insists that others can reach its socket
    start munged munged --foreground --force --socket="$cluster/munge.socket" \
        --key-file="$cluster/munge.key" --pid-file="$cluster/munged.pid" \
        --log-file="$cluster/munged.log" --seed-file="$cluster/munged.seed"
    wait_for 30 "munged's socket" test -S "$cluster/munge.socket"
    start slurmctld slurmctld -D -f "$cluster/slurm.conf"
    wait_for 60 "slurmctld" scontrol ping
    start_node n1
    start_node n2
    wait_for 60 "node n1" node_is_up n1
    wait_for 60 "node n2" node_is_up n2
    log "munged, slurmctld and the slurmd of n1 and n2 are up"
}

# A node dies: its daemon and everything that it has started, at once.
kill_node()
{
    local ids
    ids=$(node_processes "$1" | tr '\n' ' ')
    [ -n "$ids" ] || fail "node $1 runs nothing that could be killed"
    # shellcheck disable=SC2086 # a list
    kill -9 "${daemon[$1]}" $ids
    wait "${daemon[$1]}" 2>/dev/null
    log "node $1 killed: its daemon ${daemon[$1]} and processes $ids"
}

# ---- Jobs --------------------------------------------------------------------------------------

field() { scontrol -o show job "$1" | grep -o " $2=[^ ]*" | head -n 1 | cut -d= -f2; }
in_state() { field "$1" JobState | grep -Eqx "$2"; }
restarted() { [ "$(field "$1" Restarts)" -ge "$2" ]; }

# A job that has ended as it should not is not waited for.
is_done()
{
    in_state "$1" 'FAILED|TIMEOUT|NODE_FAIL|CANCELLED|OUT_OF_MEMORY' &&
        fail "job $1: $(field "$1" JobState), exit code $(field "$1" ExitCode)" >&3
    in_state "$1" COMPLETED
}

# job_ends JOB RESULT REFERENCE: having been started again, with the identical file
job_ends()
{
    wait_for 300 "the end of job $1 ($2)" is_done "$1"
    restarted "$1" 1 || fail "job $1 ($2) ended without having been disturbed"
    happygene diff "$3" "$2" || fail "$2 differs from the undisturbed run"
    [ ! -e "${2%.h5}.ckpt" ] || fail "$2 is complete, but its checkpoint is there"
    log "job $1: $2 is the undisturbed run's, after $(field "$1" Restarts) restart(s)"
}

# ---- Run file ----------------------------------------------------------------------------------

# A run of SECONDS of processor time, whatever the processor and however busy it is.
write_run_file() # SECONDS
{
    local used
    cat >my.yaml <<'END'
run: {seed: 1, generations: 1000000}
population:
  {individuals: 4000, genes: 40, initial: {basal: {distribution: uniform, low: 0, high: 1}}}
network: {random: {density: 0.1, weight: {distribution: normal, mean: 0, sd: 1}, seed: 7}}
regulation: {model: additive, strength: 0.2}
development: {steps: 10}
fitness: [{model: gaussian, optimum: 0.5, strength: 0.5}]
mating: {system: sexual}
mutation: {basal: {rate: 0.01, sd: 0.1}}
output: {statistics: {every: 20}, snapshots: {every: 0, fields: [basal, fitness]}}
END
    TIMEFORMAT=%U
    used=$({ time happygene run my.yaml -o short.h5 --set run.generations=200 --quiet --threads 1 \
        >/dev/null; } 2>&1) || fail "the run file: $used"
    generations=$(awk -v used="$used" -v wanted="$1" \
        'BEGIN { print int(wanted * 200 / (used + 0.01)) }')
    sed -i "s/generations: 1000000/generations: $generations/" my.yaml
    log "200 generations take $used s: runs of $generations"
}

# As a user would, with the lines changed that are marked "edit".
submit() # SCRIPT WORDS-FOR-SBATCH... -- WORDS-FOR-THE-RUN...
{
    local script=$1 options=()
    shift
    while [ "$1" != -- ]; do options+=("$1") && shift; done
    shift
    sbatch --parsable --mem=200M "${options[@]}" "$source/jobs/$script" my.yaml "$@" ||
        fail "sbatch $script"
}

exec 3>&1
trap end_everything EXIT
trap 'exit 130' INT TERM
mkdir "$cluster/bin" && ln -s "$program" "$cluster/bin/happygene"
export PATH="$cluster/bin:$PATH:/usr/sbin" SLURM_CONF="$cluster/slurm.conf"
export OMPI_MCA_btl=self,tcp OMPI_MCA_btl_tcp_if_include=lo # all nodes are this machine,
export OMPI_MCA_mpi_yield_when_idle=1 OMP_WAIT_POLICY=passive # with few cores for all ranks

write_run_file 24
start_cluster

log "jobs of a minute, signalled half a minute or more before it is up"
minute=(--time=1 --signal=B:USR1@26)
several=$(submit several-nodes.sbatch "${minute[@]}" --nodes=2 --ntasks-per-node=1 \
    --cpus-per-task=1 --) || exit 1
one=$(RESULT=one.h5 submit one-node.sbatch "${minute[@]}" --cpus-per-task=1 --) || exit 1
array=$(submit replicates.sbatch "${minute[@]}" --array=1-2 --cpus-per-task=1 --) || exit 1
for job in $several $one ${array}_1 ${array}_2; do
    wait_for 90 "the start of job $job" in_state "$job" RUNNING
done
log "jobs $several, $one, ${array}_1 and ${array}_2 run"
for seed in 1 2; do
    happygene run my.yaml -o whole$seed.h5 --set run.seed=$seed --quiet --threads 1 >/dev/null &
    undisturbed+=($!)
done
for job in $several $one ${array}_1 ${array}_2; do
    wait_for 120 "job $job to be stopped and put back" restarted "$job" 1
    scontrol update "JobId=$job" TimeLimit=10 || fail "job $job cannot be given more time"
done
log "all have been put back; their next part has more time"
for id in "${undisturbed[@]}"; do
    wait "$id" || fail "an undisturbed run ended with $?"
done
log "two undisturbed runs done"
job_ends "$several" my.h5 whole1.h5
job_ends "$one" one.h5 whole1.h5
job_ends "${array}_1" my-seed1.h5 whole1.h5
job_ends "${array}_2" my-seed2.h5 whole2.h5
stops=$(cat happygene-*.log replicates-*.log | grep -c 'back into the queue')
log "$stops times stopped by the signal"

log "a node dies: of one job the one with its script, of the other the second of two"
fewer=$((generations / 2))
often=(--set "run.generations=$fewer" --set "checkpoint.every=$((fewer / 20))")
several=$(RESULT=lost.h5 submit several-nodes.sbatch --time=10 --nodes=2 --ntasks-per-node=1 \
    --cpus-per-task=1 -- "${often[@]}") || exit 1
one=$(RESULT=moved.h5 submit one-node.sbatch --time=10 --nodelist=n2 --cpus-per-task=1 -- \
    "${often[@]}") || exit 1
wait_for 120 "a checkpoint of job $several" test -e lost.ckpt
wait_for 120 "a checkpoint of job $one" test -e moved.ckpt
kill_node n2
happygene run my.yaml -o half.h5 "${often[@]}" --quiet --threads 1 >/dev/null ||
    fail "the undisturbed run of $fewer generations"
for job in $several $one; do
    wait_for 90 "Slurm to put job $job back" restarted "$job" 1
done
start_node n2
log "n2 is started again"
job_ends "$several" lost.h5 half.h5
job_ends "$one" moved.h5 half.h5
for job in $several $one; do
    grep -q 'goes on from the checkpoint' "happygene-$job.log" || fail "job $job began anew"
done

log "a job is cancelled"
one=$(RESULT=ended.h5 submit one-node.sbatch --time=10 --cpus-per-task=1 --) || exit 1
wait_for 60 "the start of job $one" grep -q 'individuals' "happygene-$one.log"
sleep 1
scancel "$one"
wait_for 60 "the end of the cancelled job $one" in_state "$one" CANCELLED
in_queue() { squeue -h -j "$1" -t PENDING,CONFIGURING,RUNNING,COMPLETING 2>/dev/null | grep -q .; }
has_left() { ! in_queue "$1"; }
wait_for 60 "the cancelled job $one to leave the queue" has_left "$one"
sleep 2
in_state "$one" CANCELLED || fail "the cancelled job $one is $(field "$one" JobState)"
[ -e ended.ckpt ] || fail "the cancelled job $one left no checkpoint"
log "job $one has left a checkpoint, and is not in the queue again"
succeeded=1
log "done"
