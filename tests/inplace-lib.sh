# What tests/inplace.sh and tests/inplace-roots.sh share: commands inside a root whose loader is ours, and checks of what they print.
# They set ROOT, LIMIT (seconds for one check), SETTINGS (variables of the commands) and LABEL (what stands before a check's name).
LOADER=$(readlink -f "${LUCI_LD:-target/dist/ld-luci.so}") || exit 1
ROOTS=${LUCI_ROOTS:-/var/tmp/luci-roots}
LABEL=
passed=0 failed=0

# inside SCRIPT: a shell in the root, with a /proc of its own that goes away with it.
inside() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive "${SETTINGS[@]}" \
        timeout -k 5 "$LIMIT" unshare -m /bin/sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" /bin/bash -c "$1"' \
        "$ROOT" "$1" </dev/null 2>&1
}

# check NAME EXPECTED SCRIPT: the script must succeed and print, among others, a line that matches each line of EXPECTED.
check() {
    local name=$1 expected=$2 output status line missing= begin=$SECONDS
    output=$(inside "set -e; mkdir -p /tmp/work; cd /tmp/work; $3")
    status=$?
    while read -r line; do
        grep -qE -- "$line" <<<"$output" || missing="$missing [$line]"
    done <<<"$expected"
    if [ $status -eq 0 ] && [ -z "$missing" ]; then
        printf '%s%-22s ok, %s s\n' "$LABEL" "$name" $((SECONDS - begin))
        passed=$((passed + 1))
        return
    fi
    printf '%s%-22s FAILS: status %s%s\n' "$LABEL" "$name" "$status" "${missing:+, not printed:$missing}"
    tail -n 25 <<<"$output" | sed 's/^/    /'
    failed=$((failed + 1))
}

# put_in_place PATH: our loader at this path of the root.
put_in_place() {
    cp "$LOADER" "$ROOT$1.new" && chmod 755 "$ROOT$1.new" && mv "$ROOT$1.new" "$ROOT$1"
}
