// C++: exceptions, thread-local objects, an IFUNC, vague linkage, packed relocations, everything bound at start.
#include <stdexcept>
#include <string>
struct Base {
    virtual ~Base() = default;
    virtual int value() const { return 1; }
};
struct Derived : Base {
    int value() const override { return 2; }
};
static Derived derived;
static Base *bases[] = {&derived, &derived};
thread_local std::string text = "text";
template <class T> T &single() { static T value{}; return value; }
static int fast() { return 3; }
extern "C" {
static int (*choose(void))() { return fast; }
int rich_ifunc() __attribute__((ifunc("choose")));
int rich_function() {
    try {
        if (text.size() == 4) throw std::runtime_error(text);
    } catch (const std::exception &error) {
        return bases[1]->value() + rich_ifunc() + ++single<int>();
    }
    return 0;
}
}
