// thread_local objects of a C++ library in a namespace are destroyed when a thread made there ends; a live one keeps the library.
//#Plugin:lib.cpp
#include <dlfcn.h>
#include <stdio.h>

int main() {
    void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    Lmid_t number;
    dlinfo(handle, RTLD_DI_LMID, &number);
    void (*run)() = reinterpret_cast<void (*)()>(dlsym(handle, "run"));
    void (*touch)() = reinterpret_cast<void (*)()>(dlsym(handle, "touch"));
    run();
    touch();
    dlclose(handle);
    void *again = dlmopen(number, "./liblib.so", RTLD_NOW | RTLD_NOLOAD);
    dprintf(1, "kept %d\n", again == handle);
    dprintf(1, "main ends\n");
}
//#File:lib.cpp
#include <stdio.h>
#include <thread>
struct Object {
    int number = 0;
    ~Object() { dprintf(1, "destroyed %d\n", number); }
};
static thread_local Object object;
extern "C" void touch() { object.number++; }
extern "C" void run() {
    for (int i = 1; i <= 3; i++)
        std::thread([i] { object.number = i * 10; }).join();
}
