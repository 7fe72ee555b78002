# What the parts of tests/secure.sh share: the place, the programs, the comparison.
passed=0 failed=0 words=("$@")
PLACE=/opt/luci            # root's own up to the top, as an installation is
TRAP=                      # nobody's folder

# prepare: programs NAME.luci and NAME.glibc in every raised kind, and libraries.
prepare() {
    mount -t tmpfs -o mode=755 tmpfs /opt || skip "tmpfs cannot be mounted"
    mkdir -p /opt/etc && cp -a /etc/. /opt/etc && mount --bind /opt/etc /etc || skip "/etc cannot be covered"
    rm -f /etc/suid-debug
    mkdir -p $PLACE/lib
    install -m 755 "$LOADER" $PLACE/ld-luci.so
    TRAP=$(mktemp -d /tmp/luci-secure.XXXXXX) && chown $NOBODY $TRAP && chmod 755 $TRAP
    trap 'rm -rf --one-file-system "$TRAP"' EXIT
    library "root's" $PLACE/lib/libwork.so work
    gcc -shared -fPIC -o $TRAP/intruder.so tests/secure/intruder.c && cp $TRAP/intruder.so $TRAP/libwork.so
    program show -L$PLACE/lib -lwork -Wl,-rpath,$PLACE/lib
    raise show
}

# library ANSWER FILE FUNCTION: a library whose function gives the answer.
library() {
    echo "const char *$3(void) { return \"$1\"; }" | gcc -shared -fPIC -x c - -o "$2.new" -Wl,-soname,"$(basename "$2")" && mv "$2.new" "$2"
}

# program NAME FLAGS...: tests/secure/show.c as NAME.glibc and NAME.luci.
program() {
    local name=$1
    shift
    gcc -o $PLACE/$name.glibc tests/secure/show.c -Wl,--no-as-needed "$@" &&
        gcc -o $PLACE/$name.luci tests/secure/show.c -Wl,--no-as-needed "$@" -Wl,--dynamic-linker=$PLACE/ld-luci.so
}

# raise NAME: copies of both that are setuid root, setuid another user, setgid, and capable.
raise() {
    local loader from=$PLACE/$1
    for loader in luci glibc; do
        install -m 4755 $from.$loader $from-root.$loader
        install -m 4755 -o $OTHER $from.$loader $from-other.$loader
        install -m 2755 -g $OTHER $from.$loader $from-group.$loader
        install -m 755 $from.$loader $from-able.$loader
        setcap cap_net_raw+ep $from-able.$loader || skip "files cannot have capabilities here"
    done
}

# as_nobody COMMAND: a shell command of nobody, in nobody's folder, with a time limit.
as_nobody() {
    (cd $TRAP && exec timeout -k 1 20 setpriv --reuid=$NOBODY --regid=$NOBODY --clear-groups -- bash -c "$1") 2>&1
}

wanted() {
    local word
    [ ${#words[@]} -eq 0 ] && return 0
    for word in "${words[@]}"; do
        [[ $1 == *$word* ]] && return 0
    done
    return 1
}

# verdict NAME EXPECTED ACTUAL
verdict() {
    if [ "$2" == "$3" ]; then
        printf '%-34s ok\n' "$1"
        passed=$((passed + 1))
    else
        printf '%-34s FAILS\n' "$1"
        diff <(echo "$2") <(echo "$3") | head -n 12 | sed 's/^/    /'
        failed=$((failed + 1))
    fi
}

# same NAME COMMAND: nobody's command, in which KIND stands for .luci and .glibc, prints and ends alike under both loaders.
same() {
    wanted "$1" || return 0
    local stock ours
    stock=$(as_nobody "${2//KIND/glibc}"; echo "status $?")
    ours=$(as_nobody "${2//KIND/luci}"; echo "status $?")
    verdict "$1" "${stock//.glibc/.KIND}" "${ours//.luci/.KIND}"
}

# gives NAME EXPECTED COMMAND: nobody's command prints this under our loader; PROG stands for the setuid-root program.
gives() {
    wanted "$1" || return 0
    verdict "$1" "$2" "$(as_nobody "${3//PROG/$PLACE/show-root.luci}"; echo "status $?")"
}

# absent NAME FILE...: none of these files was made.
absent() {
    wanted "$1" || return 0
    local name=$1
    shift
    verdict "$name" "" "$(ls -d "$@" 2>/dev/null)"
}

PLAIN="secure 1, secure_getenv no, work root's, argc 1
status 0"
