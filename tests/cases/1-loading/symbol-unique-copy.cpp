// The program's copy of an STB_GNU_UNIQUE variable (R_X86_64_COPY) is the one definition: also for a library that looks in itself first.
//#NoPie
//#Shared:first.cpp:-fgnu-unique -DVALUE=1
//#Plugin:second.cpp:-fgnu-unique -DVALUE=2
//#Prepare:cp first.cpp second.cpp
//#Script:readelf -rW prog | grep -q "COPY.*shared"; readelf --dyn-syms -W libsecond.so | grep -q "UNIQUE.*shared"
#include <cstdio>
#include <dlfcn.h>

extern int shared;
extern "C" int *place();

int main() {
    void *second = dlopen("./libsecond.so", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    auto its = reinterpret_cast<int *(*)()>(dlsym(second, "place"));
    std::printf("%d %d\n", shared, place() == &shared);
    std::printf("%d %d\n", *its(), its() == &shared);
    std::printf("by dlsym: %d %d\n", dlsym(second, "shared") == &shared, dlsym(RTLD_DEFAULT, "shared") == &shared);
}
//#File:first.cpp
inline int shared = VALUE;
extern "C" int *place() { return &shared; }
