#!/bin/sh
# Compiles the package for 64-bit Windows with Debian's cross-compiler, and links it to a DLL. A warning is an error.
# R's own libraries for Windows are not here: what is taken from R is looked up in those of this machine.
set -eu
cd "$(dirname "$0")/.."
out=build/windows
prefix=x86_64-w64-mingw32
rm -rf "$out"
mkdir -p "$out"

for file in src/*.c src/kernel/*/*.c; do
    object=$out/$(echo "${file#src/}" | tr / - | sed 's/c$/o/')
    $prefix-gcc -std=gnu2x -O2 -Wall -Wpedantic -Werror -Isrc -Isrc/kernel \
        -isystem "$(R RHOME)/include" -isystem /usr/share/R/include -c "$file" -o "$object"
done

# what the objects need and R has, as a library to link with: functions, and data
$prefix-nm -u "$out"/*.o | sed -n 's/^ *U //p' | sed 's/^__imp_//' | sort -u >"$out/needed"
{
    echo 'LIBRARY R.dll'
    echo EXPORTS
    for library in "$(R RHOME)"/lib/*.so /usr/lib/*/liblapack.so.3 /usr/lib/*/libblas.so.3; do
        [ ! -e "$library" ] || nm -D --defined-only "$library"
    done | awk '{ print $3, $2 ~ /[BDRV]/ ? "DATA" : "" }' | sort -u | join - "$out/needed"
} >"$out/R.def"
$prefix-dlltool -d "$out/R.def" -l "$out/libR.dll.a"
$prefix-gcc -shared -static -Wl,--fatal-warnings "$out"/*.o "$out/libR.dll.a" -lm -lpthread -o "$out/convmat.dll"
echo "convmat: compiles and links for Windows, without a warning: $(wc -l <"$out/needed") symbols of other libraries"
