#!/bin/sh
# convmat on a Debian that has nothing, as a stranger may have it. Takes root, debootstrap and the mirror that
# apt-get uses here; bare roots are kept in a cache outside of the repository.
#
#   sh tools/bare.sh offline [RELEASE...]    R and a compiler, then without a network: the tarball is installed, and
#                                            the README's session runs
#   sh tools/bare.sh readme [RELEASE...]     the README's two commands from a clone, as root, and as a user without
#                                            sudo, for whom root runs what `make` says that root must run
#
# RELEASE is bookworm (Debian 12) or testing; without one: both. Logs go to build/bare.
set -eu
cd "$(dirname "$0")/.."
cache=${XDG_CACHE_HOME:-$HOME/.cache}/convmat
mkdir -p "$cache" build/bare

say() { echo "convmat: $*"; }
fail() { say "$*" >&2 && exit 1; }

[ "$(id -u)" -eq 0 ] || fail "only root can make such a root: sudo make bare"
for command in debootstrap unshare apt-get; do
    command -v $command >/dev/null || fail "please install $command"
done

# bare RELEASE FOLDER: a copy of the bare root, with the names and the authority of this machine's mirrors.
bare() {
    if [ ! -e "$cache/$1.tar" ]; then
        say "fetching Debian's $1 (a minute)"
        mirror=$(apt-get indextargets --format '$(SITE)' 'Origin: Debian' 'Created-By: Packages' | grep -v security | head -n 1)
        rm -rf "$cache/$1"
        debootstrap --variant=minbase "$1" "$cache/$1" "$mirror" >"build/bare/$1.log" 2>&1 || {
            tail -n 20 "build/bare/$1.log"
            return 1
        }
        # a mirror may lag behind
        echo 'Acquire::Check-Valid-Until "false";' >"$cache/$1/etc/apt/apt.conf.d/99convmat"
        tar -cf "$cache/$1.tar" -C "$cache/$1" .
        rm -rf "${cache:?}/$1"
    fi
    rm -rf "$2" && mkdir -p "$2"
    tar -xf "$cache/$1.tar" -C "$2"
    cp /etc/hosts /etc/resolv.conf "$2/etc/"
    [ -z "${CURL_CA_BUNDLE:-}" ] || cp "$CURL_CA_BUNDLE" "$2/etc/mirrors.crt"
}

# inside FOLDER COMMAND: a shell command in a root, with /proc, and nothing of this machine's environment.
inside() {
    unshare --mount --fork sh -c '
        mount -t proc proc "$1/proc"
        exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive \
            ${CURL_CA_BUNDLE:+CURL_CA_BUNDLE=/etc/mirrors.crt} sh -c "$2"' sh "$1" "$2"
}
as_user() { inside "$1" "su -w CURL_CA_BUNDLE -l visitor -c '$2'"; }

# timed LOG WORDS COMMAND...: runs it, with its output in LOG; says how long it took.
timed() {
    log=build/bare/$1.log
    words=$2
    shift 2
    begin=$(date +%s)
    "$@" >"$log" 2>&1 || {
        tail -n 40 "$log"
        fail "$words failed; all of it is in $log"
    }
    say "$words: $(($(date +%s) - begin)) s"
}

offline() {
    root=$cache/$1-offline
    bare "$1" "$root"
    timed "$1-r" "$1: R and a compiler" inside "$root" \
        'apt-get update && apt-get install -y --no-install-recommends r-base-core r-base-dev r-cran-matrix r-cran-cli'
    timed "$1-build" "$1: the tarball" sh tools/stage.sh build/bare/tarball --no-build-vignettes
    cp build/bare/tarball/convmat_*.tar.gz "$root/root/"
    # the session, where an error that it shows must not end it
    { echo 'options(error = expression(NULL))' && sed -n '/^```r$/,/^```$/p' README.md | grep -v '^```'; } >"$root/root/session.R"
    timed "$1-offline" "$1: without a network" unshare --net sh tools/bare.sh inside "$root" \
        'cd /root && cat /proc/net/dev && R CMD INSTALL convmat_*.tar.gz && R --vanilla --no-echo <session.R &&
         Rscript -e "stopifnot(identical(convmat::conv(c(1, 0, 2), c(1, 10, 100)), c(1, 10, 102, 20, 200)))"'
    tail -n 12 "build/bare/$1-offline.log"
    rm -rf "$root"
}

# The clone has what is committed.
clone() { git clone -q --no-hardlinks . "$1" && rm -rf "$1/.git"; }

readme() {
    root=$cache/$1-root
    bare "$1" "$root"
    clone "$root/root/convmat"
    timed "$1-make" "$1: make" inside "$root" 'apt-get update && apt-get install -y --no-install-recommends make'
    timed "$1-root-walkthrough" "$1, as root: make walkthrough" inside "$root" 'cd /root/convmat && make walkthrough'
    timed "$1-root-test" "$1, as root: make test" inside "$root" 'cd /root/convmat && make test'
    tail -n 1 "build/bare/$1-root-test.log"
    rm -rf "$root"

    root=$cache/$1-user
    bare "$1" "$root"
    timed "$1-make" "$1: make" inside "$root" \
        'apt-get update && apt-get install -y --no-install-recommends make && useradd -m -s /bin/sh visitor'
    clone "$root/home/visitor/convmat"
    inside "$root" 'chown -R visitor: /home/visitor'
    # each time `make` says what root must do, root does it
    for try in 1 2 3; do
        log=build/bare/$1-user-walkthrough-$try.log
        begin=$(date +%s)
        ! as_user "$root" 'cd convmat && make walkthrough' >"$log" 2>&1 || break
        commands=$(sed -n 's/^ *\(apt-get update && apt-get install .*\)/\1/p' "$log" | tail -n 1)
        if [ -z "$commands" ]; then
            tail -n 40 "$log"
            fail "$1, as a user: make does not say what root must do; all of it is in $log"
        fi
        say "$1, as a user: make says after $(($(date +%s) - begin)) s that root must run $commands"
        timed "$1-user-root-$try" "$1: root runs that" inside "$root" "$commands"
    done
    say "$1, as a user: make walkthrough: $(($(date +%s) - begin)) s"
    timed "$1-user-test" "$1, as a user: make test" as_user "$root" 'cd convmat && make test'
    tail -n 1 "build/bare/$1-user-test.log"
    rm -rf "$root"
}

part=$1
shift
case $part in
inside) inside "$@" ;; # for unshare, which runs no function
offline | readme)
    [ $# -gt 0 ] || set -- bookworm testing
    for release; do $part "$release"; done
    ;;
*) fail "offline or readme, not $part" ;;
esac
