# What tests/programs.sh and tests/dlopen-users.sh share, sourced from the repository's root: the options, the ways in which a
# program runs, and the comparison. The caller prints its table with `program` and ends with `summary`. ISOLATED=1, set before,
# gives every run process IDs and a loopback network of its own (as root): whatever it leaves running ends with it.
#
#   --install   installs missing packages with apt-get
#   --subset    only the programs that need no packages, or cheap ones (a `+` in front of them in the table)
#   --verbose   shows both outputs of what differs
#   --show      shows the output under the system's loader of everything
#   NAME...     only these; the names are those of the table
#
# Each program runs three ways: by name (`ld-luci.so prog`, against `ld-linux-x86-64.so.2 prog`), through PT_INTERP (a copy
# with another PT_INTERP, mounted over the program in a mount namespace, so that the program finds everything where it is),
# and in place (the loader mounted over /lib64/ld-linux-x86-64.so.2, so that child processes run on it too). Without root only by
# name. LUCI_LD is the loader under test, by default target/dist/ld-luci.so, LUCI_LIMIT the seconds for one run. The exit status is 1 if anything differs.

LOADER=$(readlink -f "${LUCI_LD:-target/dist/ld-luci.so}") || exit 1
SYSTEM=/lib64/ld-linux-x86-64.so.2
SHORT=/tmp/luci-ld.$$      # not longer than SYSTEM, so that it fits into PT_INTERP
LIMIT=${LUCI_LIMIT:-180}    # seconds for one run
PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin:$PATH
export LC_ALL=C.UTF-8 TZ=UTC PATH

# The comments that the script and this file begin with.
usage() {
    local file
    for file in "$0" tests/programs-lib.sh; do
        sed -n '/^#!/d; /^#/!q; s/^# \{0,1\}//p' "$file"
    done
}

install=0 subset=0 verbose=0 failed=0 passed=0 skipped=0
names=" "
for word in "$@"; do
    case $word in
    --install) install=1 ;;
    --subset) subset=1 ;;
    --verbose) verbose=1 ;;
    --show) verbose=2 ;;
    -*) usage; exit 2 ;;
    *) names="$names$word " ;;
    esac
done

WORK=$(mktemp -d /tmp/luci-programs.XXXXXX) || exit 1
chmod 755 "$WORK"
trap 'rm -rf "$WORK" "$SHORT"' EXIT
[ "$(id -u)" -eq 0 ] && ways="name interp place" || ways=name

# The path that starts a command's ELF file: not resolved, for programs that look at their own name.
binary() {
    local file
    file=$(type -P "$1") || return 1
    case $(basename "$(readlink -f "$file")") in
    rustup | rustc) file=$(rustc --print sysroot)/bin/rustc ;;
    valgrind) [ -e "$file.bin" ] && file=$file.bin ;;
    pg_wrapper) file=$(ls -d /usr/lib/postgresql/*/bin/"$1" | tail -n 1) ;;
    esac
    [ "$(head -c 4 "$file" | tail -c 3)" = ELF ] && echo "$file"
}

# run PROGRAM ARGS: in the way that $WAY says; in $AS's name if set.
run() {
    local file real
    file=$(binary "$1") || { echo "no ELF program: $1" >&2; return 126; }
    shift
    local as=()
    [ -n "${AS:-}" ] && as=(setpriv --reuid="$AS" --regid="$(id -g "$AS")" --init-groups)
    case $WAY in
    system) "${as[@]}" "$file" "$@" ;;
    system-name) "${as[@]}" "$SYSTEM" "$file" "$@" ;;
    name) "${as[@]}" "$LOADER" "$file" "$@" ;;
    interp)
        real=$(readlink -f "$file")
        [ -e "$WORK/patched/${real##*/}" ] || patch_interpreter "$real" "$WORK/patched/${real##*/}" || return 126
        mounted "$WORK/patched/${real##*/}" "$real" "${as[@]}" "$file" "$@" ;;
    place) mounted "$LOADER" "$(readlink -f $SYSTEM)" "${as[@]}" "$file" "$@" ;;
    esac
}

# PT_INTERP for a program that a test compiles.
interpreter() {
    [ "$WAY" = interp ] && echo "$LOADER" || echo "$SYSTEM"
}

# mounted FILE OVER COMMAND...
mounted() {
    unshare -m --propagation "$PROPAGATION" /bin/sh -c 'mount --bind "$0" "$1" && shift && exec "$@"' "$@"
}

# A copy with PT_INTERP rewritten in place.
patch_interpreter() {
    perl -e '
        my ($from, $to, $old, $new) = @ARGV;
        open(my $in, "<:raw", $from) or die "$from: $!"; local $/; my $bytes = <$in>;
        my $at = index($bytes, "$old\0");
        die "$from: no PT_INTERP\n" if $at < 0 || $at > 4096;
        substr($bytes, $at, length $old) = $new . "\0" x (length($old) - length $new);
        my $fresh = "$to.$$";
        open(my $out, ">:raw", $fresh) or die "$to: $!"; print $out $bytes; close $out;
        chmod 0755, $fresh; rename $fresh, $to or die "$to: $!";
    ' "$1" "$2" "$SYSTEM" "$SHORT"
}

# isolated SCRIPT: with process IDs, a network and mounts of its own; a first process that is not the script's shell.
isolated() {
    unshare -n -p -f --kill-child --mount-proc /bin/bash -c 'ip link set lo up; /bin/bash -c "$0"; exit $?' "$1"
}

# attempt WAY SCRIPT: leaves WORK/WAY.out, WAY.err and WAY.status.
attempt() {
    export WAY=$1
    rm -rf "$WORK/dir" "$WORK/patched" && mkdir "$WORK/dir" "$WORK/patched" && chmod 777 "$WORK/dir"
    local shell=(/bin/bash -c "$2")
    [ "$ISOLATED" = 1 ] && shell=(/bin/bash -c 'isolated "$0"' "$2")
    ( cd "$WORK/dir" && timeout -k 5 $LIMIT "${shell[@]}" >"$WORK/$1.out" 2>"$WORK/$1.err" </dev/null )
    echo $? >"$WORK/$1.status"
}

same() {
    cmp -s "$WORK/$1.out" "$WORK/$2.out" && cmp -s "$WORK/$1.status" "$WORK/$2.status"
}

show() {
    local way
    for way in "$@"; do
        echo "    --- $way: status $(cat "$WORK/$way.status")"
        tail -n 15 "$WORK/$way.out" "$WORK/$way.err" | sed 's/^/    /'
    done
}

updated=0
# install_packages NAMES: no service is started; the package lists are fetched once, when a package is not found without.
install_packages() {
    local policy=/usr/sbin/policy-rc.d own=0 status
    [ "$(id -u)" -eq 0 ] || return 1
    [ -e $policy ] || { own=1; printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy; }
    apt_install "$@" || { [ $updated -eq 0 ] && updated=1 && apt-get -qq update >"$WORK/apt" 2>&1 && apt_install "$@"; }
    status=$?
    [ $own -eq 1 ] && rm -f $policy
    return $status
}

apt_install() {
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >"$WORK/apt" 2>&1
}

# A command, or a path or pattern of paths.
exists() { command -v "$1" >/dev/null || compgen -G "$1" >/dev/null; }

# program NAME COMMANDS PACKAGES SCRIPT: one row of the table. COMMANDS are commands or paths that must exist; `-` for PACKAGES
# means that continuous integration has them. ONLY, if set, names the ways that make sense for the program.
program() {
    local name=$1 packages=${3#+} script=$4 way cells="" oracle differing="" command commands
    set -f; commands=($2); set +f
    [ "$names" = " " ] || case $names in *" $name "*) ;; *) return ;; esac
    [ $subset -eq 1 ] && [ "$packages" = "$3" ] && [ "$packages" != - ] && return
    for command in "${commands[@]}"; do
        if ! exists "$command"; then
            # shellcheck disable=SC2086  # a list of words
            [ $install -eq 1 ] && [ "$packages" != - ] && install_packages $packages && exists "$command" && continue
            printf '%-24s skipped: no %s\n' "$name" "$command"
            skipped=$((skipped + 1))
            return
        fi
    done
    attempt system "$script"
    if ! [ -s "$WORK/system.out" ] || [ "$(cat "$WORK/system.status")" -ge 124 ]; then
        printf '%-24s FAILS under the system loader\n' "$name"
        failed=$((failed + 1))
        [ $verbose -ge 1 ] && show system
        return
    fi
    for way in name interp place; do
        case " $ways " in *" $way "*) ;; *) cells="$cells -"; continue ;; esac
        case " ${ONLY:-$ways} " in *" $way "*) ;; *) cells="$cells -"; continue ;; esac
        oracle=system
        if [ "$way" = name ]; then
            attempt system-name "$script"
            oracle=system-name
        fi
        attempt "$way" "$script"
        if same $oracle "$way"; then
            cells="$cells ok"
        else
            cells="$cells DIFFERS"
            differing="$differing $way"
        fi
    done
    [ $verbose -eq 2 ] && show system
    # shellcheck disable=SC2086  # one word a column
    printf '%-24s %-8s %-8s %-8s (status %s)\n' "$name" $cells "$(cat "$WORK/system.status")"
    if [ -z "$differing" ]; then
        passed=$((passed + 1))
        return
    fi
    failed=$((failed + 1))
    [ $verbose -ge 1 ] || return
    for way in $differing; do
        if [ "$way" = name ]; then show system-name name; else show system "$way"; fi
    done
}

summary() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ $failed -eq 0 ]
}

# In a chroot the propagation of / cannot be changed; whoever made it keeps mounts to himself.
if unshare -m true 2>/dev/null; then PROPAGATION=private; else PROPAGATION=unchanged; fi
if [ "${ISOLATED:-0}" = 1 ] && ! isolated 'ip link show lo' >/dev/null 2>&1; then ISOLATED=0; fi
ISOLATED=${ISOLATED:-0}
export LOADER SYSTEM SHORT WORK PROPAGATION
export -f run binary interpreter mounted patch_interpreter isolated
ln -sfn "$LOADER" "$SHORT"

# That each way really runs on the loader: its inode is in the process's memory map.
for way in $ways; do
    attempt "$way" 'run cat /proc/self/maps'
    grep -q " $(stat -L -c %i "$LOADER") " "$WORK/$way.out" && continue
    echo "$0: a program does not run on $LOADER ($way)" >&2
    cat "$WORK/$way.err" >&2
    exit 1
done

printf '%-24s %-8s %-8s %-8s\n' program name interp place
