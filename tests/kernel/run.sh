#!/bin/sh
# Runs the tests of all variants, or of those named, in the folder given. Prints what each
# program prints, and fails if any fails.
#
#   sh run.sh FOLDER [VARIANT...]
set -u
folder=$1
shift
[ $# -gt 0 ] || set -- gcc gcc-san clang-san tsan
export UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=detect_leaks=1:max_malloc_fill_size=0
status=0

# The sanitizers make the same cases take several times as long. KERNEL_CASES= for fewer, or more, where it is quickest;
# GCC_SAN=brief for short signals only, and a tenth of the random cases that clang's sanitizers have, under gcc's.
arguments() {
    case $1:$2 in
    arm:test-conv | windows:test-conv) echo 500 ;;
    arm:test-engine | windows:test-engine) echo 50 ;;
    arm:test-matrix | arm:test-regressor | windows:test-matrix) echo 1000 ;;
    gcc:test-conv) echo "${KERNEL_CASES:-30000}" ;;
    arm:test-array | windows:test-array) echo 500 ;;
    gcc:test-engine) echo 2000 ;;
    gcc-san-brief:test-conv) echo 500 ;; # without the longest
    gcc-san-brief:test-transform) echo 32768 ;;
    gcc-san-brief:test-array) echo 500 ;;
    gcc-san-brief:test-engine) echo 30 ;;
    gcc-san-brief:test-matrix | gcc-san-brief:test-regressor) echo 1000 ;;
    gcc:test-matrix | gcc:test-regressor) echo 40000 ;;
    gcc:test-leave) echo long ;;
    clang-san:test-array) echo 20000 ;;
    tsan:test-conv) echo 1000 ;;
    *:test-array) echo 5000 ;;
    *:test-conv) echo 5000 ;;
    *:test-engine) echo 300 ;;
    *:test-matrix | *:test-regressor) echo 10000 ;;
    esac
}

run() {
    case $1 in
    arm) qemu-aarch64 "$folder/$1/$2" $3 ;; # which is ten times as slow
    windows) WINEPREFIX=$(cd "$folder" && pwd)/wine WINEDEBUG=-all DISPLAY='' /usr/lib/wine/wine64 "$folder/$1/$2" $3 ;;
    # what clang's counters have found, if there are any: make kernel-coverage
    *) LLVM_PROFILE_FILE="$folder/$1/$2.profraw" "$folder/$1/$2" $3 ;;
    esac
}

for variant; do
    echo "convmat: kernel tests, $variant"
    for program in "$folder/$variant"/test-*; do
        case $program in *.o | *.profraw) continue ;; esac
        name=${program##*/}
        brief=
        [ "$variant" != gcc-san ] || brief=${GCC_SAN:+-$GCC_SAN}
        cases=$(arguments "$variant$brief" "$name")
        run "$variant" "$name" "$cases" || status=1
    done
done
exit $status
