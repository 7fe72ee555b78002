#!/bin/sh
# Start-up time against the system's loader: CPU time from exec to the program's entry, as a ratio in interleaved pairs.
# usage: tests/bench.sh [PROGRAM...]     (PAIRS=31 by default)
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d /tmp/luci-bench.XXXXXX)
trap 'rm -rf "$work"' EXIT
cc -O2 -o "$work/start" tests/bench/start.c
system=/lib64/ld-linux-x86-64.so.2
# a path of the same length, so that the copies differ in nothing else
loader=/tmp/luci-bench-ld-luci.so.
cp target/dist/ld-luci.so "$loader"
[ ${#loader} -eq ${#system} ] || { echo "bench: the two loader paths differ in length" >&2; exit 1; }
export TMPDIR="$work"
[ $# -gt 0 ] || set -- true ls bash python3 perl git vim gdb node
for name; do
    program=$(readlink -f "$(PATH=/usr/local/bin:/usr/bin:/bin which "$name")" || true)
    case $name in python3) program=$(readlink -f /usr/bin/python3) ;; git) [ -x /usr/bin/git ] && program=/usr/bin/git ;; esac
    [ -n "$program" ] && [ -x "$program" ] || { printf '%-10s not installed\n' "$name"; continue; }
    printf '%-10s ' "$name"
    "$work/start" "${PAIRS:-31}" "$system" "$loader" "$program" --version || echo "cannot be measured"
done
echo "updates on against updates off, both with this loader:"
for name in true bash python3 gdb; do
    program=$(readlink -f "/usr/bin/$name") && [ -x "$program" ] || continue
    printf '%-10s ' "$name"
    ENV_B=LD_DYNAMIC_UPDATE=1 "$work/start" "${PAIRS:-31}" "$loader" "$loader" "$program" --version || echo "cannot be measured"
done
rm -f "$loader"
