#!/bin/sh
# Fetches R's mathematics for 64-bit ARM from Debian into FOLDER/root. Nothing is
# installed, and the system's own lists of packages are left alone.
#
#   sh arm.sh FOLDER
set -eu
mkdir -p "$1/apt/lists/partial" "$1/apt/cache/archives/partial" "$1/debs"
cd "$1/debs"
apt=$PWD/../apt
fetch() {
    apt-get -q -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State::lists="$apt/lists" \
        -o Dir::Cache="$apt/cache" -o Dir::State::status=/dev/null "$@"
}
fetch update
fetch download r-mathlib
for deb in *.deb; do dpkg-deb -x "$deb" ../root; done
# links to what other packages have would stop R CMD build, which copies before it leaves out
find -L ../root -type l -exec rm {} +
