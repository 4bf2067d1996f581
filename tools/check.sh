#!/bin/sh
# Builds the package into build/ and runs R CMD check --as-cran on it. Errors, warnings and notes fail.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build
cd build

# What CRAN's server would be asked, and clocks on the net, say nothing about the package.
export _R_CHECK_CRAN_INCOMING_REMOTE_=false
export _R_CHECK_SYSTEM_CLOCK_=false
export _R_CHECK_FUTURE_FILE_TIMESTAMPS_=false
# Of a test that fails, all lines.
export _R_CHECK_TESTS_NLINES_=0

rm -rf convmat_*.tar.gz convmat.Rcheck
R CMD build ..
R CMD check --as-cran --no-manual convmat_*.tar.gz || true
cd ..
Rscript tools/check-log.R build/convmat.Rcheck/00check.log
