#!/bin/sh
# Runs the cases in Debian roots with other glibcs: `tests/cases-in-roots.sh NAME...`, names as in tests/roots.sh, which makes
# what is missing. A root that cannot be made here is skipped with the reason. LUCI_CASES selects cases by name.
set -u
cd "$(dirname "$0")/.." || exit 1
roots=${LUCI_ROOTS:-/var/tmp/luci-roots}

if [ "$(id -u)" -ne 0 ]; then
    echo "skipped: roots need chroot, so root"
    exit 0
fi
if ! tests/setup.sh debootstrap:debootstrap; then
    echo "skipped: no debootstrap"
    exit 0
fi
failed=0
for name in "$@"; do
    tests/roots.sh "$name"
    case $? in
    0) ;;
    77) continue ;;
    *) failed=1; continue ;;
    esac
    echo "-- $name (glibc $(cat "$roots/$name/.luci-glibc"))"
    LUCI_ROOT=$roots/$name LUCI_FIXTURE=$name-interp,$name-name cargo test -q --test cases -- ${LUCI_CASES:-} || failed=1
done
exit $failed
