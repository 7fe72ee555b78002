// Exceptions thrown in new code are caught by old callers, and an exception passes through both.
//#Shared:lib.cpp
//#Version:2:lib.cpp:-DNEW
//#Send:ask
//#Expect:caught old
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:ask
//#Expect:caught new
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>

void fail();

int main() {
    std::string line;
    while (std::getline(std::cin, line)) {
        try {
            fail();
        } catch (const std::runtime_error &error) {
            std::printf("caught %s\n", error.what());
        }
        std::fflush(stdout);
    }
}
//#File:lib.cpp
#include <stdexcept>
#ifdef NEW
void fail() { throw std::runtime_error("new"); }
#else
void fail() { throw std::runtime_error("old"); }
#endif
