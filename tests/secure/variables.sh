# Which variables are gone when the program runs, and so for its children; in normal mode all of them stay.

# What any glibc from 2.31 to 2.44 unsets, what it does not, and our own.
GLIBCS="GCONV_PATH GETCONF_DIR GLIBC_TUNABLES HOSTALIASES LD_AUDIT LD_BIND_NOT LD_BIND_NOW LD_DEBUG LD_DEBUG_OUTPUT LD_DYNAMIC_WEAK
LD_HWCAP_MASK LD_LIBRARY_PATH LD_ORIGIN_PATH LD_PREFER_MAP_32BIT_EXEC LD_PRELOAD LD_PROFILE LD_PROFILE_OUTPUT LD_SHOW_AUXV
LD_USE_LOAD_BIAS LD_VERBOSE LD_WARN LOCALDOMAIN LOCPATH MALLOC_ARENA_MAX MALLOC_ARENA_TEST MALLOC_CHECK_
MALLOC_MMAP_MAX_ MALLOC_MMAP_THRESHOLD_ MALLOC_PERTURB_ MALLOC_TOP_PAD_ MALLOC_TRACE MALLOC_TRIM_THRESHOLD_ NIS_PATH NLSPATH
RESOLV_HOST_CONF RES_OPTIONS TMPDIR TZDIR"
OTHERS="HOME PATH TZ LANG LC_ALL LD_ LD_NOSUCH LDX MALLOC_NOSUCH TMPDIR2 XLD_PRELOAD"
OURS=$(grep -o '"LD_[A-Z_0-9]*"' src/config/options.rs | tr -d '"' | grep -v LD_TRACE_LOADED_OBJECTS | sort -u)
# gone here whatever the glibc: the newest ones' list, and ours
STRICTER=$(printf '%s\n' $OURS LD_HWCAP_MASK LD_BIND_NOT LD_BIND_NOW LD_PREFER_MAP_32BIT_EXEC LD_PROFILE_OUTPUT LD_USE_LOAD_BIAS LD_VERBOSE LD_WARN \
    MALLOC_ARENA_MAX MALLOC_ARENA_TEST MALLOC_CHECK_ MALLOC_MMAP_MAX_ MALLOC_MMAP_THRESHOLD_ MALLOC_PERTURB_ MALLOC_TOP_PAD_ \
    MALLOC_TRIM_THRESHOLD_ GLIBC_TUNABLES | sort -u)

settings=
for name in $GLIBCS $OURS $OTHERS; do
    case $name in
    LD_PRELOAD | LD_AUDIT) value=/nowhere/x.so ;;
    LD_DEBUG) value=statistics ;;
    GLIBC_TUNABLES) value=glibc.malloc.check=1:glibc.malloc.mxfast=64 ;;
    *) value=0 ;;
    esac
    settings="$settings $name=$value"
done

# names OUTPUT: the names of the variables that are left.
names() { sed -n 's/^\([A-Z_0-9]*\)=.*/\1/p' | sort -u; }

# compare_lists NAME STOCK OURS: what glibc's loader leaves and ours does not may only be of the stricter list.
compare_lists() {
    local both
    both=$(comm -23 <(comm -23 <(echo "$2") <(echo "$STRICTER")) <(echo "$3") | sed 's/^/gone: /'
        comm -13 <(echo "$2") <(echo "$3") | sed 's/^/kept: /')
    verdict "$1" "" "$both"
}

for kind in root other group able; do
    wanted "unset-$kind" || continue
    stock=$(as_nobody "env -i $settings $PLACE/show-$kind.glibc env" | names)
    ours=$(as_nobody "env -i $settings $PLACE/show-$kind.luci env" | names)
    compare_lists "unset-$kind" "$stock" "$ours"
    verdict "unset-$kind-complete" "$(printf '%s\n' $OTHERS | sort -u)" "$ours"
done

# The same beside other glibcs.
for root in "${LUCI_ROOTS:-/var/tmp/luci-roots}"/*/; do
    name=$(basename "$root")
    wanted "unset-in-$name" && [ -s "$root/.luci-glibc" ] && [ -x "$root/usr/bin/gcc" ] || continue
    mkdir -p /opt/root /opt/up-$name /opt/work-$name && mount -t overlay overlay -o "lowerdir=$root,upperdir=/opt/up-$name,workdir=/opt/work-$name" /opt/root || continue
    install -m 755 "$LOADER" /opt/root/ld-luci.so && cp tests/secure/show.c /opt/root/show.c
    chroot /opt/root sh -c 'gcc -o /show.glibc /show.c -ldl && gcc -o /show.luci /show.c -ldl -Wl,--dynamic-linker=/ld-luci.so && chmod 4755 /show.*'
    inside() { setpriv --reuid=$NOBODY --regid=$NOBODY --clear-groups true && chroot --userspec=$NOBODY:$NOBODY /opt/root env -i $settings "$@" env | names; }
    compare_lists "unset-in-$name" "$(inside /show.glibc)" "$(inside /show.luci)"
    umount /opt/root
done

# Strings that are no variables, the same name twice, 60,000 times.
same odd-strings "env -i A=1 LD_PRELOAD= LD_PRELOADX=1 TZDIR TZDIR=1 TZDIR=2 =TZDIR B=2 $PLACE/show-root.KIND env"
gives many-strings "2 variables
status 0" "$PLACE/show.glibc crowd PROG"

# Normal mode: nothing is consumed, by name either.
settings=$(sed 's/ LD_SHOW_[A-Z]*=[^ ]*//g' <<<" $settings")
same normal-mode "env -i $settings $PLACE/show.KIND env 2>/dev/null"
wanted normal-mode-by-name && {
    quiet=${settings/LD_PRELOAD=\/nowhere\/x.so/}
    stock=$(as_nobody "env -i $quiet /lib64/ld-linux-x86-64.so.2 $PLACE/show.glibc env 2>/dev/null")
    verdict normal-mode-by-name "$stock" "$(as_nobody "env -i $quiet $PLACE/ld-luci.so $PLACE/show.glibc env 2>/dev/null")"
}
