// STB_GNU_UNIQUE: a template's static member is one object, even among RTLD_LOCAL libraries.
//#Plugin:a.cpp:-fno-gnu-unique
//#Plugin:b.cpp:-fgnu-unique
//#Plugin:c.cpp:-fgnu-unique
//#Script:readelf --dyn-syms -W libb.so | grep -q 'UNIQUE.*Counter'
#include <cstdio>
#include <dlfcn.h>
#include <initializer_list>

int main() {
    for (const char *name : {"./libb.so", "./libc.so", "./libb.so", "./liba.so"}) {
        void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
        auto next = handle ? reinterpret_cast<int (*)()>(dlsym(handle, "next")) : nullptr;
        std::printf("%d\n", next ? next() : -1);
    }
}
//#File:counter.h
template <class T> struct Counter { static int value; };
template <class T> int Counter<T>::value = 10;
//#File:a.cpp
#include "counter.h"
extern "C" int next() { return Counter<int>::value++; }
//#File:b.cpp
#include "counter.h"
extern "C" int next() { return Counter<int>::value++; }
//#File:c.cpp
#include "counter.h"
extern "C" int next() { return Counter<int>::value++; }
