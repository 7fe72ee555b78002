#!/bin/sh
# dlopen, dlsym, throwing, __tls_get_addr and lazy binding beside the system's loader; tests/bench/dl.c explains the method.
# usage: tests/bench-dl.sh [OPERATION]     (PAIRS=21, LUCI=target/dist/ld-luci.so; KEEP=DIRECTORY builds there and stays)
set -eu
cd "$(dirname "$0")/.."
if [ -n "${KEEP-}" ]; then
    work=$KEEP
    mkdir -p "$work"
else
    work=$(mktemp -d /tmp/luci-bench-dl.XXXXXX)
    trap 'rm -rf "$work"' EXIT
fi
flags="-O2 -fPIC -shared"

# a small library, and one with ten dependencies
for i in 0 1 2 3 4 5 6 7 8 9; do
    echo "int bench_leaf_$i(int x) { return x + $i; }" | cc $flags -x c - -x none -o "$work/libleaf$i.so"
done
echo 'int bench_small(int x) { return x; }' | cc $flags -x c - -x none -o "$work/libsmall.so"
{
    for i in 0 1 2 3 4 5 6 7 8 9; do echo "int bench_leaf_$i(int);"; done
    echo "int bench_ten(int x) { return 0"
    for i in 0 1 2 3 4 5 6 7 8 9; do echo " + bench_leaf_$i(x)"; done
    echo ";}"
} | cc $flags -x c - -x none -o "$work/libten.so" "$work"/libleaf?.so -Wl,-rpath,"\$ORIGIN"

# 2000 functions, and a library that calls each through its PLT
awk 'BEGIN { for (i = 0; i < 2000; i++) printf "long bench_function_%d(void) { return %d; }\n", i, i }' | cc $flags -x c - -x none -o "$work/libfunctions.so"
awk 'BEGIN {
    for (i = 0; i < 2000; i++) printf "long bench_function_%d(void);\n", i
    print "long bench_call_all(void) { long sum = 0;"
    for (i = 0; i < 2000; i++) printf "sum += bench_function_%d();\n", i
    print "return sum; }"
}' | cc $flags -x c - -x none -o "$work/libcaller.so" "$work/libfunctions.so" -Wl,-z,lazy -Wl,-rpath,"\$ORIGIN"

# 30 global libraries; the last one searches
i=0
while [ $i -lt 30 ]; do
    cc $flags -DNUMBER=$i tests/bench/global.c -o "$work/libglobal$i.so"
    i=$((i + 1))
done
c++ $flags tests/bench/throw.cpp -o "$work/libthrow.so"
cc $flags tests/bench/tls.c -o "$work/libtls.so"
cc -O2 -o "$work/dl" tests/bench/dl.c
# the system's libstdc++ and libgcc_s come with libthrow.so
"$work/dl" "${PAIRS:-21}" /lib64/ld-linux-x86-64.so.2 "${LUCI:-target/dist/ld-luci.so}" "$work" "$@"
