#!/bin/sh
# R for 64-bit ARM, run by an emulator, with convmat built for it by a cross-compiler: the tests whose
# names are given. R and its packages come from Debian, into a cache outside of the repository. R code and help are
# those of build/library, installed by the R of this machine, which must be of the same Debian release; the
# compiled code is ARM's. R's own processes cannot be started from it, so tests that need some are not for this.
#
#   sh tools/test-arm.sh NAME...         tests/testthat/test-NAME.R, one after the other
set -eu
cd "$(dirname "$0")/.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/convmat/arm64
root=$cache/root
work=$PWD/build/arm
mkdir -p "$cache" "$work"

if [ ! -e "$root/usr/lib/R/bin/exec/R" ]; then
    echo "convmat: fetching R for 64-bit ARM into $cache (a minute; log in build/arm/fetch.log)"
    sh tests/kernel/arm.sh "$cache" --depends r-base-core r-cran-testthat r-cran-matrix r-cran-cli \
        >"$work/fetch.log" 2>&1 || { tail "$work/fetch.log"; exit 1; }
fi

rm -rf "$work/library" && mkdir "$work/library"
cp -R build/library/convmat "$work/library"
libraries=$root/usr/lib/aarch64-linux-gnu
# shellcheck disable=SC2046 # names of C files
aarch64-linux-gnu-gcc -std=gnu11 -shared -fPIC -O2 -Wall -Isrc -Isrc/kernel -Iinst/include \
    -I"$root/usr/share/R/include" $(find src -name '*.c') -o "$work/library/convmat/libs/convmat.so" \
    -L"$libraries/lapack" -L"$libraries/blas" -L"$libraries" -l:liblapack.so.3 -l:libblas.so.3 -lm

# Names of files that begin with / are looked up in root first.
arm_r() {
    env R_HOME=/usr/lib/R R_SHARE_DIR=/usr/share/R/share R_INCLUDE_DIR=/usr/share/R/include R_DOC_DIR=/usr/share/R/doc \
        R_LIBS_SITE=/usr/lib/R/site-library R_LIBS="$work/library" NOT_CRAN=true LC_ALL=C.UTF-8 \
        qemu-aarch64 -L "$root" -E LD_LIBRARY_PATH="$(printf '/usr/lib/%s:' \
            aarch64-linux-gnu/blas aarch64-linux-gnu/lapack R/lib aarch64-linux-gnu)" \
        "$root/usr/lib/R/bin/exec/R" --vanilla --no-echo "$@"
}

arm_r -e 'cat("convmat: this R is for", R.version$arch, "\n"); stopifnot(R.version$arch == "aarch64")'
for name; do
    echo "convmat: test-$name.R"
    # one file after the other in this very process, whatever DESCRIPTION says of parallel ones
    TESTTHAT_PARALLEL=false arm_r -e 'library(testthat)' -e 'library(convmat)' -e "
        found <- as.data.frame(test_file('tests/testthat/test-$name.R', package = 'convmat',
            load_package = 'installed', reporter = 'check', stop_on_failure = FALSE))
        cat(sum(found\$nb) - sum(found\$failed) - sum(found\$skipped), 'passed,', sum(found\$failed), 'failed\n')
        quit(status = any(found\$failed > 0) || any(found\$error) || sum(found\$nb) == 0)"
done
