// Two libraries define the same STB_GNU_UNIQUE variable: both use the first one's, which stays when it is closed; the second may go.
//#Plugin:one.cpp
//#Plugin:two.cpp
//#Script:readelf -sW libone.so | grep -q UNIQUE
#include <cstdio>
#include <dlfcn.h>

static int there(const char *name) {
    void *handle = dlopen(name, RTLD_NOW | RTLD_NOLOAD);
    if (handle)
        dlclose(handle);
    return handle != nullptr;
}

int main() {
    for (int round = 0; round < 2; round++) {
        void *one = dlopen("./libone.so", RTLD_NOW), *two = dlopen("./libtwo.so", RTLD_NOW);
        int (*next_one)() = (int (*)())dlsym(one, "next_one"), (*next_two)() = (int (*)())dlsym(two, "next_two");
        std::printf("%d ", next_one());
        std::printf("%d ", next_two());
        std::printf("%d\n", next_one());
        dlclose(one);
        std::printf("one closed, two still: %d\n", next_two());
        dlclose(two);
        std::printf("there: %d %d\n", there("./libone.so"), there("./libtwo.so"));
    }
}
//#File:counter.h
template <class T> struct Counter {
    static int &value() {
        static int count;
        return count;
    }
};
//#File:one.cpp
#include "counter.h"
#include <cstdio>
extern "C" int next_one() { return ++Counter<int>::value(); }
__attribute__((destructor)) static void end() { std::puts("-one"); }
//#File:two.cpp
#include "counter.h"
#include <cstdio>
extern "C" int next_two() { return ++Counter<int>::value(); }
__attribute__((destructor)) static void end() { std::puts("-two"); }
