// An exception thrown in a library that was opened at run time, also after others were closed.
//#Plugin:thrower.cpp
//#Expect:caught 1
//#Expect:caught 2
//#Expect:caught 3
#include <cstdio>
#include <dlfcn.h>
#include <string>

int main() {
    for (int round = 1; round <= 3; round++) {
        void *handle = dlopen("./libthrower.so", RTLD_NOW);
        if (!handle)
            return std::puts(dlerror()), 1;
        auto fail = reinterpret_cast<void (*)(int)>(dlsym(handle, "fail"));
        try {
            fail(round);
        } catch (int code) {
            std::printf("caught %d\n", code);
        }
        dlclose(handle);
    }
}
//#File:thrower.cpp
extern "C" void fail(int code) { throw code; }
