// A version that a library wants and its dependency does not define: dlopen fails for both modes and leaves nothing behind.
//#Copy:tests/runner/left_behind.h
//#Plugin:provider.c:-Wl,--version-script=new.map
//#Plugin:user.c:./libprovider.so
//#Script:cp libprovider.so new.so; gcc -shared -fPIC -o libprovider.so -Wl,-soname,libprovider.so -Wl,--version-script=old.map provider.c
#include "left_behind.h"

int main(void) {
    fails("./libuser.so", RTLD_NOW);
    fails("./libuser.so", RTLD_LAZY | RTLD_GLOBAL);
    void *provider = dlopen("./libprovider.so", RTLD_NOW);
    fails("./libuser.so", RTLD_LAZY);
    dlclose(provider);
    printf("provider: %d\n", dlopen("libprovider.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
    rename("new.so", "libprovider.so");
    works("./libuser.so", RTLD_NOW);
}
//#File:provider.c
int provided(void) { return 4; }
//#File:new.map
OLD_1 { };
NEW_2 { global: provided; } OLD_1;
//#File:old.map
OLD_1 { global: provided; };
//#File:user.c
int provided(void);
int answer(void) { return provided() + 1; }
