#!/bin/sh
# Runs the cases and some real programs in Debian roots with other glibcs: `tests/cases-in-roots.sh NAME...`, names as in
# tests/roots.sh, which makes what is missing. A root that cannot be made here is skipped with the reason.
# LUCI_CASES selects cases by name.
set -u
cd "$(dirname "$0")/.." || exit 1
roots=${LUCI_ROOTS:-/var/tmp/luci-roots}
programs="true ls cat-sort date dash bash getent iconv locale perl gcc g++ compiled-by-gcc ld-as make openmp find-grep-sed"

if [ "$(id -u)" -ne 0 ]; then
    echo "skipped: roots need chroot, so root"
    exit 0
fi
if ! tests/setup.sh debootstrap:debootstrap; then
    echo "skipped: no debootstrap"
    exit 0
fi

# in_root ROOT COMMAND...: with /proc, in a mount namespace of its own.
in_root() {
    unshare -m /bin/sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$@"
}

failed=0
for name in "$@"; do
    tests/roots.sh "$name"
    case $? in
    0) ;;
    77) continue ;;
    *) failed=1; continue ;;
    esac
    root=$roots/$name
    echo "-- $name (glibc $(cat "$root/.luci-glibc")): cases"
    # shellcheck disable=SC2086  # a list of words
    LUCI_ROOT=$root LUCI_FIXTURE=$name-interp,$name-name cargo test -q --test cases -- ${LUCI_CASES:-} || failed=1
    echo "-- $name: programs"
    mkdir -p "$root/var/tmp/luci-programs/tests"
    cp target/dist/ld-luci.so "$root/var/tmp/luci-programs/ld-luci.so.new"
    mv "$root/var/tmp/luci-programs/ld-luci.so.new" "$root/var/tmp/luci-programs/ld-luci.so"
    cp tests/programs.sh "$root/var/tmp/luci-programs/tests/"
    # shellcheck disable=SC2086  # a list of words
    in_root "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LUCI_LD=/var/tmp/luci-programs/ld-luci.so \
        /bin/bash /var/tmp/luci-programs/tests/programs.sh --verbose $programs || failed=1
done
exit $failed
