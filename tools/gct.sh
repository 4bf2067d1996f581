#!/bin/sh
# R CMD check --use-gct: R collects garbage at every allocation of the examples and the tests. That takes a
# hundred times as long, so of the tests only the file on arguments is left in.
set -eu
cd "$(dirname "$0")/.."
mkdir -p build
sh tools/stage.sh build/gct --no-build-vignettes >build/gct.log 2>&1
cd build/gct
tar -xzf convmat_*.tar.gz
cd convmat/tests/testthat
find . -name 'test-*.R' ! -name "test-${TESTS:-neural-signal}.R" -delete
cd ../../..
_R_CHECK_FORCE_SUGGESTS_=false _R_CHECK_TESTS_NLINES_=0 _R_CHECK_CRAN_INCOMING_=false \
    R CMD check --use-gct --no-manual --no-build-vignettes --ignore-vignettes --no-codoc --no-examples convmat
