#!/bin/bash
# Runs the cases and some real programs in Debian roots with other glibcs: `tests/cases-in-roots.sh [--some] NAME...`, names as
# in tests/roots.sh, which makes what is missing. Ends with a table. A root that cannot be made here is skipped with the reason.
# --some: only the cases about what the loader and libc do together, where glibcs differ, and only through PT_INTERP. LUCI_CASES selects cases by parts of their names; LUCI_LD names another loader than target/dist/ld-luci.so.
set -u
cd "$(dirname "$0")/.." || exit 1
roots=${LUCI_ROOTS:-/var/tmp/luci-roots}
loader=$(readlink -f "${LUCI_LD:-target/dist/ld-luci.so}") || exit 1
programs="true ls cat-sort date dash bash getent iconv locale perl python3 gcc g++ compiled-by-gcc ld-as make openmp find-grep-sed"
logs=target/roots
some="0-basics/ libc- ns- audit-dlopen audit-failed audit-preinit audit-several audit-version audit-symbind fork- threads- tls-
    dl-errors dl-constructor-fails dl-caller dl-info dl-iterate-phdr dl-r-debug dlclose-thread dlclose-tls dlerror dlinfo dladdr-p
    dlsym-versions dlsym-next-edges find-object exceptions-d exceptions-m unwind init- flags-init debug-states search-hwcaps
    reloc-tlsdesc reloc-copy ifunc-calls exit- lang/"
table=$(printf '%-14s %-6s %-30s %s' root glibc cases programs)
failed=0
ways="interp name"

if [ "$(id -u)" -ne 0 ]; then
    echo "skipped: roots need chroot, so root"
    exit 0
fi
if ! tests/setup.sh debootstrap:debootstrap; then
    echo "skipped: no debootstrap"
    exit 0
fi
mkdir -p "$logs" || exit 1

# cases NAME: one line with the counts; what failed goes to standard error.
cases() {
    local log=$logs/$1.cases fixtures
    fixtures=$(printf "$1-%s," $ways)
    LUCI_ROOT=$roots/$1 LUCI_FIXTURE=$fixtures cargo test -q --test cases >"$log" 2>&1 ||
        sed -n '/^failures:$/,/^failures:$/p' "$log" >&2
    sed -n 's/^test result: [^ ]* \([0-9]* passed; [0-9]* failed; [0-9]* ignored\).*/\1/p' "$log"
}

# programs NAME: the same for the programs, by name, through PT_INTERP and in place of the root's own loader.
programs() {
    local log=$logs/$1.programs inside=$roots/$1/var/tmp/luci-programs
    mkdir -p "$inside/tests" && cp tests/programs.sh tests/programs-lib.sh "$inside/tests/" && cp "$loader" "$inside/ld-luci.so" || return 1
    # shellcheck disable=SC2086  # a list of words
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LUCI_LD=/var/tmp/luci-programs/ld-luci.so \
        unshare -m /bin/sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$roots/$1" \
        /var/tmp/luci-programs/tests/programs.sh --verbose $programs >"$log" 2>&1 </dev/null || cat "$log" >&2
    tail -n 1 "$log"
}

if [ "${1:-}" = --some ]; then
    shift
    export LUCI_CASES=${LUCI_CASES:-$some}
    ways=interp
fi
for name in "$@"; do
    tests/roots.sh "$name"
    case $? in
    0) ;;
    77) continue ;;
    *) failed=1; continue ;;
    esac
    case_counts=$(cases "$name")
    program_counts=$(programs "$name")
    [[ $case_counts == *" 0 failed"* && $program_counts == *" 0 failed"* ]] || failed=1
    table+=$(printf '\n%-14s %-6s %-30s %s' "$name" "$(cat "$roots/$name/.luci-glibc")" "$case_counts" "$program_counts")
done
echo "$table"
exit $failed
