# Which objects get into a raised program, and what else the variables may do to it: nothing.

for kind in root other group able; do
    for setting in LD_PRELOAD=$TRAP/intruder.so "LD_PRELOAD=./intruder.so" "LD_PRELOAD=intruder.so LD_LIBRARY_PATH=$TRAP:." \
        LD_LIBRARY_PATH=$TRAP LD_AUDIT=$TRAP/intruder.so "LD_AUDIT=intruder.so LD_LIBRARY_PATH=$TRAP"; do
        same "$kind-${setting//[^A-Za-z_.=]/}" "env -i HOME=/ $setting $PLACE/show-$kind.KIND 2>/dev/null"
    done
done

# each of them alone changes nothing and writes nothing
for setting in LD_DEBUG=all LD_DEBUG=help "LD_DEBUG=all LD_DEBUG_OUTPUT=$TRAP/debug" LD_SHOW_AUXV=1 LD_PROFILE=libwork.so LD_BIND_NOT=1 \
    "LD_PROFILE=libwork.so LD_PROFILE_OUTPUT=$TRAP" "LD_DYNAMIC_UPDATE=1 LD_STATUS_INFO=$TRAP/status" LD_LOGFILE=$TRAP/log LD_LOGLEVEL=7 \
    LD_EXCLUDE=libwork.so LD_ORIGIN_PATH=$TRAP LD_SNAPSHOT=nonsense LD_UPDATE_SETTLE_MS=x LD_FORCE_UPDATE=maybe LD_HWCAP_MASK=0 \
    MALLOC_CHECK_=3 MALLOC_PERTURB_=7 LD_DYNAMIC_WEAK=1 LD_VERBOSE=1 LD_WARN=1 LD_BIND_NOW=1 LD_PREFER_MAP_32BIT_EXEC=1 \
    LD_TREE=1 LD_JSON=1 LD_WHY=x; do
    gives "no-effect-${setting%% /*}" "$PLAIN" "env -i HOME=/ $setting PROG"
done
absent no-file-of-the-caller $TRAP/debug* $TRAP/status $TRAP/log $TRAP/*.profile /var/tmp/libwork.so.profile
touch /etc/suid-debug
# what root allows then goes to standard error only
gives suid-debug "$PLAIN" "env -i HOME=/ MALLOC_CHECK_=3 LD_DEBUG_OUTPUT=$TRAP/debug LD_DEBUG=all PROG 2>/dev/null"
absent suid-debug-file $TRAP/debug*
rm /etc/suid-debug
# ldd then asks the loader by name
same list "env -i LD_TRACE_LOADED_OBJECTS=1 $PLACE/show-root.KIND"

# Preloading by name: only what root has made setuid, in a default directory.
FOLDER=/usr/lib/x86_64-linux-gnu
if mkdir -p /opt/upper /opt/workdir && mount -t overlay overlay -o lowerdir=$FOLDER,upperdir=/opt/upper,workdir=/opt/workdir $FOLDER 2>/dev/null; then
    install -m 644 $TRAP/intruder.so $FOLDER/libluci-plain.so
    install -m 4755 $TRAP/intruder.so $FOLDER/libluci-allowed.so
    for name in libluci-plain.so libluci-allowed.so $FOLDER/libluci-allowed.so libluci-none.so libc.so.6; do
        same "preload-by-name-${name//\//-}" "env -i HOME=/ LD_PRELOAD=$name $PLACE/show-root.KIND"
    done
    same preload-by-name-twice "env -i HOME=/ LD_PRELOAD='libluci-allowed.so libluci-plain.so:libluci-allowed.so' $PLACE/show-root.KIND"
    gives audit-by-name "$PLAIN" "env -i HOME=/ LD_AUDIT=libluci-plain.so PROG"
    library pre $PLACE/lib/libpre.so unused
    echo /opt/luci/lib/libpre.so >/etc/ld.so.preload
    same preload-file "env -i HOME=/ $PLACE/show-root.KIND"
    rm /etc/ld.so.preload
    umount -l $FOLDER
else
    echo "secure.sh: preload-by-name skipped: no overlay file systems here"
fi

# Search paths with $ORIGIN and relative elements. A hard link to a setuid program can lie anywhere.
program origin -L$PLACE/lib -lwork -Wl,-rpath,'$ORIGIN/lib'
raise origin
mkdir $TRAP/lib && cp $TRAP/libwork.so $TRAP/lib/
for loader in luci glibc; do
    install -m 4755 $PLACE/origin.$loader $TRAP/linked.$loader
done
same origin-untrusted "$PLACE/origin-root.KIND | sed 's/^.*: error/error/'"
same origin-of-a-link "$TRAP/linked.KIND | sed 's/^.*: error/error/'"
for flags in "-rpath,lib" "-rpath,." "-rpath,:$PLACE/none" "-rpath,lib,--disable-new-dtags" '-rpath,/../$ORIGIN/lib' '-rpath,${ORIGIN}x:'; do
    gcc -o $PLACE/relative tests/secure/show.c -Wl,--no-as-needed -L$PLACE/lib -lwork -Wl,$flags -Wl,--dynamic-linker=$PLACE/ld-luci.so && chmod 4755 $PLACE/relative
    # glibc loads the caller's library here; its own rule is about $ORIGIN only
    gives "relative-${flags//[\/\$]/}" "$PLACE/relative: error while loading shared libraries: libwork.so: cannot open shared object file: No such file or directory
status 127" "$PLACE/relative"
done
same dlopen-by-name "$PLACE/show-root.KIND dlopen intruder.so"
same dlopen-origin "$PLACE/show-root.KIND dlopen '\$ORIGIN/lib/libwork.so'"
same dlopen-origin-inside "$PLACE/show-root.KIND dlopen '/tmp/\$ORIGIN/libwork.so'"
same dlopen-path "$PLACE/show-root.KIND dlopen $PLACE/lib/libwork.so"
