// C++ thread_local objects of program and library are destroyed when their thread ends.
//#Shared:lib.cpp
#include <cstdio>
#include <thread>

struct Noisy {
    const char *name;
    explicit Noisy(const char *n) : name(n) { std::printf("+%s\n", name); }
    ~Noisy() { std::printf("-%s\n", name); }
};
thread_local Noisy own("program");
void touch_library();

int main() {
    std::thread thread([] {
        std::printf("in thread with %s\n", own.name);
        touch_library();
    });
    thread.join();
    std::printf("joined\n");
    std::printf("in main with %s\n", own.name);
}
//#File:lib.cpp
#include <cstdio>
struct Loud {
    Loud() { std::printf("+library\n"); }
    ~Loud() { std::printf("-library\n"); }
    int uses = 0;
};
thread_local Loud loud;
void touch_library() { std::printf("use %d\n", ++loud.uses); }
