// C++ in a namespace: exceptions thrown and caught inside it, through the library's frames, with its own libstdc++; in several
// threads and while the program throws its own.
//#Plugin:thrower.cpp
//#Plugin:lib.cpp:./libthrower.so
#include <dlfcn.h>
#include <pthread.h>
#include <stdexcept>
#include <stdio.h>
#include <typeinfo>

static int (*work)(int);

static void *run(void *index) {
    long sum = 0;
    for (int i = 0; i < 200; i++) {
        try {
            if (i % 2)
                throw std::out_of_range("ours");
            sum += work(i);
        } catch (const std::logic_error &) {
            sum++;
        }
    }
    return reinterpret_cast<void *>(sum);
}

int main() {
    void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW), *result;
    if (!handle)
        return puts(dlerror()), 1;
    work = reinterpret_cast<int (*)(int)>(dlsym(handle, "work"));
    printf("%d %d %d\n", work(0), work(1), work(2));
    const void *there = reinterpret_cast<const void *(*)()>(dlsym(handle, "type"))();
    printf("the class's own type information %d\n", there != static_cast<const void *>(&typeid(std::runtime_error)));
    pthread_t threads[4];
    for (pthread_t &thread : threads)
        pthread_create(&thread, nullptr, run, nullptr);
    for (pthread_t thread : threads) {
        pthread_join(thread, &result);
        printf("%ld\n", reinterpret_cast<long>(result));
    }
    printf("%d\n", dlclose(handle));
}
//#File:lib.cpp
#include <stdexcept>
#include <string>
#include <typeinfo>
void thrower(int kind);
extern "C" const void *type() { return &typeid(std::runtime_error); }
extern "C" int work(int kind) {
    try {
        thrower(kind % 3);
    } catch (const std::runtime_error &error) {
        return std::string(error.what()) == "one" ? 1 : -1;
    } catch (int number) {
        return number;
    }
    return 0;
}
//#File:thrower.cpp
#include <stdexcept>
struct Guard {
    int *count;
    ~Guard() { ++*count; }
};
void thrower(int kind) {
    static int count;
    Guard guard{&count};
    if (kind == 1)
        throw std::runtime_error("one");
    if (kind == 2)
        throw 2;
}
