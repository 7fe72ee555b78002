// An exception thrown and caught inside a library's constructor, before main.
//#Shared:lib.cpp
//#Expect:caught in constructor
//#Expect:main
#include <cstdio>

int main() { std::puts("main"); }
//#File:lib.cpp
#include <cstdio>
#include <stdexcept>
struct Starter {
    Starter() {
        try {
            throw std::logic_error("caught in constructor");
        } catch (const std::exception &error) {
            std::puts(error.what());
        }
    }
} starter;
