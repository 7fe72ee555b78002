// --inhibit-rpath leaves the RUNPATH of the objects that it names out of account, and of no others.
//#By:name
//#Plugin:deep/libbase.so=base.c
//#Plugin:libone.so=lib.c:-norpath -Wl,-rpath,@DIR@/deep -Ldeep -lbase
//#Plugin:libtwo.so=lib.c:-norpath -Wl,-rpath,@DIR@/deep -Ldeep -lbase
//#Loader:--inhibit-rpath @DIR@/libone.so:/none
//#Expect:libone.so: libbase.so: cannot open shared object file: No such file or directory
//#Expect:libtwo.so: opened
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

static void try(const char *name) {
    char path[4096], *folder = get_current_dir_name();
    snprintf(path, sizeof path, "%s/%s", folder, name);
    const char *answer = dlopen(path, RTLD_NOW) ? "opened" : dlerror();
    printf("%s: %s\n", name, answer);
}

int main(void) {
    try("libone.so");
    try("libtwo.so");
}
//#File:base.c
int base(void) { return 1; }
//#File:lib.c
int base(void);
int lib(void) { return base(); }
