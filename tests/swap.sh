#!/bin/bash
# Replaces a distribution's library in a running program, back and forth: two package versions of Debian's libexpat1, a hundred
# swaps, by renaming over the file and by switching the symbolic link in turn. The output must be the same as without swaps.
# Skipped with its reason when two versions cannot be fetched.
#
#   LUCI    the loader (default: target/dist/ld-luci.so)
#   SWAPS   how many swaps (default 100)
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
luci=${LUCI:-$root/target/dist/ld-luci.so}
swaps=${SWAPS:-100}
build=$root/target/swap
package=libexpat1
library=libexpat.so.1
# how long to wait for a line before giving up, in seconds
patience=30

skip() {
    echo "swap: skipped: $*"
    exit 0
}
fail() {
    echo "swap.sh: $*" >&2
    exit 1
}

# --- two versions of the package ----------------------------------------------------------------------------------------
fetch() {
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || skip "this is no Debian"
    local versions
    mapfile -t versions < <(apt-cache madison $package | awk '{print $3}' | sort -Vru | head -2)
    [ ${#versions[@]} = 2 ] || skip "the package archive knows ${#versions[@]} versions of $package, not two (apt-get update?)"
    for number in 1 2; do
        local version=${versions[number - 1]}
        rm -rf "$build/$number" "$build/download"
        mkdir -p "$build/$number" "$build/download"
        (cd "$build/download" && apt-get -qq download "$package=$version" 2>/dev/null) || skip "cannot fetch $package $version"
        dpkg-deb -x "$build"/download/*.deb "$build/$number"
        cp -L "$(find "$build/$number" -name $library)" "$build/$number/$library"
        echo "$version" >"$build/$number/version"
    done
}
mkdir -p "$build"
[ -s "$build/1/version" ] && [ -s "$build/2/version" ] || fetch
echo "swap: $package $(cat "$build/1/version") and $(cat "$build/2/version"), $swaps swaps"

run=$build/run
rm -rf "$run" && mkdir -p "$run"
install_by_rename() {
    cp "$build/$1/$library" "$run/new" && mv -f "$run/new" "$run/$library"
}
install_by_link() {
    ln -sfn "$build/$1/$library" "$run/new" && mv -fT "$run/new" "$run/$library"
}
install_by_link 1
"${CC:-cc}" -O2 -o "$run/main" "$root/tests/swap/main.c" "$run/$library" -Wl,-rpath,"$run"

# --- what is right: the same program without swaps ------------------------------------------------------------------------
for ((i = 0; i <= swaps; i++)); do echo go; done | "$run/main" >"$run/expected"

# --- the swaps: descriptor 3 is the program's output, 4 the status lines, 5 its input ---------------------------------------
mkfifo "$run/output" "$run/status" "$run/input"
exec 3<>"$run/output" 4<>"$run/status" 5<>"$run/input"
"$luci" -u -S "$run/status" "$run/main" <"$run/input" >"$run/output" 3>&- 4>&- 5>&- &
program=$!
trap 'kill -9 "$program" 2>/dev/null || true' EXIT

ask() {
    echo go >&5
    IFS= read -r -t "$patience" -u 3 line || fail "no answer after $1 swaps"
    echo "$line" >>"$run/seen"
}
ask 0
for ((i = 1; i <= swaps; i++)); do
    number=$((i % 2 + 1))
    if ((i / 2 % 2)); then install_by_link $number; else install_by_rename $number; fi
    IFS= read -r -t "$patience" -u 4 status || fail "no status line for swap $i"
    [[ $status == SUCCESS* ]] || fail "swap $i: $status"
    ask "$i"
done
cmp "$run/expected" "$run/seen" || fail "the output differs from that of the program without swaps"
kill -9 "$program"
trap - EXIT
echo "swap: $swaps swaps, all $((swaps + 1)) answers right: $line"
