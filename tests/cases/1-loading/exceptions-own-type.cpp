// An exception class defined in two libraries is one type (weak typeinfo, compared across libraries).
//#Shared:thrower.cpp
//#Shared:catcher.cpp:./libthrower.so
//#Flags:-nolibs ./libcatcher.so -Wl,-rpath-link,.
//#Expect:caught 5
#include <cstdio>

int attempt();

int main() { std::printf("caught %d\n", attempt()); }
//#File:type.h
struct Failure { virtual ~Failure() {} int code; Failure(int c) : code(c) {} };
//#File:thrower.cpp
#include "type.h"
void fail() { throw Failure(5); }
//#File:catcher.cpp
#include "type.h"
void fail();
int attempt() {
    try {
        fail();
    } catch (Failure &failure) {
        return failure.code;
    } catch (...) {
        return -1;
    }
    return 0;
}
