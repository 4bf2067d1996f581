#!/bin/sh
# Fuzzes each target for some seconds, two at a time (FUZZ_JOBS=1 for one), beginning with the corpus in the
# repository; what is new goes to FOLDER/corpus. Fails if there is a finding, which is left in FOLDER.
#
#   sh fuzz.sh FOLDER SECONDS TARGET...
set -eu
folder=$1
seconds=$2
shift 2
# inputs that run fast are preferred; what has been freed is kept for less, which is faster
export ASAN_OPTIONS=quarantine_size_mb=16
fuzz() {
    target=$1
    mkdir -p "$folder/corpus/$target"
    echo "convmat: fuzzing $target for $seconds s"
    "$folder/fuzz-$target" -max_total_time="$seconds" -max_len=300 -timeout=60 -entropic_scale_per_exec_time=1 \
        -print_final_stats=1 -artifact_prefix="$folder/finding-$target-" \
        "$folder/corpus/$target" "corpus/$target" >"$folder/$target.log" 2>&1 || {
        tail -n 40 "$folder/$target.log"
        echo "convmat: a finding; run it with $folder/fuzz-$target $folder/finding-$target-*"
        return 1
    }
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/$target.log")
    echo "convmat: $target: runs without a finding: $runs"
}

status=0
while [ $# -gt 0 ]; do
    fuzz "$1" &
    first=$!
    second=
    if [ $# -gt 1 ] && [ "${FUZZ_JOBS:-2}" -gt 1 ]; then
        shift
        fuzz "$1" &
        second=$!
    fi
    shift
    for job in $first $second; do wait "$job" || status=1; done
done
exit $status
