// The C++ part of a library of the storm: exceptions and thread-local objects; lib.c is compiled beside it.
#include <cstdint>
#include <new>
#include <stdexcept>
#include <string>

#include "lib.h"

#define STORM_TYPE2(number) Thrown##number
#define STORM_TYPE1(number) STORM_TYPE2(number)
#define STORM_TYPE STORM_TYPE1(NUMBER)

struct STORM_TYPE : std::runtime_error {
    int value;
    STORM_TYPE(int value) : std::runtime_error("thrown by library " + std::to_string(NUMBER)), value(value) {}
    ~STORM_TYPE() override;
};
STORM_TYPE::~STORM_TYPE() {}

#ifdef THROWS_OF
extern "C" int STORM_JOIN(throw, THROWS_OF)(int);
#endif

// Frames with something to clean up on the way. Every C++ library has this class: a call may be bound to the copy of one
// that is opened globally.
struct Frame {
    int &count;
    explicit Frame(int &count) : count(count) { count++; }
    ~Frame() { count--; }
};

__attribute__((noinline)) static int deep(int depth, int value, int &count) {
    Frame frame(count);
    if (depth > 0) return deep(depth - 1, value, count) + 1;
#ifdef THROWS_OF
    // through two libraries, caught and thrown again on the way
    try {
        return STORM_JOIN(throw, THROWS_OF)(value);
    } catch (const std::runtime_error &) {
        if (value % 2) throw;
    }
#endif
    throw STORM_TYPE(value);
}

extern "C" int STORM(throw)(int value) {
    int count = 0;
    try {
        return deep(value % 8, value, count);
    } catch (...) {
        if (count != 0) throw std::logic_error("a destructor was left out while unwinding");
        throw;
    }
}

// A thread_local object: its destructor runs when the thread ends, and the library must still be there.
namespace {
struct Local {
    uint64_t value = STORM_MAGIC + NUMBER;
    Local() {
        if (storm_object) storm_object(1);
    }
    ~Local() {
        if (value != STORM_MAGIC + NUMBER) __builtin_trap();
        value = 0;
        if (storm_object) storm_object(-1);
    }
};
thread_local Local local;
}  // namespace

extern "C" int STORM(thread)() { return local.value == STORM_MAGIC + NUMBER; }
