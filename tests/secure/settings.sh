# The configuration file and live updates: only what root alone can change counts.

CONF=$PLACE/ld-luci.conf
program conf -L$PLACE/lib -lwork -Wl,-rpath,/opt/none
raise conf
CONFIGURED=${PLAIN}
IGNORED="$PLACE/conf-root.luci: error while loading shared libraries: libwork.so: cannot open shared object file: No such file or directory
status 127"
fresh() { rm -rf $CONF; echo "library-path = $PLACE/lib" >$CONF; chmod 644 $CONF; chown 0:0 $CONF; }

fresh
gives conf-of-root "$CONFIGURED" "env -i $PLACE/conf-root.luci"
chown $NOBODY $CONF
gives conf-of-nobody "$IGNORED" "env -i $PLACE/conf-root.luci"
fresh; chmod 666 $CONF
gives conf-writable "$IGNORED" "env -i $PLACE/conf-root.luci"
fresh; chmod 664 $CONF; chgrp $NOBODY $CONF
gives conf-writable-by-group "$IGNORED" "env -i $PLACE/conf-root.luci"
fresh; chown $NOBODY $PLACE
gives conf-folder-of-nobody "$IGNORED" "env -i $PLACE/conf-root.luci"
chown 0 $PLACE; chmod 1777 $PLACE
gives conf-folder-writable "$IGNORED" "env -i $PLACE/conf-root.luci"
chmod 755 $PLACE; chmod 777 /opt
gives conf-parent-writable "$IGNORED" "env -i $PLACE/conf-root.luci"
chmod 755 /opt; chown $NOBODY /opt
gives conf-parent-of-nobody "$IGNORED" "env -i $PLACE/conf-root.luci"
chown 0 /opt; mv $CONF $TRAP/conf; ln -s $TRAP/conf $CONF
gives conf-linked-to-nobodys-folder "$IGNORED" "env -i $PLACE/conf-root.luci"
rm $CONF; mkdir $CONF
gives conf-is-a-folder "$IGNORED" "env -i $PLACE/conf-root.luci"
rmdir $CONF; mkfifo $CONF
gives conf-is-a-fifo "$IGNORED" "env -i $PLACE/conf-root.luci"
fresh
gives conf-after-all-that "$CONFIGURED" "env -i $PLACE/conf-root.luci"
# a list of directories that the file names is held to the same rule
LISTED="ld-luci.so: warning: $PLACE/dirs: cannot read the list of directories: Operation not permitted
$IGNORED"
echo "library-conf = $PLACE/dirs" >$CONF
{ echo $PLACE/lib; dirname "$(gcc -print-file-name=libc.so.6)"; } >$PLACE/dirs
gives list-of-root "$CONFIGURED" "env -i $PLACE/conf-root.luci"
chown $NOBODY $PLACE/dirs
gives list-of-nobody "$LISTED" "env -i $PLACE/conf-root.luci"
chown 0 $PLACE/dirs; mv $PLACE/dirs $TRAP/dirs; ln -s $TRAP/dirs $PLACE/dirs
gives list-linked-to-nobodys-folder "$LISTED" "env -i $PLACE/conf-root.luci"
rm $PLACE/dirs; fresh
# preloads of root's file are held to the rule for names, outputs are not written at all
printf 'preload = %s/intruder.so\naudit = %s/intruder.so\nlogfile = %s/log\nstatusinfo = %s/status\nupdate = yes\nverbosity = 7\n' $TRAP $TRAP $TRAP $TRAP >$CONF
chmod 777 $TRAP
gives conf-outputs "$PLAIN" "env -i PROG"
absent conf-no-output $TRAP/log $TRAP/status
chmod 755 $TRAP

# dialogue PROGRAM: starts it as nobody, to be asked one line at a time; ask [WORK]: the next answer, once work() gives WORK.
dialogue() {
    mkfifo /opt/questions /opt/answers
    (cd $TRAP && exec timeout 30 setpriv --reuid=$NOBODY --regid=$NOBODY --clear-groups env -i "$1" dialogue </opt/questions >/opt/answers 2>&1) &
    exec 8>/opt/questions 7</opt/answers
}
ask() { echo "${1:-}" >&8 && read -r -t 20 answer <&7 && echo "$answer"; }

# Root's file switches updates on. A library that nobody may change is never replaced, one of root's is.
if wanted live-update; then
    printf 'update = yes\nupdate-settle-ms = 20\n' >$CONF
    mkdir -p $TRAP/own && chown $NOBODY $TRAP/own
    library first $TRAP/own/libmore.so more
    chown $NOBODY $TRAP/own/libmore.so
    gcc -o $PLACE/live tests/secure/show.c -Wl,--no-as-needed $TRAP/own/libmore.so -L$PLACE/lib -lwork -Wl,-rpath,$PLACE/lib:$TRAP/own -Wl,--dynamic-linker=$PLACE/ld-luci.so
    chmod 4755 $PLACE/live
    dialogue $PLACE/live
    before=$(ask)
    library second $TRAP/own/libmore.so more
    library "changed" $PLACE/lib/libwork.so work
    after=$(ask changed)
    exec 8>&- 7<&-
    library "root's" $PLACE/lib/libwork.so work
    verdict live-update "root's first, changed first" "$before, $after"
fi
rm -f $CONF
