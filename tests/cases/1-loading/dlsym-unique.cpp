// dlsym finds the one definition of an STB_GNU_UNIQUE symbol, whichever library it is asked of, as relocations do: the first that was
// found, also by dlsym itself, which keeps its library loaded.
//#Plugin:a.cpp:-fgnu-unique -DVALUE=1
//#Plugin:b.cpp:-fgnu-unique -DVALUE=2
//#Plugin:c.cpp:-fgnu-unique -DVALUE=3
//#Script:readelf --dyn-syms -W libb.so | grep -q "UNIQUE.*lonely"
//#Prepare:cp a.cpp b.cpp && cp a.cpp c.cpp
#include <cstdio>
#include <dlfcn.h>

static int *of(void *handle, const char *name) { return static_cast<int *>(dlsym(handle, name)); }

static bool stays(const char *name) { return dlopen(name, RTLD_NOW | RTLD_NOLOAD); }

int main() {
    void *a = dlopen("./liba.so", RTLD_NOW | RTLD_LOCAL), *b = dlopen("./libb.so", RTLD_NOW | RTLD_LOCAL);
    int *used = of(b, "used"), *lonely = of(b, "lonely");
    std::printf("used: %d of liba %d\n", *used, used == of(a, "used"));
    std::printf("lonely: %d of libb %d\n", *lonely, lonely == of(a, "lonely"));
    std::printf("with a version: %s\n", dlvsym(a, "lonely", "NONE") ? "found" : "none");
    void *c = dlopen("./libc.so", RTLD_NOW | RTLD_LOCAL);
    int *third = of(c, "third");
    std::printf("third: %d of libc %d %d\n", *third, third == of(a, "third"), third == of(b, "third"));
    dlclose(c);
    dlclose(b);
    dlclose(a);
    std::printf("stay: %d %d %d\n", stays("./liba.so"), stays("./libb.so"), stays("./libc.so"));
    std::printf("%d %d %d\n", *used, *lonely, *third);
}
//#File:a.cpp
__attribute__((used)) inline int used = VALUE;
__attribute__((used)) inline int lonely = VALUE;
__attribute__((used)) inline int third = VALUE;
extern "C" int use() { return used; }
