#!/bin/sh
# Installs what convmat needs and this machine lacks; quick where nothing is missing.
#
#   sh tools/setup.sh COMMAND:PACKAGE... [-- R-PACKAGE...]
#
# COMMAND is a program, name.pc a library that pkg-config must know, name.py a module of Python,
# name.m a package of Octave, name.so.N a library to load, or a file from / on; PACKAGE is the
# Debian package that brings it. The R packages are those of DESCRIPTION and the R-PACKAGEs: from Debian
# where apt-get may be used (seconds), else from CRAN's sources (minutes). SUGGESTS='NAME...' names those under
# Suggests that are needed, instead of all.
# shellcheck disable=SC2086 # lists are words in a string, and meant to split
set -u
# .ci/run has installed all there is, once.
[ -z "${CONVMAT_IS_SET_UP:-}" ] || exit 0
cd "$(dirname "$0")/.." || exit 1
log=build/setup.log
mkdir -p build
: >"$log"

needs=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    needs="$needs $1"
    shift
done
[ $# -gt 0 ] && shift
extra=$*

say() { echo "convmat: $*"; }

fail() {
    say "$*" >&2
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

quietly() {
    echo "+ $*" >>"$log"
    "$@" >>"$log" 2>&1 </dev/null
}

show_log() { tail -n 30 "$log" | sed 's/^/    /' >&2; }

# Debian packages for the commands and libraries that are missing.
missing_debs() {
    for need in $needs; do
        case $need in
        *.pc:*)
            has pkg-config || echo pkg-config
            pkg-config --exists "${need%%.pc:*}" 2>/dev/null
            ;;
        /*) ls ${need%%:*} >/dev/null 2>&1 ;; # which may be a pattern
        *.py:*) /usr/bin/python3 -c "import ${need%%.py:*}" 2>/dev/null ;;
        *.m:*) octave-cli --eval "pkg load ${need%%.m:*}" >/dev/null 2>&1 ;;
        *.so.*:*) ldconfig -p | grep -qF "${need%%:*} " ;;
        *) has "${need%%:*}" ;;
        esac || echo "${need#*:}"
    done | sort -u | xargs
}

# "name", or "name version", of each R package wanted, and of R itself.
wanted_r() {
    fields='Depends|Imports|LinkingTo'
    [ -n "${SUGGESTS+set}" ] || fields="$fields|Suggests"
    awk -v fields="^($fields):" '/^[^ \t]/ { on = $0 ~ fields; sub(/^[^:]*:/, "") } on' DESCRIPTION |
        tr , '\n' | sed 's/[()>=]/ /g' | awk 'NF { print $1, $2 }'
    for package in ${SUGGESTS:-} $extra; do echo "$package"; done
}

# Those that are not here, or too old.
missing_r() {
    if has Rscript; then
        # A user's R profile may print too, hence the mark.
        wanted_r | Rscript tools/packages.R missing 2>>"$log" | sed -n 's/^missing: //p'
    else
        wanted_r | sed 's/ .*//; /^R$/d'
    fi | xargs
}

# Debian's packages of R packages, where it has them.
r_debs() {
    for package in "$@"; do
        deb=r-cran-$(echo "$package" | tr '[:upper:]' '[:lower:]')
        apt-cache show "$deb" >/dev/null 2>&1 && echo "$deb"
    done | xargs
}

# Whether apt-get is here and may be used; $root is what must stand before it.
may_apt() {
    root=
    has apt-get || return 1
    [ "$(id -u)" -eq 0 ] && return
    root=sudo
    has sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }
}

# A package list that fails to load need not be one that is wanted, so it goes on.
apt_update() {
    say "updating apt-get's lists"
    quietly $root apt-get update || say "apt-get update failed in part, see $log"
}

# Waits while the machine installs its own updates, as a new Ubuntu does.
apt_install() {
    say "installing $* with apt-get (may take minutes; log in $log)"
    quietly $root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
        install -y --no-install-recommends "$@"
}

by_hand() { echo "    apt-get update && apt-get install -y --no-install-recommends $*"; }

debs=$(missing_debs)
missing=$(missing_r)

[ -n "$debs$missing" ] && say "missing here: ${debs:-$missing}"

if [ -n "$debs$missing" ] && may_apt; then
    apt_update
    debs="$debs $(r_debs $missing)"
    [ "$debs" = " " ] || apt_install $debs
    debs=$(missing_debs)
    missing=$(missing_r)
fi

if [ -n "$debs" ]; then
    has apt-get || fail "please install what Debian calls $debs in this system's way, and run make again."
    if may_apt; then
        show_log
        fail "apt-get failed, for the reason above. Run make again, or try by hand as root:
$(by_hand "$debs")"
    fi
    # root is asked once: for all that tests and pages may want later, too
    unset SUGGESTS
    fail "only root can install what is missing here. Have root run
$(by_hand "$debs" "$(r_debs $(missing_r))")
and run make again."
fi

case " $missing " in
*" R "*) fail "R is too old: $(wanted_r | sed -n 's/^R /R >= /p') is needed, $(R --version | head -n 1) is here." ;;
esac

if [ -n "$missing" ]; then
    # CRAN's fs, which rmarkdown and testthat need, is built on libuv.
    if may_apt && ! pkg-config --exists libuv 2>/dev/null; then
        apt_install pkg-config libuv1-dev
    fi
    say "building from CRAN, with what they need: $missing (takes minutes; log in $log)"
    quietly Rscript tools/packages.R install $missing
    failed=$(missing_r)
    if [ -n "$failed" ]; then
        show_log
        debs=$(r_debs $failed)
        [ -n "$debs" ] && ! may_apt && debs="Or have root install them ready-made, and run make again:
$(by_hand "$debs")"
        fail "R could not install $failed, for a reason above or in $log. $debs"
    fi
fi

say "all that is needed is installed"
