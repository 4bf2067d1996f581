#!/bin/sh
# Runs the kernel's tests with clang's counters, and prints what of the kernel they reach: a
# table, then lines and branches that are not reached. Fails if one is not, unless a
# comment in its line says `nocov`. With "fuzz", the fuzz targets on their corpus instead.
#
# LACKS names the instruction sets that this processor does not have (avx2 avx512): the Makefile has
# compiled their loops without counters, and lines that name them cannot be reached. This is said.
#
#   LACKS=... sh coverage.sh FOLDER KERNEL-FOLDER [fuzz]
set -eu
folder=$1
kernel=$(cd "$2" && pwd)
cannot=
for set in ${LACKS:-}; do
    echo "convmat: not run: the loops for $set, which this processor does not have"
    cannot="$cannot|cm_simd_$set|supports[(]\"$set"
done
programs=$(find "$folder" -name "${3:-test}-*" ! -name '*.o' | sort)
rm -f "$folder"/*.profraw

run() {
    LLVM_PROFILE_FILE="$folder/%p.profraw" "$@" >"$folder/run.log" 2>&1 || {
        cat "$folder/run.log"
        exit 1
    }
}

for program in $programs; do
    name=${program##*/}
    case $name in
    fuzz-*) run "$program" -runs=0 "corpus/${name#fuzz-}" ;;
    test-conv) run "$program" 4000 ;;
    test-engine)
        run "$program" 300
        # processors that lack what this one has
        if command -v qemu-x86_64 >/dev/null; then
            for cpu in Nehalem Haswell Haswell,-fma; do run qemu-x86_64 -cpu "$cpu" "$program" levels; done
        else
            echo "convmat: not run: the choice on other processors, which takes qemu-x86_64"
            cannot="$cannot|__builtin_cpu_supports"
        fi
        ;;
    test-matrix | test-regressor) run "$program" 5000 ;;
    *) run "$program" ;;
    esac
done

"llvm-profdata$LLVM" merge -o "$folder/all.profdata" "$folder"/*.profraw
objects=$(echo "$programs" | sed 's/^/-object /')
cov() {
    command=$1
    shift
    # shellcheck disable=SC2086 # a list of words
    "llvm-cov$LLVM" "$command" -instr-profile="$folder/all.profdata" "$@" $objects 2>/dev/null
}

cov report -show-branch-summary -show-region-summary=false | awk -v kernel="src/kernel/" '
    /^Filename|^TOTAL/ { if (/^F/) print; next }
    index($1, kernel) && NF > 9 { sub(/^.*src\/kernel\//, ""); print; line += $5; no += $6; branch += $8; none += $9 }
    END { printf "convmat: %d of %d lines, %d of %d branches\n", line - no, line, branch - none, branch }'

# A header is compiled several times: what one of them reaches is reached.
cov show -show-branches=count | awk -v kernel="$kernel/" -v cannot="${cannot#|}" '
    function text(s) { sub(/^ *[0-9]+\|[^|]*\|/, "", s); sub(/^ +/, "", s); return s }
    /^[^ |].*:$/ { file = substr($0, 1, length($0) - 1); mine = index(file, kernel) == 1; off = 0; next }
    !mine { next }
    /nocov start/ { off = 1 }
    /^ *[0-9]+\|/ {
        split($0, part, "|")
        n = part[1] + 0
        source[file, n] = text($0)
        if (off || /nocov/ || (cannot && $0 ~ cannot)) skip[file, n] = 1
        if (part[2] ~ /[0-9]/) { count[file, n] += part[2] ~ /^ *0$/ ? 0 : 1 }
    }
    /nocov end/ { off = 0 }
    /Branch \(/ {
        match($0, /\([0-9]+:[0-9]+\)/)
        place = substr($0, RSTART + 1, RLENGTH - 2)
        split(place, at, ":")
        key = file SUBSEP at[1] SUBSEP at[2]
        if ($0 !~ /True: 0,/) yes[key] = 1
        if ($0 !~ /False: 0\]/) no[key] = 1
        branch[key] = at[1]
    }
    END {
        for (k in count) if (!count[k] && !(k in skip) && source[k] != "}") {
            split(k, p, SUBSEP); sub(/^.*\//, "", p[1])
            print "line not run: " p[1] ":" p[2] ": " source[k]; bad++
        }
        for (k in branch) {
            split(k, p, SUBSEP)
            if ((p[1], p[2]) in skip || (yes[k] && no[k])) continue
            s = source[p[1], p[2]]; sub(/^.*\//, "", p[1])
            print "branch never " (yes[k] ? "false" : no[k] ? "true" : "reached") ": " p[1] ":" p[2] ":" p[3] ": " s; bad++
        }
        exit bad > 0
    }'
