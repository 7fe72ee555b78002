// An exception passes through three libraries, with destructors on the way, and is caught by type.
//#Shared:c.cpp
//#Shared:b.cpp:./libc.so
//#Shared:a.cpp:./libb.so
//#Flags:-nolibs ./liba.so -Wl,-rpath-link,.
//#Expect:~b
//#Expect:caught: thrown in c
#include <cstdio>
#include <stdexcept>

void a();

int main() {
    try {
        a();
    } catch (const std::runtime_error &error) {
        std::printf("caught: %s\n", error.what());
    }
}
//#File:a.cpp
void b();
void a() { b(); }
//#File:b.cpp
#include <cstdio>
void c();
struct Guard { ~Guard() { std::puts("~b"); } };
void b() { Guard guard; c(); }
//#File:c.cpp
#include <stdexcept>
void c() { throw std::runtime_error("thrown in c"); }
