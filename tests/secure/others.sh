# Tunables, the loader itself as a raised program, standard descriptors.

# CVE-2023-4911: name=name=value was copied beyond its memory.
LONG=$(printf '%04096d' 7)
for value in glibc.malloc.mxfast=glibc.malloc.mxfast=A glibc.malloc.mxfast=glibc.malloc.mxfast=$LONG =glibc.malloc.check=3 \
    glibc.malloc.check=3:glibc.malloc.check glibc.malloc.check= : =: glibc.malloc.check=3 glibc.rtld.nns=$LONG \
    glibc.rtld.optional_static_tls=0x20000 glibc.cpu.x86_shstk=$LONG; do
    gives "tunables-secure-${value:0:20}" "$PLAIN" "env -i HOME=/ 'GLIBC_TUNABLES=$value' 'Z=$LONG' PROG"
    same "tunables-normal-${value:0:20}" "env -i HOME=/ 'GLIBC_TUNABLES=$value' 'Z=$LONG' $PLACE/show.KIND 2>/dev/null"
done
gives tunables-many "$PLAIN" "env -i HOME=/ $(for i in $(seq 300); do printf '%s ' "GLIBC_TUNABLES=glibc.malloc.mxfast=glibc.malloc.mxfast=$i"; done) PROG"

# A setuid copy of the loader would run anything with its rights.
install -m 4755 $PLACE/ld-luci.so $PLACE/ld-setuid.so
cp $PLACE/ld-luci.so $PLACE/ld-able.so && setcap cap_setuid+ep $PLACE/ld-able.so
REFUSED="ld-luci.so: in secure-execution mode the loader starts no program by name
status 1"
for way in "/usr/bin/id -u" "--list /usr/bin/id" "--verify /usr/bin/id" "-- /usr/bin/id" "--preload $TRAP/intruder.so /usr/bin/id" "$PLACE/show.glibc"; do
    for loader in ld-setuid.so ld-able.so; do
        gives "$loader-${way//\//}" "$REFUSED" "$PLACE/$loader $way"
    done
done
for way in "--argv0 x /usr/bin/id" "--library-path $TRAP /usr/bin/id" "-C $TRAP/conf /usr/bin/id" "-u /usr/bin/id" "--audit $TRAP/intruder.so /usr/bin/id"; do
    wanted "setuid-loader-option" || continue
    output=$(as_nobody "$PLACE/ld-setuid.so $way")
    verdict "setuid-loader-${way%% *}" "refused" "$([[ $output == *"secure-execution mode"* && $output != *uid=* ]] && echo refused)"
done
gives setuid-loader-traced "$REFUSED" "LD_TRACE_LOADED_OBJECTS=1 $PLACE/ld-setuid.so /usr/bin/id"
gives setuid-loader-version "ld-luci.so 0.1.0
status 0" "$PLACE/ld-setuid.so --version | grep -o '^ld-luci.so [0-9.]*'; exit \${PIPESTATUS[0]}"
# as PT_INTERP the loader's own bit means nothing
gcc -o $PLACE/under tests/secure/show.c -Wl,--dynamic-linker=$PLACE/ld-setuid.so
gives setuid-loader-as-interpreter "secure 0, secure_getenv yes, work none, argc 1
status 0" "env -i HOME=/ $PLACE/under"

# Closed standard descriptors are not left to the files that a raised program opens.
for closed in "0<&-" "1>&-" "2>&-" "0<&- 1>&-" "0<&- 1>&- 2>&-" "<&0"; do
    for kind in show-root show; do
        same "descriptors-$kind-$closed" "exec 5>&1; $PLACE/$kind.KIND descriptors 9>out.KIND </dev/null $closed; sed 's/pipe:.*\]/pipe/' out.KIND >&5"
    done
done
