#!/bin/sh
# Makes sure that commands exist: `tests/setup.sh COMMAND:PACKAGE...`. What is missing is installed with apt-get when we are
# root; otherwise the packages are named and the exit status is 1.
set -u
PATH=$PATH:/usr/sbin:/sbin

if ! command -v cargo >/dev/null 2>&1; then
    echo "setup: cargo is missing; see https://rustup.rs" >&2
    exit 1
fi
missing=
for pair in "$@"; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "setup: please install:$missing" >&2
    exit 1
fi
echo "setup: installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update && apt-get -qq install -y --no-install-recommends $missing >/dev/null && exit 0
echo "setup: apt-get could not install$missing" >&2
exit 1
