// gdb: a pending breakpoint in a library that is opened later is set when it comes, again when it comes again, and gone with it.
//#Requires:tool:gdb
//#Requires:glibc>=2.35
//#Plugin:late.c:-g
//#Flags:-g
//#Wrap:shift 4; gdb -q -nx -batch -x commands --args "$@" 2>/dev/null | grep -e '^at ' -e '^program ' -e '^hits '
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    int sum = 0;
    for (int i = 0; i < 3; i++) {
        void *handle = dlopen("./liblate.so", RTLD_NOW);
        int (*late)(int) = (int (*)(int))dlsym(handle, "late");
        sum += late(i * 10);
        dlclose(handle);
    }
    printf("program %d\n", sum);
}
//#File:late.c
static int calls = 1;
int late(int number) { return number + calls++; }
//#File:commands
set breakpoint pending on
set debuginfod enabled off
set language c
set $hits = 0
break late
commands
silent
set $hits = $hits + 1
printf "at late with %d, %d\n", number, calls
continue
end
run
printf "hits %d\n", $hits
