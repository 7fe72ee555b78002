// A library that may not be read.
//#Requires:root
//#Requires:tool:setpriv
//#Shared:lib.c
//#Script:mkdir -p /tmp/luci-cases-permission; chmod 755 /tmp/luci-cases-permission; cp liblib.so /tmp/luci-cases-permission/; chmod 0 /tmp/luci-cases-permission/liblib.so
//#Wrap:exec setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"
//#Expect:/tmp/luci-cases-permission/liblib.so: cannot open shared object file: Permission denied
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    if (!dlopen("/tmp/luci-cases-permission/liblib.so", RTLD_NOW))
        puts(dlerror());
}
//#Flags:-nolibs
//#File:lib.c
int f(void) { return 0; }
