#!/bin/sh
# A cluster of one machine: Slurm and munge on loopback, with settings, keys and logs of their own in build/slurm, as root.
# Pieces of a long signal and subjects go as jobs; one job is killed and the work submitted again until nothing is missing; then
# all results are compared with those of one process. At last the template of the package is used by future.batchtools.
#
#   sh tools/slurm.sh [SAMPLES [SUBJECTS [TASKS]]]
set -u
cd "$(dirname "$0")/.." || exit 1
samples=${1:-1e8}
subjects=${2:-200}
tasks=${3:-8}
top=$(pwd)/build/slurm
data=$top/data
say() { echo "convmat: $*"; }

stop() {
    for name in slurmd slurmctld munged; do
        pid=$(cat "$top/run/$name.pid" 2>/dev/null)
        [ -n "$pid" ] && kill "$pid" 2>/dev/null
        n=0
        while [ -n "$pid" ] && [ -e "$top/run/$name.pid" ] && [ $n -lt 100 ]; do # until it has tidied up
            n=$((n + 1))
            sleep 0.1
        done
    done
    return 0
}

fail() {
    say "$*" >&2
    tail -n 15 "$top"/log/*.log >&2
    stop
    exit 1
}

[ "$(id -u)" -eq 0 ] || { say "make slurm starts services, and must be run by root" >&2; exit 1; }
stop
rm -rf "$top"
mkdir -p "$top/log" "$top/run" "$top/state" "$top/spool" "$data"
trap stop EXIT
trap 'exit 1' INT TERM

# munge vouches for who submits; it wants a key of its own, and its folders to be nobody else's
dd if=/dev/urandom of="$top/munge.key" bs=1 count=1024 2>/dev/null
chmod 600 "$top/munge.key"
munged --force --key-file="$top/munge.key" --socket="$top/run/munge" --pid-file="$top/run/munged.pid" \
    --log-file="$top/log/munged.log" --seed-file="$top/munge.seed" || fail "munged does not start"

host=$(hostname -s)
cpus=$(nproc)
cat >"$top/slurm.conf" <<CONF
ClusterName=convmat
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$top/run/munge
CredType=cred/munge
SlurmctldPort=16817
SlurmdPort=16818
SlurmctldPidFile=$top/run/slurmctld.pid
SlurmdPidFile=$top/run/slurmd.pid
SlurmctldLogFile=$top/log/slurmctld.log
SlurmdLogFile=$top/log/slurmd.log
StateSaveLocation=$top/state
SlurmdSpoolDir=$top/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,batch_sched_delay=0
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=1000 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
echo "CgroupPlugin=cgroup/v1" >"$top/cgroup.conf"
export SLURM_CONF="$top/slurm.conf"
export USER="${USER:-$(id -un)}" # batchtools asks for the jobs of this user
slurmctld || fail "slurmctld does not start"
slurmd || fail "slurmd does not start"
n=0
until sinfo -h -o %T 2>/dev/null | grep -q idle; do
    n=$((n + 1))
    [ $n -lt 60 ] || fail "the node is not there after a minute: $(sinfo -h 2>&1)"
    sleep 1
done
say "Slurm $(sinfo --version | sed 's/.* //') runs on $host, with $cpus processors"

say "making a signal of $samples samples, and $subjects subjects"
Rscript tools/pieces.R make "$data" "$samples" "$subjects" "$tasks" || fail "no data"

submit() { # what task
    sbatch --parsable --job-name="$1-$2" --ntasks=1 --output="$top/log/job-%j.out" --chdir="$(pwd)" --no-requeue \
        --wrap="Rscript tools/pieces.R $1 $data $2"
}

wait_for() { # of a job, until it is in a state
    n=0
    until squeue -h -j "$1" -o %T 2>/dev/null | grep -q "$2"; do
        n=$((n + 1))
        [ $n -lt 600 ] || fail "job $1 is not $2 after a minute"
        sleep 0.1
    done
}

round=0
kill_next=yes
while :; do
    todo=$(Rscript tools/pieces.R missing "$data") || fail "cannot tell what is missing"
    [ -n "$todo" ] || break
    round=$((round + 1))
    [ $round -le 4 ] || fail "results are missing after 4 rounds: $todo"
    say "round $round: $(echo "$todo" | wc -l) jobs"
    jobs=$(echo "$todo" | while read -r what task; do submit "$what" "$task"; done)
    if [ $kill_next = yes ]; then # the first one, as soon as it runs: its R, as a machine short of memory would
        kill_next=no
        job=$(echo "$jobs" | head -n 1)
        wait_for "$job" RUNNING
        n=0
        until pid=$(scontrol listpids "$job" 2>/dev/null | awk 'NR > 1 && $1 > 0 { p = $1 } END { print p }') && [ -n "$pid" ] &&
            grep -q pieces.R "/proc/$pid/cmdline" 2>/dev/null; do
            n=$((n + 1))
            [ $n -lt 100 ] || break
            sleep 0.05
        done
        if [ -n "$pid" ] && kill -9 "$pid"; then
            say "killed job $job, process $pid"
        else
            scancel --signal=KILL --full "$job"
            say "killed job $job by scancel"
        fi
    fi
    while [ -n "$(squeue -h)" ]; do sleep 0.5; done
done
say "all results are there after $round rounds"
[ $round -gt 1 ] || fail "no job was killed"
Rscript tools/pieces.R compare "$data" || fail "results differ"

Rscript - <<'R' || fail "future.batchtools does not work with the template"
if (!requireNamespace("future.batchtools", quietly = TRUE)) {
  cat("convmat: future.batchtools is not installed, and its template not tried\n")
  quit()
}
template <- normalizePath("inst/slurm/batchtools.tmpl")
setwd(tempdir())
future::plan(future.batchtools::batchtools_slurm, template = template, resources = list(minutes = 5, memory = 500))
x <- sin(1:20000)
plan <- convmat::conv_chunks(20000, 300, 10000)
pieces <- future.apply::future_lapply(seq_len(nrow(plan)), function(i) {
  convmat::conv_chunk(x[plan$from[i]:plan$to[i]], rep(1, 300), plan[i, ], method = "direct")
})
stopifnot(identical(unlist(pieces), convmat::conv(x, rep(1, 300), method = "direct")))
cat(sprintf("convmat: %d pieces by future.batchtools and inst/slurm/batchtools.tmpl have the bits of one call\n", nrow(plan)))
R
rm -rf "$data"
say "make slurm: passed"
