#!/bin/bash
# Storms: many threads open, use and close libraries, throw, fork, end and get signals at once (tests/stress/storm.cpp), for
# SECONDS under the system's loader as oracle, under ours by name, and with ours as PT_INTERP. Prints operations per second for
# each; the last line counts passes and failures.
#
#   tests/stress.sh [--namespaces] [SECONDS]     10 seconds by default
#   LUCI        the loader (default: target/dist/ld-luci.so)
#   LUCI_SEED   the seed of all three runs (default: one from the clock, printed)
#   ONLY        some of "system name interp" (default: all)
set -uo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
luci=${LUCI:-$root/target/dist/ld-luci.so}
source=$root/tests/stress
build=$root/target/stress
options=()
[ "${1-}" = --namespaces ] && { options+=(--namespaces); shift; }
seconds=${1:-10}
export LUCI_SEED=${LUCI_SEED:-$((RANDOM * 32768 + RANDOM))} STORM_LIBRARIES=$build

# --- building -----------------------------------------------------------------------------------------------------------
# The libraries are linked with -nostartfiles: without crtbegin.o dlclose does not call __cxa_finalize. Its lock in libc (__exit_funcs_lock) is not made free in the child
# of a fork, which would wait for ever when another thread had it.
flags=(-g -O1 -fPIC -Wall -Wextra -Werror)
# library NUMBER "DEPENDENCIES" TLS_BYTES TLS_ALIGN [c|c++] [FLAGS...]; lib.h says what the numbers mean
library() {
    local number=$1 dependencies=$2 bytes=$3 align=$4 language=$5 macro= objects needed=()
    shift 5
    for dependency in $dependencies; do
        macro+="D($dependency) "
        needed+=("$build/libstorm$dependency.so")
    done
    local own=("${flags[@]}" -DNUMBER="$number" "-DDEPENDENCIES=$macro" -DTLS_BYTES="$bytes" -DTLS_ALIGN="$align" "$@")
    objects=("$build/$number.o")
    "${CC:-cc}" "${own[@]}" -c -o "$build/$number.o" "$source/lib.c" || return 1
    if [ "$language" = c++ ]; then
        objects+=("$build/$number.cpp.o")
        # unique symbols would keep the libraries loaded for good
        "${CXX:-c++}" "${own[@]}" -fno-gnu-unique -c -o "$build/$number.cpp.o" "$source/lib.cpp" || return 1
    fi
    local linker="${CC:-cc}"
    [ "$language" = c++ ] && linker="${CXX:-c++}"
    "$linker" -shared -nostartfiles -o "$build/libstorm$number.so" "${objects[@]}" -Wl,--no-as-needed "${needed[@]}" -Wl,-soname,"libstorm$number.so" \
        "-Wl,-rpath,\$ORIGIN" -Wl,-z,lazy "$@"
}
build_all() {
    rm -rf "$build" && mkdir -p "$build" || return 1
    library 0 "" 64 16 c &&
        library 1 "" 48 8 c++ &&
        library 2 "0" 40 8 c -mtls-dialect=gnu2 &&
        library 3 "0 1" 80 16 c++ -DTHROWS_OF=1 -mtls-dialect=gnu2 &&
        library 4 "2 3" 1000 64 c &&
        library 5 "" 48 16 c -ftls-model=initial-exec &&
        library 6 "5" 64 8 c &&
        library 7 "4 6" 64 8 c++ -Wl,-z,now || return 1
    printf 'STORM_1 {};\nSTORM_2 {} STORM_1;\n' >"$build/8.map"
    library 8 "" 40 8 c -DWITH_IFUNC -DWITH_VERSIONS -Wl,--hash-style=sysv -Wl,--version-script="$build/8.map" &&
        library 9 "8" 5000 256 c -mtls-dialect=gnu2 &&
        library 10 "8" 40 8 c '-DOPENS="libstormplain.so"' &&
        library 11 "0 8" 200 16 c -DWITH_IFUNC || return 1
    # Some that are no use, one that stays, and one that 10 opens: it calls nothing that may be bound to 10, which would keep
    # both open for good. Their numbers are above those of the storm.
    local plain=("${flags[@]}" -shared -nostartfiles "-DDEPENDENCIES=" -DTLS_ALIGN=16 -Wl,-rpath,"\$ORIGIN" -Wl,-z,lazy -Wl,--no-as-needed)
    "${CC:-cc}" "${plain[@]}" -DNUMBER=20 -DTLS_BYTES=64 -o "$build/libstormmissing.so" "$source/lib.c" -Wl,-soname,libstormmissing.so &&
        "${CC:-cc}" "${plain[@]}" -DNUMBER=21 -DTLS_BYTES=64 -o "$build/libstormbroken.so" "$source/lib.c" "$build/libstorm2.so" "$build/libstormmissing.so" &&
        rm "$build/libstormmissing.so" &&
        "${CC:-cc}" "${plain[@]}" -DNUMBER=22 -DTLS_BYTES=64 -DWITH_UNDEFINED -o "$build/libstormundefined.so" "$source/lib.c" "$build/libstorm0.so" &&
        "${CC:-cc}" "${plain[@]}" -DNUMBER=23 -DTLS_BYTES=64 -o "$build/libstormpinned.so" "$source/lib.c" &&
        "${CC:-cc}" "${plain[@]}" -DNUMBER=24 -DTLS_BYTES=64 -o "$build/libstormplain.so" "$source/lib.c" &&
        echo "no ELF" >"$build/libstormtext.so" || return 1
    # bound at once: what it calls in signal handlers must not be bound there under the system's loader
    local program=(-g -O1 -Wall -Wextra -Werror -pthread -rdynamic -Wl,-z,now -Wl,-rpath,"\$ORIGIN")
    "${CXX:-c++}" "${program[@]}" -o "$build/storm" "$source/storm.cpp" &&
        "${CXX:-c++}" "${program[@]}" -o "$build/storm-luci" "$source/storm.cpp" -Wl,--dynamic-linker="$luci"
}
if ! build_all >"$root/target/stress.log" 2>&1; then
    cat "$root/target/stress.log" >&2
    echo "stress: the storm cannot be built" >&2
    exit 1
fi

# --- running --------------------------------------------------------------------------------------------------------------
passed=0 failed=0
run() {
    local name=$1
    shift
    case " ${ONLY:-system name interp} " in *" $name "*) ;; *) return ;; esac
    printf '%-7s' "$name"
    # the program watches over itself; this is for one that cannot any more
    if timeout -s KILL $((${seconds%.*} * 2 + 240)) "$@" --seconds "$seconds" "${options[@]+"${options[@]}"}" 2>"$build/$name.log"; then
        passed=$((passed + 1))
    else
        echo "ended with status $?; backtraces, if any, are in $build/$name.log:"
        grep -av '^\[New LWP' "$build/$name.log" | head -n 4
        failed=$((failed + 1))
    fi
}
# What glibc's ld.so cannot do is left out for it, see storm.cpp
run system "$build/storm" --fork-gate --plain-signals
run name "$luci" "$build/storm"
run interp "$build/storm-luci"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
