#!/bin/sh
# Prints what of the kernel its tests have reached, by clang's counters: a table, then lines and branches that
# are not reached. Fails if one is not, unless a comment in its line says `nocov`. `sh run.sh FOLDER clang-san` runs
# the tests; the choice of an instruction set is run here, for processors that lack what this one has.
#
# LACKS names the instruction sets that this processor does not have (avx2 avx512): the Makefile has
# compiled their loops without counters, and lines that name them cannot be reached. This is said.
#
#   LACKS=... sh coverage.sh FOLDER TOP
set -eu
folder=$1
top=$(cd "$2" && pwd)
kernel=/convmat/src/kernel
cannot=
for set in ${LACKS:-}; do
    echo "convmat: not run: the loops for $set, which this processor does not have"
    cannot="$cannot|cm_simd_$set|supports[(]\"$set"
done

if command -v qemu-x86_64 >/dev/null; then
    for cpu in Nehalem:base Haswell:avx2 Haswell,-fma:base; do
        LLVM_PROFILE_FILE="$folder/clang-san/levels-${cpu%:*}.profraw" \
            qemu-x86_64 -cpu "${cpu%:*}" "$folder/levels/levels" "${cpu#*:}" 2>"$folder/levels/log" || {
            cat "$folder/levels/log"
            exit 1
        }
    done
else
    echo "convmat: not run: the choice on other processors, which takes qemu-x86_64"
    cannot="$cannot|__builtin_cpu_supports"
fi

"llvm-profdata$LLVM" merge -o "$folder/clang-san/all.profdata" "$folder"/clang-san/*.profraw
objects=$(find "$folder/clang-san" -name "test-*" ! -name '*.*' | sort | sed 's/^/-object /')
cov() {
    command=$1
    shift
    # shellcheck disable=SC2086 # a list of words
    "llvm-cov$LLVM" "$command" -instr-profile="$folder/clang-san/all.profdata" -path-equivalence="/convmat,$top" \
        "$@" $objects 2>/dev/null
}

cov report -show-branch-summary -show-region-summary=false | awk -v kernel="src/kernel/" '
    /^Filename|^TOTAL/ { if (/^F/) print; next }
    index($1, kernel) && NF > 9 { sub(/^.*src\/kernel\//, ""); print; line += $5; no += $6; branch += $8; none += $9 }
    END { printf "convmat: %d of %d lines, %d of %d branches\n", line - no, line, branch - none, branch }
    END { exit line == 0 }'

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
