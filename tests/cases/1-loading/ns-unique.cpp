// Unique symbols are unique in their namespace: two libraries in one share the variable, another namespace has its own.
//#Plugin:one.cpp
//#Plugin:two.cpp
#include <dlfcn.h>
#include <stdio.h>

typedef int (*Next)();

static Next next(Lmid_t number, const char *file, Lmid_t *where) {
    void *handle = dlmopen(number, file, RTLD_NOW);
    dlinfo(handle, RTLD_DI_LMID, where);
    return reinterpret_cast<Next>(dlsym(handle, "next"));
}

int main() {
    Lmid_t first, second, base;
    Next one = next(LM_ID_NEWLM, "./libone.so", &first), two = next(first, "./libtwo.so", &first);
    Next other = next(LM_ID_NEWLM, "./libtwo.so", &second), here = next(LM_ID_BASE, "./libone.so", &base);
    printf("%ld %ld %ld\n", first, second, base);
    int numbers[6] = {one(), two(), one(), other(), here(), two()};
    for (int number : numbers)
        printf("%d\n", number);
}
//#File:one.cpp
template <typename T> struct Counter { static T value; };
template <typename T> T Counter<T>::value = 10;
extern "C" int next() { return ++Counter<int>::value; }
//#File:two.cpp
template <typename T> struct Counter { static T value; };
template <typename T> T Counter<T>::value = 10;
extern "C" int next() { return Counter<int>::value += 100; }
