// thread_local objects with destructors pin their library (and what it needs) until the thread ends; the main thread's until exit.
//#Oracle:glibc<2.41 newer ones destruct the dependency first
//#Plugin:base.cpp
//#Plugin:lib.cpp:./libbase.so
#include <cstdio>
#include <dlfcn.h>
#include <semaphore.h>
#include <thread>

static sem_t ready, go;

static int there(const char *name) {
    void *handle = dlopen(name, RTLD_NOW | RTLD_NOLOAD);
    if (handle)
        dlclose(handle);
    return handle != nullptr;
}

static void touch(void *lib, int number) { ((void (*)(int))dlsym(lib, "touch"))(number); }

static void run(void *lib) {
    touch(lib, 1);
    sem_post(&ready);
    sem_wait(&go);
    std::puts("thread ends");
}

int main() {
    sem_init(&ready, 0, 0), sem_init(&go, 0, 0);
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    std::thread thread(run, lib);
    sem_wait(&ready);
    std::printf("close %d\n", dlclose(lib));
    std::printf("pinned: %d %d\n", there("./liblib.so"), there("libbase.so"));
    sem_post(&go);
    thread.join();
    // unloaded by the next dlclose of anything
    dlclose(dlopen("./libbase.so", RTLD_NOW));
    std::printf("pinned: %d %d\n", there("./liblib.so"), there("libbase.so"));
    lib = dlopen("./liblib.so", RTLD_NOW);
    touch(lib, 2);
    std::printf("close %d\n", dlclose(lib));
    std::puts("main ends");
}
//#File:base.cpp
#include <cstdio>
extern "C" void destructed(int number) { std::printf("object %d is destructed\n", number); }
__attribute__((destructor)) static void end() { std::puts("-base"); }
//#File:lib.cpp
#include <cstdio>
extern "C" void destructed(int);
struct Object {
    int number = 0;
    ~Object() { destructed(number); }
};
static thread_local Object object;
extern "C" void touch(int number) { object.number = number; }
__attribute__((destructor)) static void end() { std::puts("-lib"); }
