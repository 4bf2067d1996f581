#!/bin/sh
# Builds the package into build/ and runs R CMD check --as-cran on it. Errors, warnings and notes fail.
#
#   sh tools/check.sh            as CRAN does
#   sh tools/check.sh depends    with the packages in Depends and Imports only, and testthat; no vignettes
#
# VIGNETTES=once leaves out that R CMD check knits the vignettes, which R CMD build has just knitted, once more.
set -eu
cd "$(dirname "$0")/.."

unset CONVMAT_EXTENDED NOT_CRAN
# What CRAN's server would be asked, and clocks on the net, say nothing about the package.
export _R_CHECK_CRAN_INCOMING_REMOTE_=false
export _R_CHECK_SYSTEM_CLOCK_=false
export _R_CHECK_FUTURE_FILE_TIMESTAMPS_=false
# Links from README to files must lead to files of the package.
export _R_CHECK_CRAN_INCOMING_CHECK_FILE_URIS_=true
# Of a test that fails, all lines; of tests and examples, the time.
export _R_CHECK_TESTS_NLINES_=0
export _R_CHECK_TIMINGS_=0

folder=build/check
build=
check=--as-cran
[ "${VIGNETTES:-}" != once ] || check="$check --no-vignettes"
if [ "${1:-}" = depends ]; then
    folder=build/check-depends
    build=--no-build-vignettes
    # Installing, loading, examples and tests are what depends on which packages are there. What CRAN asks beyond that,
    # of the code's names and of the help pages, is read from the same files by the check with all packages.
    check="--ignore-vignettes --no-build-vignettes --no-codoc"
    export _R_CHECK_DEPENDS_ONLY_=true
    export _R_CHECK_FORCE_SUGGESTS_=false
    export _R_CHECK_USE_CODETOOLS_=false _R_CHECK_RD_XREFS_=false _R_CHECK_RD_LINE_WIDTHS_=false
fi

# shellcheck disable=SC2086 # lists of options
sh tools/stage.sh "$folder" $build
# shellcheck disable=SC2086
(cd "$folder" && R CMD check $check --no-manual convmat_*.tar.gz) || true
Rscript tools/check-log.R "$folder/convmat.Rcheck/00check.log"
