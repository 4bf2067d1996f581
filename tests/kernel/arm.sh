#!/bin/sh
# Fetches packages for 64-bit ARM from Debian into FOLDER/root. Nothing is installed, and the
# system's own lists of packages are left alone.
#
#   sh arm.sh FOLDER PACKAGE...                  these packages
#   sh arm.sh FOLDER --depends PACKAGE...        and all that they need
set -eu
folder=$1
shift
mkdir -p "$folder/apt/lists/partial" "$folder/apt/cache/archives/partial" "$folder/debs/partial"
cd "$folder/debs"
: >../apt/status
apt=$PWD/../apt
fetch() {
    apt-get -q -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State::lists="$apt/lists" \
        -o Dir::Cache="$apt/cache" -o Dir::Cache::archives="$PWD" -o Dir::State::status="$apt/status" "$@"
}
fetch update
if [ "$1" = --depends ]; then
    shift
    fetch install -y --no-install-recommends --download-only "$@"
else
    fetch download "$@"
fi
for deb in *.deb; do dpkg-deb -x "$deb" ../root; done
# links to what other packages have would stop R CMD build, which copies before it leaves out
find -L ../root -type l -exec rm {} +
