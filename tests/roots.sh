#!/bin/bash
# Debian roots with other glibcs, for the tests that run programs on a libc that is not the host's.
#
#   tests/roots.sh [bullseye|bookworm|trixie|sid|experimental]...    default: bullseye trixie
#   tests/roots.sh all
#
# Each root lies in ${LUCI_ROOTS:-/var/tmp/luci-roots}/NAME: a minimal Debian with gcc, g++, make, python3 and perl, so that a
# test can compile its program against the root's own libc through chroot. `experimental` is the sid root with libc6 of experimental.
# A finished root holds the version of its libc (`2.41`) in NAME/.luci-glibc; a finished root is not touched again, an unfinished
# one is made anew from the packages already fetched (.debs). Remove the folder of a root to have it rebuilt.
#
# Exit status: 0 every root is there, 77 skipped (the reason is printed), 1 an error.
set -u

ROOTS=${LUCI_ROOTS:-/var/tmp/luci-roots}
PACKAGES="bash coreutils python3 perl libstdc++6 gcc g++ libc6-dev make"
DOWNLOAD_SECONDS=1500

skip() { echo "roots.sh: skipped: $*"; exit 77; }
fail() { echo "roots.sh: $*" >&2; exit 1; }

# The mirror that the host's own apt is set up with.
mirror() {
    apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        awk '$1 == "Debian" { print $2; exit }'
}

reachable() {
    local name
    for name in "$@"; do
        [ "$name" = experimental ] && name=sid
        /usr/lib/apt/apt-helper -q download-file "$MIRROR/dists/$name/Release" "$ROOTS/.probe" >/dev/null 2>&1 ||
            skip "$MIRROR/dists/$name/Release cannot be fetched"
        rm -f "$ROOTS/.probe"
    done
}

# in_root NAME COMMAND...: with a clean environment, never asking questions.
in_root() {
    local root=$ROOTS/$1
    shift
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C DEBIAN_FRONTEND=noninteractive chroot "$root" "$@" </dev/null
}

# The libc of a root, written last: it marks the root as finished.
finish() {
    local version
    version=$(in_root "$1" ldd --version | sed -n '1s/.* //p')
    [ -n "$version" ] || fail "the libc of $ROOTS/$1 does not tell its version"
    in_root "$1" apt-get clean
    echo "$version" >"$ROOTS/$1/.luci-glibc"
}

bootstrap() {
    local root=$ROOTS/$1
    rm -rf --one-file-system "$root"
    echo "roots.sh: making $root"
    timeout "$DOWNLOAD_SECONDS" debootstrap --variant=minbase --cache-dir="$ROOTS/.debs" "$1" "$root" "$MIRROR" \
        >"$ROOTS/$1.log" 2>&1 || fail "debootstrap of $1 failed, see $ROOTS/$1.log"
    # proxies and the checks of dates, as the host's apt has them
    apt-config dump | grep -E '^Acquire::(Check|https?::)' >"$root/etc/apt/apt.conf.d/90host"
    in_root "$1" apt-get update >>"$ROOTS/$1.log" 2>&1 || fail "apt-get update in $1 failed, see $ROOTS/$1.log"
    # shellcheck disable=SC2086  # a list of words
    timeout "$DOWNLOAD_SECONDS" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
        chroot "$root" apt-get install -y --no-install-recommends $PACKAGES </dev/null >>"$ROOTS/$1.log" 2>&1 ||
        fail "installing the compiler in $1 failed, see $ROOTS/$1.log"
    finish "$1"
}

# sid with the libc packages of experimental.
upgrade_libc() {
    local root=$ROOTS/experimental
    make_root sid
    rm -rf --one-file-system "$root"
    echo "roots.sh: making $root"
    cp -a --reflink=auto "$ROOTS/sid" "$root" && rm -f "$root/.luci-glibc" || fail "copying $ROOTS/sid failed"
    echo "deb $MIRROR experimental main" >>"$root/etc/apt/sources.list.d/experimental.list"
    in_root experimental sh -c 'apt-get update && apt-get install -y --no-install-recommends -t experimental \
        libc6 libc6-dev libc-bin libc-dev-bin' >"$ROOTS/experimental.log" 2>&1 ||
        fail "installing libc6 of experimental failed, see $ROOTS/experimental.log"
    finish experimental
}

make_root() {
    [ -s "$ROOTS/$1/.luci-glibc" ] && return
    case $1 in
    experimental) upgrade_libc ;;
    *) bootstrap "$1" ;;
    esac
}

missing() {
    local name
    for name in "$@"; do
        case $name in
        bullseye | bookworm | trixie | sid | experimental) ;;
        *) fail "no such root: $name (bullseye, bookworm, trixie, sid, experimental or all)" ;;
        esac
        [ -s "$ROOTS/$name/.luci-glibc" ] || echo "$name"
    done
}

main() {
    [ $# -gt 0 ] || set -- bullseye trixie
    [ "$*" = all ] && set -- bullseye trixie sid experimental
    local todo name
    todo=$(missing "$@") || exit 1
    if [ -n "$todo" ]; then
        [ "$(id -u)" = 0 ] || skip "making a root needs root"
        command -v apt-get >/dev/null || skip "no apt-get here to find a Debian mirror with"
        MIRROR=$(mirror)
        MIRROR=${MIRROR%/}
        [ -n "$MIRROR" ] || skip "the host's apt knows no Debian mirror (apt-get update may help)"
        mkdir -p "$ROOTS/.debs" || fail "cannot make $ROOTS"
        exec 9>"$ROOTS/.lock" && flock 9
        # shellcheck disable=SC2086  # a list of names
        reachable $todo
        command -v debootstrap >/dev/null || apt-get install -y -q debootstrap >/dev/null ||
            skip "debootstrap is not installed and apt-get could not install it"
        for name in $todo; do make_root "$name"; done
    fi
    for name in "$@"; do echo "$ROOTS/$name: glibc $(cat "$ROOTS/$name/.luci-glibc")"; done
}

main "$@"
