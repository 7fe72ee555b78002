// Sixteen threads throw and catch at the same time while libraries are opened and closed.
//#Plugin:lib.cpp
//#Expect:16000
#include <atomic>
#include <cstdio>
#include <dlfcn.h>
#include <thread>
#include <vector>

int main() {
    std::atomic<int> caught{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 16; t++)
        threads.emplace_back([&] {
            for (int i = 0; i < 1000; i++)
                try {
                    throw i;
                } catch (int) {
                    caught++;
                }
        });
    for (int i = 0; i < 200; i++) {
        void *handle = dlopen("./liblib.so", RTLD_NOW);
        if (!handle)
            return std::puts(dlerror()), 1;
        dlclose(handle);
    }
    for (auto &thread : threads)
        thread.join();
    std::printf("%d\n", caught.load());
}
//#File:lib.cpp
extern "C" int nothing() { return 0; }
