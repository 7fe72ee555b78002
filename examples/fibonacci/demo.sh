#!/bin/bash
# Runs main under ld-luci.so and replaces its library five times. Fails unless every new algorithm takes over and the
# count of calls goes on without a gap. Waits for status lines and output; nothing here depends on how long a step takes.
#
#   LUCI   the loader (default: target/dist/ld-luci.so of this repository)
#   BUILD  where to build (default: target/examples/fibonacci)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
luci=${LUCI:-$root/target/dist/ld-luci.so}
build=${BUILD:-$root/target/examples/fibonacci}
# how long to wait for a line before giving up, in seconds
patience=30

fail() {
    echo "demo.sh: $*" >&2
    exit 1
}

# --- build: six versions of one library, and a program that knows nothing about updates ---------------------------------
compile=("${CC:-cc}" -O2 -fPIC -fvisibility=hidden)
mkdir -p "$build"
for source in "$here"/[1-6]-*.c; do
    name=$(basename "$source" .c)
    mkdir -p "$build/$name"
    "${compile[@]}" -shared -Wl,-soname,libfibonacci.so -o "$build/$name/libfibonacci.so" "$here/library.c" "$source"
done
versions=("$build"/[1-6]-*/libfibonacci.so)

# A rename is atomic: nobody ever sees half a library.
install_version() {
    cp "$1" "$build/libfibonacci.so.new"
    mv -f "$build/libfibonacci.so.new" "$build/libfibonacci.so"
}
install_version "${versions[0]}"
"${CC:-cc}" -O2 -o "$build/main" "$here/main.c" -L"$build" -lfibonacci '-Wl,-rpath,$ORIGIN'
[ -x "$luci" ] || fail "$luci is missing: run make first"

# --- run: descriptor 3 is the program's output, 4 the status lines, 5 its input -------------------------------------------
rm -f "$build/output" "$build/status" "$build/input"
mkfifo "$build/output" "$build/status" "$build/input"
# open for reading and writing, so that no side waits for the other to come
exec 3<>"$build/output" 4<>"$build/status" 5<>"$build/input"
"$luci" -u -S "$build/status" "$build/main" <"$build/input" >"$build/output" 3>&- 4>&- 5>&- &
program=$!
trap 'kill "$program" 2>/dev/null || true' EXIT

calls=0
# Reads the program's next line, shows it and checks that the count of calls goes on.
next_line() {
    IFS= read -r -t "$patience" -u 3 line || fail "the program says nothing any more"
    echo "    $line"
    local count=${line#call }
    count=${count%%:*}
    [ "$count" = $((calls + 1)) ] || fail "after call $calls came call $count: the library has lost its state"
    calls=$count
}

for version in "${versions[@]}"; do
    if [ "$version" != "${versions[0]}" ]; then
        echo "mv $(basename "$(dirname "$version")")/libfibonacci.so -> libfibonacci.so"
        install_version "$version"
        while IFS= read -r -t "$patience" -u 4 status || fail "no status line for $version"; do
            [[ $status == *libfibonacci.so* ]] && break
        done
        echo "  $status"
        [[ $status == SUCCESS* ]] || fail "the library was not replaced"
        former=${line##* by }
        # lines that were printed before the update
        while next_line && [ "${line##* by }" = "$former" ]; do :; done
    fi
    for _ in 1 2 3; do next_line; done
done

# --- end: a closed input ends the program ----------------------------------------------------------------------------------
echo >&5
wait "$program" || fail "the program ended with status $?"
trap - EXIT
echo "Six algorithms, one process, $calls calls counted without a gap."
