// A setuid-root program run by another user ignores LD_PRELOAD and LD_LIBRARY_PATH, and does not pass them on.
//#By:interp
//#Requires:root
//#Requires:tool:setpriv
//#Plugin:pre.c
//#Env:LD_PRELOAD=@DIR@/libpre.so
//#Env:LD_LIBRARY_PATH=@DIR@
//#Env:LD_DEBUG=libs
//#Wrap:file=/tmp/luci-setuid.$$; cp prog $file; chmod 4755 $file; trap 'rm -f $file' EXIT; for word; do shift; [ "$word" = ./prog ] && word=$file; set -- "$@" "$word"; done; setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"
//#Expect:euid 0, uid not 0, secure 1
//#Expect:program's own
//#Expect:LD_PRELOAD unset, LD_LIBRARY_PATH unset
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

const char *interposed(void) __attribute__((weak));

int main(void) {
    printf("euid %d, uid %s0, secure %lu\n", geteuid(), getuid() ? "not " : "", getauxval(AT_SECURE));
    puts(interposed ? interposed() : "program's own");
    printf("LD_PRELOAD %s, LD_LIBRARY_PATH %s\n", getenv("LD_PRELOAD") ? "set" : "unset", getenv("LD_LIBRARY_PATH") ? "set" : "unset");
}
//#File:pre.c
const char *interposed(void) { return "preloaded"; }
