// A DT_NEEDED that equals the soname of something already loaded under another file name is satisfied by it.
//#Plugin:liba-file.so=a.c:-Wl,-soname,liba.so.1
//#Plugin:libb.so=b.c:-norpath
//#Prepare:true
//#Script:gcc -shared -fPIC -o libb.so b.c ./liba-file.so
//#Expect:5
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *a = dlopen("./liba-file.so", RTLD_NOW | RTLD_GLOBAL), *b = dlopen("./libb.so", RTLD_NOW);
    int (*get)(void) = b ? (int (*)(void))dlsym(b, "get") : NULL;
    printf("%d\n", a && get ? get() : -1);
    if (!get)
        puts(dlerror());
}
//#File:a.c
int five(void) { return 5; }
//#File:b.c
int five(void);
int get(void) { return five(); }
