#!/bin/bash
# What the loader tells about every program in /usr/bin without running it, under the system's loader and under ours: the exit
# status of --verify, the output of --list, and the symbol bindings (LD_DEBUG=bindings while everything is traced and bound).
#
#   tests/usr-bin.sh [--root FOLDER] [PROGRAM...]     default: a Debian 12 root (tests/roots.sh bookworm), then this machine
#
# Addresses, process numbers and the loader's own path are normalised. LUCI_LD names another loader than target/dist/ld-luci.so;
# LUCI_DIFFERENCES a folder for the differences (default target/usr-bin). Ends with the counts; the exit status is 1 if anything differs.
set -u
SYSTEM=/lib64/ld-linux-x86-64.so.2

normalise() { sed -E "s/0x[0-9a-f]{8,}/ADDRESS/g; s#[^ ]*(ld-linux-x86-64\.so\.2|ld-luci\.so|/ld-2\.[0-9]+\.so)#LOADER#g; /^\tLOADER => LOADER/s/ => LOADER//" | sort; }

# told LOADER PROGRAM WHAT: what a loader says.
told() {
    local loader=$1 program=$2 output=$WORK/output.$BASHPID
    case $3 in
    verify) timeout 20 "$loader" --verify "$program" >/dev/null 2>&1; echo "status $?" ;;
    list) { timeout 20 "$loader" --list "$program" 2>&1; echo "status $?"; } | normalise ;;
    bindings)
        LD_TRACE_LOADED_OBJECTS=1 LD_BIND_NOW=1 LD_WARN=1 LD_DEBUG=bindings LD_DEBUG_OUTPUT=$output \
            timeout 20 "$loader" "$program" >/dev/null 2>"$output.error"
        echo "status $?"
        cat "$output".* 2>/dev/null | sed -nE 's/^ *[0-9]+:[ \t]*(binding file )/\1/p; /: (symbol lookup error|undefined symbol|undefined reference)/p' | normalise
        rm -f "$output".*
        ;;
    esac
}

# judge PROGRAM: one line for each kind: same or differs; the difference goes to a file.
judge() {
    local what place
    for what in $KINDS; do
        place=$WORK/$what.$(tr / _ <<<"${1#/}").diff
        if diff <(told "$SYSTEM" "$1" "$what") <(told "$LOADER" "$1" "$what") >"$place"; then
            rm -f "$place"
            echo "$what same"
        else
            echo "$what differs $1"
        fi
    done
}

# programs FOLDER: dynamically linked ELF programs.
programs() {
    find "$1" -maxdepth 1 -type f -perm -u+x -size +1k | sort | while read -r file; do
        [ "$(head -c 4 "$file" 2>/dev/null | tail -c 3)" = ELF ] && grep -q -a -m 1 -F "$SYSTEM" "$file" && echo "$file"
    done
}

# Everything on this side of a chroot.
inside() {
    WORK=$1 LOADER=$2
    shift 2
    mkdir -p "$WORK" && rm -f "$WORK"/*.diff || exit 1
    KINDS="verify list"
    # shellcheck disable=SC2043  # whether the loader can tell bindings
    grep -q '^binding file' <(told "$LOADER" /usr/bin/env bindings) && KINDS+=" bindings"
    export WORK LOADER KINDS SYSTEM
    export -f told judge normalise
    { [ $# -gt 0 ] && printf '%s\n' "$@" || programs /usr/bin; } | xargs -d '\n' -P 2 -I{} bash -c 'judge "$1"' - {} >"$WORK/judged"
    grep differs "$WORK/judged" | sort
    local what
    for what in verify list bindings; do
        case " $KINDS " in
        *" $what "*) echo "$what: $(grep -c "^$what same" "$WORK/judged") the same, $(grep -c "^$what differs" "$WORK/judged") different" ;;
        *) echo "$what: the loader does not print them" ;;
        esac
    done
    ! grep -q differs "$WORK/judged"
}

[ "${1:-}" = --inside ] && { shift; inside "$@"; exit; }

cd "$(dirname "$0")/.." || exit 1
loader=$(readlink -f "${LUCI_LD:-target/dist/ld-luci.so}") || exit 1
differences=${LUCI_DIFFERENCES:-$PWD/target/usr-bin}
failed=0
root=
[ "${1:-}" = --root ] && { root=$2; shift 2; }

in_root() {
    local folder=$1/var/tmp/luci-usr-bin
    shift
    mkdir -p "$folder" && cp tests/usr-bin.sh "$folder/" && cp "$loader" "$folder/ld-luci.so" || return 1
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C unshare -m /bin/sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' \
        "${folder%/var/tmp/luci-usr-bin}" /bin/bash /var/tmp/luci-usr-bin/usr-bin.sh --inside /var/tmp/luci-usr-bin/differences /var/tmp/luci-usr-bin/ld-luci.so "$@"
}

if [ -n "$root" ]; then
    in_root "$root" "$@"
    exit
fi
if [ "$(id -u)" = 0 ] && tests/roots.sh bookworm; then
    echo "== /usr/bin of the bookworm root"
    in_root "${LUCI_ROOTS:-/var/tmp/luci-roots}/bookworm" "$@" || failed=1
fi
echo "== /usr/bin of this machine"
env LC_ALL=C bash "$PWD/tests/usr-bin.sh" --inside "$differences" "$loader" "$@" || failed=1
exit $failed
