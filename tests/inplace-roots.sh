#!/bin/bash
# The loader as the system's own in whole Debian roots, the long form of tests/inplace.sh: apt-get updates, installs, removes and
# upgrades forty packages, a package is built from source with its tests, ldconfig and ldd say what they said before.
#
#   tests/inplace-roots.sh [--keep] NAME...     names as in tests/roots.sh; default bullseye bookworm trixie sid
#
# Each root is a fresh copy of tests/roots.sh's. What needs the network and cannot have it is skipped with the reason. LUCI_LD names
# another loader than target/dist/ld-luci.so. Ends with a table; the exit status is 1 if a check fails.
set -u
cd "$(dirname "$0")/.." || exit 1

source tests/inplace-lib.sh
PACKAGES="sqlite3 curl wget git less file bc jq nano vim-tiny zip unzip rsync tree gawk m4 bison flex xxd cpio pigz zstd lz4 screen
    tmux procps psmisc lsof strace socat netcat-openbsd openssl ca-certificates tcl lua5.3 python3-yaml python3-lxml libxml2-utils
    gettext-base bzip2"
REMOVED="nano tmux screen tcl lua5.3 socat pigz zip unzip tree"
# they are made to look old, so that there is something to upgrade
OLD="less file bc jq gawk m4 flex xxd cpio zstd lz4 psmisc lsof strace rsync sqlite3 curl wget bzip2"
SOURCES="hello zlib"         # the first that the mirror has, of the root's own release or else of one of these
OTHER_RELEASES="bookworm bullseye"
LIMIT=1200
# shellcheck disable=SC2086  # one line of words
COMMON=(LC_ALL=C DEB_BUILD_OPTIONS=parallel=2 PACKAGES="$(echo $PACKAGES)" REMOVED="$REMOVED" OLD="$OLD" SOURCES="$SOURCES")
keep=
[ "${1:-}" = --keep ] && { keep=1; shift; }
[ $# -gt 0 ] || set -- bullseye bookworm trixie sid

# Answers that must not change with the loader.
facts='ldconfig; ldconfig -p | grep -v "libs found"; for program in /bin/ls /usr/bin/perl /usr/bin/python3 /usr/bin/gcc /usr/bin/make; do
    ldd $program | sed -E "s/ \(0x[0-9a-f]+\)//"; done'

# A source package whole: mirrors have all indexes, but not all files of them. The lists lie apart, so that apt-get update stays the root's own.
fetch_source='mkdir -p /tmp/build /tmp/lists/partial; cd /tmp/build; mirror=$(sed -n "s/^deb \([^ ]*\) .*/\1/p" /etc/apt/sources.list | head -n 1)
    apart="-q -o Dir::Etc::sourcelist=/tmp/source.list -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists=/tmp/lists"
    for release in $RELEASES; do
        echo "deb-src $mirror $release main" >/tmp/source.list
        apt-get $apart update || continue
        for name in $SOURCES; do
            rm -f ./*
            apt-get $apart source --download-only $name && echo "$name of $release" >/tmp/source && exit
        done
    done; exit 1'

# prepare NAME: the copy with everything fetched that the stock loader should fetch for us, and our loader in place.
prepare() {
    cp -a --reflink=auto "$ROOTS/$1" "$ROOT" || return 1
    rm -rf "$ROOT"/var/tmp/*
    printf '#!/bin/sh\nexit 101\n' >"$ROOT/usr/sbin/policy-rc.d" && chmod 755 "$ROOT/usr/sbin/policy-rc.d"
    inside "$facts" >"$ROOT/tmp/facts"
    inside 'apt-get -q update' >"$ROOT/tmp/update" || { echo "$1: skipped: apt-get update: $(tail -n 1 "$ROOT/tmp/update")"; return 77; }
    inside "$fetch_source" >"$ROOT/tmp/fetched" || echo "$1: no source is built: the mirror has none of $SOURCES whole: $(grep '^E:' "$ROOT/tmp/fetched" | head -n 1)"
    # what belongs to the libc stays: an upgrade would bring the stock loader back
    inside 'apt-mark hold libc6 libc-bin libc6-dev libc-dev-bin' >/dev/null
    local place
    place=$(inside 'readlink -f /lib64/ld-linux-x86-64.so.2')
    [ -f "$ROOT$place" ] || { echo "$1: no loader at $place" >&2; return 1; }
    put_in_place "$place"
}

checks() {
    check version 'ld-luci' '/lib64/ld-linux-x86-64.so.2 --version'
    check facts '^unchanged' "($facts) >/tmp/facts.now; diff /tmp/facts /tmp/facts.now && echo unchanged"
    check apt-update '^Reading package lists' 'apt-get -q update'
    check apt-install '^audit 0
^installed 40' 'apt-get -q install -y --no-install-recommends $PACKAGES; echo audit $(dpkg --audit | wc -l)
        echo installed $(dpkg-query -W -f "\${db:Status-Status}\n" $PACKAGES | grep -c "^installed")'
    check programs '^3$
^7$
^4096
^a=1' 'sqlite3 :memory: "select 1 + 2"; echo "3 + 4" | bc; echo "[4096]" | jq ".[0]"; python3 -c "import yaml, lxml.etree; print(\"a=%d\" % yaml.safe_load(\"a: 1\")[\"a\"])"
        git init -q /tmp/g; git -C /tmp/g -c user.name=n -c user.email=e commit -q --allow-empty -m x; curl -s file:///etc/hostname >/dev/null || true; openssl version'
    check apt-upgrade '^[1-9][0-9]* upgraded
^old 0' 'for p in $OLD; do sed -i "/^Package: $p\$/,/^\$/s/^Version: .*/&~luci/" /var/lib/dpkg/status; done
        apt-get -q upgrade -y; echo old $(dpkg-query -W -f "\${Version}\n" | grep -c luci)'
    check apt-remove '^left 0
^audit 0' 'apt-get -q purge -y $REMOVED; apt-get -q autoremove -y; echo left $(dpkg-query -W -f "\${db:Status-Status}\n" $REMOVED 2>/dev/null | grep -c "^installed"); echo audit $(dpkg --audit | wc -l)'
    check ldconfig 'ld-linux-x86-64.so.2 \(libc6,x86-64\)' 'rm -f /etc/ld.so.cache; ldconfig; ldconfig -p'
    [ -s "$ROOT/tmp/source" ] && build_source "$(cat "$ROOT/tmp/source")"
    check still-ours 'ld-luci' '/lib64/ld-linux-x86-64.so.2 --version'
}

# build_source WHAT: what is needed for it, the build with its tests, the installation of the result.
build_source() {
    echo "$root builds $1"
    check build-deps '^audit 0' 'apt-get -q install -y --no-install-recommends dpkg-dev build-essential fakeroot; apt-get -q build-dep -y --no-install-recommends /tmp/build/*.dsc; echo audit $(dpkg --audit | wc -l)'
    check source-build '^# PASS: +[1-9]|test OK
^built .*\.deb' 'cd /tmp/build; dpkg-source -x ./*.dsc tree; cd tree; dpkg-buildpackage -b -uc -us; cd ..; echo built *.deb; dpkg -i ./*.deb'
}

if [ "$(id -u)" != 0 ]; then
    echo "inplace-roots.sh: skipped: chroot needs root"
    exit 0
fi
table=$(printf '%-14s %-6s %s' root glibc checks)
for root in "$@"; do
    SETTINGS=("${COMMON[@]}" RELEASES="$root $OTHER_RELEASES")
    tests/roots.sh "$root" >/dev/null || { echo "$root: the root cannot be made"; continue; }
    ROOT=$ROOTS/inplace-$root.$$ LABEL=$(printf '%-10s ' "$root")
    trap 'rm -rf --one-file-system "$ROOT"' EXIT
    before=$((passed)) broken=$failed
    prepare "$root"
    case $? in
    0) checks ;;
    77) ;;
    *) failed=$((failed + 1)) ;;
    esac
    table+=$(printf '\n%-14s %-6s %s passed, %s failed' "$root" "$(cat "$ROOTS/$root/.luci-glibc")" $((passed - before)) $((failed - broken)))
    [ -n "$keep" ] && echo "kept $ROOT" || rm -rf --one-file-system "$ROOT"
done
[ -n "$keep" ] && trap - EXIT
echo "$table"
[ $failed -eq 0 ]
