// An object that defines a STB_GNU_UNIQUE symbol of the process stays when it is closed: opened again it has kept its state.
//#Plugin:lib.cpp
#include <dlfcn.h>
#include <cstdio>

int main() {
    for (int round = 0; round < 3; round++) {
        void *lib = dlopen("./liblib.so", RTLD_NOW);
        if (!lib)
            return puts(dlerror()), 1;
        int (*next)() = (int (*)())dlsym(lib, "next");
        printf("%d %d\n", next(), dlclose(lib));
    }
}
//#File:lib.cpp
template <class T> struct Counter {
    static int &value() {
        static int count;
        return count;
    }
};
extern "C" int next() { return ++Counter<int>::value(); }
