#!/bin/sh
# R CMD check with newer releases of R than the one here, in a cache outside of the repository.
#
#   sh tools/newest-r.sh [release] [devel] [debian]
#
# release and devel are built from the sources that the CRAN mirror of R's option `repos` has, a
# quarter of an hour each; debian is what Debian's unstable release has, in a folder of its own, which
# takes root, debootstrap, unshare and a few minutes. Without arguments: release and devel, and debian where
# the mirror has no sources. What is there already is not built again; remove the cache to renew it.
set -eu
cd "$(dirname "$0")/.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/convmat
mkdir -p "$cache" build/newest
exec 9>"$cache/lock" # one at a time, as they share the cache
flock 9

say() { echo "convmat: $*"; }

# What CRAN's server would be asked, and clocks on the net, say nothing about the package.
quiet="_R_CHECK_CRAN_INCOMING_=false _R_CHECK_SYSTEM_CLOCK_=false _R_CHECK_FUTURE_FILE_TIMESTAMPS_=false \
    _R_CHECK_FORCE_SUGGESTS_=false _R_CHECK_TESTS_NLINES_=0"
suggests='"Matrix", "testthat", "hedgehog", "callr", "knitr", "rmarkdown"'

# $1 R-latest or R-devel; fails where the mirror does not have it.
fetch() {
    folder=src/base
    [ "$1" = R-devel ] && folder=src/base-prerelease
    [ -s "$cache/$1.tar.gz" ] || Rscript -e '
        args <- commandArgs(trailingOnly = TRUE)
        repo <- getOption("repos")[["CRAN"]]
        if (repo == "@CRAN@") repo <- getCRANmirrors(local.only = TRUE)$URL[1]
        status <- tryCatch(
          download.file(file.path(repo, args[1]), args[2], mode = "wb", quiet = TRUE),
          error = function(e) 1, warning = function(w) 1
        )
        if (status != 0) unlink(args[2])
        quit(status = status)' "$folder/$1.tar.gz" "$cache/$1.tar.gz"
}

# Recommended packages are left out; Matrix comes from CRAN, with those for the tests.
build() {
    [ -x "$cache/$1/bin/R" ] && return
    say "building $1 in $cache (a quarter of an hour; log in build/newest/$1.log)"
    rm -rf "$cache/$1-src" && mkdir "$cache/$1-src"
    (
        tar -xzf "$cache/$1.tar.gz" -C "$cache/$1-src" --strip-components=1
        cd "$cache/$1-src"
        ./configure --prefix="$cache/$1" --without-x --without-recommended-packages --with-readline=no \
            --disable-java --without-tcltk
        make -j2
        make install
    ) >"build/newest/$1.log" 2>&1
    rm -rf "$cache/$1-src"
    "$cache/$1/bin/Rscript" --vanilla -e "
        repo <- '$(Rscript -e 'cat(getOption("repos")[["CRAN"]])')'
        if (repo == '@CRAN@') repo <- getCRANmirrors(local.only = TRUE)\$URL[1]
        install.packages(c($suggests), repos = repo)" >>"build/newest/$1.log" 2>&1
}

# $1 the name of the log, $2 the R; where Matrix or testthat could not be built, there is less to check.
check() {
    say "checking with $("$2" --version | head -n 1)"
    sh tools/stage.sh "build/newest/$1" >"build/newest/$1-build.log" 2>&1
    (
        cd "build/newest/$1"
        env $quiet R_LIBS= NOT_CRAN=true "$2" CMD check --as-cran --no-manual --no-build-vignettes --ignore-vignettes \
            convmat_*.tar.gz || true
    )
    Rscript tools/check-log.R "build/newest/$1/convmat.Rcheck/00check.log"
}

# A shell command in Debian's root, with /proc, and nothing of this machine's environment.
inside() {
    unshare --mount --fork sh -c '
        mount -t proc proc "$1/proc"
        shift
        exec chroot "$@"' sh "$sid" "$sid" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 sh -c "$*"
}

debian() {
    sid=$cache/sid
    if [ ! -x "$sid/usr/bin/R" ]; then
        command -v debootstrap >/dev/null || { say "please install debootstrap"; exit 1; }
        # the mirror that this machine uses
        mirror=$(apt-get indextargets --format '$(SITE)' 'Origin: Debian' 'Created-By: Packages' | grep -v security | head -n 1)
        say "fetching Debian unstable into $sid (minutes; log in build/newest/sid.log)"
        rm -rf "$sid"
        {
            debootstrap --variant=minbase sid "$sid" "$mirror"
            # a mirror may lag behind
            echo 'Acquire::Check-Valid-Until "false";' >"$sid/etc/apt/apt.conf.d/99convmat"
            cp /etc/hosts /etc/resolv.conf "$sid/etc/"
            chroot "$sid" env DEBIAN_FRONTEND=noninteractive sh -c 'apt-get update && apt-get install -y \
                --no-install-recommends r-base-core r-base-dev r-cran-matrix r-cran-testthat \
                r-cran-callr r-cran-knitr r-cran-rmarkdown pandoc qpdf tidy devscripts'
            # Debian does not have it; in there the authority of this machine's mirrors may not be known
            Rscript -e 'download.packages("hedgehog", commandArgs(TRUE), type = "source")' "$sid/root"
            chroot "$sid" sh -c 'R CMD INSTALL /root/hedgehog_*.tar.gz'
        } >build/newest/sid.log 2>&1
    fi
    say "checking with $(inside R --version | head -n 1)"
    sh tools/stage.sh "$sid/root/convmat" >build/newest/sid-build.log 2>&1
    inside "cd /root/convmat && $quiet NOT_CRAN=true R CMD check --as-cran --no-manual convmat_*.tar.gz || true"
    Rscript tools/check-log.R "$sid/root/convmat/convmat.Rcheck/00check.log"
}

[ $# -gt 0 ] || set -- release devel auto
for which in "$@"; do
    case $which in
    release | devel)
        name=R-$([ "$which" = release ] && echo latest || echo devel)
        if fetch "$name"; then
            build "$name"
            check "$name" "$cache/$name/bin/R"
        else
            say "the CRAN mirror has no sources of $name"
            [ "$*" = "release devel auto" ] || exit 1
            missing=yes
        fi
        ;;
    debian) debian ;;
    auto) [ -z "${missing:-}" ] || debian ;;
    *) say "release, devel or debian, not $which" && exit 1 ;;
    esac
done
