// atexit handlers that libraries register in constructors, in main and in handlers, mixed with destructors.
//#Shared:b.c
//#Shared:a.c:./libb.so
#include <stdio.h>
#include <stdlib.h>

void a_register(void);
static void again(void) { puts("registered while exiting"); }
static void handler(void) { puts("main's handler"); atexit(again); }

int main(void) {
    a_register();
    atexit(handler);
    puts("main");
}
//#File:a.c
#include <stdio.h>
#include <stdlib.h>
static void early(void) { puts("a's handler from its constructor"); }
static void late(void) { puts("a's handler from main"); }
__attribute__((constructor)) static void begin(void) { atexit(early); }
__attribute__((destructor)) static void end(void) { puts("a's destructor"); }
void a_register(void) { atexit(late); }
//#File:b.c
#include <stdio.h>
#include <stdlib.h>
static void early(void) { puts("b's handler"); }
__attribute__((constructor)) static void begin(void) { atexit(early); }
__attribute__((destructor)) static void end(void) { puts("b's destructor"); }
