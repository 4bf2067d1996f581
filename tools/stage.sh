#!/bin/sh
# Builds the package into FOLDER, from a copy of the sources without build/, which R CMD build would copy first
# although it leaves it out.
#
#   sh tools/stage.sh FOLDER [OPTION-OF-R-CMD-BUILD...]
set -eu
cd "$(dirname "$0")/.."
folder=$1
shift
rm -rf "$folder"
mkdir -p "$folder/source"
tar -cf - --exclude=./build --exclude=./.git . | tar -xf - -C "$folder/source"
cd "$folder"
R CMD build --no-manual "$@" source
rm -rf source
