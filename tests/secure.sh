#!/bin/bash
# Secure-execution mode (AT_SECURE): what the caller of a setuid, setgid or capable program can make its loader do. Every rule
# is checked by a second user, nobody, and beside glibc's loader, in a mount namespace of its own where /opt and /etc are copies.
#
#   tests/secure.sh [NAME...]     only the checks whose name contains one of the words; LUCI_LD names another loader
#
# The list of unset variables is compared with the glibc of every Debian root in ${LUCI_ROOTS:-/var/tmp/luci-roots} too. Without
# root everything is skipped with the reason. The exit status is 1 if a check fails.
set -u
cd "$(dirname "$0")/.." || exit 1
LOADER=$(readlink -f "${LUCI_LD:-target/dist/ld-luci.so}") || exit 1
PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
NOBODY=65534 OTHER=1
export LC_ALL=C

skip() { echo "secure.sh: skipped: $*"; exit 0; }

if [ "${LUCI_SECURE_INSIDE:-}" != 1 ]; then
    [ "$(id -u)" = 0 ] || skip "setuid programs are made by root"
    for tool in unshare setpriv setcap gcc; do
        command -v $tool >/dev/null || skip "$tool is missing"
    done
    unshare -m true 2>/dev/null || skip "there are no mount namespaces here"
    export LUCI_SECURE_INSIDE=1 LUCI_LD=$LOADER
    exec unshare -m --propagation private "$0" "$@"
fi

source tests/secure/lib.sh
prepare
source tests/secure/variables.sh
source tests/secure/objects.sh
source tests/secure/settings.sh
source tests/secure/others.sh
echo "secure.sh: $passed passed, $failed failed"
[ $failed -eq 0 ]
