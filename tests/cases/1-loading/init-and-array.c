// DT_INIT before DT_INIT_ARRAY, DT_FINI after DT_FINI_ARRAY, priorities in between.
//#Shared:lib.c:-Wl,-init,my_init -Wl,-fini,my_fini
#include <stdio.h>

int main(void) { puts("main"); }
//#File:lib.c
#include <stdio.h>
void my_init(void) { puts("DT_INIT"); }
void my_fini(void) { puts("DT_FINI"); }
__attribute__((constructor(200))) static void b200(void) { puts("+200"); }
__attribute__((constructor(101))) static void b101(void) { puts("+101"); }
__attribute__((constructor)) static void b(void) { puts("+"); }
__attribute__((destructor(200))) static void e200(void) { puts("-200"); }
__attribute__((destructor(101))) static void e101(void) { puts("-101"); }
__attribute__((destructor)) static void e(void) { puts("-"); }
