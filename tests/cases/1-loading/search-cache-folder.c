// A folder that only /etc/ld.so.cache leads to, in a mount namespace with a cache of its own.
//#Requires:root
//#Requires:tool:unshare
//#Plugin:only/libcached.so=a.c:-norpath
//#Flags:-norpath only/libcached.so
//#Wrap:p=private; unshare -m true 2>/dev/null || p=unchanged; exec unshare -m --propagation $p /bin/sh -c 'echo @DIR@/only > conf; /sbin/ldconfig -f conf -C cache -X 2>/dev/null; [ -e /etc/ld.so.cache ] || { cp cache /etc/ld.so.cache; }; mount --bind cache /etc/ld.so.cache && exec "$@"' sh "$@"
//#Expect:cached
#include <stdio.h>

const char *a(void);

int main(void) { puts(a()); }
//#File:a.c
const char *a(void) { return "cached"; }
